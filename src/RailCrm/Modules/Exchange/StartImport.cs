using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Waybills;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Exchange;

/// <summary>Starts the work on a file that was taken in. The page, the API and the command line all come through here.</summary>
public sealed class StartImport(CrmDb db, Settings settings, Runner runner)
{
    /// <summary>An import of the actor's own; the system's administrators see all.</summary>
    public async Task<Result<Import>> Find(long id, CancellationToken ct) =>
        await db.Set<Import>().AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct) is { } import && (import.UserId == db.Actor.UserId || db.Actor.May(Permission.System))
            ? import : new Refusal.NotFound();

    /// <summary>Starts the work with a mapping; the mapping is remembered for the next file of the same columns.</summary>
    /// <param name="id">The import.</param>
    /// <param name="chosen">Field → column; remembered or guessed where null or empty.</param>
    /// <param name="createCustomers">Whether unknown customers are made.</param>
    /// <param name="encoding">Encoding, where the user knows better.</param>
    /// <param name="source">Source of lines that name none.</param>
    /// <param name="claimed">Whether the caller does the work itself, so that no server takes it first.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Result<Import>> Run(long id, IReadOnlyDictionary<string, string>? chosen, bool createCustomers, string? encoding, string? source, bool claimed, CancellationToken ct)
    {
        if (!(await Find(id, ct)).TryGet(out var found, out var missing))
        {
            return missing;
        }

        var kind = ImportKind.Named(found.Kind)!;
        if (!db.Actor.May(kind.Permission) || !db.Actor.May(Permission.Import))
        {
            return new Refusal.Forbidden();
        }

        if (source is { Length: > WaybillLine.SourceLength } || !PlainText.IsStorable(source))
        {
            return new Refusal.Invalid("waybill.source_wrong", "source");
        }

        FieldMap? map;
        TableFile file;
        try
        {
            file = TableFile.Open(UploadFile.PathOf(settings, found), encoding ?? found.Encoding, kind);
            var mapping = await Mapping(kind, found, file.Headers, chosen, ct);
            if (!FieldMap.Of(kind, file.Headers, mapping).TryGet(out map, out var refusal))
            {
                return refusal;
            }
        }
        catch (TableFileException e)
        {
            return new Refusal.InvalidMany([new("file", e.Code, e.Args)]);
        }

        var started = await db.Write<Result<Import>>(async () =>
        {
            var import = await db.Set<Import>().SingleAsync(i => i.Id == id, ct);
            if (import.JobId is not null)
            {
                return new Refusal.Conflict("import.started_already");
            }

            var job = new Job { Kind = RunImport.Kind, Input = JsonSerializer.Serialize(id), UserId = db.Actor.UserId, CreatedAt = db.UtcNow };
            if (claimed)
            {
                (job.State, job.Token, job.Attempts, job.StartedAt, job.LeaseUntil) = ("running", 1, 1, db.UtcNow, await Runner.DatabaseSeconds(db, ct) + JobLease.Seconds);
            }

            db.Add(job);
            await db.SaveChangesAsync(ct);
            import.JobId = job.Id;
            import.CreateCustomers = createCustomers;
            import.Encoding = file.IsXlsx ? null : file.Encoding.WebName;
            import.Source = string.IsNullOrWhiteSpace(source) ? "import" : source.Trim();
            import.Mapping = JsonSerializer.Serialize(map.Headers.ToDictionary(h => h.Key, h => string.Join('+', h.Value)));
            var columns = Columns(import.Kind, file.Headers);
            var remembered = await db.Set<RememberedMapping>().SingleOrDefaultAsync(m => m.UserId == db.Actor.UserId && m.Columns == columns, ct);
            if (remembered is null)
            {
                db.Add(remembered = new() { UserId = db.Actor.UserId, Columns = columns });
            }

            remembered.Mapping = import.Mapping;
            await db.SaveChangesAsync(ct);
            return import;
        }, ct);
        if (!claimed)
        {
            runner.Wake();
        }

        return started;
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

    private static string Columns(string kind, IReadOnlyList<string> headers) =>
        kind + ":" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', headers))));
}
