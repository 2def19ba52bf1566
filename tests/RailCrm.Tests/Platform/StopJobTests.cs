using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Demo;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Tests.Platform;

/// <summary>Long work is stopped by whoever started it, at its next checkpoint.</summary>
public sealed class StopJobTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A job that a worker holds, so that no other takes it.</summary>
    internal static Task<Job> Claimed(CrmApp app, string kind, long user, string input = "{}") => app.In(System, async db =>
    {
        var job = new Job { Kind = kind, UserId = user, Input = input, State = "running", Token = 1, Attempts = 1, LeaseUntil = long.MaxValue / 2, CreatedAt = db.UtcNow, StartedAt = db.UtcNow };
        db.Add(job);
        await db.SaveChangesAsync(Ct);
        return job;
    });

    /// <summary>Runs a job that is held, and gives how it ended.</summary>
    internal static async Task<string> Ran(CrmApp app, Job job)
    {
        await app.In(System, db => app.Services.GetRequiredService<Runner>().RunClaimed(db, job, Ct));
        return await app.In(System, db => db.Set<Job>().Where(j => j.Id == job.Id).Select(j => j.State).SingleAsync(Ct));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_started_it_has_the_button_and_nobody_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var north = await app.ActorOf("north");
        var job = await Claimed(app, SearchDuplicates.Job, 0, StopJob.AskedBy(north.UserId));
        using var browser = await app.SignedIn("north");
        using var others = await app.SignedIn("group");
        var button = $"/jobs/{job.Id}/stop";

        Assert.DoesNotContain(button, await others.GetStringAsync(new Uri("/customers/duplicates", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.IsType<Refusal.NotFound>((await app.With<StopJob, Result<Job>>(await app.ActorOf("group"), s => s.Run(job.Id, Ct))).Refusal);
        Assert.IsType<Refusal.NotFound>((await app.With<StopJob, Result<Job>>(north with { ReadsOnly = true }, s => s.Run(job.Id, Ct))).Refusal);
        Assert.False(await app.In(System, db => db.Set<Job>().Where(j => j.Id == job.Id).Select(j => j.CancelRequested).SingleAsync(Ct)));

        var page = await browser.GetStringAsync(new Uri("/customers/duplicates", UriKind.Relative), Ct);
        Assert.Contains(button, page, StringComparison.Ordinal);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["returnUrl"] = "/customers/duplicates" });
        using var answer = await browser.PostAsync(new Uri(button, UriKind.Relative), form, Ct);
        Assert.Equal((HttpStatusCode.Found, "/customers/duplicates"), (answer.StatusCode, answer.Headers.Location!.ToString()));
        Assert.DoesNotContain(button, await browser.GetStringAsync(new Uri("/customers/duplicates", UriKind.Relative), Ct), StringComparison.Ordinal); // It is on its way.
        Assert.Equal("cancelled", await Ran(app, job));
        Assert.Contains("已完成的部分保留", await browser.GetStringAsync(new Uri("/customers/duplicates", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Equal(1, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Action == "job_cancelled" && a.EntityId == job.Id, Ct)));
        Assert.Equal("jobs.state_changed", (await app.With<StopJob, Result<Job>>(north, s => s.Run(job.Id, Ct))).Refusal?.Code);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Searches_tiers_and_the_demo_stop_at_their_next_checkpoint_and_keep_what_was_done(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        foreach (var n in Enumerable.Range(0, 3))
        {
            Assert.Null((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = $"第{n}公司" }, Ct))).Refusal);
        }

        async Task<string> Stopped(string kind, long user)
        {
            var job = await Claimed(app, kind, user, user == 0 ? StopJob.AskedBy(admin.UserId) : "{}");
            Assert.Null((await app.With<StopJob, Result<Job>>(admin, s => s.Run(job.Id, Ct))).Refusal);
            return $"{kind} {await Ran(app, job)}";
        }

        foreach (var kind in new[] { SearchDuplicates.Job, SearchContactDuplicates.Job, ClassificationModule.Job })
        {
            Assert.Equal($"{kind} cancelled", await Stopped(kind, kind == ClassificationModule.Job ? admin.UserId : 0));
        }

        Assert.Equal($"{LoadDemo.Kind} cancelled", await Stopped(LoadDemo.Kind, admin.UserId));
        Assert.InRange(await Demo(), 1, LoadDemo.Customers - 1);
        Assert.Equal($"{RemoveDemo.Kind} cancelled", await Stopped(RemoveDemo.Kind, admin.UserId));
        Assert.True(await app.In(System, db => db.Set<DemoRow>().AnyAsync(Ct)));
        Assert.True((await app.With<KeepDemo, Result<long>>(admin, d => d.Remove(Ct))).TryGet(out var removed, out var refusal), refusal?.Code);
        await app.Ended(removed);
        Assert.False(await app.In(System, db => db.Set<DemoRow>().AnyAsync(Ct)));

        Task<int> Demo() => app.In(System, db => db.Set<DemoRow>().CountAsync(r => r.Kind == nameof(Customer), Ct));
    }
}
