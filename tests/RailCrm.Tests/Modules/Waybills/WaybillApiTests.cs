using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>One line and its own fields, as another system reads and writes them.</summary>
public sealed class WaybillApiTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<(Customer Customer, HttpClient Api)> Prepared(CrmApp app)
    {
        await CustomFieldTests.Define(app, CustomKind.Choice, "票据", f => f.Options = "纸质|Paper\n电子|Electronic", "waybills");
        await CustomFieldTests.Define(app, CustomKind.Text, "班列", list: "waybills");
        var customer = await CustomFieldTests.Saved(app, "n1", "甲公司", []);
        return (customer, await app.Api("n1"));
    }

    private static async Task<JsonElement> Batch(HttpClient api, params object[] items)
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/waybills:batch", new { source = "ERP", items }, Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("items");
    }

    private static async Task<string> Own(HttpClient api) => (await api.GetFromJsonAsync<JsonElement>("/api/v1/waybills?source=ERP", Ct)).GetProperty("items")[0].GetProperty("custom").GetRawText();

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_batch_writes_own_fields_leaves_those_it_does_not_name_and_takes_away_the_empty_ones(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, api) = await Prepared(app);
        using var _ = api;
        object Item(object? custom) => new { externalNo = "1", date = "2026-03-01", customer = customer.Number, revenueFen = 5, custom };

        Assert.Equal("created", (await Batch(api, Item(new { x_piaoju = "electronic", x_banlie = "X1" })))[0].GetProperty("outcome").GetString());
        Assert.Equal("""{"x_piaoju":"电子","x_banlie":"X1"}""", await Own(api));
        Assert.Equal("unchanged", (await Batch(api, Item(null)))[0].GetProperty("outcome").GetString());
        Assert.Equal("updated", (await Batch(api, Item(new { x_banlie = "" })))[0].GetProperty("outcome").GetString());
        Assert.Equal("""{"x_piaoju":"电子","x_banlie":null}""", await Own(api));
        var wrong = await Batch(api, Item(new { x_nothing = "1" }), Item(new { x_piaoju = "羊皮" }));
        Assert.Equal(["custom.x_nothing", "custom.x_piaoju"], wrong.EnumerateArray().Select(i => i.GetProperty("errors").EnumerateObject().Single().Name));
        Assert.Equal("""{"x_piaoju":"电子","x_banlie":null}""", await Own(api));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_is_read_changed_as_it_was_seen_and_keeps_its_number(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, api) = await Prepared(app);
        using var _ = api;
        await Batch(api, new { externalNo = "1", date = "2026-03-01", customer = customer.Number, revenueFen = 5, weightKg = 60_000, custom = new { x_banlie = "X1" } });
        var id = await app.In(System, db => db.Set<WaybillLine>().Select(w => w.Id).SingleAsync(Ct));
        using var read = await api.GetAsync($"/api/v1/waybills/{id}", Ct);
        Assert.Equal("X1", (await read.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("custom").GetProperty("x_banlie").GetString());
        async Task<HttpResponseMessage> Put(HttpClient client, object body, string? match)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/waybills/{id}") { Content = JsonContent.Create(body) };
            if (match is not null)
            {
                request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(match));
            }

            return await client.SendAsync(request, Ct);
        }

        var seen = read.Headers.ETag!.ToString();
        using var changed = await Put(api, new { date = "2026-03-02", customer = customer.Number, revenueFen = 700, custom = new { x_piaoju = "纸质" } }, seen);
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync(Ct));
        var now = await changed.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(("1", "2026-03-02", 700, 0, """{"x_piaoju":"纸质","x_banlie":"X1"}"""), (now.GetProperty("externalNo").GetString(), now.GetProperty("date").GetString(), now.GetProperty("revenueFen").GetInt64(), now.GetProperty("weightKg").GetInt64(), now.GetProperty("custom").GetRawText()));
        Assert.NotEqual(seen, changed.Headers.ETag!.ToString());
        Assert.Equal(1, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == nameof(WaybillLine) && a.EntityId == id && a.Action == "updated", Ct)));

        using var stale = await Put(api, new { date = "2026-03-03", customer = customer.Number }, seen);
        using var renamed = await Put(api, new { externalNo = "2", date = "2026-03-03", customer = customer.Number }, null);
        using var unknown = await Put(api, new { date = "2026-03-03", customer = customer.Number, custom = new { x_nothing = "1" } }, null);
        using var south = await app.Api("s1");
        using var foreign = await Put(south, new { date = "2026-03-03", customer = customer.Number }, null);
        Assert.Equal([HttpStatusCode.PreconditionFailed, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.NotFound], [stale.StatusCode, renamed.StatusCode, unknown.StatusCode, foreign.StatusCode]);
        Assert.Equal(700, await app.In(System, db => db.Set<WaybillLine>().Select(w => w.RevenueFen).SingleAsync(Ct)));
        Assert.Equal((0L, 0L, 0L), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_list_of_customers_tells_their_own_fields_to_whom_they_are_shown(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await CustomFieldTests.Define(app, CustomKind.Text, "等级");
        await CustomFieldTests.Saved(app, "n1", "甲公司", new() { ["x_dengji"] = "A" });
        using var api = await app.Api("n1");

        var item = (await api.GetFromJsonAsync<JsonElement>("/api/v1/customers", Ct)).GetProperty("items")[0];

        Assert.Equal("""{"x_dengji":"A"}""", item.GetProperty("custom").GetRawText());
    }
}
