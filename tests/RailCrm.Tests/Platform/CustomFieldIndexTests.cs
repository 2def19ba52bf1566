using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using static RailCrm.Tests.Platform.CustomFieldKeptTests;
using static RailCrm.Tests.Platform.CustomFieldTests;

namespace RailCrm.Tests.Platform;

/// <summary>Indexes of own fields, made while others work, by one node of several; and how nodes come to know of a field.</summary>
public sealed class CustomFieldIndexTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        for (var n = 0; n < 400; n++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(50, Ct);
        }

        Assert.Fail(what);
    }

    /// <summary>Holds back whoever makes or drops an index of customers, as any long work on them does, until what it gives is called.</summary>
    private static async Task<Func<Task>> Busy(CrmApp app)
    {
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var work = app.In(System, db => db.Write(async () =>
        {
            await db.Database.ExecuteSqlRawAsync("LOCK TABLE customers IN ROW EXCLUSIVE MODE", Ct);
            begun.SetResult();
            await end.Task;
            return 0;
        }, Ct));
        await begun.Task;
        return () =>
        {
            end.SetResult();
            return work;
        };
    }

    private static Task<CustomField> Now(CrmApp app, long id) => app.In(System, db => db.Set<CustomField>().AsNoTracking().SingleAsync(f => f.Id == id, Ct));

    private static Task<List<Job>> Jobs(CrmApp app) => app.In(System, db => db.Set<Job>().AsNoTracking().Where(j => j.Kind == IndexCustomField.Kind).OrderBy(j => j.Id).ToListAsync(Ct));

    private static Task<bool> Stands(CrmApp app, long id) => app.In(System, async db =>
    {
        var name = $"ix_custom_{id}";
        return await (db.IsPostgres
            ? db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisvalid AND c.relname = {name}")
            : db.Database.SqlQuery<int>($"SELECT count(*) AS \"Value\" FROM sqlite_master WHERE name = {name}")).SingleAsync(Ct) == 1;
    });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_index_of_an_older_version_is_widened_while_its_field_goes_on_being_filtered_by(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var field = await Define(app, CustomKind.Text, "备注码", f => f.Indexed = true);
        await Until(async () => (await Now(app, field.Id)).Ready, "The index stands.");
        Task<string> Said() => app.In(System, db =>
        {
            var name = $"ix_custom_{field.Id}";
            return (db.IsPostgres ? db.Database.SqlQuery<string>($"SELECT indexdef AS \"Value\" FROM pg_indexes WHERE indexname = {name}") : db.Database.SqlQuery<string>($"SELECT sql AS \"Value\" FROM sqlite_master WHERE name = {name}")).SingleAsync(Ct);
        });
        var wide = await Said();
        Assert.EndsWith("id, tier, industry_code, region_code, size_class, active, completeness, unit_id, deleted_at)", wide, StringComparison.Ordinal);
        var narrow = wide.Replace(", tier, industry_code, region_code, size_class, active, completeness, unit_id, deleted_at)", ")", StringComparison.Ordinal);
        await app.In(System, db => db.Write(async () =>
        {
            foreach (var sql in new[] { $"DROP INDEX ix_custom_{field.Id}", narrow })
            {
                await db.Database.ExecuteSqlRawAsync(sql, Ct);
            }

            db.Add(IndexCustomField.Queued(db, field.Id, 0));
            return await db.SaveChangesAsync(Ct);
        }, Ct));
        app.Services.GetRequiredService<Runner>().Wake();

        await Until(async () =>
        {
            Assert.True((await Now(app, field.Id)).Ready);
            return (await Jobs(app)) is [.., { State: "completed" }] && await Said() == wide;
        }, "The index is wide.");
    }

    [Theory, InlineData(Engine.Postgres)]
    public async Task While_an_index_is_made_its_job_stays_with_one_node_and_what_the_field_asks_for_by_then_follows(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var field = await Define(app, CustomKind.Text, "备注码", f => f.Indexed = false);
        var free = await Busy(app);
        Assert.Null((await Change(app, field.Id, f => f.Indexed = true)).Refusal);
        await Until(async () => (await Jobs(app)) is [.., { State: "running" }], "The job began.");
        var begun = (await Jobs(app))[^1];

        // Another change asks for the same once more: whoever takes that job finds the index being made, and leaves it.
        Assert.Null((await Change(app, field.Id, f => f.Help = "随便")).Refusal);
        Assert.True(await app.Services.GetRequiredService<Runner>().RunOne(Ct));
        var now = (await Jobs(app)).Where(j => j.Id >= begun.Id).ToList();
        Assert.Equal([("running", begun.Token), ("completed", 1)], now.Select(j => (j.State, j.Token)));
        await Until(async () => (await Jobs(app)).Single(j => j.Id == begun.Id).LeaseUntil > begun.LeaseUntil, "The lease is renewed while the statement runs.");

        // It is not wanted any more, long before it stands.
        Assert.Null((await Change(app, field.Id, f => f.Indexed = false)).Refusal);
        await free();
        await Until(async () => (await Jobs(app)) is var all && all.Count > now.Count && all.TrueForAll(j => j.State == "completed") && !(await Now(app, field.Id)).Ready, "It is taken away again.");
        Assert.False(await Stands(app, field.Id));
    }

    [Theory, InlineData(Engine.Postgres)]
    public async Task An_index_asked_for_while_it_is_dropped_is_made_after_all(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var field = await Define(app, CustomKind.Text, "备注码");
        var free = await Busy(app);
        Assert.Null((await Change(app, field.Id, f => f.Indexed = false)).Refusal);
        await Until(async () => !(await Now(app, field.Id)).Ready, "No filter reads it from before it is dropped.");

        Assert.Null((await Change(app, field.Id, f => f.Indexed = true)).Refusal);
        await free();

        await Until(async () => (await Now(app, field.Id)).Ready && (await Jobs(app)).TrueForAll(j => j.State == "completed"), "It is made again.");
        Assert.True(await Stands(app, field.Id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_second_job_of_an_index_that_stands_leaves_it_as_it_is(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var field = await Define(app, CustomKind.Choices, "渠道", f => f.Options = "电话\n展会");
        var made = await Saved(app, "n1", "甲公司", new() { ["x_qudao"] = "电话" });
        await app.In(System, async db =>
        {
            await db.Database.ExecuteSqlRawAsync("DELETE FROM custom_options", Ct); // What a job that begins from the beginning would fill in again.
            db.Add(IndexCustomField.Queued(db, field.Id, 0));
            return await db.SaveChangesAsync(Ct);
        });
        await Until(async () => { await app.Services.GetRequiredService<Runner>().RunOne(Ct); return (await Jobs(app)).TrueForAll(j => j.State == "completed"); }, "It ends.");
        Assert.Equal(0, await app.In(System, db => db.Set<CustomOption>().CountAsync(o => o.RowId == made.Id, Ct)));
        Assert.True((await Now(app, field.Id)).Ready);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_two_have_of_a_unique_field_is_told_on_its_page_until_it_is_corrected(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var field = await Define(app, CustomKind.Money, "保证金");
        var (a, _) = (await Saved(app, "n1", "甲公司", new() { ["x_baozhengjin"] = "20.5" }), await Saved(app, "n1", "乙公司", new() { ["x_baozhengjin"] = "20.5" }));
        await app.In(System, async db =>
        {
            await db.Set<CustomField>().Where(f => f.Id == field.Id).ExecuteUpdateAsync(u => u.SetProperty(f => f.Unique, true), Ct); // The second row was written while it became so.
            db.Add(IndexCustomField.Queued(db, field.Id, 0));
            return await db.SaveChangesAsync(Ct);
        });
        await Until(async () => { await app.Services.GetRequiredService<Runner>().RunOne(Ct); return (await Jobs(app)).TrueForAll(j => j.State == "completed"); }, "It ends.");
        using var admin = await app.SignedIn("admin");
        Assert.Contains("有多条记录的值为「20.5」", WebUtility.HtmlDecode(await admin.GetStringAsync($"/fields/{field.Id}", Ct)), StringComparison.Ordinal);
        await Saved(app, "n1", "甲公司", new() { ["x_baozhengjin"] = "21" }, a.Id);
        Assert.DoesNotContain("有多条记录", WebUtility.HtmlDecode(await admin.GetStringAsync($"/fields/{field.Id}", Ct)), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_defined_within_a_longer_transaction_is_known_as_soon_as_that_is_committed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var fields = app.Services.GetRequiredService<CustomFields>();
        await app.With<IServiceProvider, int>(await app.ActorOf("admin"), services => services.GetRequiredService<CrmDb>().Write(async () =>
        {
            Assert.Null((await services.GetRequiredService<SaveCustomField>().Run(null, null, new() { List = "customers", Kind = CustomKind.Text, Name = "备注码" }, Ct)).Refusal);
            Assert.Empty(fields.All("customers")); // Somebody else asks meanwhile.
            return 0;
        }, Ct));
        Assert.Single(fields.All("customers"));
    }

    [Theory, InlineData(Engine.Postgres)]
    public async Task Writers_that_hold_all_connections_do_not_wait_for_one_more_to_know_the_fields(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        const int Pool = 20;
        await app.Services.GetRequiredService<Runner>().StopAsync(Ct); // It would take one of them.
        var fields = app.Services.GetRequiredService<CustomFields>();
        Assert.Empty(fields.All("customers"));
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        var (all, held) = (new TaskCompletionSource(), 0);
        async Task<int> Writer() => await app.In(System, db => db.Write(async () =>
        {
            if (Interlocked.Increment(ref held) == Pool)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);
            return await Task.Run(() => fields.All("customers").Count, Ct);
        }, Ct));
        Assert.Equal(Enumerable.Repeat(0, Pool), await Task.WhenAll(Enumerable.Range(0, Pool).Select(_ => Writer())));
    }
}
