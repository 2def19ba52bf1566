using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>Customers in a handover: the receiver answers for each from the day the leaver no longer does, or helps where the leaver helped. In the bin or not: a customer that is restored must have its manager.</summary>
internal sealed class HandResponsibilities(IHandoverPools pools) : IHandsOver
{
    public const string OwnKind = "customers";

    public string Kind => OwnKind;

    public string TextKey => "handover.customers";

    public bool HoldsAccount => true;

    public Task<int> Count(CrmDb db, long userId, CancellationToken ct) => Open(db, userId).CountAsync(ct);

    public async Task<IReadOnlyList<Handed>> All(CrmDb db, long userId, CancellationToken ct) =>
        [.. (await Open(db, userId).OrderBy(r => r.Id).Select(r => new { r.Id, r.CustomerId }).ToListAsync(ct)).Select(r => new Handed { RecordId = r.Id, CustomerId = r.CustomerId })];

    public async Task Give(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct)
    {
        await GiveToPool(db, from, number, [.. rows.Where(r => r.ToPoolId is not null)], ct);
        rows = [.. rows.Where(r => r.ToPoolId is null)];
        if (rows.Count == 0)
        {
            return;
        }

        var book = new ManagerBook(db) { ApprovedBy = approvedBy };
        await book.Read([.. rows.Select(r => r.CustomerId!.Value)], ct);
        await book.HoldPeople([.. rows.Select(r => r.ToUserId)], ct);
        var fit = await ManagerCandidates.Fit(db, [.. rows.Select(r => r.ToUserId)], ct);
        var (places, made) = (await Places(db, rows, ct), new List<(Handed Row, Responsibility Made)>());
        foreach (var row in rows)
        {
            var (customer, held) = (row.CustomerId!.Value, book.Of(row.CustomerId.Value).FirstOrDefault(r => r.Id == row.RecordId));
            row.Reason = held is null || held.UserId != from ? "accounts.hangs_gone"
                : !fit.Contains(row.ToUserId) ? "handover.receiver_unfit"
                : !places.TryGetValue((customer, row.ToUserId), out var level) || level != held.Level ? "manager.unit_other" : null;
            if (row.Reason is not null)
            {
                continue;
            }

            var theirs = book.Of(customer).Where(r => r.UserId == row.ToUserId).ToList();
            var until = held!.Until; // Ended in a moment, it would say today.
            book.End(held, book.Today, "handover");
            if (theirs.Exists(r => r.Duty == Duty.Main || r.Duty == held.Duty))
            {
                continue; // He answers for it already.
            }

            made.Add((row, book.Appoint(customer, (row.ToUserId, held.Level), held.Duty, book.Today, held.Duty == Duty.Deputy ? until : null, number)));
        }

        await book.Save(tell: false, ct);
        made.ForEach(m => m.Row.MovedId = m.Made.Id);
    }

    /// <summary>Into a pool goes what the leaver still is main manager of at its own unit's level and what still may lie there.</summary>
    private async Task GiveToPool(CrmDb db, long from, string number, IReadOnlyList<Handed> rows, CancellationToken ct)
    {
        foreach (var pool in rows.GroupBy(r => r.ToPoolId!.Value))
        {
            var customers = pool.Select(r => r.CustomerId!.Value).ToList();
            await new ManagerBook(db).Hold(customers, ct); // Customers first, then the pool, as where one is put in by hand.
            await pools.Hold(db, pool.Key, ct);
            var (ids, today) = (pool.Select(r => r.RecordId).ToList(), BusinessCalendar.Day(db.UtcNow));
            var held = await (
                from r in db.Set<Responsibility>()
                join c in db.Set<Customers.Customer>() on r.CustomerId equals c.Id
                join u in db.Set<OrgUnit>() on c.UnitId equals u.Id
                where EF.Parameter(ids).Contains(r.Id) && r.UserId == @from && r.Duty == Duty.Main && r.Level == u.Level && (r.Until == null || r.Until > today)
                select new { r.Id }).IgnoreQueryFilters([CrmDb.ScopeFilter]).Select(r => r.Id).ToHashSetAsync(ct);
            var fit = await pools.Fit(db, pool.Key, customers, ct);
            foreach (var row in pool)
            {
                row.Reason = !held.Contains(row.RecordId) ? "accounts.hangs_gone" : !fit.Contains(row.CustomerId!.Value) ? "handover.pool_unfit" : null;
            }

            List<long> goes = [.. pool.Where(r => r.Reason is null).Select(r => r.CustomerId!.Value)];
            if (goes.Count > 0)
            {
                await pools.Put(db, pool.Key, goes, number, ct);
            }
        }
    }

    public async Task TakeBack(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct)
    {
        var book = new ManagerBook(db) { ApprovedBy = approvedBy };
        await book.Read([.. rows.Select(r => r.CustomerId!.Value)], ct);
        var ids = rows.Select(r => r.RecordId).ToList();
        var past = await db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking().Where(r => EF.Parameter(ids).Contains(r.Id)).ToDictionaryAsync(r => r.Id, ct);
        var customers = rows.Select(r => r.CustomerId!.Value).ToList();
        var pooled = rows.Where(r => r.ToPoolId is not null).Select(r => r.CustomerId!.Value).ToList();
        var helpers = (pooled.Count == 0 ? [] : await db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking().Where(r => EF.Parameter(pooled).Contains(r.CustomerId) && r.Duty == Duty.Deputy && r.UserId != from && r.EndReason == "pool").OrderBy(r => r.Id).ToListAsync(ct)).ToLookup(r => r.CustomerId);
        List<long> helping = [.. helpers.SelectMany(h => h).Select(h => h.UserId).Distinct()];
        await book.HoldPeople([from, .. helping], ct);
        var fit = await ManagerCandidates.Fit(db, helping, ct);
        var lying = new HashSet<long>();
        foreach (var pool in rows.Where(r => r.ToPoolId is not null).GroupBy(r => r.ToPoolId!.Value, r => r.CustomerId!.Value))
        {
            lying.UnionWith(await pools.Lying(db, pool.Key, [.. pool], number, ct));
        }

        var home = await Places(db, [.. rows.Select(r => new Handed { RecordId = r.RecordId, CustomerId = r.CustomerId, ToUserId = from }), .. helpers.SelectMany(h => h).Select(h => new Handed { RecordId = h.Id, CustomerId = h.CustomerId, ToUserId = h.UserId })], ct);
        var promoted = (await db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(r => EF.Parameter(customers).Contains(r.CustomerId) && r.EndReason == "promoted" && r.Until != null).Select(r => new { r.CustomerId, r.UserId, r.Until }).ToListAsync(ct))
            .Select(r => (r.CustomerId, r.UserId, r.Until!.Value)).ToHashSet();
        var back = await db.Set<User>().AnyAsync(u => u.Id == from && !u.Disabled, ct);
        foreach (var row in rows)
        {
            var (customer, before) = (row.CustomerId!.Value, past[row.RecordId]);
            var given = row.MovedId is null ? null : book.Of(customer).FirstOrDefault(r => r.Id == row.MovedId);
            var planned = before.PlannedUntil ?? given?.Until;
            row.Reason = !back ? "handover.leaver_closed"
                : before.PlannedUntil <= book.Today ? "handover.over"
                : !home.TryGetValue((customer, from), out var level) || level != before.Level ? "manager.former_gone"
                : row.ToPoolId is not null && !lying.Contains(customer) ? "list.changed_since" // Claimed, moved or taken out meanwhile.
                : (row.MovedId is not null && given is null) || (before.Duty == Duty.Main && book.Main(customer, before.Level) is { } main && main != given) ? "list.changed_since"
                : book.Of(customer).Any(r => r.UserId == from && (r.Duty == Duty.Main || r.Duty == before.Duty)) ? "list.changed_since"
                : null;
            if (row.Reason is null)
            {
                if (given is not null)
                {
                    book.End(given, book.Today, "undone");
                    if (promoted.Contains((customer, given.UserId, given.From)))
                    {
                        book.Appoint(customer, (given.UserId, given.Level), Duty.Deputy, book.Today, null, number); // He helped before he took over.
                    }
                }

                book.Appoint(customer, (from, before.Level), before.Duty, book.Today, before.Duty == Duty.Deputy ? planned : null, number);
                foreach (var helper in helpers[customer].Where(h => row.ToPoolId is not null && h.Level == before.Level && h.Until == before.Until && home.GetValueOrDefault((customer, h.UserId)) == h.Level && fit.Contains(h.UserId) && !(h.PlannedUntil <= book.Today) && !book.Of(customer).Any(r => r.UserId == h.UserId)))
                {
                    book.Appoint(customer, (helper.UserId, helper.Level), Duty.Deputy, book.Today, helper.PlannedUntil, number); // The pool ended all who worked on it.
                }
            }
        }

        await book.Save(tell: false, ct);
    }

    private static IQueryable<Responsibility> Open(CrmDb db, long userId)
    {
        var today = BusinessCalendar.Day(db.UtcNow);
        return db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(r => r.UserId == userId && (r.Until == null || r.Until > today));
    }

    /// <summary>At which level of a customer each receiver works; none where he works elsewhere.</summary>
    private static async Task<Dictionary<(long Customer, long User), UnitLevel>> Places(CrmDb db, IReadOnlyList<Handed> rows, CancellationToken ct)
    {
        var (people, customers) = (rows.Select(r => r.ToUserId).Distinct().ToList(), rows.Select(r => r.CustomerId!.Value).Distinct().ToList());
        var units = await (from u in db.Set<User>() join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id where EF.Parameter(people).Contains(u.Id) select new { u.Id, unit.Path, unit.Level }).ToDictionaryAsync(u => u.Id, ct);
        var paths = await (from c in db.Set<Customers.Customer>() join unit in db.Set<OrgUnit>() on c.UnitId equals unit.Id where EF.Parameter(customers).Contains(c.Id) select new { c.Id, unit.Path })
            .IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).ToDictionaryAsync(c => c.Id, c => c.Path, ct);
        return rows.Where(r => units.TryGetValue(r.ToUserId, out var unit) && paths[r.CustomerId!.Value].StartsWith(unit.Path, StringComparison.Ordinal))
            .DistinctBy(r => (r.CustomerId, r.ToUserId)).ToDictionary(r => (r.CustomerId!.Value, r.ToUserId), r => units[r.ToUserId].Level);
    }
}
