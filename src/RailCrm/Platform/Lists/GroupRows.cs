using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Platform.Lists;

/// <summary>The rows of a view by the values of a field, with counts and sums, as the API tells them.</summary>
internal sealed class GroupRows(CrmDb db, AskedView asked)
{
    /// <summary>What is asked for; every other filter of the list may stand beside these.</summary>
    /// <param name="By">The field to group by, by its key; the list's first where missing.</param>
    /// <param name="Q">What the list's search takes.</param>
    /// <param name="Filter">As in the list: a semicolon is "and", a bar "or", a comma separates values.</param>
    /// <param name="View">A saved view, by its key.</param>
    public sealed record Query(string? By = null, string? Q = null, string? Filter = null, string? View = null);

    /// <summary>What is read by name, in whatever case: a filter that is not heard would mean more rows than were asked for.</summary>
    private static readonly HashSet<string> Words = new(["by", "cursor", "q", "filter", "view"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Something that is summed.</summary>
    /// <param name="Key">The field.</param>
    /// <param name="Name">What it is called.</param>
    /// <param name="Unit">fen or kg; null for a plain figure.</param>
    public sealed record Sum(string Key, string Name, string? Unit);

    /// <summary>The rows that share a value.</summary>
    /// <param name="Value">The value as a filter takes it; empty where none is known, null where several groups are put together.</param>
    /// <param name="Text">The value as people read it.</param>
    /// <param name="Filter">The condition that these rows alone satisfy; null where several groups are put together.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Sums">Their sums by field.</param>
    /// <param name="Others">How many smaller groups it stands for; 0 where it is one group.</param>
    public sealed record Item(string? Value, string Text, string? Filter, long Count, IReadOnlyDictionary<string, decimal> Sums, int Others);

    /// <summary>All groups together.</summary>
    public sealed record Whole(long Count, IReadOnlyDictionary<string, decimal> Sums);

    /// <summary>The groups: at most 200, the last of which then stands for all others.</summary>
    public sealed record Answer(string By, string Name, IReadOnlyList<Sum> Sums, IReadOnlyList<Item> Groups, Whole Total);

    /// <summary>The groups, or which word of the request is wrong.</summary>
    public async Task<Result<Answer>> Run(string key, Query query, IEnumerable<KeyValuePair<string, string?>> said, CancellationToken ct)
    {
        if (asked.Find(key) is not { } list)
        {
            return new Refusal.NotFound();
        }

        if ((string.IsNullOrWhiteSpace(query.By) ? list.Fields.FirstOrDefault(f => f.IsGrouped) : list.Find(query.By)) is not { IsGrouped: true } by)
        {
            return new Refusal.InvalidMany([new(nameof(query.By), "list.group_unknown", string.Join(", ", list.Fields.Where(f => f.IsGrouped).Select(f => f.Key)))]);
        }

        if (!(await asked.Read(list, [.. said.Where(p => !Words.Contains(p.Key)), new("q", query.Q), new("filter", query.Filter), new("view", query.View)], ct)).TryGet(out var view, out var refusal) || !(await list.Groups(db, view, by, ct)).TryGet(out var groups, out refusal))
        {
            return refusal;
        }

        var summed = list.Summed(view);
        List<ListField> sums = [.. summed.Take(groups.Count == 0 ? summed.Count : groups[0].Sums.Count)]; // Own figures only where the rows are few.
        return new Answer(
            by.Key, by.Name, [.. sums.Select(f => new Sum(f.Key, f.Name, f.Kind switch { FieldKind.Money => "fen", FieldKind.Weight => "kg", _ => null }))],
            [.. groups.Select(g => new Item(g.Others > 0 ? null : g.Asked, g.Text, g.Others > 0 ? null : new Filter([[by.Having(g)]]).ToString(), g.Count, Said(sums, i => g.Sums[i]), g.Others))],
            new(groups.Sum(g => g.Count), Said(sums, i => groups.Sum(g => g.Sums[i]))));
    }

    private static Dictionary<string, decimal> Said(List<ListField> sums, Func<int, long> sum) =>
        sums.Select((f, i) => (f.Key, Sum: f.IsSummedNear && f.Kind != FieldKind.Money ? CustomValue.Figure(sum(i)) : sum(i))).ToDictionary(s => s.Key, s => s.Sum);
}
