using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>What the bins of customers and of contacts have in common.</summary>
internal static class Bins
{
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
