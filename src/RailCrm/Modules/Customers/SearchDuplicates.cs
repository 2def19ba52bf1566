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
    private const int RowsAtOnce = 5_000;

    private static readonly string[] Phases = ["keys", "pairs", "names", "addresses", "phones"];

    private sealed record Place(string Phase, string Last, long Done);

    private sealed record Row<TKey>(TKey Key, long CustomerId);

    public static Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct) => new SearchDuplicates(services.GetRequiredService<CrmDb>()).Run(lease, ct);

    private async Task<string> Run(JobLease lease, CancellationToken ct)
    {
        var place = lease.Job.Checkpoint is { } checkpoint ? JsonSerializer.Deserialize<Place>(checkpoint)! : new(Phases[0], "", 0);
        var total = await Total(ct);
        while (true)
        {
            var (here, next) = (place, default(Place));
            await db.Write(async () =>
            {
                next = await Step(here, ct);
                await lease.Advance(JsonSerializer.Serialize(next), Math.Min(next!.Done, total), 0, total, ct);
                return 0;
            }, ct);
            db.ChangeTracker.Clear();
            place = next!;
            if (place.Phase.Length == 0)
            {
                return JsonSerializer.Serialize(new { found = await db.Set<DuplicatePair>().CountAsync(p => p.DismissedAt == null, ct) });
            }
        }
    }

    /// <summary>Rows that the phases walk, all together: their number tells how far it is.</summary>
    private async Task<long> Total(CancellationToken ct)
    {
        var customers = await db.Set<Customer>().LongCountAsync(ct);
        return (2 * customers) + await db.Set<DuplicatePair>().LongCountAsync(ct) + await db.Set<CustomerKeys>().LongCountAsync(k => k.AddressKey != null, ct)
            + await db.Set<Customer>().LongCountAsync(c => c.PhoneDigits != null, ct) + await db.Set<Contact>().LongCountAsync(ct);
    }

    private Task<Place> Step(Place place, CancellationToken ct) => place.Phase switch
    {
        "keys" => Keys(place, ct),
        "pairs" => Pairs(place, ct),
        "names" => Blocks(place, Number, [last => db.Set<CustomerKeys>().Where(k => k.NameKey > last).OrderBy(k => k.NameKey).Select(k => new Row<long>(k.NameKey, k.CustomerId))], ct),
        "addresses" => Blocks(place, Number, [last => db.Set<CustomerKeys>().Where(k => k.AddressKey > last).OrderBy(k => k.AddressKey).Select(k => new Row<long>(k.AddressKey!.Value, k.CustomerId))], ct),
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        _ => Blocks(place, text => text,
        [
            last => db.Set<Customer>().Where(c => string.Compare(c.PhoneDigits, last) > 0).OrderBy(c => c.PhoneDigits).Select(c => new Row<string>(c.PhoneDigits!, c.Id)),
            last => db.Set<Contact>().Where(k => string.Compare(k.MobileDigits, last) > 0).OrderBy(k => k.MobileDigits).Select(k => new Row<string>(k.MobileDigits!, k.CustomerId)),
            last => db.Set<Contact>().Where(k => string.Compare(k.PhoneDigits, last) > 0).OrderBy(k => k.PhoneDigits).Select(k => new Row<string>(k.PhoneDigits!, k.CustomerId)),
        ], ct),
#pragma warning restore CA1309
    };

    private static long Number(string last) => last.Length == 0 ? long.MinValue : long.Parse(last, CultureInfo.InvariantCulture);

    private static Place After(Place place, string last, bool ended, long walked) =>
        new(ended ? Phases.ElementAtOrDefault(Array.IndexOf(Phases, place.Phase) + 1) ?? "" : place.Phase, ended ? "" : last, place.Done + walked);

    /// <summary>Makes the keys that are missing or out of date: of customers that an import brought, or that were there before there were keys.</summary>
    private async Task<Place> Keys(Place place, CancellationToken ct)
    {
        var last = Number(place.Last);
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
    private async Task<Place> Pairs(Place place, CancellationToken ct)
    {
        var last = Number(place.Last);
        var rows = await db.Set<DuplicatePair>().AsNoTracking().Where(p => p.Id > last).OrderBy(p => p.Id).Take(PairsAtOnce).Select(p => new { p.Id, p.FirstId, p.SecondId }).ToListAsync(ct);
        var subjects = await RenewPairs.Subjects(db, [.. rows.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct()], ct);
        await RenewPairs.Write(db, [.. rows.Where(p => subjects.ContainsKey(p.FirstId) && subjects.ContainsKey(p.SecondId)).Select(p => (subjects[p.FirstId], subjects[p.SecondId]))], ct);
        return After(place, rows.Count == 0 ? "" : rows[^1].Id.ToString(CultureInfo.InvariantCulture), rows.Count < PairsAtOnce, rows.Count);
    }

    /// <summary>Reads on in the order of a key, out of one index or several at once, and compares those who share one. A key that is not read to its end is left for the next step.</summary>
    private async Task<Place> Blocks<TKey>(Place place, Func<string, TKey> read, Func<TKey, IQueryable<Row<TKey>>>[] sources, CancellationToken ct) where TKey : notnull, IComparable<TKey>
    {
        var last = read(place.Last);
        var (rows, cut, full) = (new List<Row<TKey>>(), default(TKey), false);
        foreach (var source in sources)
        {
            var part = await source(last).Take(RowsAtOnce).ToListAsync(ct);
            rows.AddRange(part);
            if (part.Count == RowsAtOnce && (!full || Order(part[^1].Key, cut!) < 0))
            {
                (cut, full) = (part[^1].Key, true);
            }
        }

        // What comes at or behind the first index's end may be more than was read; only a key that fills a whole page is taken as it is.
        var whole = full ? rows.Where(r => Order(r.Key, cut!) < 0).ToList() : rows;
        if (whole.Count == 0 && full)
        {
            whole = [.. rows.Where(r => Order(r.Key, cut!) == 0)];
        }

        foreach (var batch in Batches(whole.GroupBy(r => r.Key).Select(b => b.Select(r => r.CustomerId).Distinct().Order().Take(RenewPairs.Block).ToArray()).Where(b => b.Length > 1)))
        {
            var subjects = await RenewPairs.Subjects(db, [.. batch.SelectMany(b => b).Distinct()], ct);
            var pairs = batch.SelectMany(b => from i in Enumerable.Range(0, b.Length) from j in Enumerable.Range(i + 1, b.Length - i - 1) select (First: b[i], Second: b[j])).Distinct()
                .Where(p => subjects.ContainsKey(p.First) && subjects.ContainsKey(p.Second)).Select(p => (subjects[p.First], subjects[p.Second])).ToList();
            await RenewPairs.Write(db, [.. pairs.Where(p => DuplicateScore.Of(p.Item1, p.Item2) is not null)], ct);
            db.ChangeTracker.Clear();
        }

        return After(place, whole.Count == 0 ? "" : Convert.ToString(whole.Select(r => r.Key).Max(Comparer<TKey>.Create(Order)), CultureInfo.InvariantCulture)!, !full, whole.Count);
    }

    /// <summary>As the database orders: text by code point.</summary>
    private static int Order<TKey>(TKey a, TKey b) where TKey : IComparable<TKey> => a is string text ? string.CompareOrdinal(text, b as string) : a.CompareTo(b);

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
