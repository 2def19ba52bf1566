using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>How far an approval is.</summary>
public enum ApprovalState
{
    /// <summary>Somebody is asked.</summary>
    Pending,

    /// <summary>All agreed, and what was asked for took effect.</summary>
    Granted,

    /// <summary>Somebody refused.</summary>
    Refused,

    /// <summary>撤回: the applicant took it back.</summary>
    Withdrawn,

    /// <summary>退回: the applicant is to mend it and submit it anew, or to withdraw it.</summary>
    Returned,
}

/// <summary>One thing that would change: what it is called, as it is, as it would be.</summary>
/// <param name="LabelKey">The key of its name.</param>
/// <param name="Before">As it was when it was submitted.</param>
/// <param name="After">As it would be.</param>
public sealed record ApprovalLine(string LabelKey, string Before, string After);

/// <summary>审批: somebody asks for something that others must agree to. It is bound to its customer's scope; those who take part see it beyond that, but never the customer.</summary>
public sealed class Approval : ICustomerBound, IVersioned
{
    /// <summary>Longest reason, and comment.</summary>
    public const int ReasonLength = 1_000;

    /// <summary>Longest title.</summary>
    public const int TitleLength = 200;

    /// <summary>Longest payload.</summary>
    public const int PayloadLength = 20_000;

    private const int LinesLength = 20_000;
    private const int RouteLength = 8_000;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Converters = { new JsonStringEnumConverter() } };

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>SP-0000001; never reused.</summary>
    public string Number { get; set; } = "";

    /// <summary>Which <see cref="IApprovalKind"/>.</summary>
    public string Kind { get; set; } = "";

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The unit whose line decides: the owner when it was submitted.</summary>
    public long UnitId { get; set; }

    /// <summary>What kind of record it is about.</summary>
    public string RecordKind { get; set; } = "";

    /// <summary>That record; 0 where it is the customer itself.</summary>
    public long RecordId { get; set; }

    /// <summary>What it is about, for those who decide.</summary>
    public string Title { get; set; } = "";

    /// <summary>The amount that templates go by, fen; null where there is none.</summary>
    public long? AmountFen { get; set; }

    /// <summary>What is asked for, as its kind wrote it: JSON.</summary>
    public string Payload { get; set; } = "{}";

    /// <summary>What authority it takes; null where heads decide.</summary>
    public AuthorityAction? AuthorityAction { get; set; }

    /// <summary>How much of that, as the action is counted; null where there is none.</summary>
    public long? AuthorityAmount { get; set; }

    /// <summary>What would change, JSON of <see cref="ApprovalLine"/>.</summary>
    public string Lines { get; set; } = "[]";

    /// <summary>Why it is asked for.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Who asks.</summary>
    public long ApplicantId { get; set; }

    /// <summary>The nodes it goes through, as the template stood when it was submitted, JSON of <see cref="ApprovalNode"/>: whoever changes a template changes none that is under way.</summary>
    public string Route { get; set; } = "[]";

    /// <summary>Whether somebody who has just agreed is not asked again in the node after.</summary>
    public bool AskOnce { get; set; }

    /// <summary>Which node it is at, from 0.</summary>
    public int Node { get; set; }

    /// <summary>Raised each time it is returned, so that what was decided before counts no more.</summary>
    public int Round { get; set; }

    /// <summary>How far it is.</summary>
    public ApprovalState State { get; set; }

    /// <summary>The key of the form or the caller that submitted it, so that it is submitted once.</summary>
    public string? FormKey { get; set; }

    /// <summary>First submission (UTC).</summary>
    public DateTime SubmittedAt { get; set; }

    /// <summary>Last event (UTC).</summary>
    public DateTime UpdatedAt { get; set; }

    /// <summary>When it was decided or withdrawn (UTC).</summary>
    public DateTime? ClosedAt { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>Whether it still may come to something.</summary>
    public bool IsOpen => State is ApprovalState.Pending or ApprovalState.Returned;

    internal IReadOnlyList<ApprovalNode> Nodes => Read<ApprovalNode>(Route);

    internal IReadOnlyList<ApprovalLine> Changes => Read<ApprovalLine>(Lines);

    internal static IReadOnlyList<T> Read<T>(string json) => JsonSerializer.Deserialize<List<T>>(json, Json)!;

    internal static string Write<T>(IEnumerable<T> rows) => JsonSerializer.Serialize(rows, Json);

    internal sealed class Mapping : IEntityTypeConfiguration<Approval>
    {
        public void Configure(EntityTypeBuilder<Approval> builder)
        {
            builder.ToTable("approvals");
            builder.Ignore(a => a.IsOpen).Ignore(a => a.Nodes).Ignore(a => a.Changes);
            builder.Property(a => a.Number).HasMaxLength(20);
            builder.Property(a => a.Kind).HasMaxLength(50);
            builder.Property(a => a.RecordKind).HasMaxLength(20);
            builder.Property(a => a.Title).HasMaxLength(TitleLength);
            builder.Property(a => a.State).HasConversion<string>().HasMaxLength(20);
            builder.Property(a => a.AuthorityAction).HasConversion<string>().HasMaxLength(20);
            builder.Property(a => a.FormKey).HasMaxLength(100);
            builder.Property(a => a.Payload).HasMaxLength(PayloadLength);
            builder.Property(a => a.Lines).HasMaxLength(LinesLength);
            builder.Property(a => a.Route).HasMaxLength(RouteLength);
            builder.Property(a => a.Reason).HasMaxLength(ReasonLength);
            builder.HasIndex(a => a.Number).IsUnique();
            builder.HasIndex(a => new { a.ApplicantId, a.Id });
            builder.HasIndex(a => new { a.ApplicantId, a.FormKey }).IsUnique().HasFilter("form_key IS NOT NULL");
            builder.HasIndex(a => new { a.CustomerId, a.Id });
            builder.HasOne<Customer>().WithMany().HasForeignKey(a => a.CustomerId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(a => a.UnitId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>抄送: somebody who reads an approval and decides nothing.</summary>
public sealed class ApprovalCopy
{
    /// <summary>The approval.</summary>
    public long ApprovalId { get; set; }

    /// <summary>Who reads it.</summary>
    public long UserId { get; set; }

    /// <summary>Since when (UTC).</summary>
    public DateTime At { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ApprovalCopy>
    {
        public void Configure(EntityTypeBuilder<ApprovalCopy> builder)
        {
            builder.ToTable("approval_copies");
            builder.HasKey(c => new { c.UserId, c.ApprovalId });
            builder.HasOne<Approval>().WithMany().HasForeignKey(c => c.ApprovalId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
