using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Units: a new one is removed unless something hangs on it.</summary>
internal sealed class UnitUndo(CrmDb db, SaveUnit save) : Undo<SaveUnit.Input>(db)
{
    public const string Code = "unit";

    public override string Entity => Code;

    public static SaveUnit.Input Of(OrgUnit unit) => new() { Code = unit.Code, Name = unit.Name, Station = unit.StationCode };

    /// <remarks>Those below go before those above, in whatever order they stood in the file.</remarks>
    public override async Task<FieldError?[]> Run(IReadOnlyList<ImportedRow> rows, CancellationToken ct)
    {
        var ids = rows.Select(r => r.EntityId).ToList();
        var depth = await Units.Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Level, ct);
        var order = Enumerable.Range(0, rows.Count).OrderByDescending(i => depth.GetValueOrDefault(rows[i].EntityId)).ToList();
        var answers = await base.Run([.. order.Select(i => rows[i])], ct);
        return [.. Enumerable.Range(0, rows.Count).Select(i => answers[order.IndexOf(i)])];
    }

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct) =>
        await Units.AsNoTracking().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => (u.Name, $"/organization/{u.Id}"), ct);

    protected override async Task<(int Version, SaveUnit.Input Said)?> Read(ImportedRow row, CancellationToken ct) =>
        await Units.AsNoTracking().SingleOrDefaultAsync(u => u.Id == row.EntityId, ct) is { } unit ? (unit.Version, Of(unit)) : null;

    protected override async Task<Result<int>> Write(ImportedRow row, int version, SaveUnit.Input old, CancellationToken ct) =>
        (await save.Run(row.EntityId, version, old, ct)).TryGet(out var unit, out var refusal) ? unit.Version : refusal;

    protected override async Task<FieldError?> TakeAway(long id, int version, CancellationToken ct) =>
        await Db.Set<OrgUnit>().AnyAsync(u => u.ParentId == id, ct) || await Db.Set<Employee>().AnyAsync(e => e.UnitId == id, ct) || await Db.Set<Platform.Access.User>().AnyAsync(u => u.UnitId == id, ct)
        || await Db.Set<Lane>().AnyAsync(l => l.UnitId == id, ct) ? new("", "import.revert_hangs") : await Remove(await Units.SingleAsync(u => u.Id == id, ct), ct);

    private IQueryable<OrgUnit> Units => PathRange.Of(Db.Scope).Of(Db);
}

/// <summary>Employees: a new one is removed.</summary>
internal sealed class EmployeeUndo(CrmDb db, SaveEmployee save) : Undo<SaveEmployee.Input>(db)
{
    public const string Code = "employee";

    public override string Entity => Code;

    public static SaveEmployee.Input Of(Employee e, string? account) => new() { Number = e.Number, Name = e.Name, UnitId = e.UnitId, Position = e.Position, Phone = e.Phone, Email = e.Email, Account = account };

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct)
    {
        var units = PathRange.Of(Db.Scope).Of(Db);
        return await Db.Set<Employee>().AsNoTracking().Where(e => EF.Parameter(ids).Contains(e.Id) && units.Any(u => u.Id == e.UnitId)).ToDictionaryAsync(e => e.Id, e => ($"{e.Name} · {e.Number}", $"/employees/{e.Id}"), ct);
    }

    protected override async Task<(int Version, SaveEmployee.Input Said)?> Read(ImportedRow row, CancellationToken ct) =>
        await save.Find(row.EntityId, ct) is { } employee ? (employee.Version, Of(employee, await Db.Set<Platform.Access.User>().Where(u => u.Id == employee.UserId).Select(u => u.UserName).SingleOrDefaultAsync(ct))) : null;

    protected override async Task<Result<int>> Write(ImportedRow row, int version, SaveEmployee.Input old, CancellationToken ct) =>
        (await save.Run(row.EntityId, version, old, ct)).TryGet(out var employee, out var refusal) ? employee.Version : refusal;

    protected override async Task<FieldError?> TakeAway(long id, int version, CancellationToken ct) => await Remove((await save.Find(id, ct))!, ct);
}

/// <summary>Stations: a new one is removed unless a unit, a siding or a waybill names it.</summary>
internal sealed class StationUndo(CrmDb db, SaveStation save) : Undo<SaveStation.Input>(db)
{
    public const string Code = "station";

    public override string Entity => Code;

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct) =>
        await Db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(ids).Contains(s.Id)).ToDictionaryAsync(s => s.Id, s => ($"{s.Name} · {s.TelegraphCode}", $"/reference/stations/{s.Id}"), ct);

    protected override async Task<(int Version, SaveStation.Input Said)?> Read(ImportedRow row, CancellationToken ct) =>
        (await save.Find(row.EntityId, ct)).TryGet(out var station, out _) ? (station.Version, SaveStation.Input.Of(station)) : null;

    protected override async Task<Result<int>> Write(ImportedRow row, int version, SaveStation.Input old, CancellationToken ct) =>
        (await save.Run(row.EntityId, version, old, ct)).TryGet(out var station, out var refusal) ? station.Version : refusal;

    protected override async Task<FieldError?> TakeAway(long id, int version, CancellationToken ct)
    {
        var station = await Db.Set<Station>().SingleAsync(s => s.Id == id, ct);
        return await Db.Set<OrgUnit>().AnyAsync(u => u.StationCode == station.TelegraphCode, ct) || await Db.Set<Siding>().AnyAsync(s => s.ConnectionStation == station.Name, ct)
            || await Db.Set<Lane>().AnyAsync(l => l.Origin == station.Name || l.Destination == station.Name, ct)
            ? new("", "import.revert_hangs") : await Remove(station, ct);
    }
}
