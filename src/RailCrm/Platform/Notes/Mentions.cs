using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;

namespace RailCrm.Platform.Notes;

/// <summary>Finds @names in a text. Names may be Chinese and stand without a space before what follows (<c>@张三请看</c>), so the longest name that somebody bears counts.</summary>
internal static class Mentions
{
    private const int LongestName = 40;

    /// <summary>More than this are not looked for: whoever calls everybody calls nobody.</summary>
    private const int Most = 20;

    /// <summary>A part of the text; <paramref name="Name"/> is who is meant where it is a mention.</summary>
    public readonly record struct Piece(string Text, string? Name);

    /// <summary>A sign-in name as it is compared.</summary>
    public static string Normalized(string name) => name.Normalize().ToUpperInvariant();

    /// <summary>Every name, normalized, that the text may mean.</summary>
    public static IReadOnlyList<string> Candidates(string text) =>
        [.. Places(text).Take(Most).SelectMany(at => Names(text, at)).Select(Normalized).Distinct(StringComparer.Ordinal)];

    /// <summary>The names that the text means, of those that exist.</summary>
    public static IReadOnlySet<string> Meant(string text, IReadOnlyDictionary<string, string> known) =>
        Places(text).Take(Most).Select(at => Longest(text, at, known)).OfType<string>().Select(Normalized).ToHashSet(StringComparer.Ordinal);

    /// <summary>The text in pieces, mentions apart.</summary>
    /// <param name="text">The text.</param>
    /// <param name="known">Normalized sign-in name → the name people read.</param>
    public static IEnumerable<Piece> Pieces(string text, IReadOnlyDictionary<string, string> known)
    {
        var done = 0;
        foreach (var at in Places(text))
        {
            if (Longest(text, at, known) is { } name)
            {
                yield return new(text[done..at], null);
                done = at + 1 + name.Length;
                yield return new(text[at..done], known[Normalized(name)]);
            }
        }

        yield return new(text[done..], null);
    }

    /// <summary>The text as people read it: those mentioned by their names, not by their accounts'.</summary>
    public static string Read(string text, IReadOnlyDictionary<string, string> known) => string.Concat(Pieces(text, known).Select(p => p.Name is null ? p.Text : $"@{p.Name}"));

    /// <summary>Who is mentioned in these notes: normalized sign-in name → the name people read.</summary>
    public static async Task<Dictionary<string, string>> Known(CrmDb db, IReadOnlyList<long> notes, CancellationToken ct) => notes.Count == 0 ? [] : (await (
        from l in db.Set<InboxLine>() where l.NoteId != null && EF.Parameter(notes).Contains(l.NoteId!.Value) && l.Kind == InboxLine.Mention
        join u in db.Set<User>() on l.UserId equals u.Id select new { u.NormalizedUserName, u.DisplayName }).Distinct().ToListAsync(ct)).ToDictionary(u => u.NormalizedUserName!, u => u.DisplayName, StringComparer.Ordinal);

    /// <summary>Where an @ stands that is not within an e-mail address.</summary>
    private static IEnumerable<int> Places(string text) =>
        Enumerable.Range(0, text.Length).Where(i => text[i] == '@' && (i == 0 || !IsLatin(text[i - 1])));

    /// <summary>The longest first. A Latin name ends where the letters end: <c>@li</c> is not meant by <c>@lily</c>.</summary>
    private static IEnumerable<string> Names(string text, int at)
    {
        var end = at + 1;
        while (end < text.Length && end - at <= LongestName && !char.IsWhiteSpace(text[end]) && text[end] != '@')
        {
            end++;
        }

        for (; end > at + 1; end--)
        {
            if (!(end < text.Length && IsLatin(text[end]) && IsLatin(text[end - 1])) && !char.IsHighSurrogate(text[end - 1]))
            {
                yield return text[(at + 1)..end];
            }
        }
    }

    private static string? Longest(string text, int at, IReadOnlyDictionary<string, string> known) => Names(text, at).FirstOrDefault(n => known.ContainsKey(Normalized(n)));

    private static bool IsLatin(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
