using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Waybills;

/// <summary>Waybill lines in a merge, and the facts that follow from them: as if the lines had always been the survivor's. In sets, because a customer may have a hundred thousand.</summary>
internal sealed class MergeWaybills(IEnumerable<IFiguresChanged> followers) : ICustomerChildren
{
    private const string Sums = "lines, revenue_fen, cost_fen, weight_kg";

    /// <summary>What moved is kept by this name, deleted lines too (<see cref="MergeBinnedLines"/>).</summary>
    public const string Name = "waybills";

    public string Kind => Name;

    public string? TextKey => "waybill.title";

    public IReadOnlyList<(Type Entity, string Property)> Covers =>
        [(typeof(WaybillLine), nameof(WaybillLine.CustomerId)), (typeof(MonthlyFact), nameof(MonthlyFact.CustomerId)), (typeof(FiguresDue), nameof(FiguresDue.CustomerId))];

    private static MovedRows Lines(CrmDb db) => new(db, typeof(WaybillLine), nameof(WaybillLine.CustomerId));

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Lines(db).Count(customerId, ct);

    public async Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        var moved = await Lines(db).Move(move.MergeId, Kind, move.LoserId, move.SurvivorId, null, ct);
        await db.Set<FiguresDue>().Where(d => d.CustomerId == move.LoserId).ExecuteDeleteAsync(ct); // Its figures wait as they are; they are due again when it comes back.
        if (moved > 0)
        {
            await Shift(db, $"SELECT month, lane_id, {Sums} FROM monthly_facts WHERE customer_id = {Number(move.LoserId)}", [], move.LoserId, move.SurvivorId, ct);
            var ids = MovedRows.Parameter(db, await MovedRows.Noted(db, move.MergeId, Kind, move.LoserId, move.SurvivorId, ct));
            await Credit(db, $"w.customer_id = {Number(move.SurvivorId)} AND {MovedRows.Among(db, "w.id")}", [ids], move.LoserId, move.SurvivorId, ct);
            await Due(db, move.SurvivorId, ct);
        }

        return moved;
    }

    public async Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        // Counted before they go: some may have been changed or taken away since, so the facts of then are not those of now.
        var ids = MovedRows.Parameter(db, await MovedRows.Noted(db, move.MergeId, Kind, move.LoserId, move.SurvivorId, ct));
        var facts = CheckFacts.FactsOf(db, $"w.customer_id = {Number(move.SurvivorId)} AND {MovedRows.Among(db, "w.id")}");
        await Shift(db, $"SELECT month, lane_id, CAST(lines AS bigint), CAST(revenue_fen AS bigint), CAST(cost_fen AS bigint), CAST(weight_kg AS bigint) FROM ({facts}) f", [ids], move.SurvivorId, move.LoserId, ct);
        await Credit(db, $"w.customer_id = {Number(move.SurvivorId)} AND {MovedRows.Among(db, "w.id")}", [ids], move.SurvivorId, move.LoserId, ct);
        await Due(db, move.SurvivorId, ct);
        await Due(db, move.LoserId, ct);
        return await Lines(db).GiveBack(move.MergeId, Kind, move.LoserId, move.SurvivorId, null, ct);
    }

    /// <summary>The survivor's trailing twelve months and what follows from them; of those that came back too.</summary>
    public async Task Settle(CrmDb db, CustomersMoved moved, CancellationToken ct)
    {
        if (moved.Undone)
        {
            await RecordMoves.Home(db, RecordKind.Waybill, typeof(WaybillLine), moved.SurvivorId, ct);
        }

        foreach (var follower in followers)
        {
            await follower.Run(ct);
        }
    }

#pragma warning disable EF1002, EF1003 // Names and numbers of ours.
    /// <summary>Takes facts from one customer and adds them to another; the owners' months follow. In order of key, so that two writers never wait for each other in a ring.</summary>
    private static async Task Shift(CrmDb db, string facts, object[] parameters, long from, long to, CancellationToken ct)
    {
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS merged_facts", ct);
        await db.Database.ExecuteSqlRawAsync("CREATE TEMPORARY TABLE merged_facts (month integer, lane_id bigint, lines bigint, revenue_fen bigint, cost_fen bigint, weight_kg bigint)", ct);
        await db.Database.ExecuteSqlRawAsync($"INSERT INTO merged_facts {facts}", parameters, ct);
        foreach (var (customer, sign) in new[] { (from, "-"), (to, "") }.OrderBy(c => c.Item1))
        {
            await db.Database.ExecuteSqlRawAsync(
                $"INSERT INTO monthly_facts (customer_id, month, lane_id, {Sums}) SELECT {Number(customer)}, month, lane_id, {sign}lines, {sign}revenue_fen, {sign}cost_fen, {sign}weight_kg FROM merged_facts WHERE true ORDER BY month, lane_id " +
                $"ON CONFLICT (customer_id, month, lane_id) DO UPDATE SET {Added("monthly_facts")}", ct);
        }

        await db.Database.ExecuteSqlRawAsync(
            $"INSERT INTO owner_months (unit_id, month, {Sums}) SELECT c.unit_id, f.month, CAST(sum(s.sign * f.lines) AS bigint), CAST(sum(s.sign * f.revenue_fen) AS bigint), CAST(sum(s.sign * f.cost_fen) AS bigint), CAST(sum(s.sign * f.weight_kg) AS bigint) " +
            $"FROM merged_facts f CROSS JOIN (SELECT {Number(from)} AS customer_id, -1 AS sign UNION ALL SELECT {Number(to)}, 1) s JOIN customers c ON c.id = s.customer_id " +
            $"WHERE true GROUP BY c.unit_id, f.month ORDER BY c.unit_id, f.month ON CONFLICT (unit_id, month) DO UPDATE SET {Added("owner_months")}", ct);
        await db.Database.ExecuteSqlRawAsync($"DELETE FROM monthly_facts WHERE customer_id = {Number(from)} AND lines = 0", ct);
        await db.Database.ExecuteSqlRawAsync("DROP TABLE merged_facts", ct);
    }

    /// <summary>Lines that go from one customer to another count for whoever answered for the other on their days. After the facts and in order of key, as <see cref="FactLedger"/> writes.</summary>
    private static async Task Credit(CrmDb db, string which, object[] parameters, long from, long to, CancellationToken ct)
    {
        string Of(long customer, string sign) => CheckFacts.ManagersOf(db, $"r.customer_id = {Number(customer)}", which, sign);
        await db.Database.ExecuteSqlRawAsync(
            $"INSERT INTO manager_months (user_id, month, {Sums}) SELECT user_id, month, {string.Join(", ", Sums.Split(", ").Select(c => $"CAST(sum({c}) AS bigint)"))} FROM ({Of(from, "-")} UNION ALL {Of(to, "")}) m " +
            $"WHERE true GROUP BY user_id, month ORDER BY user_id, month ON CONFLICT (user_id, month) DO UPDATE SET {Added("manager_months")}", parameters, ct);
    }

    private static async Task Due(CrmDb db, long customerId, CancellationToken ct) =>
        await db.Database.ExecuteSqlRawAsync($"INSERT INTO figures_due (customer_id) VALUES ({Number(customerId)}) ON CONFLICT (customer_id) DO UPDATE SET customer_id = excluded.customer_id", ct);
#pragma warning restore EF1002, EF1003

    private static string Added(string table) => string.Join(", ", Sums.Split(", ").Select(c => $"{c} = {table}.{c} + excluded.{c}"));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
