using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Pools;

/// <summary>Puts customers into pools and takes them out, each with what follows: the managers at the level of the customer's unit end, a line in the history, a line in the inbox. What the actor may do is decided before.</summary>
/// <remarks>Looks past the scope on purpose: a customer is in one pool, whoever looks.</remarks>
public sealed class PoolBook(CrmDb db)
{
    /// <summary>One's customers came into a pool; its text is <c>inbox.kind_pooled</c>.</summary>
    public const string Pooled = "pooled";

    /// <summary>One's customers will fall into a pool unless something is done.</summary>
    public const string Warned = "pool_warning";

    /// <summary>A former customer of one's was claimed by somebody else.</summary>
    public const string Claimed = "pool_claimed";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What lies in a pool now, of all customers.</summary>
    public static IQueryable<PoolStay> Open(CrmDb db)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<PoolStay>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(s => s.OutAt == null);
    }

    /// <summary>The pools whose customers the actor sees: those of his unit, of the units above it, and of those in his scope. So a superior sees those of his people.</summary>
    public static IQueryable<Pool> Seen(CrmDb db)
    {
        ArgumentNullException.ThrowIfNull(db);
        var (units, line) = (PathRange.Of(db.Scope).Of(db).Select(u => u.Id), Ids(db.Actor.UnitPath));
        return db.Set<Pool>().Where(p => units.Contains(p.UnitId) || EF.Parameter(line).Contains(p.UnitId));
    }

    /// <summary>The pools that a customer of a unit may lie in: those of the unit and of the units above it.</summary>
    public static IQueryable<Pool> For(CrmDb db, string unitPath)
    {
        ArgumentNullException.ThrowIfNull(db);
        var line = Ids(unitPath);
        return db.Set<Pool>().Where(p => p.Active && EF.Parameter(line).Contains(p.UnitId));
    }

    /// <summary>The units of a path.</summary>
    internal static List<long> Ids(string path) => [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture))];

    /// <summary>Puts customers into pools, from none or from another. In the caller's transaction; who lies there already stays as it was.</summary>
    /// <param name="rows">The customers, each with its pool and why.</param>
    /// <param name="reason">What somebody wrote; null where nobody did.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="tell">Whether those whose customers they were are told; else the caller does.</param>
    public async Task Put(IReadOnlyList<(long CustomerId, Pool To, PoolWhy Why)> rows, string? reason, CancellationToken ct, bool tell = true)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (ids, managers) = (rows.Select(r => r.CustomerId).ToList(), new ManagerBook(db));
        await managers.Read(ids, ct);
        var levels = await (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(ids).Contains(c.Id) select new { c.Id, u.Level })
            .IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).ToDictionaryAsync(c => c.Id, c => c.Level, ct);
        var held = await Open(db).Where(s => EF.Parameter(ids).Contains(s.CustomerId)).ToDictionaryAsync(s => s.CustomerId, ct);
        var pools = await Names(rows.Select(r => r.To.Id).Concat(held.Values.Select(h => h.PoolId)), ct);
        var (made, told) = (new List<PoolStay>(), new List<(long UserId, long CustomerId)>());
        foreach (var (id, to, why) in rows)
        {
            var before = held.GetValueOrDefault(id);
            if (before?.PoolId == to.Id)
            {
                continue;
            }

            var former = managers.Main(id, levels[id])?.UserId ?? before?.FormerUserId;
            foreach (var duty in managers.Of(id).Where(r => r.Level == levels[id]).ToList())
            {
                managers.End(duty, managers.Today < duty.From ? duty.From : managers.Today, "pool");
                told.Add((duty.UserId, id));
            }

            if (before is not null)
            {
                (before.OutAt, before.OutHow, before.OutBy) = (db.UtcNow, PoolLeft.Moved, db.Actor.UserId);
            }

            made.Add(new() { CustomerId = id, PoolId = to.Id, InAt = db.UtcNow, Why = why, Reason = reason, InBy = db.Actor.UserId, FormerUserId = former });
            db.Add(Entry(id, "pooled", new() { ["Pool"] = [before is null ? null : pools[before.PoolId], pools[to.Id]], ["Why"] = [null, $"{why}"], ["Reason"] = [null, reason] }));
        }

        await managers.Save(tell: false, ct);
        await db.SaveChangesAsync(ct); // The stay before gives the place free, then the next takes it.
        db.AddRange(made);
        Tell(told.Where(t => tell && t.UserId != db.Actor.UserId), Pooled);
        await db.SaveChangesAsync(ct);
        await db.Set<PoolWarning>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(w => EF.Parameter(ids).Contains(w.CustomerId)).ExecuteDeleteAsync(ct);
    }

    /// <summary>Takes customers out of their pools.</summary>
    /// <param name="stays">Open stays, tracked.</param>
    /// <param name="how">How they leave.</param>
    /// <param name="claimant">Who claimed them; null where nobody did.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task End(IReadOnlyList<PoolStay> stays, PoolLeft how, (long Id, string Name)? claimant, CancellationToken ct)
    {
        var pools = await Names(stays.Select(s => s.PoolId), ct);
        foreach (var stay in stays)
        {
            (stay.OutAt, stay.OutHow, stay.OutBy, stay.ClaimedBy) = (db.UtcNow, how, db.Actor.UserId, claimant?.Id);
            db.Add(Entry(stay.CustomerId, how == PoolLeft.Claimed ? "claimed" : "unpooled", new() { ["Pool"] = [pools[stay.PoolId], null], ["ClaimedBy"] = [null, claimant?.Name], ["EndReason"] = [null, how == PoolLeft.Claimed ? null : $"{how}"] }));
        }

        if (claimant is { } who)
        {
            Tell(stays.Where(s => s.FormerUserId is { } former && former != who.Id).Select(s => (s.FormerUserId!.Value, s.CustomerId)), Claimed);
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>One line for each person, however many the customers are: the first of them, and how many.</summary>
    internal void Tell(IEnumerable<(long UserId, long CustomerId)> rows, string kind) => db.AddRange(
        from r in rows
        group r.CustomerId by r.UserId into told
        select new InboxLine
        {
            UserId = told.Key, Kind = kind, CustomerId = told.First(), RecordKind = RecordKind.Customer, RecordId = 0, ActorId = db.Actor.UserId, At = db.UtcNow,
            Detail = told.Distinct().Skip(1).Any() ? told.Distinct().Count().ToString(CultureInfo.InvariantCulture) : null,
        });

    private Task<Dictionary<long, string>> Names(IEnumerable<long> pools, CancellationToken ct)
    {
        var ids = pools.Distinct().ToList();
        return db.Set<Pool>().Where(p => EF.Parameter(ids).Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
    }

    private AuditEntry Entry(long customerId, string action, Dictionary<string, string?[]> changes) =>
        new(db.Actor, db.UtcNow, action, nameof(PoolStay), customerId, customerId, JsonSerializer.Serialize(changes.Where(c => c.Value[0] != c.Value[1]).ToDictionary(), Json));
}
