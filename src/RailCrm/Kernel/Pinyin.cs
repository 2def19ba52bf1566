using System.Text;

namespace RailCrm.Kernel;

/// <summary>How Chinese is typed: toneless pinyin and its initials, after the Unicode Han Database 15.0 (ü as v).</summary>
public static class Pinyin
{
    private const int MostReadings = 8;
    private static readonly Lazy<Dictionary<int, string[]>> Table = new(Load);

    /// <summary>Every syllable that some character is read by.</summary>
    internal static IEnumerable<string> AllSyllables => Table.Value.Values.SelectMany(r => r).Distinct();

    /// <summary>The usual reading, syllables run together; other letters and digits stay, in lower case.</summary>
    public static string Full(string text) => string.Concat(Syllables(text).Select(s => s[0]));

    /// <summary>First letters of the usual reading.</summary>
    public static string Initials(string text) => string.Concat(Syllables(text).Select(s => s[0][..1]));

    /// <summary>The syllables of a text, each with its readings, most usual first.</summary>
    public static IReadOnlyList<string[]> Syllables(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var syllables = new List<string[]>();
        foreach (var rune in text.Normalize(NormalizationForm.FormKC).EnumerateRunes())
        {
            if (Table.Value.TryGetValue(rune.Value, out var readings))
            {
                syllables.Add(readings);
            }
            else if (rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value))
            {
                syllables.Add([char.ToLowerInvariant((char)rune.Value).ToString()]);
            }
        }

        return syllables;
    }

    /// <summary>Every way the initials may be typed, for characters read in several ways: 重庆 gives zq and cq. At most eight.</summary>
    public static IReadOnlyList<string> InitialsVariants(string text) => Variants(text, reading => reading[..1]);

    /// <summary>Every way the pinyin may be typed: 长沙 gives zhangsha and changsha. At most eight.</summary>
    public static IReadOnlyList<string> FullVariants(string text) => Variants(text, reading => reading);

    private static IReadOnlyList<string> Variants(string text, Func<string, string> typed)
    {
        IReadOnlyList<string> variants = [""];
        foreach (var readings in Syllables(text))
        {
            var ways = readings.Select(typed).Distinct().ToList();
            variants = variants.Count * ways.Count <= MostReadings
                ? [.. variants.SelectMany(v => ways.Select(w => v + w))]
                : [.. variants.Select(v => v + ways[0])];
        }

        return variants;
    }

    private static Dictionary<int, string[]> Load()
    {
        using var stream = typeof(Pinyin).Assembly.GetManifestResourceStream("RailCrm.Kernel.pinyin.csv")!;
        using var reader = new StreamReader(stream);
        var table = new Dictionary<int, string[]>(27_000);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            table[Rune.GetRuneAt(line, 0).Value] = line[(comma + 1)..].Split(' ', '|', ';');
        }

        return table;
    }
}
