using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Approvals;

/// <summary>One approval with all that is known of it, for whoever sees its customer or takes part: who asked, who is or was asked, who reads a copy. Nothing of the customer comes along but what the approval itself says.</summary>
public sealed class GetApproval(CrmDb db, Deciders deciders, ApprovalKinds kinds)
{
    /// <summary>What would change, in words.</summary>
    public sealed record Line(string Label, string Before, string After);

    /// <summary>An approver's part.</summary>
    public sealed record Part(long Id, int Round, int Node, bool Added, string? Approver, string? InsteadOf, StepState State, string? Comment, DateTime? AskedAt, DateTime? DecidedAt, DateTime? DueAt);

    /// <summary>Something that happened.</summary>
    public sealed record Happening(DateTime At, string? Actor, string? InsteadOf, string Action, int? Node, string? Target, string? Comment);

    /// <summary>An approval as the API gives it; nodes count from 1.</summary>
    public sealed record Answer(
        long Id, string Number, string Kind, string KindName, ApprovalState State, string Title, string RecordKind, long? CustomerId, string Unit, long? AmountFen, IReadOnlyList<Line> Lines, string Reason, string? Applicant, DateTime SubmittedAt, DateTime? ClosedAt,
        int Node, int Nodes, int Round, bool CanDecide, bool CanWithdraw, IReadOnlyList<Part> Steps, IReadOnlyList<Happening> Events, int Version);

    /// <summary>A node that is still to come, or where it is.</summary>
    /// <param name="Node">What the route says.</param>
    /// <param name="People">Who would be asked as things stand.</param>
    public sealed record Coming(ApprovalNode Node, IReadOnlyList<string> People);

    /// <summary>Those that somebody takes part in.</summary>
    internal static IQueryable<Approval> Shared(CrmDb db)
    {
        var me = db.Actor.UserId;
        return db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(a => a.ApplicantId == me
            || db.Set<ApprovalStep>().Any(s => s.ApprovalId == a.Id && (s.UserId == me || s.ForId == me)) || db.Set<ApprovalCopy>().Any(c => c.UserId == me && c.ApprovalId == a.Id));
    }

    /// <summary>Those of these ids that the actor sees.</summary>
    internal static async Task<IReadOnlyList<Approval>> Seen(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct)
    {
        var scoped = db.Actor.May(Permission.CustomersRead) ? await db.Set<Approval>().AsNoTracking().Where(a => EF.Parameter(ids).Contains(a.Id)).ToListAsync(ct) : [];
        var left = ids.Except(scoped.Select(a => a.Id)).ToList();
        return left.Count == 0 || !db.Actor.IsKnown ? scoped : [.. scoped, .. await Shared(db).AsNoTracking().Where(a => EF.Parameter(left).Contains(a.Id)).ToListAsync(ct)];
    }

    /// <summary>Approvals as records: an inbox names them by number and kind. What a kind is called is asked of services of their own, since a kind may need some of a request.</summary>
    internal static RecordKind Record(IServiceProvider services) => new(ApprovalsModule.Record, "approval.title", "clipboard-check", Permission.SignedIn, async (db, ids, ct) =>
    {
        await using var scope = services.CreateAsyncScope();
        var kinds = scope.ServiceProvider.GetRequiredService<ApprovalKinds>();
        return [.. (await Seen(db, ids, ct)).Select(a => new RecordFound(a.Id, a.CustomerId, $"{a.Number} {kinds.Called(a.Kind)}", $"/approvals/{a.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)}"))];
    }, PastScope: true);

    /// <summary>Whether the actor sees it.</summary>
    public async Task<bool> Sees(long id, CancellationToken ct) => (await Seen(db, [id], ct)).Count == 1;

    /// <summary>The approval; absent where the actor does not see it.</summary>
    public async Task<Result<Approval>> Run(long id, CancellationToken ct) => await Seen(db, [id], ct) is [var approval] ? approval : new Refusal.NotFound();

    /// <summary>The step that the actor is to decide; null where none is.</summary>
    public async Task<ApprovalStep?> Mine(Approval approval, CancellationToken ct) =>
        DecideApproval.Mine(approval, await db.Set<ApprovalStep>().AsNoTracking().Where(s => s.ApprovalId == approval.Id && s.Round == approval.Round && s.Node == approval.Node).ToListAsync(ct), db.Actor.UserId, null);

    /// <summary>Whether the actor asked for it, or is or was asked, or reads a copy.</summary>
    public Task<bool> TakesPart(long id, CancellationToken ct) => Shared(db).AnyAsync(a => a.Id == id, ct);

    /// <summary>Whether the actor may open the customer.</summary>
    public async Task<bool> SeesCustomer(Approval approval, CancellationToken ct) => db.Actor.May(Permission.CustomersRead) && await db.Set<Customer>().AnyAsync(c => c.Id == approval.CustomerId, ct);

    /// <summary>The nodes behind the present one, and who would be asked there.</summary>
    public async Task<IReadOnlyList<Coming>> Ahead(Approval approval, CancellationToken ct)
    {
        if (approval.State != ApprovalState.Pending)
        {
            return [];
        }

        var (line, ahead) = (await deciders.Line(approval.UnitId, ct), new List<Coming>());
        foreach (var node in approval.Nodes.Skip(approval.Node + 1))
        {
            var people = await deciders.Of(node, approval, line, ct);
            var names = await deciders.Names(people, ct);
            ahead.Add(new(node, [.. people.Select(p => names.GetValueOrDefault(p) ?? "")]));
        }

        return ahead;
    }

    /// <summary>All that is known of one that the actor sees.</summary>
    /// <param name="approval">The approval.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="seesCustomer">Whether the one who is told sees the customer; looked up where null.</param>
    public async Task<Answer> Told(Approval approval, CancellationToken ct, bool? seesCustomer = null)
    {
        var steps = await db.Set<ApprovalStep>().AsNoTracking().Where(s => s.ApprovalId == approval.Id).OrderBy(s => s.Round).ThenBy(s => s.Node).ThenBy(s => s.Place).ToListAsync(ct);
        var events = await db.Set<ApprovalEvent>().AsNoTracking().Where(e => e.ApprovalId == approval.Id).OrderBy(e => e.Id).ToListAsync(ct);
        var names = await deciders.Names(steps.SelectMany(s => new[] { s.UserId, s.ForId ?? 0 }).Concat(events.SelectMany(e => new[] { e.ActorId, e.ForId ?? 0, e.TargetId ?? 0 })).Append(approval.ApplicantId), ct);
        var unit = await db.Set<OrgUnit>().Where(u => u.Id == approval.UnitId).Select(u => u.Name).SingleAsync(ct);
        var me = db.Actor.UserId;
        string? Name(long? id) => id is { } one ? names.GetValueOrDefault(one) : null;
        return new(
            approval.Id, approval.Number, approval.Kind, kinds.Called(approval.Kind), approval.State, approval.Title, approval.RecordKind, seesCustomer ?? await SeesCustomer(approval, ct) ? approval.CustomerId : null, unit, approval.AmountFen,
            [.. approval.Changes.Select(l => new Line(Texts.Find(l.LabelKey) ?? l.LabelKey, l.Before, l.After))], approval.Reason, Name(approval.ApplicantId), approval.SubmittedAt, approval.ClosedAt,
            approval.Node + 1, approval.Nodes.Count, approval.Round + 1,
            DecideApproval.Mine(approval, steps.Where(s => s.Round == approval.Round && s.Node == approval.Node), me, null) is not null && !db.Actor.ReadsOnly, approval.ApplicantId == me && approval.IsOpen && !db.Actor.ReadsOnly,
            [.. steps.Select(s => new Part(s.Id, s.Round + 1, s.Node + 1, s.Added, Name(s.UserId), Name(s.ForId), s.State, s.Comment, s.AskedAt, s.DecidedAt, s.DueAt))],
            [.. events.Select(e => new Happening(e.At, Name(e.ActorId), Name(e.ForId), e.Action, e.Node + 1, Name(e.TargetId), e.Comment))], approval.Version);
    }

    internal static async Task<IResult> Get(long id, GetApproval useCase, HttpContext http, CancellationToken ct)
    {
        if (!(await useCase.Run(id, ct)).TryGet(out var approval, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        Versions.Tell(http, approval.Version);
        return TypedResults.Ok(await useCase.Told(approval, ct));
    }
}
