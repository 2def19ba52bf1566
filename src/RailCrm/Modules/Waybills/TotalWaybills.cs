using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>What all lines of a view add up to; nothing where that would take longer than the page that shows it.</summary>
internal sealed class TotalWaybills(CrmDb db, WaybillList list)
{
    /// <summary>Facts or lines added up while a reader waits for a page: some 20 ms.</summary>
    private const int Most = 20_000;

    public sealed record Sums(long Lines, long RevenueFen, long CostFen, long WeightKg)
    {
        /// <summary>Those of the group's own figures that the view shows, by field, where the lines are few.</summary>
        public IReadOnlyDictionary<string, long> Own { get; init; } = Nothing;

        private static readonly Dictionary<string, long> Nothing = [];
    }

    /// <summary>The sums; null where the view cannot be read, or reaches too far.</summary>
    public async Task<Sums?> Run(View view, CancellationToken ct)
    {
        if (!(await GroupWaybills.Total(db, list, view, Math.Min(Most, list.MostRead), ct)).TryGet(out var sums, out _))
        {
            return null;
        }

        var shown = list.ColumnsOf(view).Select(c => c.Field).Where(f => f.IsSummedNear).ToList();
        return shown.Count == 0 || sums.Lines > OwnSums.Most ? sums : sums with { Own = await GroupWaybills.Own(db, list, view, shown, ct) };
    }
}
