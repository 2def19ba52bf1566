using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Groups and saved views of all three lists in the API.</summary>
public sealed class ListApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<ApiScene> Fill(CrmApp app)
    {
        var scene = await ApiScene.Fill(app);
        await ApiScene.Waybill(app, "n1", scene.First, "YD-2", 1_000);
        var other = await ApiScene.Customer(app, "s1", "南方公司");
        await ApiScene.Person(app, "s1", other, "赵敏");
        await ApiScene.Waybill(app, "s1", other, "YD-3", 77);
        return scene;
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Groups_count_and_sum_what_the_caller_sees_and_each_leads_to_its_rows(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        using var n1 = await app.Api("n1");
        using var stranger = await app.Api("s1");
        using var auditor = await app.Api("auditor");
        foreach (var (list, by) in new[] { ("customers", "unit"), ("contacts", "unit"), ("waybills", "mode") })
        {
            var groups = (await ApiScene.Ask(n1, "GET", $"/{list}/groups?by={by}")).Body;
            var group = Assert.Single(groups.GetProperty("groups").EnumerateArray());
            Assert.Equal((2, 2), (group.GetProperty("count").GetInt64(), groups.GetProperty("total").GetProperty("count").GetInt64()));
            Assert.Equal(1, (await ApiScene.Ask(stranger, "GET", $"/{list}/groups?by={by}")).Body.GetProperty("total").GetProperty("count").GetInt64());
            Assert.Equal(2, (await ApiScene.Ask(n1, "GET", $"/{list}?filter={Uri.EscapeDataString(group.GetProperty("filter").GetString()!)}")).Body.GetProperty("items").GetArrayLength());
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(auditor, "GET", $"/{list}/groups?by={by}")).Status);
            Assert.Equal(["by"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"/{list}/groups?by=name")).Body));
            Assert.Equal(2, (await ApiScene.Ask(n1, "GET", $"/{list}/groups")).Body.GetProperty("total").GetProperty("count").GetInt64());
            Assert.Equal(["filter"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"/{list}/groups?by={by}&filter=nonsense")).Body));
        }

        Assert.Equal(1_000, (await ApiScene.Ask(n1, "GET", $"/waybills/groups?By=mode&Filter={Uri.EscapeDataString("externalNo=YD-2")}")).Body.GetProperty("total").GetProperty("sums").GetProperty("revenue").GetInt64()); // As the other routes hear it.
        var sums = (await ApiScene.Ask(n1, "GET", "/waybills/groups?by=mode")).Body;
        Assert.Equal(124_456, sums.GetProperty("total").GetProperty("sums").GetProperty("revenue").GetInt64());
        Assert.Contains(sums.GetProperty("sums").EnumerateArray(), s => s.GetProperty("key").GetString() == "revenue" && s.GetProperty("unit").GetString() == "fen");
        Assert.Equal(1_000, (await ApiScene.Ask(n1, "GET", $"/waybills/groups?by=mode&filter={Uri.EscapeDataString("externalNo=YD-2")}")).Body.GetProperty("total").GetProperty("sums").GetProperty("revenue").GetInt64());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_is_kept_once_changed_by_its_owner_and_narrows_the_list_and_its_groups(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        using var n1 = await app.Api("n1");
        using var n2 = await app.Api("n2");
        foreach (var (list, address, by) in new[] { ("customers", "?filter=name~甲", "unit"), ("contacts", "?filter=name~李", "unit"), ("waybills", "?externalNo=YD-2", "mode") })
        {
            var input = new { name = $"视图{list}", address };
            var made = await ApiScene.Ask(n1, "POST", $"/{list}/views", input, key: list);
            Assert.True(made.Status == HttpStatusCode.Created, made.Body.ToString());
            var key = made.Body.GetProperty("key").GetString();
            Assert.Equal(key, (await ApiScene.Ask(n1, "POST", $"/{list}/views", input, key: list)).Body.GetProperty("key").GetString());
            Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<SavedView>().CountAsync(v => v.List == list, Ct)));
            Assert.Equal(["name"], ApiScene.Wrong((await ApiScene.Ask(n1, "POST", $"/{list}/views", input)).Body));
            Assert.Equal(["address"], ApiScene.Wrong((await ApiScene.Ask(n1, "POST", $"/{list}/views", new { name = "坏的", address = "?filter=nonsense" })).Body));

            Assert.Single((await ApiScene.Ask(n1, "GET", $"/{list}?view={key}")).Body.GetProperty("items").EnumerateArray());
            Assert.Equal(1, (await ApiScene.Ask(n1, "GET", $"/{list}/groups?by={by}&view={key}")).Body.GetProperty("total").GetProperty("count").GetInt64());
            Assert.Empty((await ApiScene.Ask(n1, "GET", $"/{list}?view={key}&filter={Uri.EscapeDataString("id=0")}")).Body.GetProperty("items").EnumerateArray());
            Assert.Equal(["view"], ApiScene.Wrong((await ApiScene.Ask(n2, "GET", $"/{list}?view={key}")).Body)); // Not shared.
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n2, "GET", $"/{list}/views/{key}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n2, "PUT", $"/{list}/views/{key}", input)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n2, "PUT", $"/{list}/views/{key}/pin")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n2, "DELETE", $"/{list}/views/{key}")).Status);

            var seen = (await ApiScene.Ask(n1, "GET", $"/{list}/views/{key}")).ETag;
            Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "PUT", $"/{list}/views/{key}", new { name = "改名", address }, match: seen)).Status);
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await ApiScene.Ask(n1, "PUT", $"/{list}/views/{key}", new { name = "又改", address }, match: seen)).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await ApiScene.Ask(n1, "DELETE", $"/{list}/views/{key}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n1, "GET", $"/{list}/views/{key}")).Status);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_said_beside_a_view_narrows_it_and_never_takes_its_place(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        using var n1 = await app.Api("n1");
        foreach (var (list, address, further) in new[] { ("customers", "?active=true", "active=false"), ("waybills", "?externalNo=YD-2", "externalNo=YD-1") })
        {
            var key = (await ApiScene.Ask(n1, "POST", $"/{list}/views", new { name = "有的", address })).Body.GetProperty("key").GetString();
            Assert.NotEmpty((await ApiScene.Ask(n1, "GET", $"/{list}?view={key}")).Body.GetProperty("items").EnumerateArray());
            Assert.NotEmpty((await ApiScene.Ask(n1, "GET", $"/{list}?view={key}&{address[1..]}")).Body.GetProperty("items").EnumerateArray());
            Assert.Empty((await ApiScene.Ask(n1, "GET", $"/{list}?view={key}&{further}")).Body.GetProperty("items").EnumerateArray());
        }

        var searches = (await ApiScene.Ask(n1, "POST", "/customers/views", new { name = "找的", address = $"?q={Uri.EscapeDataString("甲")}" })).Body.GetProperty("key").GetString();
        Assert.Equal(["q"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"/customers?view={searches}&q=x")).Body));
        Assert.Equal(["q"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", "/customers?q=x%00")).Body));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_is_pinned_and_the_default_as_often_as_it_is_said_and_never_by_a_token_that_reads(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var reader = await app.Api("n1", "read");
        using var north = await app.Api("north");
        var one = (await ApiScene.Ask(north, "POST", "/customers/views", new { name = "大的", address = "?tier=large", share = true })).Body.GetProperty("key").GetString();
        var two = (await ApiScene.Ask(n1, "POST", "/customers/views", new { name = "小的", address = "?tier=small", isDefault = true })).Body.GetProperty("key").GetString();
        async Task<(bool Pinned, bool IsDefault)> Now(string? key) => (await ApiScene.Ask(n1, "GET", $"/customers/views/{key}")).Body is var v ? (v.GetProperty("pinned").GetBoolean(), v.GetProperty("isDefault").GetBoolean()) : default;

        Assert.Equal(((false, false), (true, true)), (await Now(one), await Now(two)));
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "PUT", $"/customers/views/{one}/default")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "POST", "/customers/views", new { name = "读", address = "" })).Status);
        for (var n = 0; n < 2; n++)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await ApiScene.Ask(n1, "PUT", $"/customers/views/{one}/default")).Status);
            Assert.Equal(((true, true), (true, false)), (await Now(one), await Now(two)));
        }

        Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "PUT", $"/customers/views/{two}", new { name = "小的", address = "?tier=small", isDefault = true })).Status);
        Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "PUT", $"/customers/views/{two}", new { name = "小的", address = "?tier=small", isDefault = true })).Status);
        Assert.Equal(((true, false), (true, true)), (await Now(one), await Now(two)));
        await ApiScene.Ask(n1, "DELETE", $"/customers/views/{two}/default");
        await ApiScene.Ask(n1, "DELETE", $"/customers/views/{one}/default");
        await ApiScene.Ask(n1, "DELETE", $"/customers/views/{one}/pin");
        Assert.Equal(((false, false), (true, false)), (await Now(one), await Now(two)));
        Assert.Equal(["大的", "小的"], (await ApiScene.Ask(n1, "GET", "/customers/views")).Body.GetProperty("items").EnumerateArray().Where(v => !v.GetProperty("isSystem").GetBoolean()).Select(v => v.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_description_shows_an_example_of_what_is_sent_and_what_comes_back()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var n1 = await app.SignedIn("n1");
        var paths = JsonDocument.Parse(await n1.GetStringAsync(new Uri("/api/openapi/v1.json", UriKind.Relative), Ct)).RootElement.GetProperty("paths");
        foreach (var list in new[] { "customers", "contacts", "waybills" })
        {
            var work = paths.GetProperty($"/api/v1/{list}/works").GetProperty("post");
            Assert.Equal("tag", work.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("example").GetProperty("act").GetString());
            Assert.Equal(815, work.GetProperty("responses").GetProperty("202").GetProperty("content").GetProperty("application/json").GetProperty("example").GetProperty("id").GetInt32());
            Assert.True(paths.GetProperty($"/api/v1/{list}/groups").GetProperty("get").GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _));
            Assert.Contains(paths.GetProperty($"/api/v1/{list}").GetProperty("get").GetProperty("parameters").EnumerateArray(), p => p.GetProperty("name").GetString() == "view");
        }

        // The words of an address, too, as one writes them.
        var words = paths.EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).SelectMany(o => o.Value.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : []).Where(p => p.GetProperty("in").GetString() == "query").Select(p => p.GetProperty("name").GetString()!).ToHashSet();
        Assert.Superset(new HashSet<string> { "filter", "externalNo", "revenueUnit" }, words);
        Assert.DoesNotContain(words, w => char.IsAsciiLetterUpper(w[0]));
    }
}
