using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Classification;

/// <summary>A customer's tier set by hand until a day, whatever the rule says; the rule holds again the day after.</summary>
public sealed class TierOverride : ICustomerBound
{
    /// <summary>Longest time ahead.</summary>
    public const int MostDays = 366;

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The tier.</summary>
    public CustomerTier Tier { get; set; }

    /// <summary>Its last day.</summary>
    public DateOnly UntilOn { get; set; }

    /// <summary>The approval by which it was set.</summary>
    public long ApprovalId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TierOverride>
    {
        public void Configure(EntityTypeBuilder<TierOverride> builder)
        {
            builder.ToTable("tier_overrides");
            builder.HasKey(o => o.CustomerId);
            builder.Property(o => o.CustomerId).ValueGeneratedNever();
            builder.Property(o => o.Tier).HasConversion<string>().HasMaxLength(20);
        }
    }

    /// <summary>What holds for a customer today; null where the rule does.</summary>
    internal static Task<TierOverride?> Of(CrmDb db, long customerId, CancellationToken ct)
    {
        var today = Kernel.BusinessCalendar.Day(db.UtcNow);
        return db.Set<TierOverride>().AsNoTracking().SingleOrDefaultAsync(o => o.CustomerId == customerId && o.UntilOn >= today, ct);
    }
}
