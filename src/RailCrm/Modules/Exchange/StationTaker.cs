using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes stations, by telegraph code; an empty cell changes nothing.</summary>
internal sealed class StationTaker(IServiceProvider services, FieldMap map, Import import) : RowTaker(import)
{
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();

    public override int BatchSize => 2_000;

    public override async Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var (answers, written) = await Apply(rows, ct);
        await _db.SaveChangesAsync(ct);
        foreach (var (place, station, before) in written)
        {
            answers[place] = answers[place] with { Made = [new(StationUndo.Code, station.Id, station.Version, before is null ? null : Changes.Of(before, SaveStation.Input.Of(station)))] };
        }

        _db.ChangeTracker.Clear();
        return answers;
    }

    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var (answers, _) = await Apply(rows, ct);
        _db.ChangeTracker.Clear();
        return answers;
    }

    public override async Task<Meeting?[]> Meet(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var codes = rows.Select(Code).Where(PlainText.IsStorable).Distinct().ToList();
        var known = await _db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(codes).Contains(s.TelegraphCode)).ToDictionaryAsync(s => s.TelegraphCode, ct);
        return [.. rows.Select(row =>
        {
            if (!known.TryGetValue(Code(row), out var station))
            {
                return null;
            }

            var before = SaveStation.Input.Of(station);
            Set(station, row);
            var meeting = new Meeting($"{before.Name} · {station.TelegraphCode}", $"/reference/stations/{station.Id}", [.. CellChange.Of(Fields(before).Zip(Fields(SaveStation.Input.Of(station)), (was, now) => (was.Field, was.Said, now.Said)))]);
            Back(station, before); // The next row of the same code meets it as it is.
            return meeting;
        })];
    }

    private static IEnumerable<(string Field, string? Said)> Fields(SaveStation.Input s) =>
    [
        ("name", s.Name), ("pinyinCode", s.PinyinCode), ("pinyin", s.Pinyin), ("tmisCode", s.TmisCode), ("city", s.City), ("provinceCode", s.ProvinceCode), ("bureauCode", s.BureauCode),
        ("passenger", YesNo(s.Passenger)), ("freight", YesNo(s.Freight)),
    ];

    private static string YesNo(bool? said) => Platform.Text.Texts.Get(said == true ? "ui.yes" : "ui.no");

    private string Code(TableRow row) => map.Clean(row, "telegraphCode")?.ToUpperInvariant() ?? "";

    private static void Back(Station station, SaveStation.Input before) =>
        (station.Name, station.PinyinCode, station.Pinyin, station.TmisCode, station.City, station.ProvinceCode, station.BureauCode, station.Passenger, station.Freight)
        = (before.Name, before.PinyinCode!, before.Pinyin!, before.TmisCode, before.City, before.ProvinceCode, before.BureauCode, before.Passenger, before.Freight);

    /// <summary>Sets what the rows say, and saves nothing. A code that comes twice is written down once: what it was before the first.</summary>
    private async Task<(RowAnswer[] Answers, List<(int Place, Station Station, SaveStation.Input? Before)> Written)> Apply(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = Check(rows);
        var written = new List<(int Place, Station Station, SaveStation.Input? Before)>();
        var seen = new HashSet<Station>();
        var codes = rows.Select(r => map.Clean(r, "telegraphCode")?.ToUpperInvariant() ?? "").Distinct().Where(PlainText.IsStorable).ToList();
        var known = await _db.Set<Station>().Where(s => EF.Parameter(codes).Contains(s.TelegraphCode)).ToDictionaryAsync(s => s.TelegraphCode, ct);
        for (var i = 0; i < rows.Count; i++)
        {
            if (answers[i].Errors.Count > 0)
            {
                continue;
            }

            var code = Code(rows[i]);
            var isNew = !known.TryGetValue(code, out var station);
            if (Kept("telegraphCode", isNew) is { } kept)
            {
                answers[i] = new(null, [kept]);
                continue;
            }

            station ??= known[code] = new() { TelegraphCode = code };
            var before = SaveStation.Input.Of(station);
            Set(station, rows[i]);
            if (isNew)
            {
                _db.Add(station);
            }

            answers[i] = isNew ? RowAnswer.Created : Same(before, station) ? RowAnswer.Unchanged : RowAnswer.Updated with { Warnings = Named(station.Name, before.Name, "import.other_name") };
            if (answers[i] != RowAnswer.Unchanged && seen.Add(station))
            {
                written.Add((i, station, isNew ? null : before));
            }

            answers[i] = !isNew && _db.Entry(station).State == EntityState.Added ? answers[i] with { Above = true } : answers[i];
        }

        return (answers, written);
    }

    private void Set(Station station, TableRow row)
    {
        string? Text(string field) => map.Clean(row, field);
        station.Name = Text("name") ?? station.Name;
        station.PinyinCode = Text("pinyinCode") ?? (station.PinyinCode.Length > 0 ? station.PinyinCode : Pinyin.Initials(station.Name));
        station.Pinyin = Text("pinyin") ?? (station.Pinyin.Length > 0 ? station.Pinyin : Pinyin.Full(station.Name));
        station.TmisCode = Text("tmisCode") ?? station.TmisCode;
        station.City = Text("city") ?? station.City;
        station.ProvinceCode = Text("provinceCode") ?? station.ProvinceCode;
        station.BureauCode = Text("bureauCode") ?? station.BureauCode;
        station.Passenger = Text("passenger") is { } p ? p is "1" or "是" or "TRUE" or "true" : station.Passenger;
        station.Freight = Text("freight") is { } f ? f is "1" or "是" or "TRUE" or "true" : station.Freight;
    }

    private static bool Same(SaveStation.Input before, Station s) =>
        (before.Name, before.PinyinCode, before.Pinyin, before.TmisCode, before.City, before.ProvinceCode, before.BureauCode, before.Passenger, before.Freight)
        == (s.Name, s.PinyinCode, s.Pinyin, s.TmisCode, s.City, s.ProvinceCode, s.BureauCode, s.Passenger, s.Freight);

    private RowAnswer[] Check(IReadOnlyList<TableRow> rows) => [.. rows.Select(row =>
    {
        var errors = new List<FieldError>();
        var (code, name) = (map.Clean(row, "telegraphCode"), map.Clean(row, "name"));
        if (code is not { Length: 3 } || !code.All(char.IsAsciiLetter))
        {
            errors.Add(new("telegraphCode", "import.telegraph_wrong"));
        }

        if (name is null)
        {
            errors.Add(new("name", "waybill.missing"));
        }

        foreach (var (field, longest) in new[] { ("name", 50), ("pinyinCode", 20), ("pinyin", 200), ("tmisCode", 10), ("city", 200), ("provinceCode", 200), ("bureauCode", 200) })
        {
            var text = map.Clean(row, field);
            errors.AddRange(!PlainText.IsStorable(text) ? [new(field, "customer.text_unstorable")] : text?.Length > longest ? [new(field, "customer.text_long", longest)] : Array.Empty<FieldError>());
        }

        return new RowAnswer(null, errors);
    })];
}
