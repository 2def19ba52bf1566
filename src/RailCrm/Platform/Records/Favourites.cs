using System.Linq.Expressions;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Records;

/// <summary>The filter of a list by what the reader marked with a star, for rows that belong to a customer.</summary>
internal static class Favourites
{
    /// <param name="kind">One of <see cref="RecordKind"/>, not the customer.</param>
    public static Asks<TRow> Of<TRow>(string kind) where TRow : class, ICustomerBound => (db, asked, ct) => Task.FromResult(Ask<TRow>(db, kind, asked));

    private static Result<Condition<TRow>> Ask<TRow>(CrmDb db, string kind, Criterion asked) where TRow : class, ICustomerBound
    {
        if (asked.Values is not ["true" or "false"])
        {
            return new Refusal.InvalidMany([new(asked.Field, "list.value_wrong", Text.Texts.Get("mark.favourite"), string.Join(',', asked.Values))]);
        }

        var me = db.Actor.UserId;
        Expression<Func<long, long, bool>> marked = (customer, id) => db.Set<RecordMark>().Any(m => m.UserId == me && m.Mark == RecordMark.Favourite && m.RecordKind == kind && m.CustomerId == customer && m.RecordId == id);
        var row = Expression.Parameter(typeof(TRow), "row");
        var test = new Swap(marked.Parameters[0], Expression.Property(row, nameof(ICustomerBound.CustomerId))).Visit(marked.Body)!;
        var mine = new Condition<TRow>(
            Expression.Lambda<Func<TRow, bool>>(new Swap(marked.Parameters[1], Expression.Property(row, "Id")).Visit(test)!, row),
            db.Set<RecordMark>().Where(m => m.UserId == me && m.Mark == RecordMark.Favourite && m.RecordKind == kind).Select(m => m.RecordId));
        return asked.Values[0] == "true" ? mine : mine.Not();
    }
}
