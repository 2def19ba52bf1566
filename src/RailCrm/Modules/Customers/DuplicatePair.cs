using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Two records that are likely one. Found by the nightly search and after each change; seen only by whoever sees both.</summary>
internal abstract class LikelyPair
{
    /// <summary>Longest reason given for a dismissal.</summary>
    public const int ReasonLength = 200;

    public long Id { get; set; }

    /// <summary>The record of the smaller key.</summary>
    public long FirstId { get; set; }

    /// <summary>The record of the larger key.</summary>
    public long SecondId { get; set; }

    /// <summary>How likely, 1–100.</summary>
    public int Score { get; set; }

    /// <summary>Codes of what speaks for it and against it, joined by commas, see <see cref="DuplicateScore"/> and <see cref="ContactScore"/>.</summary>
    public string Reasons { get; set; } = "";

    /// <summary>What was compared, as a hash: once it changes, a dismissal no longer holds.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>UTC.</summary>
    public DateTime FoundAt { get; set; }

    /// <summary>When somebody said that they are two (UTC); null while open.</summary>
    public DateTime? DismissedAt { get; set; }

    /// <summary>Who said so.</summary>
    public long? DismissedBy { get; set; }

    /// <summary>Why they are two, where it was said.</summary>
    public string? DismissedReason { get; set; }
}

/// <summary>Two customers that are likely one (疑似重复客户).</summary>
internal sealed class DuplicatePair : LikelyPair
{
    internal sealed class Mapping : IEntityTypeConfiguration<DuplicatePair>
    {
        public void Configure(EntityTypeBuilder<DuplicatePair> builder)
        {
            builder.ToTable("duplicate_pairs");
            builder.Property(p => p.Fingerprint).HasMaxLength(64);
            builder.Property(p => p.DismissedReason).HasMaxLength(ReasonLength);
            builder.HasIndex(p => new { p.FirstId, p.SecondId }).IsUnique();
            builder.HasIndex(p => p.SecondId);
            builder.HasIndex(p => new { p.Score, p.Id }).HasFilter("dismissed_at IS NULL"); // The work list.
            builder.HasIndex(p => new { p.Score, p.Id }, "ix_duplicate_pairs_dismissed").HasFilter("dismissed_at IS NOT NULL");
            builder.HasIndex(p => new { p.Reasons, p.Score, p.Id }).HasFilter("dismissed_at IS NULL");
            builder.HasOne<Customer>().WithMany().HasForeignKey(p => p.FirstId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<Customer>().WithMany().HasForeignKey(p => p.SecondId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>What a customer's duplicates are looked for by and no column of its own holds: hashes, so that a million customers are walked in the order of either without sorting. Kept with each change; the nightly search makes what is missing.</summary>
internal sealed class CustomerKeys : ICustomerBound
{
    public long CustomerId { get; set; }

    /// <summary>Of the pinyin of the name without its legal form: names that are written differently and read alike share it.</summary>
    public long NameKey { get; set; }

    /// <summary>Of the address; null where there is none.</summary>
    public long? AddressKey { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerKeys>
    {
        public void Configure(EntityTypeBuilder<CustomerKeys> builder)
        {
            builder.ToTable("customer_keys");
            builder.HasKey(k => k.CustomerId);
            builder.Property(k => k.CustomerId).ValueGeneratedNever();
            builder.HasIndex(k => new { k.NameKey, k.CustomerId });
            builder.HasIndex(k => new { k.AddressKey, k.CustomerId }).HasFilter("address_key IS NOT NULL");
            builder.HasOne<Customer>().WithMany().HasForeignKey(k => k.CustomerId);
        }
    }
}
