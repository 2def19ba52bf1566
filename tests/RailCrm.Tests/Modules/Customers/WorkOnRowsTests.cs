using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

public sealed class WorkOnRowsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<List<long>> Customers(CrmApp app, string who, int count)
    {
        var (actor, ids) = (await app.ActorOf(who), new List<long>());
        for (var n = 0; n < count; n++)
        {
            var made = await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = $"{who}第{n}公司", Tags = n % 2 == 0 ? "旧" : null, SizeClass = n % 3 == 0 ? SizeClass.Small : null }, Ct));
            ids.Add(made.TryGet(out var customer, out var refusal) ? customer.Id : throw new InvalidOperationException(refusal.Code));
        }

        return ids;
    }

    private static async Task<WorkOnRows.Seen> Done(CrmApp app, string who, Result<Job> started)
    {
        Assert.Null(started.Refusal);
        Assert.True(started.TryGet(out var job, out _));
        await app.Ended(job.Id);
        Assert.True((await app.With<WorkOnRows, Result<WorkOnRows.Seen>>(await app.ActorOf(who), w => w.Get(JsonSerializer.Deserialize<WorkOrder>(job.Input)!.List, job.Id, Ct))).TryGet(out var seen, out _));
        return seen;
    }

    internal static async Task<WorkOnRows.Seen> Work(CrmApp app, string who, WorkOrder order) =>
        await Done(app, who, await app.With<WorkOnRows, Result<Job>>(await app.ActorOf(who), w => w.Start(order, Ct)));

    private static Task<Dictionary<long, Customer>> Stored(CrmApp app) =>
        app.In(Actor.System("test"), db => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().ToDictionaryAsync(c => c.Id, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_is_changed_on_all_rows_of_a_view_and_every_row_tells_how_it_came_out(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var mine = await Customers(app, "n1", 12);
        var others = await Customers(app, "s1", 3);

        var seen = await Work(app, "n1", new() { List = "customers", Act = "edit", Field = "sizeClass", Value = "small", All = true, In = "all" });

        Assert.Equal((8, 4), (seen.Counts["done"], seen.Counts["same"]));
        var stored = await Stored(app);
        Assert.All(mine, id => Assert.Equal(SizeClass.Small, stored[id].SizeClass));
        Assert.All(others, (id, n) => Assert.Equal(n % 3 == 0 ? SizeClass.Small : null, stored[id].SizeClass));
        Assert.Equal(8, await app.In(Actor.System("test"), db => db.Set<AuditEntry>().CountAsync(a => a.Action == "updated" && a.Entity == nameof(Customer) && a.Changes.Contains("SizeClass"), Ct)));
        Assert.True(stored[mine[1]].Completeness > stored[others[1]].Completeness);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_left_the_page_of_a_work_finds_it_again_and_nobody_else_does(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Customers(app, "n1", 2);
        var first = await Work(app, "n1", new() { List = "customers", Act = "tag", Value = "重点", Ids = ids });
        var second = await Work(app, "n1", new() { List = "customers", Act = "edit", Field = "sizeClass", Value = "large", Ids = [ids[0]] });

        var mine = await app.With<WorkOnRows, IReadOnlyList<(Job Job, WorkOrder Order, ListOf List)>>(await app.ActorOf("n1"), w => w.Mine(10, Ct));
        Assert.Equal([second.Job.Id, first.Job.Id], mine.Select(w => w.Job.Id));
        Assert.Equal(["edit", "tag"], mine.Select(w => w.Order.Act));
        Assert.Empty(await app.With<WorkOnRows, IReadOnlyList<(Job Job, WorkOrder Order, ListOf List)>>(await app.ActorOf("north"), w => w.Mine(10, Ct)));
        using var browser = await app.SignedIn("n1");
        Assert.Contains($"/lists/customers/work/{first.Job.Id}\"", await browser.GetStringAsync(new Uri("/lists/work", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Undo_gives_back_the_old_values_but_not_where_somebody_changed_the_row_since(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Customers(app, "n1", 6);
        var n1 = await app.ActorOf("n1");
        var before = await Stored(app);
        var done = await Work(app, "n1", new() { List = "customers", Act = "tag", Value = "重点，新", Ids = ids });
        Assert.Equal(",旧,重点,新,", (await Stored(app))[ids[0]].Tags);
        var changed = CustomerRules.Of((await Stored(app))[ids[2]]);
        changed.LegalRepresentative = "后来改的";
        Assert.Null((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(ids[2], null, changed, Ct))).Refusal);

        var undone = await Done(app, "n1", await app.With<WorkOnRows, Result<Job>>(n1, w => w.Undo("customers", done.Job.Id, Ct)));

        Assert.Equal((5, 1), (undone.Counts["done"], undone.Counts["refused"]));
        var after = await Stored(app);
        Assert.All(ids.Where(i => i != ids[2]), id => Assert.Equal(before[id].Tags, after[id].Tags));
        Assert.Equal(",旧,重点,新,", after[ids[2]].Tags);
        Assert.Equal("list.changed_since", (await app.With<WorkOnRows, IReadOnlyList<WorkRow>>(n1, w => w.Rows(undone.Job.Id, "refused", 0, 10, Ct))).Single().Reason);

        var again = await Done(app, "n1", await app.With<WorkOnRows, Result<Job>>(n1, w => w.Undo("customers", done.Job.Id, Ct)));
        Assert.Equal(("refused", 1), (Assert.Single(again.Counts).Key, again.Counts["refused"])); // What is given back is not looked at again.
        Assert.Equal(after.Values.Select(c => (c.Id, c.Version)), (await Stored(app)).Values.Select(c => (c.Id, c.Version)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_undo_that_was_stopped_or_refused_for_a_while_is_finished_by_another_and_never_runs_twice_at_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Customers(app, "n1", 5);
        var n1 = await app.ActorOf("n1");
        var before = await Stored(app);
        Task<Result<Job>> Undo(long job) => app.With<WorkOnRows, Result<Job>>(n1, w => w.Undo("customers", job, Ct));
        var done = await Work(app, "n1", new() { List = "customers", Act = "tag", Value = "新", Ids = ids });

        var stopped = await app.In(Actor.System("test"), async db =>
        {
            // As a worker has it in hand on the way: one row is back, at one the answer was no, the others wait.
            var job = new Job { Kind = WorkOnRows.Kind, State = "running", LeaseUntil = long.MaxValue, UserId = n1.UserId, CreatedAt = db.UtcNow, Input = JsonSerializer.Serialize(new WorkOrder { List = "customers", Act = "tag", UndoOf = done.Job.Id }) };
            db.Add(job);
            await db.SaveChangesAsync(Ct);
            await db.Set<Customer>().Where(c => c.Id == ids[0]).ExecuteUpdateAsync(s => s.SetProperty(c => c.Tags, before[ids[0]].Tags).SetProperty(c => c.Version, c => c.Version + 1), Ct);
            db.AddRange(new WorkRow { JobId = job.Id, RowId = ids[0], Outcome = "done" }, new WorkRow { JobId = job.Id, RowId = ids[1], Outcome = "refused" }, new WorkRow { JobId = job.Id, RowId = ids[2] });
            await db.SaveChangesAsync(Ct);
            return job.Id;
        });
        Assert.Equal("list.undo_too_late", (await Undo(done.Job.Id)).Refusal!.Code);
        await app.In(Actor.System("test"), db => db.Set<Job>().Where(j => j.Id == stopped).ExecuteUpdateAsync(s => s.SetProperty(j => j.State, "cancelled"), Ct));

        var finished = await Done(app, "n1", await Undo(done.Job.Id));

        Assert.Equal((4, 1), (finished.Counts["done"], finished.Counts.Count));
        var after = await Stored(app);
        Assert.All(ids, id => Assert.Equal(before[id].Tags, after[id].Tags));
        Assert.Equal("list.undo_too_late", (await Undo(done.Job.Id)).Refusal!.Code);
        Assert.True((await app.With<WorkOnRows, Result<WorkOnRows.Seen>>(n1, w => w.Get("customers", done.Job.Id, Ct))).TryGet(out var seen, out _));
        Assert.Equal((finished.Job.Id, false), (seen.Undone, seen.CanUndo));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Many_go_into_the_bin_and_come_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Customers(app, "n1", 4);
        var done = await Work(app, "n1", new() { List = "customers", Act = "bin", Ids = ids });
        Assert.All((await Stored(app)).Values.Where(c => ids.Contains(c.Id)), c => Assert.NotNull(c.DeletedAt));

        await Done(app, "n1", await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Undo("customers", done.Job.Id, Ct)));

        Assert.All((await Stored(app)).Values.Where(c => ids.Contains(c.Id)), c => Assert.Null(c.DeletedAt));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Rows_outside_the_scope_are_told_as_not_there_and_stay_as_they_are(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (mine, others) = (await Customers(app, "n1", 1), await Customers(app, "s1", 1));

        var seen = await Work(app, "n1", new() { List = "customers", Act = "edit", Field = "sizeClass", Value = "large", Ids = [.. mine, .. others] });

        Assert.Equal((1, 1), (seen.Counts["done"], seen.Counts["refused"]));
        Assert.Equal(SizeClass.Small, (await Stored(app))[others[0]].SizeClass);
        Assert.IsType<Refusal.NotFound>((await app.With<WorkOnRows, Result<WorkOnRows.Seen>>(await app.ActorOf("s1"), w => w.Get("customers", seen.Job.Id, Ct))).Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_would_be_wrong_for_every_row_is_refused_before_it_begins(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Customers(app, "n1", 1);
        var n1 = await app.ActorOf("n1");
        var south = await app.In(Actor.System("test"), db => db.Set<OrgUnit>().Where(u => u.Code == "S").Select(u => u.Id).SingleAsync(Ct));
        async Task<Refusal?> Refused(WorkOrder order)
        {
            order.List = "customers";
            return (await app.With<WorkOnRows, Result<Job>>(n1, w => w.Start(order, Ct))).Refusal;
        }

        Assert.IsType<Refusal.NotFound>(await Refused(new() { Act = "explode", Ids = ids }));
        Assert.Equal("list.none_selected", (await Refused(new() { Act = "bin" }))!.Code);
        foreach (var order in new WorkOrder[] { new() { Act = "edit", Field = "name", Value = "x" }, new() { Act = "edit", Field = "sizeClass", Value = "huge" }, new() { Act = "edit", Field = "website", Value = "ftp://x" }, new() { Act = "edit", Field = "tier", Value = "large" }, new() { Act = "tag", Value = " " }, new() { Act = "assign", Value = $"{south}" } })
        {
            order.Ids = ids;
            Assert.IsType<Refusal.InvalidMany>(await Refused(order));
        }

        Assert.Empty(await app.In(Actor.System("test"), db => db.Set<Job>().Where(j => j.Kind == WorkOnRows.Kind).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_cell_is_changed_by_the_rules_of_the_form_and_not_over_somebody_elses_change(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = (await Customers(app, "n1", 1))[0];
        var list = app.Services.GetRequiredService<CustomerList>();
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = await app.ActorOf("n1");
        Task<Result<Edited>> Edit(string field, string? value, string? was) => list.Edit(services.ServiceProvider, id, list.Find(field)!, value, was, Ct);

        Assert.True((await Edit("website", "https://example.com", "")).TryGet(out var edited, out _));
        Assert.Equal("https://example.com", edited.Value);
        Assert.IsType<Refusal.Stale>((await Edit("website", "https://example.org", "")).Refusal);
        Assert.IsType<Refusal.InvalidMany>((await Edit("website", "ftp://x", "https://example.com")).Refusal);
        Assert.IsType<Refusal.InvalidMany>((await Edit("employees", "viele", "")).Refusal);
        Assert.IsType<Refusal.InvalidMany>((await Edit("name", " ", (await Stored(app))[id].Name)).Refusal);
        Assert.Equal("https://example.com", (await Stored(app))[id].Website);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Contacts_are_changed_and_binned_in_numbers_too_and_hide_with_their_customer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customers = await Customers(app, "n1", 2);
        var n1 = await app.ActorOf("n1");
        foreach (var customer in customers)
        {
            Assert.Null((await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(customer, null, null, new() { Name = $"王{customer}", Mobile = "13800000000" }, Ct))).Refusal);
        }

        var list = app.Services.GetRequiredService<ContactList>();
        var seen = await Work(app, "n1", new() { List = "contacts", Act = "edit", Field = "title", Value = "物流部经理", All = true, In = "all" });
        Assert.Equal(2, seen.Counts["done"]);
        Assert.Equal(2, await app.In(n1, db => list.Count(db, View.Plain, 10, Ct)));
        Assert.Equal(0, await app.In(await app.ActorOf("s1"), db => list.Count(db, View.Plain, 10, Ct)));

        await app.With<GetCustomer, Result<Customer>>(n1, g => g.Bin(customers[0], into: true, null, Ct));
        Assert.Equal(1, await app.In(n1, db => list.Count(db, View.Plain, 10, Ct)));
        Assert.Equal(1, await app.In(await app.ActorOf("group"), db => list.Count(db, View.Plain, 10, Ct)));
    }
}
