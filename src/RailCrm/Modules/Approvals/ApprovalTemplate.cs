using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>Who decides at a node.</summary>
public enum NodeBy
{
    /// <summary>The heads of the owning unit.</summary>
    Head,

    /// <summary>The heads of the unit above it.</summary>
    HeadAbove,

    /// <summary>The heads of the group.</summary>
    GroupHead,

    /// <summary>The customer's account managers who work at a level.</summary>
    AccountManager,

    /// <summary>The accounts of a role in the owning unit or one above it.</summary>
    Role,

    /// <summary>One person.</summary>
    Person,

    /// <summary>The lowest level whose authority covers the amount.</summary>
    Authority,
}

/// <summary>How many of a node's approvers must agree.</summary>
public enum NodeMode
{
    /// <summary>会签: every one, in any order.</summary>
    All,

    /// <summary>或签: one is enough.</summary>
    Any,

    /// <summary>依次: every one, each after the one before.</summary>
    InTurn,
}

/// <summary>What a deadline is counted in.</summary>
public enum DueUnit
{
    /// <summary>Hours of working days, each of which has 24.</summary>
    Hours,

    /// <summary>Working days.</summary>
    WorkingDays,
}

/// <summary>One node (审批节点) of a route.</summary>
/// <param name="By">Who decides.</param>
/// <param name="Mode">How many of them.</param>
/// <param name="Level">Where the account managers work, for <see cref="NodeBy.AccountManager"/>.</param>
/// <param name="RoleId">For <see cref="NodeBy.Role"/>.</param>
/// <param name="UserId">For <see cref="NodeBy.Person"/>.</param>
/// <param name="Due">How long there is; null for ever.</param>
/// <param name="Unit">What that is counted in.</param>
public sealed record ApprovalNode(NodeBy By, NodeMode Mode, UnitLevel? Level = null, long? RoleId = null, long? UserId = null, int? Due = null, DueUnit Unit = DueUnit.WorkingDays);

/// <summary>Through which nodes the approvals of a kind go, from an amount on. Set by the group; where none is set the owning unit's heads decide.</summary>
public sealed class ApprovalTemplate : IAudited, IVersioned
{
    /// <summary>Most nodes.</summary>
    public const int MostNodes = 6;

    /// <summary>What holds where no template is set: one head of the owning unit, within three working days.</summary>
    public static readonly IReadOnlyList<ApprovalNode> Default = [new(NodeBy.Head, NodeMode.Any, Due: 3)];

    private static readonly IReadOnlyList<ApprovalNode> Covered = [new(NodeBy.Authority, NodeMode.Any, Due: 3)];

    /// <summary>What holds for a kind where no template is set: of one by authority the lowest level whose authority covers it.</summary>
    public static IReadOnlyList<ApprovalNode> DefaultOf(IApprovalKind? kind) => kind?.ByAuthority == true ? Covered : Default;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>Which <see cref="IApprovalKind"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>From this amount on, fen; the highest that an approval reaches holds. One without amount counts as 0.</summary>
    public long FromFen { get; set; }

    /// <summary>The nodes in order, JSON.</summary>
    public string Route { get; set; } = "[]";

    /// <summary>Whether somebody who has just agreed is not asked again in the node after.</summary>
    public bool AskOnce { get; set; } = true;

    /// <inheritdoc/>
    public int Version { get; set; }

    internal IReadOnlyList<ApprovalNode> Nodes => Approval.Read<ApprovalNode>(Route);

    internal sealed class Mapping : IEntityTypeConfiguration<ApprovalTemplate>
    {
        public void Configure(EntityTypeBuilder<ApprovalTemplate> builder)
        {
            builder.ToTable("approval_templates");
            builder.Ignore(t => t.Nodes);
            builder.Property(t => t.Kind).HasMaxLength(50);
            builder.Property(t => t.Route).HasMaxLength(8_000);
            builder.HasIndex(t => new { t.Kind, t.FromFen }).IsUnique();
        }
    }
}
