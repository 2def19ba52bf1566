using System.Net;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

public sealed class NewContactTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task From_the_list_of_all_contacts_one_names_the_customer_and_is_led_to_its_form_or_told_that_there_is_none(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "北方公司" }, Ct))).TryGet(out var own, out _));
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("s1"), s => s.Run(null, null, new() { Name = "南方公司" }, Ct))).TryGet(out var other, out _));
        using var browser = await app.SignedIn("n1");
        Assert.Contains("href=\"/contacts/new\"", await browser.GetStringAsync(new Uri("/contacts", UriKind.Relative), Ct), StringComparison.Ordinal);

        foreach (var typed in new[] { own.Number, "北方公司" })
        {
            using var led = await browser.GetAsync(new Uri($"/contacts/new?customer={Uri.EscapeDataString(typed)}", UriKind.Relative), Ct);
            Assert.Equal((HttpStatusCode.Found, $"/customers/{own.Id}/contacts/new"), (led.StatusCode, new Uri(app.Address, led.Headers.Location!).AbsolutePath));
        }

        foreach (var typed in new[] { other.Number, "无此公司", "" }) // Another unit's is as unknown as none.
        {
            var told = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/contacts/new?customer={Uri.EscapeDataString(typed)}", UriKind.Relative), Ct));
            Assert.Contains("没有找到这家客户", told, StringComparison.Ordinal);
            Assert.Contains($"value=\"{typed}\"", told, StringComparison.Ordinal);
        }
    }
}
