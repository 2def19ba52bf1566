using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Tests.Modules.Customers;

public sealed class BinTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Customers of n1 in the bin, each with a person and a tag.</summary>
    private static async Task<List<long>> Binned(CrmApp app, int count)
    {
        var (n1, ids) = (await app.ActorOf("n1"), new List<long>());
        for (var n = 0; n < count; n++)
        {
            Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = $"第{n}公司", Tags = "旧", Shareholders = [new() { Name = "张三", SharePercent = 100 }] }, Ct))).TryGet(out var customer, out _));
            Assert.Null((await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(customer.Id, null, null, new() { Name = "王伟", Mobile = $"1380000{n:0000}" }, Ct))).Refusal);
            await app.In(System, async db =>
            {
                var file = new Attachment { CustomerId = customer.Id, FileName = "合同.pdf", ContentType = "application/pdf", Sha256 = "00", CreatedAt = db.UtcNow };
                var note = new Note { CustomerId = customer.Id, RecordKind = "customer", RecordId = customer.Id, Text = "来过", AuthorId = n1.UserId, CreatedAt = db.UtcNow };
                db.AddRange(file, note);
                await db.SaveChangesAsync(Ct);
                db.AddRange(
                    new AttachmentVersion { AttachmentId = file.Id, CustomerId = customer.Id, RecordKind = "customer", RecordId = customer.Id, Revision = 1, Sha256 = "00", CreatedAt = db.UtcNow },
                    new Note { CustomerId = customer.Id, RecordKind = "customer", RecordId = customer.Id, ParentId = note.Id, Text = "又来过", AuthorId = n1.UserId, CreatedAt = db.UtcNow },
                    new InboxLine { CustomerId = customer.Id, RecordKind = "customer", RecordId = customer.Id, UserId = n1.UserId, Kind = "note", At = db.UtcNow },
                    new RecordMark { CustomerId = customer.Id, RecordKind = "customer", RecordId = customer.Id, UserId = n1.UserId, Mark = "follow", CreatedAt = db.UtcNow });
                return await db.SaveChangesAsync(Ct);
            });
            Assert.Null((await app.With<GetCustomer, Result<Customer>>(n1, g => g.Bin(customer.Id, into: true, null, Ct))).Refusal);
            ids.Add(customer.Id);
        }

        return ids;
    }

    private static async Task<WorkOnRows.Seen> Work(CrmApp app, string who, WorkOrder order)
    {
        Assert.True((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf(who), w => w.Start(order, Ct))).TryGet(out var job, out var refusal), refusal?.Code);
        for (var n = 0; n < 300; n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            Assert.True((await app.With<WorkOnRows, Result<WorkOnRows.Seen>>(await app.ActorOf(who), w => w.Get("bin", job.Id, Ct))).TryGet(out var seen, out _));
            if (seen.Job.State is not ("queued" or "running"))
            {
                Assert.True(seen.Job.State == "completed", seen.Job.Result);
                return seen;
            }

            await Task.Delay(100, Ct);
        }

        throw new TimeoutException();
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_bin_tells_who_and_when_and_gives_back_many_with_their_people(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Binned(app, 3);
        using var n1 = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await n1.GetStringAsync("/customers/bin", Ct));
        Assert.Contains("第2公司", page, StringComparison.Ordinal);
        Assert.Contains("2026-04-01", page, StringComparison.Ordinal);
        using var s1 = await app.SignedIn("s1");
        Assert.DoesNotContain("第2公司", WebUtility.HtmlDecode(await s1.GetStringAsync("/customers/bin", Ct)), StringComparison.Ordinal);

        var seen = await Work(app, "n1", new() { List = "bin", Act = "restore", Ids = ids });

        Assert.Equal(3, seen.Counts["done"]);
        Assert.Equal((3, 3), await app.In(await app.ActorOf("n1"), async db => (await db.Set<Customer>().CountAsync(Ct), await db.Set<Contact>().CountAsync(Ct))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Removing_for_good_has_its_own_permission_and_leaves_no_row_but_the_trail(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Binned(app, 2);
        Assert.IsType<Refusal.Forbidden>((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "bin", Act = "remove", Ids = ids }, Ct))).Refusal);

        var seen = await Work(app, "data", new() { List = "bin", Act = "remove", Ids = [ids[0]] });
        using (var data = await app.SignedIn("data"))
        {
            Assert.Contains("（已彻底删除）", global::System.Net.WebUtility.HtmlDecode(await data.GetStringAsync(new Uri($"/lists/bin/work/{seen.Job.Id}", UriKind.Relative), Ct)), StringComparison.Ordinal);
        }


        Assert.Equal(1, seen.Counts["done"]);
        Assert.False(seen.CanUndo);
        await app.In(System, async db =>
        {
            foreach (var table in db.Model.GetEntityTypes().Where(e => e.GetTableName() is not null && e.ClrType != typeof(AuditEntry)))
            {
                foreach (var property in table.GetProperties().Where(p => p.Name == "CustomerId" || (table.ClrType == typeof(Customer) && p.Name == "Id")))
                {
                    var sql = $"SELECT count(*) AS \"Value\" FROM {table.GetTableName()} WHERE {property.GetColumnName()} = {{0}}";
                    Assert.Equal((table.GetTableName(), 0), (table.GetTableName(), await db.Database.SqlQueryRaw<int>(sql, ids[0]).SingleAsync(Ct)));
                }
            }

            Assert.True(await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AnyAsync(c => c.Id == ids[1], Ct));
            Assert.True(await db.Set<AuditEntry>().AnyAsync(a => a.Entity == nameof(Customer) && a.EntityId == ids[0] && a.Action == "deleted", Ct));
            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_with_waybills_or_subsidiaries_stays_and_says_why(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var ids = await Binned(app, 2);
        await app.In(System, db => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id == ids[1]).ExecuteUpdateAsync(u => u.SetProperty(c => c.ParentId, ids[0]), Ct));
        var seen = await Work(app, "data", new() { List = "bin", Act = "remove", Ids = [ids[0]] });
        Assert.Equal(1, seen.Counts["refused"]);
        Assert.Equal("bin.hangs", await app.In(System, db => db.Set<WorkRow>().Where(r => r.JobId == seen.Job.Id).Select(r => r.Reason).SingleAsync(Ct)));

        Assert.Equal(1, (await Work(app, "data", new() { List = "bin", Act = "remove", Ids = [ids[1]] })).Counts["done"]);
        Assert.Equal(1, (await Work(app, "data", new() { List = "bin", Act = "remove", Ids = [ids[0]] })).Counts["done"]);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_address_of_one_in_the_bin_says_so_and_restores_it_for_those_who_may_and_is_absent_to_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = (await Binned(app, 1))[0];
        using var n1 = await app.SignedIn("n1");
        using var s1 = await app.SignedIn("s1");
        using var api = await app.Api("n1");

        foreach (var path in new[] { $"/customers/{id}", $"/customers/{id}/edit", $"/customers/{id}/contacts" })
        {
            using var led = await n1.GetAsync(new Uri(path, UriKind.Relative), Ct);
            Assert.Equal($"/customers/{id}/bin", new Uri(app.Address, led.Headers.Location!).AbsolutePath);
            Assert.Equal(HttpStatusCode.NotFound, (await s1.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await s1.GetAsync(new Uri($"/customers/{id}/bin", UriKind.Relative), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(new Uri($"/api/v1/customers/{id}", UriKind.Relative), Ct)).StatusCode);
        var page = WebUtility.HtmlDecode(await n1.GetStringAsync($"/customers/{id}/bin", Ct));
        Assert.Contains("2026-04-01 01:00 由 n1 移入回收站", page, StringComparison.Ordinal);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["_handler"] = "restore", ["CustomerId"] = $"{id}" });
        using var restored = await n1.PostAsync(new Uri("/customers/bin", UriKind.Relative), form, Ct);
        Assert.Contains("第0公司", WebUtility.HtmlDecode(await n1.GetStringAsync($"/customers/{id}", Ct)), StringComparison.Ordinal);
    }
}
