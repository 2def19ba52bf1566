using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using RailCrm.Kernel;
using RailCrm.Modules.Managers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>Writes what follows from changed lines: monthly facts, owners' months and the customers whose figures are due. Only for <see cref="WaybillLedger"/>, in its transaction.</summary>
internal sealed class FactLedger(CrmDb db)
{
    private const int LanesRemembered = 20_000;

    private const string LaneColumns = "unit_id, service, commodity_category, mode, origin, destination";

    private static readonly string[] SumColumns = ["lines", "revenue_fen", "cost_fen", "weight_kg"];

    private readonly Dictionary<LaneKey, long> _lanes = [];

    private readonly record struct LaneKey(long UnitId, string Service, string CommodityCategory, string Mode, string Origin, string Destination);

    private readonly record struct FactKey(long CustomerId, int Month, long LaneId);

    private sealed class Sums
    {
        public long Lines;
        public long RevenueFen;
        public long CostFen;
        public long WeightKg;

        public void Add(WaybillLine line, int sign)
        {
            Lines += sign;
            RevenueFen += sign * line.RevenueFen;
            CostFen += sign * line.CostFen;
            WeightKg += sign * line.WeightKg;
        }
    }

    /// <summary>Adds the differences up and writes them to the facts, the owners' months and the list of customers to be computed anew.</summary>
    public async Task Post(List<(WaybillLine Line, int Sign)> changes, CancellationToken ct)
    {
        if (changes.Count == 0)
        {
            return;
        }

        var customerIds = changes.Select(c => c.Line.CustomerId).Distinct().Order().ToArray();
        var owners = await Owners(customerIds, ct);
        var mains = await Mains(customerIds, ct);
        await Look(changes.Select(c => KeyOf(c.Line)), ct);
        var facts = new Dictionary<FactKey, Sums>();
        var months = new Dictionary<(long UnitId, int Month), Sums>();
        var people = new Dictionary<(long UserId, int Month), Sums>();
        foreach (var (line, sign) in changes)
        {
            var month = Month.Of(line.Date).Number;
            Of(facts, new(line.CustomerId, month, _lanes[KeyOf(line)])).Add(line, sign);
            Of(months, (owners[line.CustomerId], month)).Add(line, sign);
            foreach (var main in mains[line.CustomerId].Where(r => r.Holds(line.Date)))
            {
                Of(people, (main.UserId, month)).Add(line, sign);
            }
        }

        // In order of key, so that two writers never wait for each other in a ring.
        var factRows = facts.OrderBy(f => f.Key.CustomerId).ThenBy(f => f.Key.Month).ThenBy(f => f.Key.LaneId).Select(f => (f.Key.CustomerId, (long)f.Key.Month, f.Key.LaneId, f.Value)).ToList();
        var monthRows = months.OrderBy(m => m.Key).Select(m => (m.Key.UnitId, (long)m.Key.Month, 0L, m.Value)).ToList();
        var peopleRows = people.OrderBy(p => p.Key).Select(p => (p.Key.UserId, (long)p.Key.Month, 0L, p.Value)).ToList();
        if (db.IsPostgres)
        {
            await UpsertPostgres("monthly_facts", "customer_id, month, lane_id", factRows, 3, ct);
            await UpsertPostgres("owner_months", "unit_id, month", monthRows, 2, ct);
            await UpsertPostgres("manager_months", "user_id, month", peopleRows, 2, ct);
            await db.Database.ExecuteSqlAsync($"INSERT INTO figures_due (customer_id) SELECT unnest({customerIds}) ON CONFLICT (customer_id) DO UPDATE SET customer_id = excluded.customer_id", ct);
        }
        else
        {
            UpsertSqlite("monthly_facts", "customer_id, month, lane_id", factRows, 3);
            UpsertSqlite("owner_months", "unit_id, month", monthRows, 2);
            UpsertSqlite("manager_months", "user_id, month", peopleRows, 2);
            await using var due = Command(db, "INSERT OR IGNORE INTO figures_due (customer_id) VALUES ($1)");
            var id = ((SqliteCommand)due).Parameters.Add("$1", SqliteType.Integer);
            foreach (var customerId in customerIds)
            {
                id.Value = customerId;
                due.ExecuteNonQuery();
            }
        }

        if (factRows.Any(f => f.Value.Lines < 0))
        {
            var touched = factRows.Where(f => f.Value.Lines < 0).Select(f => f.CustomerId).Distinct().ToList();
            await db.Set<MonthlyFact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(f => EF.Parameter(touched).Contains(f.CustomerId) && f.Lines == 0).ExecuteDeleteAsync(ct);
        }
    }

    private static Sums Of<TKey>(Dictionary<TKey, Sums> all, TKey key) where TKey : notnull
    {
        if (!all.TryGetValue(key, out var sums))
        {
            all[key] = sums = new();
        }

        return sums;
    }

    /// <remarks>Held until the transaction ends, so that a customer's move waits for the facts it must take along.</remarks>
    private async Task<Dictionary<long, long>> Owners(long[] customerIds, CancellationToken ct)
    {
        if (db.IsPostgres)
        {
            await db.Database.ExecuteSqlAsync($"SELECT id FROM customers WHERE id = ANY({customerIds}) ORDER BY id FOR SHARE", ct);
        }

        return await db.Set<ScopeCustomer>().Where(c => EF.Parameter(customerIds).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.UnitId, ct);
    }

    /// <summary>Who answered for the customers at any time, past the scope: a line counts for whoever answered on its day. Read once the customers are held, as whoever appoints holds them too.</summary>
    private async Task<ILookup<long, Responsibility>> Mains(long[] customerIds, CancellationToken ct) =>
        (await db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking().Where(r => EF.Parameter(customerIds).Contains(r.CustomerId) && r.Duty == Duty.Main).ToListAsync(ct)).ToLookup(r => r.CustomerId);

    private static LaneKey KeyOf(WaybillLine line) => new(line.UnitId, line.Service, line.CommodityCategory, line.Mode, line.Origin, line.Destination);

    /// <summary>Finds the lanes of a batch, and makes those that no line went before.</summary>
    private async Task Look(IEnumerable<LaneKey> keys, CancellationToken ct)
    {
        if (_lanes.Count >= LanesRemembered)
        {
            _lanes.Clear();
        }

        // In order, so that two writers never wait for each other in a ring.
        var missing = keys.Where(k => !_lanes.ContainsKey(k)).Distinct()
            .OrderBy(k => k.UnitId).ThenBy(k => k.Service, StringComparer.Ordinal).ThenBy(k => k.CommodityCategory, StringComparer.Ordinal).ThenBy(k => k.Mode, StringComparer.Ordinal)
            .ThenBy(k => k.Origin, StringComparer.Ordinal).ThenBy(k => k.Destination, StringComparer.Ordinal).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        if (db.IsPostgres)
        {
            await LookPostgres(missing, ct);
        }
        else
        {
            LookSqlite(missing);
        }
    }

    private void LookSqlite(List<LaneKey> keys)
    {
        using var find = Command(db, "SELECT id FROM lanes WHERE unit_id = $1 AND service = $2 AND commodity_category = $3 AND mode = $4 AND origin = $5 AND destination = $6");
        using var make = Command(db, $"INSERT INTO lanes ({LaneColumns}) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id");
        foreach (var command in new[] { find, make }.Cast<SqliteCommand>())
        {
            for (var n = 1; n <= 6; n++)
            {
                command.Parameters.Add($"${n}", n == 1 ? SqliteType.Integer : SqliteType.Text);
            }
        }

        foreach (var key in keys)
        {
            _lanes[key] = Id(find, key) ?? Id(make, key)!.Value;
        }

        static long? Id(DbCommand command, LaneKey key)
        {
            var p = command.Parameters;
            (p[0].Value, p[1].Value, p[2].Value, p[3].Value, p[4].Value, p[5].Value) = (key.UnitId, key.Service, key.CommodityCategory, key.Mode, key.Origin, key.Destination);
            return (long?)command.ExecuteScalar();
        }
    }

    private async Task LookPostgres(List<LaneKey> keys, CancellationToken ct)
    {
        const string Asked = "unnest($1, $2, $3, $4, $5, $6) AS k (unit_id, service, commodity_category, mode, origin, destination)";
        await using var make = Ask($"INSERT INTO lanes ({LaneColumns}) SELECT * FROM {Asked} ON CONFLICT DO NOTHING");
        await make.ExecuteNonQueryAsync(ct);
        await using var find = Ask($"SELECT l.id, k.* FROM {Asked} JOIN lanes l USING ({LaneColumns})");
        await using var reader = await find.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            _lanes[new(reader.GetInt64(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6))] = reader.GetInt64(0);
        }

        NpgsqlCommand Ask(string sql)
        {
            var command = (NpgsqlCommand)Command(db, sql);
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. keys.Select(k => k.UnitId)] });
            foreach (var of in new Func<LaneKey, string>[] { k => k.Service, k => k.CommodityCategory, k => k.Mode, k => k.Origin, k => k.Destination })
            {
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(of)] });
            }

            return command;
        }
    }

    private void UpsertSqlite(string table, string keys, IReadOnlyList<(long, long, long, Sums)> rows, int width)
    {
        var names = string.Join(", ", Enumerable.Range(1, width + 4).Select(n => $"${n}"));
        using var command = Command(db, $"INSERT INTO {table} ({keys}, lines, revenue_fen, cost_fen, weight_kg) VALUES ({names}) {OnConflict(keys, table)}");
        var p = Enumerable.Range(1, width + 4).Select(n => ((SqliteCommand)command).Parameters.Add($"${n}", SqliteType.Integer)).ToArray();
        foreach (var (a, b, c, sums) in rows)
        {
            (p[0].Value, p[1].Value) = (a, b);
            if (width == 3)
            {
                p[2].Value = c;
            }

            (p[width].Value, p[width + 1].Value, p[width + 2].Value, p[width + 3].Value) = (sums.Lines, sums.RevenueFen, sums.CostFen, sums.WeightKg);
            command.ExecuteNonQuery();
        }
    }

    private async Task UpsertPostgres(string table, string keys, IReadOnlyList<(long A, long B, long C, Sums Sums)> rows, int width, CancellationToken ct)
    {
        var names = string.Join(", ", Enumerable.Range(1, width + 4).Select(n => $"${n}"));
        await using var command = (NpgsqlCommand)Command(db, $"INSERT INTO {table} ({keys}, lines, revenue_fen, cost_fen, weight_kg) SELECT * FROM unnest({names}) {OnConflict(keys, table)}");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(r => r.A)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. rows.Select(r => (int)r.B)] });
        if (width == 3)
        {
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(r => r.C)] });
        }

        foreach (var of in new Func<Sums, long>[] { s => s.Lines, s => s.RevenueFen, s => s.CostFen, s => s.WeightKg })
        {
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(r => of(r.Sums))] });
        }

        await command.ExecuteNonQueryAsync(ct);
    }

    private static string OnConflict(string keys, string table) =>
        $"ON CONFLICT ({keys}) DO UPDATE SET " + string.Join(", ", SumColumns.Select(c => $"{c} = {table}.{c} + excluded.{c}"));

#pragma warning disable CA2100 // Names of tables and columns of ours; every value is a parameter.
    /// <summary>A statement in the transaction that is open.</summary>
    public static DbCommand Command(CrmDb db, string sql)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        return command;
    }
#pragma warning restore CA2100
}
