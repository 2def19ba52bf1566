using System.Text;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>The organisation as a tree with what hangs on each unit, searched by name, pinyin or code.</summary>
public sealed class ShowTree(CrmDb db, ListUnits units, IEnumerable<UnitDependents> dependents)
{
    /// <summary>Units that one page draws; of a larger organisation it shows two levels, and each subsidiary opens by its own address.</summary>
    private const int Most = 1_000;

    /// <summary>A unit with those below it; the counts are of the unit and all below.</summary>
    /// <param name="Open">Whether its children show at first.</param>
    /// <param name="Cut">Whether its children are left to a page of their own.</param>
    public sealed record Node(ListUnits.Item Unit, int Outlets, IReadOnlyDictionary<string, long> Counts, IReadOnlyList<Node> Children, bool Open, bool Cut);

    /// <summary>The roots of what the actor sees: the own unit, or the unit <paramref name="at"/>; empty where nothing matches.</summary>
    public async Task<IReadOnlyList<Node>> Run(string? typed, long? at, CancellationToken ct)
    {
        var all = await units.Run(ct);
        var range = PathRange.Of(db.Scope);
        var counts = new List<(string Key, IReadOnlyDictionary<long, long> Of)>();
        foreach (var kind in dependents)
        {
            counts.Add((kind.TextKey, await kind.Count(db, range, ct)));
        }

        var text = (typed ?? "").Normalize(NormalizationForm.FormKC).Trim();
        var shown = text.Length == 0 ? null : Matching(all, text);
        var below = all.ToLookup(u => u.ParentId);
        var ids = all.Select(u => u.Id).ToHashSet();
        var big = shown is null && all.Count > Most && (at is null || all.Any(u => u.Id == at && u.Level == UnitLevel.Group));

        Node Make(ListUnits.Item unit, int depth)
        {
            var children = below[unit.Id].Where(c => shown?.Contains(c.Id) != false).Select(c => Make(c, depth + 1)).ToList();
            var own = counts.ToDictionary(c => c.Key, c => c.Of.GetValueOrDefault(unit.Id) + children.Sum(n => n.Counts[c.Key]));
            var cut = big && depth > 0 && children.Count > 0;
            return new(unit, children.Sum(n => n.Outlets) + (unit.Level == UnitLevel.Outlet ? 1 : 0), own, cut ? [] : children, shown is not null || depth == 0 || all.Count <= 60, cut);
        }

        return [.. all.Where(u => at is null ? u.ParentId is null || !ids.Contains(u.ParentId.Value) : u.Id == at).Where(u => shown?.Contains(u.Id) != false).Select(u => Make(u, 0))];
    }

    /// <summary>The units found, those above them, and those below.</summary>
    private static HashSet<long> Matching(IReadOnlyList<ListUnits.Item> all, string text)
    {
        var byId = all.ToDictionary(u => u.Id);
        var hits = all.Where(u => u.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || u.Code.Contains(text, StringComparison.OrdinalIgnoreCase)
            || string.Equals(u.StationCode, text, StringComparison.OrdinalIgnoreCase)
            || Pinyin.Full(u.Name).Contains(text, StringComparison.OrdinalIgnoreCase) || Pinyin.Initials(u.Name).Contains(text, StringComparison.OrdinalIgnoreCase)).Select(u => u.Id).ToHashSet();
        var shown = new HashSet<long>(hits);
        foreach (var unit in all)
        {
            // All is in order of path: whoever stands above was decided before.
            if (unit.ParentId is { } parent && hits.Contains(parent))
            {
                hits.Add(unit.Id);
                shown.Add(unit.Id);
            }
        }

        foreach (var id in hits)
        {
            for (var up = byId[id].ParentId; up is { } above && byId.TryGetValue(above, out var unit) && shown.Add(above); up = unit.ParentId)
            {
            }
        }

        return shown;
    }
}
