using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Results;

/// <summary>What results are measured by.</summary>
public enum Measure
{
    /// <summary>Revenue without VAT, fen.</summary>
    Revenue,

    /// <summary>Revenue less direct cost, fen.</summary>
    GrossProfit,

    /// <summary>Weight carried, kg.</summary>
    Weight,
}

/// <summary>The three tiers of a target.</summary>
public enum TargetTier
{
    /// <summary>保底: below it is missed.</summary>
    Floor,

    /// <summary>目标: what is aimed at.</summary>
    Target,

    /// <summary>挑战: more than is aimed at.</summary>
    Challenge,
}

/// <summary>What a unit or a person is to bring in, month by month of one year, by one measure. Either a unit or a person.</summary>
/// <remarks>Twelve figures stand in one column, so that a year is one row: saved, refused and told in the audit trail as a whole.</remarks>
public sealed class TargetPlan : IAudited, IVersioned
{
    /// <summary>Months of a year.</summary>
    public const int Months = 12;

    /// <inheritdoc/>
    public long Id { get; private set; }

    /// <summary>Whose; null where it is a person's.</summary>
    public long? UnitId { get; set; }

    /// <summary>Whose; null where it is a unit's.</summary>
    public long? UserId { get; set; }

    /// <summary>The year.</summary>
    public int Year { get; set; }

    /// <summary>By what it is measured.</summary>
    public Measure Measure { get; set; }

    /// <summary>保底, twelve figures with commas between.</summary>
    public string Floor { get; private set; } = "";

    /// <summary>目标, the same way.</summary>
    public string Target { get; private set; } = "";

    /// <summary>挑战, the same way.</summary>
    public string Challenge { get; private set; } = "";

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>The twelve figures of a tier, in fen or kg.</summary>
    public long[] Of(TargetTier tier) => [.. (tier switch { TargetTier.Floor => Floor, TargetTier.Target => Target, TargetTier.Challenge => Challenge }).Split(',').Select(n => long.Parse(n, CultureInfo.InvariantCulture))];

    /// <summary>Sets all of it.</summary>
    /// <exception cref="ArgumentException">A tier has not twelve figures, or one month's are out of order.</exception>
    public void Set(long[] floor, long[] target, long[] challenge)
    {
        ArgumentNullException.ThrowIfNull(floor);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(challenge);
        if (floor.Length != Months || target.Length != Months || challenge.Length != Months || Enumerable.Range(0, Months).Any(m => floor[m] < 0 || floor[m] > target[m] || target[m] > challenge[m]))
        {
            throw new ArgumentException("Each month has floor ≤ target ≤ challenge, none below zero.");
        }

        (Floor, Target, Challenge) = (Joined(floor), Joined(target), Joined(challenge));
        static string Joined(long[] figures) => string.Join(',', figures.Select(n => n.ToString(CultureInfo.InvariantCulture)));
    }

    internal sealed class Mapping : IEntityTypeConfiguration<TargetPlan>
    {
        public void Configure(EntityTypeBuilder<TargetPlan> builder)
        {
            builder.ToTable("target_plans");
            builder.Property(p => p.Measure).HasConversion<string>().HasMaxLength(20);
            foreach (var tier in new[] { nameof(Floor), nameof(Target), nameof(Challenge) })
            {
                builder.Property<string>(tier).HasMaxLength(300);
            }

            builder.HasIndex(p => new { p.UnitId, p.Year, p.Measure }).IsUnique().HasFilter("unit_id IS NOT NULL").HasDatabaseName("ix_target_plans_unit");
            builder.HasIndex(p => new { p.UserId, p.Year, p.Measure }).IsUnique().HasFilter("user_id IS NOT NULL").HasDatabaseName("ix_target_plans_user");
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(p => p.UnitId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>What a unit's results say to whom, and how the group counts customers.</summary>
public sealed class ResultRule : IAudited, IVersioned
{
    /// <summary>What holds where nothing was set.</summary>
    public const int DefaultLostMonths = 6, DefaultCoverageDays = 90;

    /// <inheritdoc/>
    public long Id { get; private set; }

    /// <summary>Whose.</summary>
    public long UnitId { get; set; }

    /// <summary>Whether the people of the unit see one another's results, or only their own place.</summary>
    public bool Open { get; set; }

    /// <summary>After so many whole months without a waybill a customer counts as lost; of the group's row.</summary>
    public int LostMonths { get; set; } = DefaultLostMonths;

    /// <summary>A customer is covered with a note or a waybill within so many days; of the group's row.</summary>
    public int CoverageDays { get; set; } = DefaultCoverageDays;

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>How the group counts: its own row, else the defaults.</summary>
    internal static async Task<ResultRule> OfGroup(CrmDb db, CancellationToken ct) =>
        await (from r in db.Set<ResultRule>().AsNoTracking() join u in db.Set<OrgUnit>() on r.UnitId equals u.Id where u.ParentId == null select r).FirstOrDefaultAsync(ct) ?? new();

    /// <summary>A unit's, else the defaults.</summary>
    internal static async Task<ResultRule> Of(CrmDb db, long unitId, CancellationToken ct) => await db.Set<ResultRule>().AsNoTracking().SingleOrDefaultAsync(r => r.UnitId == unitId, ct) ?? new() { UnitId = unitId };

    internal sealed class Mapping : IEntityTypeConfiguration<ResultRule>
    {
        public void Configure(EntityTypeBuilder<ResultRule> builder)
        {
            builder.ToTable("result_rules");
            builder.HasIndex(r => r.UnitId).IsUnique();
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(r => r.UnitId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>Figures of some months together.</summary>
/// <param name="RevenueFen">Revenue, fen.</param>
/// <param name="CostFen">Cost, fen.</param>
/// <param name="WeightKg">Weight, kg.</param>
/// <param name="Lines">Waybills counted.</param>
public readonly record struct ResultSum(long RevenueFen, long CostFen, long WeightKg, long Lines)
{
    /// <summary>Revenue less cost, fen.</summary>
    public long GrossProfitFen => RevenueFen - CostFen;

    /// <summary>What a measure reads.</summary>
    public long Of(Measure measure) => measure switch { Measure.Revenue => RevenueFen, Measure.GrossProfit => GrossProfitFen, Measure.Weight => WeightKg };

    /// <summary>Both together.</summary>
    public static ResultSum operator +(ResultSum a, ResultSum b) => new(a.RevenueFen + b.RevenueFen, a.CostFen + b.CostFen, a.WeightKg + b.WeightKg, a.Lines + b.Lines);

    /// <summary>All together.</summary>
    internal static ResultSum All(IEnumerable<ResultSum> sums) => sums.Aggregate(default(ResultSum), (a, b) => a + b);
}

/// <summary>What was reached of a target over some months.</summary>
/// <param name="Actual">What was brought in, in fen or kg.</param>
/// <param name="Floor">保底.</param>
/// <param name="Target">目标.</param>
/// <param name="Challenge">挑战.</param>
public sealed record Attainment(long Actual, long Floor, long Target, long Challenge)
{
    /// <summary>Of the target; null where it is zero.</summary>
    public decimal? Rate => Target == 0 ? null : (decimal)Actual / Target;

    /// <summary>The highest tier reached; null where not even the floor is, or there is nothing to reach.</summary>
    public TargetTier? Reached => Target == 0 ? null : Actual >= Challenge ? TargetTier.Challenge : Actual >= Target ? TargetTier.Target : Actual >= Floor ? TargetTier.Floor : null;

    /// <summary>Of a plan, from one month of its year to another, counted from 1.</summary>
    internal static Attainment? Of(TargetPlan? plan, long actual, int from, int to) => plan is null ? null : new(actual, Sum(plan, TargetTier.Floor, from, to), Sum(plan, TargetTier.Target, from, to), Sum(plan, TargetTier.Challenge, from, to));

    private static long Sum(TargetPlan plan, TargetTier tier, int from, int to) => plan.Of(tier)[(from - 1)..to].Sum();
}
