using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The whole 客户信息 through the API: lists, parent, sidings that are shared, codes that need a supervisor.</summary>
public sealed class CustomerRecordTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<long> Created(HttpClient api, object customer)
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/customers", customer, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Put(HttpClient api, long id, object customer)
    {
        using var answer = await api.PutAsJsonAsync($"/api/v1/customers/{id}", customer, Ct);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Ct));
    }

    private static Task<JsonElement> Get(HttpClient api, long id) => api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}", Ct);

    private static async Task<string[]> Wrong(HttpClient api, object customer)
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/customers", customer, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").EnumerateObject().Select(p => p.Name)];
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_field_comes_back_as_it_was_said_and_goes_back_unchanged(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var parent = await Created(api, new { name = "母公司" });
        var said = new
        {
            name = "全资料公司", shortName = "全资料", kind = "company", legalRepresentative = "王伟", businessDirection = "钢材", productionScale = "年产 100 万吨", marketSharePercent = 12.34, employeeCount = 500,
            ownershipType = "stateOwned", sizeClass = "medium", industryCode = "31", regionCode = "110000", transportModes = "container,carload", transportCycle = "每周", companyProfile = "介绍", localCulture = "文化",
            localCustoms = "习俗", registeredAddress = "路 1 号", businessAddress = "路 2 号", website = "https://example.cn", phone = "010-60000000", tags = "重点,长期", parentId = parent, active = true,
            shareholders = new[] { new { name = "甲", sharePercent = 60.5, kind = "法人" }, new { name = "乙", sharePercent = 39.5, kind = "自然人" } },
            products = new[] { new { name = "热轧卷板", annualOutput = 900_000L, stockOnHand = 12_000L, unit = "吨", asOf = "2026-03-01" } },
            mainStations = new[] { new { role = "sending", station = "高桥镇站", yearlyTonnes = 400_000L }, new { role = "receiving", station = "丰台西", yearlyTonnes = 100_000L } },
            sidings = new[] { new { name = "钢厂专用线", connectionStation = "高桥镇", owner = "钢厂", lengthMetres = 1_850, tracks = 4, wagonsPerDay = 60, agreementExpiresOn = "2027-12-31" } },
        };

        var id = await Created(api, said);
        var got = await Get(api, id);

        Assert.Equal("carload,container", got.GetProperty("transportModes").GetString());
        Assert.Equal("weekly", got.GetProperty("transportCycle").GetString());
        Assert.Equal(12.34m, got.GetProperty("marketSharePercent").GetDecimal());
        Assert.Equal(parent, got.GetProperty("parentId").GetInt64());
        Assert.Equal(60.5m, got.GetProperty("shareholders")[0].GetProperty("sharePercent").GetDecimal());
        Assert.Equal("2026-03-01", got.GetProperty("products")[0].GetProperty("asOf").GetString());
        Assert.Equal("高桥镇", got.GetProperty("mainStations")[0].GetProperty("station").GetString());
        Assert.Equal("receiving", got.GetProperty("mainStations")[1].GetProperty("role").GetString());
        Assert.Equal(60, got.GetProperty("sidings")[0].GetProperty("wagonsPerDay").GetInt32());
        Assert.Equal(90, got.GetProperty("completeness").GetInt32()); // All but a credit code and a contact, of 21.

        var (status, again) = await Put(api, id, said);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(got.GetProperty("version").GetInt32(), again.GetProperty("version").GetInt32());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_list_left_out_stays_and_a_list_sent_replaces_keeping_the_rows_that_stay(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Created(api, new { name = "甲", shareholders = new[] { new { name = "一", sharePercent = 50 }, new { name = "二", sharePercent = 30 } }, mainStations = new[] { new { station = "高桥镇" } } });
        var before = await app.In(System, db => db.Set<Shareholder>().SingleAsync(s => s.Name == "一", Ct));

        await Put(api, id, new { name = "甲" });
        Assert.Equal(2, (await Get(api, id)).GetProperty("shareholders").GetArrayLength());
        var (_, after) = await Put(api, id, new { name = "甲", shareholders = new[] { new { name = "一", sharePercent = 70 } } });

        Assert.Equal(70, after.GetProperty("shareholders")[0].GetProperty("sharePercent").GetDecimal());
        Assert.Equal(1, after.GetProperty("shareholders").GetArrayLength());
        Assert.Equal(1, after.GetProperty("mainStations").GetArrayLength());
        Assert.Equal(before.Id, await app.In(System, db => db.Set<Shareholder>().Select(s => s.Id).SingleAsync(Ct)));
        Assert.Equal(1, after.GetProperty("version").GetInt32());
        await Put(api, id, new { name = "甲", mainStations = Array.Empty<object>() });
        Assert.Equal(0, await app.In(System, db => db.Set<MainStation>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Rows_that_cannot_be_are_refused_by_field_and_nothing_is_stored(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");

        Assert.Contains("shareholders", await Wrong(api, new { name = "甲", shareholders = new[] { new { name = "一", sharePercent = 60.0 }, new { name = "二", sharePercent = 40.01 } } }));
        Assert.Contains("shareholders[0].name", await Wrong(api, new { name = "甲", shareholders = new[] { new { name = " ", sharePercent = 1 } } }));
        Assert.Contains("shareholders[0].sharePercent", await Wrong(api, new { name = "甲", shareholders = new[] { new { name = "一", sharePercent = -1 } } }));
        Assert.Contains("products[0].annualOutput", await Wrong(api, new { name = "甲", products = new[] { new { name = "煤", annualOutput = -5 } } }));
        Assert.Contains("mainStations[1].station", await Wrong(api, new { name = "甲", mainStations = new[] { new { station = "高桥镇" }, new { station = "高桥镇站" } } }));
        Assert.Contains("sidings[0].connectionStation", await Wrong(api, new { name = "甲", sidings = new[] { new { name = "线" } } }));
        Assert.Contains("sidings", await Wrong(api, new { name = "甲", sidings = Enumerable.Range(0, 51).Select(i => new { name = $"线{i}", connectionStation = "站" }) }));
        Assert.Contains("transportModes", await Wrong(api, new { name = "甲", transportModes = "rocket" }));
        Assert.Contains("shareholders[0]", await Wrong(api, new { name = "甲", shareholders = new object?[] { null } }));
        Assert.Equal(0, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
        Assert.Equal(0, await app.In(System, db => db.Set<Siding>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_siding_of_one_station_and_name_is_one_and_its_facts_are_not_changed_over_the_heads_of_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var south = await app.Api("s1");
        using var north = await app.Api("n1");
        using var group = await app.Api("group");
        await Created(south, new { name = "南方钢厂", sidings = new[] { new { name = "钢厂线", connectionStation = "高桥镇", tracks = 4 } } });

        var id = await Created(north, new { name = "北方货主", sidings = new[] { new { name = "钢厂线", connectionStation = "高桥镇站" } } });
        var (status, refused) = await Put(north, id, new { name = "北方货主", sidings = new[] { new { name = "钢厂线", connectionStation = "高桥镇", tracks = 9 } } });

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("s1 网点", refused.GetProperty("errors").GetProperty("sidings[0].name")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(4, (await Get(north, id)).GetProperty("sidings")[0].GetProperty("tracks").GetInt32());
        (status, _) = await Put(group, id, new { name = "北方货主", sidings = new[] { new { name = "钢厂线", connectionStation = "高桥镇", tracks = 6, wagonsPerDay = 40 } } });
        Assert.Equal(HttpStatusCode.OK, status);
        var siding = await app.In(System, db => db.Set<Siding>().SingleAsync(Ct));
        Assert.Equal((6, 40), (siding.Tracks, siding.WagonsPerDay));
        Assert.Equal(2, await app.In(System, db => db.Set<CustomerSiding>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_company_belongs_neither_to_itself_nor_to_its_own_subsidiary(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var top = await Created(api, new { name = "集团" });
        var middle = await Created(api, new { name = "子公司", parentId = top });
        var low = await Created(api, new { name = "孙公司", parentId = middle });

        foreach (var parent in new[] { top, middle, low })
        {
            var (status, body) = await Put(api, top, new { name = "集团", parentId = parent });
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.True(body.GetProperty("errors").TryGetProperty("parentId", out _));
        }

        var both = await Task.WhenAll(Put(api, top, new { name = "集团", parentId = (long?)null }), Put(api, middle, new { name = "子公司", parentId = low }));
        Assert.Equal(HttpStatusCode.BadRequest, both[1].Status);
        Assert.Equal(0, await app.In(System, db => db.Set<Customer>().CountAsync(c => c.Id == top && c.ParentId != null, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_parent_outside_the_scope_can_neither_be_named_nor_seen_nor_lost(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var south = await app.Api("s1");
        using var north = await app.Api("n1");
        using var group = await app.Api("group");
        var hidden = await Created(south, new { name = "南方母公司" });
        var id = await Created(north, new { name = "北方子公司" });

        Assert.Equal(HttpStatusCode.BadRequest, (await Put(north, id, new { name = "北方子公司", parentId = hidden })).Status);
        Assert.Equal(HttpStatusCode.OK, (await Put(group, id, new { name = "北方子公司", parentId = hidden })).Status);

        Assert.Equal(JsonValueKind.Null, (await Get(north, id)).GetProperty("parentId").ValueKind);
        Assert.Equal(HttpStatusCode.OK, (await Put(north, id, new { name = "北方子公司", phone = "010-1" })).Status);
        Assert.Equal(hidden, (await Get(group, id)).GetProperty("parentId").GetInt64());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_code_that_fails_one_check_needs_a_reason_and_one_that_fails_both_a_supervisor(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var clerk = await app.Api("n1");
        await app.In(System, db => db.Set<RolePermission>().Where(p => p.Permission == Permission.CustomersSupervise && db.Set<Role>().Any(r => r.Id == p.RoleId && r.Name == "outlet")).ExecuteDeleteAsync(Ct));
        const string digitFails = "91350100M000100Y44", bothFail = "91350100M000100Y53";
        using var head = await app.Api("north");

        Assert.Contains("creditCode", await Wrong(clerk, new { name = "甲", creditCode = "91350100M000100" }));
        Assert.Contains("creditCode", await Wrong(clerk, new { name = "甲", creditCode = digitFails }));
        await Created(clerk, new { name = "甲", creditCode = digitFails, creditCodeReason = "营业执照如此" });
        using var refused = await clerk.PostAsJsonAsync("/api/v1/customers", new { name = "乙", creditCode = bothFail, creditCodeReason = "营业执照如此" }, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("supervisor", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("creditCode", await Wrong(head, new { name = "乙", creditCode = bothFail }));
        var n1 = await app.ActorOf("n1");
        var id = await Created(head, new { name = "乙", creditCode = bothFail, creditCodeReason = "已核对原件", unitId = n1.UnitId });
        Assert.Equal(HttpStatusCode.OK, (await Put(clerk, id, new { name = "乙二", creditCode = bothFail, creditCodeReason = "已核对原件" })).Status);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Delete_and_put_refuse_an_older_version(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Created(api, new { name = "甲" });
        await Put(api, id, new { name = "甲", shareholders = new[] { new { name = "一", sharePercent = 50 } } });
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/customers/{id}");
        request.Headers.IfMatch.Add(new("\"0\""));

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await api.SendAsync(request, Ct)).StatusCode);
        Assert.Equal(1, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Duplicates_are_told_while_typing_and_hidden_where_they_are_not_the_users_own(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var south = await app.Api("s1");
        using var north = await app.Api("n1");
        await Created(south, new { name = "南方机密钢铁有限公司", phone = "+86 10 6000 0000", businessAddress = "福建省厦门市湖里区港中路 8 号" });
        var street = Uri.EscapeDataString("福建省厦门市湖里区港中路8号");
        Assert.Equal("address", (await south.GetFromJsonAsync<JsonElement>("/api/v1/customers/duplicates?address=" + street, Ct)).GetProperty("items")[0].GetProperty("reason").GetString());
        Assert.DoesNotContain("机密", await north.GetStringAsync("/api/v1/customers/duplicates?address=" + street, Ct), StringComparison.Ordinal);
        Assert.Equal(0, (await south.GetFromJsonAsync<JsonElement>("/api/v1/customers/duplicates?address=" + Uri.EscapeDataString("福建省厦门市湖里区港中路9号"), Ct)).GetProperty("items").GetArrayLength());

        var own = await south.GetFromJsonAsync<JsonElement>("/api/v1/customers/duplicates?name=" + Uri.EscapeDataString("南方机密钢铁"), Ct);
        var other = await north.GetStringAsync("/api/v1/customers/duplicates?phone=010-60000000", Ct);

        Assert.Equal("南方机密钢铁有限公司", own.GetProperty("items")[0].GetProperty("name").GetString());
        Assert.Contains("s1 网点", other, StringComparison.Ordinal);
        Assert.Contains("phone", other, StringComparison.Ordinal);
        Assert.DoesNotContain("机密", other, StringComparison.Ordinal);
        Assert.Equal("[]", (await north.GetFromJsonAsync<JsonElement>("/api/v1/customers/duplicates?name=x", Ct)).GetProperty("items").GetRawText());

        // Names that are alike and no more: of one's own customers alone, without what was told already.
        var id = own.GetProperty("items")[0].GetProperty("id").GetInt64();
        async Task<(int Same, long[] Similar)> Told(HttpClient api, string name, string more = "") => await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/duplicates?name={Uri.EscapeDataString(name)}{more}", Ct) is var told
            ? (told.GetProperty("items").GetArrayLength(), [.. told.GetProperty("similar").EnumerateArray().Select(s => s.GetProperty("id").GetInt64())]) : default;
        foreach (var alike in new[] { "南方机密钢材", "南方机密钢铁贸易公司", "南方基密钢帖", "南方机密股份有限公司" })
        {
            var (same, similar) = await Told(south, alike);
            Assert.True(same == 0 && similar is [var only] && only == id, $"{alike}: {same}, {similar.Length}");
            Assert.Empty((await Told(north, alike)).Similar);
        }

        foreach (var (unlike, more) in new[] { ("南方机密钢铁", ""), ("北方木材加工", ""), ("南方机密钢材", $"&id={id}"), ("南方", "") })
        {
            Assert.Empty((await Told(south, unlike, more)).Similar);
        }
    }
}
