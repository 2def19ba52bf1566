using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>How the lines of the list of waybills are found, put together and changed.</summary>
internal sealed partial class WaybillList
{
    internal override Task<Result<TableExport>> Whole(IServiceProvider services, View view, string format, CancellationToken ct) => services.GetRequiredService<ExportWaybills>().Run(format, view, ct);

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
