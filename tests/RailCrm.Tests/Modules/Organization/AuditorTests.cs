using System.Net;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Organization;

public sealed class AuditorTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_auditor_searches_takes_away_and_is_shown_what_is_odd(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (n1, s1) = (await app.ActorOf("n1"), await app.ActorOf("s1"));
        app.Later(TimeSpan.FromHours(10)); // 11:00 in Beijing.
        await app.In(n1, async db =>
        {
            AuditEntry Entry(Actor who, string action, string changes, DateTime? at = null) => new(who, at ?? db.UtcNow, action, "Customer", 0, null, changes);
            db.AddRange(Entry(n1, "exported", """{"Rows":[null,6000]}"""), Entry(n1, "exported", """{"Rows":[null,4000]}"""), Entry(s1, "exported", """{"Rows":[null,9999]}"""));
            db.AddRange(Enumerable.Range(0, 20).Select(i => Entry(s1, i % 2 == 0 ? "denied" : "revealed", "{}", db.UtcNow.AddHours(12 + (i % 4))))); // From 23:00 to 2:00.
            db.AddRange(Enumerable.Range(0, 40).Select(_ => Entry(n1, "denied", "{}"))); // By day.
            db.AddRange(Enumerable.Range(0, 8).Select(i => Entry(i < 5 ? n1 : s1, "signed_in", $$"""{"Address":[null,"203.0.113.{{i % 5}}"]}""")));
            db.AddRange(Entry(n1, "updated", """{"Name":["旧名","新名100%"]}"""), Entry(n1, "updated", """{"Name":["\u65E7\u540D","x"]}"""), Entry(s1, "updated", """{"Name":["别的","=1+1"]}"""));
            return await db.SaveChangesAsync(Ct);
        });
        app.Later(TimeSpan.FromDays(1));

        Assert.True((await app.With<FindOddities, Result<IReadOnlyList<FindOddities.Item>>>(await app.ActorOf("auditor"), f => f.Run(Ct))).TryGet(out var odd, out _));
        Assert.Equal([("export", 1, "n1", 10_000L), ("night", 1, "s1", 20L), ("addresses", 1, "n1", 5L)], odd!.Select(o => (o.Kind, o.Day.Day, o.Name, o.Count)));
        Assert.IsType<Refusal.Forbidden>((await app.With<FindOddities, Result<IReadOnlyList<FindOddities.Item>>>(await app.ActorOf("group"), f => f.Run(Ct))).Refusal);

        using var auditor = await app.SignedIn("auditor");
        Task<string> Get(string path) => auditor.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
        Assert.Contains("10,000", await Get("/audit/oddities"), StringComparison.Ordinal);
        async Task<int> Found(string text) => System.Text.RegularExpressions.Regex.Count(await Get($"/audit?entity=Customer&text={Uri.EscapeDataString(text)}"), "<th scope=\"row\" class=\"text-nowrap\">");
        Assert.Equal((2, 1, 0), (await Found("旧名"), await Found("100%"), await Found("没有的")));
        app.Later(TimeSpan.FromDays(40));
        using var later = await app.SignedIn("auditor");
        Assert.Equal(HttpStatusCode.OK, (await later.GetAsync(new Uri("/audit?text=100%25", UriKind.Relative), Ct)).StatusCode);

        async Task<HttpResponseMessage> Take(HttpClient browser, string query)
        {
            var token = System.Text.RegularExpressions.Regex.Match(await browser.GetStringAsync(new Uri("/account", UriKind.Relative), Ct), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["format"] = "csv", ["__RequestVerificationToken"] = token });
            return await browser.PostAsync(new Uri($"/audit/export?{query}", UriKind.Relative), form, Ct);
        }

        var file = await (await Take(later, "action=updated&entity=Customer&person=s1")).Content.ReadAsStringAsync(Ct);
        Assert.Equal(2, file.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("别的 → =1+1", file, StringComparison.Ordinal);
        Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Entity == nameof(AuditEntry) && a.Action == "exported" && a.ActorName == "auditor", Ct)));
        using var outlet = await app.SignedIn("n1");
        Assert.Equal("/no-permission", new Uri(app.Address, (await Take(outlet, "person=s1")).Headers.Location!).AbsolutePath);
    }
}
