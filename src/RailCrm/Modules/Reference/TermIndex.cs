using System.Text;
using RailCrm.Kernel;

namespace RailCrm.Modules.Reference;

/// <summary>Finds terms by code, name in either language, pinyin and initials; the exact hit first. In memory: the largest table has some 3,400 rows.</summary>
internal sealed class TermIndex<T> where T : Term
{
    private readonly IReadOnlyList<Entry> _entries;

    /// <param name="terms">The terms, in the order of equal hits.</param>
    /// <param name="whole">The whole name of a term in both languages, its parents with it.</param>
    /// <param name="words">What else people call a term.</param>
    public TermIndex(IEnumerable<T> terms, Func<T, (string Chinese, string English)> whole, Func<T, IReadOnlyList<string>>? words = null) => _entries =
    [
        .. terms.Select(t =>
        {
            var also = words?.Invoke(t) ?? [];
            return new Entry(t, Plain(whole(t).Chinese), Plain(whole(t).English), Plain(t.Chinese), Plain(t.English), Pinyin.Full(whole(t).Chinese),
                [.. also.Prepend(t.Chinese).SelectMany(Pinyin.FullVariants)], [.. also.Prepend(t.Chinese).SelectMany(Pinyin.InitialsVariants)], [.. also.Select(Plain)]);
        }),
    ];

    private sealed record Entry(T Term, string Whole, string WholeEnglish, string Name, string English, string WholePinyin, IReadOnlyList<string> Pinyin, IReadOnlyList<string> Initials, IReadOnlyList<string> Words);

    /// <summary>The best hits; the first terms where nothing is asked. Words before the last narrow it down: 广东 shen.</summary>
    public IReadOnlyList<T> Find(string? typed, int limit)
    {
        var words = (typed ?? "").Split([' ', '/', '　'], StringSplitOptions.RemoveEmptyEntries).Select(Plain).Where(w => w.Length > 0).ToList();
        if (words is not [.. var before, var last])
        {
            return [.. _entries.Take(limit).Select(e => e.Term)];
        }

        return
        [
            .. _entries.Where(e => before.All(w => e.Whole.Contains(w, StringComparison.Ordinal) || e.WholeEnglish.Contains(w, StringComparison.Ordinal) || e.WholePinyin.Contains(w, StringComparison.Ordinal)))
                .Select(e => (e.Term, Rank: Rank(e, last))).Where(e => e.Rank >= 0).OrderBy(e => e.Rank).Take(limit).Select(e => e.Term),
        ];
    }

    /// <summary>What people type, to compare: width and case folded, punctuation left out.</summary>
    public static string Plain(string text)
    {
#pragma warning disable CA1308 // Compared in lower case, as pinyin is kept.
        return new([.. text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(char.IsLetterOrDigit)]);
#pragma warning restore CA1308
    }

    private static int Rank(Entry e, string word)
    {
        var code = Plain(e.Term.Code);
        return code == word ? 0
            : e.Name == word || e.Whole == word || e.English == word || e.Words.Contains(word) ? 1
            : code.StartsWith(word, StringComparison.Ordinal) ? 2
            : e.Name.StartsWith(word, StringComparison.Ordinal) || e.Words.Any(w => w.StartsWith(word, StringComparison.Ordinal)) ? 3
            : e.Initials.Contains(word) ? 4
            : e.Pinyin.Any(p => p.StartsWith(word, StringComparison.Ordinal)) ? 5
            : e.Initials.Any(i => i.StartsWith(word, StringComparison.Ordinal)) ? 6
            : e.English.Contains(word, StringComparison.Ordinal) ? 7
            : e.Name.Contains(word, StringComparison.Ordinal) || e.Whole.Contains(word, StringComparison.Ordinal) || e.Words.Any(w => w.Contains(word, StringComparison.Ordinal)) ? 8
            : -1;
    }
}
