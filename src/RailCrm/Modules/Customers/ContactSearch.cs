using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Customers;

/// <summary>The search index over contacts: written with each contact, in its transaction.</summary>
internal static class ContactSearch
{
    public static Task<int> Write(CrmDb db, Contact contact, CancellationToken ct) =>
        SearchIndex.Contacts.Write(db, contact.Id, SearchTerms.ForPerson(contact.Name, [contact.MobileDigits, contact.PhoneDigits, contact.Phone, contact.Mobile2Digits, contact.Phone2Digits, contact.Phone2]), ct);
}

/// <summary>Indexes the contacts that were there before the index was, once, in the background; the migration that makes the index asks for it.</summary>
/// <remarks>Terms need the table of pinyin, which the database has not. Whoever saves a contact meanwhile writes the same row.</remarks>
internal static class FillContactSearch
{
    public const string Kind = "contact-search";

    private const int AtOnce = 1_000;

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var after = long.TryParse(lease.Job.Checkpoint, CultureInfo.InvariantCulture, out var known) ? known : 0;
        var done = lease.Job.RowsDone;
        await All(services.GetRequiredService<CrmDb>(), after, (next, rows) => lease.Advance(next.ToString(CultureInfo.InvariantCulture), done += rows, 0, null, ct), ct);
        return "{}";
    }

    /// <param name="db">The database.</param>
    /// <param name="after">The last key that is indexed already.</param>
    /// <param name="advance">Told the last key and the number of each batch, in its transaction.</param>
    /// <param name="ct">Cancels between two batches.</param>
    internal static async Task All(CrmDb db, long after, Func<long, int, Task> advance, CancellationToken ct)
    {
        var last = await db.Set<Contact>().IgnoreQueryFilters().MaxAsync(k => (long?)k.Id, ct) ?? 0;
        while (after < last)
        {
            after = await db.Write(async () =>
            {
                // Held until they are indexed, so that no name that changes meanwhile is overwritten by the one before it.
                var batch = await (db.IsPostgres
                    ? db.Set<Contact>().FromSql($"SELECT * FROM customer_contacts WHERE id > {after} ORDER BY id LIMIT {AtOnce} FOR SHARE")
                    : db.Set<Contact>().Where(k => k.Id > after).OrderBy(k => k.Id).Take(AtOnce)).IgnoreQueryFilters().AsNoTracking().ToListAsync(ct);
                foreach (var contact in batch)
                {
                    await ContactSearch.Write(db, contact, ct);
                }

                var next = batch.Count == 0 ? last : batch.Max(k => k.Id);
                await advance(next, batch.Count);
                return next;
            }, ct);
        }
    }
}
