using System.Net;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Platform;

public sealed class ExportSeenTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<HttpResponseMessage> Taken(HttpClient browser, string address)
    {
        var page = await browser.GetStringAsync(new Uri("/customers?view=all", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["format"] = "csv" });
        return await browser.PostAsync(new Uri(address, UriKind.Relative), form, Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_leaves_with_its_own_columns_in_their_order_all_its_rows_and_a_line_in_the_trail(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", 0, 1_003); // More than one batch.
        await Made(app, "s1", 5_000, 1);
        using var browser = await app.SignedIn("n1");
        using var answer = await Taken(browser, "/lists/customers/export?columns=name,phone,unit&sort=name");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var lines = (await answer.Content.ReadAsStringAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(3, lines[0].TrimStart('\ufeff').Split(',').Length);
        Assert.Equal(1_003, lines.Length - 1);
        Assert.Contains("第0公司,0571-88880000,n1 网点", lines);
        Assert.DoesNotContain(lines, l => l.Contains("第5000公司", StringComparison.Ordinal));
        var trail = await app.In(Actor.System("test"), db => db.Set<AuditEntry>().Where(a => a.Action == "exported").OrderByDescending(a => a.Id).FirstAsync(Ct));
        Assert.Equal("Customer", trail.Entity);
        Assert.Contains("1003", trail.Changes, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_may_not_export_gets_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("auditor");
        using var answer = await browser.PostAsync(new Uri("/lists/customers/export", UriKind.Relative), new FormUrlEncodedContent(new Dictionary<string, string> { ["format"] = "csv" }), Ct);
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task Made(CrmApp app, string who, int first, int count)
    {
        var actor = await app.ActorOf(who);
        await app.In(actor, async db =>
        {
            db.AddRange(Enumerable.Range(first, count).Select(n => new RailCrm.Modules.Customers.Customer { Number = $"E{n:00000}", Name = $"第{n}公司", NormalizedName = $"第{n}公司", UnitId = actor.UnitId, Phone = $"0571-8888{n:0000}" }));
            return await db.SaveChangesAsync(Ct);
        });
    }
}
