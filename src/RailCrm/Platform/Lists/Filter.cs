using System.Text;

namespace RailCrm.Platform.Lists;

/// <summary>One condition as it stands in an address: <c>tier=large,medium</c>, <c>revenue&gt;=1000000</c>, <c>name~钢铁</c>.</summary>
/// <param name="Field">A field of the list, by its key.</param>
/// <param name="Operator">One of <see cref="Filter.Operators"/>.</param>
/// <param name="Values">What it is compared with; for <c>=</c> and <c>!=</c> any of them. An empty value means: not known.</param>
public sealed record Criterion(string Field, string Operator, IReadOnlyList<string> Values)
{
    /// <inheritdoc/>
    public bool Equals(Criterion? other) => other is not null && Field == other.Field && Operator == other.Operator && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Field, Operator, Values.Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Field}{Operator}{string.Join(',', Values.Select(Filter.Escape))}";
}

/// <summary>What narrows a list: groups of which every one holds, each by at least one of its conditions.</summary>
/// <remarks>
/// Written <c>tier=large,medium;region=320000|tag=重点</c>: a semicolon is "and", a bar is "or" and binds closer, a comma separates values; a backslash takes
/// the next character as it is. The page's chips, the API's <c>filter</c>, saved views and the export all say it so.
/// </remarks>
public sealed record Filter(IReadOnlyList<IReadOnlyList<Criterion>> Groups)
{
    /// <summary>Equal to any and nothing below it · to none · at least · at most · equal to any, where there are levels with what is below · contains or begins with · does neither.</summary>
    public static readonly IReadOnlyList<string> Operators = ["==", "!=", "!~", ">=", "<=", "=", "~"];

    /// <summary>Nothing is narrowed.</summary>
    public static readonly Filter None = new([]);

    /// <summary>Longest text of a filter.</summary>
    public const int MostLength = 3_000;

    /// <summary>More groups, or conditions in one, than this are refused.</summary>
    public const int Most = 12;

    private const int MostValues = View.MostRows;

    /// <summary>Reads what an address or a request holds; false where it is no filter.</summary>
    public static bool TryRead(string? text, out Filter filter)
    {
        filter = None;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (text.Length > MostLength)
        {
            return false;
        }

        var groups = new List<IReadOnlyList<Criterion>>();
        foreach (var part in Split(text, ';').Where(p => p.Trim().Length > 0))
        {
            var group = Split(part, '|').Select(Read).ToList();
            if (group.Count > Most || group.Contains(null))
            {
                return false;
            }

            groups.Add([.. group.OfType<Criterion>()]);
        }

        filter = new(groups);
        return groups.Count <= Most;
    }

    /// <summary>The filter with one more condition: in a group of its own, or as an alternative in the group at <paramref name="orTo"/>.</summary>
    public Filter With(Criterion criterion, int? orTo = null) => orTo is { } at && at >= 0 && at < Groups.Count
        ? new([.. Groups.Select((g, i) => i == at ? [.. g.Where(c => c != criterion), criterion] : g)])
        : new([.. Groups, [criterion]]);

    /// <summary>The filter with another condition in place of one of its own.</summary>
    public Filter Instead(int group, int at, Criterion criterion) =>
        new([.. Groups.Select((g, i) => i == group ? (IReadOnlyList<Criterion>)[.. g.Select((c, k) => k == at ? criterion : c).Distinct()] : g)]);

    /// <summary>The condition at that place; null where there is none.</summary>
    public Criterion? At(int group, int at) => Groups.ElementAtOrDefault(group)?.ElementAtOrDefault(at);

    /// <summary>The filter without one of its conditions.</summary>
    public Filter Without(int group, int criterion) =>
        new([.. Groups.Select((g, i) => i == group ? (IReadOnlyList<Criterion>)[.. g.Where((_, k) => k != criterion)] : g).Where(g => g.Count > 0)]);

    /// <inheritdoc/>
    public bool Equals(Filter? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => string.Join(';', Groups.Select(g => string.Join('|', g)));

    internal static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            _ = c is '\\' or ';' or '|' or ',' || (c == '=' && escaped.Length == 0) ? escaped.Append('\\').Append(c) : escaped.Append(c);
        }

        return escaped.ToString();
    }

    private static Criterion? Read(string text)
    {
        var name = text.TrimStart().TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.').Count();
        var rest = text.TrimStart()[name..];
        if (name is 0 or > 60 || Operators.FirstOrDefault(o => rest.StartsWith(o, StringComparison.Ordinal)) is not { } compared)
        {
            return null;
        }

        var values = Split(rest[compared.Length..], ',').Select(v => Unescape(v).Trim()).ToList();
        return values.Count > MostValues ? null : new(text.TrimStart()[..name], compared, values);
    }

    /// <summary>The parts between the separators that no backslash stands before; escapes stay.</summary>
    private static List<string> Split(string text, char separator)
    {
        var (parts, start) = (new List<string>(), 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == separator)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static string Unescape(string value)
    {
        var plain = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            i += value[i] == '\\' && i + 1 < value.Length ? 1 : 0;
            plain.Append(value[i]);
        }

        return plain.ToString();
    }
}
