using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Platform;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>The work of an import: batch by batch, each batch, its facts and the checkpoint behind it in one transaction, so that a killed process goes on where it was.</summary>
internal static class RunImport
{
    public const string Kind = "import";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How far the work is; also its result.</summary>
    public sealed record Progress(long LastRow, long Created, long Updated, long Unchanged, long Rejected, long CustomersCreated, long RejectedBytes, double Seconds, long? RowsTotal)
    {
        public long Accepted => Created + Updated + Unchanged;

        public static Progress Of(string? json) => json is null ? new(0, 0, 0, 0, 0, 0, 0, 0, null) : JsonSerializer.Deserialize<Progress>(json, Json)!;

        public string Text() => JsonSerializer.Serialize(this, Json);
    }

    /// <summary>Does it from the job's checkpoint.</summary>
    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var id = JsonSerializer.Deserialize<long>(lease.Job.Input);
        var import = await db.Set<Import>().AsNoTracking().SingleAsync(i => i.Id == id, ct);
        var kind = ImportKind.Named(import.Kind)!;
        if (!db.Actor.May(kind.Permission))
        {
            throw new JobRefusedException(Texts.Get("common.forbidden"));
        }

        try
        {
            var result = await Write(services, db, import, kind, lease, ct);
            await services.GetRequiredService<ClassifyCustomers>().Run(ct);
            return result.Text();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // What was committed stays, so its customers' figures follow.
            await services.GetRequiredService<ClassifyCustomers>().Run(ct);
            throw;
        }
        catch (TableFileException e)
        {
            throw new JobRefusedException(Texts.Get(e.Code, e.Args), e);
        }
    }

    private static async Task<Progress> Write(IServiceProvider services, CrmDb db, Import import, ImportKind kind, JobLease lease, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        var folder = StartImport.Folder(services.GetRequiredService<Settings>());
        var path = Path.Combine(folder, import.StoredName);
        var file = TableFile.Open(path, import.Encoding);
        if (!FieldMap.Of(kind, file.Headers, JsonSerializer.Deserialize<Dictionary<string, string>>(import.Mapping)!).TryGet(out var map, out var refusal))
        {
            throw new JobRefusedException(Texts.Get(refusal.Code, refusal.Args));
        }

        var progress = Progress.Of(lease.Job.Checkpoint);
        if (progress.RowsTotal is null)
        {
            // Read once through before anything is written: a broken file is refused whole, and the rest of the time is known.
            var total = 0L;
            var renewed = Stopwatch.GetTimestamp();
            foreach (var _ in file.Rows())
            {
                total++;
                if (total % 10_000 == 0 && Stopwatch.GetElapsedTime(renewed).TotalSeconds > 5)
                {
                    renewed = Stopwatch.GetTimestamp();
                    await Advance(progress);
                }
            }

            progress = progress with { RowsTotal = total };
            await Advance(progress);
        }

        var taker = kind.Take(services, map, import);
        var (seconds, customersBefore) = (progress.Seconds, progress.CustomersCreated);
        using (var rejected = RejectedFile.Append(path + ".rejected", file, progress.RejectedBytes))
        {
            foreach (var batch in file.Rows(progress.LastRow).Chunk(taker.BatchSize))
            {
                progress = await db.Write(async () =>
                {
                    var answers = await taker.Take(batch, ct);
                    foreach (var (row, answer) in batch.Zip(answers).Where(r => r.Second.Outcome is null))
                    {
                        rejected.Write(row, answer.Errors);
                    }

                    var next = progress with
                    {
                        LastRow = batch[^1].Number,
                        Created = progress.Created + answers.Count(a => a.Outcome == "created"),
                        Updated = progress.Updated + answers.Count(a => a.Outcome == "updated"),
                        Unchanged = progress.Unchanged + answers.Count(a => a.Outcome == "unchanged"),
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

        return progress with { Seconds = seconds + watch.Elapsed.TotalSeconds };

        Task Advance(Progress now) => db.Write(async () =>
        {
            await lease.Advance(now.Text(), 0, 0, now.RowsTotal, ct);
            return 0;
        }, ct);
    }
}

/// <summary>The rows that were refused, as they were, each with its reason: a file that can be mended and loaded again.</summary>
internal sealed class RejectedFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly StreamWriter _writer;
    private readonly CsvLineWriter _line;

    private RejectedFile(FileStream stream, StreamWriter writer, char delimiter) => (_stream, _writer, _line) = (stream, writer, new(writer, delimiter));

    /// <summary>Goes on behind what was committed: whatever a killed process wrote after it is cut off.</summary>
    public static RejectedFile Append(string path, TableFile table, long committedBytes)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        stream.SetLength(Math.Min(committedBytes, stream.Length));
        stream.Seek(0, SeekOrigin.End);
        var encoding = table.IsXlsx ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: true) : table.Encoding;
        var writer = new StreamWriter(stream, stream.Length == 0 ? encoding : WithoutMark(encoding));
        var file = new RejectedFile(stream, writer, table.IsXlsx ? ',' : table.Delimiter);
        if (stream.Length == 0)
        {
            file._line.Write([.. table.Headers, Texts.Get("import.reason")]);
        }

        return file;
    }

    public void Write(TableRow row, IReadOnlyList<FieldError> errors) =>
        _line.Write([.. row.Cells, string.Join(" ", errors.Select(e => $"{Texts.Find($"import.field.{FieldName(e.Field)}") ?? e.Field}: {Texts.Get(e.Code, e.Args)}"))]);

    /// <summary>Brings what was written to the disk; gives its length.</summary>
    public long Flush()
    {
        _writer.Flush();
        _stream.Flush(flushToDisk: true);
        return _stream.Length;
    }

    public void Dispose() => _writer.Dispose();

    internal static string FieldName(string field) => field.Length == 0 ? field : JsonNamingPolicy.CamelCase.ConvertName(field) switch { "weightKg" => "weight", "revenueFen" => "revenue", "costFen" => "cost", var name => name };

    private static Encoding WithoutMark(Encoding encoding) => encoding is UTF8Encoding ? new UTF8Encoding(false) : encoding is UnicodeEncoding u ? new UnicodeEncoding(u.CodePage == 1201, false) : encoding;
}
