using Microsoft.Extensions.DependencyInjection;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Platform;

public sealed class ListColumnTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pinned_columns_follow_the_name_three_at_most_and_a_width_stays_within_reason(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<RailCrm.Platform.Access.CurrentActor>().Actor = await app.ActorOf("group");
        var list = services.ServiceProvider.GetServices<ListOf>().First(l => l.Key == "customers");

        string[] Of(params string[] said) => [.. list.ColumnsOf(View.Plain with { Columns = said }).Select(c => c.ToString())];

        Assert.Equal(["name", "tier"], Of("tier"));
        Assert.Equal(["name.300", "phone.p", "website.60.p", "tier.800", "unit"], Of("tier.9999", "phone.p", "unit", "website.5.p", "name.300.p"));
        Assert.Equal(["name", "phone.p", "website.p", "tier.p", "unit"], Of("phone.p", "website.p", "tier.p", "unit.p"));
        Assert.Equal(["name"], Of("nothing", "", "phone.p.x".Replace("phone", "none", StringComparison.Ordinal)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_chooser_keeps_order_width_and_pin_of_a_person(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        var page = await browser.GetStringAsync(new Uri("/customers?view=all", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new KeyValuePair<string, string>[]
        {
            new("__RequestVerificationToken", System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value),
            new("chooser", "true"), new("returnUrl", "/customers"), new("column", "tier"), new("column", "website"), new("pin", "website"), new("width.website", "240"), new("width.name", "333"), new("width.phone", "100"),
        });
        (await browser.PostAsync(new Uri("/lists/customers/columns", UriKind.Relative), form, Ct)).Dispose();

        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<RailCrm.Platform.Access.CurrentActor>().Actor = await app.ActorOf("n1");
        var kept = await services.ServiceProvider.GetRequiredService<SavedViews>().Of(services.ServiceProvider.GetServices<ListOf>().First(l => l.Key == "customers"), Ct);
        Assert.Equal("name.333,website.240.p,tier", kept.LookOf(null).Columns);
    }

    [Fact]
    public void The_first_groups_and_one_of_all_others_still_add_up()
    {
        List<Group> groups = [.. Enumerable.Range(1, 7).Select(n => new Group(n, $"{n}", $"{n}", 10 * n, [n, 100 * n]))];

        var shown = Grouping.First(groups, 4);

        Assert.Equal(5, shown.Count);
        Assert.Equal((3, 180L), (shown[^1].Others, shown[^1].Count));
        Assert.Equal([28L, 2_800L], [shown.Sum(g => g.Sums[0]), shown.Sum(g => g.Sums[1])]);
        Assert.Equal((5, 250L), (Grouping.First(shown, 2)[^1].Others, Grouping.First(shown, 2)[^1].Count)); // Others of others are counted one by one.
        Assert.Same(groups[6], Grouping.First(groups, 6)[^1]); // One alone is shown by its name.
    }
}
