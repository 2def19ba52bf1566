using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Access;

namespace RailCrm.Platform.Ui.Palette;

/// <summary>A record that a person opened, and when last; some fifty a person.</summary>
public sealed class OpenedRecord
{
    /// <summary>Longest kind.</summary>
    public const int KindLength = 30;

    /// <summary>The person.</summary>
    public long UserId { get; set; }

    /// <summary>The palette's source that knows the record.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Its key there.</summary>
    public long RecordId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime OpenedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<OpenedRecord>
    {
        public void Configure(EntityTypeBuilder<OpenedRecord> builder)
        {
            builder.ToTable("opened_records");
            builder.HasKey(r => new { r.UserId, r.Kind, r.RecordId });
            builder.Property(r => r.Kind).HasMaxLength(KindLength);
            builder.HasOne<User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
