using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using static RailCrm.Tests.Modules.Exchange.ImportHttp;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Imports whose process dies, or that are told to stop.</summary>
public sealed class ImportInterruptedTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_process_killed_in_the_middle_loses_nothing_and_does_nothing_twice(Engine engine)
    {
        const int Rows = 60_000;
        await using var app = await CrmApp.Start(engine);
        var file = Path.Combine(app.Home, "many.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, Rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"A{i},2026-03-{1 + (i % 28):00},客户{i % 50}公司,1")).Prepend("externalNo,date,customer,revenue"), Ct);
        using (var process = Cli.Start(app, "import", "waybills", file, "--create-customers", "--json"))
        {
            long done = 0;
            while (done == 0 && !process.HasExited)
            {
                await Task.Delay(10, Ct);
                done = await app.In(System, db => db.Set<Job>().Where(j => j.Kind == "import").Select(j => j.RowsDone).FirstOrDefaultAsync(Ct));
            }

            process.Kill();
            await process.WaitForExitAsync(Ct);
            Assert.InRange(done, 1, Rows - 1); // It was killed in the middle, not before and not after.
        }

        Assert.Equal("running", await app.In(System, db => db.Set<Job>().Select(j => j.State).SingleAsync(Ct)));
        for (var i = 0; i < 900 && await app.In(System, db => db.Set<Job>().AnyAsync(j => j.State == "running", Ct)); i++)
        {
            await Task.Delay(100, Ct); // This server takes the job over once the dead process's lease has run out.
        }

        var job = await app.In(System, db => db.Set<Job>().AsNoTracking().SingleAsync(Ct));
        Assert.Equal(("completed", (long)Rows, 2), (job.State, job.RowsDone, job.Attempts));
        Assert.Equal(Rows, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
        Assert.Equal(Rows * 100L, await app.In(System, db => db.Set<MonthlyFact>().SumAsync(f => f.RevenueFen, Ct)));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_server_killed_in_the_middle_goes_on_from_the_checkpoint_once_it_runs_again(Engine engine)
    {
        const int Rows = 60_000, Wrong = 100;
        await using var app = await CrmApp.Start(engine);
        await app.Services.GetRequiredService<Runner>().StopAsync(Ct); // Nobody but the server that is killed may take the work over.
        using var known = await app.Api("group");
        var file = Utf8(string.Join('\n', Enumerable.Range(0, Rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"A{i},{(i % (Rows / Wrong) == 7 ? "someday" : $"2026-03-{1 + (i % 28):00}")},客户{i % 50}公司,1")).Prepend("externalNo,date,customer,revenue")));
        long id, done = 0;
        using (var server = await Cli.Serve(app))
        {
            using var api = Api(known, server);
            id = await Started(api, "waybills", file, create: true);
            while (done == 0)
            {
                await Task.Delay(10, Ct);
                done = await app.In(System, db => db.Set<Job>().Where(j => j.Kind == "import").Select(j => j.RowsDone).SingleAsync(Ct));
            }

            server.Process.Kill();
            await server.Process.WaitForExitAsync(Ct);
        }

        var left = await app.In(System, db => db.Set<Job>().AsNoTracking().SingleAsync(j => j.Kind == "import", Ct));
        Assert.InRange(left.RowsDone, 1, Rows - 1); // It was killed in the middle, not before and not after.
        Assert.Equal(("running", 1), (left.State, left.Attempts));
        // What was committed agrees with itself, whatever the kill cut off.
        Assert.Equal(left.RowsDone - left.RowsRejected, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));

        using (var server = await Cli.Serve(app))
        {
            using var api = Api(known, server);
            var end = await Ended(api, id);

            // Had it begun anew, the rows of the first run would be unchanged ones now.
            Assert.Equal(("completed", Rows - Wrong, 0, 0, Wrong, Rows), (end.GetProperty("state").GetString(), Number(end, "created"), Number(end, "updated"), Number(end, "unchanged"), Number(end, "rowsRejected"), Number(end, "rowsDone")));
            Assert.Equal(Wrong + 1, (await api.GetStringAsync($"/api/v1/imports/{id}/rejected", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
            Assert.Equal(Wrong + 1, (await api.GetStringAsync($"/api/v1/imports/{id}/rejected", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        }

        Assert.Equal(2, await app.In(System, db => db.Set<Job>().Where(j => j.Kind == "import").Select(j => j.Attempts).SingleAsync(Ct)));
        Assert.Equal(Rows - Wrong, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
        Assert.Equal(50, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
        Assert.Equal((Rows - Wrong) * 100L, await app.In(System, db => db.Set<MonthlyFact>().SumAsync(f => f.RevenueFen, Ct)));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));

        static HttpClient Api(HttpClient known, Server server)
        {
            var api = new HttpClient { BaseAddress = server.Address };
            api.DefaultRequestHeaders.Authorization = known.DefaultRequestHeaders.Authorization;
            return api;
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_cancelled_import_stops_and_says_so(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var text = string.Join('\n', Enumerable.Range(0, 80_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"A{i},2026-03-01,甲公司,1")).Prepend("externalNo,date,customer,revenue"));
        var id = await Started(api, "waybills", Utf8(text), create: true);

        (await api.PostAsync($"/api/v1/imports/{id}/cancel", null, Ct)).EnsureSuccessStatusCode();
        var state = "";
        for (var i = 0; i < 600 && state is "" or "queued" or "running"; i++)
        {
            await Task.Delay(50, Ct);
            state = (await api.GetFromJsonAsync<JsonElement>($"/api/v1/imports/{id}", Ct)).GetProperty("state").GetString()!;
        }

        Assert.Equal("cancelled", state);
        Assert.InRange(await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)), 0, 79_999);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_cancellation_that_meets_the_claim_of_the_job_is_not_lost(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.Services.GetRequiredService<Runner>().StopAsync(Ct);
        using var api = await app.Api("n1");
        var id = await Started(api, "waybills", Utf8("externalNo,date,customer\nA1,2026-03-01,甲公司"), create: true);

        Task<HttpResponseMessage>? asked = null;
        await app.In(System, db => db.Write(async () =>
        {
            await db.Set<Job>().ExecuteUpdateAsync(s => s.SetProperty(j => j.State, "running"), Ct);
            asked = api.PostAsync($"/api/v1/imports/{id}/cancel", null, Ct);
            for (var i = 0; db.IsPostgres && i < 1_000 && !await db.Database.SqlQuery<bool>($"SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS \"Value\"").SingleAsync(Ct); i++)
            {
                await Task.Delay(10, Ct); // Until the cancellation waits for the claim; SQLite's writers are in turn anyway.
            }

            return 0;
        }, Ct));

        (await asked!).EnsureSuccessStatusCode();
        Assert.Equal(("running", true), await app.In(System, async db => await db.Set<Job>().Select(j => new { j.State, j.CancelRequested }).SingleAsync(Ct) is var j ? (j.State, j.CancelRequested) : default));
    }
}
