using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;
using RailCrm.Platform;

namespace RailCrm.Modules.Exchange;

/// <summary>The work of an import: batch by batch, each batch, its facts and the checkpoint behind it in one transaction, so that a killed process goes on where it was.</summary>
internal static class RunImport
{
    public const string Kind = "import";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is to be done.</summary>
    /// <param name="Id">The import.</param>
    /// <param name="Holds">Whether rows of which a check warned stay out unless somebody confirmed them. Without a check nobody was warned.</param>
    /// <param name="Reviewed">Whether somebody looked at what a check found: rows that are wrong there stay out.</param>
    public sealed record Asked(long Id, bool Holds, bool Reviewed = false)
    {
        public static Asked Of(string input) => input is ['{', ..] ? JsonSerializer.Deserialize<Asked>(input, Json)! : new(JsonSerializer.Deserialize<long>(input), false);

        public string Text() => JsonSerializer.Serialize(this, Json);
    }

    /// <summary>How far the work is; also its result.</summary>
    public sealed record Progress(long LastRow, long Created, long Updated, long Unchanged, long Rejected, long CustomersCreated, long RejectedBytes, double Seconds, long? RowsTotal, DayOrder Days = DayOrder.None, LeftOut? LeftOut = null)
    {
        public long Accepted => Created + Updated + Unchanged;

        public static Progress Of(string? json) => json is null ? new(0, 0, 0, 0, 0, 0, 0, 0, null) : JsonSerializer.Deserialize<Progress>(json, Json)!;

        public string Text() => JsonSerializer.Serialize(this, Json);
    }

    /// <summary>Does it from the job's checkpoint.</summary>
    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var asked = Asked.Of(lease.Job.Input);
        var import = await db.Set<Import>().AsNoTracking().SingleAsync(i => i.Id == asked.Id, ct);
        var kind = ImportKind.Of(import.Kind, services.GetRequiredService<CustomFields>(), db.Actor)!;
        if (!db.Actor.May(kind.Permission))
        {
            throw new JobRefusedException(Texts.Get("common.forbidden"));
        }

        try
        {
            var result = await Write(services, db, import, kind, asked, lease, ct);
            await Followed(services, db, import, ct);
            return result.Text();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // What was committed stays, so its customers' figures follow.
            await Followed(services, db, import, ct);
            throw;
        }
        catch (TableFileException e)
        {
            throw new JobRefusedException(Texts.Get(e.Code, e.Args), e);
        }
    }

    /// <summary>The figures of its customers, and the likely duplicates of what it made or changed where that is not too much.</summary>
    private static async Task Followed(IServiceProvider services, CrmDb db, Import import, CancellationToken ct)
    {
        await services.GetRequiredService<ClassifyCustomers>().Run(ct);
        if (import.Kind is not ("customers" or "contacts"))
        {
            return;
        }

        var made = await db.Set<ImportedRow>().Where(r => r.ImportId == import.Id && (r.Entity == CustomerUndo.Code || r.Entity == ContactUndo.Code)).OrderBy(r => r.Action).ThenBy(r => r.Row).ThenBy(r => r.Part)
            .Select(r => new { r.Entity, r.EntityId }).Take((2 * RenewLater.MostRows) + 1).ToListAsync(ct);
        var (customers, contacts) = (Of(CustomerUndo.Code), Of(ContactUndo.Code));
        await RenewLater.Queue(db, customers, contacts, ct);

        List<long> Of(string entity) => [.. made.Where(m => m.Entity == entity).Select(m => m.EntityId).Distinct()];
    }

    private static async Task<Progress> Write(IServiceProvider services, CrmDb db, Import import, ImportKind kind, Asked asked, JobLease lease, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        var path = UploadFile.PathOf(services.GetRequiredService<Settings>(), import);
        var file = TableFile.Open(path, import.Encoding, kind);
        if (!FieldMap.Of(kind, file.Headers, JsonSerializer.Deserialize<Dictionary<string, string>>(import.Mapping)!).TryGet(out var map, out var refusal))
        {
            throw new JobRefusedException(Texts.Get(refusal.Code, refusal.Args));
        }

        var edits = await db.Set<ImportEdit>().AsNoTracking().Where(e => e.ImportId == import.Id).ToListAsync(ct);
        var read = new EditedRows(file, import.Fixes, edits);
        var progress = Progress.Of(lease.Job.Checkpoint);
        using var held = (asked.Reviewed || asked.Holds) && import.CheckJobId is { } checkId ? new HeldRows(path, checkId, edits, asked.Holds, progress.LastRow) : null;
        if (progress.RowsTotal is null)
        {
            // Read once through before anything is written: a broken file is refused whole, the rest of the time is known, and so is what 3/5/2026 means.
            var (total, days, date) = (0L, DayOrder.None, map["date"] ?? map["createdAt"]);
            var renewed = Stopwatch.GetTimestamp();
            foreach (var row in read.Rows())
            {
                total++;
                days = date?.Clean(row) is { } text ? CellDay.Learn(days, text) : days;
                if (total % 10_000 == 0 && Stopwatch.GetElapsedTime(renewed).TotalSeconds > 5)
                {
                    renewed = Stopwatch.GetTimestamp();
                    await Advance(progress);
                }
            }

            progress = progress with { RowsTotal = total, Days = days };
            await Advance(progress);
        }

        await db.Database.OpenConnectionAsync(ct); // One for the whole work: its pages stay at hand.
        var taker = kind.Take(services, map, import, progress.Days);
        var (seconds, customersBefore) = (progress.Seconds, progress.CustomersCreated);
        using var rejected = RejectedFile.Append(path + ".rejected", file, kind, progress.RejectedBytes);
        using var batches = read.Rows(progress.LastRow).Chunk(taker.BatchSize).GetEnumerator();
        var reading = Task.Run(batches.MoveNext, CancellationToken.None);
        try
        {
            while (await reading)
            {
                var batch = batches.Current;
                reading = Task.Run(batches.MoveNext, CancellationToken.None); // The next one is read while this one is written.
                var kept = held?.Of(batch);
                progress = await db.Write(async () =>
                {
                    var answers = kept is null ? await taker.Take(batch, ct) : await HeldRows.Take(kept, taker, batch, ct);
                    foreach (var (row, answer) in batch.Zip(answers).Where(r => r.Second.Outcome is null))
                    {
                        rejected.Write(row, answer.Errors);
                    }

                    await RecordImported.Write(db, import.Id, batch, answers, ct);
                    long Count(RowAnswer outcome) => answers.Count(a => a.Outcome == outcome.Outcome);
                    var next = progress with
                    {
                        LastRow = batch[^1].Number,
                        Created = progress.Created + Count(RowAnswer.Created),
                        Updated = progress.Updated + Count(RowAnswer.Updated),
                        Unchanged = progress.Unchanged + Count(RowAnswer.Unchanged),
                        Rejected = progress.Rejected + answers.Count(a => a.Outcome is null),
                        CustomersCreated = customersBefore + taker.CustomersCreated,
                        RejectedBytes = rejected.Flush(),
                        Seconds = seconds + watch.Elapsed.TotalSeconds,
                    };
                    await lease.Advance(next.Text(), next.Accepted + next.Rejected, next.Rejected, next.RowsTotal, ct);
                    return next;
                }, ct);
            }
        }
        finally
        {
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return progress with
        {
            Seconds = seconds + watch.Elapsed.TotalSeconds, LeftOut = LeftOut.Of(kind, file.Headers, map.Headers.Values.SelectMany(h => h).ToHashSet(StringComparer.Ordinal)),
        };

        Task Advance(Progress now) => db.Write(async () =>
        {
            await lease.Advance(now.Text(), 0, 0, now.RowsTotal, ct);
            return 0;
        }, ct);
    }
}
