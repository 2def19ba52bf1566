using System.Text;
using RailCrm.Kernel;

namespace RailCrm.Modules.Exchange;

/// <summary>A file that cannot be read as a table. <see cref="Exception.Message"/> is no text for people: <see cref="Code"/> and <see cref="Args"/> are.</summary>
internal sealed class TableFileException(string code, params object?[] args) : Exception(code)
{
    /// <summary>Text key.</summary>
    public string Code { get; } = code;

    /// <summary>What the text speaks of: mostly a line or row.</summary>
    public object?[] Args { get; } = args;
}

/// <summary>A row of a table as text.</summary>
/// <param name="Number">Its line or row in the file as people count, the header's included.</param>
/// <param name="Cells">As many as the header has, or more.</param>
internal sealed record TableRow(long Number, string[] Cells)
{
    /// <summary>What stands in a column; nothing where the row does not reach it.</summary>
    public string Cell(int column) => column < Cells.Length ? Cells[column] : "";
}

/// <summary>A table in a file that somebody gave us: .xlsx, or .csv in whatever encoding. Read row by row, whatever its size.</summary>
internal sealed class TableFile
{
    /// <summary>More columns than any table people make.</summary>
    public const int MostColumns = 500;

    /// <summary>Longest text of one cell.</summary>
    public const int LongestCell = 32_767;

    /// <summary>Where a header may hide: titles, dates and remarks stand above it.</summary>
    private const int HeaderRows = 20;

    private readonly string _path;
    private readonly string[] _headerCells;
    private readonly IReadOnlyList<TableRow> _top;

    private TableFile(string path, ImportKind kind, bool isXlsx, Encoding encoding, char delimiter, IReadOnlyList<TableRow>? top = null)
    {
        (_path, IsXlsx, Encoding, Delimiter) = (path, isXlsx, encoding, delimiter);
        _top = top ?? [.. RawRows(0).Take(HeaderRows)];
        var header = HeaderOf(kind, _top) ?? throw new TableFileException("import.file_empty");
        var last = Array.FindLastIndex(header.Cells, c => !string.IsNullOrWhiteSpace(c));
        (HeaderRow, _headerCells) = (header.Number, header.Cells[..(last + 1)]);
        Headers = Unique(_headerCells);
    }

    /// <summary>Whether it is a workbook; otherwise text.</summary>
    public bool IsXlsx { get; }

    /// <summary>The encoding of a text.</summary>
    public Encoding Encoding { get; }

    /// <summary>What separates the cells of a text.</summary>
    public char Delimiter { get; }

    /// <summary>The row that names the columns.</summary>
    public long HeaderRow { get; }

    /// <summary>The names of the columns; one that comes twice gets a number, one without a name its place.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>Opens a file by what it holds, not by what it is called.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="encodingName">The encoding, where the user knows better than we find out.</param>
    /// <param name="kind">What it should hold: the words of its fields tell the header from the titles above.</param>
    /// <exception cref="TableFileException">It is no table we read.</exception>
    public static TableFile Open(string path, string? encodingName, ImportKind kind)
    {
        switch (FileContents.Of(path))
        {
            case FileContent.Empty:
                throw new TableFileException("import.file_empty");
            case FileContent.Workbook:
                XlsxTable.Examine(path);
                return new(path, kind, isXlsx: true, Encoding.UTF8, ',');
            case FileContent.OldOrLocked:
                throw new TableFileException("import.file_old_or_locked"); // .xls, or a workbook with a password.
            case FileContent.Other:
                throw new TableFileException("import.file_no_table");
            default:
                var encoding = string.IsNullOrWhiteSpace(encodingName) ? CsvTable.FindEncoding(path) : CsvTable.EncodingNamed(encodingName);
                return new(path, kind, isXlsx: false, encoding, CsvTable.FindDelimiter(path, encoding));
        }
    }

    /// <summary>The same file as one of another kind, whose words may find the header in another row. Reads nothing anew.</summary>
    public TableFile As(ImportKind kind) => new(_path, kind, IsXlsx, Encoding, Delimiter, _top);

    /// <summary>The rows below the header that hold anything; a header that is repeated on each page is passed over.</summary>
    /// <param name="after">Rows up to this number are passed over.</param>
    public IEnumerable<TableRow> Rows(long after = 0)
    {
        after = Math.Max(after, HeaderRow);
        return RawRows(Headers.Count).Where(row => row.Number > after && !IsHeader(row.Cells));
    }

    private bool IsHeader(string[] cells)
    {
        for (var i = 0; i < _headerCells.Length; i++)
        {
            if (!string.Equals(cells[i], _headerCells[i], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private IEnumerable<TableRow> RawRows(int width) => IsXlsx ? XlsxTable.Rows(_path, width) : CsvTable.Rows(_path, Encoding, Delimiter, width);

    /// <summary>The first row that speaks of at least two fields of the kind, more than any other; else the first that fills half of the columns.</summary>
    private static TableRow? HeaderOf(ImportKind kind, IReadOnlyList<TableRow> rows)
    {
        static int Filled(TableRow row) => row.Cells.Count(c => !string.IsNullOrWhiteSpace(c));
        if (rows.Count == 0)
        {
            return null;
        }

        if (rows.Select(row => (Row: row, Fields: FieldMap.Guess(kind, Unique(row.Cells)).Count)).MaxBy(r => r.Fields) is { Fields: >= 2 } best)
        {
            return best.Row;
        }

        var widest = rows.Select(Filled).DefaultIfEmpty().Max();
        return rows.FirstOrDefault(r => Filled(r) * 2 >= widest);
    }

    private static string[] Unique(string[] headers)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        return [.. headers.Select((h, i) =>
        {
            var name = CellText.Clean(h) ?? $"#{i + 1}";
            var times = seen[name] = seen.GetValueOrDefault(name) + 1;
            return times == 1 ? name : $"{name} {times}";
        })];
    }
}
