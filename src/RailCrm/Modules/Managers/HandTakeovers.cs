using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>What somebody is asked to take over and has not yet said: it holds the account, and goes to others in the handover it belongs to, not in one of its own.</summary>
internal sealed class HandTakeovers : IHandsOver
{
    public string Kind => "takeovers";

    public string TextKey => "handover.takeovers";

    public bool HoldsAccount => true;

    public Task<int> Count(CrmDb db, long userId, CancellationToken ct) => db.Set<HandoverPart>().CountAsync(p => p.UserId == userId && p.PoolId == null && p.State == HandoverState.Proposed, ct);

    public Task<IReadOnlyList<Handed>> All(CrmDb db, long userId, CancellationToken ct) => Task.FromResult<IReadOnlyList<Handed>>([]);

    public Task Give(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct) => Task.CompletedTask;

    public Task TakeBack(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct) => Task.CompletedTask;
}
