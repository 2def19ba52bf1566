using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Platform.Records;

/// <summary>A person's own mark on a record: a favourite (星标), or followed (关注) so that what happens to it comes to the inbox.</summary>
public sealed class RecordMark : IOnRecord
{
    /// <summary>The star.</summary>
    public const string Favourite = "favourite";

    /// <summary>Told of changes.</summary>
    public const string Follow = "follow";

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>Whose.</summary>
    public long UserId { get; set; }

    /// <summary><see cref="Favourite"/> or <see cref="Follow"/>.</summary>
    public string Mark { get; set; } = "";

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <inheritdoc/>
    public string RecordKind { get; set; } = "";

    /// <inheritdoc/>
    public long RecordId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<RecordMark>
    {
        public void Configure(EntityTypeBuilder<RecordMark> builder)
        {
            builder.ToTable("record_marks");
            builder.Property(m => m.Mark).HasMaxLength(20);
            builder.Property(m => m.RecordKind).HasMaxLength(20);
            builder.HasIndex(m => new { m.UserId, m.Mark, m.RecordKind, m.CustomerId, m.RecordId }).IsUnique();
            builder.HasIndex(m => new { m.CustomerId, m.Mark });
            builder.HasIndex(m => new { m.RecordKind, m.RecordId });
        }
    }
}
