using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Exchange;

/// <summary>Which lines rows speak of, and what they would change of them.</summary>
internal sealed partial class WaybillTaker
{
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();
    private readonly CustomFields _fields = services.GetRequiredService<CustomFields>();

    public override async Task<Meeting?[]> Meet(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var met = new RecordWaybills.Met?[rows.Count];
        foreach (var source in rows.Select((row, place) => (Place: place, Said: Draft(row, []))).GroupBy(r => r.Said.Source))
        {
            foreach (var (place, one) in source.Zip(await _record.Meet(source.Key, [.. source.Select(s => s.Said.Draft)], ct), (s, m) => (s.Place, m)))
            {
                met[place] = one;
            }
        }

        var lines = met.OfType<RecordWaybills.Met>().SelectMany(m => new[] { m.Before, m.After ?? m.Before }).ToList();
        var (ofCustomers, ofUnits) = (lines.Select(l => l.CustomerId).Distinct().ToList(), lines.Select(l => l.UnitId).Distinct().ToList());
        var customers = lines.Count == 0 ? [] : await _db.Set<Customer>().Where(c => EF.Parameter(ofCustomers).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
        var units = lines.Count == 0 ? [] : await _db.Set<OrgUnit>().Where(u => EF.Parameter(ofUnits).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var own = await OwnChanges.Between(_db, _fields, "waybills", [.. met.Select(m => (m?.Before.Custom, (m?.After ?? m?.Before)?.Custom))], ct);
        return [.. met.Select((m, i) => m is null ? null : new Meeting($"{m.Before.ExternalNo} · {WaybillPage.SourceName(m.Before.Source)}", $"/waybills/{m.Before.Id}",
            [.. CellChange.Of(Fields(m.Before).Zip(Fields(m.After ?? m.Before), (was, now) => (was.Field, was.Said, now.Field == "customer" ? m.NewCustomer ?? now.Said : now.Said))), .. own[i]]))];

        IEnumerable<(string Field, string? Said)> Fields(WaybillLine line) =>
        [
            ("date", Figures.Date(line.Date)), ("customer", customers.GetValueOrDefault(line.CustomerId) ?? Texts.Get("customer.hidden")), ("unit", units.GetValueOrDefault(line.UnitId)), ("service", Coded("service", line.Service)),
            ("commodity", line.Commodity ?? Coded("commodity", line.CommodityCategory)), ("origin", line.Origin), ("destination", line.Destination), ("mode", Coded("mode", line.Mode)),
            ("wagons", Number(line.Wagons)), ("containers", Number(line.Containers)), ("teu", Number(line.TeuHundredths / 100m)), ("weight", $"{Number(line.WeightKg / 1000m)} t"),
            ("revenue", Yuan(line.RevenueFen)), ("cost", Yuan(line.CostFen)), ("contract", line.ContractNo), ("note", line.Note),
        ];
    }

    private static string? Coded(string texts, string code) => code.Length == 0 ? null : Texts.Find($"{texts}.{code}") ?? code;

    private static string Number(decimal number) => number.ToString("#,##0.###", CultureInfo.InvariantCulture);

    private static string Yuan(long fen) => Texts.Get("import.yuan", (fen / 100m).ToString("N2", CultureInfo.InvariantCulture));
}
