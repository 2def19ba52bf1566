using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Customers;

/// <summary>Two contacts that are likely one person (疑似重复联系人).</summary>
internal sealed class ContactPair : LikelyPair
{
    internal sealed class Mapping : IEntityTypeConfiguration<ContactPair>
    {
        public void Configure(EntityTypeBuilder<ContactPair> builder)
        {
            builder.ToTable("contact_pairs");
            builder.Property(p => p.Fingerprint).HasMaxLength(64);
            builder.Property(p => p.DismissedReason).HasMaxLength(ReasonLength);
            builder.HasIndex(p => new { p.FirstId, p.SecondId }).IsUnique();
            builder.HasIndex(p => p.SecondId);
            builder.HasIndex(p => new { p.Score, p.Id }).HasFilter("dismissed_at IS NULL"); // The work list.
            builder.HasIndex(p => new { p.Score, p.Id }, "ix_contact_pairs_dismissed").HasFilter("dismissed_at IS NOT NULL");
            builder.HasIndex(p => new { p.Reasons, p.Score, p.Id }).HasFilter("dismissed_at IS NULL");
            builder.HasOne<Contact>().WithMany().HasForeignKey(p => p.FirstId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<Contact>().WithMany().HasForeignKey(p => p.SecondId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
