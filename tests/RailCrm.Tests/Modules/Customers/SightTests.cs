using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Dossier;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>What hangs on a customer is seen, counted and removed by those alone who may see what it hangs on, and whose customer it is.</summary>
public sealed class SightTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Actor Without(Actor actor, string permission) => actor with { Permissions = actor.Permissions.Where(p => p != permission).ToHashSet() };

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_may_not_see_waybills_neither_reads_nor_counts_what_hangs_on_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var customer = await NoteTests.Customer(api, "甲公司");
        var line = await NoteTests.Line(app, api, customer, "X1");
        var own = await NoteTests.Post(api, $"/customers/{customer}/notes", new { text = "客户的备注" });
        var its = await NoteTests.Post(api, $"/customers/{customer}/notes", new { text = "运价太低", recordKind = "waybill", recordId = line });
        using (var form = new MultipartFormDataContent { { new ByteArrayContent("x"u8.ToArray()), "file", "货票.txt" } })
        {
            (await api.PostAsync(new Uri($"/api/v1/customers/{customer}/attachments?recordKind=waybill&recordId={line}", UriKind.Relative), form, Ct)).EnsureSuccessStatusCode();
        }

        await app.In(System, async db =>
        {
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "updated", "WaybillLine", line, customer, """{"RevenueFen":[1,88321]}"""));
            return await db.SaveChangesAsync(Ct);
        });

        async Task<(int Notes, int Files, int InDossier, string Past, Refusal? Reply)> As(Actor actor) =>
            (await app.In(actor, db => ListNotes.Count(db, RecordKind.Customer, customer, Ct)), await app.In(actor, db => KeepAttachment.Count(db, RecordKind.Customer, customer, Ct)),
            await app.With<ReadDossier, int>(actor, async r => (await r.Run(customer, Ct)).TryGet(out var content, out _) ? content.Files.Count : -1),
            await app.With<CustomerHistory, string>(actor, async h => string.Join('\n', (await h.Run(customer, null, null, Ct)).Events.Select(e => $"{e.Entity} {string.Join(' ', e.Changes.Select(c => c.After))}"))),
            await app.With<KeepNotes, Refusal?>(actor, async k => (await k.Write(RecordKind.Customer, customer, new() { Text = "回复", ReplyTo = its }, Ct)).Refusal));
        var full = await app.ActorOf("n1");
        var (sees, clerk) = (await As(full), await As(Without(full, Permission.WaybillsRead)));

        Assert.Equal((2, 1, 1), (sees.Notes, sees.Files, sees.InDossier));
        Assert.Null(sees.Reply);
        Assert.All(["88321", "运价太低", "货票.txt", "客户的备注"], t => Assert.Contains(t, sees.Past, StringComparison.Ordinal));
        Assert.Equal((1, 0, 0), (clerk.Notes, clerk.Files, clerk.InDossier));
        Assert.IsType<Refusal.NotFound>(clerk.Reply);
        Assert.All(["88321", "运价太低", "货票.txt"], t => Assert.DoesNotContain(t, clerk.Past, StringComparison.Ordinal));
        Assert.Contains("客户的备注", clerk.Past, StringComparison.Ordinal);
        Assert.NotEqual(own, its);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_or_contact_that_is_only_shared_is_not_removed_for_good(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var (customer, other) = (await NoteTests.Customer(api, "甲公司"), await NoteTests.Customer(api, "乙公司"));
        var contact = await NoteTests.Post(api, $"/customers/{other}/contacts", new { name = "李娜" });
        var s1 = await app.ActorOf("s1");
        await app.In(System, async db =>
        {
            db.AddRange(new CustomerGrant { CustomerId = customer, UserId = s1.UserId }, new CustomerGrant { CustomerId = other, UserId = s1.UserId });
            await db.SaveChangesAsync(Ct);
            await db.Set<Customer>().Where(c => c.Id == customer).ExecuteUpdateAsync(s => s.SetProperty(c => c.DeletedAt, db.UtcNow), Ct);
            return await db.Set<Contact>().Where(k => k.Id == contact).ExecuteUpdateAsync(s => s.SetProperty(k => k.DeletedAt, db.UtcNow), Ct);
        });
        var shared = s1 with { Permissions = new HashSet<string>(Permission.All) };
        var owner = (await app.ActorOf("n1")) with { Permissions = new HashSet<string>(Permission.All) };

        Assert.Equal("bin.shared_stays", (await app.With<RemoveCustomer, Result<string>>(shared, r => r.Run(customer, Ct))).Refusal?.Code);
        Assert.Equal("bin.shared_stays", (await app.With<RemoveContact, Result<string>>(shared, r => r.Run(contact, Ct))).Refusal?.Code);
        Assert.Null((await app.With<RemoveCustomer, Result<string>>(owner, r => r.Run(customer, Ct))).Refusal);
        Assert.Null((await app.With<RemoveContact, Result<string>>(owner, r => r.Run(contact, Ct))).Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task No_more_notes_are_pinned_than_their_page_shows(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var customer = await NoteTests.Customer(api, "甲公司");
        await app.In(System, async db =>
        {
            db.AddRange(Enumerable.Range(0, 49).Select(n => new Note { CustomerId = customer, RecordKind = RecordKind.Customer, Text = $"第{n}条", Pinned = true, CreatedAt = db.UtcNow }));
            return await db.SaveChangesAsync(Ct);
        });

        var last = await NoteTests.Post(api, $"/customers/{customer}/notes", new { text = "第五十条", pinned = true });
        using var refused = await api.PostAsJsonAsync($"/api/v1/customers/{customer}/notes", new { text = "第五十一条", pinned = true }, Ct);
        var plain = await NoteTests.Post(api, $"/customers/{customer}/notes", new { text = "不置顶" });
        using var late = await api.PutAsJsonAsync($"/api/v1/customers/{customer}/notes/{plain}", new { pinned = true }, Ct);
        using var unpinned = await api.PutAsJsonAsync($"/api/v1/customers/{customer}/notes/{last}", new { pinned = false }, Ct);
        using var now = await api.PutAsJsonAsync($"/api/v1/customers/{customer}/notes/{plain}", new { pinned = true }, Ct);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (refused.StatusCode, late.StatusCode));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (unpinned.StatusCode, now.StatusCode));
    }

    [Fact]
    public void A_change_of_a_waybill_is_not_turned_back_on_a_contact_that_has_its_key()
    {
        var happening = new CustomerHistory.Happening(1, default, "", "updated", "WaybillLine", 1, []);
        Assert.False(new RestoreValue(null!, null!, null!, null!, null!, null!).Can(happening, "Custom.x_grade"));
    }
}
