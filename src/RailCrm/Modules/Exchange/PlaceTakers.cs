using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
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
        var codes = rows.Select(r => map.Text(r, "telegraphCode")?.ToUpperInvariant() ?? "").Distinct().Where(PlainText.IsStorable).ToList();
        var known = await _db.Set<Station>().Where(s => EF.Parameter(codes).Contains(s.TelegraphCode)).ToDictionaryAsync(s => s.TelegraphCode, ct);
        for (var i = 0; i < rows.Count; i++)
        {
            if (answers[i].Errors.Count > 0)
            {
                continue;
            }

            string? Text(string field) => map.Text(rows[i], field);
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

            answers[i] = new(isNew ? "created" : before == (station.Name, station.PinyinCode, station.Pinyin, station.TmisCode, station.City, station.ProvinceCode, station.BureauCode, station.Passenger, station.Freight) ? "unchanged" : "updated", []);
        }

        await _db.SaveChangesAsync(ct);
        _db.ChangeTracker.Clear();
        return answers;
    }

    public override Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct) => Task.FromResult(Check(rows));

    private RowAnswer[] Check(IReadOnlyList<TableRow> rows) => [.. rows.Select(row =>
    {
        var errors = new List<FieldError>();
        var (code, name) = (map.Text(row, "telegraphCode"), map.Text(row, "name"));
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
            var text = map.Text(row, field);
            errors.AddRange(!PlainText.IsStorable(text) ? [new(field, "customer.text_unstorable")] : text?.Length > longest ? [new(field, "customer.text_long", longest)] : Array.Empty<FieldError>());
        }

        return new RowAnswer(null, errors);
    })];
}

/// <summary>Takes units of the organisation, by code; a unit without parent is the group itself. Parents stand above their children in the file, or are there already.</summary>
internal sealed class UnitTaker(IServiceProvider services, FieldMap map) : RowTaker
{
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();

    public override int BatchSize => 200;

    public override async Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            answers[i] = await Take(rows[i], write: true, ct);
        }

        return answers;
    }

    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            // A parent may stand further up in the same file; whether it does is seen when it is written.
            answers[i] = await Take(rows[i], write: false, ct) is { Errors: [{ Code: "import.parent_unknown" }] } a ? a with { Errors = [] } : await Take(rows[i], write: false, ct);
        }

        return answers;
    }

    private async Task<RowAnswer> Take(TableRow row, bool write, CancellationToken ct)
    {
        var errors = new List<FieldError>();
        var (code, name, parentCode, station) = (map.Text(row, "code"), map.Text(row, "name"), map.Text(row, "parent"), map.Text(row, "station"));
        foreach (var (field, text, longest) in new[] { ("code", code, OrgUnit.CodeLength), ("name", name, OrgUnit.NameLength), ("station", station, 50) })
        {
            errors.AddRange(text is null && field != "station" ? [new(field, "waybill.missing")] : !PlainText.IsStorable(text) ? [new(field, "customer.text_unstorable")]
                : text?.Length > longest ? [new(field, "customer.text_long", longest)] : Array.Empty<FieldError>());
        }

        if (errors.Count > 0 || !PlainText.IsStorable(parentCode))
        {
            return new(null, errors);
        }

        var units = _db.Set<OrgUnit>();
        var known = await units.SingleOrDefaultAsync(u => u.Code == code, ct);
        var parent = parentCode is null ? null : await units.SingleOrDefaultAsync(u => u.Code == parentCode, ct);
        var root = await units.SingleOrDefaultAsync(u => u.ParentId == null, ct);
        string? wrong = known is not null && !_db.Scope.Covers(known.Path) ? "waybill.unit_unknown"
            : parentCode is not null && (parent is null || !_db.Scope.Covers(parent.Path)) ? "import.parent_unknown"
            : parent?.Level == UnitLevel.Outlet ? "import.parent_outlet"
            : parentCode is null && known is null && root is not null ? "import.group_exists"
            : known is not null && parent is not null && known.ParentId != parent.Id ? "import.unit_moves"
            : null;
        if (wrong is not null)
        {
            _db.ChangeTracker.Clear();
            return new(null, [new(wrong.StartsWith("import.", StringComparison.Ordinal) ? "parent" : "code", wrong)]);
        }

        if (!write)
        {
            _db.ChangeTracker.Clear();
            return new(null, []);
        }

        if (known is null)
        {
            await OrgUnit.Add(_db, new(parent, code!, name!, station), ct);
        }
        else
        {
            (known.Name, known.StationCode) = (name!, station ?? known.StationCode);
        }

        var changed = known is not null && _db.Entry(known).State == EntityState.Modified;
        await _db.SaveChangesAsync(ct);
        _db.ChangeTracker.Clear();
        return new(known is null ? "created" : changed ? "updated" : "unchanged", []);
    }
}
