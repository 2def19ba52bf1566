namespace RailCrm.Kernel;

/// <summary>Whether two names may be the same one, and which of many a mistyped one is likely to be.</summary>
/// <remarks>The known ones are read once: their sounds are asked for with every text.</remarks>
public sealed class Alike
{
    /// <summary>Of so many characters one may be wrong.</summary>
    private const int PerMistake = 3;

    private const int Shortest = 2;
    private readonly List<(string Value, string Name, string Core, string Sound)> _known = [];

    /// <param name="known">What is written, and what it is called; both may be meant.</param>
    public Alike(IEnumerable<(string Value, string Text)> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        foreach (var (value, text) in known)
        {
            foreach (var name in text.Split(" · ").Append(value).Distinct())
            {
                _known.Add((value, name, CompanyName.Normalised(name), Pinyin.Full(name)));
            }
        }
    }

    /// <summary>How many names a text is compared with.</summary>
    public int Count => _known.Count;

    /// <summary>Whether a name is another one, rather than the same one shortened or mistyped.</summary>
    public static bool Differ(string one, string other) => Mistakes(CompanyName.Normalised(one), CompanyName.Normalised(other)) is null;

    /// <summary>The value that is most like what was typed; null where none is alike, or two are alike the same.</summary>
    public string? Nearest(string typed)
    {
        var (core, sound) = (CompanyName.Normalised(typed), Pinyin.Full(typed));
        if (core.Length < Shortest)
        {
            return null;
        }

        var best = _known.Select(k => (k.Value, Cost: Cost(typed, core, sound, k))).Where(k => k.Cost is not null).GroupBy(k => k.Value, (value, costs) => (Value: value, Cost: costs.Min(c => c.Cost!.Value))).OrderBy(k => k.Cost).Take(2).ToList();
        return best.Count > 0 && (best.Count == 1 || best[0].Cost < best[1].Cost) ? best[0].Value : null;
    }

    /// <summary>Small is near: the same, the same by its sound, a part of it, a mistake in it. Null where it is none of these.</summary>
    private static double? Cost(string typed, string core, string sound, (string Value, string Name, string Core, string Sound) known)
    {
        if (known.Core.Length == 0 || (known.Core.Length < Shortest && known.Core != core))
        {
            return null;
        }

        var rest = Math.Abs(known.Core.Length - core.Length) / 100.0;
        return known.Core == core ? 0
            : sound.Length > 0 && sound == known.Sound ? 1
            : Mistakes(core, known.Core) is { } mistakes ? 2 + mistakes + rest
            : typed.All(char.IsAsciiLetterOrDigit) && TextMatch.Rank(typed, known.Name) is { } rank ? 3 + rank + rest
            : null;
    }

    /// <summary>How many characters of the shorter are not as in the part of the longer that is nearest to it; null where they are too many.</summary>
    private static int? Mistakes(string one, string other)
    {
        var (shorter, longer) = one.Length <= other.Length ? (one, other) : (other, one);
        if (longer.Contains(shorter, StringComparison.Ordinal))
        {
            return 0;
        }

        // A character that the longer has nowhere is a mistake for sure: most names are told apart by these alone.
        var most = shorter.Length / PerMistake;
        if (most == 0 || shorter.Count(c => !longer.Contains(c, StringComparison.Ordinal)) > most)
        {
            return null;
        }

        var mistakes = TextMatch.Distance(shorter, longer);
        return mistakes * PerMistake <= shorter.Length ? mistakes : null;
    }
}
