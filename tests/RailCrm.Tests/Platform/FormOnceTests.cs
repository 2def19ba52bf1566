using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;

namespace RailCrm.Tests.Platform;

public sealed class FormOnceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Dictionary<string, string>> Form(HttpClient browser, string path)
    {
        var page = await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
        string Hidden(string name) => Regex.Match(page, $"name=\"{name}\" value=\"([^\"]+)\"").Groups[1].Value;
        return new() { ["__RequestVerificationToken"] = Hidden("__RequestVerificationToken"), [FormOnce.Field] = Hidden(FormOnce.Field), ["_handler"] = "customer" };
    }

    private static async Task<Uri?> Send(HttpClient browser, Dictionary<string, string> fields)
    {
        using var content = new FormUrlEncodedContent(fields);
        using var answer = await browser.PostAsync(new Uri("/customers/new", UriKind.Relative), content, Ct);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return answer.Headers.Location;
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_form_sent_twice_at_once_makes_one_customer_and_leads_both_senders_to_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        for (var i = 0; i < 5; i++)
        {
            var fields = await Form(browser, "/customers/new");
            fields["Form.Name"] = $"双击公司{i}";

            var led = await Task.WhenAll(Send(browser, fields), Send(browser, fields));

            Assert.Equal(led[0], led[1]);
        }

        Assert.Equal(5, await app.In(Actor.System("test"), db => db.Set<Customer>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_goes_back_and_fills_in_something_else_makes_something_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        var fields = await Form(browser, "/customers/new");
        fields["Form.Name"] = "第一家";
        var first = await Send(browser, fields);
        fields["Form.Name"] = "第二家";

        Assert.NotEqual(first, await Send(browser, fields));
        Assert.Equal(2, await app.In(Actor.System("test"), db => db.Set<Customer>().CountAsync(Ct)));
    }
}
