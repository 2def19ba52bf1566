using System.Security.Cryptography;
using System.Text.Json;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform;

namespace RailCrm.Modules.Exchange;

/// <summary>Starts the check of a file that was taken in, and the work on it. The page, the API and the command line all come through here.</summary>
public sealed class StartImport(CrmDb db, CustomFields fields, Settings settings, Runner runner)
{
    /// <summary>An import of the actor's own; who supervises imports sees all.</summary>
    public async Task<Result<Import>> Find(long id, CancellationToken ct) =>
        await Seen(db, db.Set<Import>().AsNoTracking()).SingleOrDefaultAsync(i => i.Id == id, ct) is { } import && (ImportKind.Named(import.Kind) is not { } kind || db.Actor.May(kind.Permission))
            ? import : new Refusal.NotFound();

    /// <summary>One's own; for who supervises imports also those of the people in his units.</summary>
    internal static IQueryable<Import> Seen(CrmDb db, IQueryable<Import> imports)
    {
        var (me, units) = (db.Actor.UserId, PathRange.Of(db.Scope).Of(db).Select(u => u.Id));
        return !db.Actor.May(Permission.ImportSupervise) ? imports.Where(i => i.UserId == me)
            : db.Scope.Width == ScopeWidth.All ? imports : imports.Where(i => i.UserId == me || db.Set<User>().Any(u => u.Id == i.UserId && units.Contains(u.UnitId)));
    }

    /// <summary>How a file is to be read and what its rows may do.</summary>
    /// <param name="Mapping">Field → column; remembered or guessed where null or empty.</param>
    /// <param name="CreateCustomers">Whether unknown customers are made.</param>
    /// <param name="Encoding">Encoding, where the user knows better.</param>
    /// <param name="Source">Source of lines that name none.</param>
    /// <param name="Mode">A code of <see cref="ImportMode"/>; both where null.</param>
    internal sealed record Choice(IReadOnlyDictionary<string, string>? Mapping, bool CreateCustomers, string? Encoding, string? Source, string? Mode = null);

    /// <summary>Starts the work in one step; the mapping is remembered for the next file of the same columns.</summary>
    /// <param name="id">The import.</param>
    /// <param name="choice">How.</param>
    /// <param name="claimed">Whether the caller does the work itself, so that no server takes it first.</param>
    /// <param name="ct">Cancels.</param>
    internal Task<Result<Import>> Run(long id, Choice choice, bool claimed, CancellationToken ct) => Begin(id, choice, claimed, (import, job) => import.JobId = job.Id, RunImport.Kind, ct);

    /// <summary>Starts the pass over the whole file that writes nothing. What was replaced in columns of these names last time is replaced again.</summary>
    internal Task<Result<Import>> Check(long id, Choice choice, CancellationToken ct) => Begin(id, choice, claimed: false, (import, job) => import.CheckJobId = job.Id, CheckImport.Kind, ct);

    /// <summary>Starts the work on a file that was checked, as it was kept then.</summary>
    /// <param name="id">The import.</param>
    /// <param name="withWarned">Whether rows with a warning are loaded too, those among them that nobody confirmed.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Result<Import>> Reviewed(long id, bool withWarned, CancellationToken ct)
    {
        if (!(await Find(id, ct)).TryGet(out var import, out var missing))
        {
            return missing;
        }

        return await Begin(id, KeptIn(import), claimed: false, (i, job) => (i.JobId, job.Input) = (job.Id, new RunImport.Asked(id, Holds: !withWarned, Reviewed: true).Text()), RunImport.Kind, ct);
    }

    /// <summary>Checks the file anew, as it is kept.</summary>
    internal async Task<Result<Import>> CheckAgain(long id, CancellationToken ct) =>
        (await Find(id, ct)).TryGet(out var import, out var missing) ? await Check(id, KeptIn(import), ct) : missing;

    /// <summary>Back to the choice of columns; what was written into cells stays.</summary>
    internal Task<Result<Import>> Reopen(long id, CancellationToken ct) => db.Write<Result<Import>>(async () =>
    {
        if (!(await Find(id, ct)).TryGet(out _, out var missing))
        {
            return missing;
        }

        var import = await db.Set<Import>().SingleAsync(i => i.Id == id, ct);
        if (import.JobId is not null)
        {
            return new Refusal.Conflict("import.started_already");
        }

        import.CheckJobId = null;
        await db.SaveChangesAsync(ct);
        return import;
    }, ct);

    /// <summary>What was chosen when it was last checked or started.</summary>
    internal static Choice KeptIn(Import import) =>
        new(JsonSerializer.Deserialize<Dictionary<string, string>>(import.Mapping), import.CreateCustomers, import.Encoding, import.Source, import.Mode);

    private async Task<Result<Import>> Begin(long id, Choice choice, bool claimed, Action<Import, Job> attach, string jobKind, CancellationToken ct)
    {
        if (!(await Find(id, ct)).TryGet(out var found, out var missing))
        {
            return missing;
        }

        var kind = ImportKind.Of(found.Kind, fields, db.Actor)!;
        if (!db.Actor.May(kind.Permission) || !db.Actor.May(Permission.Import))
        {
            return new Refusal.Forbidden();
        }

        if (choice.Source is { Length: > WaybillLine.SourceLength } || !PlainText.IsStorable(choice.Source))
        {
            return new Refusal.Invalid("waybill.source_wrong", "source");
        }

        if (choice.Mode is not null && !ImportMode.All.Contains(choice.Mode))
        {
            return new Refusal.Invalid("import.mode_unknown", "mode");
        }

        FieldMap? map;
        TableFile file;
        try
        {
            file = TableFile.Open(UploadFile.PathOf(settings, found), choice.Encoding ?? found.Encoding, kind);
            var mapping = await Mapping(kind, found, file.Headers, choice.Mapping, ct);
            if (!FieldMap.Of(kind, file.Headers, mapping).TryGet(out map, out var refusal))
            {
                return refusal;
            }

            if (Kept(kind, map) is { Count: > 0 } kept)
            {
                return new Refusal.InvalidMany(kept);
            }
        }
        catch (TableFileException e)
        {
            return new Refusal.InvalidMany([new("file", e.Code, e.Args)]);
        }

        var started = await db.Write<Result<Import>>(async () =>
        {
            await db.Alone($"import:{id}", ct);
            var import = await db.Set<Import>().SingleAsync(i => i.Id == id, ct);
            if (import.JobId is not null || await db.Set<Job>().AnyAsync(j => j.Id == import.CheckJobId && (j.State == "queued" || j.State == "running"), ct))
            {
                return new Refusal.Conflict("import.started_already");
            }

            var job = new Job { Kind = jobKind, Input = JsonSerializer.Serialize(id), UserId = db.Actor.UserId, CreatedAt = db.UtcNow };
            if (claimed)
            {
                (job.State, job.Token, job.Attempts, job.StartedAt, job.LeaseUntil) = ("running", 1, 1, db.UtcNow, await Runner.DatabaseSeconds(db, ct) + JobLease.Seconds);
            }

            db.Add(job);
            await db.SaveChangesAsync(ct);
            var isFirst = import.CheckJobId is null;
            attach(import, job);
            import.CreateCustomers = choice.CreateCustomers;
            import.Encoding = file.IsXlsx ? null : file.Encoding.WebName;
            import.Source = string.IsNullOrWhiteSpace(choice.Source) ? "import" : choice.Source.Trim();
            import.Mode = choice.Mode ?? ImportMode.Both;
            import.Mapping = JsonSerializer.Serialize(map.Headers.ToDictionary(h => h.Key, h => string.Join('+', h.Value)));
            await Remember(import, file.Headers, takeFixes: isFirst && jobKind == CheckImport.Kind, ct);
            await db.SaveChangesAsync(ct);
            return import;
        }, ct);
        if (!claimed)
        {
            runner.Wake();
        }

        return started;
    }

    /// <summary>The columns that would write what the actor may not change: said before anything is read of the rows.</summary>
    private List<FieldError> Kept(ImportKind kind, FieldMap map) => db.Actor.Fields.IsFree ? [] :
        [.. kind.Fields.Where(f => map.Headers.ContainsKey(f.Name) && f.RuledIn(kind.Name) is var (list, name) && !db.Actor.Fields.Edits(list, name)).Select(f => new FieldError(f.Name, "import.field_kept", string.Join('+', map.Headers[f.Name]), f.Label))];

    private async Task Remember(Import import, IReadOnlyList<string> headers, bool takeFixes, CancellationToken ct)
    {
        var columns = Columns(import.Kind, headers);
        var remembered = await db.Set<RememberedMapping>().SingleOrDefaultAsync(m => m.UserId == db.Actor.UserId && m.Columns == columns, ct);
        if (remembered is null)
        {
            db.Add(remembered = new() { UserId = db.Actor.UserId, Columns = columns });
        }
        else if (takeFixes && import.Fixes == "[]")
        {
            import.Fixes = remembered.Fixes;
        }

        remembered.Mapping = import.Mapping;
        remembered.Fixes = import.CheckJobId is null ? remembered.Fixes : import.Fixes; // An automation that checks nothing has no say in it.
    }

    /// <summary>What is chosen stands; of what nothing is said, the headers tell; where nothing at all is chosen, what was chosen last time for the same columns.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> Mapping(ImportKind kind, Import import, IReadOnlyList<string> columns, IReadOnlyDictionary<string, string>? chosen, CancellationToken ct) =>
        chosen is { Count: > 0 } ? FieldMap.Complete(kind, columns, chosen) : await Remembered(import, columns, ct) ?? FieldMap.Guess(kind, columns);

    private async Task<IReadOnlyDictionary<string, string>?> Remembered(Import import, IReadOnlyList<string> headers, CancellationToken ct)
    {
        var columns = Columns(import.Kind, headers);
        var mapping = await db.Set<RememberedMapping>().Where(m => m.UserId == db.Actor.UserId && m.Columns == columns).Select(m => m.Mapping).SingleOrDefaultAsync(ct);
        return mapping is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(mapping);
    }

    /// <summary>What is replaced in columns: as it is set, else, before a first check, what was replaced last time for the same columns.</summary>
    internal async Task<string> Fixes(Import import, IReadOnlyList<string> headers, CancellationToken ct)
    {
        var columns = Columns(import.Kind, headers);
        return import.Fixes != "[]" || import.CheckJobId is not null ? import.Fixes
            : await db.Set<RememberedMapping>().Where(m => m.UserId == db.Actor.UserId && m.Columns == columns).Select(m => m.Fixes).SingleOrDefaultAsync(ct) ?? import.Fixes;
    }

    private static string Columns(string kind, IReadOnlyList<string> headers) =>
        kind + ":" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', headers))));
}
