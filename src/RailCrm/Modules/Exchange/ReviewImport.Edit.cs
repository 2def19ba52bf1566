using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes what is written over single rows, and judges them anew.</summary>
internal sealed partial class ReviewImport
{
    private const int MostTries = 5;

    /// <summary>Rows below one that are looked through for some that were compared with it.</summary>
    private const int MostLooked = 2_000;

    /// <summary>Rows that are judged anew along with one.</summary>
    private const int MostAgain = 20;

    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes over the cells of one row, or leaves it out, and says what would become of it now.</summary>
    /// <param name="id">The import.</param>
    /// <param name="number">The row.</param>
    /// <param name="cells">Column, from 0 → what is to stand there; the others stay as they are.</param>
    /// <param name="skip">Whether it is left out; null leaves that as it is.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="take">Whether it is loaded though there is a warning; null leaves that as it is. What is written over a row asks anew.</param>
    /// <remarks>Where somebody wrote the same row meanwhile, both are put together: it is judged again with what stands there then.</remarks>
    public async Task<Result<ReviewRow>> Edit(long id, long number, IReadOnlyDictionary<int, string> cells, bool? skip, CancellationToken ct, bool? take = null)
    {
        for (var tries = 1; ; tries++)
        {
            var edited = await TryEdit(id, number, cells, skip, take, ct);
            if (edited.Refusal is not Refusal.Stale || tries == MostTries)
            {
                await Again(id, number, ct);
                return edited;
            }
        }
    }

    /// <summary>Judges anew the rows below that were compared with one that is another now, or left out: the nearest of them, since a page is waiting.</summary>
    private async Task Again(long id, long number, CancellationToken ct)
    {
        if (!(await Open(id, ct)).TryGet(out var open, out _))
        {
            return;
        }

        bool Speaks(FieldError error) => error.Code.EndsWith("_of_row", StringComparison.Ordinal) || error.Code.StartsWith("import.like_row.", StringComparison.Ordinal) || error.Code == "import.row_exists";
        var told = number.ToString(CultureInfo.InvariantCulture);
        HashSet<long> Marks(long row)
        {
            var taker = open.Kind.Take(services, open.Map, open.Import, open.Found.Days);
            taker.Note(new(row, Over(ReviewFile.Row(open.Path, open.CheckId, row)!, open.Edits.GetValueOrDefault(row)).Cells));
            return [.. taker.Above.Marks];
        }

        if (ReviewFile.Row(open.Path, open.CheckId, number) is null)
        {
            return;
        }

        var marks = Marks(number);
        var alike = RowsAbove.Below(ReviewFile.Above(open.Path, open.CheckId), number, marks, MostAgain);
        var compared = Merged(open, "all", number, backwards: false).Take(MostLooked)
            .Where(r => r.AboveRow == number || r.Errors.Concat(r.Warnings ?? []).Any(e => Speaks(e) && e.Args is [{ } row] && row.ToString() == told)).Select(r => r.Number).Take(MostAgain);
        var judged = marks.Count == 0 ? [] : open.Edits.Values.Where(e => e.Row > number && !e.Skipped).Select(e => e.Row).Order().Where(row => marks.Overlaps(Marks(row))).Take(MostAgain);
        foreach (var row in compared.Concat(judged).Concat(alike).Distinct().Order().ToList())
        {
            await TryEdit(id, row, new Dictionary<int, string>(), null, null, ct);
        }
    }

    /// <summary>Stale where the row is not any more what it was judged with.</summary>
    private async Task<Result<ReviewRow>> TryEdit(long id, long number, IReadOnlyDictionary<int, string> cells, bool? skip, bool? take, CancellationToken ct)
    {
        if (!(await Open(id, ct)).TryGet(out var open, out var refusal))
        {
            return refusal;
        }

        if (ReviewFile.Row(open.Path, open.CheckId, number) is not { } found || cells.Keys.Any(c => c < 0 || (c >= open.File.Headers.Count && open.Map.Beside.All(b => b.Column != c))))
        {
            return new Refusal.NotFound();
        }

        if (cells.Values.Any(c => c.Length > TableFile.LongestCell || !PlainText.IsStorable(c)))
        {
            return new Refusal.Invalid("customer.text_unstorable", "row");
        }

        var known = await db.Set<ImportEdit>().AsNoTracking().SingleOrDefaultAsync(e => e.ImportId == id && e.Row == number, ct);
        if (known is null && await db.Set<ImportEdit>().CountAsync(e => e.ImportId == id, ct) >= MostEdits)
        {
            return new Refusal.Conflict("import.edits_many");
        }

        var written = known is null ? [] : EditedRows.CellsOf(known);
        TableRow now = new(number, Over(found, open.Edits.GetValueOrDefault(number)).Cells);
        var plain = await Proposal.Plain(db, cells.Where(c => open.NamesCustomer(c.Key)).Select(c => c.Value), ct);
        var typed = cells.Where(c => c.Value != now.Cell(c.Key)).ToDictionary(c => c.Key, c => open.NamesCustomer(c.Key) ? plain(c.Value) : c.Value);
        now = now with { Cells = EditedRows.Write(now.Cells, typed) };
        foreach (var (column, text) in typed)
        {
            written[column] = text;
        }

        var was = open.Edits.GetValueOrDefault(number);
        var edit = new ImportEdit { ImportId = id, Row = number, CheckJobId = open.CheckId, Cells = JsonSerializer.Serialize(written, Json), Skipped = skip ?? known?.Skipped ?? false, Was = was?.Was ?? found.Outcome };
        var answer = edit.Skipped ? new RowAnswer("skipped", []) : await Judge(open, now, edit, ct);
        var taken = answer.Warnings.Count > 0 && (take ?? (typed.Count == 0 && known is not null && ImportEdit.Judged.Of(known).Taken));
        var (wasWarned, wasHeld) = was is null ? (found.Warnings is { Count: > 0 }, found.IsHeld) : ImportEdit.Judged.Of(was) is var j ? (j.WasWarned, j.WasHeld) : default;
        (edit.Outcome, edit.Errors) = (answer.Outcome ?? "wrong", new ImportEdit.Judged(answer.Errors, answer.Warnings, wasWarned, wasHeld, taken, answer.AboveRow).Write());
        db.ChangeTracker.Clear();
        var late = await db.Write<Refusal?>(async () =>
        {
            await db.Alone($"import:{id}", ct);
            if (await Begun(id, open.CheckId, ct) is { } begun)
            {
                return begun;
            }

            var stored = await db.Set<ImportEdit>().AsNoTracking().SingleOrDefaultAsync(e => e.ImportId == id && e.Row == number, ct);
            if ((stored?.Cells, stored?.Skipped, stored?.Errors) != (known?.Cells, known?.Skipped, known?.Errors))
            {
                return new Refusal.Stale();
            }

            db.Entry(edit).State = stored is not null ? EntityState.Modified : EntityState.Added;
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);
        db.ChangeTracker.Clear();
        return late is not null ? late : new ReviewRow(number, edit.Outcome, now.Cells, answer.Errors) { Warnings = answer.Warnings, Taken = taken };
    }

    /// <summary>What would become of one row; of one that stands or falls with others, along with them.</summary>
    private async Task<RowAnswer> Judge(Opened open, TableRow row, ImportEdit edit, CancellationToken ct)
    {
        var taker = open.Kind.Take(services, open.Map, open.Import, open.Found.Days);
        if (!taker.NeedsWholeFile)
        {
            // As it is compared by the check: with the rows above it, as they are now.
            taker.Above = RowsAbove.Read(ReviewFile.Above(open.Path, open.CheckId), r => r < row.Number && !open.Edits.ContainsKey(r));
            foreach (var above in open.Edits.Values.Where(e => e.Row < row.Number && e.Outcome is not ("wrong" or "skipped")).OrderBy(e => e.Row))
            {
                taker.Note(new(above.Row, Over(ReviewFile.Row(open.Path, open.CheckId, above.Row)!, above).Cells));
            }

            return (await taker.Preview([row], ct))[0];
        }

        var edits = await db.Set<ImportEdit>().AsNoTracking().Where(e => e.ImportId == open.Import.Id && e.Row != edit.Row).ToListAsync(ct);
        var rows = new EditedRows(open.File, open.Import.Fixes, [.. edits, edit]).Rows().ToList();
        return (await taker.Preview(rows, ct))[rows.FindIndex(r => r.Number == row.Number)];
    }
}
