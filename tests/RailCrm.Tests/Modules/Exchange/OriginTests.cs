using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Tests.Modules.Customers;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Who made a record before it came here, and when: kept by an import of those who manage accounts.</summary>
public sealed class OriginTests
{
    private static readonly Actor System = Actor.System("test");
    private static readonly Dictionary<string, string> Chosen = new() { ["createdBy"] = "建档人", ["createdAt"] = "建档时间" };
    private static readonly DateTime Then = new(2019, 3, 5, 0, 30, 0, DateTimeKind.Utc);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Result<Import>> Started(CrmApp app, Actor actor, string kind, string csv, Dictionary<string, string>? chosen)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var id = Value(await app.With<UploadFile, Result<Import>>(actor, u => u.Run(kind, "老系统.csv", file, Ct))).Id;
        return await app.With<StartImport, Result<Import>>(actor, s => s.Run(id, new(chosen, false, null, null), claimed: false, Ct));
    }

    private static async Task<GetImport.Answer> Loaded(CrmApp app, Actor actor, string kind, string csv, Dictionary<string, string>? chosen) =>
        await Rested(app, actor, Value(await Started(app, actor, kind, csv, chosen)).Id);

    private static Task<Customer> Named(CrmApp app, string name) => app.In(System, db => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().SingleAsync(c => c.Name == name, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_new_customer_keeps_author_and_time_says_so_and_no_later_change_nor_the_way_back_touches_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (admin, n2) = (await app.ActorOf("data"), await app.ActorOf("n2"));

        var import = await Loaded(app, admin, "customers", "客户名称,简称,建档人,建档时间\n甲公司,甲,N2,2019/3/5 8:30\n乙公司,乙,n2,2019-03-05 08:30\n", Chosen);

        var made = await Named(app, "甲公司");
        Assert.Equal((Then, (long?)n2.UserId), (made.CreatedAt, made.CreatedBy));
        var real = await app.In(System, db => db.Set<AuditEntry>().SingleAsync(a => a.Action == "created" && a.Entity == nameof(Customer) && a.EntityId == made.Id, Ct));
        Assert.Equal((admin.UserId, made.UpdatedAt), (real.ActorId, real.At)); // What was really done here stays in the trail.
        using var browser = await app.SignedIn("data");
        foreach (var page in new[] { $"/customers/{made.Id}", $"/customers/{made.Id}/history" })
        {
            var html = WebUtility.HtmlDecode(await browser.GetStringAsync(page, Ct));
            Assert.Contains("2019-03-05 08:30", html, StringComparison.Ordinal);
            Assert.Contains($"老系统.csv · #{import.Id}", html, StringComparison.Ordinal);
            Assert.Contains(n2.Name, html, StringComparison.Ordinal);
        }

        var second = await Loaded(app, admin, "customers", "客户名称,简称,建档人,建档时间\n乙公司,新乙,n1,2020-01-01\n", Chosen);
        Assert.Equal((1, "新乙"), (second.Updated, (await Named(app, "乙公司")).ShortName));
        Assert.Equal(0, (await Reverted(app, admin, second.Id)).RowsRejected);
        Assert.Equal(1, (await Reverted(app, admin, import.Id)).RowsRejected); // 乙公司 was changed since.

        var (binned, changed) = (await Named(app, "甲公司"), await Named(app, "乙公司"));
        Assert.Equal((true, false, "乙"), (binned.DeletedAt is not null, changed.DeletedAt is not null, changed.ShortName));
        Assert.All([binned, changed], c => Assert.Equal((Then, (long?)n2.UserId), (c.CreatedAt, c.CreatedBy)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_new_contact_keeps_them_as_well_and_one_who_is_known_stays_as_he_is(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (admin, n2) = (await app.ActorOf("data"), await app.ActorOf("n2"));
        var customer = Value(await app.With<SaveCustomer, Result<Customer>>(admin, s => s.Run(null, null, new() { Name = "甲公司" }, Ct)));
        var known = Value(await app.With<SaveContact, Result<Contact>>(admin, s => s.Run(customer.Id, null, null, new() { Name = "王伟" }, Ct)));

        var done = await Loaded(app, admin, "contacts", $"客户,姓名,职务,建档人,建档时间\n甲公司,王伟,科长,{n2.Name},2019-03-05\n甲公司,李静,,{n2.Name},2019-03-05\n", Chosen);

        Assert.Equal((1, 1, 0), (done.Created, done.Updated, done.RowsRejected));
        var people = await app.In(System, db => db.Set<Contact>().AsNoTracking().ToDictionaryAsync(k => k.Name, Ct));
        Assert.Equal((known.CreatedAt, (long?)admin.UserId, "科长"), (people["王伟"].CreatedAt, people["王伟"].CreatedBy, people["王伟"].Title));
        Assert.Equal((new DateTime(2019, 3, 4, 16, 0, 0, DateTimeKind.Utc), (long?)n2.UserId), (people["李静"].CreatedAt, people["李静"].CreatedBy));
        using var browser = await app.SignedIn("data");
        Assert.Contains("老系统.csv", WebUtility.HtmlDecode(await browser.GetStringAsync($"/customers/{customer.Id}/contacts/{people["李静"].Id}/notes", Ct)), StringComparison.Ordinal);
        Assert.DoesNotContain("老系统.csv", WebUtility.HtmlDecode(await browser.GetStringAsync($"/customers/{customer.Id}/contacts/{known.Id}/notes", Ct)), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Only_who_manages_accounts_may_choose_the_columns_and_no_header_is_taken_for_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (admin, n1) = (await app.ActorOf("data"), await app.ActorOf("n1"));
        const string File = "客户名称,建档人,建档时间\n甲公司,n2,2019-03-05\n";

        Assert.Equal(["createdBy", "createdAt"], Assert.IsType<Refusal.InvalidMany>((await Started(app, n1, "customers", File, Chosen)).Refusal).Errors.Where(e => e.Code == "import.field_unknown").Select(e => e.Field));
        Assert.False(await app.In(System, db => db.Set<Customer>().AnyAsync(Ct)));

        await Loaded(app, admin, "customers", File, null);
        var made = await Named(app, "甲公司");
        Assert.Equal(((long?)admin.UserId, 2026), (made.CreatedBy, made.CreatedAt.Year));
        Assert.False(await app.In(System, db => db.Set<AuditEntry>().AnyAsync(a => a.Action == "origin_kept", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_unknown_account_a_name_of_two_and_a_time_to_come_are_marked_in_their_cells(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("data");
        await app.In(System, async db => await db.Set<User>().Where(u => u.UserName == "n1" || u.UserName == "s1").ExecuteUpdateAsync(u => u.SetProperty(x => x.DisplayName, "王伟"), Ct));
        const string Rows = "甲,nobody,\n乙,王伟,\n丙,n2,2026-04-02\n丁,n2,1900-01-01\n戊,n2,2019-03-05 25:10\n己,s1 王伟,2026-04-01 00:59\n庚,,\n";
        using var file = new MemoryStream(Encoding.UTF8.GetBytes("客户名称,建档人,建档时间\n" + Rows));
        var id = Value(await app.With<UploadFile, Result<Import>>(admin, u => u.Run("customers", "a.csv", file, Ct))).Id;
        Value(await app.With<StartImport, Result<Import>>(admin, s => s.Check(id, new(Chosen, false, null, null), Ct)));
        await Rested(app, admin, id);

        var rows = (await Look(app, admin, id)).Rows;

        Assert.Equal(["import.author_unknown", "import.author_unknown", "import.created_range", "import.created_range", "import.created_wrong"], rows.SelectMany(r => r.Errors).Select(e => e.Code));
        Assert.Equal(["createdBy", "createdBy", "createdAt", "createdAt", "createdAt"], rows.SelectMany(r => r.Errors).Select(e => e.Field));
        Assert.Equal(["created", "created"], rows.Where(r => r.Errors.Count == 0).Select(r => r.Outcome));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_the_list_exports_brings_author_and_time_into_the_next_database(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (admin, n2) = (await app.ActorOf("data"), await app.ActorOf("n2"));
        await Loaded(app, admin, "customers", "客户名称,建档人,建档时间\n甲公司,n2,2019-03-05 08:30:07\n", Chosen);
        using var browser = await app.SignedIn("data");
        using var answer = await CustomerExportTests.Export(browser, "", "csv");
        var csv = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Contains("2019-03-05 08:30:07", csv, StringComparison.Ordinal);

        await using var other = await CrmApp.Start(engine);
        await Loaded(other, await other.ActorOf("data"), "customers", csv, new(Chosen) { ["number"] = "" });

        var there = await Named(other, "甲公司");
        Assert.Equal((Then.AddSeconds(7), (long?)(await other.ActorOf("n2")).UserId), (there.CreatedAt, there.CreatedBy));
    }
}
