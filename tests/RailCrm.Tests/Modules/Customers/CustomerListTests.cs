using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Lists;
using static RailCrm.Tests.Modules.Customers.CustomerListScene;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Every filter of the list of customers against plain code over the same rows.</summary>
public sealed class CustomerListTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly (string Query, Func<Customer, IReadOnlySet<long>, IReadOnlySet<long>, bool> Keeps)[] Filters =
    [
        ("unit=$north", (c, north, _) => north.Contains(c.UnitId)),
        ("unit=$n1", (c, north, _) => c.UnitId == north.Order().ElementAt(1)),
        ("tier=large", (c, _, _) => c.Tier == CustomerTier.Large),
        ("industry=06", (c, _, _) => c.IndustryCode == "06"),
        ("region=320000", (c, _, _) => c.RegionCode?.StartsWith("32", StringComparison.Ordinal) == true),
        ("region=320500", (c, _, _) => c.RegionCode?.StartsWith("3205", StringComparison.Ordinal) == true),
        ("region=320505", (c, _, _) => c.RegionCode == "320505"),
        ("station=高桥镇", (c, _, _) => c.MainStations.Any(s => s.Station == "高桥镇")),
        ("station=gzd", (c, _, _) => c.MainStations.Any(s => s.Station == "高桥镇")),
        ("tag=煤炭", (c, _, _) => c.Tags?.Contains(",煤炭,", StringComparison.Ordinal) == true),
        ("tag=a'b", (c, _, _) => c.Tags?.Contains(",a'b,", StringComparison.Ordinal) == true),
        ("tag=\"引号\"", (c, _, _) => c.Tags?.Contains(",\"引号\",", StringComparison.Ordinal) == true),
        ("below=30", (c, _, _) => c.Completeness < 30),
        ("active=false", (c, _, _) => !c.Active),
        ("active=true", (c, _, _) => c.Active),
        ("mine=true", (c, _, mine) => mine.Contains(c.Id)),
        ("q=东方", (c, _, _) => c.Name.Contains("东方", StringComparison.Ordinal)),
    ];

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_filter_alone_and_with_others_keeps_what_reading_all_rows_would_keep(Engine engine)
    {
        await using var app = await Filled(engine);
        foreach (var user in new[] { "group", "north", "s1" })
        {
            var actor = await app.ActorOf(user);
            var (seen, north, mine) = await app.In(actor, async db => (
                await db.Set<Customer>().Include(c => c.MainStations).AsNoTracking().ToListAsync(Ct),
                (await db.Set<OrgUnit>().Where(u => u.Code == "N" || u.Code == "N1" || u.Code == "N2").Select(u => u.Id).ToListAsync(Ct)).ToHashSet(),
                (await db.Set<CustomerGrant>().Where(g => g.UserId == actor.UserId && g.Reason == "manager" && (g.Until == null || g.Until > db.UtcNow)).Select(g => g.CustomerId).ToListAsync(Ct)).ToHashSet()));
            Assert.True(seen.Count > 20);
            using var api = await app.Api(user);
            string Typed(string query) => query.Replace("$north", $"{north.Min()}", StringComparison.Ordinal).Replace("$n1", $"{north.Order().ElementAt(1)}", StringComparison.Ordinal);
            var random = new Random(5);
            var pairs = Enumerable.Range(0, 14).Select(_ => random.GetItems(Filters, 1 + random.Next(3)));
            foreach (var some in Filters.Select(f => new[] { f }).Concat(pairs).Append([]).Select(s => s.DistinctBy(f => f.Query[..f.Query.IndexOf('=', StringComparison.Ordinal)]).ToList()))
            {
                var query = string.Join('&', some.Select(f => Typed(f.Query)));
                var sort = new[] { "name", "-name", "revenue", "-revenue", "change", "-change", "completeness", "-completeness", "updated", "-updated" }[random.Next(10)];
                var expected = seen.Where(c => some.All(f => f.Keeps(c, north, mine))).Select(c => c.Id).Order().ToList();

                var walked = await Walk(api, $"{query}&sort={sort}");

                Assert.True(expected.SequenceEqual(walked.Select(i => i.GetProperty("id").GetInt64()).Order()), $"{user} {query} {sort}: {walked.Count} instead of {expected.Count}");
                var counted = await app.In(actor, db => List.Count(db, Seen(query), 1_000, Ct));
                Assert.Equal(expected.Count, counted);
            }
        }
    }

    /// <summary>Conditions of the filter's own language, each with what it keeps in plain words.</summary>
    private static readonly (string Asked, Func<Customer, bool> Keeps)[] Conditions =
    [
        ("tier=large", c => c.Tier == CustomerTier.Large), ("tier=small,atRisk", c => c.Tier is CustomerTier.Small or CustomerTier.AtRisk), ("tier!=medium", c => c.Tier != CustomerTier.Medium), ("tier!=medium,large", c => c.Tier is not (CustomerTier.Medium or CustomerTier.Large)),
        ("revenue>=150", c => c.Trailing12RevenueFen >= 15_000), ("revenue<=99.5", c => c.Trailing12RevenueFen <= 9_950), ("revenue=70", c => c.Trailing12RevenueFen == 7_000), ("change<=-0.05", c => c.RevenueChangeFen <= -5),
        ("region=320000", c => c.RegionCode?.StartsWith("32", StringComparison.Ordinal) == true), ("region=320505,330100", c => c.RegionCode is "320505" or "330100"), ("region=", c => c.RegionCode is null),
        ("industry=06", c => c.IndustryCode == "06"), ("industry=B,31", c => c.IndustryCode is "B" or "06" or "31"), ("industry=", c => c.IndustryCode is null), ("completeness>=20", c => c.Completeness >= 20),
        ("tag=煤炭", c => c.Tags?.Contains(",煤炭,", StringComparison.Ordinal) == true), ("station=高桥镇", c => c.MainStations.Any(s => s.Station == "高桥镇")), ("active=false", c => !c.Active), ("active=true", c => c.Active),
        ("name~东方", c => c.Name.Contains("东方", StringComparison.Ordinal)), ("number~KH-00001", c => c.Number.StartsWith("KH-00001", StringComparison.Ordinal)), ("number=KH-0000007", c => c.Number == "KH-0000007"),
        ("name!~东方", c => !c.Name.Contains("东方", StringComparison.Ordinal)), ("name!~东方,西方", c => !c.Name.Contains("东方", StringComparison.Ordinal) && !c.Name.Contains("西方", StringComparison.Ordinal)),
        ("number!~KH-00001", c => !c.Number.StartsWith("KH-00001", StringComparison.Ordinal)), ("number!~KH", _ => false), ("creditCode!~9", c => c.CreditCode?.StartsWith('9') != true), ("phone!~0512600001", c => c.PhoneDigits?.StartsWith("0512600001", StringComparison.Ordinal) != true),
        ("phone~0512600001", c => c.PhoneDigits?.StartsWith("0512600001", StringComparison.Ordinal) == true), ("creditCode=", c => c.CreditCode is null), ("creditCode!=", c => c.CreditCode is not null),
        ("sizeClass=", c => c.SizeClass is null), ("sizeClass!=small", c => c.SizeClass != SizeClass.Small), ("created>=today", _ => true), ("created<=-1d", _ => false), ("updated>=-1y", _ => true),
        ("parent=", c => c.ParentId is null), ("author=", c => c.CreatedBy is null), ("author=0", c => c.CreatedBy == 0), ("author=99999", _ => false),
    ];

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Any_filter_with_or_groups_keeps_what_plain_code_keeps_of_the_same_rows(Engine engine)
    {
        await using var app = await Filled(engine);
        var random = new Random(17);
        var below = await app.In(Actor.System("test"), db => db.Set<OrgUnit>().Where(u => u.Code == "N" || u.Code == "N1" || u.Code == "N2").OrderBy(u => u.Id).Select(u => u.Id).ToListAsync(Ct));
        var north = below[0];
        foreach (var user in new[] { "group", "north", "s1" })
        {
            var actor = await app.ActorOf(user);
            var seen = await app.In(actor, db => db.Set<Customer>().Include(c => c.MainStations).AsNoTracking().ToListAsync(Ct));
            using var api = await app.Api(user);
            var (parent, made) = (seen.Where(c => seen.Exists(s => s.Id == c.ParentId)).CountBy(c => c.ParentId!.Value).MaxBy(c => c.Value).Key, (await app.ActorOf("s1")).UserId);
            (string Asked, Func<Customer, bool> Keeps)[] known = [.. Conditions, ($"parent={parent}", c => c.ParentId == parent), ($"parent!={parent}", c => c.ParentId != parent), ("author!=s1", c => c.CreatedBy != made), ($"unit!={north}", c => !below.Contains(c.UnitId)), ($"unit!={below[1]}", c => c.UnitId != below[1]), ("author=s1", c => c.CreatedBy == made), ("author=0,s1", c => c.CreatedBy == 0 || c.CreatedBy == made)];
            var alone = known.Where(_ => user == "group").Select(c => new[] { new[] { c } }); // The narrower scopes meet them in the mixtures.
            var mixed = Enumerable.Range(0, 16).Select(_ => Enumerable.Range(0, 1 + random.Next(3)).Select(_ => random.GetItems(known, 1 + random.Next(3))).ToArray());
            foreach (var groups in alone.Concat(mixed))
            {
                var filter = string.Join(';', groups.Select(g => string.Join('|', g.Select(c => c.Asked))));
                var sort = random.GetItems([.. List.Orders.SelectMany(o => new[] { o.Name, "-" + o.Name })], 1)[0];
                var expected = seen.Where(c => groups.All(g => g.Any(t => t.Keeps(c)))).Select(c => c.Id).Order().ToList();

                var walked = await Walk(api, $"filter={Uri.EscapeDataString(filter)}&sort={sort}", limit: 90);

                Assert.True(expected.SequenceEqual(walked.Select(i => i.GetProperty("id").GetInt64()).Order()), $"{user} {filter} {sort}: {walked.Count} instead of {expected.Count}");
                var view = Seen($"filter={Uri.EscapeDataString(filter)}");
                Assert.Equal(expected.Count, await app.In(actor, db => List.Count(db, view, 1_000, Ct)));
                var by = random.GetItems([.. List.Fields.Where(f => f.IsGrouped)], 1)[0];
                Assert.True((await app.In(actor, db => List.Groups(db, view, by, Ct))).TryGet(out var counted, out _));
                Assert.Equal((expected.Count, seen.Where(c => expected.Contains(c.Id)).Sum(c => c.Trailing12RevenueFen)), (counted.Sum(g => g.Count), counted.Sum(g => g.Sums[0])));
            }
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Groups_of_all_customers_add_up_for_every_width_of_scope(Engine engine)
    {
        await using var app = await Filled(engine);
        foreach (var user in new[] { "group", "north", "s1" })
        {
            var actor = await app.ActorOf(user);
            var seen = await app.In(actor, db => db.Set<Customer>().AsNoTracking().ToListAsync(Ct));
            foreach (var by in List.Fields.Where(f => f.IsGrouped))
            {
                Assert.True((await app.In(actor, db => List.Groups(db, View.Plain, by, Ct))).TryGet(out var groups, out _));
                Assert.Equal((seen.Count, seen.Sum(c => c.Trailing12RevenueFen), seen.Sum(c => c.Trailing12WeightKg)), (groups.Sum(g => g.Count), groups.Sum(g => g.Sums[0]), groups.Sum(g => g.Sums[2])));
                Assert.Equal(groups.Count, groups.Select(g => g.Asked).Distinct().Count());
            }
        }
    }

    [Theory]
    [InlineData("nonsense=1")]
    [InlineData("tier>=large")]
    [InlineData("tier=huge")]
    [InlineData("revenue>=viel")]
    [InlineData("revenue>=1,2")]
    [InlineData("revenue=")]
    [InlineData("created>=2026-13")]
    [InlineData("tier")]
    public async Task A_filter_that_means_nothing_is_refused_with_the_field_it_stumbles_on(string filter)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("group");
        using var answer = await api.GetAsync(new Uri($"/api/v1/customers?filter={Uri.EscapeDataString(filter)}", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").EnumerateObject());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Tags_stay_apart_as_a_customer_changes_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = (await (await api.PostAsJsonAsync("/api/v1/customers", new { name = "标签公司", tags = "甲,乙" }, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
        async Task<int> Tagged(string tag) => (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?tag={tag}", Ct)).GetProperty("items").GetArrayLength();
        Assert.Equal((1, 1, 0), (await Tagged("甲"), await Tagged("乙"), await Tagged("丙")));

        await api.PutAsJsonAsync($"/api/v1/customers/{id}", new { name = "标签公司", tags = "乙,丙" }, Ct);
        Assert.Equal((0, 1, 1), (await Tagged("甲"), await Tagged("乙"), await Tagged("丙")));

        await api.PutAsJsonAsync($"/api/v1/customers/{id}", new { name = "标签公司" }, Ct);
        Assert.Equal((0, 0, 0), (await Tagged("甲"), await Tagged("乙"), await Tagged("丙")));
    }
}
