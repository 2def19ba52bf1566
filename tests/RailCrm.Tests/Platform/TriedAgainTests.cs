using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using static RailCrm.Tests.Platform.CustomFieldTests;

namespace RailCrm.Tests.Platform;

/// <summary>Jobs that meet another writer, sums that are made anew beside a fold, two who press the same button.</summary>
public sealed class TriedAgainTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A job that the database breaks off so many times.</summary>
    private static async Task<(Job Job, int Runs)> Ended(CrmApp app, int collisions)
    {
        await app.Services.GetRequiredService<Runner>().StopAsync(Ct);
        var runs = 0;
        var handler = new JobHandler("test", (_, _, _) => ++runs <= collisions ? throw new DbUpdateException("broken off", new PostgresException("deadlock detected", "ERROR", "ERROR", PostgresErrorCodes.DeadlockDetected)) : Task.FromResult("\"done\""));
        using var runner = new Runner(app.Services.GetRequiredService<IServiceScopeFactory>(), [handler], [], app.Services.GetRequiredService<Settings>(), app.Clock, NullLogger<Runner>.Instance);
        await app.In(System, async db =>
        {
            db.Add(new Job { Kind = "test", CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        for (var n = 0; n < 40; n++)
        {
            await runner.RunOne(Ct);
        }

        return (await app.In(System, db => db.Set<Job>().AsNoTracking().SingleAsync(Ct)), runs);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_job_that_met_another_writer_is_tried_again_and_loses_no_attempt(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (job, runs) = await Ended(app, 8);
        Assert.Equal(("completed", 1, 9), (job.State, job.Attempts, runs));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_job_that_meets_others_for_ever_ends(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (job, runs) = await Ended(app, int.MaxValue);
        Assert.Equal("failed", job.State);
        Assert.InRange(runs, 6, 39);
    }

    [Theory, InlineData(Engine.Postgres)]
    public async Task Sums_are_made_anew_once_whoever_folds_them_is_through(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await PaletteUse.Customer(app, "n1", new() { Name = "甲公司" });
        var through = false;

        var waited = await Beside.Run(app, System, services => services.GetRequiredService<CrmDb>().Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(728103)", Ct),
            async () =>
            {
                await app.In(System, db => CheckCustomerSums.Rebuild(db, Ct));
                return Volatile.Read(ref through);
            },
            _ =>
            {
                Volatile.Write(ref through, true);
                return Task.CompletedTask;
            });

        Assert.True(waited);
        Assert.Equal(0, await app.In(System, db => CheckCustomerSums.Differences(db, Ct)));
    }

    /// <summary>Until no job is left; the product's own worker may hold one of them, so that running them here is not enough.</summary>
    private static async Task Worked(CrmApp app)
    {
        for (var n = 0; n < 300 && await app.In(System, db => db.Set<Job>().AnyAsync(j => j.State != "completed", Ct)); n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            await Task.Delay(50, Ct);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_two_who_take_a_work_back_the_second_is_told_that_it_was(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (n1, customer) = (await app.ActorOf("n1"), await PaletteUse.Customer(app, "n1", new() { Name = "甲公司" }));
        Assert.True((await app.With<WorkOnRows, Result<Job>>(n1, w => w.Start(new() { List = "customers", Act = "tag", Value = "重点", Ids = [customer.Id] }, Ct))).TryGet(out var job, out _));
        await Worked(app);

        var second = await Beside.Run(app, n1, async services => Assert.Null((await services.GetRequiredService<WorkOnRows>().Undo("customers", job.Id, Ct)).Refusal), () => app.With<WorkOnRows, Result<Job>>(n1, w => w.Undo("customers", job.Id, Ct)));

        Assert.Equal("list.undo_too_late", second.Refusal?.Code);
        Assert.Equal(2, await app.In(System, db => db.Set<Job>().CountAsync(j => j.Kind == WorkOnRows.Kind, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_a_big_table_without_an_index_the_job_compares_the_values_and_not_the_form(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await PaletteUse.Customer(app, "n1", new() { Name = "甲公司" });
        var field = await Define(app, CustomKind.Text, "电子票", f => f.Indexed = false, "waybills");
        await app.In(System, db => new WaybillLedger(db).Write([.. Enumerable.Range(0, 20_000).Select(n => new WaybillLine
        {
            Source = "TMS", ExternalNo = $"W{n}", Date = new DateOnly(2026, 3, 1), CustomerId = customer.Id, UnitId = customer.UnitId, Service = "freight", Mode = "carload", CommodityCategory = "", Origin = "", Destination = "", Custom = n < 2 ? $$"""{"{{field.Key}}":"同"}""" : null,
        })], Ct));

        Assert.Null((await app.With<SaveCustomField, Result<CustomField>>(await app.ActorOf("admin"), s => s.Run(field.Id, null, new() { List = "waybills", Kind = CustomKind.Text, Name = "电子票", Unique = true }, Ct))).Refusal);

        await Worked(app);

        Assert.Equal("同", await app.With<SaveCustomField, string?>(await app.ActorOf("admin"), async s => (await s.Find(field.Id, Ct)).TryGet(out var now, out _) ? await s.StillTwice(now, Ct) : null));
    }
}
