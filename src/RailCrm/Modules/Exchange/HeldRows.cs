using RailCrm.Kernel;

namespace RailCrm.Modules.Exchange;

/// <summary>The rows of a reviewed file that stay out: those the review called wrong, whatever the run would make of them, and those warned of that nobody said are right.</summary>
/// <remarks>Read along with the file, batch by batch: a row may have become right only because one above it changes the record it met, and nobody was told so.</remarks>
internal sealed class HeldRows : IDisposable
{
    private readonly IEnumerator<ReviewRow>[] _found;
    private readonly List<(IEnumerator<ReviewRow> Rows, ReviewRow Row)> _ahead = [];
    private readonly Dictionary<long, IReadOnlyList<FieldError>?> _edited;

    /// <param name="path">The file.</param>
    /// <param name="checkId">Its check.</param>
    /// <param name="edits">What was mended since.</param>
    /// <param name="warned">Whether those warned of stay out too.</param>
    /// <param name="after">The row behind which the work goes on.</param>
    public HeldRows(string path, long checkId, IEnumerable<ImportEdit> edits, bool warned, long after)
    {
        string[] filters = warned ? ["wrong", ReviewRow.Warned] : ["wrong"];
        _found = [.. filters.Select(f => ReviewFile.Rows(path, checkId, f, after, backwards: false).Where(r => r.Outcome == "wrong" || r.IsHeld).GetEnumerator())];
        _edited = edits.Where(e => e.CheckJobId == checkId).ToDictionary(e => e.Row, e => Why(e, warned));
        foreach (var rows in _found)
        {
            Move(rows);
        }
    }

    /// <summary>Those of a batch that stay out, and why. Batches come in the order of the file.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<FieldError>> Of(IReadOnlyList<TableRow> batch)
    {
        var held = new Dictionary<long, IReadOnlyList<FieldError>>();
        var last = batch[^1].Number;
        while (_ahead.FindIndex(a => a.Row.Number <= last) is >= 0 and var next)
        {
            var (rows, row) = _ahead[next];
            _ahead.RemoveAt(next);
            Move(rows);
            if (!_edited.ContainsKey(row.Number))
            {
                held[row.Number] = row.Outcome == "wrong" ? row.Errors : row.Warnings!;
            }
        }

        foreach (var row in batch)
        {
            if (_edited.GetValueOrDefault(row.Number) is { } why)
            {
                held[row.Number] = why;
            }
        }

        return held;
    }

    /// <summary>Has the others of a batch taken; of these, says why they stay out.</summary>
    public static async Task<RowAnswer[]> Take(IReadOnlyDictionary<long, IReadOnlyList<FieldError>> held, RowTaker taker, IReadOnlyList<TableRow> batch, CancellationToken ct)
    {
        var free = batch.Where(r => !held.ContainsKey(r.Number)).ToList();
        var answers = new Queue<RowAnswer>(free.Count == 0 ? [] : await taker.Take(free, ct));
        return [.. batch.Select(r => held.TryGetValue(r.Number, out var why) ? new RowAnswer(null, why) : answers.Dequeue())];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var rows in _found)
        {
            rows.Dispose();
        }
    }

    private void Move(IEnumerator<ReviewRow> rows)
    {
        if (rows.MoveNext())
        {
            _ahead.Add((rows, rows.Current));
        }
    }

    private static IReadOnlyList<FieldError>? Why(ImportEdit edit, bool warned)
    {
        var judged = ImportEdit.Judged.Of(edit);
        return edit.Outcome == "wrong" ? judged.Errors : warned && ReviewRow.Holds(edit.Outcome, judged.Warnings, judged.Taken) ? judged.Warnings : null;
    }
}
