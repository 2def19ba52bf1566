using System.Linq.Expressions;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>What the bins of customers and of contacts have in common.</summary>
internal static class Bins
{
    /// <summary>Who put a row in: by a key, a sign-in name or the name shown; with nothing those of whom nobody kept it.</summary>
    /// <param name="who">The column, which the index of the bin carries.</param>
    public static Asks<TRow> By<TRow>(Expression<Func<TRow, long?>> who) => async (db, asked, ct) =>
    {
        var people = new List<long?>();
        foreach (var value in asked.Values)
        {
            people.AddRange(await Origin.Authors(db, value, ct));
        }

        var known = people.OfType<long>().Select(p => (long?)p).ToList();
        var among = known is [var one] ? Compare.Same(who.Body, one) : Compare.Among(who.Body, known);
        return new Condition<TRow>(Expression.Lambda<Func<TRow, bool>>(known.Count == people.Count ? among : Expression.OrElse(among, Compare.Same<long?>(who.Body, null)), who.Parameters), null);
    };

    /// <summary>The same condition, told along the index of the bin: the index that would lead to its rows holds those of the whole table, of which next to none lie here.</summary>
    public static Asks<TRow> Walked<TRow>(Asks<TRow> asks) => async (db, asked, ct) =>
        !(await asks(db, asked, ct)).TryGet(out var condition, out var refusal) ? refusal : condition == Condition<TRow>.Holds ? condition : Along(condition);

    /// <summary>A condition without the index that leads to its rows.</summary>
    public static Condition<TRow> Along<TRow>(Condition<TRow> condition) => condition with { Ids = null, Some = null };

    /// <summary>Gives back, puts in again or removes for good, row by row, and writes on each how it came out.</summary>
    /// <param name="db">The database, in the transaction that is open.</param>
    /// <param name="order">What is to be done.</param>
    /// <param name="rows">To which.</param>
    /// <param name="remove">Removes one for good and tells its name.</param>
    /// <param name="move">Gives one back, or with the version it must have puts it in again; tells its version.</param>
    public static async Task Work(CrmDb db, WorkOrder order, IReadOnlyList<WorkRow> rows, Func<long, Task<Result<string>>> remove, Func<long, int?, Task<Result<int>>> move)
    {
        foreach (var row in rows)
        {
            db.ChangeTracker.AutoDetectChangesEnabled = true;
            Refusal? refusal;
            if (order.Act == "remove")
            {
                (await remove(row.RowId)).TryGet(out var name, out refusal);
                row.Before = name;
            }
            else if ((await move(row.RowId, order.UndoOf is null ? null : row.VersionAfter)).TryGet(out var version, out refusal))
            {
                row.VersionAfter = version;
            }

            if (refusal is null)
            {
                row.Outcome = "done";
            }
            else
            {
                row.Refuse(refusal.Code);
            }
        }
    }
}
