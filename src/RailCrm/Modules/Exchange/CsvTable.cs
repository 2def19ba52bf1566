using System.Text;
using Sylvan.Data.Csv;

namespace RailCrm.Modules.Exchange;

/// <summary>Comma-separated text: UTF-8, UTF-16 or GB18030, found out by itself; comma, semicolon, tab or bar.</summary>
internal static class CsvTable
{
    /// <summary>Longest line, characters: 500 cells of ordinary length, or a few very long ones.</summary>
    private const int LongestLine = 1 << 20;

    private static readonly char[] Delimiters = [',', '\t', ';', '|'];

    static CsvTable() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>An encoding by name; one that refuses what does not belong to it, so that no letter is lost in silence.</summary>
    /// <exception cref="TableFileException">There is no such encoding.</exception>
    public static Encoding EncodingNamed(string name)
    {
        try
        {
            return Encoding.GetEncoding(name.Trim(), EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            throw new TableFileException("import.encoding_unknown", name);
        }
    }

    /// <summary>A byte-order mark decides; else UTF-16 where every other byte is nought; else UTF-8 where the whole file is valid in it; else GB18030.</summary>
    public static Encoding FindEncoding(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[1 << 16];
        var count = stream.ReadAtLeast(buffer, 4096, throwOnEndOfStream: false);
        var head = buffer.AsSpan(0, Math.Min(count, 4096));
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            return EncodingNamed("utf-16");
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return EncodingNamed("utf-16BE");
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            return EncodingNamed("utf-8");
        }

        var (even, odd) = (0, 0);
        for (var i = 0; i < head.Length; i++)
        {
            if (head[i] == 0)
            {
                _ = i % 2 == 0 ? even++ : odd++;
            }
        }

        if (odd + even > head.Length / 8)
        {
            return EncodingNamed(odd > even ? "utf-16" : "utf-16BE");
        }

        var decoder = EncodingNamed("utf-8").GetDecoder();
        var chars = new char[buffer.Length + 4];
        try
        {
            while (count > 0)
            {
                decoder.GetChars(buffer, 0, count, chars, 0, flush: false);
                count = stream.Read(buffer);
            }

            decoder.GetChars([], 0, 0, chars, 0, flush: true);
            return EncodingNamed("utf-8");
        }
        catch (DecoderFallbackException)
        {
            return EncodingNamed("gb18030");
        }
    }

    /// <summary>The separator that comes most often in the first line.</summary>
    public static char FindDelimiter(string path, Encoding encoding)
    {
        using var reader = new StreamReader(path, encoding);
        var head = new char[8192];
        try
        {
            var count = reader.ReadBlock(head);
            var line = new string(head, 0, count).Split('\n', 2)[0];
            return Delimiters.MaxBy(d => line.Count(c => c == d));
        }
        catch (DecoderFallbackException)
        {
            throw new TableFileException("import.encoding_wrong", encoding.WebName, 1);
        }
    }

    /// <summary>All lines as cells; text in quotes may hold separators and line breaks.</summary>
    /// <exception cref="TableFileException">A line cannot be read; names it.</exception>
    public static IEnumerable<TableRow> Rows(string path, Encoding encoding, char delimiter)
    {
        using var reader = new StreamReader(path, encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        using var csv = Guard(1, encoding, () => CsvDataReader.Create(reader, new CsvDataReaderOptions
        {
            HasHeaders = false, Delimiter = delimiter, BufferSize = 1 << 16, MaxBufferSize = LongestLine, ResultSetMode = ResultSetMode.SingleResult,
        }));
        while (Guard(csv.RowNumber + 1, encoding, () => csv.Read()))
        {
            var number = csv.RowNumber;
            if (csv.RowFieldCount > TableFile.MostColumns)
            {
                throw new TableFileException("import.too_many_columns", number, TableFile.MostColumns);
            }

            var cells = new string[csv.RowFieldCount];
            for (var i = 0; i < cells.Length; i++)
            {
                var at = i;
                cells[i] = Guard(number, encoding, () => csv.GetString(at));
                if (cells[i].Length > TableFile.LongestCell)
                {
                    throw new TableFileException("import.cell_long", number);
                }
            }

            yield return new(number, cells);
        }
    }

    private static T Guard<T>(long line, Encoding encoding, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvRecordTooLargeException)
        {
            throw new TableFileException("import.line_long", line);
        }
        catch (CsvFormatException)
        {
            throw new TableFileException("import.quote_open", line);
        }
        catch (DecoderFallbackException)
        {
            throw new TableFileException("import.encoding_wrong", encoding.WebName, line);
        }
    }
}
