using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>附件: a file kept with a customer, or with a contact or waybill of it. The row tells its current version; those before are <see cref="AttachmentVersion"/>.</summary>
public sealed class Attachment : IOnRecord, IAudited, IBinned, IVersioned
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <inheritdoc/>
    public string RecordKind { get; set; } = Platform.Records.RecordKind.Customer;

    /// <inheritdoc/>
    public long RecordId { get; set; }

    /// <summary>Which version is current, counted from 1.</summary>
    public int Revision { get; set; } = 1;

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

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Attachment>
    {
        public void Configure(EntityTypeBuilder<Attachment> builder)
        {
            builder.ToTable("customer_attachments");
            builder.Property(a => a.Sha256).HasMaxLength(64);
            builder.Property(a => a.RecordKind).HasMaxLength(20).HasDefaultValue(Platform.Records.RecordKind.Customer);
            builder.Property(a => a.Revision).HasDefaultValue(1);
            builder.HasIndex(a => new { a.CustomerId, a.Id });
            builder.HasIndex(a => new { a.RecordKind, a.RecordId });
            builder.HasIndex(a => a.Sha256);
            builder.HasOne<Customer>().WithMany().HasForeignKey(a => a.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>A version of an attachment that is not the current one.</summary>
public sealed class AttachmentVersion : IOnRecord
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>The attachment.</summary>
    public long AttachmentId { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <inheritdoc/>
    public string RecordKind { get; set; } = "";

    /// <inheritdoc/>
    public long RecordId { get; set; }

    /// <summary>Its number, counted from 1.</summary>
    public int Revision { get; set; }

    /// <summary>Length in bytes.</summary>
    public long SizeBytes { get; set; }

    /// <summary>SHA-256 of the bytes.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>When it was brought (UTC).</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Who brought it.</summary>
    public long CreatedBy { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<AttachmentVersion>
    {
        public void Configure(EntityTypeBuilder<AttachmentVersion> builder)
        {
            builder.ToTable("attachment_versions");
            builder.Property(v => v.Sha256).HasMaxLength(64);
            builder.Property(v => v.RecordKind).HasMaxLength(20);
            builder.HasIndex(v => new { v.AttachmentId, v.Revision }).IsUnique();
            builder.HasIndex(v => v.CustomerId);
            builder.HasIndex(v => new { v.RecordKind, v.RecordId });
            builder.HasIndex(v => v.Sha256);
            builder.HasOne<Attachment>().WithMany().HasForeignKey(v => v.AttachmentId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<Customer>().WithMany().HasForeignKey(v => v.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
