using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace RailCrm.Platform.Lists;

/// <summary>Counts and sums of rows by the value of a field, in one statement.</summary>
internal static class Grouping
{
    /// <summary>What a row gives to its group. Four sums are as many as any list has.</summary>
    private sealed class Given<TKey>
    {
        public TKey Key { get; set; } = default!;
        public long Rows { get; set; }
        public long A { get; set; }
        public long B { get; set; }
        public long C { get; set; }
        public long D { get; set; }
    }

    /// <summary>The groups, without their texts: in the order of a choice's codes, else the largest first.</summary>
    public static Task<List<Group>> Of<TRow>(IQueryable<TRow> rows, ListField<TRow> by, IReadOnlyList<ListField<TRow>> sums, CancellationToken ct) where TRow : class =>
        Of(rows, by, by.Read!, [.. sums.Select(s => s.Read!)], null, ct);

    /// <summary>The same of rows of which each stands for several.</summary>
    /// <param name="rows">What is grouped.</param>
    /// <param name="by">The field grouped by.</param>
    /// <param name="key">Its value in a row.</param>
    /// <param name="sums">What is summed.</param>
    /// <param name="count">For how many a row stands; one where null.</param>
    /// <param name="ct">Cancels.</param>
    public static Task<List<Group>> Of<TRow>(IQueryable<TRow> rows, ListField by, LambdaExpression key, IReadOnlyList<LambdaExpression> sums, LambdaExpression? count, CancellationToken ct) where TRow : class
    {
        var method = typeof(Grouping).GetMethod(nameof(Typed), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(typeof(TRow), key.ReturnType);
        return (Task<List<Group>>)method.Invoke(null, [rows, by, key, sums, count, ct])!;
    }

    private static async Task<List<Group>> Typed<TRow, TKey>(IQueryable<TRow> rows, ListField by, LambdaExpression key, IReadOnlyList<LambdaExpression> sums, LambdaExpression? count, CancellationToken ct) where TRow : class
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        Expression Value(LambdaExpression? read) => read is null ? Expression.Constant(0L) : new Swap(read.Parameters[0], row).Visit(read.Body)!;
        MemberBinding Bound(string name, LambdaExpression? read) => Expression.Bind(typeof(Given<TKey>).GetProperty(name)!, Value(read));
        MemberBinding[] bound = [Bound(nameof(Given<>.Key), key), Bound(nameof(Given<>.Rows), count), .. "ABCD".Select((name, i) => Bound(name.ToString(), i < sums.Count ? sums[i] : null))];
        var groups = rows.Select(Expression.Lambda<Func<TRow, Given<TKey>>>(Expression.MemberInit(Expression.New(typeof(Given<TKey>)), bound), row)).GroupBy(g => g.Key);
        var counted = groups.Select(g => new { g.Key, Count = g.LongCount(), A = g.Sum(x => x.A), B = g.Sum(x => x.B), C = g.Sum(x => x.C), D = g.Sum(x => x.D) });
        if (count is not null)
        {
            counted = groups.Select(g => new { g.Key, Count = g.Sum(x => x.Rows), A = g.Sum(x => x.A), B = g.Sum(x => x.B), C = g.Sum(x => x.C), D = g.Sum(x => x.D) });
        }
        else if (sums.Count == 0)
        {
            counted = groups.Select(g => new { g.Key, Count = g.LongCount(), A = 0L, B = 0L, C = 0L, D = 0L });
        }

        return Ordered((await counted.ToListAsync(ct)).Where(g => g.Count > 0).Select(g => new Group(g.Key, "", Asked(g.Key), g.Count, [.. new[] { g.A, g.B, g.C, g.D }.Take(sums.Count)])), by);
    }

    /// <summary>In the order of a choice's codes, else the largest first.</summary>
    public static List<Group> Ordered(IEnumerable<Group> groups, ListField by)
    {
        var order = by.Codes.Count > 0 ? by.Codes : [.. by.Options.Select(o => o.Value)];
        return [.. order.Count is > 0 and < 30 && by.Kind != FieldKind.Reference
            ? groups.OrderBy(g => order.ToList().IndexOf(g.Asked) is var at && at < 0 ? int.MaxValue : at)
            : groups.OrderByDescending(g => g.Count).ThenBy(g => g.Asked, StringComparer.Ordinal)];
    }

    /// <summary>The first of them, and one that sums up the others, so that a total stays a total.</summary>
    public static List<Group> First(IReadOnlyList<Group> groups, int most)
    {
        var others = groups.Skip(most).ToList();
        return others.Count < 2 ? [.. groups] : [.. groups.Take(most), new(null, "", "", others.Sum(g => g.Count), [.. Enumerable.Range(0, others[0].Sums.Count).Select(i => others.Sum(g => g.Sums[i]))], others.Sum(g => Math.Max(1, g.Others)))];
    }

    /// <summary>A value as a filter takes it.</summary>
    private static string Asked(object? value) => value switch
    {
        null => "",
        Enum code => JsonNamingPolicy.CamelCase.ConvertName(code.ToString()),
        bool flag => flag ? "true" : "false",
        IFormattable other => other.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
