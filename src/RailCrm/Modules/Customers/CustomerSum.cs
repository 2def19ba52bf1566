using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>How many customers of all the group have the same values, and what they sum up to; those in the bin are not counted.</summary>
/// <remarks>
/// Triggers of the table of customers append to it: one row for what a customer was, counted -1, and one for what it is, so that no two writers wait for each other.
/// <see cref="FoldCustomerSums"/> adds those up to few rows per <see cref="Levels">level</see>; what is true of all customers is one level and what is not folded yet.
/// </remarks>
internal sealed class CustomerSum
{
    /// <summary>What the rows of a level tell apart, the first being level 1; in its other columns they hold nothing. Level 0 tells everything apart: what is not folded yet.</summary>
    public static readonly IReadOnlyList<IReadOnlySet<string>> Levels =
    [
        new HashSet<string> { nameof(Tier), nameof(SizeClass), nameof(OwnershipType), nameof(Kind), nameof(Active) },
        new HashSet<string> { nameof(UnitId), nameof(Tier), nameof(Active) },
        new HashSet<string> { nameof(IndustryCode), nameof(Tier), nameof(Active) },
        new HashSet<string> { nameof(RegionCode), nameof(Tier), nameof(Active) },
    ];

    /// <summary>What is summed.</summary>
    public static readonly IReadOnlySet<string> Summed = new HashSet<string> { nameof(Trailing12RevenueFen), nameof(Trailing12GrossProfitFen), nameof(Trailing12WeightKg) };

    public long Id { get; set; }

    public int Level { get; set; }

    /// <summary>How many; less than 0 where they ceased to be so.</summary>
    public long Customers { get; set; }

    /// <inheritdoc cref="Customer.UnitId"/>
    public long UnitId { get; set; }

    /// <inheritdoc cref="Customer.Tier"/>
    public CustomerTier Tier { get; set; }

    /// <inheritdoc cref="Customer.IndustryCode"/>
    public string? IndustryCode { get; set; }

    /// <inheritdoc cref="Customer.RegionCode"/>
    public string? RegionCode { get; set; }

    /// <inheritdoc cref="Customer.SizeClass"/>
    public SizeClass? SizeClass { get; set; }

    /// <inheritdoc cref="Customer.OwnershipType"/>
    public OwnershipType? OwnershipType { get; set; }

    /// <inheritdoc cref="Customer.Kind"/>
    public CustomerKind Kind { get; set; }

    /// <inheritdoc cref="Customer.Active"/>
    public bool Active { get; set; }

    /// <inheritdoc cref="Customer.Trailing12RevenueFen"/>
    public long Trailing12RevenueFen { get; set; }

    /// <inheritdoc cref="Customer.Trailing12GrossProfitFen"/>
    public long Trailing12GrossProfitFen { get; set; }

    /// <inheritdoc cref="Customer.Trailing12WeightKg"/>
    public long Trailing12WeightKg { get; set; }

    /// <summary>The sums that tell these columns apart, all customers together; null where no level does.</summary>
    public static IQueryable<CustomerSum>? Telling(CrmDb db, IReadOnlySet<string> columns)
    {
        var level = 1 + Levels.ToList().FindIndex(columns.IsSubsetOf);
        return level == 0 ? null : db.Set<CustomerSum>().AsNoTracking().Where(s => s.Level == level || s.Level == 0);
    }

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerSum>
    {
        public void Configure(EntityTypeBuilder<CustomerSum> builder)
        {
            builder.ToTable("customer_sums", t => t.ExcludeFromMigrations());
            builder.Property(c => c.Kind).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.OwnershipType).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.SizeClass).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.Tier).HasConversion<string>().HasMaxLength(20);
        }
    }
}

/// <summary>Adds up what the triggers appended, every few seconds where it has become much.</summary>
internal sealed class FoldCustomerSums(IServiceScopeFactory scopes, TimeProvider clock, ILogger<FoldCustomerSums> log) : BackgroundService
{
    /// <summary>Fewer rows than this are read in passing.</summary>
    private const int Much = 2_000;

    /// <summary>Rows folded in one transaction: half a second, for which SQLite's other writers wait.</summary>
    private const int Batch = 100_000;

    /// <summary>What whoever folds or makes them anew holds.</summary>
    internal const long Hold = 728103;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(20);

    private static readonly string[] Told = ["unit_id", "tier", "industry_code", "region_code", "size_class", "ownership_type", "kind", "active"];

    private static readonly string Columns = string.Join(", ", Told);

    /// <summary>The columns of a row at a level; what it does not tell apart is nothing of the column's kind.</summary>
    private static string At(int level) => string.Join(", ", Told.Select(c => CustomerSum.Levels[level - 1].Contains(c switch
    {
        "unit_id" => nameof(CustomerSum.UnitId), "tier" => nameof(CustomerSum.Tier), "industry_code" => nameof(CustomerSum.IndustryCode), "region_code" => nameof(CustomerSum.RegionCode),
        "size_class" => nameof(CustomerSum.SizeClass), "ownership_type" => nameof(CustomerSum.OwnershipType), "kind" => nameof(CustomerSum.Kind), _ => nameof(CustomerSum.Active),
    }) ? c : c switch { "unit_id" => "0", "tier" or "kind" => "''", "active" => "FALSE", _ => "CAST(NULL AS varchar(20))" }));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var services = scopes.CreateAsyncScope();
                services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("job");
                while (await Fold(services.ServiceProvider.GetRequiredService<CrmDb>(), Much, stoppingToken))
                {
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogWarning(e, "The sums of customers could not be folded; the next time will do.");
            }
        }
    }

    /// <summary>Folds a batch; false where less than <paramref name="much"/> waits.</summary>
    /// <remarks>On PostgreSQL in one snapshot: what is being written meanwhile is neither added nor removed. Of two nodes the second lets it be.</remarks>
    internal static async Task<bool> Fold(CrmDb db, int much, CancellationToken ct)
    {
        var waiting = db.Set<CustomerSum>().Where(s => s.Level == 0).Select(s => s.Id);
        if (await waiting.Take(much).CountAsync(ct) < much)
        {
            return false;
        }

        await using var snapshot = db.IsPostgres ? await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct) : null;
        var folded = await db.Write(async () =>
        {
            if (db.IsPostgres && !await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock({Hold}) AS \"Value\"").SingleAsync(ct))
            {
                return false;
            }

            var last = (await waiting.OrderBy(i => i).Take(Batch).ToListAsync(ct))[^1].ToString(CultureInfo.InvariantCulture);
            var levels = Enumerable.Range(1, CustomerSum.Levels.Count).Select(l => $"SELECT {l} AS level, {At(l)}, customers, trailing12revenue_fen, trailing12gross_profit_fen, trailing12weight_kg FROM customer_sums WHERE level = 0 AND id <= {last}");
#pragma warning disable EF1002 // Of constants and a number alone.
            await db.Database.ExecuteSqlRawAsync($"""
                INSERT INTO customer_sums (level, {Columns}, customers, trailing12revenue_fen, trailing12gross_profit_fen, trailing12weight_kg)
                SELECT -level, {Columns}, sum(customers), sum(trailing12revenue_fen), sum(trailing12gross_profit_fen), sum(trailing12weight_kg) FROM (
                SELECT level, {Columns}, customers, trailing12revenue_fen, trailing12gross_profit_fen, trailing12weight_kg FROM customer_sums WHERE level > 0 UNION ALL {string.Join(" UNION ALL ", levels)}
                ) AS s GROUP BY level, {Columns}
                HAVING sum(customers) <> 0 OR sum(trailing12revenue_fen) <> 0 OR sum(trailing12gross_profit_fen) <> 0 OR sum(trailing12weight_kg) <> 0
                """, ct);
            await db.Database.ExecuteSqlRawAsync($"DELETE FROM customer_sums WHERE level > 0 OR (level = 0 AND id <= {last})", ct);
#pragma warning restore EF1002
            await db.Database.ExecuteSqlAsync($"UPDATE customer_sums SET level = -level WHERE level < 0", ct);
            return true;
        }, ct);
        await (snapshot?.CommitAsync(ct) ?? Task.CompletedTask);
        return folded;
    }
}
