using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Customers;

public sealed class ContactTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<long> Post(HttpClient api, string path, object body)
    {
        using var answer = await api.PostAsJsonAsync(path, body, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    private static Task<long> Customer(HttpClient api, string name = "甲公司") => Post(api, "/api/v1/customers", new { name });

    private static async Task<(string Name, bool Main)[]> All(HttpClient api, long id) =>
        [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}/contacts", Ct)).GetProperty("items").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c.GetProperty("isMain").GetBoolean()))];

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_first_contact_is_the_main_one_and_there_is_never_another(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api);

        await Post(api, $"/api/v1/customers/{id}/contacts", new { name = "王伟" });
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Post(api, $"/api/v1/customers/{id}/contacts", new { name = $"同时{i}", isMain = true })));

        var all = await All(api, id);
        Assert.Equal(7, all.Length);
        Assert.Single(all, c => c.Main);
        Assert.NotEqual("王伟", all[0].Name);
        using var refused = await api.PostAsJsonAsync($"/api/v1/customers/{id}/contacts", new { name = "甲", isMain = true, active = false }, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_is_found_and_told_as_duplicate_by_the_phones_of_its_people(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api);
        var contact = await Post(api, $"/api/v1/customers/{id}/contacts", new { name = "王伟", mobile = "+86 138-1234-5678", phone = "010-6655 4433" });

        async Task<int> Found(string q) => (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?q={q}", Ct)).GetProperty("items").GetArrayLength();
        async Task<string> Duplicates(string phone) => await api.GetStringAsync($"/api/v1/customers/duplicates?phone={Uri.EscapeDataString(phone)}", Ct);
        Assert.Equal(1, await Found("5678"));
        Assert.Contains("甲公司", await Duplicates("13812345678"), StringComparison.Ordinal);
        Assert.Contains("甲公司", await Duplicates("01066554433"), StringComparison.Ordinal);
        using (var other = await api.PostAsJsonAsync("/api/v1/customers", new { name = "乙公司", phone = "138 1234 5678" }, Ct))
        {
            Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        }

        (await api.PutAsJsonAsync($"/api/v1/customers/{id}", new { name = "甲公司改名" }, Ct)).EnsureSuccessStatusCode();
        Assert.Equal(1, await Found("5678"));
        (await api.DeleteAsync($"/api/v1/customers/{id}/contacts/{contact}", Ct)).EnsureSuccessStatusCode();
        Assert.Equal(0, await Found("5678"));
        Assert.DoesNotContain("甲公司", await Duplicates("13812345678"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_contact_is_reached_only_through_its_own_customer_and_only_by_those_who_see_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var south = await app.Api("s1");
        using var north = await app.Api("n1");
        var hidden = await Customer(south, "南方机密");
        var contact = await Post(south, $"/api/v1/customers/{hidden}/contacts", new { name = "机密的人" });
        var own = await Customer(north, "北方公司");

        foreach (var path in new[] { $"/api/v1/customers/{hidden}/contacts/{contact}", $"/api/v1/customers/{own}/contacts/{contact}" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await north.PutAsJsonAsync(path, new { name = "改名" }, Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await north.DeleteAsync(path, Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await north.PostAsync($"{path}/restore", null, Ct)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await north.GetAsync($"/api/v1/customers/{hidden}/contacts", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await north.PostAsJsonAsync($"/api/v1/customers/{hidden}/contacts", new { name = "甲" }, Ct)).StatusCode);
        var kept = await app.In(System, db => db.Set<Contact>().AsNoTracking().SingleAsync(Ct));
        Assert.Equal((0, "机密的人"), (kept.Version, kept.Name));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_bin_gives_a_contact_back_and_an_older_version_is_refused(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api);
        var contact = await Post(api, $"/api/v1/customers/{id}/contacts", new { name = "王伟", email = "wang@example.cn" });
        var before = (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}", Ct)).GetProperty("completeness").GetInt32();
        async Task<HttpStatusCode> Put(string name, string version)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/customers/{id}/contacts/{contact}") { Content = JsonContent.Create(new { name }) };
            request.Headers.IfMatch.Add(new(version));
            return (await api.SendAsync(request, Ct)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Put("王大伟", "\"0\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Put("王小伟", "\"0\""));
        (await api.DeleteAsync($"/api/v1/customers/{id}/contacts/{contact}", Ct)).EnsureSuccessStatusCode();
        Assert.Empty(await All(api, id));
        Assert.True((await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}", Ct)).GetProperty("completeness").GetInt32() < before);
        (await api.PostAsync($"/api/v1/customers/{id}/contacts/{contact}/restore", null, Ct)).EnsureSuccessStatusCode();
        Assert.Equal([("王大伟", false)], await All(api, id));
        using var wrong = await api.PostAsJsonAsync($"/api/v1/customers/{id}/contacts", new { name = "甲", email = "a@b\r\nBcc: c@d.cn", mobile = "12" }, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }
}
