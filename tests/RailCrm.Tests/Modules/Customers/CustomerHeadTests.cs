using System.Net;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Records;
using RailCrm.Tests.Modules.Waybills;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>What a customer's pages show on top, and what they take along.</summary>
public sealed class CustomerHeadTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Page(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_tab_tells_the_account_manager_and_the_key_figures(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await CustomerPagesTests.Created(app, new { name = "甲公司" });
        var s1 = await app.ActorOf("s1");
        await app.In(System, async db =>
        {
            await db.Set<User>().Where(u => u.Id == s1.UserId).ExecuteUpdateAsync(u => u.SetProperty(p => p.DisplayName, "王经理"), Ct);
            db.Add(new CustomerGrant { CustomerId = id, UserId = s1.UserId, Reason = "manager" });
            return await db.SaveChangesAsync(Ct);
        });
        using var browser = await app.SignedIn("n1");

        foreach (var tab in new[] { "", "/contacts", "/attachments", "/notes", "/history" })
        {
            var page = await Page(browser, $"/customers/{id}{tab}");
            Assert.Contains("· 客户经理 王经理 ·", page, StringComparison.Ordinal);
            Assert.Contains("class=\"rc-figures\"", page, StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_view_that_led_to_a_customer_stays_along_through_editing_deactivating_and_the_kinds_of_its_history(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await CustomerPagesTests.Created(app, new { name = "甲公司" });
        using var browser = await app.SignedIn("n1");
        const string Along = "?in=sort%3D-revenue";

        Assert.Contains($"href=\"/customers/{id}/edit{Along}\"", await Page(browser, $"/customers/{id}{Along}"), StringComparison.Ordinal);
        Assert.Contains($"href=\"/customers/{id}/history?kind=record&in=sort%3D-revenue\"", await Page(browser, $"/customers/{id}/history{Along}"), StringComparison.Ordinal);
        var form = await browser.GetStringAsync(new Uri($"/customers/{id}/edit{Along}", UriKind.Relative), Ct);
        Assert.Contains($"href=\"/customers/{id}{Along}\"", form, StringComparison.Ordinal);
        using var saved = await CustomerPagesTests.Post(browser, $"/customers/{id}/edit{Along}", CustomerPagesTests.Filled(form));
        Assert.EndsWith($"/customers/{id}{Along}", saved.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var page = await browser.GetStringAsync(new Uri($"/customers/{id}{Along}", UriKind.Relative), Ct);
        using var stopped = await CustomerPagesTests.Post(browser, $"/customers/{id}{Along}", CustomerPagesTests.Filled(page), "active");
        Assert.EndsWith($"/customers/{id}{Along}", stopped.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.False((await CustomerPagesTests.Stored(app, id)).Active);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_that_hangs_on_another_is_shown_on_the_record_only_where_the_form_would_ask_for_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await CustomFieldTests.Define(app, CustomKind.Text, "央企代码", of => (of.WhenField, of.WhenValues) = (nameof(Customer.OwnershipType), ["stateOwned"]));
        var (state, other) = (await CustomerPagesTests.Created(app, new { name = "国企", ownershipType = "stateOwned" }), await CustomerPagesTests.Created(app, new { name = "民企", ownershipType = "private" }));
        using var browser = await app.SignedIn("n1");

        Assert.Contains("<dt>央企代码</dt>", await Page(browser, $"/customers/{state}"), StringComparison.Ordinal);
        Assert.DoesNotContain("<dt>央企代码</dt>", await Page(browser, $"/customers/{other}"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Customers_and_waybills_are_starred_and_followed_in_numbers_and_no_more_and_those_out_of_sight_are_refused(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine);
        var n1 = await app.ActorOf("n1");
        var own = await app.In(System, db => db.Set<Customer>().Where(c => c.UnitId == n1.UnitId).Select(c => c.Id).ToListAsync(Ct));
        var (foreign, lines) = await app.In(System, async db => (
            await db.Set<Customer>().Where(c => c.Name.StartsWith("s1")).Select(c => c.Id).FirstAsync(Ct), await db.Set<WaybillLine>().Where(w => own.Contains(w.CustomerId)).OrderBy(w => w.Id).Select(w => w.Id).Take(3).ToListAsync(Ct)));
        async Task<(int, int, int)> Worked(string list, string act, params IEnumerable<long> ids)
        {
            var seen = await WorkOnRowsTests.Work(app, "n1", new() { List = list, Act = act, Ids = [.. ids] });
            return (seen.Counts.GetValueOrDefault("done"), seen.Counts.GetValueOrDefault("same"), seen.Counts.GetValueOrDefault("refused"));
        }

        Task<int> Marked(string kind, string mark) => app.In(System, db => db.Set<RecordMark>().CountAsync(m => m.UserId == n1.UserId && m.RecordKind == kind && m.Mark == mark, Ct));
        Assert.Equal((2, 0, 1), await Worked("customers", "star", [.. own, foreign]));
        Assert.Equal((0, 2, 0), await Worked("customers", "star", own));
        Assert.Equal((2, 0, 0), await Worked("customers", "follow", own));
        Assert.Equal((1, 0, 0), await Worked("customers", "unstar", own[0]));
        Assert.Equal((1, 2), (await Marked(RecordKind.Customer, RecordMark.Favourite), await Marked(RecordKind.Customer, RecordMark.Follow)));
        Assert.Equal((3, 0, 0), await Worked("waybills", "follow", lines));
        Assert.Equal((3, 0, 0), await Worked("waybills", "unfollow", lines));
        Assert.Equal((3, 0, 0), await Worked("waybills", "star", lines));
        Assert.Equal((3, 0), (await Marked(RecordKind.Waybill, RecordMark.Favourite), await Marked(RecordKind.Waybill, RecordMark.Follow)));
    }
}
