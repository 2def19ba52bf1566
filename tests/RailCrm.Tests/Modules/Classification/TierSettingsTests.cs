using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Tests.Modules.Classification;

public sealed class TierSettingsTests
{
    private static readonly Actor System = Actor.System("test");
    private static readonly Uri Settings = new("/api/v1/settings/tiers", UriKind.Relative);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Customers of two outlets with business of the last two years, some of it falling, classed by the default rule.</summary>
    private static async Task Trade(CrmApp app)
    {
        var random = new Random(11);
        foreach (var user in new[] { "n1", "s1" })
        {
            var actor = await app.ActorOf(user);
            for (var i = 0; i < 20; i++)
            {
                Assert.True((await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = $"{user}第{i}公司" }, Ct))).TryGet(out var customer, out _));
                await app.With<RecordWaybills, RecordWaybills.Answer[]>(actor, r => r.Run("TMS", [.. Enumerable.Range(0, random.Next(5)).Select(n => new WaybillDraft
                {
                    ExternalNo = $"{user}-{i}-{n}", Customer = customer.Number, Date = new DateOnly(2026, 4, 1).AddMonths(-random.Next(24)), RevenueFen = random.Next(400_000_000), CostFen = random.Next(300_000_000),
                })], createCustomers: false, Ct));
            }
        }

        await app.With<ClassifyCustomers, int>(System, async c =>
        {
            await c.RunAll(null, Ct);
            return 0;
        });
    }

    private static Task<Dictionary<CustomerTier, long>> Tiers(CrmApp app) =>
        app.In(System, db => db.Set<Customer>().GroupBy(c => c.Tier).Select(g => new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, Ct));

    private static async Task Finished(CrmApp app)
    {
        for (var i = 0; i < 300 && await app.In(System, db => db.Set<Job>().AnyAsync(j => j.Kind == "tiers" && (j.State == "queued" || j.State == "running"), Ct)); i++)
        {
            await Task.Delay(100, Ct);
        }

        Assert.Equal("completed", await app.In(System, db => db.Set<Job>().OrderByDescending(j => j.Id).Where(j => j.Kind == "tiers").Select(j => j.State).FirstAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_the_preview_says_is_what_the_new_rule_makes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Trade(app);
        var admin = await app.ActorOf("data");
        foreach (var input in new SetTierRule.Input[]
        {
            new() { Basis = TierBasis.GrossProfit, MediumFen = 50_000_000, LargeFen = 200_000_000, DropPercent = 30 },
            new() { Basis = TierBasis.Revenue, MediumFen = 300_000_000, LargeFen = 600_000_000, DropPercent = 90 },
        })
        {
            var before = await Tiers(app);
            Assert.True((await app.With<PreviewTiers, Result<PreviewTiers.Answer>>(admin, p => p.Run(input, Ct))).TryGet(out var preview, out _));
            Assert.Equal(before, await Tiers(app));

            Assert.True((await app.With<SetTierRule, Result<TierRule>>(admin, s => s.Run(null, input, Ct))).TryGet(out _, out _));
            await Finished(app);

            var after = await Tiers(app);
            Assert.True(preview.Moving > 0);
            Assert.All(preview.Tiers, t => Assert.Equal((before.GetValueOrDefault(t.Tier), after.GetValueOrDefault(t.Tier)), (t.Before, t.After)));
        }

        Assert.IsType<Refusal.Forbidden>((await app.With<PreviewTiers, Result<PreviewTiers.Answer>>(await app.ActorOf("n1"), p => p.Run(new() { MediumFen = 1, LargeFen = 2, DropPercent = 3 }, Ct))).Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_rule_is_read_by_all_and_changed_by_the_group_only_once_at_a_time(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var outlet = await app.Api("n1");
        using var admin = await app.Api("data");
        var rule = new { basis = "grossProfit", mediumFen = 1_000_000, largeFen = 5_000_000, dropPercent = 40 };
        async Task<HttpResponseMessage> Put(HttpClient api, object body, string? version)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, Settings) { Content = JsonContent.Create(body) };
            if (version is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", version);
            }

            return await api.SendAsync(request, Ct);
        }

        using var first = await outlet.GetAsync(Settings, Ct);
        using var forbidden = await Put(outlet, rule, null);
        using var wrong = await Put(admin, new { basis = "revenue", mediumFen = 0, largeFen = -1, dropPercent = 101 }, null);
        using var saved = await Put(admin, rule, first.Headers.ETag?.Tag);
        using var stale = await Put(admin, rule, first.Headers.ETag?.Tag);

        Assert.Equal("revenue", JsonDocument.Parse(await first.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("basis").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal(["dropPercent", "largeFen", "mediumFen"], JsonDocument.Parse(await wrong.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        Assert.NotEqual(first.Headers.ETag?.Tag, saved.Headers.ETag?.Tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal(1, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == "TierRule", Ct)));
        await Finished(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_previews_keeps_what_was_typed_saves_and_shows_only_moves_within_the_scope(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Trade(app);
        using var admin = await app.SignedIn("data");
        using var outlet = await app.SignedIn("n1");
        Dictionary<string, string> Fields(string what, string medium) => new() { ["Form.Basis"] = "Revenue", ["Form.Medium"] = medium, ["Form.Large"] = "600", ["Form.Drop"] = "90", ["Form.Version"] = "0", ["Form.Do"] = what };
        async Task<string> Text(HttpResponseMessage answer) => WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct));

        using var preview = await CrmApp.Submit(admin, "/settings/tiers", "tiers", Fields("preview", "300"));
        using var wrong = await CrmApp.Submit(admin, "/settings/tiers", "tiers", Fields("save", "三百"));
        using var saved = await CrmApp.Submit(admin, "/settings/tiers", "tiers", Fields("save", "300"));
        using var stale = await CrmApp.Submit(admin, "/settings/tiers", "tiers", Fields("save", "301"));
        await Finished(app);

        var previewed = await Text(preview);
        Assert.Contains("按新规则会怎样", previewed, StringComparison.Ordinal);
        Assert.Contains("value=\"300\"", previewed, StringComparison.Ordinal);
        Assert.Contains("value=\"三百\"", await Text(wrong), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        Assert.Contains("value=\"301\"", await Text(stale), StringComparison.Ordinal);
        Assert.Equal(300_000_000, await app.In(System, db => db.Set<TierRule>().Select(r => r.MediumFen).SingleAsync(Ct)));
        var seen = WebUtility.HtmlDecode(await outlet.GetStringAsync(new Uri("/settings/tiers", UriKind.Relative), Ct));
        Assert.Contains("n1第", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("s1第", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Form.Medium", seen, StringComparison.Ordinal);
    }
}
