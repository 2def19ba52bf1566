using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Benchmarks;

/// <summary>Work on many rows while others read, a merge of a large customer, the search for duplicates, fields of the group's own. What was changed is changed back.</summary>
internal sealed class Work(Database database, Actor group)
{
    /// <summary>What has not ended by then has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>Fields of the group's own, which every customer has: a choice and a number, both with an index.</summary>
    public async Task OwnFields()
    {
        await using var raw = await database.Raw();
        if ((await Database.Read(raw, "SELECT count(*) FROM custom_fields", r => r.GetInt64(0)))[0] > 0)
        {
            return;
        }

        foreach (var input in new SaveCustomField.Input[]
        {
            new() { List = "customers", Key = "x_grade", Name = "合作等级", Kind = CustomKind.Choice, Options = "甲\n乙\n丙\n丁\n戊", Indexed = true },
            new() { List = "customers", Key = "x_quota", Name = "年度配额", Kind = CustomKind.Number, Indexed = true },
        })
        {
            Value(await database.With(Actor.System("cli"), s => s.GetRequiredService<SaveCustomField>().Run(null, null, input, default)));
        }

        // Grades 1 : 2 : 4 : 8 : 85 of 100, quotas up to 10,000 in ten-thousandths.
        const string Grade = "CASE WHEN id * 7919 % 100 < 1 THEN '甲' WHEN id * 7919 % 100 < 3 THEN '乙' WHEN id * 7919 % 100 < 7 THEN '丙' WHEN id * 7919 % 100 < 15 THEN '丁' ELSE '戊' END";
        var json = database.Postgres ? $"json_build_object('x_grade', {Grade}, 'x_quota', id * 104729 % 100000000)::text" : $"json_object('x_grade', {Grade}, 'x_quota', id * 104729 % 100000000)";
        await Database.Execute(raw, $"UPDATE customers SET custom = {json}");
        await Database.Execute(raw, database.Postgres ? "VACUUM ANALYZE customers" : "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>Waits until the server has made their indexes.</summary>
    public async Task Ready()
    {
        await using var raw = await database.Raw();
        using var patience = new CancellationTokenSource(Patience);
        while ((await Database.Read(raw, "SELECT count(*) FROM custom_fields WHERE NOT ready", r => r.GetInt64(0)))[0] > 0)
        {
            await Task.Delay(500, patience.Token);
        }
    }

    /// <summary>Gives the 114,000 customers at risk another industry, and takes it back; gives seconds of both, and how long pages of others took alone and meanwhile.</summary>
    public async Task<(double There, double Back, Timing Alone, Timing Meanwhile)> Edit(Server server, Func<int, HttpRequestMessage> page)
    {
        await using var raw = await database.Raw();
        var alone = await Load.Drive(server.Client, page, 1, TimeSpan.FromSeconds(5));
        async Task<(double Seconds, long Id)> Done(Func<WorkOnRows, Task<Result<Job>>> order)
        {
            var watch = Stopwatch.StartNew();
            using var patience = new CancellationTokenSource(Patience);
            var id = Value(await database.With(group, s => order(s.GetRequiredService<WorkOnRows>()))).Id;
            while (true)
            {
                var (state, said) = (await Database.Read(raw, string.Create(CultureInfo.InvariantCulture, $"SELECT state, result FROM jobs WHERE id = {id}"), r => (r.GetString(0), r.GetValue(1))))[0];
                if (state is not ("queued" or "running"))
                {
                    return state == "completed" ? (watch.Elapsed.TotalSeconds, id) : throw new InvalidOperationException($"The work on many {state}: {said}");
                }

                await Task.Delay(100, patience.Token);
            }
        }

        using var over = new CancellationTokenSource();
        var others = Task.Run(async () =>
        {
            var times = new List<double>();
            var watch = Stopwatch.StartNew();
            for (var n = 0; !over.IsCancellationRequested; n++)
            {
                var one = await Load.Drive(server.Client, page, 1, TimeSpan.FromSeconds(60), 1);
                times.Add(one.MedianMs);
                await Task.Delay(100); // People read what they asked for.
            }

            return Timing.Of(times, watch.Elapsed);
        });
        var (there, id) = await Done(w => w.Start(new() { List = "customers", Act = "edit", Field = "industry", Value = "06", All = true, In = "tier=atRisk" }, default));
        await over.CancelAsync();
        var meanwhile = await others;
        var (back, _) = await Done(w => w.Undo("customers", id, default));
        return (there, back, alone, meanwhile);
    }

    /// <summary>Merges a customer on whom 100,000 waybill lines hang into another, and takes that back; seconds of both. Two others go first, so that nothing is compiled meanwhile.</summary>
    public async Task<(double There, double Back)> Merge(DbConnection raw)
    {
        var some = await Database.Read(raw, "SELECT id FROM customers WHERE deleted_at IS NULL AND credit_code IS NULL AND unit_id = (SELECT unit_id FROM customers WHERE id = 500000) ORDER BY id LIMIT 4", r => r.GetInt64(0));
        await MergePair([some[2], some[3]]);
        var pair = some[..2];
        await Database.Execute(raw, "DROP TABLE IF EXISTS bench_lines");
        await Database.Execute(raw, "CREATE TABLE bench_lines (id bigint PRIMARY KEY, customer_id bigint NOT NULL)");
        await Database.Execute(raw, "INSERT INTO bench_lines SELECT id, customer_id FROM waybill_lines ORDER BY id LIMIT 100000");
        await Database.Execute(raw, string.Create(CultureInfo.InvariantCulture, $"UPDATE waybill_lines SET customer_id = {pair[1]} WHERE id IN (SELECT id FROM bench_lines)"));
        try
        {
            return await MergePair(pair);
        }
        finally
        {
            await Database.Execute(raw, "UPDATE waybill_lines SET customer_id = (SELECT b.customer_id FROM bench_lines b WHERE b.id = waybill_lines.id) WHERE id IN (SELECT id FROM bench_lines)");
            await Database.Execute(raw, "DROP TABLE bench_lines");
        }
    }

    private async Task<(double There, double Back)> MergePair(List<long> pair)
    {
        var watch = Stopwatch.StartNew();
        var merged = Value(await database.With(group, s => s.GetRequiredService<MergeCustomers>().Run(new() { SurvivorId = pair[0], LoserIds = [pair[1]] }, default)));
        var there = watch.Elapsed.TotalSeconds;
        watch.Restart();
        Value(await database.With(group, s => s.GetRequiredService<UndoMerge>().Run(merged.Id, default)));
        return (there, watch.Elapsed.TotalSeconds);
    }

    /// <summary>Searches all customers for duplicates, as every night.</summary>
    public async Task<double> Duplicates() => (await database.Night(SearchDuplicates.Job)).Seconds;

    internal static T Value<T>(Result<T> result) => result.TryGet(out var value, out var refusal) ? value : throw new InvalidOperationException(JsonSerializer.Serialize(refusal, refusal.GetType()));
}
