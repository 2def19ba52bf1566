using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Customers;

/// <summary>Looks through all contacts for likely duplicates, at night or when asked: the people of each customer, and those who share a mobile or an e-mail wherever they are. Walked in the order of the index that holds the key, as with <see cref="SearchDuplicates"/>.</summary>
internal sealed class SearchContactDuplicates(CrmDb db)
{
    /// <summary>The kind of job.</summary>
    public const string Job = "contact_duplicates";

    private const int PairsAtOnce = 2_000;

    private static readonly string[] Phases = ["pairs", "people", "mobiles", "mails"];

    public static Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct) => new SearchContactDuplicates(services.GetRequiredService<CrmDb>()).Run(lease, ct);

    private async Task<string> Run(JobLease lease, CancellationToken ct)
    {
        var contacts = db.Set<Contact>();
        var total = await db.Set<ContactPair>().LongCountAsync(ct) + await contacts.LongCountAsync(ct) + await contacts.LongCountAsync(k => k.MobileDigits != null, ct) + await contacts.LongCountAsync(k => k.Email != null, ct);
        await PairSearch.Run(db, lease, Phases, total, place => Step(place, ct), ct);
        return JsonSerializer.Serialize(new { found = await db.Set<ContactPair>().CountAsync(p => p.DismissedAt == null, ct) });
    }

#pragma warning disable CA1304, CA1309, CA1311 // Translated to SQL: the column's collation decides, and the index is over small letters.
    private Task<PairSearch.Place> Step(PairSearch.Place place, CancellationToken ct) => place.Phase switch
    {
        "pairs" => Pairs(place, ct),
        "people" => Blocks(place, PairSearch.Number(place.Last), [last => db.Set<Contact>().Where(k => k.CustomerId > last).OrderBy(k => k.CustomerId).Select(k => new PairSearch.Row<long>(k.CustomerId, k.Id))], RenewContactPairs.MostAtCustomer, ct),
        "mobiles" => Blocks(place, place.Last,
        [
            last => db.Set<Contact>().Where(k => string.Compare(k.MobileDigits, last) > 0).OrderBy(k => k.MobileDigits).Select(k => new PairSearch.Row<string>(k.MobileDigits!, k.Id)),
            last => db.Set<Contact>().Where(k => string.Compare(k.Mobile2Digits, last) > 0).OrderBy(k => k.Mobile2Digits).Select(k => new PairSearch.Row<string>(k.Mobile2Digits!, k.Id)),
        ], RenewContactPairs.Block, ct),
        _ => Blocks(place, place.Last,
        [
            last => Mails(db, last),
            last => db.Set<Contact>().Where(k => string.Compare(k.Email2!.ToLower(), last) > 0).OrderBy(k => k.Email2!.ToLower()).Select(k => new PairSearch.Row<string>(k.Email2!.ToLower(), k.Id)),
        ], RenewContactPairs.Block, ct),
    };

    /// <summary>Those behind a mail, in the order of the index over small letters.</summary>
    internal static IQueryable<PairSearch.Row<string>> Mails(CrmDb db, string last) =>
        db.Set<Contact>().Where(k => string.Compare(k.Email!.ToLower(), last) > 0).OrderBy(k => k.Email!.ToLower()).Select(k => new PairSearch.Row<string>(k.Email!.ToLower(), k.Id));
#pragma warning restore CA1304, CA1309, CA1311

    /// <summary>Scores the pairs that are known: what changed in bulk is not told here. One with a contact in the bin waits with it.</summary>
    private async Task<PairSearch.Place> Pairs(PairSearch.Place place, CancellationToken ct)
    {
        var last = PairSearch.Number(place.Last);
        var rows = await db.Set<ContactPair>().AsNoTracking().Where(p => p.Id > last).OrderBy(p => p.Id).Take(PairsAtOnce).Select(p => new { p.Id, p.FirstId, p.SecondId }).ToListAsync(ct);
        var subjects = (await RenewContactPairs.Subjects(db, [.. rows.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct()], ct)).ToDictionary(s => s.Id);
        await RenewContactPairs.Write(db, [.. rows.Where(p => subjects.ContainsKey(p.FirstId) && subjects.ContainsKey(p.SecondId)).Select(p => (subjects[p.FirstId], subjects[p.SecondId]))], ct);
        return PairSearch.After(Phases, place, rows.Count == 0 ? "" : rows[^1].Id.ToString(CultureInfo.InvariantCulture), rows.Count < PairsAtOnce, rows.Count);
    }

    /// <summary>Reads on in the order of a key and compares those who share one: of a customer's people, those who have a name, number or mail in common.</summary>
    private async Task<PairSearch.Place> Blocks<TKey>(PairSearch.Place place, TKey last, Func<TKey, IQueryable<PairSearch.Row<TKey>>>[] sources, int block, CancellationToken ct) where TKey : notnull, IComparable<TKey>
    {
        var part = await PairSearch.Read(last, sources, block, ct);
        var subjects = (await RenewContactPairs.Subjects(db, [.. part.Blocks.SelectMany(b => b).Distinct()], ct)).ToDictionary(s => s.Id);
        var pairs = new List<(ContactScore.Subject First, ContactScore.Subject Second)>();
        foreach (var together in part.Blocks.SelectMany(b => Alike([.. b.Where(subjects.ContainsKey).Select(id => subjects[id])])))
        {
            pairs.AddRange(PairSearch.Pairs(together));
        }

        foreach (var some in pairs.Where(p => ContactScore.Of(p.First, p.Second) is not null).DistinctBy(p => (p.First.Id, p.Second.Id)).Chunk(PairsAtOnce))
        {
            await RenewContactPairs.Write(db, some, ct);
            db.ChangeTracker.Clear();
        }

        return PairSearch.After(Phases, place, part.Last, part.Ended, part.Walked);
    }

    /// <summary>Those of a block who have something in common, key by key: a customer with two thousand people makes no two million pairs.</summary>
    private static IEnumerable<IReadOnlyList<ContactScore.Subject>> Alike(IReadOnlyList<ContactScore.Subject> block) =>
        block.Count <= RenewContactPairs.Block ? [block]
        : block.SelectMany(s => s.Keys.Select(k => (Key: k, Subject: s))).GroupBy(s => s.Key).Select(g => (IReadOnlyList<ContactScore.Subject>)[.. g.Select(s => s.Subject).OrderBy(s => s.Id).Take(RenewContactPairs.Block)]).Where(g => g.Count > 1);
}
