using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>At which levels a customer needs a manager, by its tier. One row, set by the group.</summary>
public sealed class ManagerRule : IAudited, IVersioned
{
    /// <summary>The one row.</summary>
    public const long OnlyId = 1;

    private const int Every = 1 << 1 | 1 << 2 | 1 << 3;

    /// <inheritdoc/>
    public long Id { get; private set; } = OnlyId;

    /// <summary>The levels of a large customer, as <see cref="Bit"/>s.</summary>
    public int Large { get; private set; } = Every;

    /// <summary>Those of a medium one.</summary>
    public int Medium { get; private set; } = Bit(UnitLevel.Outlet) | Bit(UnitLevel.Subsidiary);

    /// <summary>Those of a small one.</summary>
    public int Small { get; private set; } = Bit(UnitLevel.Outlet);

    /// <summary>Those of one at risk.</summary>
    public int AtRisk { get; private set; } = Bit(UnitLevel.Outlet) | Bit(UnitLevel.Subsidiary);

    /// <summary>Those of a prospective one.</summary>
    public int Prospective { get; private set; } = Bit(UnitLevel.Outlet);

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>A level in a set of levels: what a customer carries in <see cref="Customer.ManagerLevels"/>.</summary>
    public static int Bit(UnitLevel level) => 1 << (int)level;

    /// <summary>The levels that a customer of a tier needs, as <see cref="Bit"/>s.</summary>
    public int Of(CustomerTier tier) => tier switch
    {
        CustomerTier.Large => Large,
        CustomerTier.Medium => Medium,
        CustomerTier.Small => Small,
        CustomerTier.AtRisk => AtRisk,
        CustomerTier.Prospective => Prospective,
    };

    /// <summary>Sets the levels of each tier.</summary>
    /// <exception cref="ArgumentException">What stands there names no levels.</exception>
    public void Set(Func<CustomerTier, int> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        if (Enum.GetValues<CustomerTier>().Any(t => (levels(t) & ~Every) != 0))
        {
            throw new ArgumentException("Only outlet, subsidiary and group are levels.", nameof(levels));
        }

        (Large, Medium, Small, AtRisk, Prospective) = (levels(CustomerTier.Large), levels(CustomerTier.Medium), levels(CustomerTier.Small), levels(CustomerTier.AtRisk), levels(CustomerTier.Prospective));
    }

    /// <summary>The rule that holds; the default, of version 0, where none was set.</summary>
    internal static async Task<ManagerRule> Read(CrmDb db, CancellationToken ct) => await db.Set<ManagerRule>().AsNoTracking().SingleOrDefaultAsync(ct) ?? new();

    internal sealed class Mapping : IEntityTypeConfiguration<ManagerRule>
    {
        public void Configure(EntityTypeBuilder<ManagerRule> builder)
        {
            builder.ToTable("manager_rule");
            builder.Property(r => r.Id).ValueGeneratedNever();
        }
    }
}
