using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Likely duplicates judged, and merges listed, through the API.</summary>
public sealed class PairApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_pair_is_told_with_its_score_and_reasons_judged_once_and_opened_again(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        var (one, two) = await app.In(Actor.System("test"), async db =>
        {
            await db.Set<DuplicatePair>().ExecuteDeleteAsync(Ct);
            await db.Set<ContactPair>().ExecuteDeleteAsync(Ct);
            var customers = new DuplicatePair { FirstId = scene.First, SecondId = scene.Second, Score = 60, Reasons = "name,phone", Fingerprint = "x", FoundAt = db.UtcNow };
            var contacts = new ContactPair { FirstId = scene.FirstContact, SecondId = scene.Contact, Score = 70, Reasons = "mobile", Fingerprint = "x", FoundAt = db.UtcNow };
            db.AddRange(customers, contacts);
            await db.SaveChangesAsync(Ct);
            return (customers.Id, contacts.Id);
        });
        using var n1 = await app.Api("n1");
        using var stranger = await app.Api("s1");
        using var reader = await app.Api("n1", "read");
        foreach (var (path, id, score, body, action) in new[] { ("/customers/duplicate-pairs", one, 60, (object)new { reason = "同名不同地" }, "pair_dismissed"), ("/contacts/duplicate-pairs", two, 70, new { reason = "同名不同地" }, "contact_pair_dismissed") })
        {
            var item = Assert.Single((await ApiScene.Ask(n1, "GET", path)).Body.GetProperty("items").EnumerateArray());
            Assert.Equal((id, score), (item.GetProperty("id").GetInt64(), item.GetProperty("score").GetInt32()));
            Assert.NotEmpty(item.GetProperty("reasons").EnumerateArray());
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "POST", $"{path}/{id}/dismiss", body)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "POST", $"{path}/{id}/dismiss", body)).Status);

            Assert.True((await ApiScene.Ask(n1, "POST", $"{path}/{id}/dismiss", body, key: path)).Body.GetProperty("dismissed").GetBoolean());
            Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "POST", $"{path}/{id}/dismiss", body, key: path)).Status);
            Assert.Equal(2, await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Action == action, Ct))); // One at each of the two.
            Assert.Empty((await ApiScene.Ask(n1, "GET", path)).Body.GetProperty("items").EnumerateArray());
            var judged = Assert.Single((await ApiScene.Ask(n1, "GET", $"{path}?dismissed=true")).Body.GetProperty("items").EnumerateArray());
            Assert.Equal(("n1", "同名不同地"), (judged.GetProperty("dismissedBy").GetString(), judged.GetProperty("dismissedReason").GetString()));
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "POST", $"{path}/{id}/reopen")).Status);
            Assert.False((await ApiScene.Ask(n1, "POST", $"{path}/{id}/reopen")).Body.GetProperty("dismissed").GetBoolean());
            Assert.Single((await ApiScene.Ask(n1, "GET", path)).Body.GetProperty("items").EnumerateArray());
            Assert.Equal(["reason"], ApiScene.Wrong((await ApiScene.Ask(n1, "POST", $"{path}/{id}/dismiss", new { reason = new string('长', 201) })).Body));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Merges_are_listed_to_whoever_sees_them_and_can_be_taken_back_from_there(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        var more = await ApiScene.Person(app, "n1", scene.First, "王小伟");
        using var n1 = await app.Api("n1");
        using var stranger = await app.Api("s1");
        using var auditor = await app.Api("auditor");
        foreach (var (path, stays, goes) in new[] { ("/contacts", scene.FirstContact, more), ("/customers", scene.First, scene.Second) })
        {
            var merged = await ApiScene.Ask(n1, "POST", $"{path}/merge", new { survivorId = stays, loserIds = new[] { goes } });
            Assert.True(merged.Status == HttpStatusCode.OK, merged.Body.ToString());
            var item = Assert.Single((await ApiScene.Ask(n1, "GET", $"{path}/merges")).Body.GetProperty("items").EnumerateArray());
            Assert.Equal((stays, "n1", true), (item.GetProperty("survivorId").GetInt64(), item.GetProperty("who").GetString(), item.GetProperty("canUndo").GetBoolean()));
            Assert.Empty((await ApiScene.Ask(stranger, "GET", $"{path}/merges")).Body.GetProperty("items").EnumerateArray());
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(auditor, "GET", $"{path}/merges")).Status);
            Assert.Equal(["cursor"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"{path}/merges?cursor=x")).Body));
            Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "POST", $"{path}/merges/{item.GetProperty("id").GetInt64()}/undo")).Status);
            Assert.NotEqual(JsonValueKind.Null, Assert.Single((await ApiScene.Ask(n1, "GET", $"{path}/merges")).Body.GetProperty("items").EnumerateArray()).GetProperty("undoneAt").ValueKind);
        }
    }
}
