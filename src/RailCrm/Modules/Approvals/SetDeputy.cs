using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Authority;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>委托: somebody on leave names a colleague who decides instead; what waits already goes there too.</summary>
internal sealed class SetDeputy(CrmDb db, Deciders deciders, ChaseApprovals chase, TimeProvider clock)
{
    /// <summary>Longest leave.</summary>
    public const int MostDays = 366;

    public sealed class Input
    {
        public long? DeputyId { get; set; }

        public DateOnly? From { get; set; }

        public DateOnly? Until { get; set; }
    }

    /// <summary>A leave as its owner sees it.</summary>
    public sealed record Leave(long Id, string Deputy, DateOnly From, DateOnly Until);

    /// <summary>The actor's own that are not over.</summary>
    public async Task<IReadOnlyList<Leave>> Mine(CancellationToken ct)
    {
        var (me, today) = (db.Actor.UserId, clock.Today());
        var all = await db.Set<ApprovalDeputy>().AsNoTracking().Where(d => d.UserId == me && d.UntilOn >= today).OrderBy(d => d.FromOn).ThenBy(d => d.Id).ToListAsync(ct);
        var names = await deciders.Names(all.Select(d => d.DeputyId), ct);
        return [.. all.Select(d => new Leave(d.Id, names.GetValueOrDefault(d.DeputyId) ?? "", d.FromOn, d.UntilOn))];
    }

    public async Task<Result<ApprovalDeputy>> Run(Input input, CancellationToken ct)
    {
        var errors = new List<FieldError>();
        if (input.From is not { } from || from < clock.Today())
        {
            errors.Add(new(nameof(Input.From), "approval.leave_from_wrong"));
        }
        else if (input.Until is not { } until || until < from || until.DayNumber - from.DayNumber >= MostDays)
        {
            errors.Add(new(nameof(Input.Until), "approval.leave_until_wrong", MostDays));
        }

        if ((await deciders.Colleagues(ct)).FirstOrDefault(c => c.Id == input.DeputyId) is not { MayDecide: true })
        {
            errors.Add(new(nameof(Input.DeputyId), "approval.colleague_unknown"));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        var (me, first, last, deputy) = (db.Actor.UserId, input.From!.Value, input.Until!.Value, input.DeputyId!.Value);
        var saved = await db.Write<Result<ApprovalDeputy>>(async () =>
        {
            await db.Alone("approval-deputies", ct); // Two who name each other at once would send everything round in a ring.
            if (await db.Set<ApprovalDeputy>().AnyAsync(d => d.UserId == me && d.FromOn <= last && d.UntilOn >= first, ct))
            {
                return new Refusal.Invalid("approval.leave_overlaps", nameof(Input.From));
            }

            if (await db.Set<ApprovalDeputy>().AnyAsync(d => d.UserId == deputy && d.FromOn <= last && d.UntilOn >= first, ct))
            {
                return new Refusal.Invalid("approval.deputy_away", nameof(Input.DeputyId));
            }

            var leave = new ApprovalDeputy { UserId = me, DeputyId = deputy, FromOn = first, UntilOn = last };
            db.Add(leave);
            await db.SaveChangesAsync(ct);
            return leave;
        }, ct);
        if (saved.Refusal is null)
        {
            await chase.HandOver(me, ct);
        }

        return saved;
    }

    /// <summary>Ends one of the actor's own; what the deputy has been asked stays with the deputy.</summary>
    public Task<Result<bool>> End(long id, CancellationToken ct) => db.Write<Result<bool>>(async () =>
    {
        var me = db.Actor.UserId;
        if (await db.Set<ApprovalDeputy>().SingleOrDefaultAsync(d => d.Id == id && d.UserId == me, ct) is not { } leave)
        {
            return new Refusal.NotFound();
        }

        db.Remove(leave);
        await db.SaveChangesAsync(ct);
        return true;
    }, ct);
}
