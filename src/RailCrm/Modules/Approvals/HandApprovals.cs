using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>Approvals in a handover: what waits for the leaver's decision, now or in his turn, waits for the receiver instead, with the time that is left. It does not hold the account, since what waits for a closed one goes to the unit above.</summary>
internal sealed class HandApprovals(ApprovalFlow flow) : IHandsOver
{
    public string Kind => "approvals";

    public string TextKey => "approval.hangs";

    public bool HoldsAccount => false;

    public Task<int> Count(CrmDb db, long userId, CancellationToken ct) => Open(db, userId).CountAsync(ct);

    public async Task<IReadOnlyList<Handed>> All(CrmDb db, long userId, CancellationToken ct) =>
        [.. (await (from s in Open(db, userId) join a in db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]) on s.ApprovalId equals a.Id orderby s.Id select new { s.Id, a.CustomerId }).ToListAsync(ct)).Select(s => new Handed { RecordId = s.Id, CustomerId = s.CustomerId })];

    public async Task Give(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct)
    {
        var receivers = rows.Select(r => r.ToUserId).Distinct().ToList();
        var roles = db.Set<IdentityUserRole<long>>().Where(r => r.UserId == from).Select(r => r.RoleId);
        var able = (await db.Set<User>().Where(u => EF.Parameter(receivers).Contains(u.Id) && !u.Disabled && db.Set<IdentityUserRole<long>>().Any(r => r.UserId == u.Id
            && (roles.Contains(r.RoleId) || db.Set<RolePermission>().Any(p => p.RoleId == r.RoleId && p.Permission == Permission.CustomersSupervise)))).Select(u => u.Id).ToListAsync(ct)).ToHashSet();
        await Each(db, rows, async (row, approval, step, steps) =>
        {
            if (step.UserId != from)
            {
                return "accounts.hangs_gone";
            }

            if (!able.Contains(row.ToUserId) || row.ToUserId == approval.ApplicantId || steps.Any(s => s.IsOpen && s.UserId == row.ToUserId)
                || !await flow.MayDecide(approval, step, (row.ToUserId, step.ForId), ct) || !await flow.Covers(approval, step, (row.ToUserId, null), ct)) // The leaver is no head for much longer: the receiver must be one himself, and have the authority himself.
            {
                return "approval.hangs_unfit";
            }

            flow.Trail(approval, "passed_on", step.Node, target: row.ToUserId, instead: step.ForId ?? from, comment: number);
            (step.ForId, step.UserId) = (step.ForId ?? from, row.ToUserId);
            await Ask(approval, step, steps, ct);
            return null;
        }, ct);
    }

    public Task TakeBack(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct) => Each(db, rows, async (row, approval, step, steps) =>
    {
        if (step.UserId != row.ToUserId)
        {
            return "list.changed_since";
        }

        if (from == approval.ApplicantId || steps.Any(s => s.IsOpen && s.UserId == from))
        {
            return "approval.hangs_unfit";
        }

        flow.Trail(approval, "passed_on", step.Node, target: from, comment: number);
        (step.ForId, step.UserId) = (step.ForId == from ? null : step.ForId, from);
        await Ask(approval, step, steps, ct);
        return null;
    }, ct);

    private static IQueryable<ApprovalStep> Open(CrmDb db, long userId) => db.Set<ApprovalStep>().Where(s => s.UserId == userId && (s.State == StepState.Pending || s.State == StepState.Waiting));

    private async Task Ask(Approval approval, ApprovalStep step, IReadOnlyList<ApprovalStep> steps, CancellationToken ct)
    {
        if (step.State == StepState.Pending)
        {
            await flow.Ask(approval, approval.Nodes[approval.Node], step, steps, ct);
        }
    }

    /// <summary>Each step alone with its approval, in the order of their keys so that two do not wait for each other; what is decided by then is gone.</summary>
    private static async Task Each(CrmDb db, IReadOnlyList<Handed> rows, Func<Handed, Approval, ApprovalStep, List<ApprovalStep>, Task<string?>> act, CancellationToken ct)
    {
        var ids = rows.Select(r => r.RecordId).ToList();
        var of = await db.Set<ApprovalStep>().AsNoTracking().Where(s => EF.Parameter(ids).Contains(s.Id)).ToDictionaryAsync(s => s.Id, s => s.ApprovalId, ct);
        foreach (var id in of.Values.Distinct().Order())
        {
            await db.Alone($"approval:{id}", ct);
        }

        var found = of.Values.Distinct().ToList();
        var approvals = await db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(a => EF.Parameter(found).Contains(a.Id)).ToDictionaryAsync(a => a.Id, ct);
        var steps = (await db.Set<ApprovalStep>().Where(s => EF.Parameter(found).Contains(s.ApprovalId)).OrderBy(s => s.Place).ToListAsync(ct)).ToLookup(s => s.ApprovalId);
        foreach (var row in rows)
        {
            if (!of.TryGetValue(row.RecordId, out var id) || approvals[id] is not { State: ApprovalState.Pending } approval
                || steps[id].Where(s => s.Round == approval.Round && s.Node == approval.Node).ToList() is not { } now || now.Find(s => s.Id == row.RecordId) is not { IsOpen: true } step)
            {
                row.Reason = "accounts.hangs_gone";
                continue;
            }

            row.Reason = await act(row, approval, step, now);
            if (row.Reason is null)
            {
                approval.UpdatedAt = db.UtcNow;
                db.Entry(approval).Property(a => a.UpdatedAt).IsModified = true; // A step alone is a change of the approval: its version tells.
            }
        }

        await db.SaveChangesAsync(ct);
    }
}
