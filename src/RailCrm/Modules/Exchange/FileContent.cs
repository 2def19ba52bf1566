namespace RailCrm.Modules.Exchange;

/// <summary>What a file holds, by its first bytes.</summary>
internal enum FileContent
{
    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>Perhaps separated text.</summary>
    Text,

    /// <summary>A zip archive, perhaps a workbook.</summary>
    Workbook,

    /// <summary>The container of .xls and of workbooks with a password.</summary>
    OldOrLocked,

    /// <summary>A picture, a program, a page: no table.</summary>
    Other,
}

internal static class FileContents
{
    private static readonly byte[][] Known =
    [
        [0x89, (byte)'P', (byte)'N', (byte)'G'], [0xFF, 0xD8, 0xFF], [.. "GIF8"u8], [.. "BM"u8, 0], [.. "%PDF"u8], [0x7F, .. "ELF"u8], [0x1F, 0x8B], [.. "Rar!"u8],
        [.. "7z"u8, 0xBC, 0xAF], [.. "RIFF"u8], [.. "{\\rtf"u8], [.. "PK"u8, 5, 6], [.. "PK"u8, 7, 8], [.. "SQLite format 3"u8], [0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A],
    ];

    /// <summary>Looks at the first bytes of a file.</summary>
    public static FileContent Of(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> bytes = stackalloc byte[4096];
        ReadOnlySpan<byte> head = bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        if (head.Length == 0)
        {
            return FileContent.Empty;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0x50, 0x4B, 0x03, 0x04]))
        {
            return FileContent.Workbook;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            return FileContent.OldOrLocked;
        }

        foreach (var known in Known)
        {
            if (head.StartsWith(known))
            {
                return FileContent.Other;
            }
        }

        var utf16 = head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
        return IsMarkup(head) || (!utf16 && IsBinary(head)) ? FileContent.Other : FileContent.Text;
    }

    /// <summary>A web page called .xls or .csv, as some systems export: no table we read.</summary>
    private static bool IsMarkup(ReadOnlySpan<byte> head)
    {
        var text = System.Text.Encoding.Latin1.GetString(head[..Math.Min(200, head.Length)]).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        return text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<!DOCTYPE", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<svg", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>More than one byte in ten is a control other than tab and line break; noughts of UTF-16 aside.</summary>
    private static bool IsBinary(ReadOnlySpan<byte> head)
    {
        var (even, odd, controls) = (0, 0, 0);
        for (var i = 0; i < head.Length; i++)
        {
            (even, odd) = head[i] != 0 ? (even, odd) : i % 2 == 0 ? (even + 1, odd) : (even, odd + 1);
            controls += head[i] is (> 0 and < 9) or 11 or 12 or (> 13 and < 32) ? 1 : 0;
        }

        return controls * 10 > head.Length || (even > 0 && odd > 0 && Math.Min(even, odd) * 10 > head.Length);
    }
}
