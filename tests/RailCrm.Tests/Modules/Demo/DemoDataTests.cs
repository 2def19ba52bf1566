using System.Net;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Demo;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Tests.Modules.Demo;

/// <summary>Demo data beside a group's own: what comes with it goes with it, and nothing else.</summary>
public sealed class DemoDataTests
{
    private static readonly Actor System = Actor.System("test");

    /// <summary>What tells that something happened stays: the audit trail, the jobs, the days of schedules, sessions.</summary>
    private static readonly string[] Telling = ["audit_entries", "jobs", "scheduled_slots", "sessions", "idempotency_keys", "data_protection_keys", "__EFMigrationsHistory", "customer_sums"]; // The last adds up to the same: CustomerSumTests.

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Customer> Own(CrmApp app, string name, string user = "n1", Action<SaveCustomer.Input>? more = null)
    {
        var input = new SaveCustomer.Input { Name = name, Sidings = [new() { Name = $"{name}专用线", ConnectionStation = "高桥镇" }] };
        more?.Invoke(input);
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(user), s => s.Run(null, null, input, Ct))).TryGet(out var customer, out var refusal), refusal?.Code);
        await app.With<SaveContact, Result<Contact>>(await app.ActorOf(user), s => s.Run(customer.Id, null, null, new() { Name = "王小明", Mobile = "13900000001" }, Ct));
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(await app.ActorOf(user), r => r.Run("TMS", [new() { ExternalNo = $"W-{customer.Id}", Customer = customer.Number, Date = new(2026, 3, 1), RevenueFen = 100, WeightKg = 10 }], createCustomers: false, Ct)), a => Assert.Empty(a.Errors));
        return customer;
    }

    /// <summary>Every row of every table as text, but of those that only tell what happened.</summary>
    private static Task<SortedDictionary<string, string>> Rows(CrmApp app) => app.In(System, async db =>
    {
        var tables = db.IsPostgres
            ? await db.Database.SqlQuery<string>($"SELECT table_name AS \"Value\" FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'").ToListAsync(Ct)
            : await db.Database.SqlQuery<string>($"SELECT name AS \"Value\" FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_search_%'").ToListAsync(Ct);
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await db.Database.OpenConnectionAsync(Ct);
        foreach (var table in tables.Where(t => !Telling.Contains(t, StringComparer.OrdinalIgnoreCase)))
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // Names of our own tables.
            command.CommandText = $"SELECT * FROM {table}";
            if (!db.IsPostgres && table.EndsWith("_search", StringComparison.Ordinal))
            {
                command.CommandText = $"SELECT rowid FROM {table}";
            }
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync(Ct);
            var rows = new List<string>();
            while (await reader.ReadAsync(Ct))
            {
                rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : $"{reader.GetValue(i)}")));
            }

            all[table] = string.Join('\n', rows.Where(r => !(table is "owner_counts" && r.Contains("|0|", StringComparison.Ordinal))).Order(StringComparer.Ordinal));
        }

        return all;
    });

    private static async Task Work(CrmApp app) =>
        await app.Ended(await app.In(System, db => db.Set<Job>().Where(j => j.Kind == LoadDemo.Kind || j.Kind == RemoveDemo.Kind).OrderByDescending(j => j.Id).Select(j => j.Id).FirstAsync(Ct)));

    /// <summary>What people do with demo customers that need not keep them: stars, follows, lines in an inbox, a note and its answer that were deleted, a merge that was taken back.</summary>
    private static async Task Use(CrmApp app)
    {
        var admin = (await app.ActorOf("admin")) with { Permissions = new HashSet<string>(Permission.All) };
        var demo = await app.In(System, db => db.Set<DemoRow>().Where(r => r.Kind == "Customer").OrderBy(r => r.RowId).Take(2).Select(r => r.RowId).ToListAsync(Ct));
        await app.In(System, async db =>
        {
            db.Add(new RecordMark { UserId = admin.UserId, Mark = RecordMark.Favourite, CustomerId = demo[0], RecordKind = RecordKind.Customer, CreatedAt = db.UtcNow });
            db.Add(new InboxLine { UserId = admin.UserId, Kind = InboxLine.Changed, CustomerId = demo[1], RecordKind = RecordKind.Customer, At = db.UtcNow });
            var note = new Note { CustomerId = demo[0], RecordKind = RecordKind.Customer, Text = "误写", AuthorId = admin.UserId, CreatedAt = db.UtcNow, DeletedAt = db.UtcNow };
            db.Add(note);
            await db.SaveChangesAsync(Ct);
            db.Add(new Note { CustomerId = demo[0], RecordKind = RecordKind.Customer, Text = "误答", ParentId = note.Id, AuthorId = admin.UserId, CreatedAt = db.UtcNow, DeletedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        Assert.True((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(admin, m => m.Run(new() { SurvivorId = demo[0], LoserIds = [demo[1]] }, Ct))).TryGet(out var merged, out var refusal), refusal?.Code);
        Assert.Equal("demo.held", (await app.With<KeepDemo, Result<long>>(admin, k => k.Remove(Ct))).Refusal?.Code);
        Assert.Null((await app.With<UndoMerge, Result<UndoMerge.Answer>>(admin, u => u.Run(merged.Id, Ct))).Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task No_demo_is_loaded_where_customers_need_a_field_that_it_does_not_know(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        Assert.Null((await app.With<SaveCustomField, Result<CustomField>>(System, s => s.Run(null, null, new() { List = "customers", Key = "x_grade", Name = "合作等级", Kind = CustomKind.Text, Required = true }, Ct))).Refusal);

        Assert.Equal("demo.required_fields", (await app.With<KeepDemo, Result<long>>(admin, k => k.Load(Ct))).Refusal?.Code);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task All_of_the_demo_comes_and_goes_and_every_row_of_the_group_stays_as_it_was(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var before = await Own(app, "先来的公司");
        await app.With<ClassifyCustomers, int>(System, async c =>
        {
            await c.Run(Ct);
            return 0;
        });
        using var admin = await app.SignedIn("admin");
        using var reader = await app.SignedIn("n1");
        var own = await Rows(app);

        using var load = await CrmApp.Submit(admin, "/settings/demo", "load", []);
        await Work(app);
        var loaded = await Rows(app);
        var between = await Own(app, "中间的公司");
        await Use(app);
        var deleted = await app.In(System, db => db.Set<WaybillLine>().Where(w => w.Source.StartsWith("demo-")).Select(w => w.Id).FirstAsync(Ct));
        Assert.Null((await app.With<SaveWaybill, Result<long>>(await app.ActorOf("data"), s => s.Delete(deleted, null, Ct))).Refusal);
        var banner = WebUtility.HtmlDecode(await reader.GetStringAsync(new Uri("/", UriKind.Relative), Ct));
        using var twice = await CrmApp.Submit(admin, "/settings/demo", "remove", []);
        await Work(app);
        var left = await Rows(app);

        Assert.Contains("已装入演示数据", banner, StringComparison.Ordinal);
        Assert.Equal(LoadDemo.Customers + 1, loaded["customers"].Split('\n').Length);
        Assert.Equal(LoadDemo.Lines + 1, loaded["waybill_lines"].Split('\n').Length);
        Assert.Equal(own["users"], loaded["users"]); // Nobody can sign in by a demo.
        Assert.Equal("", left["demo_rows"]);
        // Sums of a unit hold the customer made between too; they are proved by the lines below.
        string[] sums = ["owner_counts", "owner_months"];
        string[] one = ["customers", "customer_contacts", "contact_pairs", "customer_keys", "customer_search", "contact_search", "customer_sidings", "sidings", "waybill_lines", "monthly_facts"];
        string[] some = [.. sums, "tier_changes", "duplicate_pairs", "figures_due"]; // Of the two customers of the group itself; what was due is told when a line is deleted.
        foreach (var (table, rows) in own)
        {
            var (was, isNow) = (rows.Split('\n', StringSplitOptions.RemoveEmptyEntries), left[table].Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.True(sums.Contains(table) || !was.Except(isNow).Any(), $"{table} lacks {string.Join(" / ", was.Except(isNow))}");
            Assert.True(some.Contains(table) || isNow.Length - was.Length == (one.Contains(table) ? 1 : 0), $"{table}: {was.Length} rows before, {isNow.Length} after.\n{left[table]}");
        }

        Assert.All(left["duplicate_pairs"].Split('\n', StringSplitOptions.RemoveEmptyEntries), p => Assert.Contains($"|{before.Id}|{between.Id}|", p, StringComparison.Ordinal));
        Assert.Equal((0L, 0L, 0L), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
        Assert.Equal([before.Id, between.Id], await app.In(System, db => db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(Ct)));
        Assert.Equal(["demo_loaded", "demo_removed"], await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Action == "demo_loaded" || a.Action == "demo_removed").OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_people_made_on_demo_rows_is_named_and_keeps_the_demo(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = (await app.ActorOf("admin")) with { Permissions = new HashSet<string>(Permission.All) };
        Assert.Null((await app.With<KeepDemo, Result<long>>(admin, k => k.Load(Ct))).Refusal);
        await Work(app);
        var (demo, unit) = await app.In(System, async db => (await db.Set<Customer>().OrderBy(c => c.Id).FirstAsync(Ct), await db.Set<OrgUnit>().Where(u => u.Code == "DEMO-Z01").Select(u => u.Id).SingleAsync(Ct)));
        var child = await Own(app, "我的子公司", "data", i => (i.ParentId, i.UnitId) = (demo.Id, unit));
        Assert.Null((await app.With<SaveContact, Result<Contact>>(admin, s => s.Run(demo.Id, null, null, new() { Name = "赵真人" }, Ct))).Refusal);
        Assert.Null((await app.With<KeepAttachment, Result<Attachment>>(admin, k => k.Run(demo.Id, new("customer", demo.Id), "合同.txt", new MemoryStream("x"u8.ToArray()), Ct))).Refusal);
        Assert.Null((await app.With<KeepNotes, Result<Note>>(admin, k => k.Write(RecordKind.Customer, demo.Id, new() { Text = "真的备注" }, Ct))).Refusal);
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(admin, r => r.Run("TMS", [new() { ExternalNo = "真单", Customer = demo.Number, Date = new(2026, 3, 1) }, new() { ExternalNo = "误删真单", Customer = demo.Number, Date = new(2026, 3, 1) }], createCustomers: false, Ct)), a => Assert.Empty(a.Errors));
        var deleted = await app.In(System, db => db.Set<WaybillLine>().Where(w => w.ExternalNo == "误删真单").Select(w => w.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SaveWaybill, Result<long>>(admin, s => s.Delete(deleted, null, Ct))).Refusal);

        var refused = await app.With<KeepDemo, Result<long>>(admin, k => k.Remove(Ct));
        var again = await app.With<KeepDemo, Result<long>>(admin, k => k.Load(Ct));
        var outlet = (await app.ActorOf("n1")) with { Permissions = new HashSet<string>(Permission.All) };
        var partly = await app.With<KeepDemo, Result<long>>(outlet, k => k.Remove(Ct));
        using var browser = await app.SignedIn("admin");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri("/settings/demo", UriKind.Relative), Ct));

        Assert.Equal("demo.held", refused.Refusal?.Code);
        Assert.Equal("demo.there", again.Refusal?.Code);
        Assert.Equal("demo.whole_group", partly.Refusal?.Code);
        Assert.All([child.Name, "赵真人", "合同.txt", "真的备注", "真单", "误删真单"], name => Assert.Contains(name, page, StringComparison.Ordinal));
        Assert.True(await app.In(System, db => db.Set<Customer>().CountAsync(Ct)) == LoadDemo.Customers + 1);
    }
}
