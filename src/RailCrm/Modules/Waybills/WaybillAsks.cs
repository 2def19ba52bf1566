using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>Conditions as they are asked of one line. No index answers them: <see cref="WaybillAsked"/> sees to it that one has led to few lines before.</summary>
internal static class WaybillAsks
{
    /// <summary>How imports name a line.</summary>
    public const string Imported = "waybill";

    /// <summary>Unit, service, category, mode, stations.</summary>
    public static Task<Result<Condition<WaybillLine>>> Lane(CrmDb db, Criterion asked, CancellationToken ct) => Told(LaneCondition.Of([asked])!.OfLine);

    /// <summary>The line itself.</summary>
    public static Result<Condition<WaybillLine>> Ids(Criterion asked)
    {
        var ids = asked.Values.Select(v => long.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1).ToList();
        return new Condition<WaybillLine>(w => EF.Parameter(ids).Contains(w.Id), null);
    }

    /// <summary>A day, a month, or from or to one.</summary>
    public static Task<Result<Condition<WaybillLine>>> Day(CrmDb db, Criterion asked, CancellationToken ct)
    {
        Condition<WaybillLine>? any = null;
        foreach (var value in asked.Values)
        {
            if (Days(asked.Field, asked.Operator, value, db.UtcNow) is not var (first, last))
            {
                return Task.FromResult<Result<Condition<WaybillLine>>>(new Refusal.InvalidMany([new(asked.Field, "waybill.day_wrong")]));
            }

            var (from, to) = (first ?? DateOnly.MinValue, last ?? DateOnly.MaxValue);
            var one = new Condition<WaybillLine>(w => w.Date >= from && w.Date <= to, null);
            any = any is null ? one : Condition<WaybillLine>.Any([any, one]);
        }

        return Task.FromResult<Result<Condition<WaybillLine>>>(any!);
    }

    /// <summary>The days that a condition on days means, open where it leaves an end open; null where the value is none.</summary>
    public static (DateOnly? From, DateOnly? To)? Days(string field, string op, string value, DateTime now) => ValueRange.TryRead<DateOnly>(FieldKind.Date, value, now, out var first, out var last)
        ? (field, op) switch { ("from", _) or (_, ">=") => (first, null), ("to", _) or (_, "<=") => (null, last), _ => (first, last) }
        : null;

    public static async Task<Result<Condition<WaybillLine>>> Customer(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var ids = await WaybillAsked.CustomersNamed(db, asked.Values, ct);
        var among = new Condition<WaybillLine>(w => EF.Parameter(ids).Contains(w.CustomerId), null);
        return asked.Operator == "!=" ? among.Not() : among;
    }

    /// <summary>The unit that owns the customer, or one above it unless exactly that is asked for.</summary>
    public static async Task<Result<Condition<WaybillLine>>> Owner(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var units = new List<long>();
        foreach (var value in asked.Values)
        {
            units.AddRange(!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? [] : asked.Operator == "==" ? [id] : await WaybillWay.Units(db, id, ct));
        }

        var among = new Condition<WaybillLine>(w => db.Set<ScopeCustomer>().Any(c => c.Id == w.CustomerId && EF.Parameter(units).Contains(c.UnitId)), null);
        return asked.Operator == "!=" ? among.Not() : among;
    }

    /// <summary>The customer's class.</summary>
    public static Task<Result<Condition<WaybillLine>>> Tier(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var tiers = new List<CustomerTier>();
        foreach (var value in asked.Values)
        {
            if (value.Length == 0 || !ValueRange.TryRead<CustomerTier>(FieldKind.Choice, value, db.UtcNow, out var tier, out _))
            {
                return Task.FromResult<Result<Condition<WaybillLine>>>(new Refusal.InvalidMany([new("tier", "customer.tier_unknown", value)]));
            }

            tiers.Add(tier);
        }

        var among = new Condition<WaybillLine>(w => db.Set<Customer>().Any(c => c.Id == w.CustomerId && EF.Parameter(tiers).Contains(c.Tier)), null); // Those in the bin too: the list drops that filter.
        return Task.FromResult<Result<Condition<WaybillLine>>>(asked.Operator == "!=" ? among.Not() : among);
    }

    /// <summary>Whether the reader manages the customer.</summary>
    public static async Task<Result<Condition<WaybillLine>>> Mine(CrmDb db, Criterion asked, CancellationToken ct)
    {
        if (asked.Values is not ["true" or "false"])
        {
            return new Refusal.InvalidMany([new("mine", "list.value_wrong", Platform.Text.Texts.Get("customer.mine"), string.Join(',', asked.Values))]);
        }

        var mine = await WaybillWay.Mine(db, ct);
        var among = new Condition<WaybillLine>(w => EF.Parameter(mine).Contains(w.CustomerId), null);
        return asked.Values[0] == "true" ? among : among.Not();
    }

    public static Task<Result<Condition<WaybillLine>>> Source(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var sources = asked.Values.ToList();
        return asked.Operator == "!=" ? Told(w => !EF.Parameter(sources).Contains(w.Source + "")) : Told(w => EF.Parameter(sources).Contains(w.Source + "")); // No column any more, so that no engine takes the source's index and sorts all of it.
    }

    /// <summary>Somewhere in the note, or nowhere in it; nothing typed means: without one, or with one.</summary>
    public static Task<Result<Condition<WaybillLine>>> Note(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var typed = string.Join(',', asked.Values);
        return (asked.Operator, typed.Length) switch
        {
            ("!~", 0) => Told(w => w.Note != null),
            ("!~", _) => Told(w => w.Note == null || !w.Note.Contains(typed)),
            (_, 0) => Told(w => w.Note == null),
            _ => Told(w => w.Note!.Contains(typed)),
        };
    }

    private static Task<Result<Condition<WaybillLine>>> Told(Expression<Func<WaybillLine, bool>> test) => Task.FromResult<Result<Condition<WaybillLine>>>(new Condition<WaybillLine>(test, null));
}
