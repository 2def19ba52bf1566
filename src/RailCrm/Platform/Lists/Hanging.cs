using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>What hangs on a list's rows, told before many of them are taken away. A module registers what it keeps.</summary>
/// <param name="List">The list, by its key.</param>
/// <param name="TextKey">What it is called.</param>
/// <param name="Permission">Who may know of it.</param>
/// <param name="Of">The keys of what hangs on some rows, by an index.</param>
public sealed record Hanging(string List, string TextKey, string Permission, Func<CrmDb, IReadOnlyList<long>, IQueryable<long>> Of)
{
    /// <summary>Counting stops here: "10,000+" is warning enough.</summary>
    public const int Most = 10_000;

    /// <summary>What hangs on some rows, as far as there is any and the actor may know: what it is called and how much, at most one beyond <see cref="Most"/>.</summary>
    public static async Task<IReadOnlyList<(string TextKey, int Count)>> On(CrmDb db, IEnumerable<Hanging> all, string list, IReadOnlyList<long> ids, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var found = new List<(string, int)>();
        foreach (var hanging in all.Where(h => h.List == list && db.Actor.May(h.Permission)))
        {
            var count = await hanging.Of(db, ids).Take(Most + 1).CountAsync(ct);
            found.AddRange(count == 0 ? [] : [(hanging.TextKey, count)]);
        }

        return found;
    }
}
