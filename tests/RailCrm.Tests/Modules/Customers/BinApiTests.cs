using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The bins of customers, contacts and waybills in the API.</summary>
public sealed class BinApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static (string Bin, string Record, long Id, string Hangs, string Entity)[] Kinds(ApiScene s) =>
    [
        ("/contacts/bin", $"/customers/{s.Second}/contacts/{s.Contact}", s.Contact, "note.title", "Contact"),
        ("/waybills/bin", $"/waybills/{s.Line}", s.Line, "note.title", "WaybillLine"),
        ("/customers/bin", $"/customers/{s.First}", s.First, "contact.title", "Customer"),
    ];

    private static IEnumerable<string> Hanging(JsonElement items) => items.EnumerateArray().Select(i => i.GetProperty("kind").GetString()!);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_bin_tells_who_when_and_what_hangs_on_it_and_gives_a_record_back_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        foreach (var (bin, record, id, hangs, entity) in Kinds(scene))
        {
            Assert.Contains(hangs, Hanging((await ApiScene.Ask(n1, "GET", $"{record}/dependants")).Body.GetProperty("items")));
            Assert.Equal(HttpStatusCode.NoContent, (await ApiScene.Ask(n1, "DELETE", record)).Status);

            var item = Assert.Single((await ApiScene.Ask(n1, "GET", $"{bin}?dependants=true")).Body.GetProperty("items").EnumerateArray());
            Assert.Equal((id, "n1", new DateTime(2026, 3, 31)), (item.GetProperty("id").GetInt64(), item.GetProperty("deletedByName").GetString(), item.GetProperty("deletedAt").GetDateTime().Date));
            Assert.Contains(hangs, Hanging(item.GetProperty("dependants")));
            Assert.Contains(hangs, Hanging((await ApiScene.Ask(n1, "GET", $"{record}/dependants")).Body.GetProperty("items")));
            Assert.Equal(["filter"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"{bin}?filter=nonsense")).Body));

            if (entity != "WaybillLine") // A line in the bin has no version: nobody changes it there.
            {
                Assert.Equal(HttpStatusCode.PreconditionFailed, (await ApiScene.Ask(n1, "POST", $"{record}/restore", match: "\"99\"")).Status);
            }

            var back = await ApiScene.Ask(n1, "POST", $"{record}/restore", key: $"back-{entity}");
            Assert.Equal((HttpStatusCode.OK, id), (back.Status, back.Body.GetProperty("id").GetInt64()));
            Assert.Equal(back.Body.GetRawText(), (await ApiScene.Ask(n1, "POST", $"{record}/restore", key: $"back-{entity}")).Body.GetRawText());
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n1, "POST", $"{record}/restore")).Status);
            Assert.Empty((await ApiScene.Ask(n1, "GET", bin)).Body.GetProperty("items").EnumerateArray());
            Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "GET", record)).Status);
            Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Entity == entity && a.EntityId == id && a.Via == "api" && (a.Action == "restored" || a.Changes.Contains("\"DeletedAt\":[\"")), Ct)));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_bin_is_empty_for_a_stranger_who_gives_nothing_back_and_shut_to_whoever_may_not_look(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        using var stranger = await app.Api("s1");
        using var auditor = await app.Api("auditor");
        using var reader = await app.Api("n1", "read");
        foreach (var (bin, record, id, _, _) in Kinds(scene))
        {
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "GET", $"{record}/dependants")).Status);
            await ApiScene.Ask(n1, "DELETE", record);

            Assert.Empty((await ApiScene.Ask(stranger, "GET", bin)).Body.GetProperty("items").EnumerateArray());
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "GET", $"{record}/dependants")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "POST", $"{record}/restore")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(auditor, "GET", bin)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(auditor, "POST", $"{record}/restore")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "POST", $"{record}/restore")).Status);
            Assert.Equal([id], ApiScene.Ids((await ApiScene.Ask(n1, "GET", bin)).Body));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Removing_for_good_needs_a_permission_of_its_own_the_scope_and_a_record_in_the_bin(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        using var stranger = await app.Api("s1");
        foreach (var (bin, _, id, _, _) in Kinds(scene))
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(n1, "DELETE", $"{bin}/{id}")).Status);
        }

        await ApiScene.Allow(app, "outlet", Permission.CustomersRemove);
        await ApiScene.Allow(app, "outlet", Permission.WaybillsRemove);
        foreach (var (bin, record, id, _, entity) in Kinds(scene))
        {
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n1, "DELETE", $"{bin}/{id}")).Status); // Not in the bin.
            await ApiScene.Ask(n1, "DELETE", record);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "DELETE", $"{bin}/{id}")).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await ApiScene.Ask(n1, "DELETE", $"{bin}/{id}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n1, "DELETE", $"{bin}/{id}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n1, "POST", $"{record}/restore")).Status);
            Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Entity == entity && a.EntityId == id && a.Action == "deleted", Ct)));
        }

        await ApiScene.Waybill(app, "n1", scene.Second, "YD-2", 1);
        await ApiScene.Ask(n1, "DELETE", $"/customers/{scene.Second}");
        var kept = await ApiScene.Ask(n1, "DELETE", $"/customers/bin/{scene.Second}");
        Assert.Equal((HttpStatusCode.Conflict, "bin.hangs"), (kept.Status, kept.Body.GetProperty("code").GetString())); // Its line still names it.
    }
}
