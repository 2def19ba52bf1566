using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>A row as it is understood: dates as days, amounts with their unit, choices by their names. So that a wrong column or unit meets the eye before anything is written.</summary>
internal static class Interpreted
{
    /// <summary>Field → how it is understood, in the order of the kind; empty cells are left out.</summary>
    public static IReadOnlyDictionary<string, string> Of(ImportKind kind, FieldMap map, TableRow row, DayOrder days, IReadOnlyDictionary<string, string> units) => kind.Fields
        .Select(f => (f.Name, Text: map.Written(row, f.Name) is { } written ? f.Name is "unit" or "parent" && units.GetValueOrDefault(CellText.Clean(written) ?? "") is { } unit ? unit : Read(f.Name, CellText.Clean(written) ?? written, written, map[f.Name]!, days) : null))
        .Where(f => f.Text is not null).ToDictionary(f => f.Name, f => f.Text!);

    private static string Read(string field, string clean, string written, Filling filling, DayOrder days) => field switch
    {
        "date" => CellDay.Read(clean, days, out var day) is null ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : written,
        "createdAt" => OriginCells.Instant(clean, days, DateTime.MaxValue, out var at) is null ? Origin.Day(at) : written,
        "revenue" or "cost" => CellText.Fen(clean, filling.Yuan, out var fen) is null ? Texts.Get("import.yuan", (fen / 100m).ToString("N2", CultureInfo.InvariantCulture)) : written,
        "weight" => CellText.Kg(clean, filling.Kg, out var kg) is null ? $"{(kg / 1000m).ToString("#,##0.###", CultureInfo.InvariantCulture)} t" : written,
        "service" => WaybillRules.Service(clean) is { } service ? Texts.Get($"service.{service}") : written,
        "mode" => WaybillRules.Mode(clean) is { Length: > 0 } mode ? Texts.Get($"mode.{mode}") : written,
        "active" or "main" or "passenger" or "freight" => CellText.YesNo(clean) is { } yes ? Texts.Get(yes ? "import.yes" : "import.no") : written,
        _ => Choices(field).FirstOrDefault(c => c.Value.Equals(clean, StringComparison.OrdinalIgnoreCase) || Texts.Both(c.Key).Contains(clean, StringComparer.OrdinalIgnoreCase)) is { Key: not null } choice ? Texts.Get(choice.Key) : written,
    };

    /// <summary>The values a field takes, where they are few: what is written, and the key of its text.</summary>
    private static IEnumerable<(string Value, string Key)> Choices(string field) => field switch
    {
        "service" => WaybillLine.Services.Select(s => (s, $"service.{s}")),
        "mode" => WaybillLine.Modes.Select(m => (m, $"mode.{m}")),
        "kind" => Named<CustomerKind>("kind"),
        "ownership" => Named<OwnershipType>("ownership"),
        "sizeClass" => Named<SizeClass>("size"),
        "level" => Named<UnitLevel>("level"),
        _ => [],
    };

    private static IEnumerable<(string Value, string Key)> Named<T>(string texts) where T : struct, Enum =>
        Enum.GetValues<T>().Select(v => JsonNamingPolicy.CamelCase.ConvertName(v.ToString())).Select(v => (v, $"{texts}.{v}"));

    /// <summary>What may stand in a column of a field, and what people call it; empty where that is not a short list.</summary>
    public static IReadOnlyList<(string Value, string Text)> Known(string field) => field is "active" or "main" or "passenger" or "freight"
        ? [("1", Texts.Get("import.yes")), ("0", Texts.Get("import.no"))]
        : [.. Choices(field).Select(c => (Texts.Get(c.Key), Texts.Get(c.Key)))];

    /// <summary>As the other, the units of the actor's scope among them where they are not too many to choose from.</summary>
    public static async Task<IReadOnlyList<(string Value, string Text)>> Known(CrmDb db, string field, CancellationToken ct)
    {
        const int MostUnits = 300;
        if (field is not ("unit" or "parent"))
        {
            return Known(field);
        }

        var units = await PathRange.Of(db.Scope).Of(db).AsNoTracking().Where(u => u.Active).OrderBy(u => u.Path).Select(u => new { u.Code, u.Name }).Take(MostUnits + 1).ToListAsync(ct);
        return units.Count > MostUnits ? [] : [.. units.Select(u => (u.Code, $"{u.Name} · {u.Code}"))];
    }
}
