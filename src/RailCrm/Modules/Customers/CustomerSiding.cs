using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>That a customer uses a siding (专用线); several customers may share one.</summary>
public sealed class CustomerSiding : ICustomerBound, IAudited
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The siding.</summary>
    public long SidingId { get; set; }

    /// <summary>Its facts, where they were read with it.</summary>
    public Siding? Siding { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerSiding>
    {
        public void Configure(EntityTypeBuilder<CustomerSiding> builder)
        {
            builder.ToTable("customer_sidings");
            builder.HasIndex(s => new { s.CustomerId, s.SidingId }).IsUnique();
            builder.HasIndex(s => s.SidingId);
            builder.HasOne(s => s.Siding).WithMany().HasForeignKey(s => s.SidingId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
