using RailCrm.Kernel;

namespace RailCrm.Modules.Exchange;

/// <summary>The rows of a reviewed file that stay out: the check warned of them, and nobody said that they are right.</summary>
internal sealed class HeldRows
{
    private readonly string _path;
    private readonly long _checkId;
    private readonly HashSet<long> _rows;
    private readonly Dictionary<long, ImportEdit.Judged> _edited = [];

    public HeldRows(string path, long checkId, IEnumerable<ImportEdit> edits)
    {
        (_path, _checkId) = (path, checkId);
        _rows = [.. ReviewFile.Rows(path, checkId, ReviewRow.Warned, 0, backwards: false).Where(r => r.IsHeld).Select(r => r.Number)];
        foreach (var edit in edits.Where(e => e.CheckJobId == checkId))
        {
            var judged = _edited[edit.Row] = ImportEdit.Judged.Of(edit);
            _rows.Remove(edit.Row);
            if (ReviewRow.Holds(edit.Outcome, judged.Warnings, judged.Taken))
            {
                _rows.Add(edit.Row);
            }
        }
    }

    /// <summary>Has the others of a batch taken; of these, says what was warned of.</summary>
    public async Task<RowAnswer[]> Take(RowTaker taker, IReadOnlyList<TableRow> batch, CancellationToken ct)
    {
        var free = batch.Where(r => !_rows.Contains(r.Number)).ToList();
        var answers = new Queue<RowAnswer>(free.Count == 0 ? [] : await taker.Take(free, ct));
        return [.. batch.Select(r => _rows.Contains(r.Number) ? new RowAnswer(null, Why(r.Number)) : answers.Dequeue())];
    }

    private IReadOnlyList<FieldError> Why(long row) => _edited.TryGetValue(row, out var judged) ? judged.Warnings : ReviewFile.Row(_path, _checkId, row)?.Warnings ?? [];
}
