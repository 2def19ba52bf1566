using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Pools;

/// <summary>Into which pool a customer falls, and when. Of the pools of its unit and of the units above, the nearest decides that is for such customers and has a rule for their tier; of several of one unit the one that asks for more.</summary>
internal sealed class PoolPlan
{
    private readonly Dictionary<long, List<Planned>> _byUnit = [];

    private PoolPlan()
    {
    }

    /// <summary>Whether any rule stands.</summary>
    public bool IsEmpty => _byUnit.Count == 0;

    /// <summary>Whether some pool asks for stations or lanes.</summary>
    public bool AsksStations { get; private set; }

    /// <summary>The tiers that fall anywhere.</summary>
    public IReadOnlySet<CustomerTier> Tiers { get; private set; } = new HashSet<CustomerTier>();

    /// <summary>The fewest days after an appointment before anybody need be warned.</summary>
    public int Soonest { get; private set; }

    /// <summary>A pool with its lists read.</summary>
    internal sealed class Planned(Pool pool, int depth)
    {
        private readonly HashSet<CustomerTier> _tiers = [.. Pool.Parts(pool.Tiers).Select(Enum.Parse<CustomerTier>)];
        private readonly HashSet<string> _industries = [.. Pool.Parts(pool.Industries).SelectMany(code => ReferenceData.Industries.Where(i => i.Section == code).Select(i => i.Code).Append(code))];
        private readonly IReadOnlyList<string> _stations = Pool.Parts(pool.Stations);
        private readonly IReadOnlyList<string[]> _lanes = [.. Pool.Parts(pool.Lanes).Select(SavePool.Ends)];

        public Pool Pool => pool;

        public int Depth => depth;

        public IReadOnlyDictionary<CustomerTier, PoolRule> Rules { get; } = pool.RuleList.ToDictionary(r => r.Tier);

        /// <summary>How many kinds of things it asks for.</summary>
        public int Asks => new[] { pool.Tiers, pool.Industries, pool.Stations, pool.Lanes }.Count(l => l is not null);

        public bool AsksStations => _stations.Count + _lanes.Count > 0;

        /// <summary>Whether it is for such a customer. With no stations said, what it asks of them is passed over.</summary>
        public bool Takes(CustomerTier tier, string? industry, IReadOnlyCollection<(bool Sending, string Station)>? stations) =>
            (_tiers.Count == 0 || _tiers.Contains(tier)) && (_industries.Count == 0 || (industry is not null && _industries.Contains(industry)))
            && (stations is null || ((_stations.Count == 0 || stations.Any(s => _stations.Contains(s.Station)))
                && (_lanes.Count == 0 || _lanes.Any(l => stations.Contains((true, l[0])) && stations.Contains((false, l[1]))))));

        /// <summary>The day a customer falls in, and for what; null never. An appointment begins both periods anew, and protects.</summary>
        public (DateOnly Day, PoolWhy Why)? Due(CustomerTier tier, DateOnly from, DateOnly? noted, Month? shipped)
        {
            if (!Rules.TryGetValue(tier, out var rule))
            {
                return null;
            }

            var followed = rule.FollowUpDays is { } days ? (noted is { } note && note > from ? note : from).AddDays(days) : DateOnly.MaxValue;
            var began = Month.Of(from);
            var sent = rule.WaybillMonths is { } months ? (shipped is { } month && month > began ? month : began).Plus(months + 1).First : DateOnly.MaxValue;
            var (due, why) = followed <= sent ? (followed, PoolWhy.FollowUp) : (sent, PoolWhy.Waybill);
            var open = from.AddDays(pool.ProtectDays);
            return (due < open ? open : due, why);
        }
    }

    /// <summary>Reads all pools with rules.</summary>
    public static async Task<PoolPlan> Read(CrmDb db, CancellationToken ct)
    {
        var pools = (await db.Set<Pool>().AsNoTracking().Where(p => p.Active && p.Rules != "[]").ToListAsync(ct)).ToLookup(p => p.UnitId);
        var plan = new PoolPlan();
        var planned = new Dictionary<long, List<Planned>>();
        foreach (var unit in pools.Count == 0 ? [] : await db.Set<OrgUnit>().AsNoTracking().OrderBy(u => u.Path).Select(u => new { u.Id, u.Path }).ToListAsync(ct))
        {
            var line = PoolBook.Ids(unit.Path);
            planned[unit.Id] = [.. pools[unit.Id].Select(p => new Planned(p, line.Count))];
            if (line.SelectMany(id => planned.GetValueOrDefault(id) ?? []).OrderByDescending(p => p.Depth).ThenByDescending(p => p.Asks).ThenBy(p => p.Pool.Id).ToList() is { Count: > 0 } over)
            {
                plan._byUnit[unit.Id] = over;
            }
        }

        var all = planned.Values.SelectMany(p => p).ToList();
        plan.AsksStations = all.Exists(p => p.AsksStations);
        plan.Tiers = all.SelectMany(p => p.Rules.Keys).ToHashSet();
        plan.Soonest = all.Select(p => Math.Max(p.Rules.Values.Min(r => Math.Min(r.FollowUpDays ?? int.MaxValue, r.WaybillMonths is { } months ? months * 28 : int.MaxValue)), p.Pool.ProtectDays) - p.Pool.WarnDays).DefaultIfEmpty(0).Min();
        return plan;
    }

    /// <summary>The pools that may be for customers of a unit, the one that decides first.</summary>
    public IReadOnlyList<Planned> Over(long unitId) => _byUnit.GetValueOrDefault(unitId) ?? [];
}
