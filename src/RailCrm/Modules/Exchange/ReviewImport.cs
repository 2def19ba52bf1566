using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform;

namespace RailCrm.Modules.Exchange;

/// <summary>Shows what a check found, row by row, and takes what the user writes over it. The file itself stays as it was.</summary>
internal sealed partial class ReviewImport(CrmDb db, Settings settings, StartImport start, IServiceProvider services)
{
    public const int PageSize = 50;

    /// <summary>Most rows that are mended one by one; more is work for a spreadsheet.</summary>
    public const int MostEdits = 5_000;

    /// <summary>A page of rows.</summary>
    /// <param name="Found">Counts, with what was mended since.</param>
    /// <param name="Edited">Rows that somebody has written over.</param>
    /// <param name="Previous">Whether there are rows before.</param>
    /// <param name="Next">Whether there are rows after.</param>
    public sealed record Look(Import Import, ImportKind Kind, TableFile File, FieldMap Map, CheckImport.Found Found, IReadOnlyList<ReviewRow> Rows, IReadOnlySet<long> Edited, bool Previous, bool Next)
    {
        /// <summary>The records that rows of the page speak of, as they are now, by the row; new ones speak of none.</summary>
        public IReadOnlyDictionary<long, Meeting> Met { get; init; } = new Dictionary<long, Meeting>();
    }

    /// <summary>The rows of a filter after one, or before one.</summary>
    public async Task<Result<Look>> Run(long id, string filter, long? after, long? before, CancellationToken ct)
    {
        if (!(await Open(id, ct)).TryGet(out var open, out var refusal))
        {
            return refusal;
        }

        filter = ReviewRow.Filters.Contains(filter) ? filter : "all";
        var backwards = before is not null;
        var beyond = before ?? after ?? 0;
        var rows = Merged(open, filter, beyond, backwards).Take(PageSize + 1).ToList();
        var more = rows.Count > PageSize;
        rows = rows[..Math.Min(rows.Count, PageSize)];
        rows.Reverse(0, backwards ? rows.Count : 0);
        return new Look(open.Import, open.Kind, open.File, open.Map, Counts(open), rows, open.Edits.Values.Where(e => EditedRows.CellsOf(e) is { Count: > 0 }).Select(e => e.Row).ToHashSet(), backwards ? more : after is > 0, backwards || more) { Met = await Met(open, rows, ct) };
    }

    private async Task<Dictionary<long, Meeting>> Met(Opened open, IEnumerable<ReviewRow> rows, CancellationToken ct)
    {
        var known = rows.Where(r => r.Outcome is not ("created" or "skipped")).Select(r => new TableRow(r.Number, [.. r.Cells])).ToList();
        var met = known.Count == 0 ? [] : await open.Kind.Take(services, open.Map, open.Import, open.Found.Days).Meet(known, ct);
        db.ChangeTracker.Clear();
        return known.Zip(met).Where(m => m.Second is not null).ToDictionary(m => m.First.Number, m => m.Second!);
    }

    /// <summary>Sets what is replaced in whole columns, and checks the file anew.</summary>
    public async Task<Result<Import>> Fix(long id, Func<List<ColumnFix>, List<ColumnFix>> change, CancellationToken ct)
    {
        if (!(await Open(id, ct)).TryGet(out var open, out var refusal))
        {
            return refusal;
        }

        var fixes = change(ColumnFix.Read(open.Import.Fixes));
        if (fixes.Count > ColumnFix.Most || fixes.Any(f => f.From.Length is 0 or > ColumnFix.Longest || f.To.Length > ColumnFix.Longest || !PlainText.IsStorable(f.From + f.To) || !open.File.Headers.Contains(f.Column)))
        {
            return new Refusal.Invalid("import.fix_wrong", "fix");
        }

        bool IsCustomer(ColumnFix fix) => fix.Whole && open.NamesCustomer(open.File.Headers.ToList().IndexOf(fix.Column));
        var plain = await Proposal.Plain(db, fixes.Where(IsCustomer).Select(f => f.To), ct);
        var text = ColumnFix.Write(fixes.Select(f => IsCustomer(f) ? f with { To = plain(f.To) } : f));
        if (text.Length > ColumnFix.MostCharacters)
        {
            return new Refusal.Invalid("import.fix_wrong", "fix");
        }

        var late = await db.Write<Refusal?>(async () =>
        {
            await db.Alone($"import:{id}", ct);
            var import = await db.Set<Import>().SingleAsync(i => i.Id == id, ct);
            if (await Begun(id, open.CheckId, ct) is { } begun)
            {
                return begun;
            }

            if (import.Fixes != open.Import.Fixes)
            {
                return new Refusal.Stale(); // Another tab set one meanwhile, and its check is about to begin.
            }

            import.Fixes = text;
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);
        return late is not null ? late : await start.CheckAgain(id, ct);
    }

    /// <summary>Why what was opened is under review no more: the work has begun, or another check has.</summary>
    private async Task<Refusal?> Begun(long id, long checkId, CancellationToken ct) =>
        await db.Set<Import>().Where(i => i.Id == id).Select(i => new { i.JobId, i.CheckJobId }).SingleAsync(ct) is { JobId: null } import && import.CheckJobId == checkId ? null : new Refusal.Conflict("import.not_in_review");

    /// <summary>A checked import with its file and what was mended since the check.</summary>
    private sealed record Opened(Import Import, ImportKind Kind, TableFile File, FieldMap Map, string Path, long CheckId, CheckImport.Found Found, Dictionary<long, ImportEdit> Edits)
    {
        /// <summary>Whether a column says whose a row is.</summary>
        public bool NamesCustomer(int column) => Map["customer"]?.Columns.Contains(column) == true;
    }

    private async Task<Result<Opened>> Open(long id, CancellationToken ct)
    {
        if (!(await start.Find(id, ct)).TryGet(out var import, out var missing))
        {
            return missing;
        }

        var job = await db.Set<Job>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == import.CheckJobId && j.State == "completed", ct);
        if (job is null || import.JobId is not null)
        {
            return new Refusal.Conflict("import.not_in_review");
        }

        var kind = ImportKind.Of(import.Kind, services.GetRequiredService<CustomFields>(), db.Actor)!;
        try
        {
            var path = UploadFile.PathOf(settings, import);
            var file = TableFile.Open(path, import.Encoding, kind);
            if (!FieldMap.Of(kind, file.Headers, StartImport.KeptIn(import).Mapping!).TryGet(out var map, out var refusal))
            {
                return refusal;
            }

            var edits = await db.Set<ImportEdit>().AsNoTracking().Where(e => e.ImportId == id && e.CheckJobId == job.Id).ToDictionaryAsync(e => e.Row, ct);
            return new Opened(import, kind, file, map, path, job.Id, CheckImport.Found.Of(job.Result), edits);
        }
        catch (TableFileException e)
        {
            return new Refusal.InvalidMany([new("file", e.Code, e.Args)]);
        }
    }

    private static CheckImport.Found Counts(Opened open)
    {
        long Of(string outcome, long found) => found + open.Edits.Values.Count(e => e.Outcome == outcome) - open.Edits.Values.Count(e => e.Was == outcome);
        var (f, judged) = (open.Found, open.Edits.Values.Select(ImportEdit.Judged.Of).ToList());
        return f with
        {
            Held = f.Held + open.Edits.Values.Zip(judged).Count(e => ReviewRow.Holds(e.First.Outcome, e.Second.Warnings, e.Second.Taken)) - judged.Count(j => j.WasHeld),
            Warned = f.Warned + judged.Count(j => j.Warnings.Count > 0) - judged.Count(j => j.WasWarned),
            Created = Of("created", f.Created), Updated = Of("updated", f.Updated), Unchanged = Of("unchanged", f.Unchanged), Wrong = Of("wrong", f.Wrong), Skipped = Of("skipped", f.Skipped),
        };
    }

    /// <summary>What the check found and what was mended since, as one list in the order of the file.</summary>
    private static IEnumerable<ReviewRow> Merged(Opened open, string filter, long beyond, bool backwards)
    {
        var mended = open.Edits.Values.Where(e => (filter == "all" || e.Outcome == filter || (filter == ReviewRow.Warned && ImportEdit.Judged.Of(e).Warnings.Count > 0)) && (backwards ? e.Row < beyond : e.Row > beyond));
        using var now = (backwards ? mended.OrderByDescending(e => e.Row) : mended.OrderBy(e => e.Row)).GetEnumerator();
        var left = now.MoveNext();
        foreach (var row in ReviewFile.Rows(open.Path, open.CheckId, filter, beyond, backwards).Where(r => !open.Edits.ContainsKey(r.Number)))
        {
            while (left && (backwards ? now.Current.Row > row.Number : now.Current.Row < row.Number))
            {
                yield return Over(ReviewFile.Row(open.Path, open.CheckId, now.Current.Row)!, now.Current);
                left = now.MoveNext();
            }

            yield return row;
        }

        for (; left; left = now.MoveNext())
        {
            yield return Over(ReviewFile.Row(open.Path, open.CheckId, now.Current.Row)!, now.Current);
        }
    }

    private static ReviewRow Over(ReviewRow found, ImportEdit? edit)
    {
        if (edit is null)
        {
            return found;
        }

        var cells = EditedRows.Write(found.Cells, EditedRows.CellsOf(edit));
        var judged = ImportEdit.Judged.Of(edit);
        return found with { Cells = cells, Outcome = edit.Outcome, Errors = judged.Errors, Warnings = judged.Warnings, Above = judged.AboveRow > 0, AboveRow = judged.AboveRow, Taken = judged.Taken };
    }
}
