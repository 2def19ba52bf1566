using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Pools;

/// <summary>Why a customer came into a pool.</summary>
public enum PoolWhy
{
    /// <summary>Somebody put it there.</summary>
    Hand,

    /// <summary>Nobody followed it up.</summary>
    FollowUp,

    /// <summary>It sent nothing.</summary>
    Waybill,
}

/// <summary>How a customer left a pool.</summary>
public enum PoolLeft
{
    /// <summary>Somebody claimed it.</summary>
    Claimed,

    /// <summary>It went to another pool.</summary>
    Moved,

    /// <summary>A manager was appointed.</summary>
    Appointed,

    /// <summary>The customer or a unit moved, so that it no longer belongs to the pool's.</summary>
    Unit,

    /// <summary>A work on many was taken back.</summary>
    Undone,
}

/// <summary>One stay of a customer in a pool. Rows are ended, never changed or taken away, so that they are the pool and its history at once.</summary>
public sealed class PoolStay : ICustomerBound
{
    /// <summary>Longest reason.</summary>
    public const int ReasonLength = 200;

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The customer.</summary>
    public Customer Customer { get; set; } = null!;

    /// <summary>The pool.</summary>
    public long PoolId { get; set; }

    /// <summary>Since when (UTC).</summary>
    public DateTime InAt { get; set; }

    /// <summary>Why.</summary>
    public PoolWhy Why { get; set; }

    /// <summary>What somebody wrote; null where nobody did.</summary>
    public string? Reason { get; set; }

    /// <summary>Who put it there; 0 is the system.</summary>
    public long InBy { get; set; }

    /// <summary>Who answered for it before; null where nobody did.</summary>
    public long? FormerUserId { get; set; }

    /// <summary>Until when (UTC); null while it lies there.</summary>
    public DateTime? OutAt { get; set; }

    /// <summary>How it left; null while it lies there.</summary>
    public PoolLeft? OutHow { get; set; }

    /// <summary>Who took it out, or agreed to it; 0 is the system, null while it lies there.</summary>
    public long? OutBy { get; set; }

    /// <summary>Who claimed it; null where nobody did.</summary>
    public long? ClaimedBy { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<PoolStay>
    {
        public void Configure(EntityTypeBuilder<PoolStay> builder)
        {
            builder.ToTable("pool_stays");
            builder.Property(s => s.Why).HasConversion<string>().HasMaxLength(20);
            builder.Property(s => s.OutHow).HasConversion<string>().HasMaxLength(20);
            builder.Property(s => s.Reason).HasMaxLength(ReasonLength);
            builder.HasIndex(s => s.CustomerId).IsUnique().HasFilter("out_at IS NULL").HasDatabaseName("ix_pool_stays_open"); // In one pool at a time, whoever writes at the same time.
            builder.HasIndex(s => new { s.CustomerId, s.Id });
            builder.HasIndex(s => new { s.PoolId, s.InAt, s.Id }).HasFilter("out_at IS NULL").HasDatabaseName("ix_pool_stays_pool");
            builder.HasIndex(s => new { s.InAt, s.Id, s.PoolId }).HasFilter("out_at IS NULL").HasDatabaseName("ix_pool_stays_newest");
            builder.HasIndex(s => new { s.ClaimedBy, s.PoolId, s.OutAt }).HasFilter("claimed_by IS NOT NULL").HasDatabaseName("ix_pool_stays_claims");
            builder.HasOne(s => s.Customer).WithMany().HasForeignKey(s => s.CustomerId);
            builder.HasOne<Pool>().WithMany().HasForeignKey(s => s.PoolId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>The manager was told that a customer will fall into a pool. Made and taken away by the nightly run alone.</summary>
public sealed class PoolWarning : ICustomerBound
{
    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The pool.</summary>
    public long PoolId { get; set; }

    /// <summary>Who was told.</summary>
    public long UserId { get; set; }

    /// <summary>What lacks.</summary>
    public PoolWhy Why { get; set; }

    /// <summary>The first day on which it may fall in.</summary>
    public DateOnly DueOn { get; set; }

    /// <summary>Whether the line in the inbox is written.</summary>
    public bool Told { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<PoolWarning>
    {
        public void Configure(EntityTypeBuilder<PoolWarning> builder)
        {
            builder.ToTable("pool_warnings");
            builder.HasKey(w => w.CustomerId);
            builder.Property(w => w.CustomerId).ValueGeneratedNever();
            builder.Property(w => w.Why).HasConversion<string>().HasMaxLength(20);
            builder.HasIndex(w => new { w.UserId, w.CustomerId }).HasFilter("NOT told");
            builder.HasIndex(w => w.PoolId);
            builder.HasOne<Customer>().WithMany().HasForeignKey(w => w.CustomerId);
            builder.HasOne<Pool>().WithMany().HasForeignKey(w => w.PoolId);
        }
    }
}

/// <summary>Somebody looked at a customer that he sees only because it lies in a pool; counted by day.</summary>
public sealed class PoolView
{
    /// <summary>Who.</summary>
    public long UserId { get; set; }

    /// <summary>The day, in Beijing.</summary>
    public DateOnly Day { get; set; }

    /// <summary>The stay looked at.</summary>
    public long StayId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<PoolView>
    {
        public void Configure(EntityTypeBuilder<PoolView> builder)
        {
            builder.ToTable("pool_views");
            builder.HasKey(v => new { v.UserId, v.Day, v.StayId });
            builder.HasOne<PoolStay>().WithMany().HasForeignKey(v => v.StayId);
            builder.HasOne<User>().WithMany().HasForeignKey(v => v.UserId);
        }
    }
}
