using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Customers;

/// <summary>Contacts in the palette: by name, pinyin, initials, mobile or phone.</summary>
internal sealed class ContactsSource : IPaletteSource
{
    private const int MostRead = 300;

    /// <summary>The newest keys that are looked through for a name that many have.</summary>
    private const int Newest = 3_000;

    public string Kind => "contact";

    public string TextKey => "palette.contacts";

    public string Permission => Platform.Access.Permission.CustomersRead;

    public int Order => 20;

    public string? RecordsAt => "/customers/{Id:long}/contacts/";

    public string RecordValue => "ContactId";

    public string? AllAt(string text) => Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString("/contacts", "q", text);

    private sealed record Row(long Id, string Name, string? Title, string? Mobile, string? Phone, string? MobileDigits, string? PhoneDigits, string? Mobile2Digits, string? Phone2Digits, bool Active, long CustomerId, string CustomerName);

    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct)
    {
        var (db, text) = (question.Db, CustomersSource.Asked(question.Text));
        if (!CustomersSource.IsEnough(text) || SearchTerms.Query(text) is not { } query)
        {
            return [];
        }

        var found = Best(await Exact(db, text, query, ct), text, question).ToList();
        if (found.Count > 0)
        {
            return [.. found.Select(r => Hit(db, r, near: false))];
        }

        var near = new List<Row>();
        foreach (var other in NearTerms.Of(text))
        {
            if (near.Count < MostRead && await SearchIndex.Contacts.Few(db, other, MostRead, ct) is { Count: > 0 } ids)
            {
                near.AddRange(await Read(db, await KeptPhones.Contacts(db, text).Among(db, ids, ct), ct));
            }
        }

        return [.. near.DistinctBy(r => r.Id).Where(r => text.All(char.IsAscii) || SoundsAs(text, r.Name) || TextMatch.Distance(text, r.Name) <= text.Length - 2)
            .OrderBy(r => text.All(char.IsAscii) || SoundsAs(text, r.Name) ? 0 : 1).ThenBy(r => question.Place(r.Id)).ThenBy(r => r.Name.Length).ThenBy(r => r.Id).Take(question.Most).Select(r => Hit(db, r, near: true))];
    }

    public async Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => [.. (await Read(db, ids, ct)).Select(r => Hit(db, r, near: false))];

    private static async Task<List<Row>> Exact(CrmDb db, string text, IReadOnlyList<IReadOnlyList<(string, bool)>> query, CancellationToken ct)
    {
        var (ids, kept) = (await SearchIndex.Contacts.Few(db, query, MostRead, ct), KeptPhones.Contacts(db, text));
        if (ids is not null && (ids.Count < MostRead || db.Scope.Width != ScopeWidth.Narrow))
        {
            return await Read(db, await kept.Among(db, ids, ct), ct);
        }

        // So common that the index would bring other people's: an outlet looks through its own, others through the newest.
        var contacts = kept.Aggregate(db.Set<Contact>().AsNoTracking(), (rows, k) => rows.Where(k.Test));
        if (db.Scope.Width != ScopeWidth.Narrow)
        {
            var last = await db.Set<Contact>().IgnoreQueryFilters().MaxAsync(k => (long?)k.Id, ct) ?? 0;
            contacts = contacts.Where(k => k.Id > last - Newest);
        }

        return [.. (await Rows(db, contacts).Take(Newest).ToListAsync(ct)).Where(r => Rank(r, text) < NoRank)];
    }

    private const int NoRank = 3;

    private static int Rank(Row row, string text) =>
        TextMatch.Rank(text, row.Name) ?? (text.All(char.IsAsciiDigit) && new[] { row.MobileDigits, row.PhoneDigits, row.Mobile2Digits, row.Phone2Digits }.Any(d => d?.Contains(text, StringComparison.Ordinal) == true) ? TextMatch.Has : NoRank);

    private static IEnumerable<Row> Best(IEnumerable<Row> rows, string text, PaletteQuestion question) =>
        rows.OrderBy(r => Rank(r, text)).ThenBy(r => question.Place(r.Id)).ThenBy(r => r.Active ? 0 : 1).ThenBy(r => r.Name.Length).ThenBy(r => r.Id).Take(question.Most);

    private static bool SoundsAs(string text, string name) => TextMatch.Rank(Pinyin.Full(text), name) is not null;

    private static Task<List<Row>> Read(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => Rows(db, db.Set<Contact>().AsNoTracking().Where(k => EF.Parameter(ids).Contains(k.Id))).ToListAsync(ct);

    /// <remarks>Joined with the customers that the actor sees: one that lies in the bin takes its people along.</remarks>
    private static IQueryable<Row> Rows(CrmDb db, IQueryable<Contact> contacts) =>
        from k in contacts
        join c in db.Set<Customer>() on k.CustomerId equals c.Id
        select new Row(k.Id, k.Name, k.Title, k.Mobile, k.Phone, k.MobileDigits, k.PhoneDigits, k.Mobile2Digits, k.Phone2Digits, k.Active, c.Id, c.Name);

    private static PaletteHit Hit(CrmDb db, Row r, bool near) =>
        new(r.Name, string.Join(" · ", new[] { r.CustomerName, r.Title, db.Actor.Fields.Told("contacts", nameof(Contact.Mobile), r.Mobile) ?? db.Actor.Fields.Told("contacts", nameof(Contact.Phone), r.Phone) }.OfType<string>()), $"/customers/{r.CustomerId}/contacts/{r.Id}", "user") { Id = r.Id, Near = near };
}
