using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>What somebody may do to a customer of another unit that was shared to them, or whose account manager they are.</summary>
public sealed class GrantTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A customer of s1 with a person and a waybill line, which n1 sees by a grant.</summary>
    private static async Task<(long Customer, long Contact, long Line)> Granted(CrmApp app, string reason)
    {
        var s1 = await app.ActorOf("s1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(s1, s => s.Run(null, null, new() { Name = "南方公司", ShortName = "南方" }, Ct))).TryGet(out var customer, out _));
        Assert.True((await app.With<SaveContact, Result<Contact>>(s1, s => s.Run(customer.Id, null, null, new() { Name = "李娜" }, Ct))).TryGet(out var contact, out _));
        Assert.True((await app.With<SaveWaybill, Result<long>>(s1, s => s.Run(null, null, new() { ExternalNo = "N-1", Customer = customer.Number, Date = new DateOnly(2026, 3, 1), RevenueFen = 5 }, Ct))).TryGet(out var line, out var refusal), refusal?.Code);
        var reader = (await app.ActorOf("n1")).UserId;
        await app.In(System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = customer.Id, UserId = reader, Reason = reason });
            return await db.SaveChangesAsync(Ct);
        });
        return (customer.Id, contact.Id, line);
    }

    private static Task<(long Unit, string? Short, bool Binned, int Version)> Stored(CrmApp app, long id) => app.In(System, async db =>
        await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().SingleAsync(c => c.Id == id, Ct) is var c ? (c.UnitId, c.ShortName, c.DeletedAt is not null, c.Version) : default);

    private static async Task<string> Worked(CrmApp app, string list, string act, long row, string? field = null, string? value = null) => await app.With<IServiceProvider, string>(await app.ActorOf("n1"), async services =>
    {
        var of = services.GetServices<ListOf>().Single(l => l.Key == list);
        var line = new WorkRow { RowId = row };
        await services.GetRequiredService<CrmDb>().Write(async () =>
        {
            await of.Work(services, new() { List = list, Act = act, Field = field, Value = value, Ids = [row] }, [line], Ct);
            return 0;
        }, Ct);
        return line.Reason ?? line.Outcome ?? "";
    });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_only_shared_is_neither_taken_over_nor_changed_nor_put_into_the_bin(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, contact, line) = await Granted(app, "shared");
        var (before, mine) = (await Stored(app, customer), (await app.ActorOf("n1")).UnitId);
        using var api = await app.Api("n1");
        using var page = await app.SignedIn("n1");

        foreach (var body in new object[] { new { name = "南方公司", unitId = mine }, new { name = "改名" } })
        {
            using var answer = await api.PutAsJsonAsync($"/api/v1/customers/{customer}", body, Ct);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await api.DeleteAsync($"/api/v1/customers/{customer}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.PostAsJsonAsync($"/api/v1/customers/{customer}/contacts", new { name = "外人" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.DeleteAsync($"/api/v1/customers/{customer}/contacts/{contact}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.DeleteAsync($"/api/v1/waybills/{line}", Ct)).StatusCode);
        Assert.Equal(["customer.shared_reads", "customer.shared_reads", "customer.shared_reads", "waybill.shared_stays"],
        [
            await Worked(app, "customers", "edit", customer, "shortName", "夺"), await Worked(app, "customers", "assign", customer, value: mine.ToString(global::System.Globalization.CultureInfo.InvariantCulture)),
            await Worked(app, "customers", "bin", customer), await Worked(app, "waybills", "delete", line),
        ]);
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "北方公司" }, Ct))).TryGet(out var own, out _));
        Assert.Equal("waybill.shared_stays", await Worked(app, "waybills", "edit", line, "toCustomer", own.Number)); // Nor emptied line by line.
        Assert.Equal("waybill.shared_stays", (await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(line, null, new() { Customer = own.Number, Date = new DateOnly(2026, 3, 1), RevenueFen = 5 }, Ct))).Refusal?.Code);
        Assert.Equal("waybill.shared_reads", await Worked(app, "waybills", "edit", line, "contract", "夺"));
        Assert.Equal("waybill.shared_reads", (await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(line, null, new() { Customer = "南方公司", Date = new DateOnly(2026, 3, 1), RevenueFen = 6 }, Ct))).Refusal?.Code);
        Assert.Equal("waybill.shared_reads", (await app.With<WorkOnWaybills, Result<WaybillLine>>(n1, w => w.One(line, new WaybillList().Find("note")!, "夺", "", Ct))).Refusal?.Code);
        Assert.Equal(customer, await app.In(System, db => db.Set<WaybillLine>().Select(w => w.CustomerId).SingleAsync(Ct)));
        Assert.Equal(before, await Stored(app, customer));
        Assert.Equal(1, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
        var shown = await page.GetStringAsync(new Uri($"/customers/{customer}", UriKind.Relative), Ct);
        Assert.DoesNotContain($"/customers/{customer}/edit\"", shown, StringComparison.Ordinal);
        Assert.DoesNotContain($"/customers/{customer}/bin\"", shown, StringComparison.Ordinal);
        var lineShown = await page.GetStringAsync(new Uri($"/waybills/{line}", UriKind.Relative), Ct);
        Assert.DoesNotContain("id=\"delete\"", lineShown, StringComparison.Ordinal);
        Assert.DoesNotContain($"/waybills/{line}/edit\"", lineShown, StringComparison.Ordinal);
        Assert.DoesNotContain("data-field=", lineShown, StringComparison.Ordinal);

        await app.In(System, db => db.Write(() => db.Set<Customer>().Where(c => c.Id == customer).ExecuteUpdateAsync(u => u.SetProperty(c => c.DeletedAt, db.UtcNow), Ct), Ct));
        Assert.Equal("customer.shared_reads", await Worked(app, "bin", "restore", customer));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Neither_a_file_nor_another_system_takes_a_line_away_from_a_customer_that_is_only_shared(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _, _) = await Granted(app, "shared");
        var (s1, n1) = (await app.ActorOf("s1"), await app.ActorOf("n1"));
        var shared = await app.In(System, db => db.Set<Customer>().Where(c => c.Id == customer).Select(c => c.Number).SingleAsync(Ct));
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "北方公司" }, Ct))).TryGet(out var own, out _));
        var start = await app.With<RecordWaybills, RecordWaybills.Answer[]>(s1, r => r.Run("tms", [new() { ExternalNo = "T-1", Customer = shared, Date = new(2026, 3, 1), RevenueFen = 5 }], createCustomers: false, Ct));
        Assert.Equal(LineOutcome.Created, start[0].Outcome);

        // Over HTTP: neither to move the line nor to say something else of it.
        using var api = await app.Api("n1");
        var body = new { source = "tms", items = new[] { new { externalNo = "T-1", date = "2026-03-01", customer = own.Number, revenueFen = 9 }, new { externalNo = "T-2", date = "2026-03-01", customer = own.Number, revenueFen = 1 } } };
        var sent = await (await api.PostAsJsonAsync("/api/v1/waybills:batch", body, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(["rejected", "created"], sent.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("outcome").GetString()));
        Assert.Contains("another unit", sent.GetProperty("items")[0].GetProperty("errors").GetProperty("customer")[0].GetString(), StringComparison.Ordinal);
        var stays = await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("tms", [new() { ExternalNo = "T-1", Customer = shared, Date = new(2026, 3, 1), RevenueFen = 6 }], createCustomers: false, Ct));
        Assert.Equal("waybill.shared_reads", Assert.Single(stays[0].Errors).Code);

        // A file is told of it when it is checked, also where the other customer is yet to be made, and again when it is loaded.
        const string Head = "来源系统,运单号,日期,客户,收入(元)\n";
        var file = await Checked(app, n1, "waybills", Head + "tms,T-1,2026-03-01,北方公司,9\ntms,T-1,2026-03-01,全新公司,9\ntms,T-3,2026-03-01,北方公司,9\n", create: true);
        var rows = (await Look(app, n1, file)).Rows;
        Assert.Equal([("wrong", "waybill.shared_stays"), ("wrong", "waybill.shared_stays"), ("created", null)], rows.Select(r => (r.Outcome, r.Errors.Count == 0 ? null : r.Errors[0].Code)));
        var loaded = await Loaded(app, n1, file);
        Assert.Equal((1, 2, 0), (loaded.Created, loaded.RowsRejected, await app.In(System, db => db.Set<Customer>().CountAsync(c => c.Name == "全新公司", Ct))));
        Assert.Equal([(customer, 5), (own.Id, 1), (own.Id, 900)], await app.In(System, async db => (await db.Set<WaybillLine>().Where(w => w.Source == "tms").OrderBy(w => w.ExternalNo).Select(w => new { w.CustomerId, w.RevenueFen }).ToListAsync(Ct)).ConvertAll(w => (w.CustomerId, w.RevenueFen))));
        Assert.Equal((0L, 0L, 0L), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Lines_of_a_customer_that_is_only_shared_are_told_anew_and_told_again_but_not_changed_by_another_system_or_a_file(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, _, line) = await Granted(app, "shared");
        var n1 = await app.ActorOf("n1");
        Task<RecordWaybills.Answer[]> Record(string number, long revenue) => app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("manual", [new() { ExternalNo = number, Customer = "南方公司", Date = new DateOnly(2026, 3, 1), RevenueFen = revenue }], createCustomers: false, Ct));

        Assert.Equal("waybill.shared_reads", Assert.Single((await Record("N-1", 6))[0].Errors).Code);
        Assert.Equal(LineOutcome.Unchanged, (await Record("N-1", 5))[0].Outcome);
        Assert.Equal(LineOutcome.Created, (await Record("N-2", 7))[0].Outcome);
        Assert.Equal(5, await app.In(System, db => db.Set<WaybillLine>().Where(w => w.Id == line).Select(w => w.RevenueFen).SingleAsync(Ct)));
        var id = await Exchange.ReviewUse.Checked(app, n1, "waybills", "来源系统,运单号,日期,客户,收入(元)\nmanual,N-1,2026-03-01,南方公司,9\n");
        Assert.Equal(["waybill.shared_reads"], (await Exchange.ReviewUse.Look(app, n1, id)).Rows.SelectMany(r => r.Errors).Select(e => e.Code));
        Assert.Equal((0L, 0L, 0L), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_account_manager_changes_what_is_said_of_a_customer_and_not_whose_it_is(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _, line) = await Granted(app, "manager");
        var (before, mine) = (await Stored(app, customer), (await app.ActorOf("n1")).UnitId);
        using var api = await app.Api("n1");
        using var page = await app.SignedIn("n1");

        using var put = await api.PutAsJsonAsync($"/api/v1/customers/{customer}", new { name = "南方公司", shortName = "经理改的" }, Ct);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Ct));
        Assert.Equal(("经理改的", before.Unit), await Stored(app, customer) is var now ? (now.Short, now.Unit) : default);
        Assert.Equal("done", await Worked(app, "customers", "edit", customer, "shortName", "又改"));
        Assert.Equal("done", await Worked(app, "waybills", "edit", line, "contract", "HT-9"));
        Assert.Contains($"/waybills/{line}/edit\"", await page.GetStringAsync(new Uri($"/waybills/{line}", UriKind.Relative), Ct), StringComparison.Ordinal);
        var unit = before.Unit.ToString(global::System.Globalization.CultureInfo.InvariantCulture);
        Assert.Matches($"<option value=\"{unit}\" selected", await page.GetStringAsync(new Uri($"/customers/{customer}/edit", UriKind.Relative), Ct));
        using var form = await CrmApp.Submit(page, $"/customers/{customer}/edit", "customer", new() { ["Form.Name"] = "南方公司", ["Form.ShortName"] = "表单改的", ["Form.UnitId"] = unit });
        Assert.Equal(HttpStatusCode.Found, form.StatusCode);
        Assert.Equal(("表单改的", before.Unit), await Stored(app, customer) is var then ? (then.Short, then.Unit) : default);

        using var taken = await api.PutAsJsonAsync($"/api/v1/customers/{customer}", new { name = "南方公司", unitId = mine }, Ct);
        Assert.Equal(HttpStatusCode.Forbidden, taken.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.DeleteAsync($"/api/v1/customers/{customer}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.DeleteAsync($"/api/v1/waybills/{line}", Ct)).StatusCode);
        Assert.Equal(["customer.shared_stays", "customer.shared_stays"], [await Worked(app, "customers", "assign", customer, value: mine.ToString(global::System.Globalization.CultureInfo.InvariantCulture)), await Worked(app, "customers", "bin", customer)]);
        Assert.Equal((before.Unit, false), await Stored(app, customer) is var last ? (last.Unit, last.Binned) : default);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_puts_a_customer_into_the_bin_beside_an_edit_is_told_that_it_changed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));

        var beside = await Beside.Run(app, n1, async services => Assert.Null((await services.GetRequiredService<SaveCustomer>().Run(customer.Id, null, new() { Name = "甲公司", ShortName = "改" }, Ct)).Refusal),
            () => app.With<GetCustomer, Result<Customer>>(n1, g => g.Bin(customer.Id, into: true, null, Ct)));

        Assert.Equal(engine == Engine.Postgres ? typeof(Refusal.Stale) : null, beside.Refusal?.GetType()); // SQLite's second writer has read what the first one wrote.
        Assert.Equal(("改", engine == Engine.Sqlite), await Stored(app, customer.Id) is var now ? (now.Short, now.Binned) : default);
    }
}
