using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Files;
using RailCrm.Platform.Lists;
using static RailCrm.Platform.Text.Texts;

namespace RailCrm.Modules.Waybills;

/// <summary>The waybill list as it is seen, all pages of it, as a file that our own import takes back without loss.</summary>
internal sealed class ExportWaybills(CrmDb db, CustomFields fields, ListWaybills lines, WaybillList list)
{
    /// <summary>The columns, named as the import knows them, the customer by number; names that are not read back come last.</summary>
    private static readonly IReadOnlyList<(string TextKey, Func<WaybillLine, Context, Cell> Cell)> Columns =
    [
        ("import.field.source", (w, _) => Cell.Of(w.Source)), ("import.field.externalNo", (w, _) => Cell.Of(w.ExternalNo)), ("import.field.date", (w, _) => Cell.Day(w.Date)), ("import.field.customer", (_, c) => Cell.Of(c.Number)),
        ("import.field.unit", (_, c) => Cell.Of(c.Unit)), ("import.field.service", (w, _) => Cell.Of(T($"service.{w.Service}"))), ("import.field.commodity", (w, _) => Cell.Of(w.Commodity ?? w.CommodityCategory)),
        ("import.field.origin", (w, _) => Cell.Of(w.Origin)), ("import.field.destination", (w, _) => Cell.Of(w.Destination)), ("import.field.mode", (w, _) => Cell.Of(w.Mode.Length == 0 ? null : T($"mode.{w.Mode}"))),
        ("import.field.wagons", (w, _) => Cell.Whole(w.Wagons)), ("import.field.containers", (w, _) => Cell.Whole(w.Containers)), ("import.field.teu", (w, _) => Cell.Of(w.TeuHundredths / 100m)),
        ("waybill.column_weight", (w, _) => Cell.Tonnes(w.WeightKg)), ("waybill.column_revenue", (w, _) => Cell.Money(w.RevenueFen)), ("waybill.column_cost", (w, _) => Cell.Money(w.CostFen)),
        ("import.field.contract", (w, _) => Cell.Of(w.ContractNo)), ("import.field.note", (w, _) => Cell.Of(w.Note)),
        ("waybill.column_customer_name", (_, c) => Cell.Of(c.Name)), ("waybill.column_category", (w, _) => Cell.Of(T($"commodity.{w.CommodityCategory}"))),
    ];

    private sealed record Context(string Number, string Name, string Unit);

    /// <summary>The file, or why there is none.</summary>
    /// <param name="format">xlsx or csv.</param>
    /// <param name="view">Which lines, and in which order.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<TableExport>> Run(string format, View view, CancellationToken ct)
    {
        if (!(await lines.All(view, ct)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        var asked = Uri.UnescapeDataString((view with { Cursor = null, Limit = 50, Columns = null, Base = null }).Address(list, ""));
        var name = string.Create(CultureInfo.InvariantCulture, $"{T("waybill.title")}-{BusinessCalendar.ToBeijing(db.UtcNow):yyyyMMdd-HHmm}");
        var units = await db.Set<OrgUnit>().AsNoTracking().ToDictionaryAsync(u => u.Id, u => u.Code, ct);
        var held = new HashSet<long>();
        return new TableExport(db, name, nameof(WaybillLine), asked, format, [.. Columns.Select(c => T(c.TextKey)), .. fields.Of("waybills", db.Actor).Select(f => f.Called)], Rows(all, units, held, ct), held);
    }

    private async IAsyncEnumerable<Cell[]> Rows(ListWaybills.Whole all, Dictionary<long, string> units, HashSet<long> held, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var batch in all.Batches)
        {
            held.UnionWith(batch.Select(b => b.Line.CustomerId));
            var own = await fields.Cells(db, "waybills", [.. batch.Select(b => b.Line.Custom)], ct);
            foreach (var ((line, number, name), cells) in batch.Zip(own))
            {
                var context = new Context(number, name, units[line.UnitId]);
                yield return [.. Columns.Select(c => c.Cell(line, context)), .. cells];
            }
        }
    }

    /// <summary>Sends the file, or has a job make it where it is large.</summary>
    public static Task<IResult> Post([FromForm] string? format, HttpContext http, WaybillList list, CancellationToken ct) => TakeAway.Whole(http, list, format, ct);
}
