using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

public sealed class SavedViewUnitTests
{
    private const string Unit = nameof(SavedViews.Input.Unit);

    private static readonly CustomerList List = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Result<SavedView>> Save(CrmApp app, string who, SavedView? over, string? unit, string address = "?tier=large") =>
        await app.With<SavedViews, Result<SavedView>>(await app.ActorOf(who), v => v.Save(List, over?.Id, null, new() { Name = over?.Name ?? $"视图{Guid.NewGuid():N}"[..20], Address = address, Share = true, Unit = unit }, Ct));

    private static async Task<SavedView> Shared(CrmApp app, string who, string? unit) => (await Save(app, who, null, unit)).TryGet(out var view, out var refusal) ? view : throw new InvalidOperationException(refusal.Code);

    private static (string?, string?) Wrong(Result<SavedView> result) => result.Refusal is Refusal.InvalidMany { Errors: [var error] } ? (error.Code, error.Field) : (result.Refusal?.Code, null);

    private static async Task<long> IdOf(CrmApp app, string code) => await app.In(Actor.System("test"), db => db.Set<OrgUnit>().Where(u => u.Code == code).Select(u => u.Id).SingleAsync(Ct));

    private static Task<int> Close(CrmApp app, string code, bool open = false) => app.In(Actor.System("test"), db => db.Set<OrgUnit>().Where(u => u.Code == code).ExecuteUpdateAsync(s => s.SetProperty(u => u.Active, open), Ct));

    private static async Task Move(CrmApp app, string who, string code)
    {
        var to = await IdOf(app, code);
        await app.In(Actor.System("test"), db => db.Set<User>().Where(u => u.UserName == who).ExecuteUpdateAsync(s => s.SetProperty(u => u.UnitId, to), Ct));
    }

    private static async Task<IEnumerable<string>> Seen(CrmApp app, string who) =>
        (await app.With<SavedViews, SavedViews.Choices>(await app.ActorOf(who), v => v.Of(List, Ct))).Views.Where(v => !v.IsSystem).Select(v => v.Name);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_owner_who_moved_away_changes_nothing_that_the_former_unit_sees_until_it_is_shared_elsewhere(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var view = await Shared(app, "n1", null);
        Assert.Contains(view.Name, await Seen(app, "n1"));
        await Move(app, "n1", "S1");

        Assert.Equal(("list.view_unit_left", Unit), Wrong(await Save(app, "n1", view, null, "?tier=small")));
        Assert.Equal(("list.view_unit_wrong", Unit), Wrong(await Save(app, "n1", view, "N1", "?tier=small")));
        Assert.Equal("tier=large", await app.In(Actor.System("test"), db => db.Set<SavedView>().Where(v => v.Id == view.Id).Select(v => v.Address).SingleAsync(Ct)));
        Assert.True((await Save(app, "n1", view, "", "?tier=small")).TryGet(out var kept, out _));
        Assert.Equal(await IdOf(app, "S1"), kept.UnitId);
        Assert.Contains(view.Name, await Seen(app, "s1"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_closed_unit_takes_no_view_and_keeps_none_that_is_saved_again(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var view = await Shared(app, "north", "N1");
        var outside = await Shared(app, "s1", null);
        await Close(app, "N1");
        await Close(app, "S1");

        Assert.Equal(("list.view_unit_closed", Unit), Wrong(await Save(app, "north", view, null)));
        Assert.Equal(("list.view_unit_closed", Unit), Wrong(await Save(app, "north", view, "N1")));
        Assert.Equal(("list.view_unit_closed", Unit), Wrong(await Save(app, "s1", outside, ""))); // One's own, too.
        Assert.Equal(("list.view_unit_wrong", Unit), Wrong(await Save(app, "north", view, "S1"))); // Of another's unit not even that is told.
        await Close(app, "N1", open: true);
        Assert.Null((await Save(app, "north", view, null)).Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_name_that_two_open_units_of_ones_own_have_asks_for_the_code(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(Actor.System("test"), async db =>
        {
            foreach (var (under, code) in new[] { ("N", "NA"), ("N", "NB"), ("S", "SA") })
            {
                await OrgUnit.Add(db, new OrgUnit(await db.Set<OrgUnit>().SingleAsync(u => u.Code == under, Ct), code, "中心营业部"), Ct);
            }

            return true;
        });

        Assert.Equal(("list.view_unit_several", Unit), Wrong(await Save(app, "north", null, "中心营业部")));
        Assert.Equal(await IdOf(app, "NB"), (await Shared(app, "north", "NB")).UnitId);
        Assert.Equal(await IdOf(app, "SA"), (await Shared(app, "south", "中心营业部")).UnitId); // The others are not within sight.
        await Close(app, "NA");
        Assert.Equal(await IdOf(app, "NB"), (await Shared(app, "north", "中心营业部")).UnitId);
        await Close(app, "NB");
        Assert.Equal(("list.view_unit_closed", Unit), Wrong(await Save(app, "north", null, "中心营业部")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_api_tells_an_emptied_unit_from_a_missing_one_and_names_the_field_that_is_wrong(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var view = await Shared(app, "north", "N1");
        using var api = await app.Api("north");
        async Task<HttpResponseMessage> Put(object input) => await api.PutAsJsonAsync($"/api/v1/customers/views/{view.Id}", input, Ct);
        async Task<string?> UnitOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("unit").GetString();

        using var missing = await Put(new { name = view.Name, address = "?tier=large", share = true });
        Assert.Equal("N1", await UnitOf(missing));
        using var emptied = await Put(new { name = view.Name, address = "?tier=large", share = true, unit = "" });
        Assert.Equal("N", await UnitOf(emptied));
        await Close(app, "N");
        using var closed = await Put(new { name = view.Name, address = "?tier=large", share = true });
        Assert.Equal(HttpStatusCode.BadRequest, closed.StatusCode);
        Assert.Contains("unit", (await closed.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").EnumerateObject().Select(e => e.Name), StringComparer.OrdinalIgnoreCase);
    }
}
