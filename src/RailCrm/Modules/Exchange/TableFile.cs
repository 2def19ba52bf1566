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
internal sealed record TableRow(long Number, string[] Cells);

/// <summary>A table in a file that somebody gave us: .xlsx, or .csv in whatever encoding. Read row by row, whatever its size.</summary>
internal sealed class TableFile
{
    /// <summary>More columns than any table people make.</summary>
    public const int MostColumns = 500;

    /// <summary>Longest text of one cell.</summary>
    public const int LongestCell = 32_767;

    private readonly string _path;

    private TableFile(string path, bool isXlsx, Encoding encoding, char delimiter)
    {
        (_path, IsXlsx, Encoding, Delimiter) = (path, isXlsx, encoding, delimiter);
        Headers = Unique(RawRows().FirstOrDefault(r => r.Cells.Any(c => c.Length > 0))?.Cells ?? throw new TableFileException("import.file_empty"));
    }

    /// <summary>Whether it is a workbook; otherwise text.</summary>
    public bool IsXlsx { get; }

    /// <summary>The encoding of a text.</summary>
    public Encoding Encoding { get; }

    /// <summary>What separates the cells of a text.</summary>
    public char Delimiter { get; }

    /// <summary>The first row that holds anything; a name that comes twice gets a number.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>Opens a file by what it holds, not by what it is called.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="encodingName">The encoding, where the user knows better than we find out.</param>
    /// <exception cref="TableFileException">It is no table we read.</exception>
    public static TableFile Open(string path, string? encodingName)
    {
        using var stream = File.OpenRead(path);
        Span<byte> head = stackalloc byte[8];
        var read = stream.ReadAtLeast(head, 8, throwOnEndOfStream: false);
        if (read == 0)
        {
            throw new TableFileException("import.file_empty");
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0x50, 0x4B, 0x03, 0x04]))
        {
            XlsxTable.Examine(path);
            return new(path, isXlsx: true, Encoding.UTF8, ',');
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            throw new TableFileException("import.file_old_or_locked"); // .xls, or a workbook with a password.
        }

        var encoding = string.IsNullOrWhiteSpace(encodingName) ? CsvTable.FindEncoding(path) : CsvTable.EncodingNamed(encodingName);
        return new(path, isXlsx: false, encoding, CsvTable.FindDelimiter(path, encoding));
    }

    /// <summary>The rows below the header that hold anything.</summary>
    /// <param name="after">Rows up to this number are passed over.</param>
    public IEnumerable<TableRow> Rows(long after = 0)
    {
        var header = true;
        foreach (var row in RawRows())
        {
            if (Array.TrueForAll(row.Cells, c => c.Length == 0))
            {
                continue;
            }

            if (header)
            {
                header = false;
            }
            else if (row.Number > after)
            {
                yield return row.Cells.Length < Headers.Count ? row with { Cells = [.. row.Cells, .. Enumerable.Repeat("", Headers.Count - row.Cells.Length)] } : row;
            }
        }
    }

    private IEnumerable<TableRow> RawRows() => IsXlsx ? XlsxTable.Rows(_path) : CsvTable.Rows(_path, Encoding, Delimiter);

    private static string[] Unique(string[] headers)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        return [.. headers.Select((h, i) =>
        {
            var name = PlainText.Trimmed(h.Normalize(NormalizationForm.FormKC)) ?? $"#{i + 1}";
            var times = seen[name] = seen.GetValueOrDefault(name) + 1;
            return times == 1 ? name : $"{name} {times}";
        })];
    }
}
