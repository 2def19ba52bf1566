using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Fields;

/// <summary>The filter by a field of several choices: rows that have any of some options (=), none of them (!=), or nothing there (the empty value).</summary>
internal static class CustomChoices
{
    public static Result<Condition<TRow>> Ask<TRow>(CrmDb db, CustomField field, Expression<Func<TRow, string>> read, Criterion asked) where TRow : class
    {
        var options = new List<string>();
        foreach (var value in asked.Values.Where(v => v.Length > 0))
        {
            if (!PlainText.IsStorable(value) || value.Length > 200)
            {
                return new Refusal.InvalidMany([new(field.Key, "list.value_wrong", field.Called, value)]);
            }

            // By what it is called in either language; one that the field no longer has, as it is.
            options.AddRange((CustomValue.Understood(field, value, out _)?.GetValue<string>() ?? value).Split(',', StringSplitOptions.RemoveEmptyEntries));
        }

        var (not, unknown) = (asked.Operator == "!=", asked.Values.Contains(""));
        return options.Count == 0 ? not ? Known(db, field, read) : Empty(db, read)
            : Condition<TRow>.Any(unknown ? [Has<TRow>(db, field, options), Empty(db, read)] : [Has<TRow>(db, field, options)]) is var any && not ? any.Not() : any;
    }

    private static Condition<TRow> Has<TRow>(CrmDb db, CustomField field, List<string> options) where TRow : class
    {
        var (id, first) = (field.Id, options[0]);
        var mine = options.Count == 1
            ? db.Set<CustomOption>().Where(o => o.FieldId == id && o.Option == first)
            : db.Set<CustomOption>().Where(o => o.FieldId == id && EF.Parameter(options).Contains(o.Option));
        Expression<Func<long, bool>> has = options.Count == 1
            ? key => db.Set<CustomOption>().Any(o => o.FieldId == id && o.Option == first && o.RowId == key)
            : key => db.Set<CustomOption>().Any(o => o.FieldId == id && EF.Parameter(options).Contains(o.Option) && o.RowId == key);
        var row = Expression.Parameter(typeof(TRow), "row");
        return new(Expression.Lambda<Func<TRow, bool>>(new Swap(has.Parameters[0], Expression.Property(row, "Id")).Visit(has.Body)!, row), mine.Select(o => o.RowId));
    }

    /// <remarks>Compared with '' itself and no parameter: the index holds the empty rows alone, and is taken for nothing else.</remarks>
    private static Condition<TRow> Empty<TRow>(CrmDb db, Expression<Func<TRow, string>> read) where TRow : class
    {
        var test = Expression.Lambda<Func<TRow, bool>>(Expression.Equal(read.Body, Expression.Constant("")), read.Parameters);
        var id = Expression.Lambda<Func<TRow, long>>(Expression.Property(read.Parameters[0], "Id"), read.Parameters);
        return new(test, db.Set<TRow>().IgnoreQueryFilters().Where(test).Select(id), Indexed: true);
    }

    private static Condition<TRow> Known<TRow>(CrmDb db, CustomField field, Expression<Func<TRow, string>> read) where TRow : class
    {
        var of = field.Id;
        return new(Expression.Lambda<Func<TRow, bool>>(Expression.NotEqual(read.Body, Expression.Constant("")), read.Parameters), db.Set<CustomOption>().Where(o => o.FieldId == of).Select(o => o.RowId));
    }
}
