using System.Globalization;
using System.Linq.Expressions;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>A condition on how the work was done, told of the line and of its lane: some lanes' customers are few, whose lines alone need be looked at.</summary>
internal sealed record LaneCondition(Expression<Func<WaybillLine, bool>> OfLine, Expression<Func<Lane, bool>> OfLane)
{
    /// <summary>Any of some conditions on lanes; null where one is on something else.</summary>
    public static LaneCondition? Of(IReadOnlyList<Criterion> alternatives)
    {
        var (line, lane) = (Expression.Parameter(typeof(WaybillLine), "line"), Expression.Parameter(typeof(Lane), "lane"));
        return Any(line, alternatives) is { } ofLine && Any(lane, alternatives) is { } ofLane
            ? new(Expression.Lambda<Func<WaybillLine, bool>>(ofLine, line), Expression.Lambda<Func<Lane, bool>>(ofLane, lane)) : null;
    }

    private static Expression? Any(ParameterExpression row, IReadOnlyList<Criterion> alternatives)
    {
        Expression? any = null;
        foreach (var asked in alternatives)
        {
            Expression? test = asked.Field switch
            {
                "service" => Text(nameof(Lane.Service)), "commodity" => Text(nameof(Lane.CommodityCategory)), "mode" => Text(nameof(Lane.Mode)), "origin" => Text(nameof(Lane.Origin)), "destination" => Text(nameof(Lane.Destination)),
                "unit" => Compare.Among(Expression.Property(row, nameof(Lane.UnitId)), asked.Values.Select(v => long.TryParse(v, CultureInfo.InvariantCulture, out var id) ? id : -1).ToList()),
                _ => null,
            };
            if (test is null)
            {
                return null;
            }

            test = asked.Operator == "!=" ? Expression.Not(test) : test;
            any = any is null ? test : Expression.OrElse(any, test);

            Expression Text(string property) => Compare.Among(Expression.Property(row, property), asked.Values.Select(v => v == ListWaybills.Unknown ? "" : v).ToList());
        }

        return any;
    }
}
