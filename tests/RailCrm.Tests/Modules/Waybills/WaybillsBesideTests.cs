using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Writers of lines beside those who merge, classify, restore and write the same number.</summary>
public sealed class WaybillsBesideTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static WaybillDraft Draft(string number, string customer, long revenue = 100) => new() { ExternalNo = number, Customer = customer, Date = new DateOnly(2026, 3, 1), RevenueFen = revenue };

    private static async Task<(Customer Customer, long Line)> Fill(CrmApp app)
    {
        var customer = await PaletteUse.Customer(app, "n1", new() { Name = "甲公司" });
        return (customer, await Create(app, Draft("YD-1", customer.Number)));
    }

    private static async Task<long> Create(CrmApp app, WaybillDraft draft) =>
        (await app.With<SaveWaybill, Result<long>>(await app.ActorOf("n1"), s => s.Run(null, null, draft, Ct))).TryGet(out var id, out var refusal) ? id : throw new InvalidOperationException(refusal.Code);

    private static Task<int> Classify(CrmApp app) => app.With<ClassifyCustomers, int>(System, async c =>
    {
        await c.Run(Ct);
        return 0;
    });

    private static Task<int> Say(IServiceProvider services, FormattableString sql) => services.GetRequiredService<CrmDb>().Database.ExecuteSqlAsync(sql, Ct);

    [Theory, InlineData(Engine.Postgres)]
    public async Task Figures_that_are_due_do_not_wait_for_whoever_writes_lines_in_a_ring(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Fill(app);
        await app.In(System, db => db.Write(async () =>
        {
            await db.Set<Customer>().ExecuteUpdateAsync(u => u.SetProperty(c => c.Trailing12RevenueFen, 7), Ct); // There is something to compute.
            db.Add(new FiguresDue { CustomerId = customer.Id });
            return await db.SaveChangesAsync(Ct);
        }, Ct));

        // As the ledger does: its customers first, what is due last.
        await Beside.Run(app, System, services => Say(services, $"SELECT id FROM customers WHERE id = {customer.Id} FOR SHARE"), () => Classify(app),
            services => Say(services, $"INSERT INTO figures_due (customer_id) VALUES ({customer.Id}) ON CONFLICT (customer_id) DO UPDATE SET customer_id = excluded.customer_id"));

        await Classify(app);
        Assert.Equal((100, 0), await app.In(System, async db => (await db.Set<Customer>().Select(c => c.Trailing12RevenueFen).SingleAsync(Ct), await db.Set<FiguresDue>().CountAsync(Ct))));
    }

    [Theory, InlineData(Engine.Postgres)]
    public async Task Figures_of_a_customer_that_somebody_holds_for_a_moment_are_asked_for_again(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Fill(app);
        await app.In(System, db => db.Write(async () =>
        {
            await db.Set<Customer>().ExecuteUpdateAsync(u => u.SetProperty(c => c.Trailing12RevenueFen, 7), Ct);
            db.Add(new FiguresDue { CustomerId = customer.Id });
            return await db.SaveChangesAsync(Ct);
        }, Ct));
        Task<int>? computing = null;

        await app.In(System, db => db.Write(async () =>
        {
            await db.Database.ExecuteSqlAsync($"SELECT id FROM customers WHERE id = {customer.Id} FOR SHARE", Ct);
            computing = Classify(app);
            await Task.Delay(60, Ct); // Longer than the first look takes, shorter than all of them.
            return 0;
        }, Ct));
        await computing!;

        Assert.Equal((100, 0), await app.In(System, async db => (await db.Set<Customer>().Select(c => c.Trailing12RevenueFen).SingleAsync(Ct), await db.Set<FiguresDue>().CountAsync(Ct))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Everybody_anew_leaves_nothing_due_and_every_figure_right(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Fill(app);
        await app.In(System, db => db.Write(async () =>
        {
            await db.Set<Customer>().ExecuteUpdateAsync(u => u.SetProperty(c => c.Trailing12RevenueFen, 7), Ct);
            db.Add(new FiguresDue { CustomerId = customer.Id });
            return await db.SaveChangesAsync(Ct);
        }, Ct));

        await app.With<ClassifyCustomers, int>(System, async c =>
        {
            await c.RunAll(null, Ct);
            return 0;
        });

        Assert.Equal((100, 0), await app.In(System, async db => (await db.Set<Customer>().Select(c => c.Trailing12RevenueFen).SingleAsync(Ct), await db.Set<FiguresDue>().CountAsync(Ct))));
    }

    [Theory, InlineData("delete"), InlineData("edit"), InlineData("many"), InlineData("undo")]
    public async Task Whoever_changes_lines_waits_for_a_merge_and_the_merge_never_for_him(string what)
    {
        await using var app = await CrmApp.Start(Engine.Postgres);
        var (customer, line) = await Fill(app);
        var (n1, stored) = (await app.ActorOf("n1"), await app.In(System, db => db.Set<WaybillLine>().AsNoTracking().SingleAsync(Ct)));
        Task<string?> Change() => app.With<IServiceProvider, string?>(n1, async services =>
        {
            var row = new WorkRow { RowId = line };
            switch (what)
            {
                case "delete":
                    return (await services.GetRequiredService<SaveWaybill>().Delete(line, null, Ct)).Refusal?.Code;
                case "edit":
                    return (await services.GetRequiredService<SaveWaybill>().Run(line, null, Draft("YD-1", customer.Number, 200), Ct)).Refusal?.Code;
                case "many":
                    return await services.GetRequiredService<CrmDb>().Write(async () =>
                    {
                        await services.GetRequiredService<WorkOnWaybills>().Delete([row], unchanged: false, Ct);
                        return row.Reason;
                    }, Ct);
                default:
                    return await services.GetRequiredService<CrmDb>().Write(async () =>
                        (await services.GetServices<Undo>().Single(u => u.Entity == WaybillUndo.Code).Run([new ImportedRow { EntityId = line, Entity = WaybillUndo.Code, Action = "created", Version = WaybillUndo.Sum(stored) }], Ct))[0]?.Code, Ct);
            }
        });

        // As a merge does: the customers first, then their lines.
        var refused = await Beside.Run(app, System, services => Say(services, $"SELECT id FROM customers WHERE id = {customer.Id} FOR UPDATE"), Change, services => Say(services, $"UPDATE waybill_lines SET customer_id = customer_id WHERE customer_id = {customer.Id}"));

        Assert.Null(refused);
        Assert.Equal(what == "edit" ? 1 : 0, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_two_who_write_a_line_of_one_number_the_second_is_told_that_it_exists(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Fill(app);
        var n1 = await app.ActorOf("n1");

        var second = await Beside.Run(app, n1, async services => Assert.Null((await services.GetRequiredService<SaveWaybill>().Run(null, null, Draft("YD-2", customer.Number), Ct)).Refusal),
            () => app.With<SaveWaybill, Result<long>>(n1, s => s.Run(null, null, Draft("YD-2", customer.Number, 900), Ct)));

        Assert.Equal("waybill.number_exists", second.Refusal?.Code);
        Assert.Equal(100, await app.In(System, db => db.Set<WaybillLine>().Where(w => w.ExternalNo == "YD-2").Select(w => w.RevenueFen).SingleAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_restored_while_another_takes_its_number_stays_in_the_bin(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, line) = await Fill(app);
        var n1 = await app.ActorOf("n1");
        Assert.Null((await app.With<SaveWaybill, Result<long>>(n1, s => s.Delete(line, null, Ct))).Refusal);

        var back = await Beside.Run(app, System, async services => Assert.Empty((await services.GetRequiredService<RecordWaybills>().Run(SaveWaybill.ByHand, [Draft("YD-1", customer.Number, 900)], false, Ct))[0].Errors),
            () => app.With<WaybillBin, Result<long>>(n1, b => b.Restore(line, Ct)));

        Assert.Equal("waybill.bin_number", back.Refusal?.Code);
        Assert.Equal((1, 900), await app.In(System, async db => (await db.Set<BinnedLine>().CountAsync(Ct), await db.Set<WaybillLine>().Select(w => w.RevenueFen).SingleAsync(Ct))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_that_left_the_scope_since_it_was_found_gets_no_more_lines(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Fill(app);
        var south = await app.In(System, db => db.Set<OrgUnit>().Where(u => u.Code == "S1").Select(u => u.Id).SingleAsync(Ct));

        var codes = await app.With<RecordWaybills, List<string>>(await app.ActorOf("n1"), async record =>
        {
            Assert.Empty((await record.Run("TMS", [Draft("A1", customer.Name)], false, Ct))[0].Errors);
            Assert.Null((await app.With<SaveCustomer, Result<Customer>>(System, s => s.Run(customer.Id, null, new() { Name = customer.Name, UnitId = south }, Ct))).Refusal);
            return (await record.Run("TMS", [Draft("A2", customer.Name)], false, Ct))[0].Errors.Select(e => $"{e.Field} {e.Code}").ToList();
        });

        Assert.Equal(["Customer waybill.customer_unknown"], codes);
        Assert.Equal(["A1", "YD-1"], await app.In(System, db => db.Set<WaybillLine>().Select(w => w.ExternalNo).OrderBy(n => n).ToListAsync(Ct)));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_change_of_many_is_taken_back_after_its_customer_was_merged(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, line) = await Fill(app);
        var (n1, stays) = (await app.ActorOf("n1"), await PaletteUse.Customer(app, "n1", new() { Name = "大集团" }));
        async Task<WorkRow> Work(WorkOrder order, WorkRow row) => await app.With<IServiceProvider, WorkRow>(n1, async services =>
        {
            var list = services.GetServices<ListOf>().Single(l => l.Key == "waybills");
            await services.GetRequiredService<CrmDb>().Write(async () =>
            {
                await list.Work(services, order, [row], Ct);
                return 0;
            }, Ct);
            return row;
        });
        var edited = await Work(new() { List = "waybills", Act = "edit", Field = "note", Value = "批量" }, new() { RowId = line });
        Assert.Equal("done", edited.Outcome);
        Assert.Null((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(n1, m => m.Run(new() { SurvivorId = stays.Id, LoserIds = [customer.Id] }, Ct))).Refusal);

        var undone = await Work(new() { List = "waybills", Act = "edit", Field = "note", UndoOf = 1 }, new() { RowId = line, Before = edited.Before, VersionAfter = edited.VersionAfter });

        Assert.Equal((null, "done"), (undone.Reason, undone.Outcome));
        Assert.Equal((null, stays.Id), await app.In(System, async db => await db.Set<WaybillLine>().AsNoTracking().SingleAsync(Ct) is var w ? (w.Note, w.CustomerId) : default));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_that_goes_while_its_page_of_names_is_read_is_named_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, line) = await Fill(app);
        await app.In(System, async db =>
        {
            db.Add(BinnedLine.Of(await db.Set<WaybillLine>().AsNoTracking().SingleAsync(Ct), db.UtcNow, 1, null)); // Between two reads it is in the one and in the other.
            return await db.SaveChangesAsync(Ct);
        });

        foreach (var key in new[] { "waybills", "waybillBin" })
        {
            var names = await app.With<IServiceProvider, Dictionary<long, string>>(await app.ActorOf("n1"), services => services.GetServices<ListOf>().Single(l => l.Key == key).NamesOfRows(services.GetRequiredService<CrmDb>(), [line], Ct));
            Assert.Equal("YD-1", names[line]);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_number_written_in_small_letters_is_found_by_its_beginning(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Fill(app);
        await Create(app, Draft("ab2026-7", customer.Number));
        await Create(app, Draft("AB2026-8", customer.Number));
        using var api = await app.Api("n1");

        Assert.Equal(["AB2026-8", "ab2026-7"], (await PaletteUse.Found(api, "ab2026", "waybill")).Order(StringComparer.Ordinal));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Files_and_notes_of_a_line_in_the_bin_wait_unseen_with_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, line) = await Fill(app);
        var n1 = await app.ActorOf("n1");
        using var api = await app.Api("n1");
        await NoteTests.Post(api, $"/customers/{customer.Id}/notes", new { text = "已核对", recordKind = "waybill", recordId = line });
        var file = await app.In(System, async db =>
        {
            var file = new Attachment { CustomerId = customer.Id, RecordKind = "waybill", RecordId = line, FileName = "货票.pdf", ContentType = "application/pdf", Sha256 = "00", CreatedAt = db.UtcNow };
            db.Add(file);
            await db.SaveChangesAsync(Ct);
            return file.Id;
        });
        async Task<(int Notes, int Files, bool One, int NoteCount, int FileCount)> Seen() => await app.With<IServiceProvider, (int, int, bool, int, int)>(n1, async services =>
        {
            var (db, files) = (services.GetRequiredService<CrmDb>(), services.GetRequiredService<KeepAttachment>());
            Assert.True((await services.GetRequiredService<RailCrm.Platform.Notes.ListNotes>().Run("customer", customer.Id, null, Ct)).TryGet(out var notes, out _));
            Assert.True((await files.Of("customer", customer.Id, binned: false, Ct)).TryGet(out var all, out _));
            return (notes.Notes.Count, all.Count, await files.One(customer.Id, file, Ct) is not null, await RailCrm.Platform.Notes.ListNotes.Count(db, "customer", customer.Id, Ct), await KeepAttachment.Count(db, "customer", customer.Id, Ct));
        });

        Assert.Equal((1, 1, true, 1, 1), await Seen());
        Assert.Null((await app.With<SaveWaybill, Result<long>>(n1, s => s.Delete(line, null, Ct))).Refusal);
        Assert.Equal((0, 0, false, 0, 0), await Seen());
        Assert.Null((await app.With<WaybillBin, Result<long>>(n1, b => b.Restore(line, Ct))).Refusal);
        Assert.Equal((1, 1, true, 1, 1), await Seen());
    }
}
