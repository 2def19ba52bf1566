using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Platform;

/// <summary>Records of every kind in the palette.</summary>
public sealed class PaletteTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_is_found_by_every_key_it_has_and_only_within_the_scope(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Customer(app, "n1", new() { Name = "重庆长安物流有限公司", ShortName = "长安物流", CreditCode = "91350100M000100Y43", Phone = "+86 138-1234-5678" });
        await Customer(app, "n1", new() { Name = "重庆江北化工有限公司" });
        await Customer(app, "s1", new() { Name = "厦门建发股份有限公司" });
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        using var group = await app.Api("group");
        using var s1 = await app.Api("s1");

        foreach (var q in new[] { "长安物流", "重庆长安", "cqca", "zqca", "changan", "chongqingchangan", made.Number, made.Number.ToLowerInvariant(), $"{made.Id:00}", "9135 0100".Replace(" ", "", StringComparison.Ordinal), "91350100M000100Y43", "13812345678", "138 1234 5678", "5678", "重庆 物流" })
        {
            Assert.True((await Found(n1, q)) is ["重庆长安物流有限公司", ..], q);
        }

        Assert.Equal("重庆长安物流有限公司", (await Found(north, "cqca"))[0]);
        Assert.Equal("重庆长安物流有限公司", (await Found(group, "cqca"))[0]);
        Assert.Empty(await Found(s1, "长安物流"));
        Assert.Empty(await Found(s1, made.Number));
        Assert.Empty(await Found(n1, "xm"));
        Assert.Equal(["厦门建发股份有限公司"], await Found(s1, "xm"));
        Assert.Equal(["厦门建发股份有限公司"], await Found(group, "xiamen"));
        var hit = Hits(await Ask(n1, "cqca"), "customer")[0];
        Assert.Equal($"/customers/{made.Id}", hit.GetProperty("href").GetString());
        Assert.Contains("n1 网点", hit.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.False(hit.GetProperty("near").GetBoolean());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_slip_finds_the_customer_that_was_meant_and_says_that_it_is_near(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Customer(app, "n1", new() { Name = "石家庄天泰光禾商贸有限公司" });
        await Customer(app, "n1", new() { Name = "唐山东方钢铁有限公司" });
        await Customer(app, "s1", new() { Name = "天泰光禾贸易南方公司" });
        using var n1 = await app.Api("n1");

        foreach (var q in new[] { "天太光禾", "天泉光禾", "天光禾", "天泰光光禾", "天泰禾光", "tiantqiguanghe", "tianaiguanghe", "tiantaaiguang", "itantaiguang", "tyghsm", "石家庄天大光禾商贸" })
        {
            var hits = Hits(await Ask(n1, q), "customer");
            Assert.True(hits is [var only] && only.GetProperty("title").GetString() == "石家庄天泰光禾商贸有限公司" && only.GetProperty("near").GetBoolean(), $"{q}: {string.Join(',', hits)}");
        }

        using var north = await app.Api("north");
        foreach (var q in new[] { "beifanggongsi", "beifnggongsi", "bei fagn", "北芳公司" })
        {
            Assert.True(Hits(await Ask(north, q), "unit") is [var unit] && unit.GetProperty("title").GetString() == "北方公司" && unit.GetProperty("near").GetBoolean() == (q != "beifanggongsi"), q);
        }

        Assert.Empty(Hits(await Ask(n1, "beifnggongsi"), "unit"));
        Assert.Empty(await Found(n1, "天大地大"));
        Assert.False(Hits(await Ask(n1, "天泰光禾"), "customer")[0].GetProperty("near").GetBoolean());
        Assert.NotEmpty((await Ask(n1, "天大地大")).GetProperty("offers").EnumerateArray());
        Assert.Empty((await Ask(n1, "龘")).GetProperty("offers").EnumerateArray());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_contact_is_found_by_name_and_phone_until_it_lies_in_the_bin(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Customer(app, "n1", new() { Name = "甲公司" });
        var contact = await Person(app, "n1", made.Id, new() { Name = "单建国", Title = "处长", Mobile = "0086 139 8765 4321", Phone = "0512-66554433" });
        var first = await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Create(new() { Name = "乙公司" }, [new() { Name = "曾晓明", Mobile = "13700001111", MobileDigits = "13700001111", CreatedAt = app.Clock.GetUtcNow().UtcDateTime }], null, Ct));
        Assert.Null(first.Refusal);
        using var n1 = await app.Api("n1");
        using var s1 = await app.Api("s1");

        foreach (var q in new[] { "单建国", "建国", "sjg", "djg", "shanjianguo", "danjianguo", "jianguo", "13987654321", "139 8765 4321", "4321", "66554433", "0512-66554433" })
        {
            Assert.True((await Found(n1, q, "contact")) is ["单建国"], q);
            Assert.Empty(await Found(s1, q, "contact"));
        }

        Assert.Equal(["曾晓明"], await Found(n1, "zxm", "contact"));
        var near = Hits(await Ask(n1, "单建过"), "contact");
        Assert.True(near is [var one] && one.GetProperty("near").GetBoolean());
        var hit = Hits(await Ask(n1, "sjg"), "contact")[0];
        Assert.Equal($"/customers/{made.Id}/contacts/{contact.Id}", hit.GetProperty("href").GetString());
        Assert.Contains("甲公司", hit.GetProperty("hint").GetString(), StringComparison.Ordinal);

        await Person(app, "n1", made.Id, new() { Name = "单新国" }, contact.Id);
        Assert.Empty(await Found(n1, "单建国", "contact"));
        Assert.Equal(["单新国"], await Found(n1, "sxg", "contact"));
        await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Bin(made.Id, contact.Id, into: true, null, Ct));
        Assert.Empty(await Found(n1, "sxg", "contact"));
        await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Bin(made.Id, contact.Id, into: false, null, Ct));
        Assert.Equal(["单新国"], await Found(n1, "sxg", "contact"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Waybills_units_and_people_are_found_within_the_scope(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Customer(app, "n1", new() { Name = "甲公司" });
        var actor = await app.ActorOf("n1");
        await app.With<RecordWaybills, RecordWaybills.Answer[]>(actor, r => r.Run("TMS", [new WaybillDraft { ExternalNo = "HY0012345", Customer = made.Number, Date = new(2026, 3, 1) }, new WaybillDraft { ExternalNo = "HY0012999", Customer = made.Number, Date = new(2026, 3, 1) }], createCustomers: false, Ct));
        var saved = await app.With<SaveEmployee, Result<Employee>>(System, s => s.Run(null, null, new() { Number = "E77", Name = "欧阳修", UnitId = actor.UnitId }, Ct));
        Assert.Null(saved.Refusal);
        using var n1 = await app.Api("n1");
        using var s1 = await app.Api("s1");

        Assert.Equal(["HY0012345"], await Found(n1, "HY0012345", "waybill"));
        Assert.Equal(["HY0012345", "HY0012999"], await Found(n1, "hy0012", "waybill"));
        Assert.Empty(await Found(s1, "HY0012345", "waybill"));
        Assert.Empty(await Found(s1, "HY0012", "waybill"));
        var all = (await Ask(n1, "HY0012")).GetProperty("groups").EnumerateArray().Single(g => g.GetProperty("kind").GetString() == "waybill").GetProperty("all").GetString()!;
        var listed = await n1.GetFromJsonAsync<JsonElement>("/api/v1" + all, Ct);
        Assert.Equal(["HY0012345", "HY0012999"], listed.GetProperty("items").EnumerateArray().Select(w => w.GetProperty("externalNo").GetString()).Order());
        Assert.Equal(["n1 网点"], await Found(n1, "n1", "unit"));
        Assert.Empty(await Found(s1, "n1", "unit"));
        Assert.Equal(["欧阳修"], await Found(n1, "oyx", "employee"));
        Assert.Equal(["欧阳修"], await Found(n1, "欧洋修", "employee")); // Mistyped as it is said.
        Assert.Empty(await Found(s1, "欧洋修", "employee"));
        Assert.Empty(await Found(s1, "oyx", "employee"));
        using var north = await app.Api("north");
        Assert.Equal(["北方公司"], await Found(north, "bfgs", "unit"));
        await app.In(System, async db =>
        {
            db.Add(new RailCrm.Modules.Reference.Station { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen" });
            return await db.SaveChangesAsync(Ct);
        });
        foreach (var typed in new[] { "高桥", "gqz", "GZD" })
        {
            Assert.Equal(["高桥镇"], await Found(north, typed, "station"));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whatever_is_typed_has_an_answer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Customer(app, "n1", new() { Name = "甲_乙%公司" });
        using var browser = await app.SignedIn("n1");

        foreach (var q in new[] { "\" * NEAR( AND -", "'", "\\", "%", "_", "甲%", "' OR 1=1 --", "\0甲乙", "𠮷𠮷𠮷", "𠮷", "a 𠮷𠮷 b", new string('天', 600), new string('a', 3_000), string.Concat(Enumerable.Repeat("𠮷", 90)), "1", "王", "ﾃｽﾄ", "🚂🚃", "<script>", "a b c d e f g h i j k l m n o p q r s t u v w x y z" })
        {
            using var answer = await browser.GetAsync(new Uri($"/api/v1/palette?q={Uri.EscapeDataString(q)}", UriKind.Relative), Ct);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{q[..Math.Min(20, q.Length)]}: {answer.StatusCode}");
            using var page = await browser.GetAsync(new Uri($"/search?q={Uri.EscapeDataString(q)}", UriKind.Relative), Ct);
            Assert.True(page.StatusCode == HttpStatusCode.OK, $"{q[..Math.Min(20, q.Length)]}: {page.StatusCode}");
        }

        Assert.Equal(["甲_乙%公司"], await Found(browser, "甲乙"));
        var html = await browser.GetStringAsync(new Uri("/search?q=甲乙", UriKind.Relative), Ct);
        Assert.Contains("甲_乙%公司", html, StringComparison.Ordinal);
        Assert.Contains("href=\"/customers?q=%E7%94%B2%E4%B9%99\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", await browser.GetStringAsync(new Uri("/search?q=%3Cscript%3Ealert(1)%3C/script%3E", UriKind.Relative), Ct), StringComparison.Ordinal);
    }
}
