using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Pools;

/// <summary>The pools that the actor sees, with how many customers lie in each.</summary>
internal sealed class ListPools(CrmDb db)
{
    private const int Most = 12;

    /// <summary>A pool as the API tells it.</summary>
    /// <param name="Id">Key.</param>
    /// <param name="Pool">As it is said.</param>
    /// <param name="Customers">How many lie in it.</param>
    /// <param name="Version">Its version.</param>
    public sealed record Item(long Id, SavePool.Input Pool, int Customers, int Version);

    /// <summary>All, by name.</summary>
    public async Task<IReadOnlyList<(Pool Pool, int Customers)>> Run(CancellationToken ct)
    {
        var seen = PoolBook.Seen(db);
        var pools = await seen.AsNoTracking().OrderBy(p => p.Name).ToListAsync(ct);
        var counts = await PoolBook.Open(db).Where(s => seen.Any(p => p.Id == s.PoolId) && s.Customer.DeletedAt == null).GroupBy(s => s.PoolId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return pools.ConvertAll(p => (p, counts.GetValueOrDefault(p.Id)));
    }

    internal static async Task<IResult> Get(ListPools useCase, CancellationToken ct) =>
        TypedResults.Ok(new Listing<Item>([.. (await useCase.Run(ct)).Select(p => new Item(p.Pool.Id, SavePool.Input.Of(p.Pool), p.Customers, p.Pool.Version))], null));

    /// <summary>The open pools of the actor's units and of those above, by name, while one types; with a customer those alone that it may lie in.</summary>
    internal static async Task<IResult> Lookup(string? q, CrmDb db, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length > Pool.NameLength || !PlainText.IsStorable(text))
        {
            return LookupAnswer.None;
        }

        var pools = await PoolBook.Seen(db).Where(p => p.Active).OrderBy(p => p.Name).Select(p => new { p.Id, p.Name }).ToListAsync(ct);
        return LookupAnswer.Of(pools.Select(p => (Pool: p, Rank: text.Length == 0 ? 0 : TextMatch.Rank(text, p.Name))).Where(p => p.Rank is not null).OrderBy(p => p.Rank).Take(Most).Select(p => new LookupItem(p.Pool.Id, p.Pool.Name, p.Pool.Name, null)));
    }
}
