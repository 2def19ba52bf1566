using System.Text;

namespace RailCrm.Modules.Dossier;

/// <summary>File names that every system takes: no folders, nothing that hides or turns what follows, none of the names that Windows keeps for itself, short enough.</summary>
internal static class SafeName
{
    /// <summary>Longest name in bytes of UTF-8: file systems take 255, and a number and a folder come before it.</summary>
    private const int MostBytes = 200;

    private static readonly HashSet<string> Kept = new(["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"COM{n}", $"LPT{n}" })], StringComparer.OrdinalIgnoreCase);

    public static string Of(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Normalize(NormalizationForm.FormC);
        var plain = string.Concat(last.EnumerateRunes().Where(r => !Rune.IsControl(r) && Rune.GetUnicodeCategory(r) != System.Globalization.UnicodeCategory.Format && r != Rune.ReplacementChar)
            .Select(r => r.Value is ':' or '*' or '?' or '"' or '<' or '>' or '|' ? "_" : r.ToString())).Trim(' ', '.', '\u3000');
        return plain.Length == 0 ? "file" : Cut(Kept.Contains(plain.Split('.')[0]) ? "_" + plain : plain, "");
    }

    /// <summary>Each name safe and given once, whatever its case: the second of the same is numbered.</summary>
    public static IEnumerable<string> Distinct(IEnumerable<string> names)
    {
        var given = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            var safe = Of(name);
            var unique = safe;
            for (var n = 2; !given.Add(unique); n++)
            {
                unique = Cut(safe, $" ({n})");
            }

            yield return unique;
        }
    }

    /// <summary>Keeps the extension and puts the number before it; cuts between signs, never within one.</summary>
    private static string Cut(string name, string number)
    {
        var extension = Path.GetExtension(name) is { Length: > 1 and <= 16 } found ? found : "";
        var stem = new StringBuilder();
        var room = MostBytes - Encoding.UTF8.GetByteCount(extension) - Encoding.UTF8.GetByteCount(number);
        foreach (var rune in name[..^extension.Length].EnumerateRunes())
        {
            if ((room -= rune.Utf8SequenceLength) < 0)
            {
                break;
            }

            stem.Append(rune.ToString());
        }

        return $"{stem.ToString().TrimEnd(' ', '.')}{number}{extension}";
    }
}
