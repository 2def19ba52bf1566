using System.Globalization;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Work on many rows whose process dies.</summary>
public sealed class WorkInterruptedTests
{
    private const int Rows = 3_000;

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_edit_and_its_undo_killed_in_the_middle_go_on_from_the_checkpoint_and_do_each_row_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.Services.GetRequiredService<Runner>().StopAsync(Ct); // Nobody but the server that is killed may take the work over.
        using var known = await app.Api("group");
        var unit = (await app.ActorOf("n1")).UnitId;
        await app.In(System, async db =>
        {
            db.AddRange(Enumerable.Range(1, Rows).Select(i =>
            {
                var customer = new Customer { Number = string.Create(CultureInfo.InvariantCulture, $"KH-{i:0000000}"), CreatedAt = db.UtcNow };
                CustomerRules.Apply(new() { Name = $"第{i}号公司", ShortName = i % 3 == 0 ? null : $"旧{i}" }, customer, unit, db.UtcNow);
                return customer;
            }));
            return await db.SaveChangesAsync(Ct);
        });
        var before = await ShortNames(app);

        var edit = await KilledOnce(app, known, "/customers/works", new { act = "edit", field = "shortName", value = "新简称", all = true }, async done => Assert.Equal(done, (await ShortNames(app)).Values.Count(s => s == "新简称")));

        Assert.All((await ShortNames(app)).Values, s => Assert.Equal("新简称", s));
        Assert.Equal((Rows, Rows, Rows), await Told(app, 1));
        Assert.Equal((Rows, 0), await Outcomes(app, edit));

        var undo = await KilledOnce(app, known, $"/customers/works/{edit}/undo", null, async done => Assert.Equal(done, (await ShortNames(app)).Values.Count(s => s != "新简称")));

        Assert.Equal(before, await ShortNames(app));
        Assert.Equal((Rows, 2 * Rows, Rows), await Told(app, 2));
        Assert.Equal((Rows, 0), await Outcomes(app, undo));
    }

    /// <summary>Orders a work of a server, kills it in the middle, and starts another that ends it.</summary>
    private static async Task<long> KilledOnce(CrmApp app, HttpClient known, string path, object? order, Func<long, Task> committed)
    {
        long id, done = 0;
        using (var server = await Cli.Serve(app))
        {
            using var api = Api(known, server);
            var started = await ApiScene.Ask(api, "POST", path, order);
            Assert.True(started.Status == HttpStatusCode.Accepted, started.Body.ToString());
            id = started.Body.GetProperty("id").GetInt64();
            for (var i = 0; i < 6_000 && done == 0; i++)
            {
                await Task.Delay(10, Ct);
                var now = await app.In(System, db => db.Set<Job>().Where(j => j.Id == id).Select(j => new { j.State, j.RowsDone }).SingleAsync(Ct));
                Assert.True(now.State is "queued" or "running", $"It was over before it was killed: {now}");
                done = now.RowsDone;
            }

            Assert.True(done > 0, "The work had no row done within its time.");

            server.Process.Kill();
            await server.Process.WaitForExitAsync(Ct);
        }

        var left = await app.In(System, db => db.Set<Job>().AsNoTracking().SingleAsync(j => j.Id == id, Ct));
        Assert.InRange(left.RowsDone, 1, Rows - 1); // It was killed in the middle, not before and not after.
        Assert.Equal(("running", 1), (left.State, left.Attempts));
        await committed(left.RowsDone); // What was committed agrees with the checkpoint, whatever the kill cut off.

        using var next = await Cli.Serve(app);
        for (var i = 0; i < 1_200 && await app.In(System, db => db.Set<Job>().AnyAsync(j => j.Id == id && j.State == "running", Ct)); i++)
        {
            await Task.Delay(100, Ct); // It takes the job over once the dead one's lease has run out.
        }

        var end = await app.In(System, db => db.Set<Job>().AsNoTracking().SingleAsync(j => j.Id == id, Ct));
        Assert.Equal(("completed", (long)Rows, 2), (end.State, end.RowsDone, end.Attempts));
        return id;
    }

    private static HttpClient Api(HttpClient known, Server server)
    {
        var api = new HttpClient { BaseAddress = server.Address };
        api.DefaultRequestHeaders.Authorization = known.DefaultRequestHeaders.Authorization;
        return api;
    }

    private static Task<SortedDictionary<long, string?>> ShortNames(CrmApp app) =>
        app.In(System, async db => new SortedDictionary<long, string?>(await db.Set<Customer>().ToDictionaryAsync(c => c.Id, c => c.ShortName, Ct)));

    /// <summary>Customers that were changed so often, entries that say so, and customers they are of.</summary>
    private static Task<(int Changed, int Entries, int Of)> Told(CrmApp app, int times) => app.In(System, async db =>
    {
        var first = await db.Set<Customer>().MinAsync(c => c.Version, Ct);
        var entries = await db.Set<AuditEntry>().Where(a => a.Entity == nameof(Customer) && a.Action == "updated").Select(a => a.EntityId).ToListAsync(Ct);
        return (entries.CountBy(e => e).Count(e => e.Value == times), entries.Count, await db.Set<Customer>().CountAsync(c => c.Version == first, Ct));
    });

    private static Task<(int Done, int Other)> Outcomes(CrmApp app, long job) =>
        app.In(System, async db => (await db.Set<WorkRow>().CountAsync(r => r.JobId == job && r.Outcome == "done", Ct), await db.Set<WorkRow>().CountAsync(r => r.JobId == job && r.Outcome != "done", Ct)));
}
