using System.Text.RegularExpressions;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The bins lead to each other, for whoever may see them.</summary>
public sealed partial class BinTabsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Each_bin_leads_to_the_others_that_the_reader_may_see(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var actor = await app.ActorOf("north");
        using var browser = await app.SignedIn("north");
        string[] bins = ["/customers/bin", "/contacts/bin", "/waybills/bin"];
        Assert.True(actor.May(Permission.CustomersDelete) && actor.May(Permission.CustomersWrite) && actor.May(Permission.WaybillsWrite));

        foreach (var bin in bins)
        {
            var tabs = Tabs().Match(await browser.GetStringAsync(new Uri(bin, UriKind.Relative), Ct)).Value;
            Assert.Equal(bins, Link().Matches(tabs).Select(m => m.Groups[1].Value));
            Assert.Equal([bin], Here().Matches(tabs).Select(m => m.Groups[1].Value));
        }
    }

    [GeneratedRegex("<nav class=\"rc-tabs.*?</nav>", RegexOptions.Singleline)]
    private static partial Regex Tabs();

    [GeneratedRegex("href=\"([^\"]+)\"")]
    private static partial Regex Link();

    [GeneratedRegex("href=\"([^\"]+)\" class=\"active\"")]
    private static partial Regex Here();
}
