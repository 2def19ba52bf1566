using System.Collections.Concurrent;
using System.Text;

namespace RailCrm.Kernel;

/// <summary>How well a text answers what was typed: by its characters, its pinyin or its initials.</summary>
public static class TextMatch
{
    private const int MostKnown = 20_000;
    private static readonly ConcurrentDictionary<string, Sound> Sounds = new(StringComparer.Ordinal);

    /// <summary>The typed text itself.</summary>
    public const int Same = 0;

    /// <summary>Begins with it.</summary>
    public const int Begins = 1;

    /// <summary>Has it, or is read so from a character on.</summary>
    public const int Has = 2;

    private sealed record Sound(IReadOnlyList<string[]> Syllables, IReadOnlyList<string> Initials);

    /// <summary>Small is better; null where the text does not answer every word.</summary>
    public static int? Rank(string typed, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (worst, said) = (Same, text.Normalize(NormalizationForm.FormKC)); // Half-width, as the words are.
        foreach (var word in SearchTerms.Words(typed))
        {
            if (RankWord(word, said) is not { } rank)
            {
                return null;
            }

            worst = Math.Max(worst, rank);
        }

        return worst;
    }

    private static int? RankWord(string word, string text)
    {
        if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
        {
            return Same;
        }

        if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
        {
            return Begins;
        }

        if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
        {
            return Has;
        }

        if (!word.All(char.IsAsciiLetterOrDigit))
        {
            return null;
        }

        var sound = SoundOf(text);
        return sound.Initials.Any(i => i.StartsWith(word, StringComparison.Ordinal)) || ReadsFrom(sound.Syllables, 0, word) ? Begins
            : sound.Initials.Any(i => i.Contains(word, StringComparison.Ordinal)) || Enumerable.Range(1, Math.Max(0, sound.Syllables.Count - 1)).Any(i => ReadsFrom(sound.Syllables, i, word)) ? Has
            : null;
    }

    private static bool ReadsFrom(IReadOnlyList<string[]> syllables, int from, string letters) =>
        from < syllables.Count && Array.Exists(syllables[from], s =>
            s.StartsWith(letters, StringComparison.Ordinal) || (letters.StartsWith(s, StringComparison.Ordinal) && ReadsFrom(syllables, from + 1, letters[s.Length..])));

    /// <remarks>The names of units and pages are asked for with every key, and there are some thousand of them.</remarks>
    private static Sound SoundOf(string text)
    {
        if (Sounds.Count > MostKnown)
        {
            Sounds.Clear();
        }

        return Sounds.GetOrAdd(text, t => new(Pinyin.Syllables(t), Pinyin.InitialsVariants(t)));
    }

    /// <summary>The fewest characters that are wrong, missing, too many or swapped between what was typed and the part of the text that is nearest to it.</summary>
    public static int Distance(string typed, string text)
    {
        ArgumentNullException.ThrowIfNull(typed);
        ArgumentNullException.ThrowIfNull(text);
        var d = new int[typed.Length + 1, text.Length + 1]; // A match may begin anywhere: the first row is nought.
        for (var i = 1; i <= typed.Length; i++)
        {
            d[i, 0] = i;
            for (var j = 1; j <= text.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (typed[i - 1] == text[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && typed[i - 1] == text[j - 2] && typed[i - 2] == text[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return Enumerable.Range(0, text.Length + 1).Min(j => d[typed.Length, j]);
    }
}
