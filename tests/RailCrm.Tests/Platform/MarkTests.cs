using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Records;

namespace RailCrm.Tests.Platform;

/// <summary>A person's own stars and what the person follows, by the API; and the filter of waybills by stars.</summary>
public sealed class MarkTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<long> Post(HttpClient api, string path, object body)
    {
        using var answer = await api.PostAsJsonAsync($"/api/v1{path}", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    private static async Task<(HttpClient Api, long Customer, long Contact, long First, long Second)> Scene(CrmApp app)
    {
        var api = await app.Api("n1");
        var customer = await Post(api, "/customers", new { name = "甲公司" });
        var contact = await Post(api, $"/customers/{customer}/contacts", new { name = "李娜" });
        var number = (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{customer}", Ct)).GetProperty("number").GetString();
        using var lines = await api.PostAsJsonAsync("/api/v1/waybills:batch", new { source = "T", items = new[] { new { externalNo = "X1", date = "2026-03-01", customer = number }, new { externalNo = "X2", date = "2026-03-02", customer = number } } }, Ct);
        Assert.True(lines.IsSuccessStatusCode);
        var ids = await app.In(System, db => db.Set<WaybillLine>().OrderBy(w => w.ExternalNo).Select(w => w.Id).ToListAsync(Ct));
        return (api, customer, contact, ids[0], ids[1]);
    }

    private static async Task<HttpStatusCode> Send(HttpClient api, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1{path}");
        using var answer = await api.SendAsync(request, Ct);
        return answer.StatusCode;
    }

    private static async Task<string[]> Marked(HttpClient api, string path) =>
        [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/{path}", Ct)).GetProperty("items").EnumerateArray().Select(i => $"{i.GetProperty("kind").GetString()} {i.GetProperty("title").GetString()}")];

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Stars_are_put_listed_newest_first_and_taken_away_by_the_API_a_second_time_without_effect(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (api, customer, contact, line, _) = await Scene(app);
        using var _1 = api;
        foreach (var path in new[] { $"/customers/{customer}/favourite", $"/customers/{customer}/contacts/{contact}/favourite", $"/waybills/{line}/favourite", $"/customers/{customer}/follow" })
        {
            Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (await Send(api, HttpMethod.Put, path), await Send(api, HttpMethod.Put, path)));
        }

        Assert.Equal(["waybill X1", "contact 李娜", "customer 甲公司"], await Marked(api, "favourites"));
        Assert.Equal(["contact 李娜"], await Marked(api, "favourites?kind=contact"));
        Assert.Equal(["customer 甲公司"], await Marked(api, "following"));
        foreach (var path in new[] { $"/customers/{customer}/contacts/{contact}/follow", $"/waybills/{line}/follow" })
        {
            Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (await Send(api, HttpMethod.Put, path), await Send(api, HttpMethod.Put, path)));
        }

        Assert.Equal(["waybill X1", "contact 李娜", "customer 甲公司"], await Marked(api, "following"));
        Assert.Equal(["waybill X1"], await Marked(api, "following?kind=waybill"));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(api, HttpMethod.Get, "/favourites?kind=unit"));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(api, HttpMethod.Get, "/favourites?cursor=-1"));
        using var north = await app.Api("north");
        Assert.Empty(await Marked(north, "favourites"));

        foreach (var path in new[] { $"/waybills/{line}/favourite", $"/customers/{customer}/favourite", $"/customers/{customer}/follow", $"/customers/{customer}/contacts/{contact}/follow", $"/waybills/{line}/follow" })
        {
            Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (await Send(api, HttpMethod.Delete, path), await Send(api, HttpMethod.Delete, path)));
        }

        Assert.Equal(["contact 李娜"], await Marked(api, "favourites"));
        Assert.Empty(await Marked(api, "following"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_one_does_not_see_takes_no_mark_and_a_reading_token_sets_none(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (api, customer, contact, line, _) = await Scene(app);
        using var _1 = api;
        var other = await Post(api, "/customers", new { name = "乙公司" });
        using var south = await app.Api("s1");
        foreach (var path in new[] { $"/customers/{customer}/favourite", $"/customers/{customer}/follow", $"/customers/{customer}/contacts/{contact}/favourite", $"/waybills/{line}/favourite", $"/customers/{customer}/contacts/{contact}/follow", $"/waybills/{line}/follow" })
        {
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (await Send(south, HttpMethod.Put, path), await Send(south, HttpMethod.Delete, path)));
        }

        Assert.Equal(HttpStatusCode.NotFound, await Send(api, HttpMethod.Put, $"/customers/{other}/contacts/{contact}/favourite")); // Another customer's person.
        using var reader = await app.Api("n1", "read");
        Assert.Equal(HttpStatusCode.Forbidden, await Send(reader, HttpMethod.Put, $"/customers/{customer}/favourite"));
        Assert.False(await app.In(System, db => db.Set<RecordMark>().AnyAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_list_of_stars_goes_on_page_by_page_and_leaves_out_what_is_no_longer_seen(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (api, customer, _, _, _) = await Scene(app);
        using var _1 = api;
        var me = (await app.ActorOf("n1")).UserId;
        await app.In(System, async db =>
        {
            var contacts = Enumerable.Range(0, 120).Select(n => new RailCrm.Modules.Customers.Contact { CustomerId = customer, Name = $"人{n:000}", CreatedAt = db.UtcNow }).ToList();
            db.AddRange(contacts);
            await db.SaveChangesAsync(Ct);
            foreach (var contact in contacts)
            {
                db.Add(new RecordMark { UserId = me, Mark = RecordMark.Favourite, CustomerId = customer, RecordKind = RecordKind.Contact, RecordId = contact.Id, CreatedAt = db.UtcNow });
                await db.SaveChangesAsync(Ct);
            }

            return await db.Set<RailCrm.Modules.Customers.Contact>().Where(k => k.Name == "人005").ExecuteUpdateAsync(u => u.SetProperty(k => k.DeletedAt, db.UtcNow), Ct);
        });

        var (names, cursor) = (new List<string>(), (string?)"");
        while (cursor is not null)
        {
            var page = await api.GetFromJsonAsync<JsonElement>($"/api/v1/favourites{(cursor.Length == 0 ? "" : $"?cursor={cursor}")}", Ct);
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("title").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }

        Assert.Equal(Enumerable.Range(0, 120).Where(n => n != 5).Reverse().Select(n => $"人{n:000}"), names);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Waybills_are_filtered_by_stars_on_the_page_and_by_the_API(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (api, _, _, first, second) = await Scene(app);
        using var _1 = api;
        Assert.Equal(HttpStatusCode.NoContent, await Send(api, HttpMethod.Put, $"/waybills/{first}/favourite"));
        async Task<string> Lines(string filter) => string.Join(' ', (await api.GetFromJsonAsync<JsonElement>($"/api/v1/waybills?filter={Uri.EscapeDataString(filter)}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("externalNo").GetString()));
        Assert.Equal(("X1", "X2", ""), (await Lines("favourite=true"), await Lines("favourite=false"), await Lines("favourite=true;externalNo=X2")));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(api, HttpMethod.Get, "/waybills?filter=favourite%3Dmaybe"));
        using var pages = await app.SignedIn("n1");
        var page = await pages.GetStringAsync("/waybills?favourite=true", Ct);
        Assert.Contains($"/waybills/{first}", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/waybills/{second}", page, StringComparison.Ordinal);
        Assert.Contains("我的星标", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<th scope=\"row\">Total</th>", page, StringComparison.Ordinal); // Where no sum of all is known, no row says so.
        Assert.Contains("id=\"list-filter\"", page, StringComparison.Ordinal);
    }
}
