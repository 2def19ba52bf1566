using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Notes;

namespace RailCrm.Tests.Modules.Managers;

/// <summary>Customers that one person alone knows, found at night and gone from the list when a second one does.</summary>
public sealed class SoleKnownTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Customers_that_one_person_alone_knows_are_listed_by_their_signs_until_a_second_one_does(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var (alone, written, idle, two) = (await scene.Customer("n1", "独占公司"), await scene.Customer("n1", "有备注公司"), await scene.Customer("n1", "无收入公司"), await scene.Customer("n1", "两人公司"));
        foreach (var id in new[] { alone, written, idle, two })
        {
            await scene.Appoint("n1", id, "a1");
        }

        await scene.Appoint("n1", two, "a2", Duty.Deputy);
        var a1 = await app.ActorOf("a1");
        await app.In(ManagerScene.System, async db =>
        {
            await db.Set<Customer>().Where(c => c.Id != idle).ExecuteUpdateAsync(s => s.SetProperty(c => c.Trailing12RevenueFen, 1_000_000).SetProperty(c => c.Tier, CustomerTier.Large), Ct);
            await db.Set<Customer>().Where(c => c.Id == written).ExecuteUpdateAsync(s => s.SetProperty(c => c.Completeness, SoleKnown.Complete).SetProperty(c => c.Tier, CustomerTier.Small), Ct);
            db.Add(Note(written, a1.UserId));
            db.AddRange(Enumerable.Range(0, 2).Select(n => new Contact { CustomerId = written, Name = $"联系人{n}", Active = true }));
            return await db.SaveChangesAsync(Ct);
        });
        using var api = await app.Api("north");
        using var outlet = await app.Api("s1");

        await Night();
        Assert.Equal(["独占公司"], await Listed(api, "1")); // The one with notes and two contacts has no sign but that one person answers for it.
        Assert.Equal(["独占公司"], await Listed(api, "4"));
        Assert.Empty(await Listed(outlet, "1"));
        using var unknown = await api.GetAsync(new Uri("/api/v1/customers?filter=soleSigns=9", UriKind.Relative), Ct);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, unknown.StatusCode);
        using var browser = await app.SignedIn("north");
        Assert.Contains("仅经理a1了解：联系人不足两名", await browser.GetStringAsync(new Uri($"/customers?soleSigns=3&columns=name,sole", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains("独占风险：仅经理a1了解", await browser.GetStringAsync(new Uri($"/customers/{alone}/managers", UriKind.Relative), Ct), StringComparison.Ordinal);

        await app.In(ManagerScene.System, async db =>
        {
            db.Add(Note(alone, a1.UserId));
            return await db.SaveChangesAsync(Ct);
        });
        await Night();
        Assert.Equal((3, 3), (await Listed(api, "3") is ["独占公司"] ? 3 : 0, await app.In(ManagerScene.System, db => db.Set<SoleKnown>().Where(s => s.CustomerId == alone).Select(s => s.Weight).SingleAsync(Ct))));
        await scene.Appoint("n1", alone, "a2", Duty.Deputy);
        Assert.Empty(await Listed(api, "1")); // At once, not with the next night.
        await Night();
        Assert.Empty(await Listed(api, "1"));

        Note Note(long customer, long author) => new() { CustomerId = customer, RecordKind = RailCrm.Platform.Records.RecordKind.Customer, RecordId = customer, Text = "走访", AuthorId = author, CreatedAt = app.Clock.GetUtcNow().UtcDateTime };

        async Task Night()
        {
            var job = await app.In(ManagerScene.System, async db =>
            {
                var made = db.Add(new Job { Kind = FindSoleKnown.Job, CreatedAt = db.UtcNow }).Entity;
                await db.SaveChangesAsync(Ct);
                return made.Id;
            });
            await app.Ended(job);
        }
    }

    private static async Task<List<string>> Listed(HttpClient api, string least) =>
        [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?filter=soleSigns={least}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];
}
