using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Keeps the pairs of contacts that are likely one right. Past the scope, because one person may stand at customers of two outlets; who sees a pair is asked when it is shown.</summary>
internal static class RenewContactPairs
{
    /// <summary>Of a number, mail or name that more share, only so many are compared: it is a switchboard or a common mailbox.</summary>
    public const int Block = 20;

    /// <summary>People of a customer who are looked through.</summary>
    public const int MostAtCustomer = 2_000;

    private static IQueryable<Contact> All(CrmDb db) => db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking();

    /// <summary>Renews the pairs of one contact, in the transaction of its change. Every read takes an index.</summary>
    /// <remarks>Not in a job: an import writes thousands. <see cref="RenewLater"/> or the nightly search finds theirs in one go.</remarks>
    public static Task Of(CrmDb db, Contact contact, CancellationToken ct) => db.Actor.Via is "job" or "cli" ? Task.CompletedTask : Renew(db, contact, ct);

    /// <summary>The same, whoever asks.</summary>
    internal static async Task Renew(CrmDb db, Contact contact, CancellationToken ct)
    {
        if (contact.DeletedAt is not null)
        {
            return;
        }

        var (id, subject) = (contact.Id, Said(contact));
        var customer = contact.CustomerId;
        var known = db.Set<ContactPair>().Where(p => p.FirstId == id).Select(p => p.SecondId).Concat(db.Set<ContactPair>().Where(p => p.SecondId == id).Select(p => p.FirstId));
        foreach (var mobile in subject.Mobiles)
        {
            known = known.Concat(All(db).Where(k => k.MobileDigits == mobile || k.Mobile2Digits == mobile).OrderBy(k => k.Id).Select(k => k.Id).Take(Block));
        }

        var near = await known.ToListAsync(ct);
        foreach (var mail in subject.Emails)
        {
            near.AddRange(await All(db).Where(FindContactDuplicates.Mailed(mail)).OrderBy(k => k.Id).Select(k => k.Id).Take(Block).ToListAsync(ct));
        }

        var others = await Subjects(db, [.. near.Distinct()], ct);
        var keys = subject.Keys.ToHashSet(StringComparer.Ordinal);
        others.AddRange((await All(db).Where(k => k.CustomerId == customer).OrderBy(k => k.Id).Take(MostAtCustomer).ToListAsync(ct)).Select(Said).Where(o => o.Keys.Any(keys.Contains)).Take(keys.Count * Block));
        await Write(db, [.. others.Where(o => o.Id != id).DistinctBy(o => o.Id).Select(o => id < o.Id ? (subject, o) : (o, subject))], ct);
    }

    /// <summary>What is compared of each that lives.</summary>
    public static async Task<List<ContactScore.Subject>> Subjects(CrmDb db, IReadOnlyCollection<long> ids, CancellationToken ct) =>
        ids.Count == 0 ? [] : (await All(db).Where(k => EF.Parameter(ids).Contains(k.Id)).ToListAsync(ct)).ConvertAll(Said);

    /// <summary>Scores pairs of contacts and stores what they come to.</summary>
    public static Task Write(CrmDb db, IReadOnlyCollection<(ContactScore.Subject First, ContactScore.Subject Second)> pairs, CancellationToken ct) =>
        pairs.Count == 0 ? Task.CompletedTask : RenewPairs.Keep<ContactPair, ContactScore.Subject>(db, pairs, s => s.Id, ContactScore.Fingerprint, ContactScore.Of, ct);

    private static ContactScore.Subject Said(Contact k) => ContactScore.Subject.Of(k.Id, k.CustomerId, k.Name, [k.MobileDigits, k.Mobile2Digits], [k.PhoneDigits, k.Phone2Digits], [k.Email, k.Email2]);
}
