using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Tests.Modules.Exchange;

namespace RailCrm.Tests.Modules.Customers;

public sealed class DuplicatePairTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<List<JsonElement>> Pairs(HttpClient api, string query = "") =>
        [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/duplicate-pairs{query}", Ct)).GetProperty("items").EnumerateArray()];

    private static Task<List<string>> Stored(CrmApp app) => app.In(System, async db =>
        (await db.Set<DuplicatePair>().OrderBy(p => p.FirstId).ThenBy(p => p.SecondId).ToListAsync(Ct)).ConvertAll(p => $"{p.FirstId}-{p.SecondId} {p.Score} {p.Reasons}{(p.DismissedAt is null ? "" : " two")}"));

    private static Task Dismiss(CrmApp app, string user, string pair) => Judge(app, user, pair, two: true);

    private static async Task Judge(CrmApp app, string user, string pair, bool two)
    {
        var id = await app.In(System, async db => (await db.Set<DuplicatePair>().ToListAsync(Ct)).Single(p => $"{p.FirstId}-{p.SecondId}" == pair).Id);
        Assert.Null((await app.With<ListPairs, Result<bool>>(await app.ActorOf(user), l => l.Dismiss(id, two, null, Ct))).Refusal);
    }

    /// <summary>Runs the search to its end.</summary>
    private static async Task Search(CrmApp app)
    {
        Assert.True((await app.With<ListPairs, Result<long>>(System, l => l.SearchNow(Ct))).TryGet(out var job, out _));
        await app.Ended(job);
    }

    /// <summary>Customers as an import or another program leaves them: without keys or pairs.</summary>
    private static Task<List<long>> Bulk(CrmApp app, params (string Name, string Unit, string? Phone, string? Address, string? Mobile)[] rows) => app.In(System, async db =>
    {
        var units = await db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct);
        var made = new List<long>();
        foreach (var row in rows)
        {
            var customer = new Customer { Name = row.Name, UnitId = units[row.Unit], Number = Guid.NewGuid().ToString("N")[..20], CreatedAt = db.UtcNow, UpdatedAt = db.UtcNow };
            CustomerRules.Apply(new() { Name = row.Name, Phone = row.Phone, BusinessAddress = row.Address }, customer, customer.UnitId, db.UtcNow);
            db.Add(customer);
            await db.SaveChangesAsync(Ct);
            if (row.Mobile is not null)
            {
                db.Add(new Contact { CustomerId = customer.Id, Name = "某人", Mobile = row.Mobile, MobileDigits = PhoneNumber.Digits(row.Mobile), CreatedAt = db.UtcNow });
                await db.SaveChangesAsync(Ct);
            }

            made.Add(customer.Id);
        }

        return made;
    });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_search_finds_those_alike_in_bulk_and_takes_away_those_that_are_no_longer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        const string Address = "河南省商丘市永城市高桥镇矿区路1号";
        var ids = await Bulk(app,
            ("北方煤业有限公司", "N1", null, null, null), ("北方煤业股份有限公司", "N2", null, null, null), // 0-1 name
            ("宏达物流", "N1", null, null, null), ("鸿达物流", "S1", null, null, null), // 2-3 reading
            ("甲商贸", "N1", "138-1234-5678", null, null), ("乙运输", "N1", null, null, "+86 13812345678"), // 4-5 switchboard and somebody's mobile
            ("大屯电厂燃料公司", "N1", null, Address, null), ("大屯电厂", "N1", null, Address, null), // 6-7 address and part of the name
            ("毫不相干", "N1", "13900000000", "江苏省徐州市沛县大屯镇中心路9号", null));

        await Search(app);

        Assert.Equal([$"{ids[0]}-{ids[1]} 60 name", $"{ids[2]}-{ids[3]} 45 pinyin", $"{ids[4]}-{ids[5]} 40 phone", $"{ids[6]}-{ids[7]} 45 address,part"], await Stored(app));
        await Dismiss(app, "north", $"{ids[0]}-{ids[1]}");
        await app.In(System, db => db.Set<Customer>().Where(c => c.Id == ids[4]).ExecuteUpdateAsync(u => u.SetProperty(c => c.PhoneDigits, "13800000001"), Ct));
        await app.In(System, db => db.Set<Customer>().Where(c => c.Id == ids[3]).ExecuteUpdateAsync(u => u.SetProperty(c => c.CreditCode, "91350100M000100Y43"), Ct));
        await Search(app);
        Assert.Equal([$"{ids[0]}-{ids[1]} 60 name two", $"{ids[2]}-{ids[3]} 45 pinyin", $"{ids[6]}-{ids[7]} 45 address,part"], await Stored(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_phone_that_hundreds_share_makes_no_more_pairs_than_a_block_holds_and_the_search_goes_on_from_its_checkpoint(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Bulk(app, [.. Enumerable.Range(0, 120).Select(i => ($"客户{(char)('一' + (i * 37))}{(char)('一' + (i * 91))}{(char)('一' + (i * 53) + 7)}", "N1", (string?)"010-66554433", (string?)null, (string?)null))]);

        await app.In(System, async db =>
        {
            var job = new Job { Kind = SearchDuplicates.Job, CreatedAt = db.UtcNow, State = "running", LeaseUntil = 1, Token = 1, Checkpoint = """{"Phase":"phones","Last":"","Done":3}""" };
            db.Add(job);
            await db.SaveChangesAsync(Ct);
            await app.Ended(job.Id);
            Assert.Equal(0, await db.Set<CustomerKeys>().CountAsync(Ct)); // Not from the beginning.
            Assert.Equal(RenewPairs.Block * (RenewPairs.Block - 1) / 2, await db.Set<DuplicatePair>().CountAsync(Ct));
            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pairs_follow_each_change_at_once_and_a_dismissal_holds_until_something_compared_changes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var a = await MergeScene.Create(api, new { name = "北方煤业有限公司" });
        var b = await MergeScene.Alike(api, new { name = "北方煤业公司" });
        var pair = $"{a}-{b}";
        Assert.Equal([$"{pair} 60 name"], await Stored(app));

        await Dismiss(app, "n1", pair);
        (await api.PutAsJsonAsync($"/api/v1/customers/{b}", new { name = "北方煤业公司", companyProfile = "不比较的内容" }, Ct)).EnsureSuccessStatusCode();
        Assert.Equal([$"{pair} 60 name two"], await Stored(app));
        Assert.Empty(await Pairs(api));
        Assert.Single(await Pairs(api, "?dismissed=true"));

        foreach (var id in new[] { a, b })
        {
            (await api.PostAsJsonAsync($"/api/v1/customers/{id}/contacts", new { name = "王伟", mobile = "13812345678" }, Ct)).EnsureSuccessStatusCode();
        }

        Assert.Equal([$"{pair} 100 name,phone"], await Stored(app));
        await Dismiss(app, "n1", pair);
        await Judge(app, "n1", pair, two: false);
        Assert.Equal([$"{pair} 100 name,phone"], await Stored(app));
        (await api.PutAsJsonAsync($"/api/v1/customers/{b}", new { name = "完全另一家" }, Ct)).EnsureSuccessStatusCode();
        Assert.Equal([$"{pair} 40 phone"], await Stored(app));
        var contact = (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{b}/contacts", Ct)).GetProperty("items")[0].GetProperty("id").GetInt64();
        (await api.DeleteAsync($"/api/v1/customers/{b}/contacts/{contact}", Ct)).EnsureSuccessStatusCode();
        Assert.Empty(await Stored(app));
        Assert.Equal(6, await app.In(System, db => db.Set<AuditEntry>().CountAsync(e => e.Action == "pair_dismissed" || e.Action == "pair_reopened", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_pair_is_seen_only_by_whoever_sees_both_the_likeliest_first_page_by_page(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Bulk(app, ("北方煤业", "N1", null, null, null), ("北方煤业", "N2", null, null, null), ("北方煤业", "S1", null, null, null), ("宏达物流", "N1", null, null, null), ("鸿达物流", "N1", null, null, null));
        await Search(app);
        async Task<string> Seen(string user) => string.Join(' ', (await Pairs(await app.Api(user))).Select(p => $"{p.GetProperty("first").GetProperty("id")}-{p.GetProperty("second").GetProperty("id")}"));

        Assert.Equal($"{ids[1]}-{ids[2]} {ids[0]}-{ids[2]} {ids[0]}-{ids[1]} {ids[3]}-{ids[4]}", await Seen("group"));
        Assert.Equal($"{ids[0]}-{ids[1]} {ids[3]}-{ids[4]}", await Seen("north"));
        Assert.Equal($"{ids[3]}-{ids[4]}", await Seen("n1"));
        Assert.Equal("", await Seen("n2"));
        Assert.Equal("", await Seen("south"));
        var id = await app.In(System, db => db.Set<DuplicatePair>().Where(p => p.SecondId == ids[2]).Select(p => p.Id).FirstAsync(Ct));
        Assert.IsType<Refusal.NotFound>((await app.With<ListPairs, Result<bool>>(await app.ActorOf("north"), l => l.Dismiss(id, true, null, Ct))).Refusal);
        await app.In(System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = ids[2], UserId = (await app.ActorOf("n2")).UserId });
            return await db.SaveChangesAsync(Ct);
        });
        Assert.Equal($"{ids[1]}-{ids[2]}", await Seen("n2"));

        using var api = await app.Api("group");
        var (walked, cursor) = (new List<long>(), "");
        do
        {
            var page = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/duplicate-pairs?limit=1{cursor}", Ct);
            walked.AddRange(page.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("id").GetInt64()));
            cursor = page.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        Assert.Equal((await Pairs(api)).Select(p => p.GetProperty("id").GetInt64()), walked);
        using var wrong = await api.GetAsync(new Uri("/api/v1/customers/duplicate-pairs?limit=0", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_lists_dismisses_gives_back_and_starts_one_search(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var a = await MergeScene.Create(api, new { name = "北方煤业有限公司" });
        var b = await MergeScene.Alike(api, new { name = "北方煤业公司" });
        using var browser = await app.SignedIn("n1");
        async Task<string> Text(string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
        var id = await app.In(System, db => db.Set<DuplicatePair>().Select(p => p.Id).SingleAsync(Ct));

        var page = await Text("/customers/duplicates");
        using var two = await CrmApp.Submit(browser, "/customers/duplicates", "judge", new() { ["Judge"] = $"{id}:two" });
        var toast = await Text("/customers/duplicates");
        using var open = await CrmApp.Submit(browser, "/customers/duplicates", "judge", new() { ["Judge"] = $"{id}:open" });
        using var search = await CrmApp.Submit(browser, "/customers/duplicates", "search", []);

        Assert.Contains($"/customers/merge?ids={a},{b}", page, StringComparison.Ordinal);
        Assert.Contains("名称相同", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, two.StatusCode);
        Assert.Contains($"value=\"{id}:open\"", toast, StringComparison.Ordinal); // The toast takes it back.
        Assert.Contains("没有疑似重复的客户", toast, StringComparison.Ordinal);
        Assert.Contains("北方煤业公司", await Text("/customers/duplicates"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Found, HttpStatusCode.Found), (open.StatusCode, search.StatusCode));
        Assert.Equal(1, await app.In(System, db => db.Set<Job>().CountAsync(j => j.Kind == SearchDuplicates.Job, Ct)));
        Assert.IsType<Refusal.Forbidden>((await app.With<ListPairs, Result<long>>(await app.ActorOf("auditor"), l => l.SearchNow(Ct))).Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pairs_are_narrowed_by_unit_likeness_and_reason_page_by_page(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Bulk(app,
            ("北方煤业", "N1", null, null, null), ("北方煤业", "N2", null, null, null), // 60 name
            ("宏达物流", "S1", null, null, null), ("鸿达物流", "N1", null, null, null), // 45 pinyin
            ("甲商贸", "S1", "138-1234-5678", null, null), ("乙运输", "S1", null, null, "+86 13812345678"), // 40 phone
            ("丙商贸", "S1", "138-1234-9999", null, null), ("丙商贸", "S1", "138-1234-9999", null, null)); // 100 name,phone
        await Search(app);
        var units = await app.In(System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        async Task<string> Seen(string user, string query) => string.Join(' ', (await Pairs(await app.Api(user), query)).Select(p => ids.IndexOf(p.GetProperty("first").GetProperty("id").GetInt64())));

        Assert.Equal("6 0 2 4", await Seen("group", ""));
        Assert.Equal("6 0", await Seen("group", "?least=60"));
        Assert.Equal("6 0", await Seen("group", "?reason=name"));
        Assert.Equal("6 4", await Seen("group", "?reason=phone"));
        Assert.Equal("4", await Seen("group", "?reason=phone&least=1&limit=1&cursor=" + await Next("?reason=phone&least=1&limit=1")));
        Assert.Equal("6 2 4", await Seen("group", $"?unit={units["S1"]}"));
        Assert.Equal("0 2", await Seen("group", $"?unit={units["N1"]}"));
        Assert.Equal("2", await Seen("group", $"?unit={units["N1"]}&reason=pinyin&least=45"));
        Assert.Equal("0", await Seen("north", $"?unit={units["N2"]}"));
        Assert.Equal("0", await Seen("north", "?reason=name"));
        Assert.Equal("6", await Seen("s1", "?reason=name"));
        using var api = await app.Api("north");
        foreach (var wrong in new[] { $"unit={units["S1"]}", "least=0", "least=101", "reason=luck" })
        {
            using var answer = await api.GetAsync(new Uri($"/api/v1/customers/duplicate-pairs?{wrong}", UriKind.Relative), Ct);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        using var group = await app.Api("group");
        var second = await group.GetFromJsonAsync<JsonElement>("/api/v1/customers/duplicate-pairs?reason=phone&limit=1&cursor=" + await Next("?reason=phone&limit=1"), Ct);
        Assert.Equal((JsonValueKind.Null, "6"), (second.GetProperty("nextCursor").ValueKind, await Seen("group", "?reason=phone&limit=1&cursor=" + second.GetProperty("previousCursor").GetString())));

        using var browser = await app.SignedIn("group");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/customers/duplicates?unit={units["N1"]}&least=&reason=pinyin", UriKind.Relative), Ct));
        Assert.Contains("鸿达物流", page, StringComparison.Ordinal);
        Assert.DoesNotContain("北方煤业", page, StringComparison.Ordinal);
        Assert.Contains($"/customers/duplicates?unit={units["N1"]}\"", page, StringComparison.Ordinal); // A chip takes its filter off and leaves the other.

        async Task<string?> Next(string query) => (await (await app.Api("group")).GetFromJsonAsync<JsonElement>("/api/v1/customers/duplicate-pairs" + query, Ct)).GetProperty("nextCursor").GetString();
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_creates_one_and_says_why_it_is_no_duplicate_keeps_the_pair_off_the_list_by_form_and_by_file(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        using var s1 = await app.Api("s1");
        await MergeScene.Create(s1, new { name = "北方煤业集团" });
        var a = await MergeScene.Alike(api, new { name = "北方煤业有限公司" });
        var reason = new string('长', 199) + "😀"; // As long as may be said, and one character more than is kept.
        var b = await MergeScene.Create(api, new { name = "北方煤业公司", duplicateReason = reason });
        var file = await ReviewUse.Whole(app, await app.ActorOf("n1"), "customers", "客户名称,非重复说明\n北方煤业股份有限公司,第三家\n");
        var c = await app.In(System, db => db.Set<Customer>().Where(x => x.Name == "北方煤业股份有限公司").Select(x => x.Id).SingleAsync(Ct));

        Assert.Equal(1, file.Created);
        Assert.Empty(await Pairs(api));
        var two = (await Pairs(api, "?dismissed=true")).ToDictionary(p => (p.GetProperty("first").GetProperty("id").GetInt64(), p.GetProperty("second").GetProperty("id").GetInt64()));
        Assert.Equal([(a, b), (a, c), (b, c)], two.Keys.Order());
        Assert.Equal(reason[..199], two[(a, b)].GetProperty("dismissedReason").GetString());
        Assert.NotEmpty(two[(a, b)].GetProperty("dismissedBy").GetString()!);
        Assert.Equal("第三家", two[(b, c)].GetProperty("dismissedReason").GetString());
        using var group = await app.Api("group");
        await Search(app);
        Assert.Equal(3, (await Pairs(group)).Count); // With the one that n1 does not see: nobody judged that.
        Assert.Empty(await Pairs(api));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Why_two_are_no_duplicates_is_kept_told_in_the_history_and_given_back_with_the_word(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var a = await MergeScene.Create(api, new { name = "北方煤业有限公司" });
        await MergeScene.Alike(api, new { name = "北方煤业公司" });
        using var browser = await app.SignedIn("n1");
        async Task<string> Text(string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
        var id = await app.In(System, db => db.Set<DuplicatePair>().Select(p => p.Id).SingleAsync(Ct));

        using var two = await CrmApp.Submit(browser, "/customers/duplicates", "judge", new() { ["Judge"] = $"{id}:two", ["Why"] = " 两家独立法人 " });
        Assert.Equal("两家独立法人", (await Pairs(api, "?dismissed=true")).Single().GetProperty("dismissedReason").GetString());
        Assert.Contains("两家独立法人", await Text("/customers/duplicates?dismissed=true"), StringComparison.Ordinal);
        Assert.Contains("两家独立法人", await Text($"/customers/{a}/history"), StringComparison.Ordinal);

        using var open = await CrmApp.Submit(browser, "/customers/duplicates?dismissed=true", "judge", new() { ["Judge"] = $"{id}:open" });
        Assert.Contains("name=\"Why\" value=\"两家独立法人\"", await Text("/customers/duplicates?dismissed=true"), StringComparison.Ordinal);
        using var longer = await CrmApp.Submit(browser, "/customers/duplicates", "judge", new() { ["Judge"] = $"{id}:two", ["Why"] = new string('长', 201) });
        Assert.Single(await Pairs(api)); // Refused: still open.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task While_creating_a_match_tells_number_manager_and_all_reasons_to_whoever_sees_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var s1 = await app.Api("s1");
        var id = await MergeScene.Create(n1, new { name = "北方煤业有限公司", phone = "010-66554433" });
        await app.In(System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = id, UserId = (await app.ActorOf("n2")).UserId, Reason = "manager" });
            return await db.SaveChangesAsync(Ct);
        });
        async Task<JsonElement> Match(HttpClient api) => (await api.GetFromJsonAsync<JsonElement>("/api/v1/customers/duplicates?name=北方煤业&phone=01066554433", Ct)).GetProperty("items").EnumerateArray().Single();

        var seen = await Match(n1);
        var hidden = await Match(s1);

        Assert.Equal(("n2", "n1 网点"), (seen.GetProperty("manager").GetString(), seen.GetProperty("unitName").GetString()));
        Assert.StartsWith("KH-", seen.GetProperty("number").GetString(), StringComparison.Ordinal);
        Assert.Equal(["name", "phone"], seen.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()));
        Assert.All(new[] { "id", "name", "number", "manager" }, f => Assert.Equal(JsonValueKind.Null, hidden.GetProperty(f).ValueKind));
    }
}
