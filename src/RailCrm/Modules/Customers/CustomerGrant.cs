using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Lets a person or a unit see a customer that is not theirs.</summary>
public sealed class CustomerGrant : IAudited
{
    /// <summary>Given to whoever answers for the customer at a level.</summary>
    public const string Manager = "manager";

    /// <summary>Given to whoever helps him.</summary>
    public const string Deputy = "deputy";

    /// <summary>Given by the owner to others.</summary>
    public const string Shared = "shared";

    /// <summary>Longest reason for sharing.</summary>
    public const int WhyLength = 200;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>The customer shared.</summary>
    public long CustomerId { get; set; }

    /// <summary>To whom; or null for a unit.</summary>
    public long? UserId { get; set; }

    /// <summary>To which unit; or null for a person.</summary>
    public long? UnitId { get; set; }

    /// <summary>One of the constants above. Those of managers and deputies follow from the book of responsibilities, which alone writes them.</summary>
    public string Reason { get; set; } = Shared;

    /// <summary>Whether what is said of the customer may be changed too; managers and deputies always may.</summary>
    public bool Writes { get; set; }

    /// <summary>When it ends (UTC); null never.</summary>
    public DateTime? Until { get; set; }

    /// <summary>Why it was shared; null for managers and deputies.</summary>
    public string? Why { get; set; }

    /// <summary>Who shared it, or agreed that it is; null for managers and deputies.</summary>
    public long? GivenBy { get; set; }

    /// <summary>When (UTC).</summary>
    public DateTime? GivenAt { get; set; }

    /// <summary>The approval that it follows from; null where it was shared directly.</summary>
    public long? ApprovalId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerGrant>
    {
        public void Configure(EntityTypeBuilder<CustomerGrant> builder)
        {
            builder.ToTable("customer_grants");
            builder.HasIndex(g => new { g.UserId, g.CustomerId });
            builder.HasIndex(g => new { g.UnitId, g.CustomerId });
            builder.HasIndex(g => new { g.CustomerId });
            builder.HasIndex(g => new { g.Until, g.Id }).HasFilter("reason = 'shared'").HasDatabaseName("ix_customer_grants_shared"); // Those that end, and all that is shared.
            builder.Property(g => g.Why).HasMaxLength(WhyLength);
            builder.HasOne<Customer>().WithMany().HasForeignKey(g => g.CustomerId);
        }
    }
}
