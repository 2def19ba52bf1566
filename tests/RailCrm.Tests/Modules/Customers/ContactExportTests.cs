using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Contacts taken away as a file, and told by the API.</summary>
public sealed class ContactExportTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<HttpResponseMessage> Export(HttpClient browser, string view, string format)
    {
        var page = await browser.GetStringAsync(new Uri("/contacts", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["format"] = format });
        return await browser.PostAsync(new Uri($"/contacts/export{view}", UriKind.Relative), form, Ct);
    }

    private static async Task<(CrmApp App, Customer North, Contact Wang)> Filled(Engine engine)
    {
        var app = await CrmApp.Start(engine);
        await RailCrm.Tests.Platform.CustomFieldTests.Define(app, CustomKind.Text, "企业微信", list: "contacts");
        var (north, south) = (await Customer(app, "n1", new() { Name = "甲公司" }), await Customer(app, "s1", new() { Name = "乙公司" }));
        var wang = await Person(app, "n1", north.Id, new() { Name = "王伟", Title = "=1+1", Mobile = "13800000001", Phone = "0512-66554433", Email = "wang@example.cn", Custom = new() { ["x_qiyeweixin"] = "wangwei88" } });
        await Person(app, "n1", north.Id, new() { Name = "李娜", Active = false });
        await Person(app, "s1", south.Id, new() { Name = "赵敏" });
        return (app, north, wang);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_export_holds_what_its_reader_sees_with_own_fields_and_is_written_into_the_audit_trail(Engine engine)
    {
        var (app, north, wang) = await Filled(engine);
        await using var held = app;
        using var browser = await app.SignedIn("n1");

        using var answer = await Export(browser, "?main=true&sort=-name", "csv");
        var lines = (await answer.Content.ReadAsStringAsync(Ct)).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("客户,姓名,职务,手机,电话,邮箱,主联系人,是否在用,第二手机,第二电话,第二邮箱,微信,首选联系方式,合适的联系时间,决策角色,上级,对我态度,影响力,关系亲疏,业务能力,生日,农历生日,习俗与禁忌,停用日期,停用原因,建档人,建档时间,客户全称,企业微信", lines[0]);
        Assert.StartsWith($"{north.Number},{wang.Name},'=1+1,13800000001,0512-66554433,wang@example.cn,是,是,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",甲公司,wangwei88", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
        var audit = await app.In(System, db => db.Set<AuditEntry>().SingleAsync(a => a.Action == "exported", Ct));
        var changes = JsonDocument.Parse(audit.Changes).RootElement;
        Assert.Equal(("n1", "Contact", 1, "csv"), (audit.ActorName, audit.Entity, changes.GetProperty("Rows")[1].GetInt32(), changes.GetProperty("Format")[1].GetString()));
        using var book = await Export(browser, "", "xlsx");
        Assert.Equal("PK", Encoding.ASCII.GetString((await book.Content.ReadAsByteArrayAsync(Ct))[..2]));
        using var none = await Export(browser, "", "docx");
        Assert.Equal(HttpStatusCode.Found, none.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_reader_without_the_permission_takes_nothing_away(Engine engine)
    {
        await using var app = (await Filled(engine)).App;
        await app.In(System, db => db.Set<RolePermission>().Where(p => p.Permission == Permission.Export).ExecuteDeleteAsync(Ct));
        using var browser = await app.SignedIn("n1");

        Assert.DoesNotContain("/contacts/export", await browser.GetStringAsync(new Uri("/contacts", UriKind.Relative), Ct), StringComparison.Ordinal);
        using var answer = await Export(browser, "", "csv");
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Action == "exported", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_api_lists_the_people_of_all_customers_and_tells_one(Engine engine)
    {
        var (app, north, wang) = await Filled(engine);
        await using var held = app;
        using var n1 = await app.Api("n1");
        using var s1 = await app.Api("s1");

        var item = Assert.Single((await n1.GetFromJsonAsync<JsonElement>("/api/v1/contacts?q=wangwei", Ct)).GetProperty("items").EnumerateArray());
        Assert.Equal((wang.Id, north.Id, north.Number, "甲公司", "wangwei88"), (item.GetProperty("id").GetInt64(), item.GetProperty("customerId").GetInt64(), item.GetProperty("customerNumber").GetString(), item.GetProperty("customerName").GetString(), item.GetProperty("custom").GetProperty("x_qiyeweixin").GetString()));
        Assert.Equal(2, (await n1.GetFromJsonAsync<JsonElement>($"/api/v1/contacts?customer={north.Id}", Ct)).GetProperty("items").GetArrayLength());
        Assert.Equal("赵敏", Assert.Single((await s1.GetFromJsonAsync<JsonElement>("/api/v1/contacts", Ct)).GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
        using var one = await n1.GetAsync(new Uri($"/api/v1/customers/{north.Id}/contacts/{wang.Id}", UriKind.Relative), Ct);
        Assert.Equal(("王伟", $"\"{wang.Version}\""), ((await one.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("name").GetString(), one.Headers.ETag?.Tag));
        Assert.Equal(HttpStatusCode.NotFound, (await s1.GetAsync(new Uri($"/api/v1/customers/{north.Id}/contacts/{wang.Id}", UriKind.Relative), Ct)).StatusCode);
    }
}
