using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>What all lines of a view add up to, read off the facts; nothing where the facts cannot say it cheaply. Raw lines are never added up.</summary>
internal sealed class TotalWaybills(CrmDb db)
{
    public sealed record Sums(long Lines, long RevenueFen, long CostFen, long WeightKg);

    /// <summary>The sums; null where the view cuts through months or numbers, or reaches too far.</summary>
    public async Task<Sums?> Run(ListWaybills.Query query, CancellationToken ct)
    {
        if (query.Mine == true || !string.IsNullOrEmpty(query.Filter) || !string.IsNullOrEmpty(query.Source) || !string.IsNullOrEmpty(query.ExternalNo)
            || !ListWaybills.TryDay(query.From, last: false, out var from) || !ListWaybills.TryDay(query.To, last: true, out var to)
            || (from is { } f && f.Day != 1) || (to is { } t && Month.Of(t).Last != t))
        {
            return null;
        }

        var (first, last) = (from is { } a ? Month.Of(a) : new Month(0), to is { } b ? Month.Of(b) : new Month(12 * 9999));
        if (query.Customer is { } customer && query.Owner is null)
        {
            var lanes = WaybillWay.Laned(db.Set<Lane>(), query).Select(l => l.Id);
            return await db.Set<MonthlyFact>().Where(m => m.CustomerId == customer && m.Month >= first && m.Month <= last && lanes.Contains(m.LaneId)).GroupBy(_ => 1)
                .Select(g => new Sums(g.Sum(m => m.Lines), g.Sum(m => m.RevenueFen), g.Sum(m => m.CostFen), g.Sum(m => m.WeightKg))).SingleOrDefaultAsync(ct) ?? new(0, 0, 0, 0);
        }

        if (query.Customer is not null || WaybillWay.HasLane(query) || !await SeesWholeUnits(query.Owner, ct))
        {
            return null;
        }

        var months = db.Set<OwnerMonth>().Where(m => m.Month >= first && m.Month <= last);
        if (query.Owner is not null || db.Scope.Width != ScopeWidth.All)
        {
            var units = await WaybillWay.Units(db, query.Owner ?? db.Actor.UnitId, ct);
            months = months.Where(m => EF.Parameter(units).Contains(m.UnitId));
        }

        return await months.GroupBy(_ => 1).Select(g => new Sums(g.Sum(m => m.Lines), g.Sum(m => m.RevenueFen), g.Sum(m => m.CostFen), g.Sum(m => m.WeightKg))).SingleOrDefaultAsync(ct) ?? new(0, 0, 0, 0);
    }

    /// <summary>Whether what the reader sees is whole units: none that is hidden, and without an owner asked for nothing granted from elsewhere.</summary>
    private async Task<bool> SeesWholeUnits(long? owner, CancellationToken ct)
    {
        if (db.Scope.Width == ScopeWidth.All)
        {
            return true;
        }

        if (owner is { } id)
        {
            return await db.Set<OrgUnit>().Where(u => u.Id == id).Select(u => u.Path).SingleOrDefaultAsync(ct) is { } path && db.Scope.Covers(path);
        }

        var (user, unit) = (db.Scope.UserId, db.Scope.UnitId);
        return db.Scope.Width != ScopeWidth.None && !await db.Set<CustomerGrant>().AnyAsync(g => g.UserId == user || g.UnitId == unit, ct);
    }
}
