using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;

namespace RailCrm.Tests.Modules.Customers;

public sealed class MergePagesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Uri At(string path) => new(path, UriKind.Relative);

    private static async Task<string> Text(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(At(path), Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Old_addresses_numbers_and_names_lead_to_the_customer_that_stayed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var (number, name) = await app.In(MergeScene.System, async db => await db.Set<Customer>().Where(c => c.Id == scene.GoesToo).Select(c => new ValueTuple<string, string>(c.Number, c.Name)).SingleAsync(Ct));
        await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.GoesToo } });
        using var north = await app.SignedIn("north");
        using var s1 = await app.SignedIn("s1");
        using var plain = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = app.Address };
        plain.DefaultRequestHeaders.Authorization = scene.Api.DefaultRequestHeaders.Authorization;

        foreach (var tab in new[] { "", "/contacts", "/attachments", "/history", "/edit", "/figures", "/print" })
        {
            using var led = await north.GetAsync(At($"/customers/{scene.GoesToo}{tab}"), Ct);
            Assert.Equal((HttpStatusCode.Found, $"/customers/{scene.Stays}{tab}"), (led.StatusCode, new Uri(app.Address, led.Headers.Location!).AbsolutePath));
        }

        Assert.Contains($"{number} 已并入", await Text(north, $"/customers/{scene.Stays}"), StringComparison.Ordinal);
        using var stranger = await s1.GetAsync(At($"/customers/{scene.GoesToo}"), Ct);
        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);
        foreach (var path in new[] { "", "/contacts", "/attachments", "/figures?from=2026-01" })
        {
            using var moved = await plain.GetAsync(At($"/api/v1/customers/{scene.GoesToo}{path}"), Ct);
            Assert.Equal((HttpStatusCode.PermanentRedirect, $"/api/v1/customers/{scene.Stays}{path}"), (moved.StatusCode, moved.Headers.Location!.ToString()));
        }

        using var put = await plain.PutAsJsonAsync($"/api/v1/customers/{scene.GoesToo}", new { name }, Ct);
        Assert.Equal(HttpStatusCode.NotFound, put.StatusCode);
        foreach (var asked in new[] { number, name, "煤炭运销处" })
        {
            var found = (await scene.Api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?q={asked}", Ct)).GetProperty("items").EnumerateArray().Select(c => c.GetProperty("id").GetInt64());
            Assert.Equal([scene.Stays], found);
        }

        await app.In(await app.ActorOf("north"), async db =>
        {
            Assert.Equal(scene.Stays, await Lookups.Customer(db, $"{number} {name}", Ct));
            Assert.Equal(scene.Stays, await Lookups.Customer(db, name, Ct));
            return 0;
        });
        var answers = await app.With<RecordWaybills, RecordWaybills.Answer[]>(MergeScene.System, r => r.Run("OLD", [new() { ExternalNo = "1", Customer = number, Date = new(2026, 3, 1) }, new() { ExternalNo = "2", Customer = name, Date = new(2026, 3, 1) }], createCustomers: false, Ct));
        Assert.All(answers, a => Assert.Empty(a.Errors));
        // Somebody looked the customer up before it was merged and writes now.
        await app.With<WaybillLedger, LineOutcome[]>(MergeScene.System, l => l.Write([new() { Source = "OLD", ExternalNo = "3", CustomerId = scene.GoesToo, UnitId = 1, Date = new(2026, 3, 1) }], Ct));
        Assert.Equal((0, 0, 0), await scene.Differences());
        Assert.Equal(3, await app.In(MergeScene.System, db => db.Set<WaybillLine>().CountAsync(w => w.Source == "OLD" && w.CustomerId == scene.Stays, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_bin_says_where_a_merged_customer_went_and_does_not_restore_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } });
        using var north = await app.SignedIn("north");

        var page = await Text(north, "/customers/bin");
        using var restored = await CrmApp.Submit(north, "/customers/bin", "restore", new() { ["CustomerId"] = $"{scene.Goes}" });

        Assert.Contains("已并入", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"name=\"CustomerId\" value=\"{scene.Goes}\"", page, StringComparison.Ordinal);
        Assert.NotNull(await app.In(MergeScene.System, db => db.Set<Customer>().IgnoreQueryFilters().Where(c => c.Id == scene.Goes).Select(c => c.DeletedAt).SingleAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_shows_what_differs_and_moves_merges_as_chosen_and_undoes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        using var north = await app.SignedIn("north");
        var path = $"/customers/merge?ids={scene.Stays},{scene.Goes}&survivor={scene.Stays}";
        var versions = await app.In(MergeScene.System, db => db.Set<Customer>().ToDictionaryAsync(c => c.Id, c => c.Version, Ct));
        var fields = new Dictionary<string, string> { ["_once"] = "k1", [$"Version.{scene.Stays}"] = $"{versions[scene.Stays]}", [$"Version.{scene.Goes}"] = $"{versions[scene.Goes]}", ["Choice.Name"] = $"{scene.Goes}", ["Choice.Tags"] = $"{scene.Stays}" };

        var page = await Text(north, path);
        using var stale = await CrmApp.Submit(north, path, "merge", new(fields) { [$"Version.{scene.Goes}"] = "98" });
        using var merged = await CrmApp.Submit(north, path, "merge", new(fields));
        using var twice = await CrmApp.Submit(north, $"/customers/merge?ids={scene.Stays},{scene.GoesToo}", "merge", new(fields));
        var list = await Text(north, "/customers/merges");

        Assert.Contains("北方煤业股份有限公司", page, StringComparison.Ordinal);
        Assert.Contains("将移动的资料", page, StringComparison.Ordinal);
        Assert.Contains("运单", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
        Assert.Equal((HttpStatusCode.Found, $"/customers/{scene.Stays}"), (merged.StatusCode, new Uri(app.Address, merged.Headers.Location!).AbsolutePath));
        Assert.Contains("撤销合并", list, StringComparison.Ordinal);
        await app.In(MergeScene.System, async db =>
        {
            Assert.Equal(("北方煤业股份有限公司", ",煤,重点,"), await db.Set<Customer>().Where(c => c.Id == scene.Stays).Select(c => new ValueTuple<string, string?>(c.Name, c.Tags)).SingleAsync(Ct));
            return 0;
        });
        var id = await app.In(MergeScene.System, db => db.Set<CustomerMerge>().Select(m => m.Id).FirstAsync(Ct));
        using var undone = await CrmApp.Submit(north, "/customers/merges", "undo", new() { ["MergeId"] = $"{id}" });
        Assert.Equal(HttpStatusCode.Found, undone.StatusCode);
        Assert.Contains("已撤销", await Text(north, "/customers/merges"), StringComparison.Ordinal);
        Assert.Contains("北方煤业有限公司", await Text(north, $"/customers/{scene.Stays}"), StringComparison.Ordinal);
        Assert.Contains("撤销合并", await Text(north, $"/customers/{scene.Stays}/history"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_more_than_five_ticked_some_are_taken_off_and_the_rest_is_compared(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var ids = new List<long> { scene.GoesToo, scene.Goes, scene.Stays };
        for (var n = 0; n < 4; n++)
        {
            ids.Add((await Platform.PaletteUse.Customer(app, "n1", new() { Name = $"东风物流{n}" })).Id);
        }

        var hidden = (await Platform.PaletteUse.Customer(app, "s1", new() { Name = "南方公司" })).Id;
        using var north = await app.SignedIn("north");
        var page = await Text(north, $"/customers/merge?ids={string.Join(',', ids)},{hidden}");

        Assert.Equal(ids.Select(i => $"{i}"), System.Text.RegularExpressions.Regex.Matches(page, "type=\"checkbox\" name=\"ids\" value=\"([0-9]+)\" checked").Select(m => m.Groups[1].Value)); // In the order of the ticks; another unit's is not told.
        Assert.Contains("请留下 2 至 5 个", page, StringComparison.Ordinal);
        Assert.DoesNotContain("南方公司", page, StringComparison.Ordinal);
        var left = await Text(north, $"/customers/merge?ids={ids[2]}&ids={ids[3]}");
        Assert.Contains("东风物流0", left, StringComparison.Ordinal);
        Assert.DoesNotContain("请留下 2 至 5 个", left, StringComparison.Ordinal);
        Assert.Contains("只列出最先勾选的 50 个", await Text(north, $"/customers/merge?ids={string.Join(',', Enumerable.Range(1, 90))}"), StringComparison.Ordinal);
    }
}
