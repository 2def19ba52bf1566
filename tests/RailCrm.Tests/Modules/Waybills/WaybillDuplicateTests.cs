using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Whoever writes a line that is there already under another number is warned, and not kept from it.</summary>
public sealed class WaybillDuplicateTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_same_work_of_a_day_is_told_while_it_is_written_and_may_be_written_all_the_same(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await app.In(Actor.System("test"), db =>
        {
            db.Add(new Station { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen", TmisCode = "51632" });
            return db.SaveChangesAsync(Ct);
        });
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        Assert.True((await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(null, null, new() { ExternalNo = "A1", Customer = customer.Number, Date = new(2026, 3, 1), Origin = "高桥镇", Destination = "苏州", WeightKg = 60_500, RevenueFen = 100_000 }, Ct))).TryGet(out var line, out _));
        using var api = await app.Api("n1");
        using var south = await app.Api("s1");
        var typed = new Dictionary<string, string> { ["customer"] = $"{customer.Number} 甲公司", ["date"] = "2026-03-01", ["origin"] = "gzd", ["destination"] = "苏州", ["weight"] = "60.5", ["revenue"] = "0.1", ["revenueUnit"] = "wan", ["service"] = "transport" };
        async Task<string[]> Found(HttpClient client, string? field = null, string value = "") => [.. (await client.GetFromJsonAsync<JsonElement>("/api/v1/waybills/duplicates?" + string.Join('&', typed.Select(t => $"{t.Key}={Uri.EscapeDataString(t.Key == field ? value : t.Value)}")) + (field == "id" ? $"&id={value}" : ""), Ct)).GetProperty("items").EnumerateArray().Select(m => m.GetProperty("name").GetString()!)];

        Assert.Equal(["A1"], await Found(api));
        Assert.Equal(["A1"], await Found(api, "customer", "甲公司"));
        Assert.Equal(["A1"], await Found(api, "date", "2026-03-02"));
        Assert.Equal(["A1"], await Found(api, "weight", ""));
        Assert.Empty(await Found(south));
        Assert.Empty(await Found(api, "id", $"{line}"));
        foreach (var (field, value) in new[] { ("date", "2026-03-03"), ("service", "handling"), ("origin", "苏州"), ("destination", ""), ("weight", "60.501"), ("revenue", "0.2"), ("customer", "没有这家公司"), ("customer", "\0"), ("date", "哪天"), ("weight", "很重") })
        {
            Assert.Empty(await Found(api, field, value));
        }

        // From another system too, the likelier first, and with what agrees.
        await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("TMS", [new() { ExternalNo = "TMS-77", Customer = customer.Number, Date = new(2026, 3, 1), Origin = "高桥镇", Destination = "苏州", WeightKg = 60_500, RevenueFen = 100_000 }], false, Ct));
        Assert.Equal(["TMS-77", "A1"], await Found(api));
        var told = (await api.GetFromJsonAsync<JsonElement>("/api/v1/waybills/duplicates?externalNo=77777&" + string.Join('&', typed.Select(t => $"{t.Key}={Uri.EscapeDataString(t.Value)}")), Ct)).GetProperty("items")[0];
        Assert.Equal(["revenue", "weight", "sources", "day", "lane"], told.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!));
        Assert.Equal(["2026-03-01", "TMS", "高桥镇 → 苏州"], told.GetProperty("hints").EnumerateArray().Select(r => r.GetString()!).Take(3));

        typed["weight"] = typed["revenue"] = "";
        Assert.Empty(await Found(api));

        using var browser = await app.SignedIn("n1");
        Dictionary<string, string> Filled(string note) => new() { ["Form.Customer"] = customer.Number, ["Form.Date"] = "2026-03-01", ["Form.Service"] = "transport", ["Form.Origin"] = "高桥镇", ["Form.Destination"] = "苏州", ["Form.Weight"] = "60.5", ["Form.Revenue"] = "1000", ["Form.ExternalNo"] = "A2", ["Form.Note"] = note };
        using var refused = await CrmApp.Submit(browser, "/waybills/new", "waybill", Filled(new string('长', 1_001)));
        Assert.Contains($"href=\"/waybills/{line}\"", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var saved = await CrmApp.Submit(browser, "/waybills/new", "waybill", Filled("第二车"));
        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
    }
}
