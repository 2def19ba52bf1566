using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Benchmarks;

/// <summary>What changes who answers for many customers at once: a handover, a move of units, the pools' night. What was changed is changed back.</summary>
internal sealed class Duties(Database database, Actor group)
{
    /// <summary>Falls of one night that are measured.</summary>
    private const int Falls = 5_000;

    /// <summary>All customers of one to a colleague, and back; seconds, and processor time of this process.</summary>
    public async Task<(int Count, double Proposed, double There, double Back, double Processor)> HandOver()
    {
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var made = Work.Value(await database.With(group, s => s.GetRequiredService<ProposeHandover>().Run(new() { From = People.Leaver, To = People.Receiver, Rule = HandoverRule.Load }, default)));
        var proposed = watch.Elapsed.TotalSeconds;
        async Task<(double, int)> Done(Func<CarryHandover, Task<Result<CarryHandover.Seen>>> decide)
        {
            watch.Restart();
            var seen = Work.Value(await database.With(group, s => decide(s.GetRequiredService<CarryHandover>())));
            await database.With(Actor.System("cli"), s => Database.Finish(s, seen.Parts[0].JobId!.Value));
            seen = Work.Value(await database.With(group, s => s.GetRequiredService<CarryHandover>().Get(made.Id, default)));
            return seen.Parts[0] is { Waiting: 0, Left: 0 } part ? (watch.Elapsed.TotalSeconds, part.Counts.Values.Sum()) : throw new InvalidOperationException("Not everything went.");
        }

        var (there, count) = await Done(c => c.Accept(made.Id, made.Parts[0].Id, null, default));
        var (back, _) = await Done(c => c.Undo(made.Id, default));
        return (count, proposed, there, back, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    /// <summary>All outlets of the first subsidiary to the second, one after another, and back; seconds of all, of the longest, and until the old subsidiary no longer sees a customer of the last.</summary>
    public async Task<(int Count, double Seconds, double Longest, double UnseenMs)> Move(Server server, Func<long, HttpRequestMessage> ask)
    {
        await using var raw = await database.Raw();
        var (here, there) = ((await Database.Read(raw, "SELECT id FROM units WHERE code = 'Z01'", r => r.GetInt64(0)))[0], (await Database.Read(raw, "SELECT id FROM units WHERE code = 'Z02'", r => r.GetInt64(0)))[0]);
        var outlets = await Database.Read(raw, string.Create(CultureInfo.InvariantCulture, $"SELECT id FROM units WHERE parent_id = {here} ORDER BY id"), r => r.GetInt64(0));
        var customer = (await Database.Read(raw, string.Create(CultureInfo.InvariantCulture, $"SELECT id FROM customers c WHERE unit_id = {outlets[^1]} AND NOT EXISTS (SELECT 1 FROM customer_grants g WHERE g.customer_id = c.id AND (g.unit_id = {here} OR g.user_id IN (SELECT id FROM users WHERE user_name = 'subsidiary'))) LIMIT 1"), r => r.GetInt64(0)))[0];
        async Task<bool> Sees()
        {
            using var asked = ask(customer);
            using var answer = await server.Client.SendAsync(asked);
            return answer.IsSuccessStatusCode;
        }

        if (!await Sees())
        {
            throw new InvalidOperationException("The subsidiary does not see its customer.");
        }

        var times = new List<double>();
        var watch = new Stopwatch();
        foreach (var outlet in outlets)
        {
            watch.Restart();
            Work.Value(await database.With(group, s => s.GetRequiredService<MoveUnit>().Run(outlet, null, there, default)));
            times.Add(watch.Elapsed.TotalSeconds);
        }

        watch.Restart();
        while (await Sees())
        {
        }

        var unseen = watch.Elapsed.TotalMilliseconds;
        foreach (var outlet in outlets)
        {
            Work.Value(await database.With(group, s => s.GetRequiredService<MoveUnit>().Run(outlet, null, here, default)));
        }

        await Reappoint(raw, "moved");
        return (outlets.Count, times.Sum(), times.Max(), unseen);
    }

    /// <summary>A pool with rules for every tier in each subsidiary, one in each twentieth outlet, some of them for an industry or a station; the first night warns, the second finds nothing new, in the third 5,000 fall.</summary>
    public async Task<List<string>> Pools(DbConnection raw)
    {
        var units = await Database.Read(raw, "SELECT id, name FROM units WHERE level = 'Subsidiary' OR (level = 'Outlet' AND id % 20 = 0) ORDER BY id", r => (Id: r.GetInt64(0), Name: r.GetString(1)));
        var station = (await Database.Read(raw, "SELECT station FROM customer_stations ORDER BY id LIMIT 1", r => r.GetString(0)))[0];
        var said = new List<string>();
        foreach (var (unit, n) in units.Select((u, n) => (u, n)))
        {
            Work.Value(await database.With(group, s => s.GetRequiredService<SavePool>().Run(null, null, new()
            {
                Name = $"{unit.Name}公海", UnitId = unit.Id, Industries = n % 5 == 4 ? ["C"] : [], Stations = n % 7 == 6 ? [station] : [],
                Rules = [.. Enum.GetValues<CustomerTier>().Select(t => new SavePool.RuleInput { Tier = t, FollowUpDays = t == CustomerTier.Large ? 90 : 180, WaybillMonths = t == CustomerTier.Prospective ? null : 6 })],
            }, default)));
        }

        async Task Night(string what)
        {
            var (seconds, processor, came) = await database.Night(RunPools.Kind);
            said.Add(string.Create(CultureInfo.InvariantCulture, $"pools' night, {units.Count} pools, {what}: {seconds:0.0} s, {processor:0.0} s of processor time (≤ 30) {came}"));
        }

        try
        {
            await Night("rules just made");
            await Night("nothing new");
            await Database.Execute(raw, string.Create(CultureInfo.InvariantCulture, $"UPDATE pool_warnings SET due_on = '{BusinessToday():yyyy-MM-dd}' WHERE customer_id IN (SELECT customer_id FROM pool_warnings ORDER BY customer_id * 7919 % 1000003 LIMIT {Falls})"));
            await Night($"{Falls} fall");
        }
        finally
        {
            await Database.Execute(raw, "DELETE FROM pool_warnings");
            await Database.Execute(raw, "DELETE FROM pool_stays");
            await Database.Execute(raw, "DELETE FROM pools");
            await Reappoint(raw, "pool");
        }

        return said;
    }

    private DateOnly BusinessToday() => database.Services.GetRequiredService<TimeProvider>().Today();

    /// <summary>Those whose duty ended for a reason of the system's answer for their customers again, as before.</summary>
    private static async Task Reappoint(DbConnection raw, string reason)
    {
        await Database.Execute(raw, $"INSERT INTO customer_grants (customer_id, user_id, reason, writes) SELECT customer_id, user_id, 'manager', false FROM responsibilities WHERE end_reason = '{reason}'");
        await Database.Execute(raw, $"UPDATE customers SET manager_levels = manager_levels | (SELECT CAST(sum(CASE level WHEN 'Outlet' THEN 8 ELSE 4 END) AS integer) FROM responsibilities r WHERE r.customer_id = customers.id AND r.end_reason = '{reason}') WHERE id IN (SELECT customer_id FROM responsibilities WHERE end_reason = '{reason}')");
        await Database.Execute(raw, $"UPDATE responsibilities SET until = NULL, planned_until = NULL, end_reason = NULL, ended_by = NULL, ended_at = NULL WHERE end_reason = '{reason}'");
    }
}
