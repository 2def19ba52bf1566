using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace RailCrm.Platform.Lists;

/// <summary>Counts and sums of rows by the value of a field, in one statement.</summary>
internal static class Grouping
{
    /// <summary>Beyond so many groups nobody reads on; the largest are kept.</summary>
    private const int Most = 200;

    /// <summary>What a row gives to its group. Four sums are as many as any list has.</summary>
    private sealed class Given<TKey>
    {
        public TKey Key { get; set; } = default!;
        public long A { get; set; }
        public long B { get; set; }
        public long C { get; set; }
        public long D { get; set; }
    }

    /// <summary>The groups, without their texts: in the order of a choice's codes, else the largest first.</summary>
    public static Task<List<Group>> Of<TRow>(IQueryable<TRow> rows, ListField<TRow> by, IReadOnlyList<ListField<TRow>> sums, CancellationToken ct) where TRow : class
    {
        var method = typeof(Grouping).GetMethod(nameof(Typed), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(typeof(TRow), by.Read!.ReturnType);
        return (Task<List<Group>>)method.Invoke(null, [rows, by, sums, ct])!;
    }

    private static async Task<List<Group>> Typed<TRow, TKey>(IQueryable<TRow> rows, ListField<TRow> by, IReadOnlyList<ListField<TRow>> sums, CancellationToken ct) where TRow : class
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        Expression Value(LambdaExpression read) => new Swap(read.Parameters[0], row).Visit(read.Body)!;
        var bound = new List<MemberBinding> { Expression.Bind(typeof(Given<TKey>).GetProperty("Key")!, Value(by.Read!)) };
        bound.AddRange("ABCD".Select((name, i) => Expression.Bind(typeof(Given<TKey>).GetProperty(name.ToString())!, i < sums.Count ? Value(sums[i].Read!) : Expression.Constant(0L))));
        var given = rows.Select(Expression.Lambda<Func<TRow, Given<TKey>>>(Expression.MemberInit(Expression.New(typeof(Given<TKey>)), bound), row));
        var read = sums.Count == 0
            ? (await given.GroupBy(g => g.Key).Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(ct)).ConvertAll(g => (g.Key, g.Count, Sums: Array.Empty<long>()))
            : (await given.GroupBy(g => g.Key).Select(g => new { g.Key, Count = g.LongCount(), A = g.Sum(x => x.A), B = g.Sum(x => x.B), C = g.Sum(x => x.C), D = g.Sum(x => x.D) }).ToListAsync(ct))
                .ConvertAll(g => (g.Key, g.Count, Sums: new[] { g.A, g.B, g.C, g.D }[..sums.Count]));
        return Ordered(read.Select(g => new Group(g.Key, "", Asked(g.Key), g.Count, g.Sums)), by);
    }

    /// <summary>In the order of a choice's codes, else the largest first.</summary>
    public static List<Group> Ordered(IEnumerable<Group> groups, ListField by)
    {
        var order = by.Codes.Count > 0 ? by.Codes : [.. by.Options.Select(o => o.Value)];
        return [.. order.Count is > 0 and < 30 && by.Kind != FieldKind.Reference
            ? groups.OrderBy(g => order.ToList().IndexOf(g.Asked) is var at && at < 0 ? int.MaxValue : at)
            : groups.OrderByDescending(g => g.Count).ThenBy(g => g.Asked, StringComparer.Ordinal).Take(Most)];
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
