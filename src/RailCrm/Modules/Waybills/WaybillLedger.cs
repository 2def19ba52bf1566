using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Waybills;

/// <summary>Writes waybill lines and, in the same transaction, every fact that follows from them. The only way to change either.</summary>
/// <remarks>
/// Hand-written SQL because this is the measured path: SQLite takes a prepared statement a row, PostgreSQL a COPY a batch.
/// Use one instance for one import; after an exception throw it away, since it remembers lanes made in the transaction that failed.
/// </remarks>
public sealed class WaybillLedger(CrmDb db)
{
    private const string LineColumns = "source, external_no, date, customer_id, unit_id, service, commodity_category, commodity, origin, destination, mode, wagons, containers, teu_hundredths, weight_kg, revenue_fen, cost_fen, contract_no, note, custom";

    private readonly FactLedger _facts = new(db);

    /// <summary>Inserts or updates lines by source and external number; answers in the order given.</summary>
    /// <param name="lines">Checked lines of customers within the scope; the same number twice counts as two writes, the later one standing.</param>
    /// <param name="ct">Cancels.</param>
    public Task<LineOutcome[]> Write(IReadOnlyList<WaybillLine> lines, CancellationToken ct) => Write(lines, null, ct);

    /// <summary>Says what <see cref="Write(IReadOnlyList{WaybillLine}, CancellationToken)"/> would do with each line, and writes nothing.</summary>
    internal Task<LineOutcome[]> Look(IReadOnlyList<WaybillLine> lines, CancellationToken ct) => Look(lines, null, ct);

    /// <summary>As the other; <paramref name="complete"/> as where lines are written.</summary>
    internal async Task<LineOutcome[]> Look(IReadOnlyList<WaybillLine> lines, Action<int, WaybillLine>? complete, CancellationToken ct)
    {
        var places = Enumerable.Range(0, lines.Count).DistinctBy(i => (lines[i].Source, lines[i].ExternalNo)).ToList();
        var known = await Known(lines, places, ct);
        var byNumber = known.ToDictionary(k => (lines[k.Key].Source, lines[k.Key].ExternalNo), k => k.Value);
        var sight = await LineSight.Of(db, [.. lines.Where(l => byNumber.ContainsKey((l.Source, l.ExternalNo))).Select(l => (byNumber[(l.Source, l.ExternalNo)], l))], ct);
        var firsts = places.ToHashSet();
        for (var i = 0; complete is not null && i < lines.Count; i++)
        {
            if (byNumber.TryGetValue((lines[i].Source, lines[i].ExternalNo), out var before) && sight.Refuses(before, lines[i]) is null)
            {
                complete(i, before);
            }
        }

        return [.. lines.Select((line, i) => !byNumber.TryGetValue((line.Source, line.ExternalNo), out var before) ? firsts.Contains(i) ? LineOutcome.Created : LineOutcome.Updated
            : sight.Refuses(before, line) ?? (Same(before, line) ? LineOutcome.Unchanged : LineOutcome.Updated))];
    }

    /// <summary>As the other, and tells what stood in the place of a line that was changed; every line written carries its key afterwards.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="replaced">Takes what stood there before, by place.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="complete">Given the place of a line and what stands there so far, before the two are compared: fills in what the line says nothing of.</param>
    /// <param name="held">Whether <see cref="Hold"/> was called for these lines in this transaction.</param>
    internal async Task<LineOutcome[]> Write(IReadOnlyList<WaybillLine> lines, Dictionary<int, WaybillLine>? replaced, CancellationToken ct, Action<int, WaybillLine>? complete = null, bool held = false)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return await db.Write(async () =>
        {
            await (held ? Task.CompletedTask : LeadOn(lines, ct));
            var outcomes = new LineOutcome[lines.Count];
            var seen = new HashSet<(string, string)>();
            var start = 0;
            for (var i = 0; i <= lines.Count; i++)
            {
                if (i == lines.Count || !seen.Add((lines[i].Source, lines[i].ExternalNo)))
                {
                    await WriteDistinct(lines, start, i, outcomes, replaced, complete, ct);
                    start = i;
                    seen.Clear();
                    if (i < lines.Count)
                    {
                        seen.Add((lines[i].Source, lines[i].ExternalNo));
                    }
                }
            }

            return outcomes;
        }, ct);
    }

    /// <summary>Lines of a customer that was merged since it was looked up are the survivor's. Held until the transaction ends, so that a merge waits for them.</summary>
    private async Task LeadOn(IReadOnlyList<WaybillLine> lines, CancellationToken ct)
    {
        var customers = lines.Select(l => l.CustomerId).Distinct().Order().ToArray();
        if (db.IsPostgres)
        {
            await db.Database.ExecuteSqlAsync($"SELECT id FROM customers WHERE id = ANY({customers}) ORDER BY id FOR SHARE", ct);
        }

        var went = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(c => EF.Parameter(customers).Contains(c.Id) && c.MergedIntoId != null).ToDictionaryAsync(c => c.Id, c => c.MergedIntoId!.Value, ct);
        foreach (var line in lines.Where(l => went.ContainsKey(l.CustomerId)))
        {
            line.CustomerId = went[line.CustomerId];
        }
    }

    /// <summary>Holds the lines' customers until the transaction ends, and tells which of them the actor does not see any more: an import remembers for long whom a name means.</summary>
    internal async Task<IReadOnlySet<long>> Hold(IReadOnlyList<WaybillLine> lines, CancellationToken ct)
    {
        await LeadOn(lines, ct);
        var customers = lines.Select(l => l.CustomerId).Distinct().ToList();
        return customers.Except(customers.Count == 0 ? [] : await db.Set<Customer>().Where(c => EF.Parameter(customers).Contains(c.Id)).Select(c => c.Id).ToListAsync(ct)).ToHashSet();
    }

    /// <summary>Takes lines away, and their part of the facts with them. Lines outside the scope are left alone; answers how many went.</summary>
    public async Task<int> Delete(IReadOnlyCollection<long> ids, CancellationToken ct) => await db.Write(async () =>
    {
        var lines = await db.Set<WaybillLine>().AsNoTracking().Where(w => EF.Parameter(ids).Contains(w.Id)).ToListAsync(ct);
        var gone = lines.Select(l => l.Id).ToArray();
        await HeldLines.Going(db, gone, ct);
        await db.Set<WaybillLine>().Where(w => EF.Parameter(gone).Contains(w.Id)).ExecuteDeleteAsync(ct);
        await _facts.Post([.. lines.Select(l => (l, -1))], ct);
        return lines.Count;
    }, ct);

    /// <summary>Puts back lines that were taken away, under the keys they had; not one whose number is in use by now. Each number once. Answers the keys of those that are back.</summary>
    internal async Task<IReadOnlyCollection<long>> PutBack(IReadOnlyList<WaybillLine> lines, CancellationToken ct) => await db.Write(async () =>
    {
        await LeadOn(lines, ct);
        var taken = await (db.IsPostgres ? InsertPostgres(lines, 0, lines.Count, ct, keepsKeys: true) : InsertSqlite(lines, 0, lines.Count, ct, keepsKeys: true));
        var back = lines.Where((_, i) => !taken.ContainsKey(i)).ToList();
        await _facts.Post([.. back.Select(l => (l, 1))], ct);
        return back.ConvertAll(l => l.Id);
    }, ct);

    private async Task WriteDistinct(IReadOnlyList<WaybillLine> lines, int from, int to, LineOutcome[] outcomes, Dictionary<int, WaybillLine>? replaced, Action<int, WaybillLine>? complete, CancellationToken ct)
    {
        if (to <= from)
        {
            return;
        }

        var changes = new List<(WaybillLine Line, int Sign)>(to - from);
        var known = await (db.IsPostgres ? InsertPostgres(lines, from, to, ct) : InsertSqlite(lines, from, to, ct));
        var sight = await LineSight.Of(db, [.. known.Select(k => (k.Value, lines[k.Key]))], ct);
        for (var i = from; i < to; i++)
        {
            if (!known.TryGetValue(i, out var before))
            {
                outcomes[i] = LineOutcome.Created;
                changes.Add((lines[i], 1));
            }
            else if (sight.Refuses(before, lines[i]) is { } refused)
            {
                outcomes[i] = refused;
            }
            else
            {
                complete?.Invoke(i, before);
                outcomes[i] = Same(before, lines[i]) ? LineOutcome.Unchanged : LineOutcome.Updated;
            }

            if (outcomes[i] == LineOutcome.Updated && known.TryGetValue(i, out before))
            {
                lines[i].Id = before.Id;
                replaced?.Add(i, before);
                changes.Add((before, -1));
                changes.Add((lines[i], 1));
            }
        }

        var updated = Enumerable.Range(from, to - from).Where(i => outcomes[i] == LineOutcome.Updated).Select(i => lines[i]).ToList();
        if (updated.Count > 0)
        {
            db.UpdateRange(updated);
            await db.SaveChangesAsync(ct);
            db.ChangeTracker.Clear();
            var elsewhere = changes.Where(c => c.Sign == -1).Select(c => c.Line).Join(updated, b => b.Id, a => a.Id, (before, after) => (after.Id, Moved: before.CustomerId != after.CustomerId)).Where(l => l.Moved).Select(l => l.Id).ToList();
            await RecordMoves.Follow(db, RecordKind.Waybill, typeof(WaybillLine), elsewhere, ct);
        }

        await _facts.Post(changes, ct);
    }

    private static bool Same(WaybillLine a, WaybillLine b) =>
        a.Date == b.Date && a.CustomerId == b.CustomerId && a.UnitId == b.UnitId && a.Service == b.Service && a.CommodityCategory == b.CommodityCategory
        && a.Commodity == b.Commodity && a.Origin == b.Origin && a.Destination == b.Destination && a.Mode == b.Mode && a.Wagons == b.Wagons
        && a.Containers == b.Containers && a.TeuHundredths == b.TeuHundredths && a.WeightKg == b.WeightKg && a.RevenueFen == b.RevenueFen
        && a.CostFen == b.CostFen && a.ContractNo == b.ContractNo && a.Note == b.Note && a.Custom == b.Custom;

    /// <summary>Inserts what is new; gives what was there already, by place in the list.</summary>
    /// <remarks>Neither engine gives a key twice, so that one kept is still free.</remarks>
    private async Task<Dictionary<int, WaybillLine>> InsertSqlite(IReadOnlyList<WaybillLine> lines, int from, int to, CancellationToken ct, bool keepsKeys = false)
    {
        await using var insert = FactLedger.Command(db, $"INSERT INTO waybill_lines ({LineColumns}{(keepsKeys ? ", id" : "")}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20{(keepsKeys ? ",$21" : "")}) ON CONFLICT (source, external_no) DO NOTHING");
        var key = keepsKeys ? ((SqliteCommand)insert).Parameters.Add("$21", SqliteType.Integer) : null;
        var p = Enumerable.Range(1, 20).Select(n => ((SqliteCommand)insert).Parameters.Add($"${n}", n is 4 or 5 or (>= 12 and <= 17) ? SqliteType.Integer : SqliteType.Text)).ToArray();
        var conflicts = new List<int>();
        var handle = ((SqliteConnection)insert.Connection!).Handle;
        for (var i = from; i < to; i++)
        {
            var line = lines[i];
            (p[0].Value, p[1].Value, p[2].Value, p[3].Value, p[4].Value) = (line.Source, line.ExternalNo, line.Date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), line.CustomerId, line.UnitId);
            (p[5].Value, p[6].Value, p[7].Value, p[8].Value, p[9].Value, p[10].Value) = (line.Service, line.CommodityCategory, (object?)line.Commodity ?? DBNull.Value, line.Origin, line.Destination, line.Mode);
            (p[11].Value, p[12].Value, p[13].Value, p[14].Value, p[15].Value, p[16].Value) = (line.Wagons, line.Containers, line.TeuHundredths, line.WeightKg, line.RevenueFen, line.CostFen);
            (p[17].Value, p[18].Value, p[19].Value) = ((object?)line.ContractNo ?? DBNull.Value, (object?)line.Note ?? DBNull.Value, (object?)line.Custom ?? DBNull.Value);
            if (key is not null)
            {
                key.Value = line.Id;
            }

            if (insert.ExecuteNonQuery() == 0)
            {
                conflicts.Add(i);
            }
            else
            {
                line.Id = SQLitePCL.raw.sqlite3_last_insert_rowid(handle);
            }
        }

        return await Known(lines, conflicts, ct);
    }

    private async Task<Dictionary<int, WaybillLine>> InsertPostgres(IReadOnlyList<WaybillLine> lines, int from, int to, CancellationToken ct, bool keepsKeys = false)
    {
        var known = await Known(lines, [.. Enumerable.Range(from, to - from)], ct);
        var fresh = keepsKeys ? 0 : to - from - known.Count;
        var ids = new Queue<long>(await db.Database.SqlQuery<long>($"SELECT nextval(pg_get_serial_sequence('waybill_lines', 'id')) AS \"Value\" FROM generate_series(1, {fresh})").ToListAsync(ct));
        // Another writer of the same number in between makes the copy fail on the unique index: the whole transaction is tried again by its owner.
        await using var copy = await ((NpgsqlConnection)db.Database.GetDbConnection()).BeginBinaryImportAsync($"COPY waybill_lines (id, {LineColumns}) FROM STDIN (FORMAT binary)", ct);
        for (var i = from; i < to; i++)
        {
            if (known.ContainsKey(i))
            {
                continue;
            }

            var line = lines[i];
            line.Id = keepsKeys ? line.Id : ids.Dequeue();
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(line.Id, NpgsqlDbType.Bigint, ct);
            foreach (var text in new[] { line.Source, line.ExternalNo })
            {
                await copy.WriteAsync(text, NpgsqlDbType.Text, ct);
            }

            await copy.WriteAsync(line.Date, NpgsqlDbType.Date, ct);
            await copy.WriteAsync(line.CustomerId, NpgsqlDbType.Bigint, ct);
            await copy.WriteAsync(line.UnitId, NpgsqlDbType.Bigint, ct);
            foreach (var text in new[] { line.Service, line.CommodityCategory, line.Commodity, line.Origin, line.Destination, line.Mode })
            {
                await Text(copy, text, ct);
            }

            foreach (var number in new[] { line.Wagons, line.Containers, line.TeuHundredths })
            {
                await copy.WriteAsync(number, NpgsqlDbType.Integer, ct);
            }

            foreach (var number in new[] { line.WeightKg, line.RevenueFen, line.CostFen })
            {
                await copy.WriteAsync(number, NpgsqlDbType.Bigint, ct);
            }

            await Text(copy, line.ContractNo, ct);
            await Text(copy, line.Note, ct);
            await Text(copy, line.Custom, ct);
        }

        await copy.CompleteAsync(ct);
        return known;
    }

    private static Task Text(NpgsqlBinaryImporter copy, string? text, CancellationToken ct) =>
        text is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(text, NpgsqlDbType.Text, ct);

    private async Task<Dictionary<int, WaybillLine>> Known(IReadOnlyList<WaybillLine> lines, List<int> places, CancellationToken ct)
    {
        var known = new Dictionary<int, WaybillLine>();
        foreach (var source in places.GroupBy(i => lines[i].Source))
        {
            var numbers = source.ToDictionary(i => lines[i].ExternalNo);
            var typed = numbers.Keys.ToList();
            // Past the scope on purpose: a number is taken whoever took it. Nothing of such a line leaves this class.
            var found = await db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking()
                .Where(w => w.Source == source.Key && EF.Parameter(typed).Contains(w.ExternalNo)).ToListAsync(ct);
            foreach (var line in found)
            {
                known[numbers[line.ExternalNo]] = line;
            }
        }

        return known;
    }
}
