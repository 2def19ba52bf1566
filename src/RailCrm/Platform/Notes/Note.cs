using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Platform.Notes;

/// <summary>备注: what somebody wrote about a record, or in reply to such a note. It is the customer's too that the record belongs to.</summary>
public sealed class Note : IOnRecord, IAudited, IVersioned, IBinned
{
    /// <summary>Longest text, in characters.</summary>
    public const int TextLength = 4_000;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <inheritdoc/>
    public string RecordKind { get; set; } = "";

    /// <inheritdoc/>
    public long RecordId { get; set; }

    /// <summary>The note it replies to; a reply has none of its own.</summary>
    public long? ParentId { get; set; }

    /// <summary>Plain text with line breaks (LF).</summary>
    public string Text { get; set; } = "";

    /// <summary>Stands on top.</summary>
    public bool Pinned { get; set; }

    /// <summary>Who wrote it.</summary>
    public long AuthorId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>When its text was changed last (UTC); null where it never was.</summary>
    public DateTime? EditedAt { get; set; }

    /// <inheritdoc/>
    public DateTime? DeletedAt { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Note>
    {
        public void Configure(EntityTypeBuilder<Note> builder)
        {
            builder.ToTable("notes");
            builder.Property(n => n.Text).HasMaxLength(TextLength);
            builder.Property(n => n.RecordKind).HasMaxLength(20);
            builder.HasIndex(n => new { n.CustomerId, n.Id });
            builder.HasIndex(n => new { n.RecordKind, n.RecordId, n.Id });
            builder.HasIndex(n => new { n.ParentId, n.Id });
            builder.HasOne<Note>().WithMany().HasForeignKey(n => n.ParentId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
