using System.Text;

namespace RailCrm.Kernel;

/// <summary>The words a customer is found by, and the words a search asks for. One scheme for SQLite's FTS5 and PostgreSQL's tsvector.</summary>
/// <remarks>
/// Chinese is cut into pairs of characters, because FTS5's trigrams cannot match two. Letters carry a prefix: <c>i</c> initials from each
/// character on, <c>p</c> pinyin, <c>c</c> credit code, <c>n</c> number, <c>t</c> phone. Only letters and digits remain, so a term needs no quoting.
/// </remarks>
public static class SearchTerms
{
    internal const int InitialsLength = 8;
    private const int PinyinLength = 12;
    private const int PinyinStarts = 6;
    private const int PinyinReadings = 4;

    /// <summary>All terms of one customer, separated by spaces.</summary>
    public static string For(string name, string? shortName, string number, string? creditCode, IEnumerable<string?> phones) => For(name, shortName, number, creditCode, phones, []);

    /// <summary>The same, found also by the numbers and names of customers that became part of it.</summary>
    public static string For(string name, string? shortName, string number, string? creditCode, IEnumerable<string?> phones, IReadOnlyCollection<(string Number, string Name)> formerly)
    {
        ArgumentNullException.ThrowIfNull(formerly);
        ArgumentNullException.ThrowIfNull(number);
        ArgumentNullException.ThrowIfNull(phones);
        var terms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in new[] { name, shortName }.OfType<string>().Concat(formerly.Select(f => f.Name)))
        {
            AddName(terms, text);
        }

        terms.UnionWith(formerly.Select(f => f.Number).Prepend(number).Select(n => "n" + Letters(n)));
        if (creditCode is not null)
        {
            terms.Add("c" + Letters(creditCode));
        }

        AddPhones(terms, phones);
        return string.Join(' ', terms);
    }

    /// <summary>All terms of one person, separated by spaces.</summary>
    public static string ForPerson(string name, IEnumerable<string?> phones)
    {
        ArgumentNullException.ThrowIfNull(phones);
        var terms = new HashSet<string>(StringComparer.Ordinal);
        AddName(terms, name);
        AddPhones(terms, phones);
        return string.Join(' ', terms);
    }

    private static void AddName(HashSet<string> terms, string text)
    {
        terms.UnionWith(Pairs(text));
        foreach (var initials in Pinyin.InitialsVariants(text))
        {
            for (var i = 0; i < initials.Length; i++)
            {
                terms.Add("i" + initials[i..Math.Min(initials.Length, i + InitialsLength)]);
            }
        }

        var syllables = Pinyin.Syllables(text);
        for (var i = 0; i < Math.Min(PinyinStarts, syllables.Count); i++)
        {
            terms.UnionWith(Readings(syllables, i).Select(r => "p" + r));
        }
    }

    private static void AddPhones(HashSet<string> terms, IEnumerable<string?> phones)
    {
        foreach (var phone in phones.OfType<string>())
        {
            // The whole number, and what people remember of it: without the area code, the last four digits.
            var digits = PlainText.Digits(phone) ?? "";
            terms.UnionWith(phone.Split(['-', ' ', '－', '(', ')', '（', '）'], StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(PlainText.Digits).OfType<string>()
                .Append(digits).Append(digits[^Math.Min(4, digits.Length)..]).Where(d => d.Length >= 4).Select(d => "t" + d));
        }
    }

    /// <summary>What a search asks for: every group must be met, by any one of its terms; null where nothing searchable was typed.</summary>
    public static IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>>? Query(string typed) =>
        Words(typed).SelectMany(Groups).ToList() is { Count: > 0 } groups ? groups : null;

    /// <summary>Pairs that nearly every company's name has, or that its legal form makes with what stands before it: the index holds a million of each.</summary>
    private static readonly HashSet<string> OfLegalForms = [.. new[] { "股份有限公司", "有限责任公司", "集团有限公司", "集团股份有限公司", "集团公司", "股份公司" }.SelectMany(Pairs)];

    /// <summary>The question without the pairs of a legal form, where enough else is left to tell rows apart: what it finds is to be ranked by the whole text.</summary>
    public static IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> WithoutLegalForm(IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> query)
    {
        var telling = query.Where(g => g is not [(var term, false)] || !OfLegalForms.Contains(term)).ToList();
        return telling.Count >= 2 ? telling : query;
    }

    /// <summary>The words that were typed, half-width and small.</summary>
    public static IReadOnlyList<string> Words(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        return typed.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    internal static IEnumerable<IReadOnlyList<(string Term, bool Prefix)>> Groups(string word)
    {
        var han = Han(word);
        if (han.Length == 1)
        {
            yield return [(han, true)];
        }
        else
        {
            foreach (var pair in Pairs(han))
            {
                yield return [(pair, false)];
            }
        }

        var letters = Letters(word);
        if (letters.Length > 0)
        {
            yield return [
                ("i" + letters[..Math.Min(letters.Length, InitialsLength)], true), (PinyinTerm(letters), true),
                ("c" + letters, true), ("n" + letters, true), ("t" + letters, true), ("nkh" + letters.PadLeft(7, '0'), false),
            ];
        }
    }

    /// <summary>The term that pinyin is asked by, as far as it is indexed.</summary>
    internal static string PinyinTerm(string letters) => "p" + letters[..Math.Min(letters.Length, PinyinLength)];

    /// <summary>What of a word is no ASCII.</summary>
    internal static string Han(string word) => new([.. word.Where(c => !char.IsAscii(c) && (char.IsLetter(c) || char.IsSurrogate(c)))]);

    /// <summary>Every way the syllables from one place on may be read, as far as it is indexed: 长安 is changan as well as zhangan. At most four.</summary>
    private static IEnumerable<string> Readings(IReadOnlyList<string[]> syllables, int from)
    {
        IReadOnlyList<string> readings = [""];
        for (var i = from; i < syllables.Count && readings[0].Length < PinyinLength; i++)
        {
            var here = syllables[i];
            readings = readings.Count * here.Length <= PinyinReadings ? [.. readings.SelectMany(r => here.Select(h => r + h))] : [.. readings.Select(r => r + here[0])];
        }

        return readings.Select(r => r[..Math.Min(r.Length, PinyinLength)]).Distinct();
    }

    internal static IEnumerable<string> Pairs(string text)
    {
        var han = text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().EnumerateRunes().Where(Rune.IsLetter).Where(r => !r.IsAscii).Select(r => r.ToString()).ToList();
        for (var i = 0; i + 1 < han.Count; i++)
        {
            yield return han[i] + han[i + 1];
        }
    }

    internal static string Letters(string text) => new([.. text.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]);
}
