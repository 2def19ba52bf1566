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
using RailCrm.Platform.Fields;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using RailCrm.Tests.Modules.Customers;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Waybills;

public sealed class WaybillBinTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A customer of n1 with some lines, each with a note that was answered, a file of two versions, a star and a line in an inbox.</summary>
    private static async Task<(Customer Customer, List<long> Lines)> Fill(CrmApp app, int count)
    {
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        var drafts = Enumerable.Range(0, count).Select(n => new WaybillDraft { ExternalNo = $"YD-{n}", Customer = customer.Number, Date = new DateOnly(2026, 3, 1 + n), Commodity = "动力煤", Mode = "carload", Origin = "高桥镇", RevenueFen = 123_456 + n, CostFen = 500, WeightKg = 60_000, Note = "“引号”\n\"行\"" }).ToList();
        var answers = await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("TMS", drafts, false, Ct));
        var lines = answers.Select(a => a.Line!.Id).ToList();
        await app.In(System, async db =>
        {
            foreach (var id in lines)
            {
                var file = new Attachment { CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = id, FileName = "货票.pdf", ContentType = "application/pdf", Sha256 = "00", CreatedAt = db.UtcNow };
                var note = new Note { CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = id, Text = "已核对", AuthorId = n1.UserId, CreatedAt = db.UtcNow };
                db.AddRange(file, note);
                await db.SaveChangesAsync(Ct);
                db.AddRange(
                    new AttachmentVersion { AttachmentId = file.Id, CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = id, Revision = 1, Sha256 = "00", CreatedAt = db.UtcNow },
                    new Note { CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = id, ParentId = note.Id, Text = "又核对", AuthorId = n1.UserId, CreatedAt = db.UtcNow },
                    new InboxLine { CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = id, UserId = n1.UserId, Kind = "note", At = db.UtcNow },
                    new RecordMark { CustomerId = customer.Id, RecordKind = RecordKind.Waybill, RecordId = id, UserId = n1.UserId, Mark = RecordMark.Favourite, CreatedAt = db.UtcNow });
            }

            return await db.SaveChangesAsync(Ct);
        });
        return (customer, lines);
    }

    private static async Task Delete(CrmApp app, params IEnumerable<long> ids)
    {
        foreach (var id in ids)
        {
            Assert.Null((await app.With<SaveWaybill, Result<long>>(await app.ActorOf("n1"), s => s.Delete(id, null, Ct))).Refusal);
        }
    }

    private static async Task<Refusal?> Restore(CrmApp app, long id, string who = "n1") => (await app.With<WaybillBin, Result<long>>(await app.ActorOf(who), b => b.Restore(id, Ct))).Refusal;

    private static async Task<WorkOnRows.Seen> Work(CrmApp app, string who, string list, Func<WorkOnRows, Task<Result<Job>>> start)
    {
        Assert.True((await app.With(await app.ActorOf(who), start)).TryGet(out var job, out var refusal), refusal?.Code);
        for (var n = 0; n < 300; n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            Assert.True((await app.With<WorkOnRows, Result<WorkOnRows.Seen>>(await app.ActorOf(who), w => w.Get(list, job.Id, Ct))).TryGet(out var seen, out _));
            if (seen.Job.State is not ("queued" or "running"))
            {
                Assert.True(seen.Job.State == "completed", seen.Job.Result);
                return seen;
            }

            await Task.Delay(100, Ct);
        }

        throw new TimeoutException();
    }

    /// <summary>How the rows of a work came out.</summary>
    private static Task<List<string>> Told(CrmApp app, WorkOnRows.Seen work) => app.In(System, async db =>
        (await db.Set<WorkRow>().Where(r => r.JobId == work.Job.Id).OrderBy(r => r.RowId).Select(r => r.Reason ?? r.Outcome).ToListAsync(Ct)).ConvertAll(r => r!));

    /// <summary>Every line as it is, with its key.</summary>
    private static Task<List<string>> Lines(CrmApp app) => app.In(System, async db => (await db.Set<WaybillLine>().AsNoTracking().OrderBy(w => w.Id).ToListAsync(Ct)).ConvertAll(w => JsonSerializer.Serialize(w)));

    private static Task<List<long>> Binned(CrmApp app) => app.In(System, db => db.Set<BinnedLine>().OrderBy(b => b.Id).Select(b => b.Id).ToListAsync(Ct));

    private static async Task Sound(CrmApp app) => Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_deleted_on_its_page_lies_in_the_bin_and_undo_brings_it_back_under_its_address_with_its_notes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, lines) = await Fill(app, 2);
        var before = await Lines(app);
        using var n1 = await app.SignedIn("n1");
        using var gone = await CrmApp.Submit(n1, $"/waybills/{lines[1]}", "delete", []);
        Assert.Equal("/waybills", new Uri(app.Address, gone.Headers.Location!).AbsolutePath);
        var toast = await n1.GetStringAsync(new Uri("/waybills", UriKind.Relative), Ct);
        Assert.Contains("action=\"/waybills/bin\"", toast, StringComparison.Ordinal);
        Assert.Contains($"name=\"LineId\" value=\"{lines[1]}\"", toast, StringComparison.Ordinal);
        Assert.Single(await Lines(app));
        await Sound(app);

        // Told to whoever may restore it; to others it is not there.
        var bin = WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri("/waybills/bin", UriKind.Relative), Ct));
        Assert.All(["YD-1", "甲公司", "2026-03-02", "1,234.57", "2026-04-01", "n1"], t => Assert.Contains(t, bin, StringComparison.Ordinal));
        var page = WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri($"/waybills/{lines[1]}", UriKind.Relative), Ct));
        Assert.All(["n1 于 2026-04-01 01:00 删除了这条运单", "甲公司", "高桥镇"], t => Assert.Contains(t, page, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await n1.GetAsync(new Uri($"/waybills/{lines[1]}/notes", UriKind.Relative), Ct)).StatusCode);
        foreach (var (who, seen) in new[] { ("s1", HttpStatusCode.NotFound), ("auditor", HttpStatusCode.Found), ("north", HttpStatusCode.OK) })
        {
            using var other = await app.SignedIn(who);
            Assert.Equal(seen, (await other.GetAsync(new Uri($"/waybills/{lines[1]}", UriKind.Relative), Ct)).StatusCode);
            Assert.Equal(who == "north", WebUtility.HtmlDecode(await (await other.GetAsync(new Uri("/waybills/bin", UriKind.Relative), Ct)).Content.ReadAsStringAsync(Ct)).Contains("YD-1", StringComparison.Ordinal));
        }

        using var back = await CrmApp.Submit(n1, "/waybills/bin", "restore", new() { ["LineId"] = $"{lines[1]}" });
        using var twice = await CrmApp.Submit(n1, "/waybills/bin", "restore", new() { ["LineId"] = $"{lines[1]}" });
        Assert.Equal($"/waybills/{lines[1]}", new Uri(app.Address, back.Headers.Location!).AbsolutePath);
        Assert.Equal(back.Headers.Location, twice.Headers.Location);
        Assert.Equal(before, await Lines(app));
        Assert.Empty(await Binned(app));
        await Sound(app);
        var notes = WebUtility.HtmlDecode(await n1.GetStringAsync(new Uri($"/waybills/{lines[1]}/notes", UriKind.Relative), Ct));
        Assert.All(["已核对", "又核对"], t => Assert.Contains(t, notes, StringComparison.Ordinal));
        Assert.Equal(["binned n1", "restored n1"], await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Entity == nameof(WaybillLine) && a.EntityId == lines[1]).OrderBy(a => a.Id).Select(a => a.Action + " " + a.ActorName).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_api_lists_the_bin_and_restores_once_within_the_scope_and_not_where_the_number_is_in_use(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, lines) = await Fill(app, 3);
        using var api = await app.Api("n1");
        using var foreign = await app.Api("s1");
        foreach (var id in lines)
        {
            (await api.DeleteAsync(new Uri($"/api/v1/waybills/{id}", UriKind.Relative), Ct)).EnsureSuccessStatusCode();
            app.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Task<HttpResponseMessage> Back(HttpClient client, long id) => client.PostAsync(new Uri($"/api/v1/waybills/{id}/restore", UriKind.Relative), null, Ct);
        async Task<List<long>> Listed(HttpClient client, string query) => [.. (await client.GetFromJsonAsync<JsonElement>(new Uri("/api/v1/waybills/bin" + query, UriKind.Relative), Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64())];
        Assert.Equal([lines[2], lines[1], lines[0]], await Listed(api, ""));
        Assert.Equal([lines[0]], await Listed(api, "?externalNo=YD-0"));
        Assert.Equal([lines[0], lines[1]], await Listed(api, $"?customer={customer.Id}&sort=date&filter=date<=2026-03-02"));
        Assert.Empty(await Listed(foreign, ""));
        var first = (await api.GetFromJsonAsync<JsonElement>(new Uri("/api/v1/waybills/bin?limit=1", UriKind.Relative), Ct)).GetProperty("items")[0];
        Assert.Equal(("甲公司", 123_458, "n1"), (first.GetProperty("customerName").GetString(), first.GetProperty("revenueFen").GetInt64(), first.GetProperty("deletedByName").GetString()));

        Assert.Equal(HttpStatusCode.NotFound, (await Back(foreign, lines[0])).StatusCode);
        var back = await Back(api, lines[0]);
        Assert.Equal((HttpStatusCode.OK, true), (back.StatusCode, back.Headers.ETag is not null));
        Assert.Equal(lines[0], (await back.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, (await Back(api, lines[0])).StatusCode);

        var again = await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run("TMS", [new() { ExternalNo = "YD-1", Customer = customer.Number, Date = new DateOnly(2026, 3, 9) }], false, Ct));
        Assert.NotEqual(lines[1], again[0].Line!.Id);
        Assert.Equal(HttpStatusCode.Conflict, (await Back(api, lines[1])).StatusCode);
        Assert.Equal([lines[1], lines[2]], await Binned(app));
        await Sound(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_two_who_restore_a_line_at_once_one_finds_it_gone(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, lines) = await Fill(app, 1);
        await Delete(app, lines);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Restore(app, lines[0])));

        Assert.Single(answers, a => a is null);
        Assert.Equal(3, answers.Count(a => a is Refusal.NotFound));
        await Sound(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_deletion_of_many_and_the_bin_agree_on_what_is_back_already(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, lines) = await Fill(app, 4);
        var before = await Lines(app);
        var gone = await Work(app, "n1", "waybills", w => w.Start(new() { List = "waybills", Act = "delete", All = true, In = "all" }, Ct));
        Assert.Equal(lines, await Binned(app));
        Assert.Equal(lines.Select(_ => (long?)gone.Job.Id), await app.In(System, db => db.Set<BinnedLine>().Select(b => b.JobId).ToListAsync(Ct)));
        using var n1 = await app.SignedIn("n1");
        Assert.Contains("YD-3", await n1.GetStringAsync(new Uri($"/lists/waybills/work/{gone.Job.Id}", UriKind.Relative), Ct), StringComparison.Ordinal);

        // Two by the bin, taken back again but for the one that was changed; the rest by the undo of the deletion.
        Assert.Equal(["refused"], (await Work(app, "s1", "waybillBin", w => w.Start(new() { List = "waybillBin", Act = "restore", Ids = [lines[0]] }, Ct))).Counts.Keys);
        var back = await Work(app, "n1", "waybillBin", w => w.Start(new() { List = "waybillBin", Act = "restore", Ids = lines[..2] }, Ct));
        Assert.Equal(2, back.Counts["done"]);
        Assert.True((await app.With<WorkOnWaybills, Result<WaybillLine>>(await app.ActorOf("n1"), w => w.One(lines[1], new WaybillList().Find("contract")!, "HT-9", "", Ct))).TryGet(out _, out _));
        Assert.Equal(["done", "list.changed_since"], await Told(app, await Work(app, "n1", "waybillBin", w => w.Undo("waybillBin", back.Job.Id, Ct))));
        await Sound(app);
        Assert.Equal(["done", "waybill.bin_gone", "done", "done"], await Told(app, await Work(app, "n1", "waybills", w => w.Undo("waybills", gone.Job.Id, Ct))));

        Assert.Empty(await Binned(app));
        Assert.Single((await Lines(app)).Except(before));
        await Sound(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_lines_with_one_number_or_one_unique_value_a_single_one_comes_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, lines) = await Fill(app, 3);
        await CustomFieldTests.Define(app, CustomKind.Text, "票号", f => f.Unique = true, list: "waybills");
        Task<WaybillLine> Write(string number, string ticket) => app.With<SaveWaybill, WaybillLine>(System, async s =>
        {
            var saved = await s.Run(null, null, new() { ExternalNo = number, Customer = customer.Number, Date = new DateOnly(2026, 3, 1), Custom = new() { ["x_piaohao"] = ticket } }, Ct);
            Assert.True(saved.TryGet(out var id, out var refusal), refusal is Refusal.InvalidMany many ? string.Join(' ', many.Errors) : refusal?.Code);
            return await app.In(System, db => db.Set<WaybillLine>().SingleAsync(w => w.Id == id, Ct));
        });
        var all = new List<long>();
        foreach (var (number, ticket) in new[] { ("H1", "A"), ("H1", "B"), ("H2", "B"), ("H3", "C") })
        {
            all.Add((await Write(number, ticket)).Id);
            await Delete(app, all[^1]);
            app.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await Write("H4", "C");

        var back = await Work(app, "n1", "waybillBin", w => w.Start(new() { List = "waybillBin", Act = "restore", Ids = all }, Ct));

        Assert.Equal(["waybill.bin_number", "waybill.bin_own", "done", "waybill.bin_own"], await Told(app, back));
        Assert.Equal("B", await app.In(System, async db => CustomValue.Read((await db.Set<WaybillLine>().SingleAsync(w => w.Id == all[2], Ct)).Custom)["x_piaohao"].GetString()));
        Assert.Null(await Restore(app, all[0]));
        Assert.Equal(lines.Count + 3, (await Lines(app)).Count);
        await Sound(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Removing_a_line_for_good_has_its_own_permission_and_leaves_no_row_but_the_trail(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, lines) = await Fill(app, 3);
        await Delete(app, lines[..2]);
        Assert.IsType<Refusal.Forbidden>((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "waybillBin", Act = "remove", Ids = lines }, Ct))).Refusal);
        Assert.IsType<Refusal.Forbidden>((await app.With<RemoveWaybill, Result<string>>(await app.ActorOf("n1"), r => r.Run(lines[0], Ct))).Refusal);

        var seen = await Work(app, "data", "waybillBin", w => w.Start(new() { List = "waybillBin", Act = "remove", Ids = [lines[0], lines[2]] }, Ct));

        Assert.Equal(["done", "common.not_found"], await Told(app, seen)); // One that is not in the bin is not removed.
        Assert.False(seen.CanUndo);
        Assert.Equal([lines[1]], await Binned(app));
        Assert.Single(await Lines(app));
        Assert.IsType<Refusal.NotFound>(await Restore(app, lines[0]));
        await app.In(System, async db =>
        {
            foreach (var table in db.Model.GetEntityTypes().Where(t => t.ClrType.IsAssignableTo(typeof(IOnRecord)) && t.ClrType.Namespace is not ("RailCrm.Modules.Care" or "RailCrm.Modules.Privacy")).Select(t => t.GetTableName()))
            {
                var sql = $"SELECT count(*) AS \"Value\" FROM {table} WHERE record_kind = 'waybill' AND record_id = {{0}}";
                Assert.Equal((table, 0), (table, await db.Database.SqlQueryRaw<int>(sql, lines[0]).SingleAsync(Ct)));
                Assert.NotEqual(0, await db.Database.SqlQueryRaw<int>(sql, lines[1]).SingleAsync(Ct));
            }

            Assert.Equal(["binned", "deleted"], await db.Set<AuditEntry>().Where(a => a.Entity == nameof(WaybillLine) && a.EntityId == lines[0]).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Ct));
            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_removed_for_good_takes_its_deleted_lines_along(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, lines) = await Fill(app, 2);
        await Delete(app, lines);
        Assert.Null((await app.With<GetCustomer, Result<Customer>>(await app.ActorOf("n1"), g => g.Bin(customer.Id, into: true, null, Ct))).Refusal);
        Assert.Null(await Restore(app, lines[0])); // A customer in the bin still has its lines.
        Assert.Equal("bin.hangs", (await app.With<RemoveCustomer, Result<string>>(await app.ActorOf("data"), r => r.Run(customer.Id, Ct))).Refusal?.Code);
        await Delete(app, lines[0]);

        Assert.Null((await app.With<RemoveCustomer, Result<string>>(await app.ActorOf("data"), r => r.Run(customer.Id, Ct))).Refusal);

        Assert.Empty(await Binned(app));
        Assert.Equal(0, await app.In(System, db => db.Set<Note>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Deleted_lines_go_along_in_a_merge_and_home_again_also_where_they_were_deleted_or_restored_in_between(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var ids = await app.In(System, db => db.Set<WaybillLine>().Where(w => w.CustomerId == scene.Goes).OrderBy(w => w.Id).Select(w => w.Id).Take(3).ToListAsync(Ct));
        await app.With<SaveWaybill, Result<long>>(System, s => s.Delete(ids[0], null, Ct));
        await app.With<SaveWaybill, Result<long>>(System, s => s.Delete(ids[1], null, Ct));
        var before = await scene.Dump();

        var merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes, scene.GoesToo } });
        Assert.Equal([scene.Stays, scene.Stays], await app.In(System, db => db.Set<BinnedLine>().Select(b => b.CustomerId).ToListAsync(Ct)));
        await scene.Undo(merge);
        MergeScene.Same(before, await scene.Dump());

        merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes, scene.GoesToo } });
        Assert.Null((await app.With<WaybillBin, Result<long>>(System, b => b.Restore(ids[0], Ct))).Refusal);
        await app.With<SaveWaybill, Result<long>>(System, s => s.Delete(ids[2], null, Ct));
        Assert.Equal(scene.Stays, await app.In(System, db => db.Set<WaybillLine>().Where(w => w.Id == ids[0]).Select(w => w.CustomerId).SingleAsync(Ct)));
        Assert.Equal((0, 0, 0), await scene.Differences());
        await scene.Undo(merge);

        Assert.Equal(scene.Goes, await app.In(System, db => db.Set<WaybillLine>().Where(w => w.Id == ids[0]).Select(w => w.CustomerId).SingleAsync(Ct)));
        Assert.Equal([scene.Goes, scene.Goes], await app.In(System, db => db.Set<BinnedLine>().Select(b => b.CustomerId).ToListAsync(Ct)));
        Assert.Equal((0, 0, 0), await scene.Differences());
        Assert.Null((await app.With<WaybillBin, Result<long>>(System, b => b.Restore(ids[2], Ct))).Refusal);
        Assert.Equal(14 - 1, await app.In(System, db => db.Set<WaybillLine>().CountAsync(w => w.CustomerId == scene.Goes, Ct)));
        Assert.Equal((0, 0, 0), await scene.Differences());
    }
}
