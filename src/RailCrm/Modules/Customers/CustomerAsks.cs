using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>The filters of the customer list that are more than a comparison with a column, each with the index that answers it.</summary>
/// <remarks>The ids look past the scope on purpose: they only narrow a query that carries it.</remarks>
internal static class CustomerAsks
{
#pragma warning disable CA1309, CA1310, CA1311 // Translated to SQL, where the column's collation decides.
    /// <summary>The same, and with <c>!=</c> those of which it does not hold: what is not known is none of the values either.</summary>
    public static Asks<Customer> OrNot(Asks<Customer> ask) => async (db, asked, ct) =>
    {
        if (!(await ask(db, asked, ct)).TryGet(out var condition, out var refusal))
        {
            return refusal;
        }

        return asked.Operator == "!=" ? condition.Not() : condition;
    };

    /// <summary>A unit, with everything under it unless exactly that is asked for.</summary>
    public static Task<Result<Condition<Customer>>> Unit(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, async value =>
    {
        if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var unitId))
        {
            return None(db);
        }

        if (asked.Operator == "==")
        {
            return Of(db, c => c.UnitId == unitId, "name", "-name");
        }

        var path = await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Path).SingleOrDefaultAsync(ct);
        var units = path is null ? [] : await PathRange.Below(path).Of(db).Select(u => u.Id).ToListAsync(ct);
        return units is [var one] ? Of(db, c => c.UnitId == one, "name", "-name")
            : path is null || path.Count(c => c == '/') > 1 ? Of(db, c => EF.Parameter(units).Contains(c.UnitId))
            : Condition<Customer>.Holds; // The group itself is no condition.
    });

    /// <summary>A GB/T 4754 code; a section takes its divisions along unless exactly that is asked for.</summary>
    public static Task<Result<Condition<Customer>>> Industry(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, value =>
    {
        if (value.Length == 0)
        {
            return Task.FromResult(Of(db, c => c.IndustryCode == null, "name", "-name"));
        }

        var code = ReferenceData.IndustryCode(value) ?? value;
        var codes = ReferenceData.Industries.Where(i => i.Section == code && asked.Operator != "==").Select(i => i.Code).Append(code).Distinct().ToList();
        return Task.FromResult(codes is [var division] ? Of(db, c => c.IndustryCode == division, "name", "-name") : Of(db, c => EF.Parameter(codes).Contains(c.IndustryCode!)));
    });

    /// <summary>A GB/T 2260 code; a province takes its cities and counties along unless exactly that is asked for.</summary>
    public static Task<Result<Condition<Customer>>> Region(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, value =>
    {
        if (value.Length == 0)
        {
            return Task.FromResult(Of(db, c => c.RegionCode == null, "name", "-name"));
        }

        var code = ReferenceData.RegionCode(value) ?? value;
        if (asked.Operator == "==")
        {
            return Task.FromResult(Of(db, c => c.RegionCode == code, "name", "-name"));
        }

        var region = Shared(code);
        var (first, last) = (region.PadRight(6, '0'), region.PadRight(6, '9'));
        return Task.FromResult(region.Length == 6 ? Of(db, c => c.RegionCode == region, "name", "-name") 
            : asked.Operator == "!=" ? Of(db, c => c.RegionCode != null && string.Compare(c.RegionCode, first) >= 0 && string.Compare(c.RegionCode, last) <= 0) // Of nothing a comparison says neither yes nor no.
            : Of(db, c => string.Compare(c.RegionCode, first) >= 0 && string.Compare(c.RegionCode, last) <= 0));
    });

    /// <summary>A main sending or receiving station, by name or code.</summary>
    public static Task<Result<Condition<Customer>>> Station(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, async value =>
    {
        var station = await StationName(db, value.Trim(), ct);
        return new(c => c.MainStations.Any(s => s.Station == station), db.Set<MainStation>().IgnoreQueryFilters().Where(s => s.Station == station).Select(s => s.CustomerId).Distinct());
    });

    /// <summary>A tag.</summary>
    public static Task<Result<Condition<Customer>>> Tag(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, value =>
    {
        var tag = value.Trim();
        // A sum is no column: SQLite would else read all that bear the tag, to look whether each is in the scope.
        return Task.FromResult(new Condition<Customer>(c => db.Set<CustomerTag>().Any(t => t.Tag == tag && t.CustomerId == c.Id + 0), db.Set<CustomerTag>().Where(t => t.Tag == tag).Select(t => t.CustomerId))
        {
            Within = units => c => db.Set<CustomerTag>().Where(t => t.Tag == tag && EF.Parameter(units).Contains(t.UnitId)).Select(t => t.CustomerId).Contains(c.Id),
        });
    });

    /// <summary>Those that belong to one company, by its key, number or whole name; with nothing those that belong to none that is known.</summary>
    public static Task<Result<Condition<Customer>>> Parent(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, async value =>
    {
        if (value.Length == 0)
        {
            return new Condition<Customer>(c => c.ParentId == null, null); // Nearly all: no index leads to fewer.
        }

        // One out of sight is not asked for: what belongs to it would tell of it.
        var parent = !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? await Lookups.Customer(db, value, ct) : await db.Set<Customer>().AnyAsync(c => c.Id == key, ct) ? key : null;
        return parent is null ? None(db) : Of(db, c => c.ParentId == parent);
    });

    /// <summary>Those that one account made; with nothing those of whom nobody kept it.</summary>
    public static Task<Result<Condition<Customer>>> Author(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, async value => await Origin.Authors(db, value, ct) switch
    {
        [var one] => Of(db, c => c.CreatedBy == one),
        [] => None(db),
        var some => Of(db, c => EF.Parameter(some).Contains(c.CreatedBy)),
    });

    /// <summary>Completeness less than this.</summary>
    public static Task<Result<Condition<Customer>>> Below(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, value => Task.FromResult(
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var below) ? Of(db, c => c.Completeness < below, "completeness", "-completeness") : None(db)));

    /// <summary>Those of one manager, by sign-in name, employee number or a name that nobody else bears.</summary>
    public static Task<Result<Condition<Customer>>> Manager(CrmDb db, Criterion asked, CancellationToken ct) => EachRight(asked, value => AccountManagers.Ask(db, asked.Field, value.Trim(), ct));

    /// <summary>Those whose manager or deputy the reader is.</summary>
    public static Task<Result<Condition<Customer>>> Mine(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, value =>
    {
        var (me, now) = (db.Actor.UserId, db.UtcNow);
        var mine = new Condition<Customer>(
            c => db.Set<CustomerGrant>().Any(g => g.CustomerId == c.Id && g.UserId == me && g.Reason != CustomerGrant.Shared && (g.Until == null || g.Until > now)),
            db.Set<CustomerGrant>().Where(g => g.UserId == me && g.Reason != CustomerGrant.Shared && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).Distinct());
        return Task.FromResult(value == "true" ? mine : mine.Not());
    });

    /// <summary>Those that the reader marked with a star.</summary>
    public static Task<Result<Condition<Customer>>> Favourite(CrmDb db, Criterion asked, CancellationToken ct) => Each(asked, value =>
    {
        var me = db.Actor.UserId;
        var mine = new Condition<Customer>(
            c => db.Set<RecordMark>().Any(m => m.UserId == me && m.Mark == RecordMark.Favourite && m.RecordKind == RecordKind.Customer && m.CustomerId == c.Id),
            db.Set<RecordMark>().Where(m => m.UserId == me && m.Mark == RecordMark.Favourite && m.RecordKind == RecordKind.Customer).Select(m => m.CustomerId));
        return Task.FromResult(value == "true" ? mine : mine.Not());
    });

    /// <summary>A phone that begins with these digits.</summary>
    public static Task<Result<Condition<Customer>>> Phone(CrmDb db, Criterion asked, CancellationToken ct) => asked.Operator == "!~" && (asked.Values.Count != 1 || asked.Values.Any(v => string.IsNullOrEmpty(PhoneNumber.Digits(v))))
        ? Task.FromResult<Result<Condition<Customer>>>(new Refusal.InvalidMany([new(asked.Field, "contact.phone_wrong")])) : Each(asked, value =>
    {
        var digits = PhoneNumber.Digits(value) ?? "";
        var end = digits + ":"; // The character behind 9.
        return Task.FromResult(asked.Operator == "=" ? (digits.Length == 0 ? None(db) : Of(db, c => c.PhoneDigits == digits)) : asked.Operator == "!~" ? Condition<Customer>.Any([Of(db, c => string.Compare(c.PhoneDigits, digits) < 0), Of(db, c => string.Compare(c.PhoneDigits, end) >= 0), Of(db, c => c.PhoneDigits == null)]) : digits.Length == 0 ? None(db) : Of(db, c => string.Compare(c.PhoneDigits, digits) >= 0 && string.Compare(c.PhoneDigits, end) < 0));
    });

    /// <summary>A name that contains this, by the search's own rules, or does not; or that is exactly this.</summary>
    public static Task<Result<Condition<Customer>>> Name(CrmDb db, Criterion asked, CancellationToken ct) => Name(db, asked, few: db.Scope.Width == ScopeWidth.Narrow, ct);

    /// <param name="db">The database.</param>
    /// <param name="asked">What is asked.</param>
    /// <param name="few">Whether so few rows are asked that each can be read.</param>
    /// <param name="ct">Cancels.</param>
    internal static Task<Result<Condition<Customer>>> Name(CrmDb db, Criterion asked, bool few, CancellationToken ct) => asked.Operator == "!~" ? Nameless(db, asked, few, ct) : Each(asked, async value =>
    {
        if (asked.Operator == "=")
        {
            return Of(db, c => c.Name == value, "name", "-name");
        }

        var (ids, words) = await CustomerSearch.Matching(db, value, ct);
        return ids is null ? words.Aggregate((a, b) => a with { Test = And(a.Test, b.Test) })
            : new(c => EF.Parameter(ids).Contains(c.Id), db.Set<Customer>().IgnoreQueryFilters().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => c.Id));
    });
#pragma warning restore CA1309, CA1310, CA1311

    /// <summary>None of those that the search finds. No index leads to the rest, so among many rows what is common is refused: few might be left of a million.</summary>
    private static async Task<Result<Condition<Customer>>> Nameless(CrmDb db, Criterion asked, bool few, CancellationToken ct)
    {
        var (some, tests) = (new List<long>(), new List<Expression<Func<Customer, bool>>>());
        foreach (var value in asked.Values.DefaultIfEmpty(""))
        {
            if (!PlainText.IsStorable(value) || value.Length > Customer.NameLength)
            {
                return new Refusal.InvalidMany([new(asked.Field, "customer.text_unstorable")]);
            }

            if (SearchTerms.Query(value) is null)
            {
                return new Refusal.InvalidMany([new(asked.Field, "customer.name_nothing", value)]);
            }

            var (ids, words) = await CustomerSearch.Matching(db, value, ct);
            if (!few && (ids is null || some.Count + ids.Count > CustomerSearch.Common))
            {
                return new Refusal.InvalidMany([new(asked.Field, "customer.name_common", value, CustomerSearch.Common)]);
            }

            some.AddRange(ids ?? []);
            tests.AddRange(ids is null ? [words.Aggregate((a, b) => a with { Test = And(a.Test, b.Test) }).Not().Test] : []);
        }

        return new Condition<Customer>(tests.Aggregate((Expression<Func<Customer, bool>>)(c => !EF.Parameter(some).Contains(c.Id)), And), null);
    }

    private static Condition<Customer> Of(CrmDb db, Expression<Func<Customer, bool>> test, params string[] serves) =>
        new(test, db.Set<Customer>().IgnoreQueryFilters().Where(test).Select(c => c.Id), Indexed: true, serves);

    private static Condition<Customer> None(CrmDb db) => Of(db, c => c.Id < 0);

    private static Expression<Func<Customer, bool>> And(Expression<Func<Customer, bool>> a, Expression<Func<Customer, bool>> b) =>
        Expression.Lambda<Func<Customer, bool>>(Expression.AndAlso(a.Body, new Swap(b.Parameters[0], a.Parameters[0]).Visit(b.Body)!), a.Parameters);

    private static Task<Result<Condition<Customer>>> Each(Criterion asked, Func<string, Task<Condition<Customer>>> of) => EachRight(asked, async value => await of(value));

    /// <summary>As the other, of values that may be refused.</summary>
    private static async Task<Result<Condition<Customer>>> EachRight(Criterion asked, Func<string, Task<Result<Condition<Customer>>>> of)
    {
        var alternatives = new List<Condition<Customer>>();
        foreach (var value in asked.Values)
        {
            if (!PlainText.IsStorable(value) || value.Length > Customer.NameLength)
            {
                return new Refusal.InvalidMany([new(asked.Field, "customer.text_unstorable")]);
            }

            if (!(await of(value)).TryGet(out var alternative, out var refusal))
            {
                return refusal;
            }

            alternatives.Add(alternative);
        }

        return alternatives.Contains(Condition<Customer>.Holds) ? Condition<Customer>.Holds : Condition<Customer>.Any(alternatives);
    }

    /// <summary>The digits that a region shares with everything in it: 320000 is 32, 320500 is 3205.</summary>
    private static string Shared(string code)
    {
        var text = code.Trim();
        return text is [.., '0', '0'] && text.Length == 6 ? text.EndsWith("0000", StringComparison.Ordinal) ? text[..2] : text[..4] : text.Length > 6 ? text[..6] : text;
    }

    /// <summary>A station by its name or one of its codes.</summary>
    private static async Task<string> StationName(CrmDb db, string typed, CancellationToken ct)
    {
        if (typed.Length == 0 || !typed.All(char.IsAsciiLetterOrDigit))
        {
            return typed;
        }

        var upper = typed.ToUpperInvariant();
        return await db.Set<Station>().Where(s => s.TelegraphCode == upper).Select(s => s.Name).FirstOrDefaultAsync(ct)
            ?? await db.Set<Station>().Where(s => s.TmisCode == typed).Select(s => s.Name).FirstOrDefaultAsync(ct) ?? typed;
    }
}
