using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Fields;

/// <summary>A custom field as a field of its list: shown by everyone who sees it, filtered and put in order by its index once that stands.</summary>
internal static class CustomColumn
{
    public static ListField<TRow> Of<TRow>(CustomField field, CustomFields all) where TRow : class => field.IsNumber ? Made<TRow, long>(field, all, CustomValue.Number) : Made<TRow, string>(field, all, CustomValue.Text);

    private static ListField<TRow> Made<TRow, TValue>(CustomField field, CustomFields all, Func<string?, string, TValue> value) where TRow : class
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        var read = Expression.Lambda<Func<TRow, TValue>>(Expression.Call(value.Method, Expression.Property(row, nameof(ICustomised.Custom)), Expression.Constant(field.Key)), row);
        var kind = field.Kind switch
        {
            CustomKind.Number => FieldKind.Number,
            CustomKind.Money => FieldKind.Money,
            CustomKind.Date => FieldKind.Date,
            CustomKind.Choice => FieldKind.Choice,
            CustomKind.Person or CustomKind.Customer or CustomKind.File => FieldKind.Reference,
            _ => FieldKind.Text,
        };
        var made = ListField<TRow>.Of(field.Key, "", kind, read);
        _ = kind is FieldKind.Number or FieldKind.Money ? made.SummedNear() : made;
        _ = field.List == "waybills" && kind != FieldKind.Reference && field.Kind != CustomKind.Choices ? made.SortedNear() : made; // A hundred million are in order by day alone.
        _ = field.Kind == CustomKind.Choices ? made.Offers(() => field.Choices) : made;
        if (field.Ready && field.Indexed && field.Kind == CustomKind.Choices)
        {
            var text = (Expression<Func<TRow, string>>)(object)read;
            made.Asked(["=", "!="], (db, asked, ct) => Task.FromResult(CustomChoices.Ask(db, field, text, asked)));
        }
        else if (field.Ready && field.Indexed)
        {
            made = kind == FieldKind.Reference || field.List == "waybills" ? made : made.Sorted();
            made.Asked(kind switch { FieldKind.Number or FieldKind.Money or FieldKind.Date => [">=", "<=", "="], FieldKind.Text => ["=", "!=", "~", "!~"], _ => ["=", "!="] },
                async (db, asked, ct) => Compared(db, field, read, kind == FieldKind.Reference ? await Meant(db, all.Reference(field.Kind), asked, ct) : asked));
            _ = kind == FieldKind.Choice ? made.Grouped() : made;
        }

        _ = made.Operators.Count > 0 ? made.AsksNothing() : made;

        var named = made.Called(() => field.Called).Said((stored, names) => CustomValue.Say(field, stored, names), stored => CustomValue.Typed(field, stored));
        if (all.Reference(field.Kind) is { } reference && kind == FieldKind.Reference)
        {
            named = field.Kind == CustomKind.File ? named : named.Edited(CustomValue.Name(field), bulk: !field.Unique);
            named = reference.FilterLookup is { } lookup ? named.LookedUp(lookup) : named;
            return named.Refers((db, ids, ct) => reference.Names(db, [.. ids.Where(i => i != CustomValue.Least)], ct), reference.Href(1) is null ? null : id => reference.Href(id)!);
        }

        named = kind == FieldKind.Choice ? named.Coded(v => CustomValue.Say(field, v), () => field.Choices) : field.Kind == CustomKind.Station ? named.LookedUp(all.Reference(CustomKind.Station)?.Lookup ?? "") : named;
        return named.Edited(CustomValue.Name(field), bulk: !field.Unique);
    }

    /// <summary>What was looked up as the keys that are stored; what means nothing stays as it is, and is refused.</summary>
    private static async Task<Criterion> Meant(CrmDb db, ICustomReference? reference, Criterion asked, CancellationToken ct)
    {
        var values = new List<string>();
        foreach (var value in asked.Values)
        {
            values.Add(value.Length > 0 && !value.All(char.IsAsciiDigit) && reference is not null && await reference.Meant(db, value, ct) is { } key ? key.ToString(CultureInfo.InvariantCulture) : value);
        }

        return asked with { Values = values };
    }

    /// <summary>The rows whose value compares so; an empty value means: not known.</summary>
    private static Result<Condition<TRow>> Compared<TRow, TValue>(CrmDb db, CustomField field, Expression<Func<TRow, TValue>> read, Criterion asked) where TRow : class
    {
        var ranges = new List<(TValue From, TValue To)>();
        foreach (var value in asked.Values)
        {
            if (Range(field, value, db.UtcNow) is not var (from, to) || (value.Length == 0 && asked.Operator is not ("=" or "!=")))
            {
                return new Refusal.InvalidMany([new(field.Key, field.Kind is CustomKind.Number or CustomKind.Money ? "list.figure_wrong" : "list.value_wrong", field.Called, value)]);
            }

            ranges.Add(((TValue)from, (TValue)to));
        }

        if (ranges.Count == 0 || (asked.Operator is not ("=" or "!=") && ranges.Count > 1))
        {
            return new Refusal.InvalidMany([new(field.Key, "list.value_wrong", field.Called, string.Join(',', asked.Values))]);
        }

        // Past the scope on purpose: these ids only narrow a query that carries it.
        var past = db.Set<TRow>().IgnoreQueryFilters();
        var id = Expression.Lambda<Func<TRow, long>>(Expression.Property(read.Parameters[0], "Id"), read.Parameters);
        Condition<TRow> Of(Expression test)
        {
            var holds = Expression.Lambda<Func<TRow, bool>>(test, read.Parameters);
            return new(holds, past.Where(holds).Select(id), Indexed: true, field.Key, "-" + field.Key);
        }

        var (body, first) = (read.Body, ranges[0]);
        var known = (TValue)(object)(field.IsNumber ? CustomValue.Least + 1 : "\u0001");
        return asked.Operator switch
        {
            ">=" => Of(Compare.AtLeast(body, first.From)),
            "<=" => Of(Expression.AndAlso(Compare.AtMost(body, first.To), Compare.AtLeast(body, known))),
            "~" => Of(Expression.AndAlso(Compare.AtLeast(body, first.From), Compare.AtMost(body, (TValue)(object)(first.To + Compare.Greatest)))),
            "!~" => Condition<TRow>.Any([Of(Compare.Before(body, first.From)), Of(Compare.After(body, (TValue)(object)(first.To + Compare.Greatest)))]),
            "!=" => new Condition<TRow>(Expression.Lambda<Func<TRow, bool>>(Expression.Not(Compare.Among(body, ranges.ConvertAll(r => r.From))), read.Parameters), null),
            _ => Condition<TRow>.Any(ranges.ConvertAll(r => Of(Equals(r.From, r.To) ? Compare.Same(body, r.From) : Expression.AndAlso(Compare.AtLeast(body, r.From), Compare.AtMost(body, r.To))))),
        };
    }

    private static (object From, object To)? Range(CustomField field, string value, DateTime now)
    {
        if (value.Length == 0)
        {
            return field.IsNumber ? (CustomValue.Least, CustomValue.Least) : ("", "");
        }

        if (field.Kind == CustomKind.Date)
        {
            return ValueRange.TryRead<DateOnly>(FieldKind.Date, value, now, out var from, out var to) ? (from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), to.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) : null;
        }

        if (field.Kind is CustomKind.Person or CustomKind.Customer or CustomKind.File)
        {
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? (id, id) : null;
        }

        if (field.IsNumber)
        {
            return CustomValue.Understood(field, value, out _)?.GetValue<long>() is { } number ? (number, number) : null;
        }

        // A choice by what it is called in either language; else as it is.
        var text = field.Kind == CustomKind.Choice ? CustomValue.Understood(field, value, out _)?.GetValue<string>() ?? value : value;
        return PlainText.IsStorable(text) && text.Length <= 500 ? (text, text) : null;
    }
}
