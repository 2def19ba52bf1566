using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>Where the actor is signed in, and the end of it.</summary>
internal sealed class OwnSessions(CrmDb db)
{
    /// <summary>One sign-in.</summary>
    /// <param name="Key">The row's key; not the secret in the cookie, which cannot be had from it.</param>
    public sealed record Item(string Key, DateTime CreatedAt, DateTime SeenAt, string? Agent, string? Address);

    /// <summary>The living ones, last used first.</summary>
    public async Task<IReadOnlyList<Item>> List(CancellationToken ct)
    {
        var policy = await SecurityPolicy.Of(db, ct);
        var (me, idle, absolute) = (db.Actor.UserId, db.UtcNow - policy.Idle, db.UtcNow - policy.Absolute);
        return await (
            from s in db.Set<Session>().AsNoTracking()
            join u in db.Set<User>() on s.UserId equals u.Id
            where s.UserId == me && s.SecurityStamp == u.SecurityStamp && s.SeenAt >= idle && s.CreatedAt >= absolute
            orderby s.SeenAt descending, s.Hash
            select new Item(s.Hash, s.CreatedAt, s.SeenAt, s.Agent, s.Address)).ToListAsync(ct);
    }

    /// <summary>Ends one of them; all but <paramref name="keep"/> where no key is named.</summary>
    public async Task<Result<int>> End(string? key, string? keep, CancellationToken ct) => await db.Write<Result<int>>(async () =>
    {
        var me = db.Actor.UserId;
        var ended = await db.Set<Session>().Where(s => s.UserId == me && (key == null ? s.Hash != keep : s.Hash == key)).ExecuteDeleteAsync(ct);
        if (ended == 0)
        {
            return key is null ? ended : new Refusal.NotFound();
        }

        db.Add(new AuditEntry(db.Actor, db.UtcNow, "sessions_ended", nameof(User), me));
        await db.SaveChangesAsync(ct);
        return ended;
    }, ct);
}
