using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Ui.Palette;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Platform;

/// <summary>What a person opened last, in the palette.</summary>
public sealed class PaletteOpenedTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_one_opened_last_comes_first_and_is_forgotten_beyond_fifty(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = new List<Customer>();
        for (var n = 0; n < 3; n++)
        {
            made.Add(await Customer(app, "n1", new() { Name = $"东方{"甲乙丙"[n]}公司" }));
        }

        using var browser = await app.SignedIn("n1");
        Assert.Empty((await Ask(browser, "")).GetProperty("groups").EnumerateArray());
        async Task Open(string path)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative), Ct);
        }

        await Open($"/customers/{made[2].Id}");
        await Open($"/customers/{made[1].Id}/contacts");
        await Open($"/organization/{(await app.ActorOf("n1")).UnitId}");
        await Open("/customers/999999");
        await Open($"/api/v1/customers/{made[0].Id}");
        var opened = app.Services.GetRequiredService<OpenedRecords>();
        string[] expected = ["n1 网点", "东方乙公司", "东方丙公司"];
        Assert.Equal(expected, await Found(browser, "", "recent"));
        await opened.Write(Ct);
        Assert.Equal(expected, await Found(browser, "", "recent"));
        Assert.Equal(["东方乙公司", "东方丙公司", "东方甲公司"], await Found(browser, "东方"));
        await Open($"/customers/{made[2].Id}");
        await opened.Write(Ct);
        Assert.Equal("东方丙公司", (await Found(browser, "", "recent"))[0]);

        // Another person's is another's; what went out of sight is not told.
        using var south = await app.SignedIn("s1");
        Assert.Empty((await Ask(south, "")).GetProperty("groups").EnumerateArray());
        var other = await app.ActorOf("s1");
        opened.Opened(other.UserId, "customer", made[0].Id);
        Assert.Empty((await Ask(south, "")).GetProperty("groups").EnumerateArray());

        for (var n = 0; n < 70; n++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            opened.Opened(other.UserId, "customer", 1_000 + n);
        }

        await opened.Write(Ct);
        var kept = await app.In(System, db => db.Set<OpenedRecord>().Where(r => r.UserId == other.UserId).Select(r => r.RecordId).OrderBy(r => r).ToListAsync(Ct));
        Assert.Equal(Enumerable.Range(1_020, 50).Select(n => (long)n), kept);
    }
}
