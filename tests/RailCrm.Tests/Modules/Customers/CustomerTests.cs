using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Customers;

public sealed class CustomerTests
{
    private const string Code = "91350100M000100Y43"; // A published example of GB 32100-2015.

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<HttpResponseMessage> Create(HttpClient api, object customer, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/customers") { Content = JsonContent.Create(customer) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return api.SendAsync(request, Ct);
    }

    private static async Task<long> Created(HttpClient api, object customer)
    {
        using var answer = await Create(api, customer);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    private static async Task<string[]> Names(HttpClient api, string query) =>
        [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?{query}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Eight_people_who_create_one_credit_code_at_once_make_one_customer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var north = await app.Api("n1");
        using var south = await app.Api("s1");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Create(i % 2 == 0 ? north : south, new { name = $"客户{i}", creditCode = Code })));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.StatusCode != HttpStatusCode.Created), a => Assert.Equal(HttpStatusCode.BadRequest, a.StatusCode));
        Assert.Equal(1, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_duplicate_elsewhere_tells_the_unit_to_ask_and_nothing_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var south = await app.Api("s1");
        await Created(south, new { name = "南方机密钢铁有限公司", creditCode = Code });
        using var north = await app.Api("n1");

        using var byCode = await Create(north, new { name = "别的名字", creditCode = Code });
        using var byName = await Create(north, new { name = "南方机密钢铁股份有限公司" });

        var text = await byCode.Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.BadRequest, byCode.StatusCode);
        Assert.Contains("s1 网点", text, StringComparison.Ordinal);
        Assert.DoesNotContain("机密", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, byName.StatusCode);
        Assert.DoesNotContain("机密", await byName.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        await Created(north, new { name = "南方机密钢铁股份有限公司", duplicateReason = "另一家公司，已核对执照" });
        Assert.Equal(1, await app.In(System, db => db.Set<RailCrm.Platform.Data.AuditEntry>().CountAsync(a => a.Action == "duplicate_confirmed", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_lies_outside_the_scope_looks_absent_on_every_route(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var south = await app.Api("s1");
        var id = await Created(south, new { name = "南方机密公司" });
        using var north = await app.Api("north");
        using var pages = await app.SignedIn("north");

        foreach (var path in new[] { $"/api/v1/customers/{id}", $"/api/v1/customers/{id}/figures" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await north.GetAsync(path, Ct)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await north.PutAsJsonAsync($"/api/v1/customers/{id}", new { name = "改名" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await north.DeleteAsync($"/api/v1/customers/{id}", Ct)).StatusCode);
        Assert.Empty(await Names(north, "q=" + Uri.EscapeDataString("机密")));
        foreach (var path in new[] { $"/customers/{id}", $"/customers/{id}/edit", $"/customers/{id}/figures", $"/customers/{id}/print" })
        {
            var answer = await pages.GetAsync(path, Ct);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.DoesNotContain("机密", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_grant_opens_one_customer_until_it_ends(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var south = await app.Api("s1");
        var id = await Created(south, new { name = "共享客户" });
        await Created(south, new { name = "未共享客户" });
        var reader = await app.ActorOf("n1");
        await app.In(System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = id, UserId = reader.UserId, Until = db.UtcNow.AddDays(1) });
            return await db.SaveChangesAsync(Ct);
        });
        using var north = await app.Api("n1");

        Assert.Equal(["共享客户"], await Names(north, ""));
        Assert.Equal(HttpStatusCode.OK, (await north.GetAsync($"/api/v1/customers/{id}", Ct)).StatusCode);
        app.Later(TimeSpan.FromDays(2));
        Assert.Empty(await Names(north, ""));
        Assert.Equal(HttpStatusCode.NotFound, (await north.GetAsync($"/api/v1/customers/{id}", Ct)).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_repeated_request_with_one_key_has_one_effect_and_one_answer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Create(api, new { name = "一次就好" }, "key-1")));
        using var other = await Create(api, new { name = "另一位" }, "key-1");

        Assert.Equal(1, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, a.StatusCode.ToString()));
        Assert.True((int)other.StatusCode is 409 or 422, other.StatusCode.ToString());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_edit_of_an_older_version_is_refused_and_overwrites_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Created(api, new { name = "甲公司" });
        var tag = (await api.GetAsync($"/api/v1/customers/{id}", Ct)).Headers.ETag!;
        async Task<HttpStatusCode> Put(string name)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/customers/{id}") { Content = JsonContent.Create(new { name }) };
            request.Headers.IfMatch.Add(tag);
            return (await api.SendAsync(request, Ct)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Put("乙公司"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Put("丙公司"));
        Assert.Equal(["乙公司"], await Names(api, ""));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pages_walk_every_customer_once_in_every_order(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("group");
        for (var i = 0; i < 23; i++)
        {
            await Created(api, new { name = $"客户{(char)('A' + (i % 5))}{i}", phone = $"010-8000{i:0000}", legalRepresentative = i % 2 == 0 ? "王伟" : null });
        }

        foreach (var sort in new[] { "name", "revenue", "-revenue", "change", "-change", "completeness", "-updated" })
        {
            var seen = new List<long>();
            string? cursor = null;
            do
            {
                var page = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?sort={sort}&limit=5{(cursor is null ? "" : $"&cursor={cursor}")}", Ct);
                seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64()));
                cursor = page.GetProperty("nextCursor").GetString();
            }
            while (cursor is not null);
            Assert.Equal(23, seen.Count);
            Assert.Equal(23, seen.Distinct().Count());
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync("/api/v1/customers?sort=secret", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync("/api/v1/customers?cursor=nonsense", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync("/api/v1/customers?tier=huge", Ct)).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_is_found_by_characters_pinyin_initials_code_and_phone(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        await Created(api, new { name = "重庆长安汽车有限公司", creditCode = Code, phone = "023-67591234" });
        await Created(api, new { name = "别的公司" });

        foreach (var typed in new[] { "长安", "汽车", "cqca", "changan", Code, Code[..10], "67591234", "重庆 汽车" })
        {
            Assert.Equal(["重庆长安汽车有限公司"], await Names(api, "q=" + Uri.EscapeDataString(typed)));
        }

        Assert.Empty(await Names(api, "q=" + Uri.EscapeDataString("' OR 1=1 --")));
        Assert.Empty(await Names(api, "q=" + Uri.EscapeDataString("%_*\"")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_bin_hides_a_customer_and_gives_it_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Created(api, new { name = "甲公司" });

        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"/api/v1/customers/{id}", Ct)).StatusCode);
        Assert.Empty(await Names(api, ""));
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"/api/v1/customers/{id}", Ct)).StatusCode);
        var actor = await app.ActorOf("n1");
        Assert.True((await app.With<GetCustomer, Result<Customer>>(actor, g => g.Bin(id, into: false, null, Ct))).TryGet(out _, out _));
        Assert.Equal(["甲公司"], await Names(api, ""));
    }

    public static TheoryData<Engine, string, string> BadFields()
    {
        var data = new TheoryData<Engine, string, string>();
        foreach (var engine in Enum.GetValues<Engine>())
        {
            data.Add(engine, """{"name":""}""", "name");
            data.Add(engine, """{"name":"a\u0000b"}""", "name");
            data.Add(engine, """{"name":"\ud800"}""", "name");
            data.Add(engine, """{"name":"甲","creditCode":"123"}""", "creditCode");
            data.Add(engine, """{"name":"甲","website":"javascript:alert(1)"}""", "website");
            data.Add(engine, """{"name":"甲","marketSharePercent":101}""", "marketSharePercent");
            data.Add(engine, """{"name":"甲","phone":"abc"}""", "phone");
            data.Add(engine, """{"name":"甲","employeeCount":-1}""", "employeeCount");
            data.Add(engine, """{"name":"甲","unitId":999999}""", "unitId");
        }

        return data;
    }

    [Theory, MemberData(nameof(BadFields))]
    public async Task A_bad_field_is_refused_by_name_and_nothing_is_stored(Engine engine, string body, string field)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");

        using var answer = await api.PostAsync("/api/v1/customers", new StringContent(body, global::System.Text.Encoding.UTF8, "application/json"), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        if (!body.Contains("ud800", StringComparison.Ordinal))
        {
            Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").TryGetProperty(field, out _), await answer.Content.ReadAsStringAsync(Ct));
        }

        Assert.Equal(0, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_nobody_knows_and_a_computed_field_are_refused(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");

        Assert.Equal(HttpStatusCode.BadRequest, (await Create(api, new { name = "甲", tier = "large" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Create(api, new { name = "甲", isAdmin = true })).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Emoji_rare_characters_and_long_names_come_back_as_typed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var name = "𠮷野家🚂" + new string('长', 180);

        var id = await Created(api, new { name });

        Assert.Equal(name, (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}", Ct)).GetProperty("name").GetString());
        Assert.Single(await Names(api, "q=" + Uri.EscapeDataString("野家")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_history_tells_who_changed_what_from_what(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Created(api, new { name = "甲公司", legalRepresentative = "王伟" });
        (await api.PutAsJsonAsync($"/api/v1/customers/{id}", new { name = "甲公司", legalRepresentative = "李娜" }, Ct)).EnsureSuccessStatusCode();

        var history = (await app.With<CustomerHistory, CustomerHistory.Page>(await app.ActorOf("n1"), h => h.Run(id, null, null, Ct))).Events;

        var change = Assert.Single(history[0].Changes, c => c.Field == "LegalRepresentative");
        Assert.Equal(("n1", "王伟", "李娜"), (history[0].Actor, change.Before, change.After));
    }
}
