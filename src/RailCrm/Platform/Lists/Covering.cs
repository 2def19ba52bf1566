using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>An index that holds several columns of each row: conditions on those alone are answered by reading it from end to end, which at a million rows is far less than to look at the rows themselves.</summary>
/// <param name="Index">Its name.</param>
/// <param name="Columns">The properties that it holds.</param>
/// <param name="Orders">The orders whose own indexes carry some columns behind the order's.</param>
/// <param name="Carried">The properties that those carry.</param>
/// <param name="Leading">Those of them that an index begins with.</param>
internal sealed record Covering(string Index, IReadOnlySet<string> Columns, IReadOnlySet<string> Orders, IReadOnlySet<string> Carried, IReadOnlySet<string> Leading)
{
    /// <summary>What it holds besides, behind those columns: enough to filter and sort the entries of some units, too much to be read from end to end.</summary>
    public IReadOnlySet<string> Besides { get; init; } = new HashSet<string>();

    /// <summary>Whether it tells a property of a row.</summary>
    public bool Tells(string property) => Columns.Contains(property) || Besides.Contains(property);

    /// <summary>Whether it holds all that a condition asks of a row.</summary>
    public bool Holds<TRow>(Condition<TRow> condition) => Asks(Columns, condition);

    /// <summary>Whether a condition is told without looking at the row: by it alone, or by another table's rows of the same id.</summary>
    public bool Tells<TRow>(Condition<TRow> condition) => Read(condition.Test).All(p => p == "Id" || Tells(p));

    /// <summary>Whether it holds all that some fields read of a row.</summary>
    public bool Tells<TRow>(IReadOnlyList<ListField<TRow>> fields) where TRow : class => fields.All(f => Columns.IsSupersetOf(Read(f.Read!)));

    /// <summary>Whether a walk along an order tells the conditions without looking at the rows it passes: a million entries in some 70 ms, where rows take 20 times as long.</summary>
    public bool Walks<TRow>(string? sort, IReadOnlyList<Condition<TRow>> conditions) => sort is not null && Orders.Contains(sort.TrimStart('-')) && conditions.All(c => Asks(Carried, c));

    /// <summary>The condition with which an index begins that carries all the others, so that it leads to few entries rather than all; null where there is none.</summary>
    public Condition<TRow>? Lead<TRow>(IReadOnlyList<Condition<TRow>> conditions) => conditions.FirstOrDefault(lead => Leads(lead) && lead.Alternatives.Count == 0 && conditions.All(c => c == lead || Carries(c)));

    /// <summary>Whether an index begins with what a condition asks, and carries the others.</summary>
    public bool Leads<TRow>(Condition<TRow> condition) => condition.Alternatives.Count > 0 ? condition.Alternatives.All(Leads) : condition.Indexed && Read(condition.Test).Count == 1 && Asks(Leading, condition);

    /// <summary>Whether the indexes of the orders tell a condition behind their own columns.</summary>
    public bool Carries<TRow>(Condition<TRow> condition) => Asks(Carried, condition);

    private static bool Asks<TRow>(IReadOnlySet<string> columns, Condition<TRow> condition) => Read(condition.Test) is { Count: > 0 } read && columns.IsSupersetOf(read);

    /// <summary>The properties of a row that something reads.</summary>
    public static IReadOnlySet<string> Read(LambdaExpression of)
    {
        var seen = new Members(of.Parameters[0]);
        seen.Visit(of.Body);
        return seen.Names;
    }

    /// <summary>The same of another kind of row that has the properties by the same names.</summary>
    public static LambdaExpression Onto<TOther>(LambdaExpression of)
    {
        var other = Expression.Parameter(typeof(TOther), "row");
        return Expression.Lambda(new Renamed(of.Parameters[0], other).Visit(of.Body), other);
    }

    /// <summary>The rows that satisfy the conditions, read off it. PostgreSQL, which has statistics, chooses for itself.</summary>
    public IQueryable<TRow> Read<TRow>(CrmDb db, IQueryable<TRow> rows, IEnumerable<Condition<TRow>> conditions) where TRow : class =>
        conditions.Aggregate(db.IsPostgres ? rows : IndexHint.By(rows, Index), (r, c) => r.Where(db.IsPostgres ? c.Test : c.Blind));

    private sealed class Renamed(ParameterExpression row, ParameterExpression other) : ExpressionVisitor
    {
        protected override Expression VisitMember(MemberExpression node) => node.Expression == row ? Expression.Property(other, node.Member.Name) : base.VisitMember(node);
    }

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
