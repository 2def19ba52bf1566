using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;

namespace RailCrm.Modules.Exchange;

/// <summary>New customers that go straight into a pool. One that is there already has people who answer for it, and goes there from its page or in bulk.</summary>
internal sealed partial class CustomerTaker
{
    /// <summary>By what rows call them; null where there is none such.</summary>
    private readonly Dictionary<string, Pool?> _pools = new(StringComparer.Ordinal);

    private Pool? PoolOf(TableRow row) => map.Clean(row, "pool") is { } name ? _pools.GetValueOrDefault(name) : null;

    /// <summary>The pools that rows name; held, nobody closes them or gives them to another unit until the batch is written.</summary>
    private async Task ReadPools(IReadOnlyList<TableRow> rows, bool hold, CancellationToken ct)
    {
        foreach (var name in rows.Select(r => map.Clean(r, "pool")).OfType<string>().Distinct().Order(StringComparer.Ordinal))
        {
            _pools[name] = hold ? await PutIntoPool.Held(_db, name, ct) : await PutIntoPool.Named(_db, name, ct);
        }
    }

    /// <summary>Why a row's customer cannot go there; null where it can, or lies there already.</summary>
    private async Task<string?> Pooled(Pool? pool, Customer? known, long? unitId, CancellationToken ct)
    {
        if (pool is null)
        {
            return "pool.unknown";
        }

        if (known is not null)
        {
            var (customer, there) = (known.Id, pool.Id);
            return await PoolBook.Open(_db).AnyAsync(s => s.CustomerId == customer && s.PoolId == there, ct) ? null : "import.pool_known";
        }

        var unit = unitId ?? _db.Actor.UnitId;
        var path = _ahead?.Units.Find(u => u.Id == unit)?.Path ?? (unit == _db.Actor.UnitId ? _db.Actor.UnitPath : await _db.Set<OrgUnit>().Where(u => u.Id == unit).Select(u => u.Path).SingleOrDefaultAsync(ct));
        return path is not null && PoolBook.Ids(path).Contains(pool.UnitId) ? null : "pool.other_unit";
    }
}
