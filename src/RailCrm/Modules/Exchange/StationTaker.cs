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

            string? Text(string field) => map.Clean(rows[i], field);
            var code = Text("telegraphCode")!.ToUpperInvariant();
            var isNew = !known.TryGetValue(code, out var station);
            if (Kept("telegraphCode", isNew) is { } kept)
            {
                answers[i] = new(null, [kept]);
                continue;
            }

            station ??= known[code] = new() { TelegraphCode = code };
            var before = SaveStation.Input.Of(station);
            station.Name = Text("name")!;
            station.PinyinCode = Text("pinyinCode") ?? (station.PinyinCode.Length > 0 ? station.PinyinCode : Pinyin.Initials(station.Name));
            station.Pinyin = Text("pinyin") ?? (station.Pinyin.Length > 0 ? station.Pinyin : Pinyin.Full(station.Name));
            station.TmisCode = Text("tmisCode") ?? station.TmisCode;
            station.City = Text("city") ?? station.City;
            station.ProvinceCode = Text("provinceCode") ?? station.ProvinceCode;
            station.BureauCode = Text("bureauCode") ?? station.BureauCode;
            station.Passenger = Text("passenger") is { } p ? p is "1" or "是" or "TRUE" or "true" : station.Passenger;
            station.Freight = Text("freight") is { } f ? f is "1" or "是" or "TRUE" or "true" : station.Freight;
            if (isNew)
            {
                _db.Add(station);
            }

            answers[i] = isNew ? RowAnswer.Created : Same(before, station) ? RowAnswer.Unchanged : RowAnswer.Updated;
            if (answers[i] != RowAnswer.Unchanged && seen.Add(station))
            {
                written.Add((i, station, isNew ? null : before));
            }
        }

        return (answers, written);
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
