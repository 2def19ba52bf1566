using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Privacy;

/// <summary>What is personal of a contact and kept only while the group has it on.</summary>
public enum TraitKind
{
    /// <summary>性格.</summary>
    Character,

    /// <summary>嗜好.</summary>
    Hobbies,

    /// <summary>特长.</summary>
    Strengths,

    /// <summary>背景: education and work before.</summary>
    Background,
}

/// <summary>个人特征: one thing personal of a contact, encrypted. It is no column of the contact, so that no list, filter, file or history can come to show it; it goes where the contact goes.</summary>
public sealed class PersonalTrait : IOnRecord, IVersioned
{
    /// <summary>Most characters.</summary>
    public const int TextLength = 500;

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <inheritdoc/>
    public string RecordKind { get; set; } = Platform.Records.RecordKind.Contact;

    /// <summary>The contact.</summary>
    public long RecordId { get; set; }

    /// <summary>Which.</summary>
    public TraitKind Kind { get; set; }

    /// <summary>The text, encrypted by Data Protection.</summary>
    public string Cipher { get; set; } = "";

    /// <summary>When it was written last (UTC).</summary>
    public DateTime ChangedAt { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<PersonalTrait>
    {
        public void Configure(EntityTypeBuilder<PersonalTrait> builder)
        {
            builder.ToTable("personal_traits");
            builder.Property(t => t.RecordKind).HasMaxLength(20);
            builder.Property(t => t.Kind).HasConversion<string>().HasMaxLength(20);
            builder.Property(t => t.Cipher).HasMaxLength(10_000);
            builder.HasIndex(t => new { t.RecordKind, t.RecordId, t.Id });
            builder.HasIndex(t => t.CustomerId);
            builder.HasOne<Customer>().WithMany().HasForeignKey(t => t.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
