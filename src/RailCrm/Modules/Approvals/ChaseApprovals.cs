using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Authority;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>Sees to it that approvals go on: reminds approvers before the deadline, hands what is overdue or lies with a disabled account to the unit above, and what waits for somebody on leave to the deputy. Each step is looked at again alone with its approval, so that several nodes do no harm.</summary>
internal sealed class ChaseApprovals(CrmDb db, ApprovalFlow flow, Deciders deciders, TimeProvider clock)
{
    /// <summary>The job of every hour.</summary>
    public const string Job = "approvals";

    private const int AtOnce = 500;

    /// <summary>Where nobody was found above, there may be somebody by then.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromDays(1);

    /// <summary>What was done.</summary>
    public sealed record Chased(int Reminded, int Escalated, int HandedOver);

    private IQueryable<ApprovalStep> Pending => db.Set<ApprovalStep>().AsNoTracking().Where(s => s.State == StepState.Pending);

    public async Task<Chased> Run(CancellationToken ct)
    {
        var now = db.UtcNow;
        var handed = await HandOver(null, ct);
        var again = now - Again;
        var late = await Pending.Where(s => s.EscalatedAt == null && s.DueAt <= now).OrderBy(s => s.DueAt).Select(s => new { s.ApprovalId, s.Id }).Take(AtOnce).ToListAsync(ct);
        var gone = await Pending.Where(s => (s.EscalatedAt == null || s.EscalatedAt <= again) && db.Set<User>().Any(u => u.Id == s.UserId && u.Disabled)).OrderBy(s => s.Id).Select(s => new { s.ApprovalId, s.Id }).Take(AtOnce).ToListAsync(ct);
        var left = await Pending.Where(s => s.EscalatedAt <= again && s.DueAt <= now).OrderBy(s => s.EscalatedAt).Select(s => new { s.ApprovalId, s.Id }).Take(AtOnce).ToListAsync(ct);
        var escalated = await Each(late.Concat(gone).Concat(left).Distinct().Select(s => (s.ApprovalId, s.Id)), Escalate, ct);
        var soon = await Pending.Where(s => s.RemindAt <= now).OrderBy(s => s.RemindAt).Select(s => new { s.ApprovalId, s.Id }).Take(AtOnce).ToListAsync(ct);
        var reminded = await Each(soon.Select(s => (s.ApprovalId, s.Id)), Remind, ct);
        return new(reminded, escalated, handed);
    }

    /// <summary>Gives to deputies what waits for people on leave today; of one person where one is named.</summary>
    public async Task<int> HandOver(long? userId, CancellationToken ct)
    {
        var today = clock.Today();
        var away = db.Set<ApprovalDeputy>().Where(d => d.FromOn <= today && d.UntilOn >= today && (userId == null || d.UserId == userId)).Select(d => d.UserId);
        var waiting = await Pending.Where(s => away.Contains(s.UserId)).OrderBy(s => s.Id).Select(s => new { s.ApprovalId, s.Id }).Take(AtOnce).ToListAsync(ct);
        return await Each(waiting.Select(s => (s.ApprovalId, s.Id)), async (approval, step, steps) =>
        {
            var before = step.UserId;
            await flow.Ask(approval, approval.Nodes[approval.Node], step, steps, ct);
            return step.UserId != before;
        }, ct);
    }

    private async Task<int> Each(IEnumerable<(long ApprovalId, long StepId)> found, Func<Approval, ApprovalStep, List<ApprovalStep>, Task<bool>> act, CancellationToken ct)
    {
        var count = 0;
        foreach (var (approvalId, stepId) in found.ToList())
        {
            var done = await flow.Change(approvalId, null, async approval =>
            {
                var steps = await flow.Steps(approval, ct);
                return approval.State == ApprovalState.Pending && steps.FirstOrDefault(s => s.Id == stepId && s.State == StepState.Pending) is { } step && await act(approval, step, steps) ? null : new Refusal.NotFound();
            }, ct);
            count += done.Refusal is null ? 1 : 0;
            db.ChangeTracker.Clear();
        }

        return count;
    }

    private Task<bool> Remind(Approval approval, ApprovalStep step, List<ApprovalStep> steps)
    {
        if (step.RemindAt is null || step.RemindAt > db.UtcNow)
        {
            return Task.FromResult(false); // Another node was first.
        }

        step.RemindAt = null;
        flow.Trail(approval, "reminded", step.Node, target: step.UserId);
        flow.Tell(approval, step.UserId, Told.Reminded);
        return Task.FromResult(true);
    }

    /// <summary>The heads above take the step over: all of them where one is enough, else the first. Where there is nobody above it stays where it is and is looked at again a day later. Of whoever was added one is enough, since all who are added must agree.</summary>
    private async Task<bool> Escalate(Approval approval, ApprovalStep step, List<ApprovalStep> steps)
    {
        if (step.EscalatedAt > db.UtcNow - Again)
        {
            return false;
        }

        var (node, ct) = (approval.Nodes[approval.Node], CancellationToken.None);
        step.EscalatedAt = db.UtcNow;
        var above = (await (node.By == NodeBy.Authority && !step.Added ? deciders.CoveringAbove(approval, step, ct) : deciders.Above(step, approval.ApplicantId, ct))).Where(h => !steps.Any(s => s.IsOpen && s.UserId == h)).Take(node.Mode == NodeMode.Any && !step.Added ? Deciders.Most : 1).ToList();
        if (above.Count == 0)
        {
            return true;
        }

        (step.State, step.DecidedAt) = (StepState.Closed, db.UtcNow);
        var place = steps.Max(s => s.Place);
        foreach (var next in steps.Where(s => s.After == step.Place && s.IsOpen))
        {
            next.After = place + 1;
        }

        foreach (var head in above)
        {
            var taken = new ApprovalStep { ApprovalId = approval.Id, Round = approval.Round, Node = approval.Node, Place = ++place, After = step.After, Added = step.Added, UserId = head, ForId = step.UserId };
            db.Add(taken);
            steps.Add(taken);
            flow.Trail(approval, "escalated", step.Node, target: head, instead: step.UserId);
        }

        return await flow.GoOn(approval, steps, ct) is null;
    }

    /// <summary>As the job's result.</summary>
    public static string Said(Chased chased) => string.Create(CultureInfo.InvariantCulture, $$"""{"reminded":{{chased.Reminded}},"escalated":{{chased.Escalated}},"handedOver":{{chased.HandedOver}}}""");
}
