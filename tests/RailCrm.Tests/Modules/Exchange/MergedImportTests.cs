using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Tests.Modules.Customers;
using static RailCrm.Tests.Modules.Exchange.ImportHttp;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Files that are older than a merge: they name customers that became part of others.</summary>
public sealed class MergedImportTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A list of the product's own export, by a browser's session.</summary>
    private static async Task<byte[]> Exported(HttpClient browser, string list)
    {
        var page = await browser.GetStringAsync(new Uri($"/{list}", UriKind.Relative), Ct);
        var token = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("format", "csv")]);
        using var answer = await browser.PostAsync(new Uri($"/{list}/export", UriKind.Relative), form, Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        return await answer.Content.ReadAsByteArrayAsync(Ct);
    }

    private static async Task<(CrmApp App, HttpClient Api, HttpClient Browser, long Stays, long Goes)> Scene(Engine engine)
    {
        var app = await CrmApp.Start(engine);
        var (api, browser) = (await app.Api("north"), await app.SignedIn("north"));
        var units = await app.In(System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        var stays = await MergeScene.Create(api, new { name = "北方煤业有限公司", unitId = units["N1"], phone = "010-66554433", shareholders = new[] { new { name = "北方集团", sharePercent = 60m } } });
        var goes = await MergeScene.Create(api, new { name = "大屯运销处", unitId = units["N2"], creditCode = MergeScene.Code, phone = "010-11112222", legalRepresentative = "赵旧", shareholders = new[] { new { name = "职工", sharePercent = 100m } } });
        using var contact = await api.PostAsJsonAsync($"/api/v1/customers/{goes}/contacts", new { name = "李娜", mobile = "13812345678" }, Ct);
        Assert.True(contact.IsSuccessStatusCode);
        return (app, api, browser, stays, goes);
    }

    private static async Task Merge(HttpClient api, long stays, long goes)
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/customers/merge", new { survivorId = stays, loserIds = new[] { goes } }, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_list_of_contacts_exported_before_a_merge_finds_those_of_the_one_that_stayed(Engine engine)
    {
        var (app, api, browser, stays, goes) = await Scene(engine);
        await using var closed = app;
        var file = await Exported(browser, "contacts");
        await Merge(api, stays, goes);

        var import = await Loaded(api, "contacts", file);
        var byName = await Loaded(api, "contacts", Utf8("客户,姓名,手机\n大屯运销处,王新,13900001111\n"));

        Assert.True(Number(import, "rowsRejected") == 0 && Number(byName, "rowsRejected") == 0, $"{import} {byName}");
        Assert.Equal([("李娜", stays), ("王新", stays)], await app.In(System, async db => (await db.Set<Contact>().OrderBy(k => k.Name).Select(k => new { k.Name, k.CustomerId }).ToListAsync(Ct)).Select(k => (k.Name, k.CustomerId)).OrderBy(k => k.Name, StringComparer.Ordinal)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_list_of_customers_exported_before_a_merge_fills_what_the_one_that_stayed_lacks_and_changes_nothing_else(Engine engine)
    {
        var (app, api, browser, stays, goes) = await Scene(engine);
        await using var closed = app;
        var file = await Exported(browser, "customers");
        await Merge(api, stays, goes);
        await app.In(System, db => db.Set<Customer>().Where(c => c.Id == stays).ExecuteUpdateAsync(s => s.SetProperty(c => c.LegalRepresentative, (string?)null), Ct));
        var before = await app.In(System, db => db.Set<Customer>().AsNoTracking().SingleAsync(c => c.Id == stays, Ct));

        var import = await Loaded(api, "customers", file);
        var byName = await Loaded(api, "customers", Utf8("客户名称,简称\n大屯运销处,大屯\n"));

        Assert.True(Number(import, "rowsRejected") == 0 && Number(byName, "rowsRejected") == 0, $"{import} {byName}");
        var after = await app.In(System, db => db.Set<Customer>().AsNoTracking().Include(c => c.Shareholders).SingleAsync(c => c.Id == stays, Ct));
        Assert.Equal((before.Name, before.UnitId, before.Phone, before.CreditCode), (after.Name, after.UnitId, after.Phone, after.CreditCode));
        Assert.Equal(("赵旧", "大屯"), (after.LegalRepresentative, after.ShortName));
        Assert.Contains(after.Shareholders, s => s.Name == "北方集团");
        Assert.Equal(1, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_review_compares_the_main_contact_of_an_old_number_or_name_with_that_of_the_one_that_stayed(Engine engine)
    {
        var (app, api, _, stays, goes) = await Scene(engine);
        await using var closed = app;
        var number = await app.In(System, db => db.Set<Customer>().Where(c => c.Id == goes).Select(c => c.Number).SingleAsync(Ct));
        await Merge(api, stays, goes);
        await app.In(System, db => db.Set<Contact>().Where(k => k.CustomerId == stays).ExecuteUpdateAsync(s => s.SetProperty(k => k.IsMain, true), Ct));
        var north = await app.ActorOf("north");

        var look = await ReviewUse.Look(app, north, await ReviewUse.Checked(app, north, "customers", $"客户编号,客户名称,主联系人,联系人手机\n{number},大屯运销处,李娜,13812345678\n,大屯运销处,李娜,13812345678\n,大屯运销处,李娜,13900139000\n"));

        Assert.Equal(["unchanged", "unchanged", "updated"], look.Rows.Select(r => r.Outcome));
        Assert.All(look.Rows, r => Assert.Equal($"/customers/{stays}", look.Met[r.Number].Href));
        Assert.Equal((0, 0), (look.Met[2].Changes.Count, look.Met[3].Changes.Count));
        Assert.Equal(new CellChange("contactMobile", "13812345678", "13900139000"), Assert.Single(look.Met[4].Changes));
    }
}
