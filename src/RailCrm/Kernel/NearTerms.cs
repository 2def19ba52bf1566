namespace RailCrm.Kernel;

/// <summary>What a search asks for when what was typed finds nothing: names one character away, Chinese that sounds the same, pinyin one letter away.</summary>
/// <remarks>
/// The index holds whole terms, so nearness is asked for beforehand and not measured over a million names: Chinese by its pairs less those that one
/// wrong character spoils, pinyin by every string one letter away that reads as pinyin (of some 500 for nine letters a tenth do).
/// </remarks>
public static class NearTerms
{
    private const int FewestHan = 2;
    private const int FewestForOneWrong = 3;
    private const int FewestForThirds = 6;
    private const int FewestLetters = 4;
    private const int FewestInitials = 5;
    private const int MostHan = 12;
    private const int LongestPinyin = 12;

    /// <summary>Questions to be asked one after another, the strictest first, each in the form of <see cref="SearchTerms.Query"/>; none where too little was typed to guess.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="thirds">Whether a third of a long name is left out at once: three questions for all its characters, but looser ones.</param>
    public static IReadOnlyList<IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>>> Of(string typed, bool thirds = false)
    {
        var words = SearchTerms.Words(typed);
        var questions = new List<IReadOnlyList<IReadOnlyList<(string, bool)>>>();
        for (var at = 0; at < words.Count; at++)
        {
            // One word may be wrong; the others are taken as they stand.
            var rest = words.Where((_, i) => i != at).SelectMany(SearchTerms.Groups).ToList();
            questions.AddRange(OfWord(words[at], thirds).Select(near => (IReadOnlyList<IReadOnlyList<(string, bool)>>)[.. near, .. rest]));
        }

        return questions;
    }

    private static IEnumerable<IReadOnlyList<IReadOnlyList<(string, bool)>>> OfWord(string word, bool thirds)
    {
        var han = SearchTerms.Han(word);
        var letters = SearchTerms.Letters(word);
        if (han.Length > 0)
        {
            return letters.Length == 0 ? OfHan([.. han.EnumerateRunes().Select(r => r.ToString()).Take(MostHan)], thirds) : [];
        }

        return letters.Length >= FewestLetters && letters.All(char.IsAsciiLetter) ? OfLetters(letters) : [];
    }

    private static IEnumerable<IReadOnlyList<IReadOnlyList<(string, bool)>>> OfHan(string[] han, bool thirds)
    {
        if (han.Length >= FewestHan)
        {
            yield return [[.. Pinyin.FullVariants(string.Concat(han)).Select(p => (SearchTerms.PinyinTerm(p), true)).Distinct()]];
        }

        // What is left when one character is wrong or too many; where nothing is left, the two beside it.
        var step = thirds && han.Length >= FewestForThirds ? (han.Length + 2) / 3 : 1;
        for (var wrong = 0; han.Length >= FewestForOneWrong && wrong < han.Length; wrong += step)
        {
            var left = new List<IReadOnlyList<(string, bool)>>();
            for (var i = 0; i + 1 < han.Length; i++)
            {
                if (i + 1 < wrong || i >= wrong + step)
                {
                    left.Add([(han[i] + han[i + 1], false)]);
                }
            }

            yield return left.Count > 0 ? left : [[(han[0] + han[^1], false)]];
        }
    }

    private static IEnumerable<IReadOnlyList<IReadOnlyList<(string, bool)>>> OfLetters(string letters)
    {
        var pinyin = letters[..Math.Min(letters.Length, LongestPinyin)];
        var near = OneAway(pinyin).Where(p => p.Length >= FewestLetters && PinyinReading.Reads(p)).Select(p => (SearchTerms.PinyinTerm(p), true)).Distinct().ToList();
        if (near.Count > 0)
        {
            yield return [near];
        }

        if (letters.Length is >= FewestInitials and <= SearchTerms.InitialsLength && !PinyinReading.Reads(letters))
        {
            yield return [[.. OneAway(letters).Select(i => ("i" + i[..Math.Min(i.Length, SearchTerms.InitialsLength)], true)).Distinct()]];
        }
    }

    /// <summary>Whether a name is one slip away from what was typed: by a character of three or more, or by a letter of its pinyin. For names that are looked through one by one.</summary>
    public static bool IsNear(string typed, string name)
    {
        var text = string.Concat(SearchTerms.Words(typed));
        return text.All(char.IsAsciiLetter) ? text.Length >= FewestLetters && TextMatch.Distance(text, Pinyin.Full(name)) <= 1
            : text.Length >= FewestForOneWrong && !text.Any(char.IsAsciiDigit) && TextMatch.Distance(text, name) <= 1;
    }

    /// <summary>Every string of small letters with one letter wrong, missing, too many, or two neighbours swapped.</summary>
    internal static IEnumerable<string> OneAway(string letters)
    {
        for (var i = 0; i <= letters.Length; i++)
        {
            for (var c = 'a'; c <= 'z'; c++)
            {
                yield return letters[..i] + c + letters[i..];
                if (i < letters.Length && letters[i] != c)
                {
                    yield return letters[..i] + c + letters[(i + 1)..];
                }
            }

            if (i < letters.Length)
            {
                yield return letters[..i] + letters[(i + 1)..];
            }

            if (i + 1 < letters.Length && letters[i] != letters[i + 1])
            {
                yield return letters[..i] + letters[i + 1] + letters[i] + letters[(i + 2)..];
            }
        }
    }
}

/// <summary>Whether letters can be read as pinyin.</summary>
internal static class PinyinReading
{
    private const int LongestSyllable = 6;

    private static readonly Lazy<(HashSet<string> Syllables, HashSet<string> Beginnings)> Known = new(() =>
    {
        // 嗯 and 呒 are read n and m: as syllables those would let anything pass.
        var syllables = Pinyin.AllSyllables.Where(s => s.Any(c => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'v')).ToHashSet(StringComparer.Ordinal);
        return (syllables, syllables.SelectMany(s => Enumerable.Range(1, s.Length).Select(n => s[..n])).ToHashSet(StringComparer.Ordinal));
    });

    /// <summary>Whether they are syllables one after another, the last perhaps only begun.</summary>
    public static bool Reads(string letters)
    {
        var (syllables, beginnings) = Known.Value;
        var reached = new bool[letters.Length + 1];
        reached[0] = true;
        for (var i = 0; i < letters.Length; i++)
        {
            if (!reached[i])
            {
                continue;
            }

            if (beginnings.Contains(letters[i..]))
            {
                return true;
            }

            for (var n = 1; n <= LongestSyllable && i + n < letters.Length; n++)
            {
                reached[i + n] |= syllables.Contains(letters[i..(i + n)]);
            }
        }

        return false;
    }
}
