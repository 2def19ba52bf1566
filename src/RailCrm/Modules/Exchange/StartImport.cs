using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Waybills;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes a file in, shows what it would do, and starts the work. The page, the API and the command line all come through here.</summary>
public sealed class StartImport(CrmDb db, Settings settings, Runner runner)
{
    /// <summary>Largest file: 2 GB, some ten million lines.</summary>
    public const long MostBytes = 2_000_000_000;

    private const int PreviewRows = 1_000;
    private const int PreviewErrors = 20;

    /// <summary>Rows as they would be read, and the first that would be rejected.</summary>
    internal sealed record Look(
        ImportKind Kind, IReadOnlyList<string> Columns, IReadOnlyDictionary<string, string> Mapping, string Encoding, IReadOnlyList<TableRow> Rows,
        Refusal? MappingRefusal, int Checked, int Wrong, IReadOnlyList<(TableRow Row, IReadOnlyList<FieldError> Errors)> Errors);

    /// <summary>Where the files of imports lie.</summary>
    internal static string Folder(Settings settings) => Directory.CreateDirectory(Path.Combine(settings.Home, "imports")).FullName;

    internal string PathOf(Import import) => Path.Combine(Folder(settings), import.StoredName);

    /// <summary>Stores a file under a name of ours; nothing is read into the database yet.</summary>
    /// <param name="kind">waybills or customers.</param>
    /// <param name="fileName">What the user calls it.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Import>> Upload(string? kind, string fileName, Stream content, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (ImportKind.Named(kind) is not { } known)
        {
            return new Refusal.Invalid("import.kind_unknown", "kind");
        }

        if (!db.Actor.May(known.Permission))
        {
            return new Refusal.Forbidden();
        }

        var plain = Path.GetFileName(fileName.Replace('\\', '/'));
        plain = new string([.. plain.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format)]);
        plain = plain.Length == 0 ? "file" : plain.Length > 200 ? plain[^200..] : plain;
#pragma warning disable CA1308 // Extensions are compared in lower case.
        if (Path.GetExtension(plain.TrimEnd(' ', '.')).ToLowerInvariant() is not (".csv" or ".txt" or ".xlsx"))
#pragma warning restore CA1308
        {
            return new Refusal.Invalid("import.extension", "file");
        }

        var import = new Import { Kind = known.Name, FileName = plain, StoredName = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}.data", UserId = db.Actor.UserId, CreatedAt = db.UtcNow };
        var path = PathOf(import);
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true))
        {
            await content.CopyToAsync(file, ct);
            if (file.Length > MostBytes)
            {
                File.Delete(path);
                return new Refusal.Invalid("import.file_large", "file");
            }
        }

        try
        {
            _ = TableFile.Open(path, null).Rows().Take(1).Count();
        }
        catch (TableFileException e)
        {
            File.Delete(path);
            return new Refusal.InvalidMany([new("file", e.Code, e.Args)]);
        }

        db.Add(import);
        await db.SaveChangesAsync(ct);
        return import;
    }

    /// <summary>An import of the actor's own; the system's administrators see all.</summary>
    public async Task<Result<Import>> Find(long id, CancellationToken ct) =>
        await db.Set<Import>().AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct) is { } import && (import.UserId == db.Actor.UserId || db.Actor.May(Permission.System))
            ? import : new Refusal.NotFound();

    /// <summary>Reads the first thousand rows and checks them; writes nothing.</summary>
    /// <param name="services">For the checks of the kind.</param>
    /// <param name="import">Whose file.</param>
    /// <param name="chosen">The user's mapping; remembered or guessed where null.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Result<Look>> Preview(IServiceProvider services, Import import, IReadOnlyDictionary<string, string>? chosen, CancellationToken ct)
    {
        try
        {
            var kind = ImportKind.Named(import.Kind)!;
            var file = TableFile.Open(PathOf(import), import.Encoding);
            var mapping = chosen ?? await Remembered(import, file.Headers, ct) ?? FieldMap.Guess(kind, file.Headers);
            var rows = file.Rows().Take(PreviewRows).ToList();
            var encoding = file.IsXlsx ? "xlsx" : file.Encoding.WebName;
            if (!FieldMap.Of(kind, file.Headers, mapping).TryGet(out var map, out var refusal))
            {
                return new Look(kind, file.Headers, mapping, encoding, rows, refusal, rows.Count, 0, []);
            }

            var answers = await kind.Take(services, map, import).Preview(rows, ct);
            var wrong = rows.Zip(answers, (r, a) => (Row: r, a.Errors)).Where(r => r.Errors.Count > 0).ToList();
            return new Look(kind, file.Headers, mapping, encoding, rows, null, rows.Count, wrong.Count, [.. wrong.Take(PreviewErrors)]);
        }
        catch (TableFileException e)
        {
            return new Refusal.InvalidMany([new("file", e.Code, e.Args)]);
        }
    }

    /// <summary>Starts the work with a mapping; the mapping is remembered for the next file of the same columns.</summary>
    /// <param name="id">The import.</param>
    /// <param name="chosen">Field → column; remembered or guessed where null or empty.</param>
    /// <param name="createCustomers">Whether unknown customers are made.</param>
    /// <param name="encoding">Encoding, where the user knows better.</param>
    /// <param name="source">Source of lines that name none.</param>
    /// <param name="claimed">Whether the caller does the work itself, so that no server takes it first.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Result<Import>> Start(long id, IReadOnlyDictionary<string, string>? chosen, bool createCustomers, string? encoding, string? source, bool claimed, CancellationToken ct)
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
            file = TableFile.Open(PathOf(found), encoding ?? found.Encoding);
            var mapping = chosen is { Count: > 0 } ? chosen : await Remembered(found, file.Headers, ct) ?? FieldMap.Guess(kind, file.Headers);
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

    private async Task<IReadOnlyDictionary<string, string>?> Remembered(Import import, IReadOnlyList<string> headers, CancellationToken ct)
    {
        var columns = Columns(import.Kind, headers);
        var mapping = await db.Set<RememberedMapping>().Where(m => m.UserId == db.Actor.UserId && m.Columns == columns).Select(m => m.Mapping).SingleOrDefaultAsync(ct);
        return mapping is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(mapping);
    }

    private static string Columns(string kind, IReadOnlyList<string> headers) =>
        kind + ":" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', headers))));

    internal static async Task<IResult> PostFromPage(HttpContext http, StartImport useCase, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        Refusal? refusal = new Refusal.Invalid("import.multipart", "file");
        if (form.Files.GetFile("file") is { Length: > 0 } file)
        {
            await using var content = file.OpenReadStream();
            if ((await useCase.Upload(form["kind"], file.FileName, content, ct)).TryGet(out var import, out refusal))
            {
                return TypedResults.Redirect($"/imports/{import.Id}");
            }
        }

        new Platform.Ui.Notice(Platform.Text.Texts.Get((refusal as Refusal.InvalidMany)?.Errors[0].Code ?? refusal!.Code, (refusal as Refusal.InvalidMany)?.Errors[0].Args ?? refusal.Args), IsError: true).Leave(http);
        return TypedResults.Redirect($"/imports?kind={Uri.EscapeDataString(form["kind"].ToString())}");
    }

    internal static async Task<IResult> Post(HttpContext http, StartImport useCase, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType)
        {
            return Answers.Problem(new Refusal.Invalid("import.multipart", "file"));
        }

        var form = await http.Request.ReadFormAsync(ct);
        if (form.Files.GetFile("file") is not { } file)
        {
            return Answers.Problem(new Refusal.Invalid("import.multipart", "file"));
        }

        Dictionary<string, string>? mapping = null;
        if (form["mapping"].ToString() is { Length: > 0 } json)
        {
            try
            {
                mapping = JsonSerializer.Deserialize<Dictionary<string, string>>(json);
            }
            catch (JsonException)
            {
                return Answers.Problem(new Refusal.Invalid("import.mapping_json", "mapping"));
            }
        }

        await using var content = file.OpenReadStream();
        if (!(await useCase.Upload(form["kind"], file.FileName, content, ct)).TryGet(out var import, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        var started = await useCase.Start(import.Id, mapping, form["createCustomers"].ToString() is "true" or "1" or "on", form["encoding"].ToString() is { Length: > 0 } e ? e : null, form["source"], claimed: false, ct);
        return started.Answer(i => TypedResults.Accepted($"/api/v1/imports/{i.Id}", new { i.Id }));
    }
}
