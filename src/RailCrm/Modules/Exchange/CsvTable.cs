using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace RailCrm.Modules.Exchange;

/// <summary>Comma-separated text: UTF-8, UTF-16 or GB18030, found out by itself; comma, semicolon, tab or bar.</summary>
internal static partial class CsvTable
{
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

        return EncodingNamed(IsUtf8(stream, buffer, count) ? "utf-8" : "gb18030");
    }

    /// <summary>Whether the whole file is UTF-8; a letter cut by the end of a piece goes to the next one.</summary>
    private static bool IsUtf8(FileStream stream, byte[] buffer, int count)
    {
        while (count > 0)
        {
            var whole = count;
            while (whole > 0 && whole > count - 4 && buffer[whole - 1] >= 0x80)
            {
                whole--;
                if (buffer[whole] >= 0xC0)
                {
                    break;
                }
            }

            var rest = count - whole;
            if (!Utf8.IsValid(buffer.AsSpan(0, whole)))
            {
                return false;
            }

            buffer.AsSpan(whole, rest).CopyTo(buffer);
            var read = stream.Read(buffer, rest, buffer.Length - rest);
            if (read == 0)
            {
                return Utf8.IsValid(buffer.AsSpan(0, rest));
            }

            count = rest + read;
        }

        return true;
    }

    /// <summary>The separator that most of the first lines have, quoted text aside.</summary>
    public static char FindDelimiter(string path, Encoding encoding)
    {
        using var reader = new StreamReader(path, encoding, detectEncodingFromByteOrderMarks: false);
        var head = new char[8192];
        try
        {
            var count = reader.ReadBlock(head);
            var lines = Quoted().Replace(new string(head, 0, count), "").Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Take(20).ToList();
            // A title above the header has none and a remark may have many of another: the one that most lines have.
            return Delimiters.MaxBy(d => (lines.Count(line => line.Contains(d, StringComparison.Ordinal)), lines.Sum(line => line.Count(c => c == d))));
        }
        catch (DecoderFallbackException)
        {
            throw new TableFileException("import.encoding_wrong", encoding.WebName, 1);
        }
    }

    /// <summary>All records that hold anything, as cells; text in quotes may hold separators and line breaks.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="encoding">Its encoding.</param>
    /// <param name="delimiter">What separates its cells.</param>
    /// <param name="width">At least so many cells a row.</param>
    /// <exception cref="TableFileException">A line cannot be read; names it.</exception>
    public static IEnumerable<TableRow> Rows(string path, Encoding encoding, char delimiter, int width)
    {
        using var csv = Open(path, encoding, delimiter);
        while (Read(csv, encoding))
        {
            if (!csv.IsBlank)
            {
                yield return new(csv.Line, csv.Cells(width));
            }
        }
    }

    /// <summary>Begins to read; the byte-order mark is passed over.</summary>
    public static CsvReader Open(string path, Encoding encoding, char delimiter) =>
        new(new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan), encoding, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16), delimiter);

    /// <summary>The next record.</summary>
    /// <exception cref="TableFileException">It cannot be read; names its line.</exception>
    public static bool Read(CsvReader csv, Encoding encoding)
    {
        try
        {
            return csv.Read();
        }
        catch (DecoderFallbackException)
        {
            throw new TableFileException("import.encoding_wrong", encoding.WebName, csv.Line);
        }
    }

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();
}
