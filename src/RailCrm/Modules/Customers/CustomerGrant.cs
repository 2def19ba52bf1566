using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Lets a person or a unit see a customer that is not theirs.</summary>
public sealed class CustomerGrant : IAudited
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>The customer shared.</summary>
    public long CustomerId { get; set; }

    /// <summary>To whom; or null for a unit.</summary>
    public long? UserId { get; set; }

    /// <summary>To which unit; or null for a person.</summary>
    public long? UnitId { get; set; }

    /// <summary>shared or manager.</summary>
    public string Reason { get; set; } = "shared";

    /// <summary>When it ends (UTC); null never.</summary>
    public DateTime? Until { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerGrant>
    {
        public void Configure(EntityTypeBuilder<CustomerGrant> builder)
        {
            builder.ToTable("customer_grants");
            builder.HasIndex(g => new { g.UserId, g.CustomerId });
            builder.HasIndex(g => new { g.UnitId, g.CustomerId });
            builder.HasIndex(g => new { g.CustomerId });
            builder.HasOne<Customer>().WithMany().HasForeignKey(g => g.CustomerId);
        }
    }
}
