using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;

namespace RailCrm.Modules.Approvals;

/// <summary>Moves an approval along: asks the people of a node, goes on when they have agreed, does at the end what was asked for. All of it in one transaction, alone with the approval.</summary>
internal sealed class ApprovalFlow(CrmDb db, ApprovalKinds kinds, Deciders deciders, Holidays holidays)
{
    private const string Before = "approval";

    /// <summary>What of the trail belongs to the customer's history too.</summary>
    private static readonly HashSet<string> Past = ["submitted", "resubmitted", "returned", "refused", "withdrawn", "effect"];

    private WorkingDays? _calendar;

    /// <summary>An approval to be read, whoever asks; null where there is none.</summary>
    public Task<Approval?> Find(long id, CancellationToken ct) => db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct);

    /// <summary>Changes an approval that still is as the caller saw it.</summary>
    /// <param name="id">The approval.</param>
    /// <param name="version">As the caller saw it; null where that does not matter.</param>
    /// <param name="change">Why not; null where it was done.</param>
    /// <param name="ct">Cancels.</param>
    public Task<Result<Approval>> Change(long id, int? version, Func<Approval, Task<Refusal?>> change, CancellationToken ct) => Whole($"approval:{id}", async () =>
    {
        var approval = await db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]).SingleOrDefaultAsync(a => a.Id == id, ct);
        var refusal = approval is null ? new Refusal.NotFound() : version is not null && version != approval.Version ? new Refusal.Stale() : await change(approval);
        if (refusal is not null)
        {
            return refusal;
        }

        approval!.UpdatedAt = db.UtcNow;
        db.Entry(approval).Property(a => a.UpdatedAt).IsModified = true; // A step alone is a change of the approval: its version tells.
        return approval;
    }, ct);

    /// <summary>Does something alone with a name, whole or not at all: where it is refused nothing of it stays, also within a larger transaction.</summary>
    public Task<Result<Approval>> Whole(string name, Func<Task<Result<Approval>>> work, CancellationToken ct) => db.Write<Result<Approval>>(async () =>
    {
        await db.Alone(name, ct);
        var transaction = db.Database.CurrentTransaction!;
        await transaction.CreateSavepointAsync(Before, ct);
        Refusal? refusal;
        try
        {
            var done = await work();
            if (done.TryGet(out var approval, out refusal))
            {
                await db.SaveChangesAsync(ct);
                return approval;
            }
        }
        catch (DbUpdateConcurrencyException)
        {
            refusal = new Refusal.Stale();
        }

        await transaction.RollbackToSavepointAsync(Before, ct);
        db.ChangeTracker.Clear();
        return refusal;
    }, ct);

    /// <summary>The steps of the node where it is, in order.</summary>
    public Task<List<ApprovalStep>> Steps(Approval approval, CancellationToken ct) =>
        db.Set<ApprovalStep>().Where(s => s.ApprovalId == approval.Id && s.Round == approval.Round && s.Node == approval.Node).OrderBy(s => s.Place).ToListAsync(ct);

    /// <summary>Asks the people of a node, and those of the next where it is done at once; behind the last it takes effect.</summary>
    public async Task<Refusal?> Open(Approval approval, int node, CancellationToken ct)
    {
        var (nodes, line) = (approval.Nodes, await deciders.Line(approval.UnitId, ct));
        if (nodes.Skip(node + 1).FirstOrDefault(n => n.By == NodeBy.Authority) is { } later && (await deciders.Of(later, approval, line, ct)).Count == 0)
        {
            return NobodyDecides(later, approval); // Heads shall not agree to what nobody can grant in the end.
        }

        for (; node < nodes.Count; node++)
        {
            var people = await deciders.Of(nodes[node], approval, line, ct);
            if (people.Count == 0)
            {
                return NobodyDecides(nodes[node], approval);
            }

            (approval.State, approval.Node) = (ApprovalState.Pending, node);
            var agreed = approval.AskOnce ? await Agreed(approval, node - 1, ct) : new HashSet<long>();
            var steps = people.Select((user, i) => new ApprovalStep { ApprovalId = approval.Id, Round = approval.Round, Node = node, Place = i + 1, After = nodes[node].Mode == NodeMode.InTurn && i > 0 ? i : null, UserId = user }).ToList();
            foreach (var step in steps.Where(s => agreed.Contains(s.UserId)))
            {
                (step.State, step.DecidedAt) = (StepState.Granted, db.UtcNow);
                Trail(approval, "same", node, target: step.UserId);
            }

            db.AddRange(steps);
            if (!await Settle(approval, nodes[node], steps, ct))
            {
                return null;
            }
        }

        return await Finish(approval, ct);
    }

    private static Refusal NobodyDecides(ApprovalNode node, Approval approval) => node.By == NodeBy.Authority && approval is { AuthorityAction: { } action, AuthorityAmount: { } amount }
        ? new Refusal.InvalidMany([new("Amount", "approval.nobody_covers", AuthorityAmount.Called(action), AuthorityAmount.Said(action, amount))])
        : new Refusal.Conflict("approval.nobody_decides");

    /// <summary>Whether somebody may decide a step as things stand. Where heads are asked he is one along the approval's line, or holds the step for one who still is and is a head elsewhere. Whoever was added, or named otherwise, need not be.</summary>
    public async Task<bool> MayDecide(Approval approval, ApprovalStep step, (long User, long? For) holder, CancellationToken ct)
    {
        if (step.Added || approval.Nodes[step.Node].By is not (NodeBy.Head or NodeBy.HeadAbove or NodeBy.GroupHead))
        {
            return true;
        }

        var heads = (await deciders.Line(approval.UnitId, ct)).SelectMany(u => u.Heads).ToHashSet();
        return heads.Contains(holder.User) || (holder.For is { } other && heads.Contains(other) && await deciders.Supervises(holder.User, ct));
    }

    /// <summary>Why a step's approver cannot agree to it as things stand; null where he can. By authority he goes by his own or by that of whoever he holds the step for.</summary>
    public async Task<Refusal?> Prevents(Approval approval, ApprovalStep step, bool agrees, CancellationToken ct) =>
        !await MayDecide(approval, step, (step.UserId, step.ForId), ct) ? new Refusal.Conflict("approval.head_no_more") // Asked as a head, or for one, and none of this line any more.
        : agrees && !await Covers(approval, step, (step.UserId, step.ForId), ct) ? new Refusal.Conflict("approval.covers_no_more") // Narrowed, ended or taken back since he was asked.
        : null;

    /// <summary>Whether a holder has the authority that a step takes, where it takes any. The applicant's own counts for nobody.</summary>
    public async Task<bool> Covers(Approval approval, ApprovalStep step, (long User, long? For) holder, CancellationToken ct)
    {
        if (step.Added || approval.Nodes[step.Node].By != NodeBy.Authority)
        {
            return true;
        }

        var covering = await deciders.AllCovering(approval, ct);
        return covering.Contains(holder.User) || (holder.For is { } other && other != approval.ApplicantId && covering.Contains(other));
    }

    /// <summary>Goes on after a step of the present node was decided.</summary>
    public async Task<Refusal?> GoOn(Approval approval, IReadOnlyList<ApprovalStep> steps, CancellationToken ct) =>
        await Settle(approval, approval.Nodes[approval.Node], steps, ct) ? await Open(approval, approval.Node + 1, ct) : null;

    /// <summary>Asks whose turn has come; true where the node is done, whose other steps are closed then.</summary>
    private async Task<bool> Settle(Approval approval, ApprovalNode node, IReadOnlyList<ApprovalStep> steps, CancellationToken ct)
    {
        if (Routing.IsDone(node.Mode, steps))
        {
            Close(steps);
            return true;
        }

        foreach (var step in Routing.Due(steps))
        {
            await Ask(approval, node, step, steps, ct);
        }

        return false;
    }

    /// <summary>Asks somebody, or a deputy where that one is on leave and the deputy is not asked here already.</summary>
    public async Task Ask(Approval approval, ApprovalNode node, ApprovalStep step, IReadOnlyList<ApprovalStep> steps, CancellationToken ct)
    {
        var deputy = await deciders.Deputy(step.UserId, approval.ApplicantId, ct);
        if (deputy != step.UserId && !steps.Any(s => s.IsOpen && s.UserId == deputy) && await MayDecide(approval, step, (deputy, step.ForId ?? step.UserId), ct))
        {
            Trail(approval, "deputy", step.Node, target: deputy, instead: step.UserId);
            (step.ForId, step.UserId) = (step.ForId ?? step.UserId, deputy);
        }

        (step.State, step.AskedAt) = (StepState.Pending, db.UtcNow);
        if (node.Due is { } due && step.DueAt is null) // Passed on or waited for, it has the time that was left.
        {
            step.DueAt = Deadline.Of(db.UtcNow, due, node.Unit, _calendar ??= await holidays.Calendar(ct));
            step.RemindAt = Deadline.Reminder(db.UtcNow, step.DueAt.Value);
        }

        Tell(approval, step.UserId, Told.Asked);
    }

    /// <summary>Ends what is still open of some steps.</summary>
    public void Close(IEnumerable<ApprovalStep> steps)
    {
        foreach (var step in steps.Where(s => s.IsOpen))
        {
            (step.State, step.DecidedAt) = (StepState.Closed, db.UtcNow);
        }
    }

    /// <summary>Ends the whole: decided or withdrawn.</summary>
    public void End(Approval approval, ApprovalState state, IEnumerable<ApprovalStep> steps)
    {
        Close(steps);
        (approval.State, approval.ClosedAt) = (state, db.UtcNow);
    }

    /// <summary>What was asked for takes effect, if it still can.</summary>
    private async Task<Refusal?> Finish(Approval approval, CancellationToken ct)
    {
        if (kinds.Named(approval.Kind) is not { } kind)
        {
            return new Refusal.Conflict("approval.kind_gone");
        }

        if (!(await kind.Check(db, approval.Payload, ct)).TryGet(out var subject, out var refusal))
        {
            return refusal is Refusal.NotFound ? new Refusal.Conflict("approval.gone") : refusal;
        }

        // Whoever agreed agreed to what stood there, as the line of that unit and the template of that amount.
        if (subject.CustomerId != approval.CustomerId || subject.UnitId != approval.UnitId || subject.AmountFen != approval.AmountFen || subject.Takes?.Action != approval.AuthorityAction || subject.Takes?.Amount != approval.AuthorityAmount)
        {
            return new Refusal.Conflict("approval.changed_since");
        }

        (approval.State, approval.ClosedAt) = (ApprovalState.Granted, db.UtcNow);
        await db.SaveChangesAsync(ct);
        if ((await kind.Grant(db, approval, ct)).Refusal is { } why)
        {
            return why;
        }

        Trail(approval, "effect");
        Tell(approval, approval.ApplicantId, Told.Granted);
        return null;
    }

    private async Task<IReadOnlySet<long>> Agreed(Approval approval, int node, CancellationToken ct) => node < 0 ? new HashSet<long>()
        : db.ChangeTracker.Entries<ApprovalStep>().Select(e => e.Entity).Concat(await db.Set<ApprovalStep>().AsNoTracking().Where(s => s.ApprovalId == approval.Id && s.Round == approval.Round && s.Node == node && s.State == StepState.Granted).ToListAsync(ct))
            .Where(s => s.ApprovalId == approval.Id && s.Round == approval.Round && s.Node == node && s.State == StepState.Granted).Select(s => s.UserId).ToHashSet();

    /// <summary>Writes down what happened: in the approval's own trail, and in the group's audit trail.</summary>
    public void Trail(Approval approval, string action, int? node = null, long? target = null, long? instead = null, string? comment = null)
    {
        db.Add(new ApprovalEvent { ApprovalId = approval.Id, At = db.UtcNow, ActorId = db.Actor.UserId, ForId = instead, Action = action, Node = node, TargetId = target, Comment = comment });
        db.Add(new AuditEntry(db.Actor, db.UtcNow, $"approval_{action}", nameof(Approval), approval.Id, Past.Contains(action) ? approval.CustomerId : null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["ApprovalNumber"] = [null, approval.Number], ["Comment"] = [null, comment] }, Text)));
    }

    private static readonly JsonSerializerOptions Text = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All) };

    /// <summary>Puts a line into somebody's inbox, which names the approval and says nothing of the customer; nobody is told of what he did himself.</summary>
    public void Tell(Approval approval, long user, string kind)
    {
        if (user != db.Actor.UserId)
        {
            db.Add(new InboxLine { UserId = user, Kind = kind, CustomerId = approval.CustomerId, RecordKind = ApprovalsModule.Record, RecordId = approval.Id, ActorId = db.Actor.UserId, At = db.UtcNow });
        }
    }
}
