using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Files;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Waybills.WaybillLine>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Waybills;

/// <summary>The list of waybill lines. There may be a hundred million, indexed by day, customer and number alone, and so in order by day unless they are few; what else is asked is answered by way of the lanes (<see cref="WaybillWay"/>), or of each line where one of those leads to few (<see cref="WaybillAsked"/>), whatever a field says of its own index.</summary>
internal sealed class WaybillList(CustomFields? custom = null, CurrentActor? current = null, IConfiguration? settings = null) : ListOf<WaybillLine>(custom, current)
{
    private static readonly NamesOf Customers = (db, ids, ct) => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);

    public override string Key => "waybills";
    public override string Path => "/waybills";
    public override string TextKey => "waybill.title";
    public override string Permission => Platform.Access.Permission.WaybillsRead;
    public override string Order => "-date";
    public override string Below => "source";
    public override string SearchKey => "waybill.search_hint";
    public override bool HasBoard => false;
    public override bool HasNames => false;
    public override IReadOnlyList<string> Columns { get; } = ["externalNo", "date", "customer", "service", "goods", "origin", "destination", "weight", "revenue", "profit"];
    public override IReadOnlyList<string> Quick { get; } = ["externalNo", "customer", "from", "to", "owner", "service"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", ""), new("mine", "customer.mine_yes", "mine=true"), new("favourites", "mark.favourites", "favourite=true"), new("recent", "waybill.view_recent", "filter=date>=-30d")];

    protected override IReadOnlyList<ListField<WaybillLine>> Declared => Own;

    private static readonly IReadOnlyList<ListField<WaybillLine>> Own =
    [
        F.Of("externalNo", "import.field.externalNo", K.Text, w => w.ExternalNo).Indexed().SortedNear().Named(),
        F.Only("month", "waybill.month", K.Text, ["="], WaybillAsks.Day).InTime().Grouped(),
        F.Of("date", "import.field.date", K.Date, w => w.Date).Sorted().Asked([">=", "<=", "="], WaybillAsks.Day).Edited(nameof(WaybillDraft.Date), bulk: false).TypedAs(WaybillCell.Day),
        F.Of("customer", "import.field.customer", K.Reference, w => w.CustomerId).Asked(["=", "!="], WaybillAsks.Customer).Refers(Customers, id => $"/customers/{id}").LookedUp("/api/v1/lookup/customers?q=").Grouped(),
        F.Of("service", "import.field.service", K.Text, w => w.Service).SortedNear().Edited(nameof(WaybillDraft.Service)).Asked(["=", "!="], WaybillAsks.Lane).Coded(c => Said("service", c), () => WaybillLine.Services.Select(s => (s, Said("service", s)))).Grouped(),
        F.Of("mode", "import.field.mode", K.Text, w => w.Mode).SortedNear().Edited(nameof(WaybillDraft.Mode)).Asked(["=", "!="], WaybillAsks.Lane).Coded(c => Said("mode", c), () => WaybillLine.Modes.Append(ListWaybills.Unknown).Select(m => (m, Said("mode", m)))).Grouped(),
        F.Of("goods", "import.field.commodity", K.Text, w => w.Commodity).Indexed().SortedNear().Edited(nameof(WaybillDraft.Commodity)),
        F.Of("commodity", "waybill.category", K.Text, w => w.CommodityCategory).SortedNear().Asked(["=", "!="], WaybillAsks.Lane).Coded(c => Said("commodity", c), () => ReferenceData.CommodityOptions.Append((ListWaybills.Unknown, Said("commodity", "")))).Grouped(),
        F.Of("origin", "import.field.origin", K.Text, w => w.Origin).SortedNear().Edited(nameof(WaybillDraft.Origin)).Asked(["=", "!="], WaybillAsks.Lane).LookedUp("/api/v1/lookup/stations?q=").Grouped(),
        F.Of("destination", "import.field.destination", K.Text, w => w.Destination).SortedNear().Edited(nameof(WaybillDraft.Destination)).Asked(["=", "!="], WaybillAsks.Lane).LookedUp("/api/v1/lookup/stations?q=").Grouped(),
        F.Of("wagons", "import.field.wagons", K.Number, w => w.Wagons).Indexed().SortedNear().Edited(nameof(WaybillDraft.Wagons), bulk: false).TypedAs(TypedValue.Of),
        F.Of("containers", "import.field.containers", K.Number, w => w.Containers).Indexed().SortedNear().Edited(nameof(WaybillDraft.Containers), bulk: false).TypedAs(TypedValue.Of),
        F.Of("teu", "import.field.teu", K.Number, w => w.TeuHundredths).Edited(nameof(WaybillDraft.Teu), bulk: false).Said((teu, _) => WaybillCell.Teu(teu), WaybillCell.Teu),
        F.Of("weight", "waybill.weight_plain", K.Weight, w => w.WeightKg).Indexed().SortedNear().Summed().Edited(nameof(WaybillDraft.WeightKg), bulk: false).TypedAs(WaybillCell.Tonnes),
        F.Of("revenue", "waybill.revenue_plain", K.Money, w => w.RevenueFen).Indexed().SortedNear().Summed().Edited(nameof(WaybillDraft.RevenueFen), bulk: false).TypedAs(WaybillCell.Money),
        F.Of("cost", "waybill.cost_plain", K.Money, w => w.CostFen).Indexed().SortedNear().Summed().Edited(nameof(WaybillDraft.CostFen), bulk: false).TypedAs(WaybillCell.Money),
        F.Of("profit", "workbench.profit", K.Money, w => w.RevenueFen - w.CostFen).Indexed().SortedNear().Summed(),
        F.Of("contract", "import.field.contract", K.Text, w => w.ContractNo).Indexed().SortedNear().Edited(nameof(WaybillDraft.Contract)).Grouped(),
        F.Of("note", "import.field.note", K.Text, w => w.Note).Edited(nameof(WaybillDraft.Note)).Asked(["~"], WaybillAsks.Note),
        F.Of("unit", "waybill.unit", K.Reference, w => w.UnitId).Asked(["=", "!="], WaybillAsks.Lane).Refers(Units).Grouped(),
        F.Only("id", "list.id", K.Number, ["="], (_, asked, _) => Task.FromResult(WaybillAsks.Ids(asked))).Hidden(),
        Brought.Of<WaybillLine>(WaybillAsks.Imported),
        F.Only("owner", "customer.unit", K.Reference, ["=", "=="], WaybillAsks.Owner).Refers(Units).Grouped(),
        F.Only("tier", "customer.tier", K.Choice, ["=", "!="], WaybillAsks.Tier).Chosen("tier", ["large", "medium", "small", "atRisk", "prospective"]).Grouped(),
        F.Of("source", "import.field.source", K.Text, w => w.Source).Asked(["="], WaybillAsks.Source).Coded(WaybillPage.SourceName).Grouped(),
        F.Only("from", "waybill.from_day", K.Text, ["="], WaybillAsks.Day),
        F.Only("to", "waybill.to_day", K.Text, ["="], WaybillAsks.Day),
        F.Only("mine", "customer.mine", K.Flag, ["="], WaybillAsks.Mine),
        F.Only("favourite", "mark.favourite", K.Flag, ["="], Favourites.Of<WaybillLine>(RecordKind.Waybill)),
        F.Only("toUnit", "waybill.unit", K.Text, [], WaybillAsks.Lane).Edited(nameof(WaybillDraft.Unit)).LookedUp("/api/v1/lookup/units?q="),
        F.Only("toCustomer", "import.field.customer", K.Text, [], WaybillAsks.Customer).Edited(nameof(WaybillDraft.Customer)).LookedUp("/api/v1/lookup/customers?q="),
    ];

    public override IReadOnlyList<ListWork> Works { get; } =
    [
        new("edit", "list.work_edit", "edit", Platform.Access.Permission.WaybillsWrite), new("export", "customer.export", "download", Platform.Access.Permission.Export, Leads: "/waybills/export"),
        .. MarkRows.Works(Platform.Access.Permission.WaybillsRead),
        new("delete", "waybill.delete", "trash", Platform.Access.Permission.WaybillsWrite, Danger: true),
    ];

    /// <summary>Those in the bin too: what a work on many took away keeps its name.</summary>
    public override async Task<Dictionary<long, string>> NamesOfRows(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        BinnedLine.Named(await base.NamesOfRows(db, ids, ct), await db.Set<BinnedLine>().Where(b => EF.Parameter(ids).Contains(b.Id)).ToDictionaryAsync(b => b.Id, b => b.ExternalNo, ct));

    internal override Task<Result<TableExport>> Whole(IServiceProvider services, View view, string format, CancellationToken ct) => services.GetRequiredService<ExportWaybills>().Run(format, view, ct);

    public override string MarkedAs => RecordKind.Waybill;

    public override string EditPermission => Platform.Access.Permission.WaybillsWrite;

    public override async Task<Refusal?> Refuses(CrmDb db, WorkOrder order, CancellationToken ct) => await OwnWrong(db, order, ct) ?? WorkOnWaybills.Refuses(this, order) ?? (order is not { Act: "edit", Value: { Length: > 0 } said } ? null : order.Field switch
    {
        "toCustomer" when await Lookups.Customer(db, said, ct) is null => new Refusal.InvalidMany([new(nameof(order.Value), "waybill.customer_unknown")]),
        "toUnit" when !await PathRange.Of(db.Scope).Of(db).AnyAsync(u => u.Active && (u.Code == said || u.Name == said), ct) => new Refusal.InvalidMany([new(nameof(order.Value), "waybill.unit_unknown")]),
        _ => null,
    });

    public override Task Work(IServiceProvider services, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct) => services.GetRequiredService<WorkOnWaybills>().Run(this, order, rows, ct);

    public override Task Worked(IServiceProvider services, long jobId, WorkOrder order, CancellationToken ct) => services.GetRequiredService<WorkOnWaybills>().Follow(ct);

    public override async Task<Result<Edited>> Edit(IServiceProvider services, long id, ListField field, string? value, string? was, CancellationToken ct)
    {
        if (!(await services.GetRequiredService<WorkOnWaybills>().One(id, field, value, was, ct)).TryGet(out var line, out var refusal))
        {
            return refusal;
        }

        var db = services.GetRequiredService<CrmDb>();
        return field.Key switch
        {
            "toUnit" => await db.Set<OrgUnit>().Where(u => u.Id == line.UnitId).Select(u => new Edited(u.Name, u.Code)).SingleAsync(ct),
            "toCustomer" => await db.Set<Customer>().Where(c => c.Id == line.CustomerId).Select(c => new Edited(c.Name, c.Number)).SingleAsync(ct),
            _ => Told(line, field),
        };
    }

    private static string Said(string texts, string code) => Platform.Text.Texts.Find($"{texts}.{(code == ListWaybills.Unknown ? "" : code)}") ?? code;

    /// <inheritdoc/>
    private protected override Task<Result<Found<WaybillLine>>> Find(CrmDb db, View view, string? sort, int wanted, Covering? cover, CancellationToken ct) => Rows(db, view, ct);

    /// <inheritdoc/>
    public override async Task<Result<List<Group>>> Groups(CrmDb db, View view, ListField by, CancellationToken ct)
    {
        if (!(await GroupWaybills.Run(db, this, view, by, MostRead, ct)).TryGet(out var groups, out var refusal))
        {
            return refusal;
        }

        return await Named(db, by, groups, ct);
    }

    /// <inheritdoc/>
    private protected override int MostSorted => Math.Min(OwnSums.Most, MostRead);

    /// <inheritdoc/>
    private protected override async Task<Result<(Found<WaybillLine> Rows, bool IsNear)>> Near(CrmDb db, View view, int most, CancellationToken ct) =>
        !(await WaybillAsked.Of(db, this, view, ct)).TryGet(out var asked, out var refusal) || !(await WaybillWay.Lead(db, asked, ct)).TryGet(out var led, out refusal) || !(await Rows(db, asked, led, most, ct)).TryGet(out var lines, out refusal)
            ? refusal : (new Found<WaybillLine>(lines.Rows), lines.IsNear);

    /// <inheritdoc/>
    public override async Task<IReadOnlySet<long>> Fixed(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct)
    {
        if (db.Scope.Width == ScopeWidth.All)
        {
            return await base.Fixed(db, ids, ct);
        }

        var lines = await db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(w => EF.Parameter(ids).Contains(w.Id)).Select(w => new { w.Id, w.CustomerId }).ToListAsync(ct);
        var held = await Ownership.Of(db, lines.Select(l => l.CustomerId).ToHashSet(), ct);
        return lines.Where(l => !held.Changes(l.CustomerId)).Select(l => l.Id).ToHashSet();
    }

    /// <summary>The lines of a view, in no order yet.</summary>
    internal async Task<Result<Found<WaybillLine>>> Rows(CrmDb db, View view, CancellationToken ct)
    {
        if (!(await WaybillAsked.Of(db, this, view, ct)).TryGet(out var asked, out var refusal) || !(await WaybillWay.Lead(db, asked, ct)).TryGet(out var led, out refusal)
            || !(await Rows(db, asked, led, asked.Tests.Count > 0 ? MostRead : null, ct)).TryGet(out var lines, out refusal))
        {
            return refusal;
        }

        var test = asked.Tests.FirstOrDefault()?[0].Field;
        return lines.IsNear ? new Found<WaybillLine>(lines.Rows) : new Refusal.InvalidMany([new(test!, "waybill.filter_wide", Find(test)!.Name, MostRead)]);
    }

    /// <summary>The lines asked for, and whether an index leads to no more than <paramref name="most"/>; not looked at where that is null.</summary>
    internal async Task<Result<(IQueryable<WaybillLine> Rows, bool IsNear)>> Rows(CrmDb db, WaybillAsked asked, WaybillWay.Led led, int? most, CancellationToken ct)
    {
        if (!(await Conditions(db, View.Plain with { Filter = new(asked.Own) }, ct)).TryGet(out var own, out var refusal) || !(await Conditions(db, View.Plain with { Filter = new(asked.Tests) }, ct)).TryGet(out var tests, out refusal))
        {
            return refusal;
        }

        var (lines, few) = (led.Rows, asked.Ids is not null);
        foreach (var condition in own)
        {
            // A few are named by the field's index; many are met along the days.
            var ids = condition.Ids is null ? null : await condition.Ids.Take(Few).ToListAsync(ct);
            few |= ids?.Count < Few;
            lines = ids?.Count < Few ? lines.Where(w => EF.Parameter(ids).Contains(w.Id)) : lines.Where(db.IsPostgres ? condition.Test : condition.Blind);
        }

        lines = tests.Aggregate(lines, (l, t) => l.Where(db.IsPostgres ? t.Test : t.Blind));
        lines = asked.Ids is { } named ? lines.Where(w => EF.Parameter(named).Contains(w.Id)) : lines;
        return (lines, few || most is null || await WaybillWay.IsNear(db, asked, led, most.Value, ct));
    }

    /// <summary>Beyond so many lines an index of a custom field is left and the days walked instead.</summary>
    private const int Few = 4_000;

    /// <summary>Lines or facts that are looked at one by one where no index answers, at most.</summary>
    internal int MostRead { get; } = Math.Clamp(settings?.GetValue("RAILCRM_WAYBILLS_READ", 100_000) ?? 100_000, 1, 10_000_000);
}

/// <summary>A condition on how the work was done, told of the line and of its lane: some lanes' customers are few, whose lines alone need be looked at.</summary>
internal sealed record LaneCondition(Expression<Func<WaybillLine, bool>> OfLine, Expression<Func<Lane, bool>> OfLane)
{
    /// <summary>Any of some conditions on lanes; null where one is on something else.</summary>
    public static LaneCondition? Of(IReadOnlyList<Criterion> alternatives)
    {
        var (line, lane) = (Expression.Parameter(typeof(WaybillLine), "line"), Expression.Parameter(typeof(Lane), "lane"));
        return Any(line, alternatives) is { } ofLine && Any(lane, alternatives) is { } ofLane
            ? new(Expression.Lambda<Func<WaybillLine, bool>>(ofLine, line), Expression.Lambda<Func<Lane, bool>>(ofLane, lane)) : null;
    }

    private static Expression? Any(ParameterExpression row, IReadOnlyList<Criterion> alternatives)
    {
        Expression? any = null;
        foreach (var asked in alternatives)
        {
            Expression? test = asked.Field switch
            {
                "service" => Text(nameof(Lane.Service)), "commodity" => Text(nameof(Lane.CommodityCategory)), "mode" => Text(nameof(Lane.Mode)), "origin" => Text(nameof(Lane.Origin)), "destination" => Text(nameof(Lane.Destination)),
                "unit" => Compare.Among(Expression.Property(row, nameof(Lane.UnitId)), asked.Values.Select(v => long.TryParse(v, CultureInfo.InvariantCulture, out var id) ? id : -1).ToList()),
                _ => null,
            };
            if (test is null)
            {
                return null;
            }

            test = asked.Operator == "!=" ? Expression.Not(test) : test;
            any = any is null ? test : Expression.OrElse(any, test);

            Expression Text(string property) => Compare.Among(Expression.Property(row, property), asked.Values.Select(v => v == ListWaybills.Unknown ? "" : v).ToList());
        }

        return any;
    }
}
