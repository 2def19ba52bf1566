using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>The filters of the contact list that are more than a comparison with a column, each with the index that answers it.</summary>
/// <remarks>The ids look past the scope on purpose: they only narrow a query that carries it.</remarks>
internal static class ContactAsks
{
    private static readonly ListField<Customer> OfTier = ListField<Customer>.Of("tier", "customer.tier", FieldKind.Choice, c => c.Tier).Indexed().Chosen("tier", Tiers, "customer.tier_unknown");

    /// <summary>The codes of a tier, in their order.</summary>
    public static IReadOnlyList<string> Tiers => ["large", "medium", "small", "atRisk", "prospective"];

    /// <summary>The tier of the customer.</summary>
    public static readonly Asks<Contact> Tier = OfCustomer(OfTier.Where);

    /// <summary>What the list of customers asks of a customer, asked of a contact's.</summary>
    public static Asks<Contact> OfCustomer(Asks<Customer> asks) => async (db, asked, ct) => (await asks(db, asked, ct)).TryGet(out var of, out var refusal) ? Lifted(db, of) : refusal;

    /// <summary>A customer by its key, number or whole name.</summary>
    public static async Task<Result<Condition<Contact>>> Customer(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var ids = new List<long>();
        foreach (var value in asked.Values)
        {
            if ((long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? key : await Lookups.Customer(db, value, ct)) is not { } id)
            {
                return new Refusal.InvalidMany([new(asked.Field, "list.value_wrong", Platform.Text.Texts.Get("contact.customer"), value)]);
            }

            ids.Add(id);
        }

        var among = new Condition<Contact>(k => EF.Parameter(ids).Contains(k.CustomerId), db.Set<Contact>().IgnoreQueryFilters().Where(k => EF.Parameter(ids).Contains(k.CustomerId)).Select(k => k.Id), Indexed: true);
        return asked.Operator == "=" ? among : among.Not();
    }

    /// <summary>Those that one account made; with nothing those of whom nobody kept it.</summary>
    public static async Task<Result<Condition<Contact>>> Author(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var alternatives = new List<Condition<Contact>>();
        foreach (var value in asked.Values)
        {
            var authors = await Origin.Authors(db, value, ct);
            var author = authors.Count > 0 ? authors[0] : null;
            Expression<Func<Contact, bool>> test = authors.Count == 1 ? k => k.CreatedBy == author : k => EF.Parameter(authors).Contains(k.CreatedBy);
            alternatives.Add(new(test, db.Set<Contact>().IgnoreQueryFilters().Where(test).Select(k => k.Id), Indexed: true));
        }

        var any = Condition<Contact>.Any(alternatives);
        return asked.Operator == "!=" ? any.Not() : any;
    }

    /// <summary>A mobile that begins with these digits.</summary>
    public static Task<Result<Condition<Contact>>> Mobile(CrmDb db, Criterion asked, CancellationToken ct) => Digits(db, asked, nameof(Contact.Mobile2), k => k.MobileDigits, k => k.Mobile2Digits);

    /// <summary>A landline that begins with these digits.</summary>
    public static Task<Result<Condition<Contact>>> Phone(CrmDb db, Criterion asked, CancellationToken ct) => Digits(db, asked, nameof(Contact.Phone2), k => k.PhoneDigits, k => k.Phone2Digits);

    /// <summary>An e-mail, however it is written.</summary>
    public static Task<Result<Condition<Contact>>> Email(CrmDb db, Criterion asked, CancellationToken ct) => Task.FromResult<Result<Condition<Contact>>>(Condition<Contact>.Any([.. asked.Values.Select(v => v.Trim().ToLowerInvariant()).Select(mail =>
        mail.Length == 0 ? new Condition<Contact>(k => k.Email == null && k.Email2 == null, null) : new(FindContactDuplicates.Mailed(mail, db.Actor.Fields), db.Set<Contact>().IgnoreQueryFilters().Where(FindContactDuplicates.Mailed(mail, db.Actor.Fields)).Select(k => k.Id), Indexed: true))]));

    /// <summary>What was typed, somewhere in what a person is found by; it reads the row.</summary>
    public static Condition<Contact> Found(string typed)
    {
        var pattern = Pattern(typed);
        return new(k => EF.Functions.Like(k.Name, pattern, "\\") || EF.Functions.Like(k.MobileDigits!, pattern, "\\") || EF.Functions.Like(k.PhoneDigits!, pattern, "\\") || EF.Functions.Like(k.Mobile2Digits!, pattern, "\\") || EF.Functions.Like(k.Phone2Digits!, pattern, "\\"), null);
    }

    /// <summary>What a text is like that contains this.</summary>
    public static string Pattern(string typed) => $"%{typed.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    /// <remarks>What is asked with = is the whole number. A second number that is kept from the reader is asked for no further than he may know it.</remarks>
    private static Task<Result<Condition<Contact>>> Digits(CrmDb db, Criterion asked, string secondName, Expression<Func<Contact, string?>> read, Expression<Func<Contact, string?>> second)
    {
        var digits = PhoneNumber.Digits(asked.Values[0]) ?? "";
        if (asked.Values.Count != 1 || digits.Length == 0)
        {
            return Task.FromResult<Result<Condition<Contact>>>(new Refusal.InvalidMany([new(asked.Field, "contact.phone_wrong")]));
        }

        var end = digits + ":"; // The character behind 9.
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        Expression<Func<string?, bool>> begins = d => string.Compare(d, digits) >= 0 && string.Compare(d, end) < 0, before = d => string.Compare(d, digits) < 0, behind = d => string.Compare(d, end) >= 0, same = d => d == digits;
        // Of those whose first number does not begin so, no second one may.
        var right = db.Actor.Fields.Of("contacts", secondName);
        (Expression<Func<string?, bool>> Way, Expression<Func<Contact, string?>> Of)[] ways = asked.Operator == "!~" ? [(before, read), (behind, read), (d => d == null, read)]
            : [(asked.Operator == "=" ? same : begins, read), .. right == FieldRight.Hidden ? [] : new[] { (asked.Operator == "=" || right == FieldRight.Masked ? same : begins, second) }];
        Expression<Func<string?, bool>> other = d => d == null || !(string.Compare(d, digits) >= 0 && string.Compare(d, end) < 0);
#pragma warning restore CA1309
        Expression Holds(Expression<Func<string?, bool>> way, Expression<Func<Contact, string?>> of) => new Swap(of.Parameters[0], read.Parameters[0]).Visit(new Swap(way.Parameters[0], of.Body).Visit(way.Body)!)!;
        return Task.FromResult<Result<Condition<Contact>>>(Condition<Contact>.Any([.. ways.Select(w =>
        {
            var test = Expression.Lambda<Func<Contact, bool>>(asked.Operator == "!~" && right <= FieldRight.See ? Expression.AndAlso(Holds(w.Way, w.Of), Holds(other, second)) : Holds(w.Way, w.Of), read.Parameters);
            return new Condition<Contact>(test, db.Set<Contact>().IgnoreQueryFilters().Where(test).Select(k => k.Id), Indexed: true);
        })]));
    }

    private static Condition<Contact> Lifted(CrmDb db, Condition<Customer> of)
    {
        if (of == Condition<Customer>.Holds)
        {
            return Condition<Contact>.Holds;
        }

        // Along an order each contact's customer is looked at by its key, whatever index the customers have for this.
        var customers = db.Set<Customer>().Where(db.IsPostgres ? of.Test : of.Blind);
        return new(k => customers.Any(c => c.Id == k.CustomerId), of.Ids?.Join(db.Set<Contact>().IgnoreQueryFilters(), id => id, k => k.CustomerId, (_, k) => k.Id));
    }
}
