using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>What somebody is to a customer.</summary>
public enum Duty
{
    /// <summary>主办: the one who answers for it at a level.</summary>
    Main,

    /// <summary>协办: helps the one who does.</summary>
    Deputy,
}

/// <summary>客户经理制: who answers for a customer at one of the three levels, from which day until which. Rows are ended, never changed or taken away, so that the past says who was responsible on any day.</summary>
public sealed class Responsibility : ICustomerBound
{
    /// <summary>Longest reason.</summary>
    public const int ReasonLength = 200;

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The level, which is that of the unit the person works in.</summary>
    public UnitLevel Level { get; set; }

    /// <summary>Who.</summary>
    public long UserId { get; set; }

    /// <summary>Main or deputy.</summary>
    public Duty Duty { get; set; }

    /// <summary>First day, in Beijing.</summary>
    public DateOnly From { get; set; }

    /// <summary>The day it no longer holds, in Beijing; null while no end is set. A deputy's may lie ahead, a main manager's never does.</summary>
    public DateOnly? Until { get; set; }

    /// <summary>The end that was planned for a deputy, where another one came before it; null where none was.</summary>
    public DateOnly? PlannedUntil { get; set; }

    /// <summary>Why the person was appointed; null where nobody said.</summary>
    public string? Reason { get; set; }

    /// <summary>Who decided it; 0 is the system.</summary>
    public long ApprovedBy { get; set; }

    /// <summary>When it was decided (UTC).</summary>
    public DateTime ApprovedAt { get; set; }

    /// <summary>Why it ended: what somebody wrote, or one of the system's own: replaced, promoted, moved, handover, pool, undone.</summary>
    public string? EndReason { get; set; }

    /// <summary>Who ended it; 0 is the system, null while it holds.</summary>
    public long? EndedBy { get; set; }

    /// <summary>When that was decided (UTC); null while it holds.</summary>
    public DateTime? EndedAt { get; set; }

    /// <summary>The merge that brought it to the customer; null where none did.</summary>
    public long? MergeId { get; set; }

    /// <summary>Whether it holds on a day.</summary>
    public bool Holds(DateOnly day) => From <= day && (Until is not { } end || day < end);

    internal sealed class Mapping : IEntityTypeConfiguration<Responsibility>
    {
        public void Configure(EntityTypeBuilder<Responsibility> builder)
        {
            builder.ToTable("responsibilities");
            builder.Property(r => r.Level).HasConversion<string>().HasMaxLength(20);
            builder.Property(r => r.Duty).HasConversion<string>().HasMaxLength(20);
            builder.Property(r => r.Reason).HasMaxLength(ReasonLength);
            builder.Property(r => r.EndReason).HasMaxLength(ReasonLength);
            builder.HasIndex(r => new { r.CustomerId, r.Level }).IsUnique().HasFilter("duty = 'Main' AND until IS NULL").HasDatabaseName("ix_responsibilities_main"); // One at a level, whoever writes at the same time.
            builder.HasIndex(r => new { r.CustomerId, r.Level, r.From });
            builder.HasIndex(r => new { r.UserId, r.Until, r.CustomerId });
            builder.HasIndex(r => r.MergeId).HasFilter("merge_id IS NOT NULL");
            builder.HasOne<Customer>().WithMany().HasForeignKey(r => r.CustomerId);
            builder.HasOne<User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
