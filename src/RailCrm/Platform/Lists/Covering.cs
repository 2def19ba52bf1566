using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>An index that holds several columns of each row: conditions on those alone are answered by reading it from end to end, which at a million rows is far less than to look at the rows themselves.</summary>
/// <param name="Index">Its name.</param>
/// <param name="Columns">The properties that it holds.</param>
internal sealed record Covering(string Index, IReadOnlySet<string> Columns)
{
    /// <summary>Whether it holds all that a condition asks of a row.</summary>
    public bool Holds<TRow>(Condition<TRow> condition)
    {
        var seen = new Members(condition.Test.Parameters[0]);
        seen.Visit(condition.Test.Body);
        return seen.Names.Count > 0 && Columns.IsSupersetOf(seen.Names);
    }

    /// <summary>The rows that satisfy the conditions, read off it. PostgreSQL, which has statistics, chooses for itself.</summary>
    public IQueryable<TRow> Read<TRow>(CrmDb db, IQueryable<TRow> rows, IEnumerable<Condition<TRow>> conditions) where TRow : class =>
        conditions.Aggregate(db.IsPostgres ? rows : IndexHint.By(rows, Index), (r, c) => r.Where(db.IsPostgres ? c.Test : c.Blind));

    private sealed class Members(ParameterExpression row) : ExpressionVisitor
    {
        public HashSet<string> Names { get; } = [];

        protected override Expression VisitMember(MemberExpression node)
        {
            if (node.Expression == row)
            {
                Names.Add(node.Member.Name);
            }

            return base.VisitMember(node);
        }
    }
}
