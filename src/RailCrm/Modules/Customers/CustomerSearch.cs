using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>The search index over customers: written with each customer, in its transaction.</summary>
internal static class CustomerSearch
{
    /// <summary>Beyond so many hits the index is left and the sort order walked instead: a common term meets a row every few steps.</summary>
    internal const int Common = 5_000;

    /// <param name="db">The database, in the transaction of the change.</param>
    /// <param name="customer">The customer as it is now.</param>
    /// <param name="ct">Stops it.</param>
    /// <param name="people">All whose phones it is found by, where they are known; else they are read.</param>
    public static async Task Write(CrmDb db, Customer customer, CancellationToken ct, IReadOnlyList<Contact>? people = null)
    {
        var phones = people ?? await db.Set<Contact>().AsNoTracking().Where(k => k.CustomerId == customer.Id).ToListAsync(ct);
        var terms = SearchTerms.For(customer.Name, customer.ShortName, customer.Number, customer.CreditCode, [customer.Phone, .. phones.SelectMany(p => new[] { p.Mobile, p.Phone, p.Mobile2, p.Phone2 })], people is null ? await MergedInto.Formerly(db, customer.Id, ct) : []);
        await SearchIndex.Customers.Write(db, customer.Id, terms, ct);
    }

    /// <summary>The customers that match what was typed: their ids where they are few, else a condition for each word. No ids where nothing searchable was typed.</summary>
    public static async Task<(IReadOnlyList<long>? Ids, IReadOnlyList<Condition<Customer>> Words)> Matching(CrmDb db, string typed, CancellationToken ct)
    {
        if (SearchTerms.Query(typed) is not { } query)
        {
            return ([], []);
        }

        var ids = await SearchIndex.Customers.Hits(db, query).Take(Common).ToListAsync(ct);
        var kept = KeptPhones.Customers(db, typed);
        if (ids.Count < Common)
        {
            return (await kept.Among(db, ids, ct), []);
        }

        return (null, [.. kept, .. Words(typed).Select(word => new Condition<Customer>(Holds(word), SearchIndex.Customers.Hits(db, query)) { Some = ids })]);
    }

    /// <summary>The words as they were typed, half-width: codes and numbers are written large.</summary>
    public static string[] Words(string typed) => typed.Normalize(System.Text.NormalizationForm.FormKC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What a customer must satisfy that has a word somewhere in what it is found by; it reads the row.</summary>
    public static Expression<Func<Customer, bool>> Holds(string word)
    {
        var pattern = $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
        if (!System.Text.Ascii.IsValid(word))
        {
            return c => EF.Functions.Like(c.Name, pattern, "\\"); // Letters and digits alone are in all the others.
        }

#pragma warning disable CA1308 // Pinyin is kept in lower case.
        var small = pattern.ToLowerInvariant();
#pragma warning restore CA1308
        return c => EF.Functions.Like(c.Name, pattern, "\\") || EF.Functions.Like(c.NameInitials, small, "\\")
            || EF.Functions.Like(c.NamePinyin, small, "\\") || EF.Functions.Like(c.CreditCode!, pattern, "\\") || EF.Functions.Like(c.PhoneDigits!, pattern, "\\") || EF.Functions.Like(c.Number, pattern, "\\");
    }
}
