using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Whoever writes one after the other says once what they have in common.</summary>
public sealed class SaveAnotherTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Led(HttpClient browser, HttpResponseMessage answer)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.Found, await answer.Content.ReadAsStringAsync(Ct));
        return WebUtility.HtmlDecode(await browser.GetStringAsync(answer.Headers.Location, Ct));
    }

    private static string At(CrmApp app, HttpResponseMessage answer) => new Uri(app.Address, answer.Headers.Location!).AbsolutePath;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_next_waybill_has_the_customer_the_day_and_the_unit_of_the_one_before_and_nothing_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        using var browser = await app.SignedIn("north");
        Dictionary<string, string> Filled(string then) => new() { ["Form.Customer"] = customer.Number, ["Form.Date"] = "2026/2/5", ["Form.Unit"] = "N2", ["Form.Service"] = "handling", ["Form.Revenue"] = "12", ["Form.Note"] = "第一条", ["Form.ExternalNo"] = $"S-{then}", ["Then"] = then };

        using var saved = await CrmApp.Submit(browser, "/waybills/new", "waybill", Filled("another"));
        var next = await Led(browser, saved);

        Assert.Contains($"name=\"Form.Customer\" type=\"text\" value=\"{customer.Number} 甲公司\"", next, StringComparison.Ordinal);
        Assert.Matches("name=\"Form.Date\"[^>]*value=\"2026-02-05\"", next);
        Assert.Matches("<option value=\"N2\" selected", next);
        Assert.Matches("<option value=\"transport\" selected", next);
        Assert.DoesNotContain("第一条", next, StringComparison.Ordinal);
        Assert.Contains("已保存，请填写下一条", next, StringComparison.Ordinal);
        using var open = await CrmApp.Submit(browser, "/waybills/new", "waybill", Filled("open"));
        Assert.Matches("^/waybills/[0-9]+$", At(app, open));
        Assert.Equal(2, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
        Assert.DoesNotContain("value=\"another\"", await browser.GetStringAsync(new Uri($"{At(app, open)}/edit", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_next_contact_is_of_the_same_customer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        using var browser = await app.SignedIn("n1");
        var path = $"/customers/{customer.Id}/contacts/new";

        using var saved = await CrmApp.Submit(browser, path, "contact", new() { ["Form.Name"] = "王伟", ["Works"] = "true", ["Then"] = "another" });
        Assert.Equal(path, At(app, saved));
        var next = await Led(browser, saved);
        Assert.Contains("已保存联系人“王伟”", next, StringComparison.Ordinal);
        Assert.Equal("", Regex.Match(next, "name=\"Form.Name\"[^>]*value=\"([^\"]*)\"").Groups[1].Value);
        using var open = await CrmApp.Submit(browser, path, "contact", new() { ["Form.Name"] = "李娜", ["Works"] = "true", ["Then"] = "open" });
        Assert.Equal($"/customers/{customer.Id}/contacts", At(app, open));
        Assert.Equal(2, await app.In(System, db => db.Set<Contact>().CountAsync(Ct)));
    }
}
