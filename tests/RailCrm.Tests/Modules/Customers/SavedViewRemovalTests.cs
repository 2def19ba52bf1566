using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>A view that others see is taken away only after it is told who they are, and can be put back.</summary>
public sealed class SavedViewRemovalTests
{
    private static readonly CustomerList List = new();

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<SavedView> Saved(CrmApp app, string who, string name, bool share = true) =>
        (await app.With<SavedViews, Result<SavedView>>(await app.ActorOf(who), v => v.Save(List, null, null, new() { Name = name, Address = "?tier=large", Share = share }, Ct))).TryGet(out var view, out var refusal) ? view : throw new InvalidOperationException(refusal.Code);

    private static async Task<Refusal?> Do(CrmApp app, string who, Func<SavedViews, Task<Result<SavedView>>> what) => (await app.With(await app.ActorOf(who), what)).Refusal;

    private static async Task<IEnumerable<(string Key, string Name, bool Pinned, bool IsDefault)>> Seen(CrmApp app, string who) =>
        (await app.With<SavedViews, SavedViews.Choices>(await app.ActorOf(who), v => v.Of(List, Ct))).Views.Where(v => !v.IsSystem).Select(v => (v.Key, v.Name, v.Pinned, v.IsDefault));

    private static async Task<HttpResponseMessage> Post(HttpClient browser, long id, string act)
    {
        var token = Regex.Match(await browser.GetStringAsync(new Uri("/customers", UriKind.Relative), Ct), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["act"] = act });
        return await browser.PostAsync(new Uri($"/lists/customers/views/{id}", UriKind.Relative), form, Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Before_a_shared_view_goes_it_is_told_how_many_units_and_accounts_see_it_and_who_chose_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (shared, own) = (await Saved(app, "north", "北方共享"), await Saved(app, "north", "北方自己", share: false));
        Assert.Null((await app.With<SavedViews, Result<string>>(await app.ActorOf("n1"), v => v.SetDefault(List, $"{shared.Id}", true, Ct))).Refusal);
        var path = (await app.ActorOf("north")).UnitPath;
        var (units, people) = await app.In(System, async db =>
        {
            var there = db.Set<RailCrm.Modules.Organization.OrgUnit>().Where(u => u.Path.StartsWith(path));
            return (await there.CountAsync(Ct), await db.Set<User>().CountAsync(u => there.Any(t => t.Id == u.UnitId), Ct));
        });
        Assert.True(units > 2 && people > 2);
        async Task<SavedViews.Reach?> Reach(string who, long id) => await app.With<SavedViews, SavedViews.Reach?>(await app.ActorOf(who), v => v.ReachOf(List, $"{id}", Ct));

        Assert.Equal((units, people, 1), await Reach("north", shared.Id) is { } told ? (told.Units, told.People, told.Chose) : default);
        Assert.Equal((units, people), await Reach("group", shared.Id) is { } above ? (above.Units, above.People) : default);
        Assert.Null(await Reach("n1", shared.Id)); // Sees it, and may not take it away.
        Assert.Null(await Reach("s1", shared.Id));
        Assert.Null(await Reach("north", own.Id)); // Nobody else sees it.

        await app.In(System, db => db.Set<User>().Where(u => u.UserName == "n2").ExecuteUpdateAsync(u => u.SetProperty(p => p.Disabled, true), Ct));
        Assert.Equal(people - 1, (await Reach("north", shared.Id))?.People);

        using var north = await app.SignedIn("north");
        var page = WebUtility.HtmlDecode(await north.GetStringAsync(new Uri($"/customers?view=all&remove={shared.Id}", UriKind.Relative), Ct));
        Assert.Contains("id=\"remove-view\"", page, StringComparison.Ordinal);
        Assert.Matches($"看到它的单位：\\s*<strong class=\"num\">{units}</strong>", page);
        Assert.DoesNotContain("id=\"remove-view\"", await north.GetStringAsync(new Uri($"/customers?view=all&remove={own.Id}", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_put_back_has_its_key_its_owner_and_what_everybody_chose_of_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var shared = await Saved(app, "n1", "网点共享");
        Assert.Null((await app.With<SavedViews, Result<string>>(await app.ActorOf("n1"), v => v.SetDefault(List, $"{shared.Id}", true, Ct))).Refusal);
        var before = await Seen(app, "n1");
        Assert.Equal([($"{shared.Id}", "网点共享", true, true)], before);

        using (var north = await app.SignedIn("north"))
        {
            using var gone = await Post(north, shared.Id, "delete");
            Assert.Equal("/customers?view=all", gone.Headers.Location?.ToString());
            Assert.Empty(await Seen(app, "n1"));
            Assert.IsType<Refusal.NotFound>(await Do(app, "n1", v => v.PutBack(List, shared.Id, Ct))); // Another took it away.
            using var back = await Post(north, shared.Id, "back");
            Assert.Equal($"/customers?view={shared.Id}", back.Headers.Location?.ToString());
        }

        Assert.Equal(before, await Seen(app, "n1"));
        var kept = await app.In(System, db => db.Set<SavedView>().AsNoTracking().SingleAsync(Ct));
        Assert.Equal((shared.Address, shared.OwnerId, shared.UnitId), (kept.Address, kept.OwnerId, kept.UnitId));
        Assert.IsType<Refusal.NotFound>(await Do(app, "north", v => v.PutBack(List, shared.Id, Ct))); // It is there.
        Assert.True((await Saved(app, "n1", "又一个")).Id > shared.Id);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_view_is_put_back_within_an_hour_and_never_beside_another_of_its_name(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var own = await Saved(app, "n1", "自己", share: false);
        Assert.Null(await Do(app, "n1", v => v.Delete(List, own.Id, Ct)));
        var other = await Saved(app, "n1", "自己", share: false);

        Assert.Equal("list.view_back_taken", (await Do(app, "n1", v => v.PutBack(List, own.Id, Ct)))?.Code);

        Assert.Null(await Do(app, "n1", v => v.Delete(List, other.Id, Ct)));
        app.Clock.Advance(SavedViews.PutBackFor);
        Assert.Null(await Do(app, "n1", v => v.PutBack(List, own.Id, Ct)));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<Refusal.NotFound>(await Do(app, "n1", v => v.PutBack(List, other.Id, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_night_takes_away_what_was_chosen_of_views_that_are_gone_and_of_no_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (stays, goes) = (await Saved(app, "n1", "留下"), await Saved(app, "n1", "删去"));
        var n1 = await app.ActorOf("n1");
        Assert.Null((await app.With<SavedViews, Result<string>>(n1, v => v.Pin(List, List.Views[0].Key, false, Ct))).Refusal);
        Assert.Null((await app.With<SavedViews, Result<string>>(n1, v => v.KeepDensity(List, null, true, Ct))).Refusal);
        Task<List<string>> Chosen() => app.In(System, db => db.Set<ListChoice>().OrderBy(c => c.ViewKey).Select(c => c.ViewKey).ToListAsync(Ct));
        string[] left = ["", $"{stays.Id}", List.Views[0].Key];
        Assert.Null(await Do(app, "n1", v => v.Delete(List, goes.Id, Ct)));
        Assert.Equal(left.Append($"{goes.Id}").Order(), (await Chosen()).Order());

        await app.With<IServiceProvider, string>(System, services => Sweep.Run(services, null!, Ct));

        Assert.Equal(left.Order(), (await Chosen()).Order());
    }
}
