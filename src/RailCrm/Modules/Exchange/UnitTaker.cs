using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes units of the organisation, by code; a unit without parent is the group itself. Units may stand in any order in the file.</summary>
internal sealed class UnitTaker(IServiceProvider services, FieldMap map, Import import) : RowTaker(import)
{
    private static readonly Dictionary<string, UnitLevel> Levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["集团"] = UnitLevel.Group, ["集团公司"] = UnitLevel.Group, ["总公司"] = UnitLevel.Group, ["总部"] = UnitLevel.Group, ["group"] = UnitLevel.Group, ["1"] = UnitLevel.Group,
        ["子分公司"] = UnitLevel.Subsidiary, ["子公司"] = UnitLevel.Subsidiary, ["分公司"] = UnitLevel.Subsidiary, ["subsidiary"] = UnitLevel.Subsidiary, ["branch"] = UnitLevel.Subsidiary, ["2"] = UnitLevel.Subsidiary,
        ["网点"] = UnitLevel.Outlet, ["营业部"] = UnitLevel.Outlet, ["经营部"] = UnitLevel.Outlet, ["outlet"] = UnitLevel.Outlet, ["depot"] = UnitLevel.Outlet, ["3"] = UnitLevel.Outlet,
    };

    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();

    /// <remarks>A whole organisation in one transaction: a unit may stand before the one above it.</remarks>
    public override int BatchSize => 20_000;

    public override bool NeedsWholeFile => true;

    public override async Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        var open = Enumerable.Range(0, rows.Count).ToList();
        for (var before = -1; before != open.Count;)
        {
            before = open.Count;
            foreach (var i in open.ToList())
            {
                answers[i] = await Take(rows[i], write: true, ct);
                if (answers[i].Errors is not [{ Code: "import.parent_unknown" }])
                {
                    open.Remove(i);
                }
            }
        }

        return answers;
    }

    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        var codes = new Dictionary<string, (long Row, string? Name)>();
        var here = rows.SelectMany(r => new[] { map.Clean(r, "code"), map.Clean(r, "name") }).OfType<string>().ToHashSet();
        for (var i = 0; i < rows.Count; i++)
        {
            answers[i] = await Take(rows[i], write: false, ct);
            if (answers[i].Errors is [{ Code: "import.parent_unknown" }] && here.Contains(map.Clean(rows[i], "parent")!))
            {
                answers[i] = RowAnswer.Created;
            }

            var name = map.Written(rows[i], "name");
            if (answers[i].Outcome == "created" && !codes.TryAdd(map.Clean(rows[i], "code")!, (rows[i].Number, name)))
            {
                var (first, called) = codes[map.Clean(rows[i], "code")!];
                answers[i] = RowAnswer.Updated with { Above = true, AboveRow = first, Warnings = name == called ? [] : [new("name", "import.code_of_row", first)] };
            }
        }

        return answers;
    }

    public override async Task<Meeting?[]> Meet(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var codes = rows.Select(r => map.Clean(r, "code")).OfType<string>().Where(PlainText.IsStorable).Distinct().ToList();
        var typed = rows.Select(r => map.Clean(r, "station")).OfType<string>().Where(PlainText.IsStorable).Distinct().ToList();
        var known = await PathRange.Of(_db.Scope).Of(_db).AsNoTracking().Where(u => EF.Parameter(codes).Contains(u.Code)).ToDictionaryAsync(u => u.Code, ct);
        var stations = typed.Count == 0 ? [] : await _db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(typed).Contains(s.Name) || EF.Parameter(typed).Contains(s.TmisCode!)).ToListAsync(ct);
        return [.. rows.Select(row => map.Clean(row, "code") is { } code && known.TryGetValue(code, out var unit) ? new Meeting($"{unit.Name} · {unit.Code}", $"/organization/{unit.Id}",
            [.. CellChange.Of(("name", unit.Name, map.Written(row, "name") ?? unit.Name), ("station", unit.StationCode, Code(map.Clean(row, "station")) ?? unit.StationCode))]) : null)];

        string? Code(string? station) => stations.FindAll(s => s.Name == station || s.TmisCode == station) is [var one] ? one.TelegraphCode : station;
    }

    private async Task<RowAnswer> Take(TableRow row, bool write, CancellationToken ct)
    {
        var (code, name, parentText, station) = (map.Clean(row, "code"), map.Written(row, "name"), map.Clean(row, "parent"), map.Clean(row, "station"));
        var errors = new List<FieldError>();
        foreach (var (field, text, longest) in new[] { ("code", code, OrgUnit.CodeLength), ("name", name, OrgUnit.NameLength), ("parent", parentText, OrgUnit.NameLength), ("station", station, 50) })
        {
            errors.AddRange(text is null && (field is "code" or "name") ? [new(field, "waybill.missing")] : !PlainText.IsStorable(text) ? [new(field, "customer.text_unstorable")]
                : text?.Length > longest ? [new(field, "customer.text_long", longest)] : Array.Empty<FieldError>());
        }

        UnitLevel? level = null;
        if (map.Clean(row, "level") is { } typed)
        {
            level = Levels.TryGetValue(typed, out var known) ? known : null;
            errors.AddRange(level is null ? [new("level", "import.choice_unknown", "集团 group · 子分公司 subsidiary · 网点 outlet")] : []);
        }

        if (errors.Count > 0)
        {
            return new(null, errors);
        }

        var answer = await Take(code!, name!, parentText, level, await Station(station, ct), write, ct);
        _db.ChangeTracker.Clear();
        return answer;
    }

    private async Task<RowAnswer> Take(string code, string name, string? parentText, UnitLevel? level, string? station, bool write, CancellationToken ct)
    {
        var units = _db.Set<OrgUnit>();
        var known = await units.SingleOrDefaultAsync(u => u.Code == code, ct);
        var parents = parentText is null ? [] : await units.Where(u => u.Code == parentText || u.Name == parentText).OrderByDescending(u => u.Code == parentText).Take(2).ToListAsync(ct);
        var parent = parents.FirstOrDefault();
        if (parents is [var first, _] && first.Code != parentText)
        {
            return new(null, [new("parent", "import.parent_ambiguous")]);
        }

        if (known is not null && !_db.Scope.Covers(known.Path))
        {
            return new(null, [new("code", "waybill.unit_unknown")]);
        }

        string? wrong = parentText is not null && (parent is null || !_db.Scope.Covers(parent.Path)) ? "import.parent_unknown"
            : parent?.Level == UnitLevel.Outlet ? "import.parent_outlet"
            : parent is null && known is null && await units.AnyAsync(u => u.ParentId == null, ct) ? "import.group_exists"
            : known is not null && parent is not null && known.ParentId != parent.Id ? "import.unit_moves"
            : null;
        if (wrong is not null)
        {
            return new(null, [new("parent", wrong)]);
        }

        if (level is not null && level != (known?.Level ?? (parent is null ? UnitLevel.Group : parent.Level + 1)))
        {
            return new(null, [new("level", "import.level_wrong")]);
        }

        if (Kept("code", known is null) is { } kept)
        {
            return new(null, [kept]);
        }

        if (known is null)
        {
            if (!write)
            {
                return RowAnswer.Created;
            }

            var unit = new OrgUnit(parent, code, name, station);
            await OrgUnit.Add(_db, unit, ct);
            return RowAnswer.Created with { Made = [new(UnitUndo.Code, unit.Id, unit.Version)] };
        }

        var before = UnitUndo.Of(known);
        (known.Name, known.StationCode) = (name, station ?? known.StationCode);
        if (_db.Entry(known).State != EntityState.Modified)
        {
            return RowAnswer.Unchanged;
        }

        if (!write)
        {
            return RowAnswer.Updated with { Warnings = Named(name, before.Name!, "import.other_name") };
        }

        await _db.SaveChangesAsync(ct);
        return RowAnswer.Updated with { Made = [new(UnitUndo.Code, known.Id, known.Version, Changes.Of(before, UnitUndo.Of(known)))] };
    }

    /// <summary>The telegraph code of the one station of that name, where stations are loaded; else what was written.</summary>
    private async Task<string?> Station(string? typed, CancellationToken ct) =>
        typed is not null && await _db.Set<Station>().Where(s => s.Name == typed || s.TmisCode == typed).Select(s => s.TelegraphCode).Take(2).ToListAsync(ct) is [var code] ? code : typed;
}
