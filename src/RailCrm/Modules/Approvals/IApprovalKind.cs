using RailCrm.Kernel;
using RailCrm.Modules.Authority;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>What an approval is about, as its kind finds it now.</summary>
/// <param name="CustomerId">The customer concerned.</param>
/// <param name="UnitId">The unit whose line decides: the customer's owner.</param>
/// <param name="RecordKind">What kind of record.</param>
/// <param name="RecordId">Which; 0 where it is the customer itself.</param>
/// <param name="Title">What it is called, for those who decide.</param>
/// <param name="AmountFen">The amount that templates go by, fen; null where there is none.</param>
/// <param name="Lines">What would change.</param>
/// <param name="Takes">What authority it takes, and how much of it; needed of a kind by authority.</param>
public sealed record ApprovalSubject(long CustomerId, long UnitId, string RecordKind, long RecordId, string Title, long? AmountFen, IReadOnlyList<(string LabelKey, string Before, string After)> Lines, AuthorityTaken? Takes = null);

/// <summary>What authority something takes.</summary>
/// <param name="Action">On what somebody decides.</param>
/// <param name="Amount">How much, as the action is counted.</param>
public sealed record AuthorityTaken(AuthorityAction Action, long Amount);

/// <summary>Something that needs approval. Registered by its module, several in all.</summary>
public interface IApprovalKind
{
    /// <summary>Its name in the database, for ever: <c>customer.transfer</c>.</summary>
    string Kind { get; }

    /// <summary>What it is called.</summary>
    string TitleKey { get; }

    /// <summary>Who may ask for it.</summary>
    string AskPermission { get; }

    /// <summary>Whether it takes authority: its subject says which and how much, and its routes have a node that asks the lowest level whose authority covers that.</summary>
    bool ByAuthority => false;

    /// <summary>Whether several strive for the same, whoever sees it by another way than the scope: its check looks at sight itself, and who was sent back holds up nobody else.</summary>
    bool IsRace => false;

    /// <summary>Whether it can be done as things stand. Asked in the applicant's scope when it is submitted, and again before it takes effect: then by a context that sees the whole group in the name of whoever decides.</summary>
    Task<Result<ApprovalSubject>> Check(CrmDb db, string payload, CancellationToken ct);

    /// <summary>Why the actor cannot ask for it now though it can be done; null where he can. Asked when it is submitted, also anew.</summary>
    Task<Refusal?> Prevents(CrmDb db, string payload, CancellationToken ct) => Task.FromResult<Refusal?>(null);

    /// <summary>Does it, in the transaction of the last decision and by its context, which sees the whole group. What it refuses leaves the approval undecided.</summary>
    Task<Result<bool>> Grant(CrmDb db, Approval approval, CancellationToken ct);
}

/// <summary>The kinds there are.</summary>
public sealed class ApprovalKinds(IEnumerable<IApprovalKind> kinds)
{
    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<IApprovalKind> All { get; } = [.. kinds.OrderBy(k => k.Kind, StringComparer.Ordinal)];

    /// <summary>One; null where there is none such.</summary>
    public IApprovalKind? Named(string? kind) => All.FirstOrDefault(k => k.Kind == kind);

    /// <summary>What a kind is called; its own name where its module is gone.</summary>
    public string Called(string kind) => Named(kind) is { } known ? Platform.Text.Texts.Get(known.TitleKey) : kind;
}
