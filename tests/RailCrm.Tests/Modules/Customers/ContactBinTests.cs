using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Care;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Tests.Modules.Customers;

public sealed class ContactBinTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A customer of n1 whose people lie in the bin, each with a note that was answered, a file of two versions, a star and a line in an inbox.</summary>
    private static async Task<(long Customer, List<long> People)> Binned(CrmApp app, params string[] names)
    {
        var (n1, people) = (await app.ActorOf("n1"), new List<long>());
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        foreach (var name in names)
        {
            Assert.True((await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(customer.Id, null, null, new() { Name = name, Mobile = "13800001111" }, Ct))).TryGet(out var contact, out _));
            people.Add(contact.Id);
            await app.In(System, async db =>
            {
                var file = new Attachment { CustomerId = customer.Id, RecordKind = RecordKind.Contact, RecordId = contact.Id, FileName = "名片.pdf", ContentType = "application/pdf", Sha256 = "00", CreatedAt = db.UtcNow };
                var note = new Note { CustomerId = customer.Id, RecordKind = RecordKind.Contact, RecordId = contact.Id, Text = "来过", AuthorId = n1.UserId, CreatedAt = db.UtcNow };
                db.AddRange(file, note);
                await db.SaveChangesAsync(Ct);
                db.AddRange(
                    new AttachmentVersion { AttachmentId = file.Id, CustomerId = customer.Id, RecordKind = RecordKind.Contact, RecordId = contact.Id, Revision = 1, Sha256 = "00", CreatedAt = db.UtcNow },
                    new Note { CustomerId = customer.Id, RecordKind = RecordKind.Contact, RecordId = contact.Id, ParentId = note.Id, Text = "又来过", AuthorId = n1.UserId, CreatedAt = db.UtcNow },
                    new InboxLine { CustomerId = customer.Id, RecordKind = RecordKind.Contact, RecordId = contact.Id, UserId = n1.UserId, Kind = "note", At = db.UtcNow },
                    new Gesture { CustomerId = customer.Id, RecordId = contact.Id, On = new(2026, 3, 1), UserId = n1.UserId, CreatedAt = db.UtcNow },
                    new ContactDay { CustomerId = customer.Id, RecordId = contact.Id, Name = "入职", Day = "04-08", DayKey = 408 },
                    new RailCrm.Modules.Privacy.PersonalTrait { CustomerId = customer.Id, RecordId = contact.Id, Cipher = "x", ChangedAt = db.UtcNow },
                    new RecordMark { CustomerId = customer.Id, RecordKind = RecordKind.Contact, RecordId = contact.Id, UserId = n1.UserId, Mark = RecordMark.Favourite, CreatedAt = db.UtcNow });
                return await db.SaveChangesAsync(Ct);
            });
            Assert.Null((await app.With<SaveContact, Result<Contact>>(n1, s => s.Bin(customer.Id, contact.Id, into: true, null, Ct))).Refusal);
        }

        return (customer.Id, people);
    }

    private static async Task<WorkOnRows.Seen> Work(CrmApp app, string who, Func<WorkOnRows, Task<Result<Job>>> start)
    {
        Assert.True((await app.With(await app.ActorOf(who), start)).TryGet(out var job, out var refusal), refusal?.Code);
        for (var n = 0; n < 300; n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            Assert.True((await app.With<WorkOnRows, Result<WorkOnRows.Seen>>(await app.ActorOf(who), w => w.Get("contactBin", job.Id, Ct))).TryGet(out var seen, out _));
            if (seen.Job.State is not ("queued" or "running"))
            {
                Assert.True(seen.Job.State == "completed", seen.Job.Result);
                return seen;
            }

            await Task.Delay(100, Ct);
        }

        throw new TimeoutException();
    }

    private static Task<int> Living(CrmApp app) => app.In(System, db => db.Set<Contact>().CountAsync(Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_bin_tells_whose_people_they_were_who_and_when_and_gives_them_back_and_takes_them_again(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, people) = await Binned(app, "王伟", "李娜");
        using var n1 = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await n1.GetStringAsync("/contacts/bin", Ct));
        Assert.All(["王伟", "李娜", "甲公司", "2026-04-01"], t => Assert.Contains(t, page, StringComparison.Ordinal));
        using var s1 = await app.SignedIn("s1");
        Assert.DoesNotContain("王伟", WebUtility.HtmlDecode(await s1.GetStringAsync("/contacts/bin", Ct)), StringComparison.Ordinal);
        Assert.Equal(1, (await Work(app, "s1", w => w.Start(new() { List = "contactBin", Act = "restore", Ids = [people[0]] }, Ct))).Counts["refused"]);

        var seen = await Work(app, "n1", w => w.Start(new() { List = "contactBin", Act = "restore", All = true, In = "all" }, Ct));
        Assert.Equal((2, 2), (seen.Counts["done"], await Living(app)));
        Assert.DoesNotContain("王伟", WebUtility.HtmlDecode(await n1.GetStringAsync("/contacts/bin", Ct)), StringComparison.Ordinal);
        await Work(app, "n1", w => w.Undo("contactBin", seen.Job.Id, Ct));
        Assert.Equal(0, await Living(app));

        // With its customer in the bin a person comes back with it, and not alone.
        Assert.Null((await app.With<GetCustomer, Result<Customer>>(await app.ActorOf("n1"), g => g.Bin(customer, into: true, null, Ct))).Refusal);
        Assert.DoesNotContain("王伟", WebUtility.HtmlDecode(await n1.GetStringAsync("/contacts/bin", Ct)), StringComparison.Ordinal);
        Assert.Equal(1, (await Work(app, "n1", w => w.Start(new() { List = "contactBin", Act = "restore", Ids = [people[0]] }, Ct))).Counts["refused"]);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Removing_a_person_for_good_has_its_own_permission_and_leaves_no_row_but_the_trail(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, people) = await Binned(app, "王伟", "李娜");
        Assert.IsType<Refusal.Forbidden>((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "contactBin", Act = "remove", Ids = people }, Ct))).Refusal);
        Assert.IsType<Refusal.Forbidden>((await app.With<RemoveContact, Result<string>>(await app.ActorOf("n1"), r => r.Run(people[0], Ct))).Refusal);

        var seen = await Work(app, "data", w => w.Start(new() { List = "contactBin", Act = "remove", Ids = [people[0]] }, Ct));

        Assert.Equal(1, seen.Counts["done"]);
        Assert.False(seen.CanUndo);
        await app.In(System, async db =>
        {
            var tables = db.Model.GetEntityTypes().Where(t => t.ClrType.IsAssignableTo(typeof(IOnRecord))).Select(t => t.GetTableName()).ToList();
            Assert.True(tables.Count >= 5);
            foreach (var table in tables)
            {
                var sql = $"SELECT count(*) AS \"Value\" FROM {table} WHERE record_kind = 'contact' AND record_id = {{0}}";
                Assert.Equal((table, 0), (table, await db.Database.SqlQueryRaw<int>(sql, people[0]).SingleAsync(Ct)));
                Assert.NotEqual(0, await db.Database.SqlQueryRaw<int>(sql, people[1]).SingleAsync(Ct));
            }

            Assert.Equal([people[1]], await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Select(k => k.Id).ToListAsync(Ct));
            Assert.True(await db.Set<AuditEntry>().AnyAsync(a => a.Entity == nameof(Contact) && a.EntityId == people[0] && a.Action == "deleted", Ct));
            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_person_that_is_not_in_the_bin_is_not_removed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, people) = await Binned(app, "王伟");
        Assert.Null((await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Bin(customer, people[0], into: false, null, Ct))).Refusal);
        Assert.IsType<Refusal.NotFound>((await app.With<RemoveContact, Result<string>>(await app.ActorOf("data"), r => r.Run(people[0], Ct))).Refusal);
        Assert.Equal(1, await Living(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_address_of_one_in_the_bin_leads_there_and_says_so_and_is_absent_to_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, people) = await Binned(app, "王伟");
        using var n1 = await app.SignedIn("n1");
        using var s1 = await app.SignedIn("s1");
        var path = new Uri($"/customers/{customer}/contacts/{people[0]}", UriKind.Relative);

        using var led = await n1.GetAsync(path, Ct);
        Assert.Equal("/contacts/bin", new Uri(app.Address, led.Headers.Location!).AbsolutePath);
        Assert.Contains("“王伟”在回收站中", WebUtility.HtmlDecode(await n1.GetStringAsync("/contacts/bin", Ct)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await s1.GetAsync(path, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await n1.GetAsync(new Uri($"/customers/{customer}/contacts/999999", UriKind.Relative), Ct)).StatusCode);
    }
}
