using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>客户附件: a file kept with a customer. The bytes lie in the data folder under a name of ours.</summary>
public sealed class Attachment : ICustomerBound, IAudited, IBinned
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>What the user calls it.</summary>
    public string FileName { get; set; } = "";

    /// <summary>Its kind, found by what it holds.</summary>
    public string ContentType { get; set; } = "";

    /// <summary>Length in bytes.</summary>
    public long SizeBytes { get; set; }

    /// <summary>SHA-256 of the bytes, hexadecimal; also where they lie.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Who brought it; 0 is the system.</summary>
    public long CreatedBy { get; set; }

    /// <inheritdoc/>
    public DateTime? DeletedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Attachment>
    {
        public void Configure(EntityTypeBuilder<Attachment> builder)
        {
            builder.ToTable("customer_attachments");
            builder.Property(a => a.Sha256).HasMaxLength(64);
            builder.HasIndex(a => new { a.CustomerId, a.Id });
            builder.HasOne<Customer>().WithMany().HasForeignKey(a => a.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
