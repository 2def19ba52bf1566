using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Approvals;

/// <summary>What became of one approver's part.</summary>
public enum StepState
{
    /// <summary>Not asked yet: somebody before must agree first.</summary>
    Waiting,

    /// <summary>Asked.</summary>
    Pending,

    /// <summary>Agreed.</summary>
    Granted,

    /// <summary>Refused, and the whole with it.</summary>
    Refused,

    /// <summary>Sent it back.</summary>
    Returned,

    /// <summary>No longer asked: others decided, or it went to the unit above.</summary>
    Closed,
}

/// <summary>One approver's part in a node.</summary>
public sealed class ApprovalStep
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>The approval.</summary>
    public long ApprovalId { get; set; }

    /// <summary>The round it belongs to; only the last one's count.</summary>
    public int Round { get; set; }

    /// <summary>The node, from 0.</summary>
    public int Node { get; set; }

    /// <summary>Its number in the node, from 1.</summary>
    public int Place { get; set; }

    /// <summary>The place that must agree before it is asked; null where nobody must.</summary>
    public int? After { get; set; }

    /// <summary>加签: not of the template, somebody added it.</summary>
    public bool Added { get; set; }

    /// <summary>Who decides.</summary>
    public long UserId { get; set; }

    /// <summary>Instead of whom: a colleague on leave, or who passed it on.</summary>
    public long? ForId { get; set; }

    /// <summary>What became of it.</summary>
    public StepState State { get; set; }

    /// <summary>What was said.</summary>
    public string? Comment { get; set; }

    /// <summary>When it was asked for (UTC).</summary>
    public DateTime? AskedAt { get; set; }

    /// <summary>When it was decided or closed (UTC).</summary>
    public DateTime? DecidedAt { get; set; }

    /// <summary>From when on the approver is reminded (UTC); null once that was done.</summary>
    public DateTime? RemindAt { get; set; }

    /// <summary>Until when it is to be decided (UTC); null for ever.</summary>
    public DateTime? DueAt { get; set; }

    /// <summary>When it went to the unit above, or nobody was found there (UTC): looked at again a day later.</summary>
    public DateTime? EscalatedAt { get; set; }

    /// <summary>Whether somebody may still be asked for it.</summary>
    public bool IsOpen => State is StepState.Waiting or StepState.Pending;

    internal sealed class Mapping : IEntityTypeConfiguration<ApprovalStep>
    {
        private const string Asked = "state = 'Pending'";

        public void Configure(EntityTypeBuilder<ApprovalStep> builder)
        {
            builder.ToTable("approval_steps");
            builder.Ignore(s => s.IsOpen);
            builder.Property(s => s.State).HasConversion<string>().HasMaxLength(20);
            builder.Property(s => s.Comment).HasMaxLength(Approval.ReasonLength);
            builder.HasIndex(s => new { s.ApprovalId, s.Round, s.Node, s.Place }).IsUnique();
            builder.HasIndex(s => new { s.UserId, s.Id }).HasFilter(Asked).HasDatabaseName("ix_approval_steps_pending"); // The count on every page.
            builder.HasIndex(s => new { s.UserId, s.ApprovalId });
            builder.HasIndex(s => s.RemindAt).HasFilter(Asked).HasDatabaseName("ix_approval_steps_remind");
            builder.HasIndex(s => s.DueAt).HasFilter($"{Asked} AND escalated_at IS NULL").HasDatabaseName("ix_approval_steps_due");
            builder.HasOne<Approval>().WithMany().HasForeignKey(s => s.ApprovalId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>One thing that happened to an approval; written once, never changed.</summary>
public sealed class ApprovalEvent
{
    /// <summary>Key, in order of writing.</summary>
    public long Id { get; set; }

    /// <summary>The approval.</summary>
    public long ApprovalId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime At { get; set; }

    /// <summary>Who; 0 is the system.</summary>
    public long ActorId { get; set; }

    /// <summary>Instead of whom; null for oneself.</summary>
    public long? ForId { get; set; }

    /// <summary>What: the end of the key <c>approval.did_…</c>.</summary>
    public string Action { get; set; } = "";

    /// <summary>At which node, from 0; null where it is of none.</summary>
    public int? Node { get; set; }

    /// <summary>Whom it concerns beside the actor.</summary>
    public long? TargetId { get; set; }

    /// <summary>What was said.</summary>
    public string? Comment { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ApprovalEvent>
    {
        public void Configure(EntityTypeBuilder<ApprovalEvent> builder)
        {
            builder.ToTable("approval_events");
            builder.Property(e => e.Action).HasMaxLength(20);
            builder.Property(e => e.Comment).HasMaxLength(Approval.ReasonLength);
            builder.HasIndex(e => new { e.ApprovalId, e.Id });
            builder.HasOne<Approval>().WithMany().HasForeignKey(e => e.ApprovalId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
