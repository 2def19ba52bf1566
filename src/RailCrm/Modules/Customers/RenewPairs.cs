using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Keeps the pairs of likely duplicates right. Past the scope, because a duplicate is one wherever it lies; who sees a pair is asked when it is shown.</summary>
internal static class RenewPairs
{
    /// <summary>Of a name, phone or address that more customers share, only so many are compared: it tells nothing, and all pairs of it would be without end.</summary>
    public const int Block = 50;

    /// <summary>A customer with more people has the rest of them compared at night.</summary>
    private const int MostPhones = 10;

    private static IQueryable<Customer> All(CrmDb db) => db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking();

    private static IQueryable<Contact> People(CrmDb db) => db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking();

    /// <summary>Renews the keys and the pairs of one customer, in the transaction of its change. Every read takes an index.</summary>
    /// <remarks>Not in a job: an import writes thousands. <see cref="RenewLater"/> or the nightly search finds theirs in one go.</remarks>
    public static Task Of(CrmDb db, long customerId, CancellationToken ct) => db.Actor.Via is "job" or "cli" ? Task.CompletedTask : Renew(db, customerId, ct);

    /// <summary>The same, whoever asks.</summary>
    internal static async Task Renew(CrmDb db, long customerId, CancellationToken ct)
    {
        if ((await Subjects(db, [customerId], ct)).Values.SingleOrDefault() is not { } subject)
        {
            return;
        }

        await db.Database.ExecuteSqlAsync($"INSERT INTO customer_keys (customer_id, name_key, address_key) VALUES ({subject.Id}, {subject.NameKey}, {subject.AddressKey}) ON CONFLICT (customer_id) DO UPDATE SET name_key = excluded.name_key, address_key = excluded.address_key", ct);
        var known = await db.Set<DuplicatePair>().Where(p => p.FirstId == customerId).Select(p => p.SecondId).Concat(db.Set<DuplicatePair>().Where(p => p.SecondId == customerId).Select(p => p.FirstId)).ToListAsync(ct);
        var near = known.Concat(await Near(db, subject, ct)).Where(id => id != customerId).Distinct().ToList();
        if (near.Count == 0)
        {
            return;
        }

        var others = await Subjects(db, near, ct);
        await Write(db, [.. others.Values.Select(o => subject.Id < o.Id ? (subject, o) : (o, subject))], ct);
    }

    private static async Task<List<long>> Near(CrmDb db, DuplicateScore.Subject subject, CancellationToken ct)
    {
        var keys = db.Set<CustomerKeys>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking();
        var (name, address, phones) = (subject.NameKey, subject.AddressKey, subject.Phones);
        var near = keys.Where(k => k.NameKey == name).OrderBy(k => k.CustomerId).Select(k => k.CustomerId).Take(Block);
        if (address is not null)
        {
            near = near.Concat(keys.Where(k => k.AddressKey == address).OrderBy(k => k.CustomerId).Select(k => k.CustomerId).Take(Block));
        }

        foreach (var phone in phones.Take(MostPhones))
        {
            near = near.Concat(All(db).Where(c => c.PhoneDigits == phone).Select(c => c.Id).Take(Block))
                .Concat(People(db).Where(k => k.MobileDigits == phone || k.Mobile2Digits == phone).Select(k => k.CustomerId).Take(Block)).Concat(People(db).Where(k => k.PhoneDigits == phone || k.Phone2Digits == phone).Select(k => k.CustomerId).Take(Block));
        }

        return await near.ToListAsync(ct);
    }

    /// <summary>What is compared of each that lives.</summary>
    public static async Task<Dictionary<long, DuplicateScore.Subject>> Subjects(CrmDb db, IReadOnlyCollection<long> ids, CancellationToken ct)
    {
        var phones = (await People(db).Where(k => EF.Parameter(ids).Contains(k.CustomerId) && k.DeletedAt == null).Select(k => new { k.CustomerId, k.MobileDigits, k.PhoneDigits, k.Mobile2Digits, k.Phone2Digits }).ToListAsync(ct)).ToLookup(k => k.CustomerId);
        var rows = await All(db).Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new { c.Id, c.NormalizedName, c.CreditCode, c.PhoneDigits, c.RegisteredAddress, c.BusinessAddress }).ToListAsync(ct);
        return rows.ToDictionary(c => c.Id, c => DuplicateScore.Subject.Of(c.Id, c.NormalizedName, c.CreditCode, phones[c.Id].SelectMany(k => new[] { k.MobileDigits, k.PhoneDigits, k.Mobile2Digits, k.Phone2Digits }).Append(c.PhoneDigits), c.RegisteredAddress, c.BusinessAddress));
    }

    /// <summary>Scores pairs of customers and stores what they come to.</summary>
    public static Task Write(CrmDb db, IReadOnlyCollection<(DuplicateScore.Subject First, DuplicateScore.Subject Second)> pairs, CancellationToken ct) =>
        Keep<DuplicatePair, DuplicateScore.Subject>(db, pairs, s => s.Id, DuplicateScore.Fingerprint, DuplicateScore.Of, ct);

    /// <summary>Scores pairs and stores what they come to: new ones are added, those whose fields changed are scored anew and open again, those that are none any more go.</summary>
    internal static async Task Keep<TPair, TSubject>(CrmDb db, IReadOnlyCollection<(TSubject First, TSubject Second)> pairs, Func<TSubject, long> id, Func<TSubject, TSubject, string> print, Func<TSubject, TSubject, (int, string)?> score, CancellationToken ct)
        where TPair : LikelyPair, new()
    {
        // By the first alone: SQLite would look up each first with each second.
        var firsts = pairs.Select(p => id(p.First)).Distinct().ToList();
        var stored = (await db.Set<TPair>().Where(p => EF.Parameter(firsts).Contains(p.FirstId)).ToListAsync(ct)).ToDictionary(p => (p.FirstId, p.SecondId));
        foreach (var (first, second) in pairs)
        {
            var known = stored.GetValueOrDefault((id(first), id(second)));
            var fingerprint = print(first, second);
            if (known?.Fingerprint == fingerprint)
            {
                continue;
            }

            if (score(first, second) is not var (points, reasons))
            {
                if (known is not null)
                {
                    db.Remove(known);
                }

                continue;
            }

            if (known is null)
            {
                db.Add(stored[(id(first), id(second))] = known = new() { FirstId = id(first), SecondId = id(second), FoundAt = db.UtcNow });
            }

            (known.Score, known.Reasons, known.Fingerprint, known.DismissedAt, known.DismissedBy, known.DismissedReason) = (points, reasons, fingerprint, null, null, null);
        }

        await db.SaveChangesAsync(ct);
    }
}
