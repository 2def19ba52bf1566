using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Every filter of the list of contacts against plain code over the same rows.</summary>
public sealed class ContactListTests
{
    private static readonly ContactList List = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A contact with what its filters look at besides itself.</summary>
    private sealed record Row(Contact Person, Customer At, bool Mine, bool OfS1, bool Starred, IReadOnlyList<long> North, long S1);

    /// <summary>Conditions of the filter's own language, each with what it keeps in plain words.</summary>
    private static readonly (string Asked, Func<Row, bool> Keeps)[] Conditions =
    [
        ("main=true", r => r.Person.IsMain), ("main=false", r => !r.Person.IsMain), ("active=true", r => r.Person.Active), ("active=false", r => !r.Person.Active),
        ("name=李娜", r => r.Person.Name == "李娜"), ("name!=李娜", r => r.Person.Name != "李娜"), ("name~王", r => r.Person.Name.StartsWith('王')), ("name!~王", r => !r.Person.Name.StartsWith('王')), ("name=李娜,王伟", r => r.Person.Name is "李娜" or "王伟"),
        ("mobile!~1380", r => r.Person.MobileDigits?.StartsWith("1380", StringComparison.Ordinal) != true), ("title!~物流", r => r.Person.Title?.StartsWith("物流", StringComparison.Ordinal) != true),
        ("mobile~1380", r => r.Person.MobileDigits?.StartsWith("1380", StringComparison.Ordinal) == true), ("mobile~138 0000 0", r => r.Person.MobileDigits?.StartsWith("13800000", StringComparison.Ordinal) == true), ("phone~0512", r => r.Person.PhoneDigits?.StartsWith("0512", StringComparison.Ordinal) == true),
        ("tier=large", r => r.At.Tier == CustomerTier.Large), ("tier=small,atRisk", r => r.At.Tier is CustomerTier.Small or CustomerTier.AtRisk), ("tier!=medium", r => r.At.Tier != CustomerTier.Medium),
        ("unit=$north", r => r.North.Contains(r.At.UnitId)), ("unit=$n1", r => r.At.UnitId == r.North[1]), ("customer=KH-0000007", r => r.At.Number == "KH-0000007"), ("customer!=KH-0000007", r => r.At.Number != "KH-0000007"),
        ("customer=$seventh", r => r.At.Number == "KH-0000007"), ("mine=true", r => r.Mine), ("mine=false", r => !r.Mine), ("managedBy=s1", r => r.OfS1), ("favourite=true", r => r.Starred), ("favourite=false", r => !r.Starred),
        ("region=320000", r => r.At.RegionCode?.StartsWith("32", StringComparison.Ordinal) == true), ("region=", r => r.At.RegionCode is null), ("industry=06", r => r.At.IndustryCode == "06"), ("tag=煤炭", r => r.At.Tags?.Contains(",煤炭,", StringComparison.Ordinal) == true),
        ("attitude=opponent,reserved", r => r.Person.Attitude is Attitude.Opponent or Attitude.Reserved), ("influence!=high", r => r.Person.Influence != Influence.High), ("decisionRole=buyer", r => r.Person.DecisionRole == DecisionRole.Buyer), ("attitude=", r => r.Person.Attitude is null),
        ("created>=today", _ => true), ("created<=-1d", _ => false),
        ("title=经理", r => r.Person.Title == "经理"), ("title~物流", r => r.Person.Title?.StartsWith("物流", StringComparison.Ordinal) == true), ("title!=经理", r => r.Person.Title != "经理"), ("title=", r => r.Person.Title is null),
        ("unit!=$north", r => !r.North.Contains(r.At.UnitId)), ("unit!=$n1", r => r.At.UnitId != r.North[1]), ("managedBy!=s1", r => !r.OfS1), ("tag!=煤炭", r => r.At.Tags?.Contains(",煤炭,", StringComparison.Ordinal) != true), ("author!=s1", r => r.Person.CreatedBy != r.S1), ("author!=", r => r.Person.CreatedBy is not null),
        ("region!=320000", r => r.At.RegionCode?.StartsWith("32", StringComparison.Ordinal) != true), ("region!=", r => r.At.RegionCode is not null), ("industry!=06,31", r => r.At.IndustryCode is not ("06" or "31")),
        ("author=s1", r => r.Person.CreatedBy == r.S1), ("author=", r => r.Person.CreatedBy is null), ("author=0", r => r.Person.CreatedBy == 0), ("author=s1,0", r => r.Person.CreatedBy == r.S1 || r.Person.CreatedBy == 0),
    ];

    internal static async Task<CrmApp> Filled(Engine engine)
    {
        var app = await CustomerListScene.Filled(engine);
        var (s1, group) = (await app.ActorOf("s1"), await app.ActorOf("group"));
        await app.In(Actor.System("test"), async db =>
        {
            var random = new Random(23);
            foreach (var customer in await db.Set<Customer>().IgnoreQueryFilters().OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(Ct))
            {
                for (var n = random.Next(3); n >= 0; n--)
                {
                    var active = random.Next(8) > 0;
                    db.Add(new Contact
                    {
                        CustomerId = customer, Name = new[] { "李娜", "王伟", "王芳", "赵敏", "欧阳静" }[random.Next(5)], MobileDigits = random.Next(3) == 0 ? null : $"13{random.Next(7, 9)}0000{random.Next(10_000):0000}",
                        PhoneDigits = random.Next(2) == 0 ? null : $"05{random.Next(1, 3)}{random.Next(10)}6000000", IsMain = n == 0 && active, Active = active, CreatedAt = db.UtcNow.AddSeconds(-random.Next(50)), DeletedAt = random.Next(15) == 0 ? db.UtcNow : null,
                        Title = (customer % 4) switch { 0 => "经理", 1 => "物流部主任", 2 => "物流经理", _ => null }, CreatedBy = (customer + n) % 3 == 0 ? s1.UserId : (customer + n) % 7 == 0 ? 0 : null,
                        Attitude = (Attitude)((customer + n) % 5), Influence = (Influence)(customer % 3), DecisionRole = (DecisionRole)(customer % 6),
                    });
                }
            }

            await db.SaveChangesAsync(Ct);
            foreach (var contact in await db.Set<Contact>().Where(k => k.Id % 5 == 0).ToListAsync(Ct))
            {
                db.Add(new RecordMark { UserId = contact.Id % 2 == 0 ? s1.UserId : group.UserId, Mark = RecordMark.Favourite, RecordKind = RecordKind.Contact, CustomerId = contact.CustomerId, RecordId = contact.Id, CreatedAt = db.UtcNow });
            }

            await db.SaveChangesAsync(Ct);
            return await db.Database.ExecuteSqlAsync($"ANALYZE", Ct); // As both databases do by themselves before long; until then PostgreSQL takes the tables for empty and reads them against each other.
        });
        return app;
    }

    private static View Seen(string query) =>
        View.TryRead(List, Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), out var view) ? view : throw new ArgumentException(query);

    private static async Task<List<long>> Walk(HttpClient api, string query)
    {
        var all = new List<long>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await api.GetFromJsonAsync<JsonElement>($"/api/v1/contacts?limit=150&{query}&cursor={cursor}", Ct);
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64()));
            cursor = page.GetProperty("nextCursor").GetString();
        }

        return all;
    }

    private static async Task<List<Row>> Rows(CrmApp app, Actor actor, IReadOnlyList<long> north)
    {
        var s1 = await app.ActorOf("s1");
        return await app.In(actor, async db =>
        {
            var customers = await db.Set<Customer>().AsNoTracking().ToDictionaryAsync(c => c.Id, Ct);
            var grants = (await db.Set<CustomerGrant>().Where(g => g.Reason == "manager" && (g.Until == null || g.Until > db.UtcNow)).Select(g => new { g.CustomerId, g.UserId }).ToListAsync(Ct)).ToLookup(g => g.UserId, g => g.CustomerId);
            var stars = (await db.Set<RecordMark>().Where(m => m.UserId == actor.UserId).Select(m => m.RecordId).ToListAsync(Ct)).ToHashSet();
            return (await db.Set<Contact>().AsNoTracking().ToListAsync(Ct)).Where(k => customers.ContainsKey(k.CustomerId))
                .Select(k => new Row(k, customers[k.CustomerId], grants[actor.UserId].Contains(k.CustomerId), grants[s1.UserId].Contains(k.CustomerId), stars.Contains(k.Id), north, s1.UserId)).ToList();
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Any_filter_with_or_groups_keeps_what_plain_code_keeps_of_the_same_rows(Engine engine)
    {
        await using var app = await Filled(engine);
        var random = new Random(31);
        var (north, seventh) = await app.In(Actor.System("test"), async db => (
            await db.Set<OrgUnit>().Where(u => u.Code == "N" || u.Code == "N1" || u.Code == "N2").OrderBy(u => u.Id).Select(u => u.Id).ToListAsync(Ct),
            await db.Set<Customer>().IgnoreQueryFilters().Where(c => c.Number == "KH-0000007").Select(c => c.Id).SingleAsync(Ct)));
        foreach (var user in new[] { "group", "north", "s1" })
        {
            var actor = await app.ActorOf(user);
            var seen = await Rows(app, actor, north);
            Assert.True(seen.Count > 40);
            using var api = await app.Api(user);
            string Typed(string asked) => asked.Replace("$north", $"{north[0]}", StringComparison.Ordinal).Replace("$n1", $"{north[1]}", StringComparison.Ordinal).Replace("$seventh", $"{seventh}", StringComparison.Ordinal);
            var known = seen.Exists(r => r.At.Id == seventh) ? Conditions : [.. Conditions.Where(c => !c.Asked.Contains("KH-", StringComparison.Ordinal))];
            var alone = known.Where(_ => user == "group").Select(c => new[] { new[] { c } }); // The narrower scopes meet them in the mixtures.
            var mixed = Enumerable.Range(0, 16).Select(_ => Enumerable.Range(0, 1 + random.Next(3)).Select(_ => random.GetItems(known, 1 + random.Next(3))).ToArray());
            foreach (var groups in alone.Concat(mixed))
            {
                var filter = string.Join(';', groups.Select(g => string.Join('|', g.Select(c => Typed(c.Asked)))));
                var sort = random.GetItems([.. List.Orders.SelectMany(o => new[] { o.Name, "-" + o.Name })], 1)[0];
                var expected = seen.Where(r => groups.All(g => g.Any(t => t.Keeps(r)))).ToList();

                var walked = await Walk(api, $"filter={Uri.EscapeDataString(filter)}&sort={sort}");

                Assert.True(expected.Select(r => r.Person.Id).Order().SequenceEqual(walked.Order()), $"{user} {filter} {sort}: {walked.Count} instead of {expected.Count}");
                var view = Seen($"filter={Uri.EscapeDataString(filter)}");
                Assert.Equal(expected.Count, await app.In(actor, db => List.Count(db, view, 2_000, Ct)));
                var by = random.GetItems([.. List.Fields.Where(f => f.IsGrouped)], 1)[0];
                Assert.True((await app.In(actor, db => List.Groups(db, view, by, Ct))).TryGet(out var counted, out _));
                var value = (Func<Row, object>)(by.Key switch { "main" => r => r.Person.IsMain, "active" => r => r.Person.Active, "tier" => r => r.At.Tier, "unit" => r => r.At.UnitId, "attitude" => r => r.Person.Attitude!, "influence" => r => r.Person.Influence!, "decisionRole" => r => r.Person.DecisionRole!, _ => throw new InvalidOperationException(by.Key) });
                Assert.Equal(expected.CountBy(value).OrderBy(g => g.Key.ToString(), StringComparer.Ordinal).Select(g => (g.Key, (long)g.Value)), counted.OrderBy(g => g.Value!.ToString(), StringComparer.Ordinal).Select(g => (g.Value!, g.Count)));
            }
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_order_is_the_one_asked_for_and_a_page_back_meets_the_one_before(Engine engine)
    {
        await using var app = await Filled(engine);
        var seen = await Rows(app, await app.ActorOf("group"), [0, 0]);
        using var api = await app.Api("group");

        Assert.Equal(seen.OrderByDescending(r => r.Person.CreatedAt).ThenByDescending(r => r.Person.Id).Select(r => r.Person.Id), await Walk(api, "sort=-created"));
        var first = await api.GetFromJsonAsync<JsonElement>("/api/v1/contacts?limit=20&tier=large&sort=created", Ct);
        var second = await api.GetFromJsonAsync<JsonElement>($"/api/v1/contacts?limit=20&tier=large&sort=created&cursor={first.GetProperty("nextCursor").GetString()}", Ct);
        var back = await api.GetFromJsonAsync<JsonElement>($"/api/v1/contacts?limit=20&tier=large&sort=created&cursor={second.GetProperty("previousCursor").GetString()}", Ct);
        Assert.Equal(first.GetProperty("items").GetRawText(), back.GetProperty("items").GetRawText());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Few_contacts_come_in_the_order_of_their_customers_names_and_too_many_are_refused(Engine engine)
    {
        await using var app = await Filled(engine);
        var seen = await Rows(app, await app.ActorOf("group"), [0, 0]);
        using var api = await app.Api("group");
        using var browser = await app.SignedIn("group");

        Assert.Equal(seen.OrderBy(r => r.At.Name, StringComparer.Ordinal).ThenBy(r => r.Person.Id).Select(r => r.Person.Id), await Walk(api, "sort=customer"));
        Assert.Equal(seen.OrderByDescending(r => r.At.Name, StringComparer.Ordinal).ThenByDescending(r => r.Person.Id).Select(r => r.Person.Id), await Walk(api, "sort=-customer"));

        var customer = seen[0].At;
        await app.In(Actor.System("test"), db => db.Write(() => db.Database.ExecuteSqlAsync($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OwnSums.Most})
            INSERT INTO customer_contacts (customer_id, name, is_main, active, created_at, version) SELECT {customer.Id}, '多', {false}, {true}, {new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)}, 1 FROM n
            """, Ct), Ct));
        using var wide = await api.GetAsync(new Uri("/api/v1/contacts?sort=customer", UriKind.Relative), Ct);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, wide.StatusCode);
        Assert.Contains("20000", (await wide.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").GetProperty("sort")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("现按默认顺序显示", System.Net.WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri("/contacts?sort=customer", UriKind.Relative), Ct)), StringComparison.Ordinal);
        Assert.NotEmpty(await Walk(api, "sort=-customer&main=true"));
    }

    [Theory]
    [InlineData("nonsense=1")]
    [InlineData("tier=huge")]
    [InlineData("customer=Nobody")]
    [InlineData("mobile~abc")]
    [InlineData("favourite=maybe")]
    public async Task A_filter_that_means_nothing_is_refused(string filter)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("group");
        using var answer = await api.GetAsync(new Uri($"/api/v1/contacts?filter={Uri.EscapeDataString(filter)}", UriKind.Relative), Ct);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
