using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Audit;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Platform;

/// <summary>The audit trail as a chain: nobody changes it unnoticed.</summary>
public sealed class AuditChainTests
{
    private static readonly Actor Test = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<int> Write(CrmApp app, int rows) => app.In(Test, db =>
    {
        db.AddRange(Enumerable.Range(0, rows).Select(i => new AuditEntry(Test, db.UtcNow, "exported", "Customer", i, null, $"{{\"Rows\":[null,{i}]}}")));
        return db.SaveChangesAsync(Ct);
    });

    private static Task<long> Seal(CrmApp app) => app.With<SealTrail, long>(Test, s => s.Run(Ct));

    private static Task<Verdict> Verify(CrmApp app) => app.With<VerifyTrail, Verdict>(Test, v => v.Run(null, null, Ct));

    /// <summary>What is found after somebody with every right on the database did this; undone afterwards.</summary>
    private static async Task<(string, long?, long?)> After(CrmApp app, FormattableString tampering, bool reseal = false)
    {
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Test;
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        await using var undone = await db.Database.BeginTransactionAsync(Ct);
        foreach (var trigger in db.IsPostgres ? [] : await db.Database.SqlQuery<string>($"SELECT name AS \"Value\" FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'").ToListAsync(Ct))
        {
#pragma warning disable EF1002 // A name that the database gave.
            await db.Database.ExecuteSqlRawAsync($"DROP TRIGGER {trigger}", Ct);
#pragma warning restore EF1002
        }

        if (db.IsPostgres)
        {
            await db.Database.ExecuteSqlAsync($"SET LOCAL session_replication_role = replica", Ct);
        }

        await db.Database.ExecuteSqlAsync(tampering, Ct);
        if (reseal)
        {
            await services.ServiceProvider.GetRequiredService<SealTrail>().Run(Ct);
        }

        var verdict = await services.ServiceProvider.GetRequiredService<VerifyTrail>().Run(null, null, Ct);
        return (verdict.Finding, verdict.Row, verdict.Seal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_row_or_seal_that_was_altered_removed_or_inserted_is_found_and_named(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Write(app, 2_400); // Upon what the installation wrote before it knew of seals.
        var first = await app.In(Test, db => db.Set<AuditEntry>().MinAsync(a => a.Id, Ct));
        var rows = await Seal(app);
        Assert.Equal(0, await Seal(app));
        await Write(app, 5);

        var sound = await Verify(app);
        Assert.Equal((true, rows, 3L, 5L), (sound.Sound, sound.Rows, sound.Seals, sound.Unsealed));
        Assert.Equal([1L, 1_001L, 2_001L], await app.In(Test, db => db.Set<AuditSeal>().OrderBy(s => s.Id).Select(s => s.FirstId - first + 1).ToListAsync(Ct)));

        foreach (var forbidden in new FormattableString[] { $"UPDATE audit_entries SET actor_name = 'x' WHERE id = 1200", $"DELETE FROM audit_entries WHERE id = 1200", $"UPDATE audit_seals SET count = 1", $"DELETE FROM audit_seals" })
        {
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => app.In(Test, db => db.Database.ExecuteSqlAsync(forbidden, Ct)));
        }

        long altered = first + 1_199, last = first + rows - 1;
        Assert.Equal(("row_altered", altered, 2L), await After(app, $"UPDATE audit_entries SET changes = '' WHERE id = {altered}"));
        Assert.Equal(("row_altered", altered, 2L), await After(app, $"UPDATE audit_entries SET actor_id = actor_id + 1 WHERE id = {altered}"));
        Assert.Equal(("row_removed", altered, 2L), await After(app, $"DELETE FROM audit_entries WHERE id >= {altered} AND id < {altered + 3}"));
        Assert.Equal(("row_removed", last, 3L), await After(app, $"DELETE FROM audit_entries WHERE id >= {last}"));
        Assert.Equal(("row_inserted", -1L, null), await After(app, $"INSERT INTO audit_entries (id, at, actor_id, actor_name, via, action, entity, entity_id, changes) SELECT -1, at, actor_id, actor_name, via, action, entity, entity_id, changes FROM audit_entries WHERE id = {altered}"));
        Assert.Equal(("seal_altered", null, 2L), await After(app, $"UPDATE audit_seals SET count = count - 1 WHERE id = 2"));
        Assert.Equal(("seal_missing", null, 2L), await After(app, $"DELETE FROM audit_seals WHERE id = 2"));
        Assert.Equal(("seal_missing", null, 3L), await After(app, $"DELETE FROM audit_seals WHERE id = 3"));
        Assert.Equal(("witness_differs", null, 3L), await After(app, $"DELETE FROM audit_seals", reseal: true)); // All of it made anew.

        var hash = sound.Hash!;
        Assert.Equal(0, (await Cli.Run(app, "audit", "verify", "--expect", $"3:{hash}")).Exit);
        var (exit, said, _) = await Cli.Run(app, "audit", "verify", "--expect", $"2:{hash}");
        Assert.NotEqual(0, exit);
        Assert.Contains("seal 2", said, StringComparison.Ordinal);
        Assert.Equal(0, (await Verify(app)).Unsealed); // The verb sealed the rest.
    }

    [Fact]
    public async Task A_writer_who_commits_late_holds_up_nobody_and_is_sealed_when_his_rows_come()
    {
        await using var app = await CrmApp.Start(Engine.Postgres);
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Test;
        var late = services.ServiceProvider.GetRequiredService<CrmDb>();
        await using var open = await late.Database.BeginTransactionAsync(Ct);
        late.AddRange(Enumerable.Range(0, 3).Select(i => new AuditEntry(Test, late.UtcNow, "exported", "Customer", i)));
        await late.SaveChangesAsync(Ct);
        await Write(app, 2);

        var rows = await Seal(app);
        Assert.True((await Verify(app)).Sound);
        await open.CommitAsync(Ct);

        var between = await Verify(app);
        Assert.Equal((true, rows, 3L), (between.Sound, between.Rows, between.Unsealed));
        Assert.Equal(3, await Seal(app));
        var whole = await Verify(app);
        Assert.Equal((true, rows + 3, 0L), (whole.Sound, whole.Rows, whole.Unsealed));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_past_its_time_goes_under_a_seal_and_the_rest_stays_proven(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var top = await app.In(Test, db => db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SetUpGroup, Result<User>>(Test, s => s.CreateUser(new() { UserName = "security", DisplayName = "security", UnitId = top }, CrmApp.Password, "security", Ct))).Refusal);
        SetSecurityPolicy.Input Policy(int? days) => SetSecurityPolicy.Input.Of(new() { AuditDays = days });
        async Task<Refusal?> Set(string user, int? days) => (await app.With<SetSecurityPolicy, Result<SecurityPolicy>>(await app.ActorOf(user), async s => await s.Run(Policy(days), Ct))).Refusal;
        Assert.IsType<Refusal.Forbidden>(await Set("admin", 300));
        Assert.Equal("policy.out_of_range", Assert.Single(Assert.IsType<Refusal.InvalidMany>(await Set("security", 199)).Errors).Code);
        await Write(app, 1_500);
        var old = await Seal(app);
        app.Later(TimeSpan.FromDays(600));
        await Write(app, 300);
        await Seal(app);
        Assert.Equal(0, await app.With<RetainTrail, long>(Test, r => r.Run(Ct))); // Kept for ever until somebody says otherwise.

        Assert.Null(await Set("security", 200));
        Assert.IsType<Refusal.Stale>(await Set("security", 400));
        Assert.Equal(old, await app.With<RetainTrail, long>(Test, r => r.Run(Ct)));

        var verdict = await Verify(app);
        Assert.Equal((true, 300L, old, 1L), (verdict.Sound, verdict.Rows, verdict.Removed, verdict.Unsealed)); // The new policy is the one not yet sealed.
        Assert.Equal(0, await app.With<RetainTrail, long>(Test, r => r.Run(Ct)));
        await Seal(app);
        Assert.Equal(("seal_altered", null, 4L), await After(app, $"UPDATE audit_seals SET through = 3 WHERE kind = 'removed'"));
        Assert.Equal(("row_inserted", 1L, null), await After(app, $"INSERT INTO audit_entries (id, at, actor_id, actor_name, via, action, entity, entity_id, changes) SELECT 1, at, actor_id, actor_name, via, action, entity, entity_id, changes FROM audit_entries WHERE id > 1500 LIMIT 1"));

        using var browser = await app.SignedIn("auditor");
        Assert.Equal(System.Net.HttpStatusCode.Found, (await CrmApp.Submit(browser, "/audit", "check", [])).StatusCode);
        await app.Ended(await app.In(Test, db => db.Set<RailCrm.Platform.Jobs.Job>().Where(j => j.Kind == CheckTrail.Job).Select(j => j.Id).SingleAsync(Ct)));
        Assert.Contains("条记录全部一致", await browser.GetStringAsync(new Uri("/audit", UriKind.Relative), Ct), StringComparison.Ordinal);

        // A filter that cannot be read is refused and not left out; a check that came to no end, or found something, alarms on every page.
        Assert.Contains("2026-03-31", await browser.GetStringAsync(new Uri("/audit?from=31.3.2026", UriKind.Relative), Ct), StringComparison.Ordinal);
        async Task<bool> Alarms() => (await browser.GetStringAsync(new Uri("/account", UriKind.Relative), Ct)).Contains("审计记录需要查看", StringComparison.Ordinal);
        Task Checked(string state, string? result) => app.In(Test, db =>
        {
            db.Add(new RailCrm.Platform.Jobs.Job { Kind = CheckTrail.Job, State = state, Result = result, CreatedAt = db.UtcNow, FinishedAt = db.UtcNow });
            return db.SaveChangesAsync(Ct);
        });
        Assert.False(await Alarms());
        await Checked("failed", null);
        Assert.True(await Alarms());
        Assert.Contains("没有完成", await browser.GetStringAsync(new Uri("/audit", UriKind.Relative), Ct), StringComparison.Ordinal);
        await Checked("completed", System.Text.Json.JsonSerializer.Serialize(verdict));
        Assert.False(await Alarms());
        await Checked("completed", System.Text.Json.JsonSerializer.Serialize(verdict with { Finding = "row_altered", Row = 7 }));
        Assert.True(await Alarms());
    }

    [Fact]
    public async Task Many_seals_that_a_late_row_holds_together_go_together()
    {
        await using var app = await CrmApp.Start(Engine.Postgres);
        await Seal(app);
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Test;
        var late = services.ServiceProvider.GetRequiredService<CrmDb>();
        await using (var open = await late.Database.BeginTransactionAsync(Ct))
        {
            late.Add(new AuditEntry(Test, late.UtcNow, "exported", "Customer", 1));
            await late.SaveChangesAsync(Ct);
            for (var seal = 0; seal < 25; seal++)
            {
                await Write(app, 1);
                await Seal(app);
            }

            await open.CommitAsync(Ct);
        }

        await Seal(app); // The late row's, before the first of the 25 and behind the last.
        var rows = (await Verify(app)).Rows;
        app.Later(TimeSpan.FromDays(600));
        await app.In(Test, db =>
        {
            db.Add(new SecurityPolicy { AuditDays = 200, Version = 1 });
            return db.SaveChangesAsync(Ct);
        });
        Assert.Equal(rows, await app.With<RetainTrail, long>(Test, r => r.Run(Ct)));
        Assert.True((await Verify(app)).Sound);
    }
}
