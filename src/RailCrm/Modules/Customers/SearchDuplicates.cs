using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Customers;

/// <summary>Looks through all customers for likely duplicates, at night or when asked. Goes on from its checkpoint; each batch is one transaction, so that others write in between.</summary>
/// <remarks>
/// Never each with each: customers are compared who share a name as it is read, an address or a phone, walked in the order of the index that holds it.
/// What is in memory is one batch, however many customers there are.
/// </remarks>
internal sealed class SearchDuplicates(CrmDb db)
{
    /// <summary>The kind of job.</summary>
    public const string Job = "duplicates";

    private const int CustomersAtOnce = 2_000;
    private const int PairsAtOnce = 2_000;

    private static readonly string[] Phases = ["keys", "pairs", "names", "addresses", "phones"];

    public static Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct) => new SearchDuplicates(services.GetRequiredService<CrmDb>()).Run(lease, ct);

    private async Task<string> Run(JobLease lease, CancellationToken ct)
    {
        await PairSearch.Run(db, lease, Phases, await Total(ct), place => Step(place, ct), ct);
        return JsonSerializer.Serialize(new { found = await db.Set<DuplicatePair>().CountAsync(p => p.DismissedAt == null, ct) });
    }

    /// <summary>Rows that the phases walk, all together: their number tells how far it is.</summary>
    private async Task<long> Total(CancellationToken ct)
    {
        var customers = await db.Set<Customer>().LongCountAsync(ct);
        return (2 * customers) + await db.Set<DuplicatePair>().LongCountAsync(ct) + await db.Set<CustomerKeys>().LongCountAsync(k => k.AddressKey != null, ct)
            + await db.Set<Customer>().LongCountAsync(c => c.PhoneDigits != null, ct) + await db.Set<Contact>().LongCountAsync(ct);
    }

    private Task<PairSearch.Place> Step(PairSearch.Place place, CancellationToken ct) => place.Phase switch
    {
        "keys" => Keys(place, ct),
        "pairs" => Pairs(place, ct),
        "names" => Blocks(place, PairSearch.Number, [last => db.Set<CustomerKeys>().Where(k => k.NameKey > last).OrderBy(k => k.NameKey).Select(k => new PairSearch.Row<long>(k.NameKey, k.CustomerId))], ct),
        "addresses" => Blocks(place, PairSearch.Number, [last => db.Set<CustomerKeys>().Where(k => k.AddressKey > last).OrderBy(k => k.AddressKey).Select(k => new PairSearch.Row<long>(k.AddressKey!.Value, k.CustomerId))], ct),
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        _ => Blocks(place, text => text,
        [
            last => db.Set<Customer>().Where(c => string.Compare(c.PhoneDigits, last) > 0).OrderBy(c => c.PhoneDigits).Select(c => new PairSearch.Row<string>(c.PhoneDigits!, c.Id)),
            last => db.Set<Contact>().Where(k => string.Compare(k.MobileDigits, last) > 0).OrderBy(k => k.MobileDigits).Select(k => new PairSearch.Row<string>(k.MobileDigits!, k.CustomerId)),
            last => db.Set<Contact>().Where(k => string.Compare(k.PhoneDigits, last) > 0).OrderBy(k => k.PhoneDigits).Select(k => new PairSearch.Row<string>(k.PhoneDigits!, k.CustomerId)),
            last => db.Set<Contact>().Where(k => string.Compare(k.Mobile2Digits, last) > 0).OrderBy(k => k.Mobile2Digits).Select(k => new PairSearch.Row<string>(k.Mobile2Digits!, k.CustomerId)),
            last => db.Set<Contact>().Where(k => string.Compare(k.Phone2Digits, last) > 0).OrderBy(k => k.Phone2Digits).Select(k => new PairSearch.Row<string>(k.Phone2Digits!, k.CustomerId)),
        ], ct),
#pragma warning restore CA1309
    };

    private static PairSearch.Place After(PairSearch.Place place, string last, bool ended, long walked) => PairSearch.After(Phases, place, last, ended, walked);

    /// <summary>Makes the keys that are missing or out of date: of customers that an import brought, or that were there before there were keys.</summary>
    private async Task<PairSearch.Place> Keys(PairSearch.Place place, CancellationToken ct)
    {
        var last = PairSearch.Number(place.Last);
        var rows = await db.Set<Customer>().AsNoTracking().Where(c => c.Id > last).OrderBy(c => c.Id).Take(CustomersAtOnce).Select(c => new { c.Id, c.NormalizedName, c.RegisteredAddress, c.BusinessAddress }).ToListAsync(ct);
        if (rows.Count > 0)
        {
            var (low, high) = (rows[0].Id, rows[^1].Id);
            var stored = await db.Set<CustomerKeys>().Where(k => k.CustomerId >= low && k.CustomerId <= high).ToDictionaryAsync(k => k.CustomerId, ct);
            foreach (var row in rows)
            {
                var subject = DuplicateScore.Subject.Of(row.Id, row.NormalizedName, null, [], row.RegisteredAddress, row.BusinessAddress);
                if (!stored.TryGetValue(row.Id, out var keys))
                {
                    db.Add(keys = new() { CustomerId = row.Id });
                }

                (keys.NameKey, keys.AddressKey) = (subject.NameKey, subject.AddressKey);
            }

            await db.SaveChangesAsync(ct);
        }

        return After(place, rows.Count == 0 ? "" : rows[^1].Id.ToString(CultureInfo.InvariantCulture), rows.Count < CustomersAtOnce, rows.Count);
    }

    /// <summary>Scores the pairs that are known: what changed in bulk is not told here. One of a customer in the bin waits with it.</summary>
    private async Task<PairSearch.Place> Pairs(PairSearch.Place place, CancellationToken ct)
    {
        var last = PairSearch.Number(place.Last);
        var rows = await db.Set<DuplicatePair>().AsNoTracking().Where(p => p.Id > last).OrderBy(p => p.Id).Take(PairsAtOnce).Select(p => new { p.Id, p.FirstId, p.SecondId }).ToListAsync(ct);
        var subjects = await RenewPairs.Subjects(db, [.. rows.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct()], ct);
        await RenewPairs.Write(db, [.. rows.Where(p => subjects.ContainsKey(p.FirstId) && subjects.ContainsKey(p.SecondId)).Select(p => (subjects[p.FirstId], subjects[p.SecondId]))], ct);
        return After(place, rows.Count == 0 ? "" : rows[^1].Id.ToString(CultureInfo.InvariantCulture), rows.Count < PairsAtOnce, rows.Count);
    }

    /// <summary>Reads on in the order of a key, out of one index or several at once, and compares those who share one.</summary>
    private async Task<PairSearch.Place> Blocks<TKey>(PairSearch.Place place, Func<string, TKey> read, Func<TKey, IQueryable<PairSearch.Row<TKey>>>[] sources, CancellationToken ct) where TKey : notnull, IComparable<TKey>
    {
        var part = await PairSearch.Read(read(place.Last), sources, RenewPairs.Block, ct);
        foreach (var batch in Batches(part.Blocks))
        {
            var subjects = await RenewPairs.Subjects(db, [.. batch.SelectMany(b => b).Distinct()], ct);
            var pairs = batch.SelectMany(PairSearch.Pairs).Distinct().Where(p => subjects.ContainsKey(p.First) && subjects.ContainsKey(p.Second)).Select(p => (subjects[p.First], subjects[p.Second])).ToList();
            await RenewPairs.Write(db, [.. pairs.Where(p => DuplicateScore.Of(p.Item1, p.Item2) is not null)], ct);
            db.ChangeTracker.Clear();
        }

        return After(place, part.Last, part.Ended, part.Walked);
    }

    private static IEnumerable<List<long[]>> Batches(IEnumerable<long[]> blocks)
    {
        var (batch, pairs) = (new List<long[]>(), 0);
        foreach (var block in blocks)
        {
            batch.Add(block);
            pairs += block.Length * (block.Length - 1) / 2;
            if (pairs >= PairsAtOnce)
            {
                yield return batch;
                (batch, pairs) = ([], 0);
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
