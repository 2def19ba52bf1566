using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Classification;

/// <summary>What a customer's size is measured by.</summary>
public enum TierBasis
{
    /// <summary>营业收入.</summary>
    Revenue,

    /// <summary>毛利额.</summary>
    GrossProfit,
}

/// <summary>How customers are classed (客户分类): thresholds on twelve months, and the drop that makes a customer a risk. One row, changed by the group.</summary>
public sealed class TierRule : IAudited, IVersioned
{
    /// <summary>The one row.</summary>
    public const long OnlyId = 1;

    private TierRule() { } // EF Core

    /// <summary>A rule.</summary>
    /// <exception cref="ArgumentException">The thresholds are not in order, or the drop is no percentage.</exception>
    public TierRule(TierBasis basis, long mediumFen, long largeFen, int dropPercent) => Set(basis, mediumFen, largeFen, dropPercent);

    /// <inheritdoc/>
    public long Id { get; private set; } = OnlyId;

    /// <summary>What is measured.</summary>
    public TierBasis Basis { get; private set; }

    /// <summary>From here a customer is medium, fen a year.</summary>
    public long MediumFen { get; private set; }

    /// <summary>From here a customer is large, fen a year; more than <see cref="MediumFen"/>.</summary>
    public long LargeFen { get; private set; }

    /// <summary>A fall by so much against the twelve months before makes a customer a risk, 1–100.</summary>
    public int DropPercent { get; private set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>The defaults: 20 and 5 million yuan of revenue (shared proposal), and a fall by half, where the volume warning turns orange.</summary>
    public static TierRule Default => new(TierBasis.Revenue, 500_000_000, 2_000_000_000, 50);

    /// <summary>Changes the rule.</summary>
    /// <exception cref="ArgumentException">The thresholds are not in order, or the drop is no percentage.</exception>
    public void Set(TierBasis basis, long mediumFen, long largeFen, int dropPercent)
    {
        if (mediumFen <= 0 || largeFen <= mediumFen || dropPercent is < 1 or > 100)
        {
            throw new ArgumentException("Medium lies above nothing, large above medium, the drop between 1 and 100 %.");
        }

        (Basis, MediumFen, LargeFen, DropPercent) = (basis, mediumFen, largeFen, dropPercent);
    }

    /// <summary>The tier of a customer. The same rule stands in SQL in <see cref="Sql"/>; a test holds them together.</summary>
    /// <param name="lines">Lines of the trailing twelve months.</param>
    /// <param name="revenueFen">Revenue of the trailing twelve months, fen.</param>
    /// <param name="grossProfitFen">Gross profit of the trailing twelve months, fen.</param>
    /// <param name="previousFen">What is measured, in the twelve months before those, fen.</param>
    public CustomerTier Of(long lines, long revenueFen, long grossProfitFen, long previousFen)
    {
        var measured = Basis == TierBasis.Revenue ? revenueFen : grossProfitFen;
        return lines == 0 ? CustomerTier.Prospective
            : previousFen > 0 && measured * 100m <= previousFen * (100m - DropPercent) ? CustomerTier.AtRisk
            : measured >= LargeFen ? CustomerTier.Large
            : measured >= MediumFen ? CustomerTier.Medium
            : CustomerTier.Small;
    }

    /// <summary>The rule as an SQL expression; its arms stand in the order of <see cref="Of"/>.</summary>
    /// <param name="untraded">A condition that is true where the trailing twelve months have no line.</param>
    /// <param name="measured">The column of what is measured, trailing twelve months, fen.</param>
    /// <param name="previous">The column of the same in the twelve months before, fen.</param>
    internal string Sql(string untraded, string measured, string previous) => string.Create(CultureInfo.InvariantCulture,
        $"CASE WHEN {untraded} THEN 'Prospective' WHEN {previous} > 0 AND {measured} * 100 <= {previous} * {100 - DropPercent} THEN 'AtRisk' WHEN {measured} >= {LargeFen} THEN 'Large' WHEN {measured} >= {MediumFen} THEN 'Medium' ELSE 'Small' END");

    internal sealed class Mapping : IEntityTypeConfiguration<TierRule>
    {
        public void Configure(EntityTypeBuilder<TierRule> builder)
        {
            builder.ToTable("tier_rule");
            builder.Property(r => r.Id).ValueGeneratedNever();
            builder.Property(r => r.Basis).HasConversion<string>().HasMaxLength(20);
        }
    }
}

/// <summary>A customer passed from one tier into another.</summary>
public sealed class TierChange : ICustomerBound
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime At { get; set; }

    /// <summary>The tier before.</summary>
    public CustomerTier Before { get; set; }

    /// <summary>The tier since.</summary>
    public CustomerTier After { get; set; }

    /// <summary>Revenue of the trailing twelve months then, fen.</summary>
    public long RevenueFen { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TierChange>
    {
        public void Configure(EntityTypeBuilder<TierChange> builder)
        {
            builder.ToTable("tier_changes");
            builder.Property(c => c.Before).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.After).HasConversion<string>().HasMaxLength(20);
            builder.HasIndex(c => new { c.CustomerId, c.Id });
        }
    }
}
