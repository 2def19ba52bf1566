using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>Lines of a view by a field, with what they weigh and bring in; or all together.</summary>
/// <remarks>
/// A hundred million lines are never added up. By month or owner the owners' months tell it; else the monthly facts, where an index leads to few of them; else the lines themselves,
/// where it leads to few of those. What none of them tells is refused, since a sum that is short and looks whole is worse than none.
/// </remarks>
internal static class GroupWaybills
{
    /// <summary>What is added up: months of an owner, facts or lines, each as far as it is known there.</summary>
    private sealed class Row
    {
        public long CustomerId { get; set; }
        public long OwnerId { get; set; }
        public CustomerTier Tier { get; set; }
        public Month Month { get; set; }
        public int MonthNumber { get; set; }
        public long UnitId { get; set; }
        public string Service { get; set; } = "";
        public string CommodityCategory { get; set; } = "";
        public string Mode { get; set; } = "";
        public string Origin { get; set; } = "";
        public string Destination { get; set; } = "";
        public string Source { get; set; } = "";
        public string? ContractNo { get; set; }
        public long Lines { get; set; }
        public long WeightKg { get; set; }
        public long RevenueFen { get; set; }
        public long CostFen { get; set; }
        public string? Custom { get; set; }
    }

    /// <summary>In the order of the list's summed fields.</summary>
    private static readonly Expression<Func<Row, long>>[] Sums = [r => r.WeightKg, r => r.RevenueFen, r => r.CostFen, r => r.RevenueFen - r.CostFen];

    /// <summary>The groups without their texts, months in their order.</summary>
    public static async Task<Result<List<Group>>> Run(CrmDb db, WaybillList list, View view, ListField by, int most, CancellationToken ct)
    {
        if (!(await Rows(db, list, view, by.Key, most, ct)).TryGet(out var found, out var refusal))
        {
            return refusal;
        }

        var (rows, ofLines) = found;
        var groups = await Of(rows, ofLines, Sums);
        return await OwnSums.With(groups, [.. list.Summed(view).Where(f => f.IsSummedNear).Select(list.Figure)], async figures =>
            await Lines(db, list, view, by.Key, ct) is { } lines ? await Of(lines, true, [.. figures.Select(Covering.Onto<Row>)]) : null);

        async Task<List<Group>> Of(IQueryable<Row> grouped, bool lines, IReadOnlyList<LambdaExpression> sums)
        {
            var found = await Grouping.Of(grouped, by, IsOwn(by.Key) ? Covering.Onto<Row>(list.Figure(by)) : KeyOf(by.Key, lines), sums, (Expression<Func<Row, long>>)(r => r.Lines), ct);
            return by.Key != "month" ? found : [.. found.Select(g => g.Value is int number ? g with { Value = new Month(number), Asked = new Month(number).ToString() } : g).OrderBy(g => g.Asked, StringComparer.Ordinal)];
        }
    }

    /// <summary>Sums of the group's own figures over all lines of a view, by field; none where they are many or no index leads to them.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> Own(CrmDb db, WaybillList list, View view, IReadOnlyList<ListField> fields, CancellationToken ct)
    {
        var sums = fields.Count > 0 && await Lines(db, list, view, null, ct) is { } lines
            ? await OwnSums.Of([.. fields.Select(list.Figure)], async figures => await Grouping.Of(lines, fields[0], KeyOf("service", true), [.. figures.Select(Covering.Onto<Row>)], (Expression<Func<Row, long>>)(r => r.Lines), ct)) : null;
        return sums is null ? new Dictionary<string, long>() : fields.Select((f, i) => (f.Key, Sum: sums.Values.Sum(s => s[i]))).ToDictionary(f => f.Key, f => (long)f.Sum);
    }

    /// <summary>The lines of a view themselves, where an index leads to few; null where it does not.</summary>
    private static async Task<IQueryable<Row>?> Lines(CrmDb db, WaybillList list, View view, string? by, CancellationToken ct) =>
        (await WaybillAsked.Of(db, list, view, ct)).TryGet(out var asked, out _) && (await WaybillWay.Lead(db, asked, ct)).TryGet(out var led, out _)
            && (await list.Rows(db, asked, led, OwnSums.Most, ct)).TryGet(out var lines, out _) && lines.IsNear ? OfLines(db, lines.Rows, by) : null;

    /// <summary>All lines of a view together.</summary>
    public static async Task<Result<TotalWaybills.Sums>> Total(CrmDb db, WaybillList list, View view, int most, CancellationToken ct) =>
        (await Rows(db, list, view, null, most, ct)).TryGet(out var found, out var refusal)
            ? await found.Rows.GroupBy(_ => 1).Select(g => new TotalWaybills.Sums(g.Sum(r => r.Lines), g.Sum(r => r.RevenueFen), g.Sum(r => r.CostFen), g.Sum(r => r.WeightKg))).SingleOrDefaultAsync(ct) ?? new(0, 0, 0, 0)
            : refusal;

    private static async Task<Result<(IQueryable<Row> Rows, bool OfLines)>> Rows(CrmDb db, WaybillList list, View view, string? by, int most, CancellationToken ct)
    {
        if (!(await WaybillAsked.Of(db, list, view, ct)).TryGet(out var asked, out var refusal))
        {
            return refusal;
        }

        if (asked.IsFactual && by is null or "month" or "owner" && await OwnerMonths(db, asked, ct) is { } months)
        {
            return (months, false);
        }

        if (!(await WaybillWay.Lead(db, asked, ct)).TryGet(out var led, out refusal))
        {
            return refusal;
        }

        if (asked.IsFactual && by is not ("contract" or "source") && !IsOwn(by) && await Facts(db, asked, led, most, ct) is { } facts)
        {
            return (OfFacts(db, facts, by), false);
        }

        most = IsOwn(by) ? Math.Min(most, OwnSums.Most) : most; // Read out of each line by itself.
        if (!(await list.Rows(db, asked, led, most, ct)).TryGet(out var lines, out refusal))
        {
            return refusal;
        }

        return lines.IsNear ? (OfLines(db, lines.Rows, by), true) : new Refusal.InvalidMany([new("filter", "waybill.groups_wide", most)]);
    }

    /// <summary>What the owners' months tell: everything of whole units. Null where more is asked, or part of a unit is hidden or granted.</summary>
    private static async Task<IQueryable<Row>?> OwnerMonths(CrmDb db, WaybillAsked asked, CancellationToken ct)
    {
        if (asked.Customers is not null || asked.Mine is not null || asked.HasLane || !await SeesWholeUnits(db, asked, ct))
        {
            return null;
        }

        var (first, last) = WaybillWay.Span(asked);
        var months = db.Set<OwnerMonth>().Where(m => m.Month >= first && m.Month <= last && m.Lines != 0);
        var owners = await WaybillWay.Owners(db, asked, ct);
        if (owners.Count == 0 && db.Scope.Width != ScopeWidth.All)
        {
            owners.Add(await WaybillWay.Units(db, db.Actor.UnitId, ct));
        }

        foreach (var units in owners)
        {
            months = months.Where(m => EF.Parameter(units).Contains(m.UnitId));
        }

        return months.Select(m => new Row { OwnerId = m.UnitId, Month = m.Month, Lines = m.Lines, WeightKg = m.WeightKg, RevenueFen = m.RevenueFen, CostFen = m.CostFen });
    }

    /// <summary>Whether what the reader sees is whole units: none that is hidden, and without an owner asked for nothing granted from elsewhere.</summary>
    private static async Task<bool> SeesWholeUnits(CrmDb db, WaybillAsked asked, CancellationToken ct)
    {
        if (db.Scope.Width == ScopeWidth.All)
        {
            return true;
        }

        var owners = asked.Owners.SelectMany(o => o).Select(o => o.Unit).Distinct().ToList();
        if (owners.Count > 0)
        {
            var paths = await db.Set<OrgUnit>().Where(u => EF.Parameter(owners).Contains(u.Id)).Select(u => u.Path).ToListAsync(ct);
            return paths.Count == owners.Count && paths.TrueForAll(db.Scope.Covers);
        }

        var (user, unit) = (db.Scope.UserId, db.Scope.UnitId);
        return db.Scope.Width != ScopeWidth.None && !await db.Set<CustomerGrant>().AnyAsync(g => g.UserId == user || g.UnitId == unit, ct);
    }

    /// <summary>The facts of the lines asked for, where an index leads to no more than <paramref name="most"/>: by customer, else by lane. Counted past the scope, on the index alone.</summary>
    private static async Task<IQueryable<MonthlyFact>?> Facts(CrmDb db, WaybillAsked asked, WaybillWay.Led led, int most, CancellationToken ct)
    {
        var (facts, past) = (WaybillWay.Months(db.Set<MonthlyFact>(), asked), WaybillWay.Months(db.Set<MonthlyFact>().IgnoreQueryFilters([CrmDb.ScopeFilter]), asked));
        var lanes = WaybillWay.LanesOf(db, asked);
        if (led.Customers is { } customers)
        {
            (facts, past) = (facts.Where(m => EF.Parameter(customers).Contains(m.CustomerId)), past.Where(m => EF.Parameter(customers).Contains(m.CustomerId)));
        }
        else if (asked.HasLane)
        {
            past = past.Where(m => lanes.Contains(m.LaneId));
        }

        else if (asked.Days.From is not null || asked.Days.To is not null)
        {
            return null; // No index leads to the facts of a month alone.
        }

        if (await past.Take(most + 1).CountAsync(ct) > most)
        {
            return null;
        }

        facts = asked.HasLane ? facts.Where(m => lanes.Contains(m.LaneId)) : facts;
        foreach (var units in await WaybillWay.Owners(db, asked, ct))
        {
            facts = facts.Where(m => db.Set<ScopeCustomer>().Any(c => c.Id == m.CustomerId && EF.Parameter(units).Contains(c.UnitId)));
        }

        if (asked.Mine == false)
        {
            var mine = await WaybillWay.Mine(db, ct);
            facts = facts.Where(m => !EF.Parameter(mine).Contains(m.CustomerId));
        }

        return facts.AsNoTracking();
    }

    private static IQueryable<Row> OfFacts(CrmDb db, IQueryable<MonthlyFact> facts, string? by) => by switch
    {
        "owner" => from f in facts join c in db.Set<ScopeCustomer>() on f.CustomerId equals c.Id select new Row { OwnerId = c.UnitId, Lines = f.Lines, WeightKg = f.WeightKg, RevenueFen = f.RevenueFen, CostFen = f.CostFen },
        "tier" => from f in facts.IgnoreQueryFilters([CrmDb.BinFilter]) join c in db.Set<Customer>() on f.CustomerId equals c.Id select new Row { Tier = c.Tier, Lines = f.Lines, WeightKg = f.WeightKg, RevenueFen = f.RevenueFen, CostFen = f.CostFen },
        null or "month" or "customer" => facts.Select(f => new Row { CustomerId = f.CustomerId, Month = f.Month, Lines = f.Lines, WeightKg = f.WeightKg, RevenueFen = f.RevenueFen, CostFen = f.CostFen }),
        _ => from f in facts
             join l in db.Set<Lane>() on f.LaneId equals l.Id
             select new Row { UnitId = l.UnitId, Service = l.Service, CommodityCategory = l.CommodityCategory, Mode = l.Mode, Origin = l.Origin, Destination = l.Destination, Lines = f.Lines, WeightKg = f.WeightKg, RevenueFen = f.RevenueFen, CostFen = f.CostFen },
    };

    private static IQueryable<Row> OfLines(CrmDb db, IQueryable<WaybillLine> lines, string? by) => by switch
    {
        "owner" => from w in lines join c in db.Set<ScopeCustomer>() on w.CustomerId equals c.Id select new Row { OwnerId = c.UnitId, Lines = 1, WeightKg = w.WeightKg, RevenueFen = w.RevenueFen, CostFen = w.CostFen, Custom = w.Custom },
        "tier" => from w in lines join c in db.Set<Customer>() on w.CustomerId equals c.Id select new Row { Tier = c.Tier, Lines = 1, WeightKg = w.WeightKg, RevenueFen = w.RevenueFen, CostFen = w.CostFen, Custom = w.Custom },
        _ => lines.Select(w => new Row
        {
            CustomerId = w.CustomerId, MonthNumber = (w.Date.Year * 12) + w.Date.Month - 1, UnitId = w.UnitId, Service = w.Service, CommodityCategory = w.CommodityCategory, Mode = w.Mode, Origin = w.Origin, Destination = w.Destination,
            Source = w.Source, ContractNo = w.ContractNo, Lines = 1, WeightKg = w.WeightKg, RevenueFen = w.RevenueFen, CostFen = w.CostFen, Custom = w.Custom,
        }),
    };

    /// <summary>Whether it is a field of the group's own, which only the lines know.</summary>
    private static bool IsOwn(string? by) => by?.StartsWith("x_", StringComparison.Ordinal) == true;

    private static LambdaExpression KeyOf(string by, bool ofLines) => by switch
    {
        "month" when ofLines => (Expression<Func<Row, int>>)(r => r.MonthNumber),
        "month" => (Expression<Func<Row, Month>>)(r => r.Month),
        "customer" => (Expression<Func<Row, long>>)(r => r.CustomerId),
        "owner" => (Expression<Func<Row, long>>)(r => r.OwnerId),
        "unit" => (Expression<Func<Row, long>>)(r => r.UnitId),
        "tier" => (Expression<Func<Row, CustomerTier>>)(r => r.Tier),
        "service" => (Expression<Func<Row, string>>)(r => r.Service),
        "mode" => (Expression<Func<Row, string>>)(r => r.Mode),
        "commodity" => (Expression<Func<Row, string>>)(r => r.CommodityCategory),
        "origin" => (Expression<Func<Row, string>>)(r => r.Origin),
        "destination" => (Expression<Func<Row, string>>)(r => r.Destination),
        "source" => (Expression<Func<Row, string>>)(r => r.Source),
        "contract" => (Expression<Func<Row, string?>>)(r => r.ContractNo),
        _ => throw new InvalidOperationException($"Lines are not grouped by {by}."),
    };
}
