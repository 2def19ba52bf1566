using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>People who may be the same one, among those that the actor sees: the same mobile, landline or e-mail anywhere, or the same name at the same customer. Each condition reads an index.</summary>
public static class FindContactDuplicates
{
    /// <summary>Of each reason; a switchboard belongs to many.</summary>
    private const int MostOfAReason = 5;

    /// <summary>People of a customer who are looked through for a name.</summary>
    private const int MostAtCustomer = 2_000;

    /// <summary>One who may be the same.</summary>
    /// <param name="Reasons">All that is the same: name, mobile, phone or email.</param>
    /// <param name="Id">The contact.</param>
    /// <param name="Name">The name.</param>
    /// <param name="Hints">Customer, title and number.</param>
    /// <param name="Href">The contact's page.</param>
    public sealed record Match(IReadOnlyList<string> Reasons, long Id, string Name, IReadOnlyList<string> Hints, string Href);

    /// <summary>What was typed.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Mobile">Mobile.</param>
    /// <param name="Phone">Landline.</param>
    /// <param name="Email">E-mail.</param>
    /// <param name="Customer">Whose contact it is or will be.</param>
    /// <param name="Id">The contact that is edited; missing where one is made.</param>
    /// <param name="Mobile2">A second mobile.</param>
    /// <param name="Phone2">A second landline.</param>
    /// <param name="Email2">A second e-mail.</param>
    public sealed record Query(string? Name = null, string? Mobile = null, string? Phone = null, string? Email = null, long? Customer = null, long? Id = null, string? Mobile2 = null, string? Phone2 = null, string? Email2 = null);

    /// <summary>Those found, the ones with most in common first; null where what was typed cannot be looked for.</summary>
    internal static async Task<IReadOnlyList<Match>?> Run(CrmDb db, Query asked, CancellationToken ct)
    {
        if (new[] { asked.Name, asked.Mobile, asked.Phone, asked.Email, asked.Mobile2, asked.Phone2, asked.Email2 }.Any(t => t?.Length > Customers.Customer.NameLength || !PlainText.IsStorable(t)))
        {
            return null;
        }

        var all = db.Set<Contact>().AsNoTracking().Where(k => k.Id != asked.Id);
        var rights = db.Actor.Fields; // By what is hidden nobody is found: that there is one would tell it.
        var found = new List<(string Reason, long Id)>();
        async Task Look(string reason, IQueryable<Contact> same) => found.AddRange((await same.OrderBy(k => k.Id).Select(k => k.Id).Take(MostOfAReason).ToListAsync(ct)).Select(id => (reason, id)));
        if (asked is { Name: { } name, Customer: { } customer } && name.Trim() is { Length: > 0 } called)
        {
            // A customer has few people, a name may be borne by thousands: it is compared here, so that no engine reads the names' index for it.
            var people = await all.Where(k => k.CustomerId == customer).OrderBy(k => k.Id).Select(k => new { k.Id, k.Name }).Take(MostAtCustomer).ToListAsync(ct);
            found.AddRange(people.Where(k => k.Name == called).Take(MostOfAReason).Select(k => ("name", k.Id)));
        }

        foreach (var mobile in new[] { Known(rights, "Mobile", asked.Mobile), Known(rights, "Mobile2", asked.Mobile2) }.Select(PhoneNumber.Digits).Where(d => d?.Length >= 5).Distinct())
        {
            await Look("mobile", Asks(rights, "Mobile") ? Asks(rights, "Mobile2") ? all.Where(k => k.MobileDigits == mobile || k.Mobile2Digits == mobile) : all.Where(k => k.MobileDigits == mobile) : all.Where(k => k.Mobile2Digits == mobile));
        }

        foreach (var phone in new[] { Known(rights, "Phone", asked.Phone), Known(rights, "Phone2", asked.Phone2) }.Select(PhoneNumber.Digits).Where(d => d?.Length >= 5).Distinct())
        {
            await Look("phone", Asks(rights, "Phone") ? Asks(rights, "Phone2") ? all.Where(k => k.PhoneDigits == phone || k.Phone2Digits == phone) : all.Where(k => k.PhoneDigits == phone) : all.Where(k => k.Phone2Digits == phone));
        }

        foreach (var mail in new[] { asked.Email, asked.Email2 }.Select(m => m?.Trim().ToLowerInvariant()).Where(m => m?.Length > 0).Distinct())
        {
            await Look("email", all.Where(Mailed(mail!, rights)));
        }

        if (found.Count == 0)
        {
            return [];
        }

        var ids = found.Select(f => f.Id).Distinct().ToList();
        var rows = await (from k in db.Set<Contact>() where EF.Parameter(ids).Contains(k.Id) join c in db.Set<Customer>() on k.CustomerId equals c.Id select new { k.Id, k.Name, k.Title, k.Mobile, k.Phone, k.CustomerId, Customer = c.Name }).ToListAsync(ct);
        var reasons = found.ToLookup(f => f.Id, f => f.Reason);
        return [.. rows.OrderByDescending(r => reasons[r.Id].Count()).ThenBy(r => r.Id).Select(r => new Match([.. reasons[r.Id].Distinct()], r.Id, r.Name, [.. new[] { r.Customer, r.Title, rights.Told("contacts", "Mobile", r.Mobile) ?? rights.Told("contacts", "Phone", r.Phone) }.OfType<string>()], string.Create(CultureInfo.InvariantCulture, $"/customers/{r.CustomerId}/contacts/{r.Id}")))];
    }

    private static bool Asks(Platform.Access.FieldRights rights, string field) => rights.Of("contacts", field) != Platform.Access.FieldRight.Hidden;

    private static string? Known(Platform.Access.FieldRights rights, string field, string? typed) => rights.Of("contacts", field) == Platform.Access.FieldRight.Hidden ? null : typed;

    /// <summary>Those with an e-mail, however it is written; <paramref name="mail"/> is in small letters, as the index has them.</summary>
#pragma warning disable CA1304, CA1309, CA1311, CA1862 // Translated to SQL.
    internal static System.Linq.Expressions.Expression<Func<Contact, bool>> Mailed(string mail) => k => k.Email!.ToLower() == mail || k.Email2!.ToLower() == mail;

    /// <summary>As the other, by those of the two that the reader may know of.</summary>
    internal static System.Linq.Expressions.Expression<Func<Contact, bool>> Mailed(string mail, Platform.Access.FieldRights rights)
    {
        var (first, second) = (rights.Of("contacts", nameof(Contact.Email)) != Platform.Access.FieldRight.Hidden, rights.Of("contacts", nameof(Contact.Email2)) != Platform.Access.FieldRight.Hidden);
        return first && second ? Mailed(mail) : first ? k => k.Email!.ToLower() == mail : second ? k => k.Email2!.ToLower() == mail : k => false;
    }
#pragma warning restore CA1304, CA1309, CA1311, CA1862

    /// <summary>While one types.</summary>
    internal static async Task<IResult> Get([AsParameters] Query query, CrmDb db, CancellationToken ct) =>
        await Run(db, query, ct) is { } found ? TypedResults.Ok(new Listing<Match>(found, null)) : Answers.Problem(new Refusal.Invalid("customer.text_unstorable", "name"));
}
