using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>What keeps the search from telling phone numbers to whom they are masked or hidden: the index knows them all, so what it found by figures is looked at again.</summary>
/// <remarks>By a masked number a record is found that has the whole of it; by a hidden one none is. Whoever sees all numbers pays nothing.</remarks>
internal static class KeptPhones
{
    private static readonly string[] OfContacts = [nameof(Contact.Mobile), nameof(Contact.Phone), nameof(Contact.Mobile2), nameof(Contact.Phone2)];

    /// <summary>What contacts found by a text must satisfy beside, for each word of figures.</summary>
    public static IReadOnlyList<Condition<Contact>> Contacts(CrmDb db, string typed) =>
        [.. Figures(typed, OfContacts.All(f => db.Actor.Fields.Sees("contacts", f))).Select(word => new Condition<Contact>(Person(db.Actor.Fields, word), null))];

    /// <summary>What customers found by a text must satisfy beside, for each word of figures.</summary>
    public static IReadOnlyList<Condition<Customer>> Customers(CrmDb db, string typed) =>
        [.. Figures(typed, OfContacts.All(f => db.Actor.Fields.Sees("contacts", f)) && db.Actor.Fields.Sees("customers", nameof(Customer.Phone))).Select(word => new Condition<Customer>(Company(db, word), null))];

    /// <summary>Those of some ids that satisfy all of it.</summary>
    public static async Task<IReadOnlyList<long>> Among(this IReadOnlyList<Condition<Customer>> kept, CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        kept.Count == 0 || ids.Count == 0 ? ids : await kept.Aggregate(db.Set<Customer>().IgnoreQueryFilters().Where(c => EF.Parameter(ids).Contains(c.Id)), (rows, k) => rows.Where(k.Test)).Select(c => c.Id).ToListAsync(ct);

    /// <summary>As the other, of contacts.</summary>
    public static async Task<IReadOnlyList<long>> Among(this IReadOnlyList<Condition<Contact>> kept, CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        kept.Count == 0 || ids.Count == 0 ? ids : await kept.Aggregate(db.Set<Contact>().IgnoreQueryFilters().Where(c => EF.Parameter(ids).Contains(c.Id)), (rows, k) => rows.Where(k.Test)).Select(c => c.Id).ToListAsync(ct);

    /// <summary>How a number may be asked for: as a pattern for who sees it, whole where it is masked, not at all where it is hidden (no number is an empty text).</summary>
    private static string Asked(FieldRights rights, string list, string field, string word) => rights.Of(list, field) switch
    {
        FieldRight.Hidden => "",
        FieldRight.Masked => PhoneNumber.Digits(word) ?? "",
        _ => $"%{PlainText.Digits(word)}%",
    };

    private static IEnumerable<string> Figures(string typed, bool seesAll) => seesAll ? [] : SearchTerms.Words(typed).Where(w => SearchTerms.Letters(w) is { Length: > 0 } letters && letters.All(char.IsAsciiDigit));

    private static Expression<Func<Contact, bool>> Person(FieldRights rights, string word)
    {
        var (name, mobile, phone, mobile2, phone2) = (ContactAsks.Pattern(word), Asked(rights, "contacts", nameof(Contact.Mobile), word), Asked(rights, "contacts", nameof(Contact.Phone), word), Asked(rights, "contacts", nameof(Contact.Mobile2), word), Asked(rights, "contacts", nameof(Contact.Phone2), word));
        return k => EF.Functions.Like(k.Name, name, "\\") || EF.Functions.Like(k.MobileDigits!, mobile) || EF.Functions.Like(k.PhoneDigits!, phone) || EF.Functions.Like(k.Mobile2Digits!, mobile2) || EF.Functions.Like(k.Phone2Digits!, phone2);
    }

    private static Expression<Func<Customer, bool>> Company(CrmDb db, string word)
    {
        var (text, own) = (ContactAsks.Pattern(word), Asked(db.Actor.Fields, "customers", nameof(Customer.Phone), word));
        var people = db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(Person(db.Actor.Fields, word)).Where(k => !EF.Functions.Like(k.Name, text, "\\")); // A customer is not found by the names of its people.
        return c => EF.Functions.Like(c.Name, text, "\\") || EF.Functions.Like(c.ShortName!, text, "\\") || EF.Functions.Like(c.CreditCode!, text, "\\") || EF.Functions.Like(c.Number, text, "\\") || EF.Functions.Like(c.PhoneDigits!, own)
            || people.Any(k => k.CustomerId == c.Id);
    }
}
