using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The histories of customers, contacts and waybills in the API, and the way back of one old value.</summary>
public sealed class HistoryApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Each record, a change of it, the field by which the history tells it, its name in the API, and what stood there.</summary>
    private static (string Record, string Field, string Said, string Before, Func<JsonElement, object> Change)[] Kinds(ApiScene s) =>
    [
        ($"/customers/{s.First}", "Phone", "phone", "010-66554433", _ => new { name = "甲公司", phone = "010-11112222" }),
        ($"/customers/{s.Second}/contacts/{s.Contact}", "Mobile", "mobile", "13812345678", _ => new { name = "李娜", mobile = "13900000000" }),
        ($"/waybills/{s.Line}", "Note", "note", "原话", now => new { externalNo = "YD-1", customer = now.GetProperty("customerName").GetString(), date = "2026-03-01", mode = "carload", origin = "高桥镇", revenueFen = 123_456, note = "新话" }),
    ];

    private static async Task<JsonElement> Changed(HttpClient client, string record, string field, Func<JsonElement, object> change)
    {
        var done = await ApiScene.Ask(client, "PUT", record, change((await ApiScene.Ask(client, "GET", record)).Body));
        Assert.True(done.Status == HttpStatusCode.OK, $"{record}: {done.Body}");
        return (await ApiScene.Ask(client, "GET", $"{record}/history")).Body.GetProperty("items").EnumerateArray().First(e => e.GetProperty("changes").EnumerateArray().Any(c => c.GetProperty("field").GetString() == field));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_history_tells_who_when_by_what_and_both_values_and_an_old_one_comes_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        foreach (var (record, field, said, before, change) in Kinds(scene))
        {
            var entry = await Changed(n1, record, field, change);
            Assert.Equal(("n1", "api", "updated", 2026), (entry.GetProperty("who").GetString(), entry.GetProperty("via").GetString(), entry.GetProperty("action").GetString(), entry.GetProperty("at").GetDateTime().Year));
            var told = entry.GetProperty("changes").EnumerateArray().Single(c => c.GetProperty("field").GetString() == field);
            Assert.Equal((before, true), (told.GetProperty("before").GetString(), told.GetProperty("canRestore").GetBoolean()));
            Assert.NotEqual(before, told.GetProperty("after").GetString());
            var restore = $"{record}/history/{entry.GetProperty("id").GetInt64()}/restore";

            Assert.Equal(["field"], ApiScene.Wrong((await ApiScene.Ask(n1, "POST", restore, new { field = "Nonsense" })).Body));
            Assert.Equal(["field"], ApiScene.Wrong((await ApiScene.Ask(n1, "POST", restore, new { })).Body));
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await ApiScene.Ask(n1, "POST", restore, new { field }, match: "\"77\"")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n1, "POST", $"{record}/history/999999999/restore", new { field })).Status);

            var now = (await ApiScene.Ask(n1, "GET", record)).ETag;
            var back = await ApiScene.Ask(n1, "POST", restore, new { field }, key: $"k{field}", match: now);
            Assert.True(back.Status == HttpStatusCode.OK, back.Body.ToString());
            Assert.Equal(before, back.Body.GetProperty(said).GetString());
            Assert.NotEqual(now, back.ETag);
            Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "POST", restore, new { field }, key: $"k{field}", match: now)).Status); // Told again, not done again.
            Assert.Equal(back.ETag, (await ApiScene.Ask(n1, "GET", record)).ETag);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_contact_s_old_value_comes_back_in_its_customer_s_history_at_the_customer_s_version_alone(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        var (contact, field, said, before, change) = Kinds(scene)[1];
        var customer = $"/customers/{scene.Second}";
        var restore = $"{customer}/history/{(await Changed(n1, contact, field, change)).GetProperty("id").GetInt64()}/restore";

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await ApiScene.Ask(n1, "POST", restore, new { field }, match: "\"77\"")).Status);
        Assert.NotEqual(before, (await ApiScene.Ask(n1, "GET", contact)).Body.GetProperty(said).GetString());
        Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "POST", restore, new { field }, match: (await ApiScene.Ask(n1, "GET", customer)).ETag)).Status);
        Assert.Equal(before, (await ApiScene.Ask(n1, "GET", contact)).Body.GetProperty(said).GetString());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_stranger_learns_nothing_of_a_past_and_a_reader_gives_nothing_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        using var stranger = await app.Api("s1");
        using var auditor = await app.Api("auditor");
        using var reader = await app.Api("n1", "read");
        foreach (var (record, field, _, _, change) in Kinds(scene))
        {
            var restore = $"{record}/history/{(await Changed(n1, record, field, change)).GetProperty("id").GetInt64()}/restore";
            var now = (await ApiScene.Ask(n1, "GET", record)).ETag;
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "GET", $"{record}/history")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(stranger, "POST", restore, new { field })).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(auditor, "GET", $"{record}/history")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "POST", restore, new { field })).Status);
            Assert.All((await ApiScene.Ask(reader, "GET", $"{record}/history")).Body.GetProperty("items").EnumerateArray(), e => Assert.All(e.GetProperty("changes").EnumerateArray(), c => Assert.False(c.GetProperty("canRestore").GetBoolean())));
            Assert.Equal(now, (await ApiScene.Ask(n1, "GET", record)).ETag);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_long_past_is_walked_by_cursor_without_a_gap(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        await app.In(Actor.System("test"), async db =>
        {
            for (var n = 0; n < 120; n++)
            {
                var changes = $$"""{"Phone":["{{n}}","{{n + 1}}"]}""";
                db.AddRange(
                    new AuditEntry(Actor.System("test"), db.UtcNow.AddSeconds(n), "updated", "Customer", scene.First, scene.First, changes), new AuditEntry(Actor.System("test"), db.UtcNow.AddSeconds(n), "updated", "Contact", scene.Contact, scene.Second, changes),
                    new AuditEntry(Actor.System("test"), db.UtcNow.AddSeconds(n), "updated", "WaybillLine", scene.Line, scene.Second, changes));
            }

            return await db.SaveChangesAsync(Ct);
        });
        foreach (var (record, _, _, _, _) in Kinds(scene))
        {
            var first = (await ApiScene.Ask(n1, "GET", $"{record}/history")).Body;
            var rest = (await ApiScene.Ask(n1, "GET", $"{record}/history?cursor={first.GetProperty("nextCursor").GetString()}")).Body;
            Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);
            long[] all = [.. ApiScene.Ids(first).Concat(ApiScene.Ids(rest)).Where(i => i != 0)];
            Assert.Equal(all.Distinct().Count(), all.Length);
            Assert.True(all.Length >= 120, $"{record}: {all.Length}");
            Assert.Equal(["cursor"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"{record}/history?cursor=x")).Body));
        }

        Assert.Equal(["kind"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"/customers/{scene.First}/history?kind=nonsense")).Body));
        Assert.All((await ApiScene.Ask(n1, "GET", $"/customers/{scene.Second}/history?kind=contacts")).Body.GetProperty("items").EnumerateArray(), e => Assert.Equal("Contact", e.GetProperty("entity").GetString()));
    }
}
