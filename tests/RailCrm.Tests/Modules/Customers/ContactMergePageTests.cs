using System.Net;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

public sealed class ContactMergePageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Uri At(string path) => new(path, UriKind.Relative);

    private static async Task<string> Text(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(At(path), Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Old_addresses_lead_to_the_contact_that_stayed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        await scene.MergeAll();
        using var n1 = await app.SignedIn("n1");
        using var s1 = await app.SignedIn("s1");
        using var plain = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = app.Address };
        plain.DefaultRequestHeaders.Authorization = scene.Api.DefaultRequestHeaders.Authorization;

        // The second one is of an outlet that the reader does not see: who sees the survivor is led.
        foreach (var (customer, contact) in new[] { (scene.Here, scene.Goes), (scene.There, scene.Elsewhere), (scene.Here, scene.Before) })
        {
            foreach (var tab in new[] { "", "/notes", "/attachments", "/history", "/edit", "/bin" })
            {
                using var led = await n1.GetAsync(At($"/customers/{customer}/contacts/{contact}{tab}"), Ct);
                Assert.Equal((HttpStatusCode.Found, $"/customers/{scene.Here}/contacts/{scene.Stays}{tab}"), (led.StatusCode, new Uri(app.Address, led.Headers.Location!).AbsolutePath));
            }

            using var stranger = await s1.GetAsync(At($"/customers/{customer}/contacts/{contact}"), Ct);
            Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);
            using var moved = await plain.GetAsync(At($"/api/v1/customers/{customer}/contacts/{contact}"), Ct);
            Assert.Equal((HttpStatusCode.PermanentRedirect, $"/api/v1/customers/{scene.Here}/contacts/{scene.Stays}"), (moved.StatusCode, moved.Headers.Location!.ToString()));
        }

        using var shortest = await n1.GetAsync(At($"/contacts/{scene.Elsewhere}"), Ct);
        Assert.Equal($"/customers/{scene.Here}/contacts/{scene.Stays}", shortest.Headers.Location!.ToString());
        Assert.Contains("该联系人已并入 李娜", await Text(n1, $"/customers/{scene.Here}/contacts/{scene.Stays}"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_shows_what_differs_and_moves_merges_as_chosen_once_and_undoes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        using var north = await app.SignedIn("north");
        var path = $"/contacts/merge?ids={scene.Goes},{scene.Elsewhere},{scene.Stays}&survivor={scene.Stays}";
        var fields = new Dictionary<string, string> { ["_once"] = "k1", ["Choice.Name"] = $"{scene.Goes}", ["Choice.Email"] = $"{scene.Elsewhere}" };
        foreach (var id in new[] { scene.Stays, scene.Goes, scene.Elsewhere })
        {
            fields[$"Version.{id}"] = $"{(await scene.Stored(id)).Version}";
        }

        var page = await Text(north, path);
        using var stale = await CrmApp.Submit(north, path, "merge", new(fields) { [$"Version.{scene.Goes}"] = "98" });
        using var merged = await CrmApp.Submit(north, path, "merge", new(fields));
        var other = $"/contacts/merge?ids={scene.Stays},{(await Person(app, "n1", scene.Here, new() { Name = "旁人" })).Id}";
        using var twice = await CrmApp.Submit(north, other, "merge", new(fields)); // The same form sent again, from whatever page.
        var list = await Text(north, "/contacts/merges");

        Assert.Contains("li.na@example.cn", page, StringComparison.Ordinal);
        Assert.Contains("乙公司", page, StringComparison.Ordinal);
        Assert.Contains("合并后只在 甲公司 保留一位", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
        Assert.Equal((HttpStatusCode.Found, $"/customers/{scene.Here}/contacts/{scene.Stays}"), (merged.StatusCode, new Uri(app.Address, merged.Headers.Location!).AbsolutePath));
        Assert.Equal((HttpStatusCode.Found, merged.Headers.Location), (twice.StatusCode, twice.Headers.Location));
        Assert.Equal(("李 娜", "li.na@example.cn"), ((await scene.Stored(scene.Stays)).Name, (await scene.Stored(scene.Stays)).Email));
        Assert.Contains("撤销合并", list, StringComparison.Ordinal);
        var id2 = await app.In(ContactScene.System, db => db.Set<ContactMerge>().MaxAsync(m => m.Id, Ct));
        using var undone = await CrmApp.Submit(north, "/contacts/merges", "undo", new() { ["MergeId"] = $"{id2}" });
        Assert.Equal(HttpStatusCode.Found, undone.StatusCode);
        Assert.Contains("已撤销", await Text(north, "/contacts/merges"), StringComparison.Ordinal);
        Assert.Contains("撤销合并", await Text(north, $"/customers/{scene.Here}/contacts/{scene.Stays}/history"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task One_contact_is_offered_those_like_it_and_ticked_rows_lead_to_the_page(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        using var n1 = await app.SignedIn("n1");

        var one = await Text(n1, $"/contacts/merge?ids={scene.Stays}");
        using var ticked = await n1.GetAsync(At($"/lists/contacts/work?act=merge&id={scene.Stays}&id={scene.Goes}"), Ct);

        Assert.Contains($"name=\"ids\" value=\"{scene.Goes}\"", one, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{scene.Elsewhere}\"", one, StringComparison.Ordinal); // Not seen.
        Assert.Contains($"/contacts/merge?ids={scene.Stays}", await Text(n1, $"/customers/{scene.Here}/contacts/{scene.Stays}"), StringComparison.Ordinal);
        Assert.Equal($"/contacts/merge?ids={scene.Stays},{scene.Goes}", WebUtility.UrlDecode(new Uri(app.Address, ticked.Headers.Location!).PathAndQuery));
        Assert.Contains("请选择 2 至 5 位联系人", await Text(n1, "/contacts/merge"), StringComparison.Ordinal);
        using var hidden = await n1.GetAsync(At($"/contacts/merge?ids={scene.Stays},{scene.Elsewhere}"), Ct);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_more_than_five_ticked_some_are_taken_off_and_the_rest_is_compared(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        var ids = new List<long> { scene.Goes, scene.Stays };
        for (var n = 0; n < 4; n++)
        {
            ids.Add((await Person(app, "n1", scene.Here, new() { Name = $"员工{n}" })).Id);
        }

        using var n1 = await app.SignedIn("n1");
        var page = await Text(n1, $"/contacts/merge?ids={string.Join(',', ids)}");

        Assert.Equal(ids.Select(i => $"{i}"), System.Text.RegularExpressions.Regex.Matches(page, "type=\"checkbox\" name=\"ids\" value=\"([0-9]+)\" checked").Select(m => m.Groups[1].Value));
        Assert.Contains("请留下 2 至 5 个", page, StringComparison.Ordinal);
        Assert.DoesNotContain("请留下 2 至 5 个", await Text(n1, $"/contacts/merge?ids={ids[0]}&ids={ids[2]}"), StringComparison.Ordinal);
    }
}
