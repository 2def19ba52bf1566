using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Two edits of one line at once: only what both changed is asked.</summary>
public sealed class WaybillConflictTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static WaybillForm Said(string revenue, string unit, string note, string own) => new() { Customer = "KH-1 甲公司", Date = "2026-03-01", Service = "transport", Unit = "N1", Revenue = revenue, RevenueUnit = unit, Note = note, Custom = new() { ["a"] = own } };

    [Fact]
    public void Values_are_compared_by_what_they_mean_and_only_what_both_changed_is_asked()
    {
        var conflict = WaybillConflict.Between(Said("0.1", "wan", "我的", "x"), Said("1000", "yuan", "别人的", "y"), Said("1,000.00", "yuan", "原来", "y"), key => key);

        Assert.Equal(["Note"], conflict.Asked.Select(r => r.Field));
        Assert.Empty(conflict.Taken);
        Assert.Equal(("我的", "别人的"), (conflict.Asked[0].Mine, conflict.Asked[0].Stored));
        var mine = Said("5", "wan", "我的", "x");
        WaybillConflict.Take(mine, Said("7", "yuan", "别人的", "y"), ["Revenue", "Custom.a"]);
        Assert.Equal(("7", "yuan", "我的", "y"), (mine.Revenue, mine.RevenueUnit, mine.Note, mine.Custom!["a"]));
        Assert.Null(WaybillConflict.Began("{\"Form\":null}"));
        Assert.Null(WaybillConflict.Began("[wrong"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Edits_of_different_fields_go_together_and_of_the_same_field_the_writer_chooses(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await CustomFieldTests.Define(app, CustomKind.Text, "票据", list: "waybills");
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        Assert.True((await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(null, null, Draft(100, "原话"), Ct))).TryGet(out var id, out _));
        using var browser = await app.SignedIn("n1");
        var path = $"/waybills/{id}/edit";
        WaybillDraft Draft(long revenue, string note, string? own = null) => new() { ExternalNo = "A1", Customer = customer.Number, Date = new(2026, 3, 1), Unit = "N1", RevenueFen = revenue, Note = note, Custom = own is null ? null : new() { ["x_piaoju"] = own } };
        Dictionary<string, string> Filled(string page, string revenue, string note) => new()
        {
            ["State"] = Value(page, "State"), ["Start"] = Value(page, "Start"), ["Form.Customer"] = $"{customer.Number} 甲公司", ["Form.Date"] = "2026-03-01", ["Form.Unit"] = "N1", ["Form.Service"] = "transport", ["Form.Revenue"] = revenue, ["Form.Note"] = note, ["Form.Custom.x_piaoju"] = "",
        };

        var opened = await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
        Assert.Null((await app.With<SaveWaybill, Result<long>>(await app.ActorOf("north"), async s => await s.Run(id, null, Draft(100, "北方的话", "电子"), Ct))).Refusal);
        using var together = await CrmApp.Submit(browser, path, "waybill", Filled(opened, "2", "原话"));
        Assert.Equal(HttpStatusCode.Found, together.StatusCode);
        Assert.Equal((200, "北方的话", """{"x_piaoju":"电子"}"""), await Now());

        opened = await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
        Assert.Empty((await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run("manual", [Draft(300, "北方的话")], createCustomers: false, Ct)))[0].Errors);
        using var both = await CrmApp.Submit(browser, path, "waybill", Filled(opened, "4", "北方的话"));
        var shown = await both.Content.ReadAsStringAsync(Ct);
        var asked = WebUtility.HtmlDecode(shown);
        Assert.Equal(HttpStatusCode.OK, both.StatusCode);
        Assert.Contains("导入的文件或其他系统修改了这条运单", asked, StringComparison.Ordinal);
        Assert.Contains("name=\"Pick[Revenue]\" value=\"stored\"", asked, StringComparison.Ordinal);
        Assert.Equal(["4 元", "3 元"], Regex.Matches(asked, "value=\"(?:mine|stored)\"[^>]*> *<span>([^<]+)</span>").Select(m => m.Groups[1].Value));
        Assert.Equal(300, (await Now()).Revenue);

        var chosen = Filled(shown, "4", "我的话");
        chosen["Pick[Revenue]"] = "stored";
        using var done = await CrmApp.Submit(browser, path, "waybill", chosen);
        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        Assert.Equal((300, "我的话"), await Now() is var now ? (now.Revenue, now.Note) : default);
        Assert.Equal((0L, 0L, 0L), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));

        Task<(long Revenue, string? Note, string? Own)> Now() => app.In(System, async db => await db.Set<WaybillLine>().AsNoTracking().SingleAsync(Ct) is var w ? (w.RevenueFen, w.Note, w.Custom) : default);
    }

    private static string Value(string page, string name) => WebUtility.HtmlDecode(Regex.Match(page, $"name=\"{name}\" value=\"([^\"]*)\"").Groups[1].Value);
}
