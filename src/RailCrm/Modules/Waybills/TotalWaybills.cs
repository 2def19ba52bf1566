using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>What all lines of a view add up to; nothing where that would take longer than the page that shows it.</summary>
internal sealed class TotalWaybills(CrmDb db, WaybillList list)
{
    /// <summary>Facts or lines added up while a reader waits for a page: some 20 ms.</summary>
    private const int Most = 20_000;

    public sealed record Sums(long Lines, long RevenueFen, long CostFen, long WeightKg);

    /// <summary>The sums; null where the view cannot be read, or reaches too far.</summary>
    public async Task<Sums?> Run(View view, CancellationToken ct) =>
        (await GroupWaybills.Total(db, list, view, Math.Min(Most, list.MostRead), ct)).TryGet(out var sums, out _) ? sums : null;
}
