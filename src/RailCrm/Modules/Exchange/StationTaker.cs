using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes stations, by telegraph code; an empty cell changes nothing.</summary>
internal sealed class StationTaker(IServiceProvider services, FieldMap map) : RowTaker
{
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();

    public override int BatchSize => 2_000;

    public override async Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = Check(rows);
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
            station ??= known[code] = new() { TelegraphCode = code };
            var before = (station.Name, station.PinyinCode, station.Pinyin, station.TmisCode, station.City, station.ProvinceCode, station.BureauCode, station.Passenger, station.Freight);
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

            answers[i] = isNew ? RowAnswer.Created : before == (station.Name, station.PinyinCode, station.Pinyin, station.TmisCode, station.City, station.ProvinceCode, station.BureauCode, station.Passenger, station.Freight) ? RowAnswer.Unchanged : RowAnswer.Updated;
        }

        await _db.SaveChangesAsync(ct);
        _db.ChangeTracker.Clear();
        return answers;
    }

    public override Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct) => Task.FromResult(Check(rows));

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
