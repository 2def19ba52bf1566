using System.Linq.Expressions;
using RailCrm.Platform.Fields;

namespace RailCrm.Platform.Lists;

/// <summary>Sums of the group's own figures: read out of each row, and so only of rows that are few.</summary>
internal static class OwnSums
{
    /// <summary>Rows read one by one while a reader waits, at most: some 20 ms a pair of figures.</summary>
    public const int Most = 20_000;

    /// <summary>A figure is summed in two parts, since ten of the largest are more than a whole number holds.</summary>
    private const long Part = 1_000_000;

    /// <summary>Sums of one statement.</summary>
    private const int AtOnce = 4;

    /// <summary>The sums of some fields by what their groups are asked by; null where they cannot be told.</summary>
    /// <param name="figures">What is read of a row.</param>
    /// <param name="read">Groups the rows with some sums; null where it cannot.</param>
    public static async Task<Dictionary<string, decimal[]>?> Of(IReadOnlyList<LambdaExpression> figures, Func<IReadOnlyList<LambdaExpression>, Task<List<Group>?>> read)
    {
        var sums = new Dictionary<string, decimal[]>();
        var parts = new List<(int Field, long Worth, LambdaExpression Read)>();
        for (var i = 0; i < figures.Count; i++)
        {
            parts.Add((i, Part, Known(figures[i], v => Expression.Divide(v, Expression.Constant(Part)))));
            parts.Add((i, 1, Known(figures[i], v => Expression.Modulo(v, Expression.Constant(Part)))));
        }

        foreach (var some in parts.Chunk(AtOnce))
        {
            if (await read([.. some.Select(s => s.Read)]) is not { } groups)
            {
                return null;
            }

            foreach (var group in groups)
            {
                var sum = sums.TryGetValue(group.Asked, out var known) ? known : sums[group.Asked] = new decimal[figures.Count];
                for (var i = 0; i < some.Length; i++)
                {
                    sum[some[i].Field] += (decimal)group.Sums[i] * some[i].Worth;
                }
            }
        }

        return sums.Values.SelectMany(s => s).Sum(Math.Abs) <= long.MaxValue ? sums : null;
    }

    /// <summary>The groups with the sums behind their own; as they are where they count too many rows.</summary>
    public static async Task<List<Group>> With(List<Group> groups, IReadOnlyList<LambdaExpression> figures, Func<IReadOnlyList<LambdaExpression>, Task<List<Group>?>> read) =>
        figures.Count > 0 && groups.Sum(g => g.Count) <= Most && await Of(figures, read) is { } sums
            ? groups.ConvertAll(g => g with { Sums = [.. g.Sums, .. sums.TryGetValue(g.Asked, out var sum) ? sum.Select(s => (long)s) : new long[figures.Count]] })
            : groups;

    /// <summary>The sum of a column's cells; null where none is known, or it is more than can be told.</summary>
    public static long? OfCells(IEnumerable<object?> cells)
    {
        var known = cells.OfType<long>().Where(c => c != CustomValue.Least).ToList();
        var sum = known.Sum(c => (decimal)c);
        return known.Count == 0 || Math.Abs(sum) > long.MaxValue ? null : (long)sum;
    }

    /// <summary>Part of a figure; nothing where it is not known.</summary>
    private static LambdaExpression Known(LambdaExpression figure, Func<Expression, Expression> part) =>
        Expression.Lambda(Expression.Condition(Expression.Equal(figure.Body, Expression.Constant(CustomValue.Least)), Expression.Constant(0L), part(figure.Body)), figure.Parameters);
}
