using System.Net;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using RailCrm.Tests.Modules.Waybills;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>What a list tells of all its rows: sums, how many choosing all means, what hangs on those about to be taken away.</summary>
public sealed class ListTotalsTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Page(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_totals_of_a_view_are_what_adding_up_every_row_gives_and_stand_below_those_of_the_page(Engine engine)
    {
        await using var app = await CustomerListScene.Filled(engine);
        foreach (var user in new[] { "group", "north", "south" })
        {
            var actor = await app.ActorOf(user);
            var seen = await app.In(actor, db => db.Set<Customer>().AsNoTracking().ToListAsync(Ct));
            foreach (var (query, keeps) in new (string, Func<Customer, bool>)[] { ("", _ => true), ("tier=large", c => c.Tier == CustomerTier.Large), ("tier=large&active=true", c => c is { Tier: CustomerTier.Large, Active: true }), ("filter=region%3D%3D320500;industry%3D06", c => c is { RegionCode: "320500", IndustryCode: "06" }), ("filter=name~东方", c => c.Name.Contains("东方", StringComparison.Ordinal)), ("q=东方", c => c.Name.Contains("东方", StringComparison.Ordinal)),
                ("filter=industry!=06", c => c.IndustryCode != "06"), ("filter=region!=32", c => c.RegionCode?.StartsWith("32", StringComparison.Ordinal) != true), ("filter=tag!=重点", c => c.Tags?.Contains(",重点,", StringComparison.Ordinal) != true) })
            {
                var kept = seen.Where(keeps).ToList();
                var totals = await app.In(actor, db => CustomerListScene.List.Total(db, CustomerListScene.Seen(query), Ct));
                Assert.Equal((user, query, kept.Count, kept.Sum(c => c.Trailing12RevenueFen)), (user, query, (int)totals!.Rows, totals.Sums["revenue"]));
                Assert.Equal(kept.Sum(c => c.Trailing12WeightKg), totals.Sums["weight"]);
            }

        }

        using var browser = await app.SignedIn("group");
        var all = await app.In(await app.ActorOf("group"), db => db.Set<Customer>().CountAsync(Ct));
        var page = await Page(browser, "/customers?limit=20");
        Assert.Contains("本页 20 条合计", page, StringComparison.Ordinal);
        Assert.Contains($"全部 {all} 条合计", page, StringComparison.Ordinal);
        Assert.Contains($"选择全部 {all} 条", page, StringComparison.Ordinal);
        Assert.Matches("全部 [0-9]+ 条合计", await Page(browser, "/customers?filter=name~东方第&limit=20")); // What no index tells is read where it is little.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Before_many_are_taken_away_it_is_told_what_hangs_on_them_and_only_what_the_reader_may_see(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine);
        var n1 = await app.ActorOf("n1");
        var (own, lines, foreign) = await app.In(System, async db =>
        {
            var ids = await db.Set<Customer>().Where(c => c.UnitId == n1.UnitId).OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(Ct);
            var other = await db.Set<Customer>().Where(c => c.UnitId != n1.UnitId).OrderBy(c => c.Id).Select(c => c.Id).FirstAsync(Ct);
            db.Add(new Note { CustomerId = ids[0], RecordKind = RecordKind.Customer, Text = "甲", CreatedAt = db.UtcNow });
            db.Add(new Note { CustomerId = other, RecordKind = RecordKind.Customer, Text = "乙", CreatedAt = db.UtcNow });
            db.Add(new Contact { CustomerId = ids[1], Name = "王伟", CreatedAt = db.UtcNow });
            db.Add(new Contact { CustomerId = ids[1], Name = "李娜", CreatedAt = db.UtcNow });
            db.Add(new Attachment { CustomerId = ids[0], RecordKind = RecordKind.Customer, FileName = "合同.pdf", ContentType = "application/pdf", Sha256 = "00", CreatedAt = db.UtcNow });
            await db.SaveChangesAsync(Ct);
            return (ids, await db.Set<WaybillLine>().CountAsync(w => ids.Contains(w.CustomerId), Ct), other);
        });
        using var browser = await app.SignedIn("n1");

        Assert.Contains($"这些记录下还有：联系人 2、备注 1、附件 1、运单 {lines}。", await Page(browser, $"/lists/customers/work?act=bin&id={own[0]}&id={own[1]}&id={foreign}"), StringComparison.Ordinal);
        Assert.Contains($"这些记录下还有：联系人 2、备注 1、附件 1、运单 {lines}。", await Page(browser, "/lists/customers/work?act=bin&all=true&in=all"), StringComparison.Ordinal);
        Assert.DoesNotContain("还有：", await Page(browser, $"/lists/customers/work?act=tag&id={own[0]}"), StringComparison.Ordinal);
        var contact = await app.In(System, db => db.Set<Contact>().Where(k => k.Name == "王伟").Select(k => k.Id).SingleAsync(Ct));
        Assert.DoesNotContain("还有：", await Page(browser, $"/lists/contacts/work?act=bin&id={contact}"), StringComparison.Ordinal);
    }
}
