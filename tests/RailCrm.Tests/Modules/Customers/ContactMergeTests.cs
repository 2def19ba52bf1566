using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Platform.CustomFieldTests;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

public sealed class ContactMergeTests
{
    private static readonly Actor System = ContactScene.System;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<(HttpStatusCode, string)> Try(HttpClient api, string path, object? body)
    {
        using var answer = await api.PostAsJsonAsync(path, body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        return (answer.StatusCode, text.Contains("\"code\"", StringComparison.Ordinal) ? JsonDocument.Parse(text).RootElement.GetProperty("code").GetString()! : "");
    }

    private static Task<List<(long, long)>> Notes(CrmApp app, string text) => app.In(System, async db =>
        (await db.Set<Note>().IgnoreQueryFilters().Where(n => n.Text == text).OrderBy(n => n.Id).Select(n => new { n.RecordId, n.CustomerId }).ToListAsync(Ct)).ConvertAll(n => (n.RecordId, n.CustomerId)));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merge_taken_back_leaves_every_row_as_it_was(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        foreach (var choices in new Dictionary<string, long>?[] { null, new() { ["name"] = scene.Goes, ["mobile"] = scene.Goes, ["phone"] = scene.Goes, ["email"] = scene.Stays } })
        {
            var before = await scene.Dump();
            var merge = await scene.MergeAll(choices);
            var merged = await scene.Dump();
            Assert.All(new[] { "customer_contacts", "notes", "customer_attachments", "attachment_versions", "record_marks", "inbox_lines", "customer_search" }.Concat(choices is null ? [] : ["contact_search"]), t => Assert.NotEqual(before[t], merged[t]));

            var undone = await scene.Undo(merge);

            Assert.Empty(undone.GetProperty("kept").EnumerateArray());
            MergeScene.Same(before, await scene.Dump());
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_one_that_stays_has_what_was_chosen_and_all_that_hung_on_the_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);

        await scene.MergeAll(new() { ["name"] = scene.Goes });

        var stays = await scene.Stored(scene.Stays);
        Assert.Equal(("李 娜", "科长", "13812345678", "051266554433", "li.na@example.cn", scene.Here, true, null), (stays.Name, stays.Title, stays.MobileDigits, stays.PhoneDigits, stays.Email, stays.CustomerId, stays.IsMain, stays.DeletedAt));
        foreach (var (id, customer) in new[] { (scene.Goes, scene.Here), (scene.Elsewhere, scene.There), (scene.Before, scene.Here) })
        {
            var gone = await scene.Stored(id);
            Assert.Equal((scene.Stays, customer, false), (gone.PartOfId, gone.CustomerId, gone.IsMain));
            Assert.NotNull(gone.DeletedAt);
        }

        Assert.Equal([(scene.Stays, scene.Here), (scene.Stays, scene.Here)], await Notes(app, "来过"));
        Assert.Equal([(scene.Stays, scene.Here), (scene.Stays, scene.Here)], await Notes(app, "不要了"));
        await app.In(System, async db =>
        {
            var marks = await db.Set<RecordMark>().Where(m => m.RecordId == scene.Stays && m.RecordKind == RecordKind.Contact).Select(m => m.UserId + m.Mark).ToListAsync(Ct);
            Assert.Equal(marks.Distinct().Count(), marks.Count); // Nobody stars one twice.
            Assert.Equal(3, marks.Count);
            Assert.Equal(2, await db.Set<AttachmentVersion>().CountAsync(v => v.RecordId == scene.Stays && v.CustomerId == scene.Here, Ct));
            var told = await db.Set<AuditEntry>().Where(a => a.Action == "contacts_merged" && a.EntityId == scene.Stays).SingleAsync(Ct);
            Assert.Contains("\"Moved.notes\":[null,6]", told.Changes, StringComparison.Ordinal);
            Assert.Equal(2, await db.Set<AuditEntry>().CountAsync(a => a.Action == "contact_merged_into" && a.EntityId != scene.Before, Ct));
            return 0;
        });
        async Task<int> Found(string q) => (await scene.Api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?q={q}", Ct)).GetProperty("items").GetArrayLength();
        Assert.Equal(1, await Found("13812345678")); // The other customer is not found by a phone that it has no more.
        Assert.Equal(scene.Stays, (await scene.Api.GetFromJsonAsync<JsonElement>("/api/v1/contacts?filter=mobile%7E13812345678", Ct)).GetProperty("items").EnumerateArray().Single().GetProperty("id").GetInt64());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merge_is_refused_when_something_is_wrong_and_then_nothing_changes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        var southern = await Person(app, "s1", (await Customer(app, "s1", new() { Name = "南方公司" })).Id, new() { Name = "李娜" });
        await app.In(System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = scene.There, UserId = (await app.ActorOf("n1")).UserId }); // To be read.
            return await db.SaveChangesAsync(Ct);
        });
        using var n1 = await app.Api("n1");
        using var auditor = await app.Api("auditor");
        var before = await scene.Dump();
        Task<(HttpStatusCode, string)> Merge(HttpClient api, long[] loserIds, object? choices = null, Dictionary<string, int>? versions = null, long? stays = null) => Try(api, "/api/v1/contacts/merge", new { survivorId = stays ?? scene.Stays, loserIds, choices, versions });

        Assert.Equal((HttpStatusCode.BadRequest, "merge.contacts_how_many"), await Merge(scene.Api, []));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.contacts_how_many"), await Merge(scene.Api, [scene.Stays]));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.contacts_how_many"), await Merge(scene.Api, [901, 902, 903, 904, 905]));
        Assert.Equal((HttpStatusCode.NotFound, "common.not_found"), await Merge(scene.Api, [999_999]));
        Assert.Equal((HttpStatusCode.NotFound, "common.not_found"), await Merge(scene.Api, [scene.Goes, southern.Id]));
        Assert.Equal((HttpStatusCode.NotFound, "common.not_found"), await Merge(scene.Api, [scene.Before])); // Part of another already.
        Assert.Equal((HttpStatusCode.Forbidden, "merge.contacts_outside"), await Merge(n1, [scene.Elsewhere]));
        Assert.Equal((HttpStatusCode.Forbidden, "merge.contacts_outside"), await Merge(n1, [scene.Stays], stays: scene.Elsewhere));
        Assert.Equal(HttpStatusCode.Forbidden, (await Merge(auditor, [scene.Goes])).Item1);
        Assert.Equal((HttpStatusCode.PreconditionFailed, "common.stale"), await Merge(scene.Api, [scene.Goes], versions: new() { [$"{scene.Goes}"] = 99 }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.choice_unknown"), await Merge(scene.Api, [scene.Goes], new { name = 0 }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.choice_unknown"), await Merge(scene.Api, [scene.Goes], new { name = scene.Elsewhere }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.choice_unknown"), await Merge(scene.Api, [scene.Goes], new { customerId = scene.Goes }));
        MergeScene.Same(before, await scene.Dump());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_undo_is_refused_late_twice_below_a_later_merge_and_to_whoever_may_not_edit_all(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        var first = await scene.Merge(new { survivorId = scene.Goes, loserIds = new[] { scene.Elsewhere } });
        var second = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } });
        using var n1 = await app.Api("n1");
        using var s1 = await app.Api("s1");
        Task<(HttpStatusCode, string)> Undo(HttpClient api, long merge) => Try(api, $"/api/v1/contacts/merges/{merge}/undo", null);

        Assert.Equal((HttpStatusCode.NotFound, "common.not_found"), await Undo(s1, second));
        Assert.Equal((HttpStatusCode.Conflict, "merge.contacts_gone"), await Undo(scene.Api, first));
        await scene.Undo(second);
        Assert.Equal((HttpStatusCode.Conflict, "merge.undone_already"), await Undo(scene.Api, second));
        Assert.Equal((HttpStatusCode.Forbidden, "merge.contacts_outside"), await Undo(n1, first)); // One went home to another outlet.
        app.Later(TimeSpan.FromDays(31));
        using var later = await app.Api("north");
        Assert.Equal((HttpStatusCode.Conflict, "merge.undo_late"), await Undo(later, first));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_came_later_stays_but_what_belongs_to_what_went_home_goes_along_and_changed_fields_are_kept(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        var field = await Define(app, CustomKind.Text, "工号", f => (f.List, f.Unique) = ("contacts", true));
        await app.In(System, db => db.Write(() => db.Set<Contact>().Where(k => k.Id == scene.Goes).ExecuteUpdateAsync(u => u.SetProperty(k => k.Custom, $$"""{"{{field.Key}}":"A1"}"""), Ct), Ct));
        var merge = await scene.MergeAll();
        var stays = await scene.Stored(scene.Stays);
        Assert.Contains("A1", stays.Custom, StringComparison.Ordinal);
        var input = SaveContact.Said(stays);
        input.Title = "处长";
        Assert.Null((await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Run(scene.Here, scene.Stays, stays.Version, input, Ct))).Refusal);
        await app.In(System, async db =>
        {
            var note = await db.Set<Note>().Where(n => n.Text == "来过").OrderBy(n => n.Id).FirstAsync(Ct);
            db.AddRange(new Note { CustomerId = scene.Here, RecordKind = RecordKind.Contact, RecordId = scene.Stays, ParentId = note.Id, Text = "回复", CreatedAt = db.UtcNow }, new Note { CustomerId = scene.Here, RecordKind = RecordKind.Contact, RecordId = scene.Stays, Text = "后来", CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });

        var undone = await scene.Undo(merge);

        Assert.Equal(["Title"], undone.GetProperty("kept").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal([(scene.Goes, scene.Here)], await Notes(app, "回复"));
        Assert.Equal([(scene.Stays, scene.Here)], await Notes(app, "后来"));
        Assert.Equal([(scene.Goes, scene.Here), (scene.Elsewhere, scene.There)], await Notes(app, "来过"));
        var (again, home) = (await scene.Stored(scene.Stays), await scene.Stored(scene.Goes));
        Assert.Equal(("处长", null, null, false), (again.Title, again.Email, again.Custom, again.IsMain));
        Assert.Equal((true, null), (home.IsMain, home.DeletedAt));
        Assert.Contains("A1", home.Custom, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merge_of_customers_taken_back_before_that_of_their_people_leaves_no_note_at_the_wrong_one(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        var customers = (await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(System, m => m.Run(new() { SurvivorId = scene.Here, LoserIds = [scene.There] }, Ct))).TryGet(out var merged, out _) ? merged.Id : 0;
        var people = await scene.MergeAll();
        Assert.Null((await app.With<UndoMerge, Result<UndoMerge.Answer>>(System, u => u.Run(customers, Ct))).Refusal);

        Assert.Equal([(scene.Stays, scene.Here), (scene.Stays, scene.Here)], await Notes(app, "来过"));
        await scene.Undo(people);
        Assert.Equal([(scene.Goes, scene.Here), (scene.Elsewhere, scene.There)], await Notes(app, "来过"));
        Assert.Equal(scene.There, (await scene.Stored(scene.Elsewhere)).CustomerId);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task One_that_went_does_not_come_out_of_the_bin_until_the_one_that_stayed_is_removed_for_good(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } });
        var north = (await app.ActorOf("north")) with { Permissions = new HashSet<string>(Permission.All) };
        Task<Refusal?> Bin(long id, bool into) => app.With<SaveContact, Refusal?>(north, async s => (await s.Bin(scene.Here, id, into, null, Ct)).Refusal);
        Task<Refusal?> Remove(long id) => app.With<RemoveContact, Refusal?>(north, async r => (await r.Run(id, Ct)).Refusal);

        Assert.Equal("merge.contacts_not_from_bin", Assert.IsType<Refusal.Conflict>(await Bin(scene.Goes, into: false)).Code);
        Assert.IsType<Refusal.NotFound>(await Remove(scene.Goes));
        Assert.Null(await Bin(scene.Stays, into: true));
        using var browser = await app.SignedIn("north");
        var bin = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri("/contacts/bin", UriKind.Relative), Ct));
        Assert.Contains("李娜", bin, StringComparison.Ordinal);
        Assert.DoesNotContain("李 娜", bin, StringComparison.Ordinal);
        Assert.Null(await Remove(scene.Stays));
        Assert.Null(await Bin(scene.Goes, into: false));
        Assert.False(await app.In(System, db => db.Set<ContactMerge>().AnyAsync(m => m.SurvivorId == scene.Stays, Ct)));
    }
}
