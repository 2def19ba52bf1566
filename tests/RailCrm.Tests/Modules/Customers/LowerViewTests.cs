using System.Net;
using System.Net.Http.Json;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

public sealed class LowerViewTests
{
    private static readonly CustomerList List = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<SavedView> Saved(CrmApp app, string who, string name, string address, bool share = false) =>
        (await app.With<SavedViews, Result<SavedView>>(await app.ActorOf(who), v => v.Save(List, null, null, new() { Name = name, Address = address, Share = share }, Ct))).TryGet(out var view, out var refusal) ? view : throw new InvalidOperationException(refusal.Code);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_supervises_units_below_opens_copies_and_deletes_what_they_share_and_nobody_else_does(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var shared = await Saved(app, "n1", "网点共享", "?tier=atRisk", share: true);
        await Saved(app, "n1", "网点自己", "?tier=small");
        var other = await Saved(app, "s1", "南方网点", "?tier=large", share: true);
        await Saved(app, "north", "北方自己共享", "?tier=large", share: true);
        async Task<IEnumerable<string>> Lower(string who) => (await app.With<SavedViews, SavedViews.LowerViews>(await app.ActorOf(who), v => v.Lower(List, Ct))).Views.Select(v => v.Name);
        async Task<Result<SavedView>> Copied(string who, long id) => await app.With<SavedViews, Result<SavedView>>(await app.ActorOf(who), v => v.Copy(List, $"{id}", Ct));

        Assert.Equal(["网点共享"], await Lower("north"));
        Assert.Equal(["北方自己共享", "南方网点", "网点共享"], await Lower("group"));
        foreach (var who in new[] { "n1", "n2", "s1", "auditor" })
        {
            Assert.Empty(await Lower(who));
        }

        using var north = await app.SignedIn("north");
        var page = await north.GetStringAsync(new Uri("/customers?view=all&views=lower", UriKind.Relative), Ct);
        Assert.Contains("网点共享", page, StringComparison.Ordinal);
        Assert.DoesNotContain("网点共享", await north.GetStringAsync(new Uri("/customers?view=all", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Matches("aria-current=\"page\">.*网点共享", await north.GetStringAsync(new Uri($"/customers?view={shared.Id}", UriKind.Relative), Ct));
        Assert.DoesNotContain("南方网点", await north.GetStringAsync(new Uri($"/customers?view={other.Id}&views=lower", UriKind.Relative), Ct), StringComparison.Ordinal);
        using var outlet = await app.SignedIn("n2");
        Assert.DoesNotContain("网点共享", await outlet.GetStringAsync(new Uri($"/customers?view={shared.Id}&views=lower", UriKind.Relative), Ct), StringComparison.Ordinal);

        Assert.True((await Copied("north", shared.Id)).TryGet(out var copy, out _));
        Assert.Equal(("tier=atRisk", null), (copy.Address, copy.UnitId));
        Assert.IsType<Refusal.NotFound>((await Copied("north", other.Id)).Refusal);
        Assert.IsType<Refusal.NotFound>((await Copied("n2", shared.Id)).Refusal);
        Assert.IsType<Refusal.NotFound>((await app.With<SavedViews, Result<string>>(await app.ActorOf("north"), v => v.Pin(List, $"{shared.Id}", true, Ct))).Refusal);

        using var api = await app.Api("north");
        Assert.Equal("N1", (await api.GetFromJsonAsync<System.Text.Json.JsonElement>("/api/v1/customers/views?lower=true", Ct)).GetProperty("items").EnumerateArray().Single().GetProperty("unit").GetString());
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/api/v1/customers?view={shared.Id}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync($"/api/v1/customers?view={other.Id}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"/api/v1/customers/views/{shared.Id}", Ct)).StatusCode);
        Assert.Empty(await Lower("north"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_very_many_views_below_the_newest_fifty_are_told_and_that_there_are_more(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (n1, unit) = (await app.ActorOf("n1"), (await app.ActorOf("n1")).UnitId);
        async Task Add(int from, int count) => await app.In(n1, async db =>
        {
            db.AddRange(Enumerable.Range(from, count).Select(n => new SavedView { List = List.Key, Name = $"视图 {n}", OwnerId = n1.UserId, UnitId = unit, UpdatedAt = db.UtcNow }));
            return await db.SaveChangesAsync(Ct);
        });
        async Task<SavedViews.LowerViews> Lower() => await app.With<SavedViews, SavedViews.LowerViews>(await app.ActorOf("north"), v => v.Lower(List, Ct));

        await Add(1, SavedViews.MostLower);
        Assert.False((await Lower()).More);
        await Add(SavedViews.MostLower + 1, 1);
        var lower = await Lower();
        Assert.True(lower.More);
        Assert.Equal(SavedViews.MostLower, lower.Views.Count);
        Assert.Equal($"视图 {SavedViews.MostLower + 1}", lower.Views[0].Name);
        using var browser = await app.SignedIn("north");
        Assert.Contains($"这里是最新的 {SavedViews.MostLower} 个", await browser.GetStringAsync(new Uri("/customers?view=all&views=lower", UriKind.Relative), Ct), StringComparison.Ordinal);
    }
}
