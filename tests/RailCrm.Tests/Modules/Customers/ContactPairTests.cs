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
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

public sealed class ContactPairTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<List<string>> Stored(CrmApp app) => app.In(System, async db =>
        (await db.Set<ContactPair>().OrderBy(p => p.FirstId).ThenBy(p => p.SecondId).ToListAsync(Ct)).ConvertAll(p => $"{p.FirstId}-{p.SecondId} {p.Score} {p.Reasons}{(p.DismissedAt is null ? "" : " two")}"));

    private static async Task<List<string>> Seen(CrmApp app, string user, string query = "")
    {
        using var api = await app.Api(user);
        return [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/contacts/duplicate-pairs{query}", Ct)).GetProperty("items").EnumerateArray().Select(p => $"{p.GetProperty("first").GetProperty("id")}-{p.GetProperty("second").GetProperty("id")}{(p.GetProperty("canMerge").GetBoolean() ? "" : " read")}")];
    }

    private static async Task<Refusal?> Judge(CrmApp app, string user, bool two)
    {
        var id = await app.In(System, db => db.Set<ContactPair>().OrderBy(p => p.Id).Select(p => p.Id).FirstAsync(Ct));
        return (await app.With<ListContactPairs, Result<bool>>(await app.ActorOf(user), l => l.Dismiss(id, two, null, Ct))).Refusal;
    }

    /// <summary>Runs the search to its end.</summary>
    private static async Task Search(CrmApp app)
    {
        Assert.True((await app.With<ListContactPairs, Result<long>>(System, l => l.SearchNow(Ct))).TryGet(out var job, out _));
        await app.Ended(job);
    }

    /// <summary>Contacts as an import or another program leaves them: without pairs.</summary>
    private static Task<List<long>> Bulk(CrmApp app, params (long Customer, string Name, string? Mobile, string? Phone, string? Email)[] rows) => app.In(System, async db =>
    {
        var made = rows.Select(r => new Contact { CustomerId = r.Customer, Name = r.Name, Mobile = r.Mobile, MobileDigits = PhoneNumber.Digits(r.Mobile), Phone = r.Phone, PhoneDigits = PhoneNumber.Digits(r.Phone), Email = r.Email, CreatedAt = db.UtcNow }).ToList();
        foreach (var contact in made)
        {
            db.Add(contact);
            await db.SaveChangesAsync(Ct);
        }

        return made.ConvertAll(k => k.Id);
    });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_search_finds_those_alike_in_bulk_and_takes_away_those_that_are_no_longer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b) = ((await Customer(app, "n1", new() { Name = "甲公司" })).Id, (await Customer(app, "s1", new() { Name = "乙公司" })).Id);
        var ids = await Bulk(app,
            (a, "李娜", null, null, null), (a, "李 娜", null, null, null), // 0-1 name
            (a, "王伟", "13800000001", null, null), (b, "王先生", "+86 138 0000 0001", null, null), // 2-3 mobile, elsewhere
            (a, "赵敏", null, "0512-66554433", null), (a, "钱多", null, "051266554433", null), // 4-5 phone
            (b, "李娜", null, "0512-66554433", "Na@Example.cn"), (a, "孙七", null, null, "na@example.CN")); // 6-7 mail, elsewhere

        await Search(app);

        Assert.Equal([$"{ids[0]}-{ids[1]} 50 name", $"{ids[2]}-{ids[3]} 45 mobile,elsewhere", $"{ids[4]}-{ids[5]} 40 phone", $"{ids[6]}-{ids[7]} 40 email,elsewhere"], await Stored(app));
        await app.In(System, db => db.Set<Contact>().Where(k => k.Id == ids[4]).ExecuteUpdateAsync(u => u.SetProperty(k => k.PhoneDigits, "051200000001"), Ct));
        await app.In(System, db => db.Set<Contact>().Where(k => k.Id == ids[3]).ExecuteUpdateAsync(u => u.SetProperty(k => k.Name, "王伟"), Ct));
        await Search(app);
        Assert.Equal([$"{ids[0]}-{ids[1]} 50 name", $"{ids[2]}-{ids[3]} 95 name,mobile,elsewhere", $"{ids[6]}-{ids[7]} 40 email,elsewhere"], await Stored(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_switchboard_that_a_hundred_share_makes_no_more_pairs_than_a_block_holds(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var a = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        await Bulk(app, [.. Enumerable.Range(0, 100).Select(i => (a, $"员工{i}", (string?)null, (string?)"010-66554433", (string?)null))]);

        await Search(app);

        Assert.Equal(RenewContactPairs.Block * (RenewContactPairs.Block - 1) / 2, await app.In(System, db => db.Set<ContactPair>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pairs_follow_each_change_at_once_and_a_dismissal_holds_until_something_compared_changes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var a = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var one = await Person(app, "n1", a, new() { Name = "李娜", Mobile = "13812345678" });
        var two = await Person(app, "n1", a, new() { Name = "李 娜" });
        var pair = $"{one.Id}-{two.Id}";
        Assert.Equal([$"{pair} 50 name"], await Stored(app));

        Assert.Null(await Judge(app, "n1", two: true));
        await Person(app, "n1", a, new() { Name = "李 娜", Title = "科长" }, two.Id);
        Assert.Empty(await Seen(app, "n1"));
        Assert.Equal([pair], await Seen(app, "n1", "?dismissed=true"));
        await Person(app, "n1", a, new() { Name = "李 娜", Mobile = "13812345678" }, two.Id);
        Assert.Equal([$"{pair} 100 name,mobile"], await Stored(app));
        Assert.Equal([pair], await Seen(app, "n1"));
        await Person(app, "n1", a, new() { Name = "旁人" }, two.Id);
        Assert.Empty(await Stored(app));
        Assert.Equal(2, await app.In(System, db => db.Set<AuditEntry>().CountAsync(e => e.Action == "contact_pair_dismissed", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_pair_that_two_find_at_once_from_its_two_sides_is_one(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b) = ((await Customer(app, "n1", new() { Name = "甲公司" })).Id, (await Customer(app, "n1", new() { Name = "乙公司" })).Id);
        var ids = await Bulk(app, (a, "李娜", "13812345678", null, null), (b, "李娜", "13812345678", null, null));
        var n1 = await app.ActorOf("n1");
        SaveContact.Input Said(string title) => new() { Name = "李娜", Mobile = "13812345678", Title = title };

        var refused = await Beside.Run(app, n1, async services => Assert.Null((await services.GetRequiredService<SaveContact>().Run(a, ids[0], null, Said("科长"), Ct)).Refusal),
            async () => (await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(b, ids[1], null, Said("处长"), Ct))).Refusal);

        Assert.Null(refused);
        Assert.Equal([$"{ids[0]}-{ids[1]} 95 name,mobile,elsewhere"], await Stored(app));
        Assert.Equal(["科长", "处长"], await app.In(System, db => db.Set<Contact>().OrderBy(k => k.Id).Select(k => k.Title).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_contact_out_of_the_bin_while_the_customers_are_found_alike_beside_it_is_no_error(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b) = ((await Customer(app, "n1", new() { Name = "北方煤业有限公司" })).Id, (await Customer(app, "n1", new() { Name = "北方煤业公司", DuplicateReason = "测试" })).Id);
        var ids = await Bulk(app, (a, "李娜", null, null, null), (b, "王伟", null, null, null));
        var n1 = await app.ActorOf("n1");
        Assert.Null((await app.With<SaveContact, Result<Contact>>(n1, s => s.Bin(b, ids[1], into: true, null, Ct))).Refusal);
        Task<List<string>> Alike() => app.In(System, async db => (await db.Set<DuplicatePair>().ToListAsync(Ct)).ConvertAll(p => $"{p.FirstId}-{p.SecondId}"));
        Assert.Equal([$"{a}-{b}"], await Alike());
        await app.In(System, db => db.Set<DuplicatePair>().ExecuteDeleteAsync(Ct)); // As before anybody compared them.

        var refused = await Beside.Run(app, n1, async services => Assert.Null((await services.GetRequiredService<SaveContact>().Run(a, ids[0], null, new() { Name = "李娜", Title = "科长" }, Ct)).Refusal),
            async () => (await app.With<SaveContact, Result<Contact>>(n1, s => s.Bin(b, ids[1], into: false, null, Ct))).Refusal);

        Assert.Null(refused);
        Assert.Equal([$"{a}-{b}"], await Alike());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_pair_is_seen_by_whoever_sees_both_and_a_merge_takes_it_off_the_list(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b, c) = ((await Customer(app, "n1", new() { Name = "甲公司" })).Id, (await Customer(app, "n2", new() { Name = "乙公司" })).Id, (await Customer(app, "s1", new() { Name = "丙公司" })).Id);
        var ids = await Bulk(app, (a, "李娜", "13812345678", null, null), (b, "李娜", "13812345678", null, null), (c, "李女士", "13812345678", null, null));
        await Search(app);

        Assert.Equal([$"{ids[0]}-{ids[1]}", $"{ids[1]}-{ids[2]}", $"{ids[0]}-{ids[2]}"], await Seen(app, "group"));
        Assert.Equal([$"{ids[0]}-{ids[1]}"], await Seen(app, "north"));
        Assert.Empty(await Seen(app, "n1"));
        Assert.IsType<Refusal.NotFound>(await Judge(app, "s1", two: true));
        await app.In(System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = b, UserId = (await app.ActorOf("n1")).UserId });
            return await db.SaveChangesAsync(Ct);
        });
        Assert.Equal([$"{ids[0]}-{ids[1]} read"], await Seen(app, "n1")); // What is only shared is not merged.
        Assert.Null((await app.With<UniteContacts, Result<UniteContacts.Answer>>(await app.ActorOf("north"), u => u.Run(new() { SurvivorId = ids[0], LoserIds = [ids[1]] }, Ct))).Refusal);
        Assert.Empty(await Seen(app, "north"));
        Assert.Equal([$"{ids[0]}-{ids[2]}"], await Seen(app, "group"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_lists_dismisses_gives_back_and_starts_one_search(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var a = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var (one, two) = (await Person(app, "n1", a, new() { Name = "李娜" }), await Person(app, "n1", a, new() { Name = "李 娜" }));
        using var browser = await app.SignedIn("n1");
        async Task<string> Text() => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri("/contacts/duplicates", UriKind.Relative), Ct));
        var id = await app.In(System, db => db.Set<ContactPair>().Select(p => p.Id).SingleAsync(Ct));

        var page = await Text();
        using var dismissed = await CrmApp.Submit(browser, "/contacts/duplicates", "judge", new() { ["Judge"] = $"{id}:two" });
        var toast = await Text();
        using var open = await CrmApp.Submit(browser, "/contacts/duplicates", "judge", new() { ["Judge"] = $"{id}:open" });

        Assert.Contains($"/contacts/merge?ids={one.Id},{two.Id}", page, StringComparison.Ordinal);
        Assert.Contains("姓名相同", page, StringComparison.Ordinal);
        Assert.Contains($"value=\"{id}:open\"", toast, StringComparison.Ordinal); // The toast takes it back.
        Assert.Contains("没有疑似重复的联系人", toast, StringComparison.Ordinal);
        Assert.Contains("李 娜", await Text(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Found, HttpStatusCode.Found), (dismissed.StatusCode, open.StatusCode));
        Assert.IsType<Refusal.Forbidden>((await app.With<ListContactPairs, Result<long>>(await app.ActorOf("auditor"), l => l.SearchNow(Ct))).Refusal);
        Assert.Contains(app.Services.GetServices<Schedule>(), s => s.Kind == SearchContactDuplicates.Job);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pairs_are_narrowed_by_unit_likeness_and_reason_page_by_page(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b, c) = ((await Customer(app, "n1", new() { Name = "甲公司" })).Id, (await Customer(app, "n2", new() { Name = "乙公司" })).Id, (await Customer(app, "s1", new() { Name = "丙公司" })).Id);
        var ids = await Bulk(app,
            (a, "李娜", null, null, null), (a, "李 娜", null, null, null), // 0-1: 50 name
            (b, "赵敏", "13800000001", null, null), (c, "赵先生", "13800000001", null, null), // 2-3: 45 mobile, elsewhere
            (c, "钱多", null, "0512-66554433", null), (c, "孙七", null, "051266554433", null), // 4-5: 40 phone
            (c, "周八", "13800000002", null, "zhou@example.cn"), (c, "周八", "13800000002", null, "zhou@example.cn"), // 6-7: 100 name, mobile, mail
            (a, "吴九", null, null, "wu@example.cn"), (b, "吴 九", null, null, "wu@example.cn")); // 8-9: 90 name, mail, elsewhere
        await Search(app);
        var units = await app.In(System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        async Task<string> List(string user, string query)
        {
            using var api = await app.Api(user);
            return string.Join(' ', (await api.GetFromJsonAsync<JsonElement>($"/api/v1/contacts/duplicate-pairs{query}", Ct)).GetProperty("items").EnumerateArray().Select(p => ids.IndexOf(p.GetProperty("first").GetProperty("id").GetInt64())));
        }

        async Task<string?> Cursor(string query, string which = "nextCursor")
        {
            using var api = await app.Api("group");
            return (await api.GetFromJsonAsync<JsonElement>("/api/v1/contacts/duplicate-pairs" + query, Ct)).GetProperty(which).GetString();
        }

        Assert.Equal("6 8 0 2 4", await List("group", ""));
        Assert.Equal("6 8 0", await List("group", "?least=50"));
        Assert.Equal("6 8 0", await List("group", "?reason=name"));
        Assert.Equal("6 2", await List("group", "?reason=mobile"));
        Assert.Equal("8 2", await List("group", "?reason=elsewhere"));
        Assert.Equal("4", await List("group", "?reason=phone"));
        var next = await Cursor("?reason=name&limit=1");
        Assert.Equal("8", await List("group", $"?reason=name&limit=1&cursor={next}"));
        Assert.Equal("6", await List("group", $"?reason=name&limit=1&cursor={await Cursor($"?reason=name&limit=1&cursor={next}", "previousCursor")}"));
        Assert.Equal("6 2 4", await List("group", $"?unit={units["S1"]}"));
        Assert.Equal("8 2", await List("group", $"?unit={units["N2"]}"));
        Assert.Equal("8", await List("group", $"?unit={units["N2"]}&reason=name&least=60"));
        Assert.Equal("8", await List("north", $"?unit={units["N2"]}"));
        Assert.Equal("8 0", await List("north", "?reason=name"));
        Assert.Equal("0", await List("n1", $"?unit={units["N1"]}&reason=name"));
        using var north = await app.Api("north");
        foreach (var wrong in new[] { $"unit={units["S1"]}", "least=0", "least=101", "reason=luck" })
        {
            using var answer = await north.GetAsync(new Uri($"/api/v1/contacts/duplicate-pairs?{wrong}", UriKind.Relative), Ct);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        using var browser = await app.SignedIn("group");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/contacts/duplicates?unit={units["N2"]}&least=&reason=mobile", UriKind.Relative), Ct));
        Assert.Contains("赵先生", page, StringComparison.Ordinal);
        Assert.DoesNotContain("吴九", page, StringComparison.Ordinal);
        Assert.Contains($"/contacts/duplicates?unit={units["N2"]}\"", page, StringComparison.Ordinal); // A chip takes its filter off and leaves the other.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Pairs_of_a_unit_or_a_subsidiary_are_found_however_many_likelier_ones_others_have(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b, c) = ((await Customer(app, "n1", new() { Name = "甲公司" })).Id, (await Customer(app, "n2", new() { Name = "乙公司" })).Id, (await Customer(app, "s1", new() { Name = "丙公司" })).Id);
        var ids = await Bulk(app, (a, "李娜", null, null, null), (a, "李 娜", null, null, null), (b, "赵敏", null, null, null), (b, "赵 敏", null, null, null));
        var others = await Bulk(app, [.. Enumerable.Range(0, 95).Select(i => (c, $"员工{i}", (string?)null, (string?)null, (string?)null))]);
        await app.In(System, async db =>
        {
            ContactPair Pair(long first, long second, int score) => new() { FirstId = first, SecondId = second, Score = score, Reasons = "name", Fingerprint = "x", FoundAt = db.UtcNow };
            db.AddRange(PairSearch.Pairs(others).Select(p => Pair(p.First, p.Second, 90)));
            db.AddRange(Pair(ids[0], ids[1], 50), Pair(ids[2], ids[3], 50));
            return await db.SaveChangesAsync(Ct);
        });
        var units = await app.In(System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));

        Assert.Equal([$"{ids[2]}-{ids[3]}", $"{ids[0]}-{ids[1]}"], await Seen(app, "north"));
        Assert.Equal([$"{ids[2]}-{ids[3]}"], await Seen(app, "north", $"?unit={units["N2"]}"));
        Assert.Equal([$"{ids[2]}-{ids[3]}"], await Seen(app, "group", $"?unit={units["N2"]}&reason=name"));
        Assert.Equal(50, (await Seen(app, "group", $"?unit={units["S1"]}")).Count);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Why_two_are_not_one_person_is_kept_told_in_both_histories_and_given_back_with_the_word(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var a = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var (one, two) = (await Person(app, "n1", a, new() { Name = "李娜" }), await Person(app, "n1", a, new() { Name = "李 娜" }));
        using var browser = await app.SignedIn("n1");
        async Task<string> Text(string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
        var id = await app.In(System, db => db.Set<ContactPair>().Select(p => p.Id).SingleAsync(Ct));

        using var longer = await CrmApp.Submit(browser, "/contacts/duplicates", "judge", new() { ["Judge"] = $"{id}:two", ["Why"] = new string('长', 201) });
        Assert.Single(await Seen(app, "n1")); // Refused: still open.
        using var said = await CrmApp.Submit(browser, "/contacts/duplicates", "judge", new() { ["Judge"] = $"{id}:two", ["Why"] = " 母女同名 " });
        Assert.Equal("母女同名", await app.In(System, db => db.Set<ContactPair>().Select(p => p.DismissedReason).SingleAsync(Ct)));
        Assert.Contains("母女同名", await Text("/contacts/duplicates?dismissed=true"), StringComparison.Ordinal);
        foreach (var contact in new[] { one, two })
        {
            Assert.Contains("母女同名", await Text($"/customers/{a}/contacts/{contact.Id}/history"), StringComparison.Ordinal);
        }

        using var open = await CrmApp.Submit(browser, "/contacts/duplicates?dismissed=true", "judge", new() { ["Judge"] = $"{id}:open" });
        Assert.Contains("name=\"Why\" value=\"母女同名\"", await Text("/contacts/duplicates?dismissed=true"), StringComparison.Ordinal); // The toast says it again.
        Assert.Single(await Seen(app, "n1"));
        using var again = await CrmApp.Submit(browser, "/contacts/duplicates", "judge", new() { ["Judge"] = $"{id}:two", ["Why"] = "母女同名" });
        await Person(app, "n1", a, new() { Name = "李 娜", Mobile = "13812345678" }, two.Id);
        await Person(app, "n1", a, new() { Name = "李娜", Mobile = "13812345678" }, one.Id);
        Assert.Null(await app.In(System, db => db.Set<ContactPair>().Select(p => p.DismissedReason).SingleAsync(Ct))); // Something compared changed.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Mails_are_walked_in_the_order_of_their_index(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var plan = await app.In(System, async db =>
        {
            await db.Database.OpenConnectionAsync(Ct);
            await db.Database.ExecuteSqlRawAsync(db.IsPostgres ? "SET enable_seqscan = off; SET enable_sort = off" : "SELECT 1", Ct); // No rows are no reason for an index.
            await using var command = SearchContactDuplicates.Mails(db, "a").Take(5).CreateDbCommand();
            command.CommandText = (db.IsPostgres ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + command.CommandText;
            await using var reader = await command.ExecuteReaderAsync(Ct);
            var lines = new List<string>();
            while (await reader.ReadAsync(Ct))
            {
                lines.Add(reader.GetString(reader.FieldCount - 1));
            }

            return string.Join('\n', lines);
        });

        Assert.Contains("ix_customer_contacts_email", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
    }
}
