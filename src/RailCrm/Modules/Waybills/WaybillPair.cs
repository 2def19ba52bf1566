using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>Two waybill lines of one customer that are likely one service booked twice (疑似重复运单). Found by the nightly search and after each change by hand; goes with either line.</summary>
internal sealed class WaybillPair : ICustomerBound
{
    /// <summary>Longest reason given for a dismissal.</summary>
    public const int ReasonLength = 200;

    public long Id { get; set; }

    /// <summary>The customer of both: its unit decides who sees the pair.</summary>
    public long CustomerId { get; set; }

    /// <summary>The line of the smaller key.</summary>
    public long FirstId { get; set; }

    /// <summary>The line of the larger key.</summary>
    public long SecondId { get; set; }

    /// <summary>How likely, 1–100.</summary>
    public int Score { get; set; }

    /// <summary>Codes of what speaks for it and against it, joined by commas, see <see cref="WaybillScore"/>.</summary>
    public string Reasons { get; set; } = "";

    /// <summary>What was compared, as a hash: once it changes, a dismissal no longer holds.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>UTC.</summary>
    public DateTime FoundAt { get; set; }

    /// <summary>When somebody said that they are two (UTC); null while open.</summary>
    public DateTime? DismissedAt { get; set; }

    /// <summary>Who said so.</summary>
    public long? DismissedBy { get; set; }

    /// <summary>Why they are two.</summary>
    public string? DismissedReason { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<WaybillPair>
    {
        public void Configure(EntityTypeBuilder<WaybillPair> builder)
        {
            builder.ToTable("waybill_pairs");
            builder.Property(p => p.Reasons).HasMaxLength(100);
            builder.Property(p => p.Fingerprint).HasMaxLength(64);
            builder.Property(p => p.DismissedReason).HasMaxLength(ReasonLength);
            builder.HasIndex(p => new { p.FirstId, p.SecondId }).IsUnique();
            builder.HasIndex(p => p.SecondId);
            builder.HasIndex(p => p.CustomerId);
            builder.HasIndex(p => new { p.Score, p.Id }).HasFilter("dismissed_at IS NULL"); // The work list.
            builder.HasIndex(p => new { p.Score, p.Id }, "ix_waybill_pairs_dismissed").HasFilter("dismissed_at IS NOT NULL");
            builder.HasIndex(p => new { p.Reasons, p.Score, p.Id }).HasFilter("dismissed_at IS NULL");
            builder.HasOne<WaybillLine>().WithMany().HasForeignKey(p => p.FirstId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<WaybillLine>().WithMany().HasForeignKey(p => p.SecondId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
