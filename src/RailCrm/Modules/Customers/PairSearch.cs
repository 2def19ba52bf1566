using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Customers;

/// <summary>What the nightly searches for duplicates have in common: phases that go on from a checkpoint, each batch one transaction, so that others write in between; and the walk along an index that brings those together who share a key.</summary>
internal static class PairSearch
{
    private const int RowsAtOnce = 5_000;

    /// <summary>How far a search is.</summary>
    /// <param name="Phase">The phase; empty when all are done.</param>
    /// <param name="Last">The last key of it.</param>
    /// <param name="Done">Rows walked in all.</param>
    public sealed record Place(string Phase, string Last, long Done);

    /// <summary>A row and the key it may share with others.</summary>
    public sealed record Row<TKey>(TKey Key, long Id);

    /// <summary>Those who share a key, each block in the order of its ids; the last key read, whether it was the last of all, and how many rows were walked.</summary>
    public sealed record Part(IReadOnlyList<long[]> Blocks, string Last, bool Ended, int Walked);

    /// <summary>Takes one step after another until all phases are done.</summary>
    public static async Task Run(CrmDb db, JobLease lease, IReadOnlyList<string> phases, long total, Func<Place, Task<Place>> step, CancellationToken ct)
    {
        var place = lease.Job.Checkpoint is { } checkpoint ? JsonSerializer.Deserialize<Place>(checkpoint)! : new(phases[0], "", 0);
        while (place.Phase.Length > 0)
        {
            var here = place;
            place = await db.Write(async () =>
            {
                var next = await step(here);
                await lease.Advance(JsonSerializer.Serialize(next), Math.Min(next.Done, total), 0, total, ct);
                return next;
            }, ct);
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>Where the next step begins.</summary>
    public static Place After(IReadOnlyList<string> phases, Place place, string last, bool ended, long walked) =>
        new(ended ? phases.SkipWhile(p => p != place.Phase).ElementAtOrDefault(1) ?? "" : place.Phase, ended ? "" : last, place.Done + walked);

    public static long Number(string last) => last.Length == 0 ? long.MinValue : long.Parse(last, CultureInfo.InvariantCulture);

    /// <summary>Reads on in the order of a key, out of one index or several at once. A key that is not read to its end is left for the next step.</summary>
    /// <param name="last">The key to go on behind.</param>
    /// <param name="sources">What is read behind a key, in its order.</param>
    /// <param name="block">Of a key that more share, only so many are told.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Part> Read<TKey>(TKey last, Func<TKey, IQueryable<Row<TKey>>>[] sources, int block, CancellationToken ct) where TKey : notnull, IComparable<TKey>
    {
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

        return new([.. whole.GroupBy(r => r.Key).Select(b => b.Select(r => r.Id).Distinct().Order().Take(block).ToArray()).Where(b => b.Length > 1)],
            whole.Count == 0 ? "" : Convert.ToString(whole.Select(r => r.Key).Max(Comparer<TKey>.Create(Order)), CultureInfo.InvariantCulture)!, !full, whole.Count);
    }

    /// <summary>Every two of a block.</summary>
    public static IEnumerable<(T First, T Second)> Pairs<T>(IReadOnlyList<T> block) =>
        from i in Enumerable.Range(0, block.Count) from j in Enumerable.Range(i + 1, block.Count - i - 1) select (block[i], block[j]);

    /// <summary>As the database orders: text by code point.</summary>
    private static int Order<TKey>(TKey a, TKey b) where TKey : IComparable<TKey> => a is string text ? string.CompareOrdinal(text, b as string) : a.CompareTo(b);
}
