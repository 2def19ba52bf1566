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
            builder.HasIndex(p => new { p.FirstId, p.SecondId }).IsUnique();
            builder.HasIndex(p => p.SecondId);
            builder.HasIndex(p => new { p.Score, p.Id }).HasFilter("dismissed_at IS NULL"); // The work list.
            builder.HasOne<Contact>().WithMany().HasForeignKey(p => p.FirstId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<Contact>().WithMany().HasForeignKey(p => p.SecondId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
