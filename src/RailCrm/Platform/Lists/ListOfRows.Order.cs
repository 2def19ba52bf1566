using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>Rows of a view in the order that is asked for: along an index, or sorted where they are few.</summary>
internal abstract partial class ListOf<TRow>
{
    /// <summary>The rows of a view, found and ready to be walked.</summary>
    /// <param name="Rows">The rows.</param>
    /// <param name="Order">Their order.</param>
    /// <param name="Descending">Whether it is turned round.</param>
    /// <param name="Mark">Where the page begins.</param>
    /// <param name="Near">Whether they are few, and put in an order that no index brings.</param>
    internal sealed record Looked(Found<TRow> Rows, Order<TRow, Line> Order, bool Descending, Mark? Mark, bool Near = false);

    /// <summary>The rows of a view with its order.</summary>
    internal async Task<Result<Looked>> Look(CrmDb db, View view, int wanted, CancellationToken ct)
    {
        var sort = view.Sort ?? Order;
        if (All.FirstOrDefault(f => f.Order is not null && f.Key == sort.TrimStart('-') && sort.Length - f.Key.Length <= 1) is not { Order: { } order } field)
        {
            return new Refusal.Invalid("customer.sort_unknown", nameof(View.Sort));
        }

        Found<TRow>? near = null;
        if (field.IsSortedNear)
        {
            if (!(await Near(db, view, MostSorted, ct)).TryGet(out var led, out var wrong))
            {
                return wrong;
            }

            if (!led.IsNear)
            {
                return new Refusal.InvalidMany([new(SortField, "list.sort_wide", field.Name, MostSorted)]);
            }

            near = led.Rows;
        }

        if (!Mark.TryRead(view.Cursor, sort, out var mark))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(View.Cursor));
        }

        return near is not null ? new Looked(near, order, sort[0] == '-', mark, Near: true)
            : (await Find(db, view, sort, wanted, Cover, ct)).TryGet(out var found, out var refusal) ? new Looked(found, order, sort[0] == '-', mark) : refusal;
    }

    /// <summary>Rows that are put in an order which no index brings, at most: all of them are read for each page.</summary>
    private protected virtual int MostSorted => OwnSums.Most;

    /// <summary>The rows of a view, and whether they are no more than <paramref name="most"/>.</summary>
    private protected virtual async Task<Result<(Found<TRow> Rows, bool IsNear)>> Near(CrmDb db, View view, int most, CancellationToken ct)
    {
        if (!(await Find(db, view, null, most, Cover, ct)).TryGet(out var found, out var refusal))
        {
            return refusal;
        }

        var near = await found.Count(most, ct) <= most;
        return (near && found.Gather is not null && await found.Gather(int.MaxValue) is { } rows ? new(rows) : new Found<TRow>(found.Rows), near);
    }

    /// <summary>The same in the list's own order, where the view holds too many rows by now for the one it asks for.</summary>
    private async Task<Result<Looked>> LookAnyhow(CrmDb db, View view, int wanted, CancellationToken ct)
    {
        var looked = await Look(db, view, wanted, ct);
        return looked.Refusal is Refusal.InvalidMany { Errors: [{ Field: SortField }] } ? await Look(db, view with { Sort = null }, wanted, ct) : looked;
    }

    /// <summary>One of its orders over whole rows, for whoever reads all of them.</summary>
    internal Order<TRow, TRow> OrderOfRows(string sort, Func<TRow, long> id)
    {
        var field = All.First(f => f.Key == sort && f.SortKey is not null);
        var key = field.SortKey!.Compile();
        return field.OrderOf<TRow>(row => key.DynamicInvoke(row), id);
    }
}
