using System.Text.Json;

namespace RailCrm.Modules.Exchange;

/// <summary>What is replaced in a whole column while a file is read.</summary>
/// <param name="Column">The column's header.</param>
/// <param name="From">What stands there.</param>
/// <param name="To">What is read instead.</param>
/// <param name="Whole">Whether the whole cell must be this; else every place in it.</param>
public sealed record ColumnFix(string Column, string From, string To, bool Whole)
{
    /// <summary>Most of one import.</summary>
    public const int Most = 500;

    /// <summary>Longest text of either side.</summary>
    public const int Longest = 500;

    internal const int MostCharacters = 200_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static List<ColumnFix> Read(string json) => JsonSerializer.Deserialize<List<ColumnFix>>(json, Json)!;

    internal static string Write(IEnumerable<ColumnFix> fixes) => JsonSerializer.Serialize(fixes, Json);
}

/// <summary>The rows of a file as its user wants them read: columns fixed first, then single cells written over, rows left out.</summary>
internal sealed class EditedRows
{
    private readonly Dictionary<int, (Dictionary<string, string> Whole, List<ColumnFix> Parts)> _fixes = [];
    private readonly Dictionary<long, (Dictionary<int, string> Cells, bool Skipped, bool Taken)> _edits;
    private readonly TableFile _file;

    public EditedRows(TableFile file, string fixes, IEnumerable<ImportEdit> edits)
    {
        _file = file;
        _edits = edits.ToDictionary(e => e.Row, e => (CellsOf(e), e.Skipped, ImportEdit.Judged.Of(e).Taken));
        foreach (var column in ColumnFix.Read(fixes).GroupBy(f => f.Column))
        {
            if (file.Headers.ToList().IndexOf(column.Key) is >= 0 and var place)
            {
                _fixes[place] = (column.Where(f => f.Whole).GroupBy(f => f.From).ToDictionary(g => g.Key, g => g.Last().To), [.. column.Where(f => !f.Whole)]);
            }
        }
    }

    public static Dictionary<int, string> CellsOf(ImportEdit edit) => JsonSerializer.Deserialize<Dictionary<int, string>>(edit.Cells)!;

    /// <summary>Whether a row is left out.</summary>
    public bool IsSkipped(long row) => _edits.TryGetValue(row, out var edit) && edit.Skipped;

    /// <summary>Whether somebody wants a row loaded though there is a warning.</summary>
    public bool IsTaken(long row) => _edits.TryGetValue(row, out var edit) && edit.Taken;

    /// <summary>The rows after one, those left out among them only where asked for.</summary>
    public IEnumerable<TableRow> Rows(long after = 0, bool withSkipped = false) => _fixes.Count == 0 && _edits.Count == 0
        ? _file.Rows(after).Select(Cut)
        : _file.Rows(after).Where(r => withSkipped || !IsSkipped(r.Number)).Select(Cut).Select(Read);

    /// <summary>What stands beyond the header is nobody's: there stands what the review has asked for.</summary>
    private TableRow Cut(TableRow row) => row.Cells.Length <= _file.Headers.Count ? row : row with { Cells = row.Cells[.._file.Headers.Count] };

    private TableRow Read(TableRow row)
    {
        foreach (var (place, (whole, parts)) in _fixes)
        {
            var cell = row.Cells[place];
            if (whole.TryGetValue(cell.Trim(), out var other))
            {
                row.Cells[place] = other;
                continue;
            }

            row.Cells[place] = parts.Aggregate(cell, (text, fix) => text.Replace(fix.From, fix.To, StringComparison.Ordinal));
        }

        return _edits.TryGetValue(row.Number, out var edit) ? row with { Cells = Write(row.Cells, edit.Cells) } : row;
    }

    /// <summary>Cells with some written over, as long as these reach: what is written behind the file's own columns stands there.</summary>
    public static string[] Write(string[] cells, Dictionary<int, string> edited)
    {
        string[] written = [.. cells, .. Enumerable.Repeat("", Math.Max(0, edited.Keys.DefaultIfEmpty(-1).Max() + 1 - cells.Length))];
        foreach (var (column, text) in edited)
        {
            written[column] = text;
        }

        return written;
    }
}
