using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>A view of lines taken apart: what an index leads to, what is told of lanes, and what can only be asked of each line once an index has led to few.</summary>
internal sealed record WaybillAsked
{
    /// <summary>The number, and what is asked of the lane once.</summary>
    public ListWaybills.Query Query { get; private set; } = new();

    /// <summary>Whose lines; null where anybody's.</summary>
    public IReadOnlyList<long>? Customers { get; private set; }

    /// <summary>A unit that owns the customer: exactly that, or one above its own.</summary>
    public readonly record struct Owner(long Unit, bool Exactly);

    /// <summary>Units of which each list holds one that owns the customer.</summary>
    public List<IReadOnlyList<Owner>> Owners { get; } = [];

    /// <summary>The systems they come from; null for any.</summary>
    public IReadOnlyList<string>? Sources { get; private set; }

    /// <summary>Whether the reader manages the customer.</summary>
    public bool? Mine { get; private set; }

    /// <summary>What is asked of lanes otherwise.</summary>
    public List<LaneCondition> Lanes { get; } = [];

    /// <summary>The days that enclose all lines meant, both included.</summary>
    public (DateOnly? From, DateOnly? To) Days { get; private set; }

    /// <summary>Conditions that name their lines by an index of their own: the group's own fields, the reader's stars.</summary>
    public List<IReadOnlyList<Criterion>> Own { get; } = [];

    /// <summary>Conditions asked of each line.</summary>
    public List<IReadOnlyList<Criterion>> Tests { get; } = [];

    /// <summary>Those that were ticked.</summary>
    public IReadOnlyList<long>? Ids { get; private set; }

    /// <summary>What was typed into the search.</summary>
    public string? Search { get; private set; }

    /// <summary>Whether the monthly facts tell these lines apart from others, as far as the days are whole months.</summary>
    public bool IsFactual => Tests.Count == 0 && Own.Count == 0 && Ids is null && Search is null && Sources is null && string.IsNullOrEmpty(Query.ExternalNo) && Days is { From: null or { Day: 1 } } && (Days.To is not { } to || Month.Of(to).Last == to);

    /// <summary>Whether how the work was done is asked.</summary>
    public bool HasLane => Lanes.Count > 0 || WaybillWay.HasLane(Query);

    /// <summary>Takes a view apart, or says what is wrong with it.</summary>
    public static async Task<Result<WaybillAsked>> Of(CrmDb db, ListOf list, View view, CancellationToken ct)
    {
        var asked = new WaybillAsked { Search = view.Search };
        foreach (var group in view.Filter.Groups)
        {
            if (group.FirstOrDefault(c => list.Find(c.Field) is not { Operators.Count: > 0 } field || !field.Operators.Contains(c.Operator)) is { } wrong)
            {
                return new Refusal.InvalidMany([list.Find(wrong.Field) is { } known ? new(wrong.Field, "list.operator_wrong", known.Name) : new("filter", "list.field_unknown", wrong.Field)]);
            }

            if (await asked.Take(db, group, ct) is { } refusal)
            {
                return refusal;
            }
        }

        return asked;
    }

    private async Task<Refusal?> Take(CrmDb db, IReadOnlyList<Criterion> group, CancellationToken ct)
    {
        bool All(string field) => group.All(c => c.Field == field && c.Operator == "=");
        var values = group.SelectMany(c => c.Values).ToList();
        if (group.All(c => c.Field == "favourite" || c.Field.StartsWith("x_", StringComparison.Ordinal)))
        {
            Own.Add(group);
        }
        else if (group.All(c => c.Field is "from" or "to" or "date" or "month"))
        {
            return TakeDays(group, db.UtcNow);
        }
        else if (All("id"))
        {
            Ids = Both(Ids, values.ConvertAll(Id));
        }
        else if (All(Brought.Key))
        {
            if (!(await Brought.Ids(db, WaybillAsks.Imported, values, ct)).TryGet(out var brought, out var refusal))
            {
                return refusal;
            }

            Ids = Both(Ids, brought);
        }
        else if (All("customer"))
        {
            Customers = Both(Customers, await CustomersNamed(db, values, ct));
        }
        else if (group.All(c => c.Field == "owner"))
        {
            var owners = new List<Owner>();
            foreach (var one in group)
            {
                owners.AddRange(one.Operator == "!=" ? await Others(db, one.Values, ct) : one.Values.Select(v => new Owner(Id(v), one.Operator == "==")));
            }

            Owners.Add(owners);
        }
        else if (All("source"))
        {
            Sources = Both(Sources, values);
        }
        else if (group is [{ Field: "mine", Values: ["true" or "false"] } only])
        {
            var mine = only.Values[0] == "true";
            Customers = Mine is { } said && said != mine ? [] : Customers; // Mine and not mine is nobody's.
            Mine = mine;
        }
        else if (group is [{ Field: "mine" } flag])
        {
            return new Refusal.InvalidMany([new("mine", "list.value_wrong", Platform.Text.Texts.Get("customer.mine"), string.Join(',', flag.Values))]);
        }
        else if (group is [{ Operator: "=", Values: [{ Length: > 0 } value] } one] && Taken(Query, one.Field, value) is { } taken)
        {
            Query = taken;
        }
        else if (LaneCondition.Of(group) is { } lane)
        {
            Lanes.Add(lane);
        }
        else
        {
            Tests.Add(group);
        }

        return null;
    }

    /// <summary>Several windows of days: an index leads to what encloses them, and where that holds more each line is asked.</summary>
    private Refusal.InvalidMany? TakeDays(IReadOnlyList<Criterion> group, DateTime now)
    {
        var windows = new List<(DateOnly From, DateOnly To)>();
        foreach (var day in group)
        {
            foreach (var value in day.Values)
            {
                if (WaybillAsks.Days(day.Field, day.Operator, value, now) is not var (first, last) || (day.Values.Count > 1 && day.Operator != "="))
                {
                    return new Refusal.InvalidMany([new(day.Field, "waybill.day_wrong")]);
                }

                windows.Add((first ?? DateOnly.MinValue, last ?? DateOnly.MaxValue));
            }
        }

        windows.Sort();
        var (from, to, apart) = (windows[0].From, windows[0].To, false);
        foreach (var window in windows.Skip(1))
        {
            apart |= to < DateOnly.MaxValue && window.From > to.AddDays(1);
            to = window.To > to ? window.To : to;
        }

        Days = (from == DateOnly.MinValue || from < Days.From ? Days.From : from, to == DateOnly.MaxValue || to > Days.To ? Days.To : to);
        if (apart)
        {
            Tests.Add(group);
        }

        return null;
    }

    /// <summary>The query with one thing more; null where it asks for that already.</summary>
    private static ListWaybills.Query? Taken(ListWaybills.Query query, string field, string value) => field switch
    {
        "unit" when query.Unit is null => query with { Unit = Id(value) },
        "externalNo" when query.ExternalNo is null => query with { ExternalNo = value },
        "service" when query.Service is null => query with { Service = value },
        "commodity" when query.Commodity is null => query with { Commodity = value },
        "mode" when query.Mode is null => query with { Mode = value },
        "origin" when query.Origin is null => query with { Origin = value },
        "destination" when query.Destination is null => query with { Destination = value },
        _ => null,
    };

    /// <summary>All units but some and those under them: there are some thousands, so what is not asked for is asked for one by one.</summary>
    private static async Task<IEnumerable<Owner>> Others(CrmDb db, IReadOnlyList<string> values, CancellationToken ct)
    {
        var without = new HashSet<long>();
        foreach (var value in values)
        {
            without.UnionWith(await WaybillWay.Units(db, Id(value), ct));
        }

        return (await db.Set<OrgUnit>().Select(u => u.Id).ToListAsync(ct)).Where(u => !without.Contains(u)).Select(u => new Owner(u, Exactly: true));
    }

    /// <summary>Customers by their keys, or as a lookup names them; one that nobody has finds nothing.</summary>
    internal static async Task<List<long>> CustomersNamed(CrmDb db, IEnumerable<string> values, CancellationToken ct)
    {
        var ids = new List<long>();
        foreach (var value in values)
        {
            ids.Add(value.All(char.IsAsciiDigit) ? Id(value) : await Lookups.Customer(db, value, ct) ?? -1);
        }

        return ids;
    }

    private static long Id(string value) => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;

    private static IReadOnlyList<T> Both<T>(IReadOnlyList<T>? before, IReadOnlyList<T> more) => before is null ? [.. more.Distinct()] : [.. before.Intersect(more)];
}
