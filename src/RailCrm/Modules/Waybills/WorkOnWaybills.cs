using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>Changes one field of many lines, or puts many into the bin, and gives them back: by the rules of the form, through the ledger, so that the monthly facts follow.</summary>
internal sealed class WorkOnWaybills(CrmDb db, CustomFields fields, RecordWaybills record, WaybillBin bin, SaveWaybill save, IEnumerable<IFiguresChanged> followers)
{
    /// <summary>Why the order cannot be given: a field that cannot be changed for many, or a value that is none of its kind. An amount gets the unit of whoever gives the order.</summary>
    public static Refusal? Refuses(WaybillList list, WorkOrder order)
    {
        if (order.Act != "edit")
        {
            return null;
        }

        if (list.Find(order.Field) is not { IsBulk: true, Input: { } input } field)
        {
            return new Refusal.InvalidMany([new(nameof(order.Value), "list.value_wrong", list.Find(order.Field)?.Name, order.Value)]);
        }

        if (order.Empties && input == nameof(WaybillDraft.Date))
        {
            return new Refusal.InvalidMany([new(nameof(order.Value), "list.never_empty", field.Name)]);
        }

        order.Value = WaybillCell.InUnit(input, order.Value);
        return WaybillCell.Set(new WaybillDraft(), input, order.Value) ? null : new Refusal.InvalidMany([new(nameof(order.Value), "list.value_wrong", field.Name, order.Value)]);
    }

    /// <summary>A line as the form would say it; null where there is none.</summary>
    public async Task<WaybillDraft?> Draft(long id, CancellationToken ct) =>
        await db.Set<WaybillLine>().AsNoTracking().SingleOrDefaultAsync(w => w.Id == id, ct) is { } line ? (await Drafts([line], ct))[id] : null;

    /// <summary>Changes one cell where it stands; gives the line as it is then.</summary>
    public async Task<Result<WaybillLine>> One(long id, ListField field, string? value, string? was, CancellationToken ct)
    {
        if (await db.Set<WaybillLine>().AsNoTracking().SingleOrDefaultAsync(w => w.Id == id, ct) is not { } line)
        {
            return new Refusal.NotFound();
        }

        var draft = (await Drafts([line], ct))[line.Id];
        if (!TypedValue.Same(WaybillCell.Of(draft, field.Input!), was))
        {
            return new Refusal.Stale();
        }

        return !WaybillCell.Set(draft, field.Input!, field.Input == nameof(WaybillDraft.Customer) ? WaybillForm.Number(value) : value) ? new Refusal.InvalidMany([new(field.Input!, "list.value_wrong", field.Name, value)])
            : (await save.Run(id, GetWaybill.StateOf(line), draft, ct)).TryGet(out _, out var refusal) ? await db.Set<WaybillLine>().AsNoTracking().SingleAsync(w => w.Id == id, ct)
            : refusal;
    }

    /// <summary>Does it to some rows, in the transaction that is open.</summary>
    public Task Run(WaybillList list, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct) =>
        order is { Act: "delete", UndoOf: not null } ? Restore(rows, ct) : order.Act == "delete" ? Delete(rows, unchanged: false, ct)
        : list.Find(order.Field)?.Input is { } input ? Edit(input, order, rows, ct) : Kept(rows);

    /// <summary>A role may have lost the field since it was ordered.</summary>
    private static Task Kept(IReadOnlyList<WorkRow> rows)
    {
        foreach (var row in rows)
        {
            row.Refuse("list.work_kept");
        }

        return Task.CompletedTask;
    }


    /// <summary>The customers' classes and whatever else hangs on figures.</summary>
    public async Task Follow(CancellationToken ct)
    {
        foreach (var follower in followers)
        {
            await follower.Run(ct);
        }
    }

    private async Task Edit(string input, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var moves = input == nameof(WaybillDraft.Customer);
        IEnumerable<string?> targets = !moves ? [] : order.UndoOf is null ? [WaybillForm.Number(order.Value)] : rows.Select(r => r.Before).Distinct();
        var lines = await Lines(rows, moves ? await record.Named([.. targets.Select(t => new WaybillDraft { Customer = t })], ct) : [], ct);
        var held = await Ownership.Of(db, [.. lines.Values.Select(l => l.CustomerId).Distinct()], ct);
        var formerly = await HeldLines.Formerly(db, order.UndoOf is null ? [] : lines.Values, ct);
        var (drafts, wanted) = (await Drafts([.. lines.Values], ct), new List<(WorkRow Row, WaybillLine Line, WaybillDraft Draft)>());
        var former = order.UndoOf is null || input != nameof(WaybillDraft.Unit) ? [] : await Units([.. rows.Select(r => r.Before).OfType<string>().Distinct()], ct);
        foreach (var row in rows)
        {
            if (!lines.TryGetValue(row.RowId, out var line))
            {
                row.Refuse("common.not_found");
            }
            else if (SaveWaybill.Shared(held, line.CustomerId, moves) is { } shared)
            {
                row.Refuse(shared);
            }
            else if (order.UndoOf is not null && formerly[line.Id].All(l => State(l) != row.VersionAfter))
            {
                row.Refuse("list.changed_since");
            }
            else
            {
                var draft = drafts[line.Id];
                var before = WaybillCell.Kept(draft, input);
                WaybillCell.Set(draft, input, order.UndoOf is not null ? row.Before : input == nameof(WaybillDraft.Customer) ? WaybillForm.Number(order.Value) : order.Value);
                draft.FormerUnit = former.TryGetValue(row.Before ?? "", out var unit) ? unit : null;
                row.Before = before;
                wanted.Add((row, line, draft));
            }
        }

        var own = input.StartsWith("Custom.", StringComparison.Ordinal);
        foreach (var source in wanted.GroupBy(w => w.Line.Source))
        {
            var some = source.ToList();
            var answers = own ? null : await record.Run(source.Key, some.ConvertAll(w => w.Draft), createCustomers: false, ct);
            for (var i = 0; i < some.Count; i++)
            {
                var (row, line, draft) = some[i];
                if (own)
                {
                    await Own(row, line, draft, input[7..], ct);
                }
                else if (answers![i] is { Errors: [var error, ..] })
                {
                    row.Refuse(error.Code);
                }
                else
                {
                    row.Outcome = answers[i].Outcome == LineOutcome.Unchanged ? "same" : "done";
                }
            }
        }

        await Tell(wanted.Where(w => w.Row.Outcome == "done").Select(w => (w.Row, w.Line)), ct);
    }

    private Task<Dictionary<string, long>> Units(IReadOnlyList<string> codes, CancellationToken ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(codes).Contains(u.Code)).ToDictionaryAsync(u => u.Code, u => u.Id, ct);

    private async Task Own(WorkRow row, WaybillLine line, WaybillDraft draft, string key, CancellationToken ct)
    {
        var after = new WaybillLine { Custom = line.Custom };
        if (await fields.Apply(db, "waybills", after, line.Id, line.CustomerId, new Dictionary<string, string?> { [key] = draft.Custom![key] }, draft, ct) is { } wrong)
        {
            row.Refuse(wrong is Refusal.InvalidMany { Errors: [var first, ..] } ? first.Code : wrong.Code);
            return;
        }

        row.Outcome = after.Custom == line.Custom ? "same" : "done";
        await db.Set<WaybillLine>().Where(w => w.Id == line.Id).ExecuteUpdateAsync(u => u.SetProperty(w => w.Custom, after.Custom), ct);
    }

    /// <summary>Writes down what became of each line, and what it is now.</summary>
    private async Task Tell(IEnumerable<(WorkRow Row, WaybillLine Before)> changed, CancellationToken ct)
    {
        var all = changed.ToList();
        var now = await Lines([.. all.Select(c => c.Row)], [], ct);
        foreach (var (row, before) in all)
        {
            row.VersionAfter = State(now[row.RowId]);
            db.Add(SaveWaybill.Told(db, "updated", before, now[row.RowId]));
        }

        await SaveWaybill.Tell(db, all.Where(c => c.Before.Custom != now[c.Row.RowId].Custom).Select(c => (c.Before, now[c.Row.RowId])), ct); // Of the others the ledger's way told.
    }

    /// <summary>Into the bin; with <paramref name="unchanged"/> those alone that are still as their row says.</summary>
    public async Task Delete(IReadOnlyList<WorkRow> rows, bool unchanged, CancellationToken ct)
    {
        var (lines, going) = (await Lines(rows, [], ct), new List<WaybillLine>());
        var formerly = await HeldLines.Formerly(db, unchanged ? lines.Values : [], ct);
        var held = await Ownership.Of(db, lines.Values.Select(l => l.CustomerId).ToHashSet(), ct);
        foreach (var row in rows)
        {
            if (!lines.TryGetValue(row.RowId, out var line))
            {
                row.Refuse("common.not_found");
            }
            else if (unchanged && formerly[line.Id].All(l => State(l) != row.VersionAfter))
            {
                row.Refuse("list.changed_since");
            }
            else if (!held.Owned.Contains(line.CustomerId))
            {
                row.Refuse("waybill.shared_stays");
            }
            else
            {
                row.Outcome = "done";
                going.Add(line);
            }
        }

        await bin.Put(going, rows[0].JobId is > 0 and var job ? job : null, ct);
    }

    /// <summary>Out of the bin, as far as they still lie in it.</summary>
    public async Task Restore(IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var answers = await bin.Restore([.. rows.Select(r => r.RowId)], ct);
        foreach (var row in rows)
        {
            if (answers[row.RowId].TryGet(out var line, out var refusal))
            {
                (row.Outcome, row.VersionAfter) = ("done", State(line));
            }
            else
            {
                row.Refuse(refusal is Refusal.NotFound ? "waybill.bin_gone" : refusal.Code);
            }
        }
    }

    private async Task<Dictionary<long, WaybillLine>> Lines(IReadOnlyList<WorkRow> rows, IReadOnlyList<long> others, CancellationToken ct)
    {
        var ids = rows.Select(r => r.RowId).ToArray();
        await HeldLines.Hold(db, ids, others, ct);
        return await db.Set<WaybillLine>().AsNoTracking().Where(w => EF.Parameter(ids).Contains(w.Id)).ToDictionaryAsync(w => w.Id, ct);
    }

    /// <summary>Lines as the form would say them.</summary>
    private async Task<Dictionary<long, WaybillDraft>> Drafts(IReadOnlyList<WaybillLine> lines, CancellationToken ct)
    {
        var (customers, units) = (lines.Select(l => l.CustomerId).Distinct().ToList(), lines.Select(l => l.UnitId).Distinct().ToList());
        var numbers = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(customers).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Number, ct);
        var codes = await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Code, ct);
        return lines.ToDictionary(l => l.Id, l => new WaybillDraft
        {
            ExternalNo = l.ExternalNo, Date = l.Date, Customer = numbers.GetValueOrDefault(l.CustomerId), Unit = codes.GetValueOrDefault(l.UnitId), Service = l.Service, Commodity = l.Commodity ?? (l.CommodityCategory.Length == 0 ? null : l.CommodityCategory),
            Origin = l.Origin, Destination = l.Destination, Mode = l.Mode.Length == 0 ? null : l.Mode, Wagons = l.Wagons, Containers = l.Containers, Teu = l.TeuHundredths / 100m, WeightKg = l.WeightKg, RevenueFen = l.RevenueFen, CostFen = l.CostFen, Contract = l.ContractNo, Note = l.Note,
            Custom = fields.Said("waybills", l.Custom, db.Actor),
        });
    }

    /// <summary>A sum over the content: a line has no version.</summary>
    private static int State(WaybillLine line) => unchecked((int)uint.Parse(GetWaybill.StateOf(line)[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
