using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>One person three times, twice at one customer and once at another outlet's, with everything that can hang on a contact; one of them had become of two before.</summary>
internal sealed record ContactScene(CrmApp App, HttpClient Api, long Here, long There, long Stays, long Goes, long Elsewhere, long Before)
{
    public static readonly Actor System = MergeScene.System;

    private static readonly string[] Trail = ["audit_entries", "contact_merges", "idempotency_keys", "api_tokens", "sessions", "users", "jobs", "scheduled_slots"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<ContactScene> Make(CrmApp app)
    {
        var (here, there) = (await Customer(app, "n1", new() { Name = "甲公司" }), await Customer(app, "n2", new() { Name = "乙公司" }));
        var goes = await Person(app, "n1", here.Id, new() { Name = "李 娜", Title = "科长", Mobile = "138 1234 5678" });
        var stays = await Person(app, "n1", here.Id, new() { Name = "李娜", Mobile = "13812345678", Phone = "0512-66554433" });
        var elsewhere = await Person(app, "n2", there.Id, new() { Name = "李娜", Mobile = "13812345678", Email = "li.na@example.cn" });
        var before = await Person(app, "n1", here.Id, new() { Name = "李小娜" });
        var scene = new ContactScene(app, await app.Api("north"), here.Id, there.Id, stays.Id, goes.Id, elsewhere.Id, before.Id);
        await scene.Merge(new { survivorId = goes.Id, loserIds = new[] { before.Id } });
        var north = (await app.ActorOf("north")).UserId;
        await app.In(System, async db =>
        {
            db.Add(Mark(1, RecordMark.Favourite, stays));
            foreach (var contact in new[] { goes, elsewhere })
            {
                var file = new Attachment { CustomerId = contact.CustomerId, RecordKind = RecordKind.Contact, RecordId = contact.Id, FileName = "名片.pdf", ContentType = "application/pdf", Sha256 = "00", Revision = 2, CreatedAt = db.UtcNow };
                var note = On(contact, "来过");
                db.AddRange(file, note, Mark(1, RecordMark.Favourite, contact), Mark(2, RecordMark.Favourite, contact), Mark(north, RecordMark.Follow, contact));
                await db.SaveChangesAsync(Ct);
                var binned = On(contact, "不要了");
                binned.DeletedAt = db.UtcNow;
                var reply = On(contact, "又来过");
                reply.ParentId = note.Id;
                db.AddRange(binned, reply, new AttachmentVersion { AttachmentId = file.Id, CustomerId = contact.CustomerId, RecordKind = RecordKind.Contact, RecordId = contact.Id, Revision = 1, Sha256 = "00", CreatedAt = db.UtcNow });
                db.Add(new InboxLine { UserId = 2, Kind = InboxLine.Noted, NoteId = note.Id, CustomerId = contact.CustomerId, RecordKind = RecordKind.Contact, RecordId = contact.Id, At = db.UtcNow });
                await db.SaveChangesAsync(Ct);
            }

            Note On(Contact contact, string text) => new() { CustomerId = contact.CustomerId, RecordKind = RecordKind.Contact, RecordId = contact.Id, Text = text, AuthorId = north, CreatedAt = db.UtcNow };
            RecordMark Mark(long user, string mark, Contact contact) => new() { UserId = user, Mark = mark, CustomerId = contact.CustomerId, RecordKind = RecordKind.Contact, RecordId = contact.Id, CreatedAt = db.UtcNow };
            return 0;
        });
        return scene;
    }

    /// <summary>Merges by the API and gives the merge's key.</summary>
    public async Task<long> Merge(object body)
    {
        using var answer = await Api.PostAsJsonAsync("/api/v1/contacts/merge", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    /// <summary>Both others become part of the one that stays.</summary>
    public Task<long> MergeAll(Dictionary<string, long>? choices = null) => Merge(new { survivorId = Stays, loserIds = new[] { Goes, Elsewhere }, choices });

    public async Task<JsonElement> Undo(long merge)
    {
        using var answer = await Api.PostAsync(new Uri($"/api/v1/contacts/merges/{merge}/undo", UriKind.Relative), null, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    public Task<Contact> Stored(long id) => App.In(System, db => db.Set<Contact>().IgnoreQueryFilters().AsNoTracking().SingleAsync(k => k.Id == id, Ct));

    /// <summary>Every row of every table but the trail and what a request leaves; without what every change raises.</summary>
    public Task<SortedDictionary<string, List<string>>> Dump() => App.In(System, async db =>
    {
        var dump = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var table in db.Model.GetEntityTypes().Select(t => t.GetTableName()).OfType<string>().Distinct().Except(Trail))
        {
            // A pair that is none for a while is found anew.
            dump[table] = await MergeScene.Rows(db, table is "duplicate_pairs" or "contact_pairs" ? $"SELECT first_id, second_id, score, reasons, fingerprint, dismissed_at FROM {table}" : $"SELECT * FROM {table}");
        }

        foreach (var (search, key) in new[] { ("customer_search", "customer_id"), ("contact_search", "contact_id") })
        {
            if (db.IsPostgres)
            {
                dump[search] = await MergeScene.Rows(db, $"SELECT {key}, terms FROM {search}");
                continue;
            }

            await db.Database.OpenConnectionAsync(Ct);
#pragma warning disable EF1002 // Tables of ours.
            await db.Database.ExecuteSqlRawAsync($"CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', '{search}', 'instance')", Ct);
#pragma warning restore EF1002
            dump[search] = await MergeScene.Rows(db, "SELECT term, doc FROM temp.words");
            await db.Database.ExecuteSqlRawAsync("DROP TABLE temp.words", Ct);
        }

        Assert.True(dump.Count > 30 && dump["notes"].Count >= 6 && dump["record_marks"].Count >= 7 && dump["attachment_versions"].Count == 2 && dump["contact_search"].Count > 3);
        return dump;
    });
}
