using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;

namespace RailCrm.Tests.Platform;

public sealed class SweepTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_night_takes_away_old_keys_and_ended_sessions_and_keeps_the_rest(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        async Task Create(string name, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/customers") { Content = JsonContent.Create(new { name }) };
            request.Headers.Add("Idempotency-Key", key);
            (await api.SendAsync(request, Ct)).EnsureSuccessStatusCode();
        }

        using var old = await app.SignedIn("n1");
        await Create("旧公司", "old");
        app.Later(TimeSpan.FromDays(8) + TimeSpan.FromHours(3)); // 04:00 in Beijing: every schedule's hour has come.
        using var fresh = await app.SignedIn("n1");
        await Create("新公司", "fresh");

        var runner = (Runner)app.Services.GetService(typeof(Runner))!;
        await runner.EnqueueScheduled(Ct);
        await runner.EnqueueScheduled(Ct);
        for (var i = 0; i < 600 && await app.In(Actor.System("test"), db => db.Set<Job>().AnyAsync(j => j.State != "completed", Ct)); i++)
        {
            await Task.Delay(50, Ct);
        }

        await app.In(Actor.System("test"), async db =>
        {
            Assert.Equal(["audit", "authority", "care", "contact_duplicates", "duplicates", "import-sweep", "personal", "pools", "shares", "sole_known", "sweep", "tiers", "waybill_duplicates"], await db.Set<Job>().Select(j => j.Kind).OrderBy(k => k).ToListAsync(Ct)); // Each once, though asked for twice.
            Assert.Equal(["fresh"], await db.Set<IdempotencyKey>().Select(k => k.Key).ToListAsync(Ct));
            Assert.Single(await db.Set<Session>().ToListAsync(Ct));
            return 0;
        });
    }
}
