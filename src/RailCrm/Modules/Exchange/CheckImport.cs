using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;
using RailCrm.Platform;

namespace RailCrm.Modules.Exchange;

/// <summary>Goes over a whole file before anything is written: what would become of each row, and which values nobody knows. Writes no record.</summary>
internal static class CheckImport
{
    public const string Kind = "import-check";

    private const int MostValues = 2_000;
    private const int ShownValues = 50;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A value that was refused, and in how many rows.</summary>
    public sealed record Unknown(string Value, long Rows);

    /// <summary>What was found; also how far it is.</summary>
    /// <param name="Values">Column → the values refused in it, the most frequent first.</param>
    /// <param name="Warned">Of all these, the rows that somebody should look at.</param>
    /// <param name="Held">Of these the ones that stay out until somebody did.</param>
    public sealed record Found(long Created, long Updated, long Unchanged, long Wrong, long Skipped, DayOrder Days, Dictionary<string, List<Unknown>> Values, long Warned = 0, long Held = 0)
    {
        public long Rows => Created + Updated + Unchanged + Wrong + Skipped;

        /// <summary>Rows that can be loaded.</summary>
        public long Right => Created + Updated + Unchanged;

        public static Found Of(string? json) => json is null ? new(0, 0, 0, 0, 0, DayOrder.None, []) : JsonSerializer.Deserialize<Found>(json, Json)!;
    }

    /// <summary>Does it, from the beginning: nothing of an earlier try is kept.</summary>
    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var id = JsonSerializer.Deserialize<long>(lease.Job.Input);
        var import = await db.Set<Import>().AsNoTracking().SingleAsync(i => i.Id == id, ct);
        var kind = ImportKind.Of(import.Kind, services.GetRequiredService<CustomFields>(), db.Actor)!;
        if (!db.Actor.May(kind.Permission))
        {
            throw new JobRefusedException(Texts.Get("common.forbidden"));
        }

        try
        {
            return JsonSerializer.Serialize(await Check(services, db, import, kind, lease, ct), Json);
        }
        catch (TableFileException e)
        {
            throw new JobRefusedException(Texts.Get(e.Code, e.Args), e);
        }
    }

    private static async Task<Found> Check(IServiceProvider services, CrmDb db, Import import, ImportKind kind, JobLease lease, CancellationToken ct)
    {
        var path = UploadFile.PathOf(services.GetRequiredService<Settings>(), import);
        var file = TableFile.Open(path, import.Encoding, kind);
        if (!FieldMap.Of(kind, file.Headers, JsonSerializer.Deserialize<Dictionary<string, string>>(import.Mapping)!).TryGet(out var map, out var refusal))
        {
            throw new JobRefusedException(Texts.Get(refusal.Code, refusal.Args));
        }

        var edits = await db.Set<ImportEdit>().AsNoTracking().Where(e => e.ImportId == import.Id).ToListAsync(ct);
        var read = new EditedRows(file, import.Fixes, edits);
        var (total, days, date) = (0L, DayOrder.None, map["date"] ?? map["createdAt"]);
        foreach (var row in read.Rows(withSkipped: true))
        {
            total++;
            days = date?.Clean(row) is { } text ? CellDay.Learn(days, text) : days;
            await Tell(0, 0);
        }

        ReviewFile.Delete(path);
        using var review = new ReviewFile.Writer(path, lease.Job.Id);
        var taker = kind.Take(services, map, import, days);
        var values = new Dictionary<string, Dictionary<string, long>>();
        var found = Found.Of(null) with { Days = days };
        foreach (var batch in read.Rows(withSkipped: true).Chunk(taker.BatchSize))
        {
            var right = batch.Where(r => !read.IsSkipped(r.Number)).ToArray();
            var answers = new Queue<RowAnswer>(await taker.Preview(right, ct));
            db.ChangeTracker.Clear();
            foreach (var row in batch)
            {
                var answer = read.IsSkipped(row.Number) ? null : answers.Dequeue();
                var outcome = answer is null ? "skipped" : answer.Outcome ?? "wrong";
                var seen = new ReviewRow(row.Number, outcome, [.. row.Cells], answer?.Errors ?? [])
                {
                    Warnings = answer?.Warnings is { Count: > 0 } warnings ? warnings : null, Above = answer?.Above == true, AboveRow = answer?.AboveRow ?? 0, Taken = read.IsTaken(row.Number),
                };
                review.Write(seen);
                found = seen.IsHeld ? found with { Held = found.Held + 1 } : found;
                Count(values, map, file.Headers, row, [.. answer?.Errors ?? [], .. (answer?.Warnings ?? []).Where(ReviewRow.IsUnknown)]);
                found = answer?.Warnings.Count > 0 ? found with { Warned = found.Warned + 1 } : found;
                found = outcome switch
                {
                    "created" => found with { Created = found.Created + 1 }, "updated" => found with { Updated = found.Updated + 1 }, "unchanged" => found with { Unchanged = found.Unchanged + 1 },
                    "wrong" => found with { Wrong = found.Wrong + 1 }, _ => found with { Skipped = found.Skipped + 1 },
                };
            }

            await Tell(found.Rows, found.Wrong, always: true);
        }

        taker.Above.Write(ReviewFile.Above(path, lease.Job.Id));
        return found with { Values = values.ToDictionary(v => v.Key, v => v.Value.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(ShownValues).Select(c => new Unknown(c.Key, c.Value)).ToList()) };

        async Task Tell(long done, long wrong, bool always = false)
        {
            if (always || total % 10_000 == 0)
            {
                await db.Write(async () =>
                {
                    await lease.Advance("{}", done, wrong, total, ct);
                    return 0;
                }, ct);
            }
        }
    }

    /// <summary>Counts what stands in the columns that are wrong, or that nobody knows; a column in which everything differs is cut off.</summary>
    private static void Count(Dictionary<string, Dictionary<string, long>> values, FieldMap map, IReadOnlyList<string> headers, TableRow row, IReadOnlyList<FieldError> errors)
    {
        foreach (var column in errors.SelectMany(e => map.ColumnsOf(e.Field)).Where(c => c < headers.Count).Distinct())
        {
            var cell = row.Cells[column].Trim();
            if (cell.Length is 0 or > ColumnFix.Longest)
            {
                continue;
            }

            var counts = values.TryGetValue(headers[column], out var known) ? known : values[headers[column]] = [];
            if (counts.Count < MostValues || counts.ContainsKey(cell))
            {
                counts[cell] = counts.GetValueOrDefault(cell) + 1;
            }
        }
    }
}
