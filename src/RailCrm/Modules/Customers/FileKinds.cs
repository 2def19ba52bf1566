using System.Text;

namespace RailCrm.Modules.Customers;

/// <summary>Which files may be kept with a customer, told by what they hold and not by what they claim.</summary>
internal static class FileKinds
{
    /// <summary>As much of a file's beginning as is looked at.</summary>
    public const int Head = 4_096;

    private static readonly byte[] Ole = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    private static readonly byte[] Zip = [0x50, 0x4B, 0x03, 0x04];

    private static readonly Dictionary<string, (string ContentType, Func<ReadOnlyMemory<byte>, bool> Fits)> Known = new(StringComparer.Ordinal)
    {
        ["pdf"] = ("application/pdf", Begins("%PDF-"u8.ToArray())),
        ["png"] = ("image/png", Begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])),
        ["jpg"] = ("image/jpeg", Begins([0xFF, 0xD8, 0xFF])),
        ["jpeg"] = ("image/jpeg", Begins([0xFF, 0xD8, 0xFF])),
        ["gif"] = ("image/gif", b => Begins("GIF87a"u8.ToArray())(b) || Begins("GIF89a"u8.ToArray())(b)),
        ["webp"] = ("image/webp", b => Begins("RIFF"u8.ToArray())(b) && b.Length >= 12 && b.Span[8..12].SequenceEqual("WEBP"u8)),
        ["docx"] = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Begins(Zip)),
        ["xlsx"] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Begins(Zip)),
        ["pptx"] = ("application/vnd.openxmlformats-officedocument.presentationml.presentation", Begins(Zip)),
        ["ofd"] = ("application/ofd", Begins(Zip)),
        ["zip"] = ("application/zip", Begins(Zip)),
        ["doc"] = ("application/msword", Begins(Ole)),
        ["xls"] = ("application/vnd.ms-excel", Begins(Ole)),
        ["ppt"] = ("application/vnd.ms-powerpoint", Begins(Ole)),
        ["txt"] = ("text/plain", IsText),
        ["csv"] = ("text/csv", IsText),
    };

    /// <summary>The extensions taken, for people.</summary>
    public static string Extensions => string.Join(" · ", Known.Keys);

    /// <summary>For a file field's <c>accept</c>.</summary>
    public static string Accept => string.Join(',', Known.Keys.Select(k => "." + k));

    /// <summary>Pictures that a browser shows by itself and that cannot hold script.</summary>
    public static bool IsPicture(string contentType) => contentType is "image/png" or "image/jpeg" or "image/gif" or "image/webp";

    /// <summary>The kind by extension; null where such files are not taken.</summary>
    public static string? ContentType(string fileName) => Known.TryGetValue(Extension(fileName), out var kind) ? kind.ContentType : null;

    /// <summary>Whether the beginning of the file is what its extension says.</summary>
    public static bool Fits(string fileName, ReadOnlyMemory<byte> head) => Known.TryGetValue(Extension(fileName), out var kind) && kind.Fits(head);

    /// <summary>The name alone, without folders of any system, outer dots and spaces; the file itself lies under a name of ours.</summary>
    public static string Name(string sent)
    {
        var name = sent[(sent.LastIndexOfAny(['/', '\\', ':']) + 1)..].Normalize(NormalizationForm.FormC).Trim(' ', '.', '\u3000');
        if (name.Length <= Customer.NameLength)
        {
            return name;
        }

        var extension = Path.GetExtension(name);
        var stem = name[..Math.Max(0, Customer.NameLength - extension.Length)];
        return (char.IsHighSurrogate(stem[^1]) ? stem[..^1] : stem) + extension;
    }

    /// <summary>Signs that reorder or hide what is read, so that <c>gpj.exe</c> looks like <c>exe.jpg</c>.</summary>
    public static bool Deceives(string name) => name.Any(c => char.IsControl(c) || c is (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u2069') or '\uFEFF');

#pragma warning disable CA1308 // Extensions are compared in lower case.
    private static string Extension(string fileName) => Path.GetExtension(fileName).TrimStart('.').Normalize(NormalizationForm.FormKC).ToLowerInvariant();
#pragma warning restore CA1308

    private static Func<ReadOnlyMemory<byte>, bool> Begins(byte[] magic) => head => head.Span.StartsWith(magic);

    /// <summary>Text in some encoding: no NUL but in UTF-16, and none of the beginnings that a browser or a shell would run.</summary>
    private static bool IsText(ReadOnlyMemory<byte> head)
    {
        var utf16 = head.Span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.Span.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
        if ((!utf16 && head.Span.Contains((byte)0)) || Known.Any(k => k.Key is not ("txt" or "csv") && k.Value.Fits(head)))
        {
            return false;
        }

        var start = Encoding.Latin1.GetString(head.Span).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        return !start.StartsWith('<') && !start.StartsWith("#!", StringComparison.Ordinal) && !start.StartsWith("MZ", StringComparison.Ordinal);
    }
}
