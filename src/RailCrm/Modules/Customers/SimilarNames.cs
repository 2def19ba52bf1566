using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Customers whose name is alike and not the same: too little to be a duplicate, enough to look at before one makes another. Asked of the search index as the palette asks it for slips, so that no name is read that is far away.</summary>
public static class SimilarNames
{
    /// <summary>Those that are told.</summary>
    private const int Most = 5;

    /// <summary>A shorter name is alike to hundreds.</summary>
    private const int Shortest = 4;

    /// <summary>In a name so long two characters may differ.</summary>
    private const int Long = 8;

    /// <summary>A question that finds more asks for too little; what is beyond is left out.</summary>
    private const int MostNear = 200;

    /// <summary>So many alike are enough to choose from.</summary>
    private const int Enough = 20;

    /// <summary>One whose name is alike.</summary>
    public sealed record Similar(long Id, string Name, string Number);

    /// <summary>The likest of those that the actor sees, without some.</summary>
    internal static async Task<IReadOnlyList<Similar>> Find(CrmDb db, string? name, IReadOnlyCollection<long> without, CancellationToken ct)
    {
        var core = string.IsNullOrWhiteSpace(name) ? "" : CompanyName.Normalised(name);
        if (SearchTerms.Han(core).Length < Shortest || SearchTerms.Query(core) is not { } whole)
        {
            return [];
        }

        var (found, sound, far) = (new Dictionary<long, (Similar One, int Distance)>(), Pinyin.Full(core), core.Length >= Long ? 2 : 1);
        foreach (var question in NearTerms.Of(core, thirds: true).Prepend(whole))
        {
            var ids = await SearchIndex.Customers.Few(db, SearchTerms.WithoutLegalForm(question), MostNear, ct) ?? [];
            var left = ids.Where(i => !found.ContainsKey(i)).Except(without).ToList();
            var rows = left.Count == 0 ? [] : await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(left).Contains(c.Id)).Select(c => new Similar(c.Id, c.Name, c.Number)).ToListAsync(ct);
            foreach (var row in rows)
            {
                var other = CompanyName.Normalised(row.Name);
                var distance = Math.Min(TextMatch.Distance(core, other), other.Length >= Shortest ? TextMatch.Distance(other, core) : int.MaxValue);
                if (distance <= far || Pinyin.Full(other) == sound)
                {
                    found[row.Id] = (row, distance);
                }
            }

            if (found.Count >= Enough)
            {
                break;
            }
        }

        return [.. found.Values.OrderBy(f => f.Distance).ThenBy(f => Math.Abs(f.One.Name.Length - name!.Length)).ThenBy(f => f.One.Id).Take(Most).Select(f => f.One)];
    }
}
