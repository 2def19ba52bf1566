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
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Waybills.WaybillLine>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Waybills;

/// <summary>The list of waybill lines. There may be a hundred million, indexed by day, customer and number alone; what else is asked is answered by way of the lanes (<see cref="WaybillWay"/>).</summary>
internal sealed class WaybillList(CustomFields? custom = null, CurrentActor? current = null) : ListOf<WaybillLine>(custom, current)
{
    private static readonly NamesOf Customers = (db, ids, ct) => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
    private static readonly Asks<WaybillLine> Elsewhere = (_, _, _) => throw new InvalidOperationException("Answered by WaybillWay.");

    public override string Key => "waybills";
    public override string Path => "/waybills";
    public override string TextKey => "waybill.title";
    public override string Permission => Platform.Access.Permission.WaybillsRead;
    public override string Order => "-date";
    public override string Below => "source";
    public override bool HasNames => false;
    public override IReadOnlyList<string> Columns { get; } = ["externalNo", "date", "customer", "service", "goods", "origin", "destination", "weight", "revenue", "profit"];
    public override IReadOnlyList<string> Quick { get; } = ["externalNo", "customer", "from", "to", "owner", "service"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", ""), new("mine", "customer.mine_yes", "mine=true"), new("favourites", "mark.favourites", "favourite=true"), new("recent", "waybill.view_recent", "filter=date>=-30d")];

    protected override IReadOnlyList<ListField<WaybillLine>> Declared => Own;

    private static readonly IReadOnlyList<ListField<WaybillLine>> Own =
    [
        F.Of("externalNo", "import.field.externalNo", K.Text, w => w.ExternalNo).Asked(["="], Elsewhere).Named(),
        F.Of("date", "import.field.date", K.Date, w => w.Date).Sorted().Asked([">=", "<=", "="], Elsewhere),
        F.Of("customer", "import.field.customer", K.Reference, w => w.CustomerId).Asked(["="], Elsewhere).Refers(Customers, id => $"/customers/{id}").LookedUp("/api/v1/lookup/customers?q="),
        F.Of("service", "import.field.service", K.Text, w => w.Service).Edited(nameof(WaybillDraft.Service)).Asked(["=", "!="], Elsewhere).Coded(c => Said("service", c), () => WaybillLine.Services.Select(s => (s, Said("service", s)))),
        F.Of("mode", "import.field.mode", K.Text, w => w.Mode).Edited(nameof(WaybillDraft.Mode)).Asked(["=", "!="], Elsewhere).Coded(c => Said("mode", c), () => WaybillLine.Modes.Append(ListWaybills.Unknown).Select(m => (m, Said("mode", m)))),
        F.Of("goods", "import.field.commodity", K.Text, w => w.Commodity).Edited(nameof(WaybillDraft.Commodity)),
        F.Of("commodity", "waybill.category", K.Text, w => w.CommodityCategory).Asked(["=", "!="], Elsewhere).Coded(c => Said("commodity", c), () => ReferenceData.CommodityOptions.Append((ListWaybills.Unknown, Said("commodity", "")))) ,
        F.Of("origin", "import.field.origin", K.Text, w => w.Origin).Asked(["=", "!="], Elsewhere).LookedUp("/api/v1/lookup/stations?q="),
        F.Of("destination", "import.field.destination", K.Text, w => w.Destination).Asked(["=", "!="], Elsewhere).LookedUp("/api/v1/lookup/stations?q="),
        F.Of("wagons", "import.field.wagons", K.Number, w => w.Wagons),
        F.Of("containers", "import.field.containers", K.Number, w => w.Containers),
        F.Of("weight", "waybill.weight_plain", K.Weight, w => w.WeightKg).Summed(),
        F.Of("revenue", "waybill.revenue_plain", K.Money, w => w.RevenueFen).Summed(),
        F.Of("cost", "waybill.cost_plain", K.Money, w => w.CostFen).Summed(),
        F.Of("profit", "workbench.profit", K.Money, w => w.RevenueFen - w.CostFen).Summed(),
        F.Of("contract", "import.field.contract", K.Text, w => w.ContractNo).Edited(nameof(WaybillDraft.Contract)),
        F.Of("note", "import.field.note", K.Text, w => w.Note).Edited(nameof(WaybillDraft.Note)),
        F.Of("unit", "waybill.unit", K.Reference, w => w.UnitId).Asked(["="], Elsewhere).Refers(Units),
        F.Only("id", "list.id", K.Number, ["="], Elsewhere).Hidden(),
        F.Only("owner", "customer.unit", K.Reference, ["="], Elsewhere).Refers(Units),
        F.Of("source", "import.field.source", K.Text, w => w.Source).Asked(["="], Elsewhere).Coded(WaybillPage.SourceName),
        F.Only("from", "waybill.from_day", K.Text, ["="], Elsewhere),
        F.Only("to", "waybill.to_day", K.Text, ["="], Elsewhere),
        F.Only("mine", "customer.mine", K.Flag, ["="], Elsewhere),
        F.Only("favourite", "mark.favourite", K.Flag, ["="], Favourites.Of<WaybillLine>(RecordKind.Waybill)),
    ];

    public override IReadOnlyList<ListWork> Works { get; } =
    [
        new("edit", "list.work_edit", "edit", Platform.Access.Permission.WaybillsWrite), new("export", "customer.export", "download", Platform.Access.Permission.Export, Leads: "/waybills/export"),
        new("delete", "waybill.delete", "trash", Platform.Access.Permission.WaybillsWrite, Danger: true),
    ];

    /// <summary>Those in the bin too: what a work on many took away keeps its name.</summary>
    public override async Task<Dictionary<long, string>> NamesOfRows(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        BinnedLine.Named(await base.NamesOfRows(db, ids, ct), await db.Set<BinnedLine>().Where(b => EF.Parameter(ids).Contains(b.Id)).ToDictionaryAsync(b => b.Id, b => b.ExternalNo, ct));

    public override string EditPermission => Platform.Access.Permission.WaybillsWrite;

    public override Task<Refusal?> Refuses(CrmDb db, WorkOrder order, CancellationToken ct) => Task.FromResult(OwnWrong(order) ?? WorkOnWaybills.Refuses(this, order));

    public override Task Work(IServiceProvider services, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct) => services.GetRequiredService<WorkOnWaybills>().Run(this, order, rows, ct);

    public override Task Worked(IServiceProvider services, CancellationToken ct) => services.GetRequiredService<WorkOnWaybills>().Follow(ct);

    public override async Task<Result<Edited>> Edit(IServiceProvider services, long id, ListField field, string? value, string? was, CancellationToken ct) =>
        (await services.GetRequiredService<WorkOnWaybills>().One(id, field, value, was, ct)).TryGet(out var line, out var refusal) ? Told(line, field) : refusal;

    private static string Said(string texts, string code) => Platform.Text.Texts.Find($"{texts}.{(code == ListWaybills.Unknown ? "" : code)}") ?? code;

    /// <inheritdoc/>
    private protected override Task<Result<Found<WaybillLine>>> Find(CrmDb db, View view, string? sort, int wanted, Covering? cover, CancellationToken ct) => Rows(db, view, ct);

    /// <summary>The lines of a view, in no order yet.</summary>
    internal async Task<Result<Found<WaybillLine>>> Rows(CrmDb db, View view, CancellationToken ct)
    {
        if (!Split(view, db.UtcNow).TryGet(out var parts, out var refusal))
        {
            return refusal;
        }

        var (query, lanes, (from, to)) = parts;
        var own = view with { Filter = new([.. view.Filter.Groups.Where(IsOwn)]) };
        if (!(await Conditions(db, own, ct)).TryGet(out var conditions, out refusal))
        {
            return refusal;
        }

        var lines = await WaybillWay.Rows(db, query, from, to, lanes, ct);
        foreach (var condition in conditions)
        {
            // A few are named by the field's index; many are met along the days.
            var ids = condition.Ids is null ? null : await condition.Ids.Take(Few).ToListAsync(ct);
            lines = ids?.Count < Few ? lines.Where(w => EF.Parameter(ids).Contains(w.Id)) : lines.Where(db.IsPostgres ? condition.Test : condition.Blind);
        }

        foreach (var named in view.Filter.Groups.Where(IsId))
        {
            var ids = named.SelectMany(c => c.Values).Select(v => long.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1).ToList();
            lines = lines.Where(w => EF.Parameter(ids).Contains(w.Id));
        }

        return new Found<WaybillLine>(lines);
    }

    /// <summary>Beyond so many lines an index of a custom field is left and the days walked instead.</summary>
    private const int Few = 4_000;

    /// <summary>Whether a condition is on the group's own fields alone, or on the reader's stars: each names its lines by itself.</summary>
    private static bool IsOwn(IReadOnlyList<Criterion> group) => group.All(c => c.Field == "favourite" || c.Field.StartsWith("x_", StringComparison.Ordinal));

    /// <summary>Whether a condition names lines: those that were ticked.</summary>
    private static bool IsId(IReadOnlyList<Criterion> group) => group.All(c => c is { Field: "id", Operator: "=" });

    /// <summary>The view as the plain query it is; null where it asks for more than one thing of a kind, or for either of two.</summary>
    internal ListWaybills.Query? Plain(View view, DateTime now) => Split(view, now).TryGet(out var parts, out _) && parts.Lanes.Count == 0 && !view.Filter.Groups.Any(g => IsOwn(g) || IsId(g)) ? parts.Query with
    {
        From = parts.Days.From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), To = parts.Days.To?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    } : null;

    /// <summary>Takes a view apart: what is asked once goes where it is answered fastest; what is asked of lanes in any other way becomes a condition on lanes.</summary>
    private Result<(ListWaybills.Query Query, IReadOnlyList<LaneCondition> Lanes, (DateOnly? From, DateOnly? To) Days)> Split(View view, DateTime now)
    {
        var (query, lanes) = (new ListWaybills.Query(), new List<LaneCondition>());
        (DateOnly? From, DateOnly? To) days = default;
        foreach (var group in view.Filter.Groups.Where(g => !IsOwn(g) && !IsId(g)))
        {
            if (group.FirstOrDefault(c => Find(c.Field) is not { Operators.Count: > 0 } field || !field.Operators.Contains(c.Operator)) is { } wrong)
            {
                return new Refusal.InvalidMany([Find(wrong.Field) is { } known ? new(wrong.Field, "list.operator_wrong", known.Name) : new("filter", "list.field_unknown", wrong.Field)]);
            }

            if (group is [{ Field: "from" or "to" or "date" } day])
            {
                if (Days(day, now) is not var (first, last))
                {
                    return new Refusal.InvalidMany([new(day.Field, "waybill.day_wrong")]);
                }

                days = (Later(days.From, first), Earlier(days.To, last));
            }
            else if (group is [{ Operator: "=", Values: [{ Length: > 0 } value] } one] && Taken(query, one.Field, value) is { } taken)
            {
                query = taken;
            }
            else if (LaneCondition.Of(group) is { } lane)
            {
                lanes.Add(lane);
            }
            else
            {
                return new Refusal.InvalidMany([new(group[0].Field, "waybill.filter_apart")]);
            }
        }

        return (query, lanes, days);
    }

    /// <summary>The query with one thing more; null where it asks for that already, or the value is none.</summary>
    private static ListWaybills.Query? Taken(ListWaybills.Query query, string field, string value)
    {
        long? id = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
        return field switch
        {
            "customer" when query.Customer is null => query with { Customer = id ?? -1 }, // A name nobody has finds nothing.
            "owner" when query.Owner is null => query with { Owner = id ?? -1 },
            "unit" when query.Unit is null => query with { Unit = id ?? -1 },
            "source" when query.Source is null => query with { Source = value },
            "externalNo" when query.ExternalNo is null => query with { ExternalNo = value },
            "service" when query.Service is null => query with { Service = value },
            "commodity" when query.Commodity is null => query with { Commodity = value },
            "mode" when query.Mode is null => query with { Mode = value },
            "origin" when query.Origin is null => query with { Origin = value },
            "destination" when query.Destination is null => query with { Destination = value },
            "mine" => query with { Mine = value == "true" ? true : null },
            _ => null,
        };
    }

    private static (DateOnly? From, DateOnly? To)? Days(Criterion asked, DateTime now) =>
        asked.Values is [var value] && ValueRange.TryRead<DateOnly>(K.Date, value, now, out var first, out var last)
            ? (asked.Field, asked.Operator) switch { ("from", _) or (_, ">=") => (first, null), ("to", _) or (_, "<=") => (null, last), _ => (first, last) }
            : null;

    private static DateOnly? Later(DateOnly? a, DateOnly? b) => a is null || b > a ? b ?? a : a;

    private static DateOnly? Earlier(DateOnly? a, DateOnly? b) => a is null || b < a ? b ?? a : a;
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
