using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Customer>;

namespace RailCrm.Modules.Pools;

/// <summary>What the list of customers asks and does about pools: those in one, those that will fall into one, and putting many there.</summary>
internal sealed class PoolsPart : CustomerListPart
{
    internal override IReadOnlyList<F> Fields { get; } = [F.Only("pool", "pool.one", FieldKind.Choice, ["="], Ask).Coded(Said, () => [("in", Said("in")!), ("due", Said("due")!)])];

    internal override IReadOnlyList<SystemView> Views { get; } = [new("poolDue", "pool.view_due", "pool=due&columns=name,tier,unit,manager,revenue")];

    internal override IReadOnlyList<ListWork> Works { get; } = [new("pool", "pool.work", "ripple", Permission.CustomersWrite) { Lookup = "/api/v1/lookup/pools?q=", AsksReason = true }];

    internal override async Task<Refusal?> Refuses(CrmDb db, WorkOrder order, CancellationToken ct) =>
        await Named(db, order, ct) is null ? new Refusal.InvalidMany([new(nameof(order.Value), "pool.unknown")])
        : PutIntoPool.Wrong(PlainText.Trimmed(order.Reason)) is { } wrong ? new Refusal.InvalidMany([wrong]) : null;

    private static Task<Pool?> Named(CrmDb db, WorkOrder order, CancellationToken ct) => PutIntoPool.Named(db, order.Value, ct);

    /// <summary>Puts each there; an undo takes out those that still lie there, and gives them back to the manager before where he still fits.</summary>
    internal override async Task Work(CrmDb db, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var ids = rows.Select(r => r.RowId).ToList();
        var managers = new ManagerBook(db);
        await managers.Hold(ids, ct);
        var customers = await (from c in db.Set<Customer>().AsNoTracking() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(ids).Contains(c.Id) select new { Customer = c, u.Path }).ToDictionaryAsync(c => c.Customer.Id, ct);
        var may = await PutIntoPool.May(db, [.. customers.Values.Select(c => c.Customer)], ct);
        var open = await PoolBook.Open(db).Where(s => EF.Parameter(ids).Contains(s.CustomerId)).ToDictionaryAsync(s => s.CustomerId, ct);
        if (order.UndoOf is not null)
        {
            await TakeBack();
            return;
        }

        var pool = await PutIntoPool.Held(db, order.Value, ct);
        var put = new List<long>();
        foreach (var row in rows)
        {
            if (!customers.TryGetValue(row.RowId, out var found))
            {
                row.Refuse("common.not_found");
            }
            else if (!may.Contains(row.RowId))
            {
                row.Refuse("pool.not_yours");
            }
            else if (pool is null || !PoolBook.Ids(found.Path).Contains(pool.UnitId))
            {
                row.Refuse("pool.other_unit");
            }
            else if (open.GetValueOrDefault(row.RowId)?.PoolId == pool.Id)
            {
                row.Outcome = "same";
            }
            else
            {
                put.Add(row.RowId);
                row.Outcome = "done";
            }
        }

        await new PoolBook(db).Put([.. put.Select(id => (id, pool!, PoolWhy.Hand))], PlainText.Trimmed(order.Reason), ct);
        var made = await PoolBook.Open(db).Where(s => EF.Parameter(put).Contains(s.CustomerId)).ToDictionaryAsync(s => s.CustomerId, s => s.Id, ct);
        foreach (var row in rows.Where(r => r.Outcome == "done"))
        {
            row.Before = string.Create(CultureInfo.InvariantCulture, $"{made[row.RowId]}:{open.GetValueOrDefault(row.RowId)?.PoolId ?? 0}");
        }

        async Task TakeBack()
        {
            var said = rows.ToDictionary(r => r.RowId, r => (r.Before ?? "0:0").Split(':').Select(p => long.Parse(p, CultureInfo.InvariantCulture)).ToList());
            var before = said.Values.Select(s => s[1]).Distinct().ToList();
            var pools = await db.Set<Pool>().AsNoTracking().Where(p => EF.Parameter(before).Contains(p.Id)).ToDictionaryAsync(p => p.Id, ct);
            var former = open.Values.Select(s => s.FormerUserId).OfType<long>().Distinct().ToList();
            await managers.HoldPeople(former, ct);
            var people = (await ManagerCandidates.Among(db, former, ct)).ToDictionary(p => p.Id);
            var (back, ending) = (new List<(long, Pool, PoolWhy)>(), new List<PoolStay>());
            foreach (var row in rows)
            {
                var (stay, from) = (open.GetValueOrDefault(row.RowId), said[row.RowId]);
                if (!customers.TryGetValue(row.RowId, out var found) || !(may.Contains(row.RowId) || (stay is not null && stay.InBy == db.Actor.UserId && stay.FormerUserId == stay.InBy))) // Who gave back his own takes it back.
                {
                    row.Refuse(found is null ? "common.not_found" : "pool.not_yours");
                }
                else if (stay?.Id != from[0])
                {
                    row.Refuse("list.changed_since");
                }
                else if (pools.TryGetValue(from[1], out var other))
                {
                    if (other.Active && PoolBook.Ids(found.Path).Contains(other.UnitId))
                    {
                        back.Add((row.RowId, other, PoolWhy.Hand));
                        row.Outcome = "done";
                    }
                    else
                    {
                        row.Refuse("pool.other_unit");
                    }
                }
                else if (stay.FormerUserId is { } user && people.GetValueOrDefault(user)?.Path != found.Path)
                {
                    row.Refuse("manager.former_gone");
                }
                else
                {
                    ending.Add(stay);
                    row.Outcome = "done";
                }
            }

            await new PoolBook(db).Put(back, null, ct);
            await new PoolBook(db).End(ending, PoolLeft.Undone, null, ct);
            await managers.Read([.. ending.Select(s => s.CustomerId)], ct);
            foreach (var stay in ending)
            {
                if (stay.FormerUserId is { } user && people.TryGetValue(user, out var person))
                {
                    managers.Appoint(stay.CustomerId, (person.Id, person.Level), Duty.Main, managers.Today, null, null);
                }
            }

            await managers.Save(tell: true, ct);
        }
    }

    private static string? Said(string code) => Platform.Text.Texts.Get(code == "in" ? "pool.is_in" : "pool.view_due");

    private static Task<Result<Condition<Customer>>> Ask(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var parts = new List<Condition<Customer>>();
        foreach (var value in asked.Values)
        {
            switch (value)
            {
                case "in":
                    parts.Add(new(c => db.Set<PoolStay>().Any(s => s.CustomerId == c.Id && s.OutAt == null), db.Set<PoolStay>().Where(s => s.OutAt == null).Select(s => s.CustomerId)));
                    break;
                case "due":
                    parts.Add(new(c => db.Set<PoolWarning>().Any(w => w.CustomerId == c.Id), db.Set<PoolWarning>().Select(w => w.CustomerId)));
                    break;
                default:
                    return Task.FromResult<Result<Condition<Customer>>>(new Refusal.InvalidMany([new(asked.Field, "pool.filter_unknown")]));
            }
        }

        return Task.FromResult<Result<Condition<Customer>>>(Condition<Customer>.Any(parts));
    }
}
