using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Organization;

/// <summary>Creates a unit below another, or changes its code, name and station. Its place changes by <see cref="MoveUnit"/> only.</summary>
internal sealed class SaveUnit(CrmDb db, IEnumerable<StationNames> stations)
{
    public sealed class Input
    {
        /// <summary>The unit above; only asked of a new one.</summary>
        public long? ParentId { get; set; }

        /// <summary>The group's own code; unique.</summary>
        public string? Code { get; set; }

        public string? Name { get; set; }

        /// <summary>Telegraph code or name of a station.</summary>
        public string? Station { get; set; }
    }

    public async Task<Result<OrgUnit>> Run(long? id, int? version, Input input, CancellationToken ct)
    {
        try
        {
            return await db.Write(() => Save(id, version, input, ct), ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return new Refusal.Invalid("organization.code_taken", nameof(Input.Code)); // Two at once: the other was first.
        }
    }

    private async Task<Result<OrgUnit>> Save(long? id, int? version, Input input, CancellationToken ct)
    {
        var unit = id is null ? null : await PathRange.Of(db.Scope).Of(db).SingleOrDefaultAsync(u => u.Id == id, ct);
        if (id is not null && unit is null)
        {
            return new Refusal.NotFound();
        }

        if (unit is not null && version is not null && unit.Version != version)
        {
            return new Refusal.Stale();
        }

        var (code, name, typed) = (PlainText.Trimmed(input.Code), PlainText.Trimmed(input.Name), PlainText.Trimmed(input.Station));
        var errors = new List<FieldError>();
        if (code is null || code.Length > OrgUnit.CodeLength || !code.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            errors.Add(new(nameof(Input.Code), "organization.code_needed", OrgUnit.CodeLength));
        }
        else if (await db.Set<OrgUnit>().AnyAsync(u => u.Code == code && u.Id != id, ct))
        {
            errors.Add(new(nameof(Input.Code), "organization.code_taken"));
        }

        if (name is null || name.Length > OrgUnit.NameLength || !PlainText.IsStorable(name))
        {
            errors.Add(new(nameof(Input.Name), "organization.name_needed", OrgUnit.NameLength));
        }

        var station = typed is null ? null : await Station(typed, ct);
        if (typed is not null && station is null)
        {
            errors.Add(new(nameof(Input.Station), "organization.station_unknown"));
        }

        var parent = id is not null || input.ParentId is null ? null : await PathRange.Of(db.Scope).Of(db).SingleOrDefaultAsync(u => u.Id == input.ParentId, ct);
        if (id is null)
        {
            errors.AddRange(Parent(parent));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        if (unit is null)
        {
            unit = new OrgUnit(parent, code!, name!, station);
            await OrgUnit.Add(db, unit, ct);
            return unit;
        }

        (unit.Code, unit.Name, unit.StationCode) = (code!, name!, station);
        await db.SaveChangesAsync(ct);
        return unit;
    }

    private static IEnumerable<FieldError> Parent(OrgUnit? parent)
    {
        if (parent is null)
        {
            yield return new(nameof(Input.ParentId), "organization.parent_unknown");
        }
        else if (!parent.Active)
        {
            yield return new(nameof(Input.ParentId), "organization.parent_closed");
        }
        else if (parent.Level == UnitLevel.Outlet)
        {
            yield return new(nameof(Input.ParentId), "organization.parent_outlet");
        }
    }

    private async Task<string?> Station(string typed, CancellationToken ct)
    {
        foreach (var names in PlainText.IsStorable(typed) && typed.Length <= 50 ? stations : [])
        {
            if (await names.Find(db, typed, ct) is { } found)
            {
                return found.Code;
            }
        }

        return null;
    }

    private static ListUnits.Item Of(OrgUnit u) => new(u.Id, u.ParentId, u.Code, u.Name, u.Level, u.StationCode, u.Active);

    public static async Task<IResult> Post(Input input, SaveUnit useCase, CancellationToken ct) =>
        (await useCase.Run(null, null, input, ct)).Answer(u => TypedResults.Created($"/api/v1/org-units/{u.Id}", Of(u)));

    public static async Task<IResult> Put(long id, Input input, SaveUnit useCase, CancellationToken ct) =>
        (await useCase.Run(id, null, input, ct)).Answer(u => TypedResults.Ok(Of(u)));
}
