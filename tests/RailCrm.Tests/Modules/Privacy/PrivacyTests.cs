using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Care;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Privacy;
using RailCrm.Platform.Access;
using RailCrm.Platform.Audit;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Personal;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Privacy;

/// <summary>What is personal of contacts, and the rights of the person. Today is 1 April 2026.</summary>
public sealed class PrivacyTests
{
    private const string Canary = "金丝雀密语";

    private static readonly Actor Nobody = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<int> Set(CrmApp app, SetPersonalRule.Input input) =>
        (await app.With<SetPersonalRule, Result<PersonalRule>>(Nobody, s => s.Run(input, Ct))).TryGet(out var rule, out var refusal) ? rule.Version : throw new InvalidOperationException(refusal is Refusal.InvalidMany { Errors: [var e, ..] } ? e.Code : refusal.Code);

    private static SetPersonalRule.Input On(DateOnly until, int version = 0) => new() { IsOn = true, Purpose = "拜访前准备", Basis = LegalBasis.Consent, Until = until, Version = version };

    private static async Task<string?> Save(CrmApp app, string who, Contact k, KeepTraits.Input input) => (await app.With<KeepTraits, Result<bool>>(await app.ActorOf(who), t => t.Save(k.CustomerId, k.Id, input, Ct))).Refusal?.Code;

    private static async Task<(KeepTraits.Shown? Shown, string? Code)> Reveal(CrmApp app, string who, Contact k, string? reason) =>
        (await app.With<KeepTraits, Result<KeepTraits.Shown>>(await app.ActorOf(who), t => t.Reveal(k.CustomerId, k.Id, reason, Ct))).TryGet(out var shown, out var refusal) ? (shown, null) : (null, refusal is Refusal.InvalidMany { Errors: [var e, ..] } ? e.Code : refusal.Code);

    private static async Task Night(CrmApp app)
    {
        var job = await app.In(Nobody, async db =>
        {
            var made = new Job { Kind = PersonalNight.Kind, CreatedAt = db.UtcNow };
            db.Add(made);
            await db.SaveChangesAsync(Ct);
            return made.Id;
        });
        await app.Ended(job);
    }

    /// <summary>Where any of these stand in the database, by plain SQL over every column of every table.</summary>
    private static Task<List<string>> Found(CrmApp app, params string[] canaries) => app.In(Nobody, async db =>
    {
        var columns = await (db.IsPostgres
            ? db.Database.SqlQuery<string>($"SELECT table_name || '.' || column_name AS \"Value\" FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'tsvector')")
            : db.Database.SqlQuery<string>($"SELECT m.name || '.' || p.name AS \"Value\" FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE '%\\_data' ESCAPE '\\' AND m.name NOT LIKE '%\\_idx' ESCAPE '\\'")).ToListAsync(Ct);
        Assert.True(columns.Count > 150);
        var found = new List<string>();
        foreach (var column in columns.Where(c => !c.StartsWith("__", StringComparison.Ordinal)))
        {
            var (table, name) = (column.Split('.')[0], column.Split('.')[1]);
            foreach (var canary in canaries)
            {
#pragma warning disable EF1002, EF1003 // Names that the database gave.
                if (await db.Database.SqlQueryRaw<int>($"SELECT count(*) AS \"Value\" FROM \"{table}\" WHERE CAST(\"{name}\" AS TEXT) LIKE {{0}}", $"%{canary}%").SingleAsync(Ct) > 0)
#pragma warning restore EF1002, EF1003
                {
                    found.Add($"{column}: {canary}");
                }
            }
        }

        return found;
    });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Traits_are_taken_and_shown_only_while_the_group_has_them_on_for_a_reason_and_nowhere_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var (person, twin) = (await Person(app, "n1", customer, new() { Name = "王伟" }), await Person(app, "n1", customer, new() { Name = "王 伟" }));
        using var browser = await app.SignedIn("group");
        using var api = await app.Api("group");
        var path = $"/customers/{customer}/contacts/{person.Id}/personal";
        Task<string> Page(string at) => browser.GetStringAsync(new Uri(at, UriKind.Relative), Ct);
        var file = $"/api/v1/customers/{customer}/contacts/{person.Id}/person";
        var typed = new KeepTraits.Input { Character = Canary, Hobbies = $"钓鱼 {Canary}" };

        // Off: neither taken nor shown.
        Assert.Equal("personal.is_off", await Save(app, "group", person, typed));
        Assert.DoesNotContain("name=\"Form.Character\"", await Page(path), StringComparison.Ordinal);
        Assert.IsType<Refusal.Forbidden>((await app.With<SetPersonalRule, Result<PersonalRule>>(await app.ActorOf("group"), s => s.Run(On(new(2026, 5, 15)), Ct))).Refusal);
        Assert.Equal(["personal.purpose_missing", "personal.basis_missing", "personal.until_wrong"], ((Refusal.InvalidMany)(await app.With<SetPersonalRule, Result<PersonalRule>>(Nobody, s => s.Run(new() { IsOn = true, Until = new(2026, 3, 1) }, Ct))).Refusal!).Errors.Select(e => e.Code));

        // On: by whoever may, encrypted, behind a reason that is kept.
        var version = await Set(app, On(new(2026, 5, 15)));
        Assert.IsType<Refusal.Stale>((await app.With<SetPersonalRule, Result<PersonalRule>>(Nobody, s => s.Run(On(new(2026, 5, 15)), Ct))).Refusal);
        Assert.Equal("common.forbidden", await Save(app, "n1", person, typed));
        using (var posted = await CrmApp.Submit(browser, path, "traits", new() { ["Form.Character"] = Canary, ["Form.Hobbies"] = $"钓鱼 {Canary}", ["Form.Stamp"] = "" }))
        {
            Assert.Equal(HttpStatusCode.Found, posted.StatusCode);
        }

        Assert.Equal("common.stale", await Save(app, "group", person, typed));
        Assert.Empty(await Found(app, Canary, "钓鱼"));
        Assert.Equal(2, await app.In(Nobody, db => db.Set<PersonalTrait>().CountAsync(t => t.RecordId == person.Id && t.Cipher.StartsWith("CfDJ"), Ct)));
        Assert.DoesNotContain(Canary, await Page(path), StringComparison.Ordinal);
        Assert.Equal("personal.reason_missing", (await Reveal(app, "group", person, " ")).Code);
        Assert.Equal("common.forbidden", (await Reveal(app, "n1", person, "拜访")).Code);
        using (var shown = await CrmApp.Submit(browser, path, "reveal", new() { ["Reason"] = "明天拜访" }))
        {
            Assert.Contains(Canary, WebUtility.HtmlDecode(await shown.Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal);
        }

        var revealed = await app.In(Nobody, db => db.Set<AuditEntry>().SingleAsync(a => a.Action == "revealed" && a.EntityId == person.Id, Ct));
        Assert.Contains("明天拜访", revealed.Changes, StringComparison.Ordinal);
        Assert.Contains("Personal.Hobbies", revealed.Changes, StringComparison.Ordinal);
        Assert.Contains("明天拜访", WebUtility.HtmlDecode(await Page($"/customers/{customer}/contacts/{person.Id}/history")), StringComparison.Ordinal);
        foreach (var elsewhere in new[] { $"/customers/{customer}/contacts/{person.Id}", $"/customers/{customer}/contacts/{person.Id}/history", $"/customers/{customer}/contacts/{person.Id}/edit", $"/customers/{customer}/history", "/contacts" })
        {
            Assert.DoesNotContain(Canary, WebUtility.HtmlDecode(await Page(elsewhere)), StringComparison.Ordinal);
        }

        foreach (var elsewhere in new[] { $"/api/v1/customers/{customer}/contacts/{person.Id}", "/api/v1/contacts", $"/api/v1/customers/{customer}/contacts/{person.Id}/history", $"/api/v1/customers/{customer}/contacts/{person.Id}/card" })
        {
            Assert.DoesNotContain(Canary, await api.GetStringAsync(new Uri(elsewhere, UriKind.Relative), Ct), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Enum.GetNames<TraitKind>(), t => typeof(SaveContact.Input).GetProperty(t) is not null || typeof(Contact).GetProperty(t) is not null); // What form, cell, import, list and file are made of.
        // The copy for the person: for a reason, told of as a look and as an export; not to whoever only looks.
        foreach (var (reason, format, answered) in new[] { ("本人要求", "json", HttpStatusCode.OK), ("本人要求", "text", HttpStatusCode.OK), ("", "json", HttpStatusCode.BadRequest) })
        {
            using var copy = await api.PostAsJsonAsync(new Uri(file, UriKind.Relative), new { reason, format }, Ct);
            Assert.Equal(answered, copy.StatusCode);
            Assert.Equal(answered == HttpStatusCode.OK, (await copy.Content.ReadAsStringAsync(Ct)).Contains(Canary, StringComparison.Ordinal));
        }

        Assert.IsType<Refusal.Forbidden>((await app.With<TakePerson, Result<(string Name, byte[] Bytes, string ContentType)>>((await app.ActorOf("group")) with { ReadsOnly = true }, t => t.Run(customer, person.Id, new() { Reason = "本人要求" }, Ct))).Refusal);
        Assert.Equal((2, 3), await app.In(Nobody, async db => (await db.Set<AuditEntry>().CountAsync(a => a.Action == "exported" && a.EntityId == person.Id, Ct), await db.Set<AuditEntry>().CountAsync(a => a.Action == "revealed" && a.EntityId == person.Id, Ct))));

        // They go where the contact goes, and home with it.
        var merge = (await app.With<UniteContacts, Result<UniteContacts.Answer>>(await app.ActorOf("group"), u => u.Run(new() { SurvivorId = twin.Id, LoserIds = [person.Id] }, Ct))).TryGet(out var merged, out var refusal) ? merged.Id : throw new InvalidOperationException(refusal.Code);
        Assert.Equal(Canary, (await Reveal(app, "group", twin, "核对")).Shown!.Texts[TraitKind.Character]);
        Assert.Null((await app.With<UndoContactMerge, Result<UndoContactMerge.Answer>>(await app.ActorOf("group"), u => u.Run(merge, Ct))).Refusal);
        Assert.Empty((await Reveal(app, "group", twin, "核对")).Shown!.Texts);
        var stored = (await Reveal(app, "group", person, "更正")).Shown!;
        Assert.Null(await Save(app, "group", person, new() { Character = Canary, Hobbies = "", Stamp = stored.Stamp }));
        Assert.Equal([TraitKind.Character], (await Reveal(app, "group", person, "核对")).Shown!.Texts.Keys);

        // Somebody else was faster: whoever was shown nothing before gives a reason, then what stands there now is shown, and saving again goes over it.
        async Task<(HttpStatusCode Status, string Page, string Seal)> Post(string stamp, string reason = "")
        {
            using var answer = await CrmApp.Submit(browser, path, "traits", new() { ["Form.Character"] = "爽快", ["Form.Stamp"] = stamp, ["Again"] = reason });
            var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct));
            return (answer.StatusCode, page, System.Text.RegularExpressions.Regex.Match(page, "name=\"Form.Stamp\" value=\"([^\"]*)\"").Groups[1].Value);
        }

        foreach (var unseen in new[] { stored.Stamp, "x", "" })
        {
            var refused = await Post(unseen);
            Assert.Contains("name=\"Again\"", refused.Page, StringComparison.Ordinal);
            Assert.DoesNotContain(Canary, refused.Page, StringComparison.Ordinal);
        }

        var told = await Post("", "更正");
        Assert.Contains("现在保存的是", told.Page, StringComparison.Ordinal);
        Assert.Contains(Canary, told.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await Post(told.Seal)).Status);
        Assert.DoesNotContain("name=\"Again\"", (await Post(told.Seal)).Page, StringComparison.Ordinal); // He had looked: shown again at once, which is recorded.

        Assert.Equal("爽快", (await Reveal(app, "group", person, "核对")).Shown!.Texts[TraitKind.Character]);
        Assert.Equal(1, await app.In(Nobody, db => db.Set<AuditEntry>().CountAsync(a => a.Action == "revealed" && a.EntityId == person.Id && a.Changes.Contains("他人已修改"), Ct)));

        var top = await app.In(Nobody, db => db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SetUpGroup, Result<User>>(Nobody, s => s.CreateUser(new() { UserName = "security", DisplayName = "security", UnitId = top }, CrmApp.Password, "security", Ct))).Refusal);

        // Told before its end; past it hidden at once, removed thirty days later.
        app.Later(TimeSpan.FromDays(20));
        await Night(app);
        await Night(app);
        Assert.Equal("2026-05-15", Assert.Single(await app.In(Nobody, db => db.Set<InboxLine>().IgnoreQueryFilters().Where(l => l.Kind == PersonalNight.Told).Select(l => l.Detail).ToListAsync(Ct))));
        using (var security = await app.SignedIn("security"))
        {
            Assert.Contains("/settings/personal", (await security.GetStringAsync(new Uri("/inbox", UriKind.Relative), Ct)).Split("<main")[1], StringComparison.Ordinal);
        }

        app.Later(TimeSpan.FromDays(25));
        Assert.Equal("personal.is_off", (await Reveal(app, "group", person, "核对")).Code);
        Assert.Equal("personal.is_off", await Save(app, "group", person, typed));
        await Night(app);
        Assert.Equal(1, await app.In(Nobody, db => db.Set<PersonalTrait>().CountAsync(Ct)));
        app.Later(TimeSpan.FromDays(30));
        await Night(app);
        Assert.Equal(0, await app.In(Nobody, db => db.Set<PersonalTrait>().CountAsync(Ct)));
        Assert.Equal(version + 1, await Set(app, new() { Version = version }));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_erased_person_leaves_no_word_behind_and_the_books_and_the_chain_stay_whole(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (group, n1) = (await app.ActorOf("group"), await app.ActorOf("n1"));
        var (before, customer) = ((await Customer(app, "group", new() { Name = "前公司" })).Id, (await Customer(app, "group", new() { Name = "甲公司", Phone = "021-55556666" })).Id);
        string[] canaries = ["金丝雀甲", "金丝雀乙", "13900007777", "13800008888", "canary", "jinsique"];
        await Set(app, On(new(2026, 12, 31)));
        var person = await Person(app, "group", before, new()
        {
            Name = "金丝雀甲", Title = "canary title", Mobile = "139-0000-7777", Email = "Canary@secret.example", WeChat = "wx_canary", Competence = "canary able", Customs = "canary custom", Birthday = "1980-05-03", PreferredTime = "canary time", IsMain = true,
        });
        person = await Person(app, "group", before, new() { Name = "金丝雀甲", Title = "canary title 2", Mobile = "13800008888", Phone = "021-55556666", Email = "canary@secret.example", WeChat = "wx_canary", Birthday = "1980-05-03", IsMain = true }, person.Id);
        Assert.Null((await app.With<MoveContact, Result<Contact>>(group, m => m.Run(before, person.Id, null, new() { To = "甲公司", Until = new(2026, 3, 1), Title = "canary head" }, Ct))).Refusal);
        var twin = await Person(app, "group", customer, new() { Name = "金丝雀乙", Mobile = "13800008888" });
        var colleague = await Person(app, "group", customer, new() { Name = "李娜", Phone = "021-55556666" });
        await app.With<LogGesture, Result<Gesture>>(group, l => l.Run(customer, person.Id, new() { Kind = GestureKind.Gift, Value = "88", On = new(2026, 3, 2), Note = "canary gift", Compliance = "canary reason" }, Ct));
        await app.With<LogGesture, Result<ContactDay>>(group, l => l.Keep(customer, person.Id, new() { Name = "canary day", Day = "05-01" }, Ct));
        Assert.Null((await app.With<KeepNotes, Result<Note>>(group, k => k.Write(RecordKind.Contact, person.Id, new() { Text = "canary note" }, Ct))).Refusal);
        Assert.Null((await app.With<KeepNotes, Result<Note>>(group, k => k.Write(RecordKind.Customer, customer, new() { Text = "见到金丝雀甲，电话 13800008888，货量翻倍" }, Ct))).Refusal);
        Assert.Null((await app.With<KeepAttachment, Result<Attachment>>(group, k => k.Run(customer, new(RecordKind.Contact, person.Id), "canary.txt", new MemoryStream("x"u8.ToArray()), Ct))).Refusal);
        person.CustomerId = customer;
        Assert.Null(await Save(app, "group", person, new() { Character = "canary" }));
        var merge = (await app.With<UniteContacts, Result<UniteContacts.Answer>>(group, u => u.Run(new() { SurvivorId = person.Id, LoserIds = [twin.Id] }, Ct))).TryGet(out var merged, out var why) ? merged.Id : throw new InvalidOperationException(why.Code);
        await app.In(Nobody, async db =>
        {
            db.Add(new SavedView { List = "contacts", Name = "找人", Address = $"?mobile~13800008888&q={Uri.EscapeDataString("金丝雀甲")}", OwnerId = 1, UpdatedAt = db.UtcNow });
            db.Add(new AuditEntry(Nobody, db.UtcNow, "changed", nameof(User), 1, null, """{"DisplayName":["金丝雀甲","组长"]}"""));
            await db.SaveChangesAsync(Ct);
            return 0;
        });
        await app.With<SealTrail, long>(Nobody, s => s.Run(Ct));
        var (entries, events) = await app.In(Nobody, async db => (await db.Set<AuditEntry>().CountAsync(a => a.Action != "signed_in", Ct), await db.Set<AuditEntry>().Where(a => a.EntityId == person.Id && a.Entity == nameof(Contact)).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Ct)));
        Assert.True((await Found(app, canaries)).Count > 15);

        Assert.IsType<Refusal.Forbidden>((await app.With<ErasePerson, Result<Contact>>(n1, e => e.Run(customer, person.Id, null, "本人要求", Ct))).Refusal);
        Assert.IsType<Refusal.Stale>((await app.With<ErasePerson, Result<Contact>>(group, e => e.Run(customer, person.Id, 1, "本人要求", Ct))).Refusal);
        var preview = (await app.With<ErasePerson, Result<ErasePerson.Preview>>(group, e => e.Look(customer, person.Id, Ct))).TryGet(out var look, out _) ? look : null;
        Assert.Contains("021-55556666", preview!.Stays);
        using var browser = await app.SignedIn("group");
        for (var click = 0; click < 2; click++) // A double click erases once and leads to the same place.
        {
            using var posted = await CrmApp.Submit(browser, $"/customers/{customer}/contacts/{person.Id}/erase", "erase", new() { ["Reason"] = "本人要求", ["_once"] = "a" });
            Assert.Equal((HttpStatusCode.Found, $"/customers/{customer}/contacts/{person.Id}"), (posted.StatusCode, new Uri(app.Address, posted.Headers.Location!).AbsolutePath));
        }

        using (var late = await CrmApp.Submit(browser, $"/customers/{customer}/contacts/{person.Id}/erase", "erase", new() { ["Reason"] = "再次", ["_once"] = "b" }))
        {
            Assert.Equal(HttpStatusCode.OK, late.StatusCode); // Told, not an empty error.
        }

        // What is left is of others: an account, a view and that it was made, and that somebody wrote a note of the customer.
        Assert.Equal(["audit_entries.changes: 13800008888", "audit_entries.changes: 金丝雀甲", "saved_views.address: 13800008888"], (await Found(app, canaries)).Order(StringComparer.Ordinal));
        Assert.Equal([nameof(Note), nameof(User)], await app.In(Nobody, db => db.Set<AuditEntry>().Where(a => a.Changes.Contains("金丝雀甲")).OrderBy(a => a.Id).Select(a => a.Entity).ToListAsync(Ct)));
        var verdict = await app.With<VerifyTrail, Verdict>(Nobody, v => v.Run(null, null, Ct));
        Assert.Equal("sound", verdict.Finding);
        await app.With<SealTrail, long>(Nobody, s => s.Run(Ct));
        Assert.Equal("sound", (await app.With<VerifyTrail, Verdict>(Nobody, v => v.Run(null, null, Ct))).Finding);
        await app.In(Nobody, async db =>
        {
            var erased = await db.Set<Contact>().SingleAsync(k => k.Id == person.Id, Ct);
            Assert.Equal((ErasePerson.NameOf(person.Id), false, customer), (erased.Name, erased.Active, erased.CustomerId));
            Assert.Equal((88_00, new DateOnly(2026, 3, 2)), await db.Set<Gesture>().Where(g => g.RecordId == person.Id).Select(g => new { g.ValueFen, g.On }).SingleAsync(Ct) is var g ? (g.ValueFen, g.On) : default);
            Assert.Equal("021-55556666", (await db.Set<Contact>().SingleAsync(k => k.Id == colleague.Id, Ct)).Phone);
            Assert.Equal("见到**，电话 **，货量翻倍", await db.Set<Note>().Where(n => n.RecordKind == RecordKind.Customer).Select(n => n.Text).SingleAsync(Ct));
            Assert.Equal(entries + 1, await db.Set<AuditEntry>().CountAsync(a => a.Action != "signed_in", Ct)); // None was taken away.
            Assert.Equal([.. events, AuditErasure.Action], await db.Set<AuditEntry>().Where(a => a.EntityId == person.Id && a.Entity == nameof(Contact)).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Ct));
            return 0;
        });
        Assert.Equal("personal.erased_no_undo", (await app.With<UndoContactMerge, Result<UndoContactMerge.Answer>>(group, u => u.Run(merge, Ct))).Refusal?.Code);
        Assert.Equal("personal.erased_stays", (await app.With<SaveContact, Result<Contact>>(group, s => s.Run(customer, person.Id, null, new() { Name = "又来" }, Ct))).Refusal?.Code);
        Assert.Equal("personal.erased_stays", (await app.With<KeepNotes, Result<Note>>(group, k => k.Write(RecordKind.Contact, person.Id, new() { Text = "再来" }, Ct))).Refusal?.Code);
        Assert.Equal("personal.erased_stays", (await app.With<LogGesture, Result<Gesture>>(group, l => l.Run(customer, person.Id, new() { Kind = GestureKind.Visit, On = new(2026, 3, 3) }, Ct))).Refusal?.Code);
        Assert.Equal("personal.erased_stays", (await app.With<KeepAttachment, Result<Attachment>>(group, k => k.Run(customer, new(RecordKind.Contact, person.Id), "later.txt", new MemoryStream("y"u8.ToArray()), Ct))).Refusal?.Code);
        Assert.Equal("personal.erased_already", (await app.With<ErasePerson, Result<Contact>>(group, e => e.Run(customer, person.Id, null, "再次", Ct))).Refusal?.Code);
        foreach (var page in new[] { "", "/history", "/personal", "/notes", "/care" })
        {
            using var answer = await browser.GetAsync(new Uri($"/customers/{customer}/contacts/{person.Id}{page}", UriKind.Relative), Ct);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{page} {answer.StatusCode}");
        }

        using var merges = await browser.GetAsync(new Uri("/contacts/merges", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.OK, merges.StatusCode);

        // Whoever blanks a row without an event that tells of it, or changes one that was blanked, is found.
        await app.In(Nobody, async db =>
        {
            await using var undone = await db.Database.BeginTransactionAsync(Ct);
            var id = await db.Set<AuditErasure>().MinAsync(e => e.EntryId, Ct);
            await db.Database.ExecuteSqlAsync($"UPDATE audit_entries SET changes = '[]' WHERE id = {id}", Ct);
            Assert.Equal(("row_altered", id), await Verify(db, app) is var v ? (v.Finding, v.Row!.Value) : default);
            await undone.RollbackAsync(Ct);
            return 0;
        });
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => app.In(Nobody, db => db.Database.ExecuteSqlAsync($"UPDATE audit_erasures SET now = was", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_erasure_leaves_alone_what_only_looks_like_the_person(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var group = await app.ActorOf("group");
        var (customer, elsewhere) = ((await Customer(app, "group", new() { Name = "甲公司" })).Id, (await Customer(app, "group", new() { Name = "乙公司" })).Id);
        var (common, syntax) = (await Person(app, "group", customer, new() { Name = "王伟", WeChat = "调度" }), await Person(app, "group", customer, new() { Name = "\":[", Mobile = "13700001111" }));
        var (same, colleague) = (await Person(app, "group", elsewhere, new() { Name = "王伟明" }), await Person(app, "group", customer, new() { Name = "李娜", Title = "调度" }));
        Assert.Null((await app.With<LogGesture, Result<Gesture>>(group, l => l.Run(customer, colleague.Id, new() { Kind = GestureKind.Gift, Value = "880", On = new(2026, 3, 2) }, Ct))).Refusal);
        Assert.Null((await app.With<KeepNotes, Result<Note>>(group, k => k.Write(RecordKind.Customer, customer, new() { Text = "王伟说调度有 88000 元；单号 9137000011112，电话 13700001111" }, Ct))).Refusal);
        await app.In(Nobody, async db =>
        {
            await db.Set<Contact>().Where(k => k.Id == common.Id).ExecuteUpdateAsync(u => u.SetProperty(k => k.Phone, "88000").SetProperty(k => k.PhoneDigits, "88000"), Ct); // As an import of old may have left it.
            db.Add(new SavedView { List = "contacts", Name = "王伟", Address = "?q=13700001111", OwnerId = 1, UpdatedAt = db.UtcNow });
            db.Add(new AuditEntry(Nobody, db.UtcNow, "updated", nameof(Role), 1, null, """{"Name":[null,"王伟"],"Text":[null,"13700001111"]}"""));
            db.Add(new AuditEntry(Nobody, db.UtcNow, "updated", nameof(Customer), customer, customer, """{"Remark":["13700001111","9137000011112"],"Amount":[88000,13700001111]}"""));
            await db.SaveChangesAsync(Ct);
            return 0;
        });
        Task<List<(long Id, string Changes)>> Others() => app.In(Nobody, async db =>
        {
            var rows = await db.Set<AuditEntry>().AsNoTracking().Where(a => !(a.Entity == nameof(Contact) && (a.EntityId == common.Id || a.EntityId == syntax.Id))).OrderBy(a => a.Id).Select(a => new { a.Id, a.Changes }).ToListAsync(Ct);
            return rows.ConvertAll(a => (a.Id, a.Changes));
        });
        var before = await Others();

        var preview = (await app.With<ErasePerson, Result<ErasePerson.Preview>>(group, e => e.Look(customer, common.Id, Ct))).TryGet(out var look, out _) ? look : null;
        Assert.Equal(["王伟"], preview!.Stays);
        Assert.Null((await app.With<ErasePerson, Result<Contact>>(group, e => e.Run(customer, common.Id, null, "本人要求", Ct))).Refusal);
        Assert.Equal(before, await Others());
        Assert.Null((await app.With<ErasePerson, Result<Contact>>(group, e => e.Run(customer, syntax.Id, null, "本人要求", Ct))).Refusal);

        var changed = (await Others()).Except(before).Select(r => r.Changes).ToList();
        Assert.Equal(2, changed.Count); // The note's, and the customer's: its number as a text of its own.
        Assert.Contains(changed, c => c.Contains("王伟说调度有 88000 元；单号 9137000011112，电话 **", StringComparison.Ordinal));
        Assert.Contains("""{"Remark":["**","9137000011112"],"Amount":[88000,13700001111]}""", changed);
        Assert.Equal("sound", (await app.With<VerifyTrail, Verdict>(Nobody, v => v.Run(null, null, Ct))).Finding);
        await app.In(Nobody, async db =>
        {
            Assert.Equal("王伟说调度有 88000 元；单号 9137000011112，电话 **", await db.Set<Note>().Select(n => n.Text).SingleAsync(Ct));
            Assert.Equal(("王伟", "?q=13700001111"), await db.Set<SavedView>().Where(v => v.Name == "王伟").Select(v => new { v.Name, v.Address }).SingleAsync(Ct) is var v ? (v.Name, v.Address) : default);
            Assert.Equal(("王伟明", "调度"), ((await db.Set<Contact>().SingleAsync(k => k.Id == same.Id, Ct)).Name, (await db.Set<Contact>().SingleAsync(k => k.Id == colleague.Id, Ct)).Title));
            return 0;
        });
        using var browser = await app.SignedIn("group");
        foreach (var page in new[] { $"/customers/{customer}/history", $"/customers/{customer}/contacts/{common.Id}/history", $"/customers/{customer}/contacts/{syntax.Id}/history", $"/customers/{customer}/contacts/{colleague.Id}/history" })
        {
            using var answer = await browser.GetAsync(new Uri(page, UriKind.Relative), Ct);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{page} {answer.StatusCode}");
        }
    }

    private static Task<Verdict> Verify(CrmDb db, CrmApp app) => new VerifyTrail(db, app.Services.GetService(typeof(AuditWitness)) as AuditWitness ?? throw new InvalidOperationException()).Run(null, null, Ct);

    [Fact]
    public async Task A_certificate_of_the_configuration_encrypts_the_keys()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pfx");
        using (var key = RSA.Create(2048))
        {
            using var made = new CertificateRequest("CN=railcrm", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
            await File.WriteAllBytesAsync(file, made.Export(X509ContentType.Pkcs12, "geheim"), Ct);
        }

        try
        {
            await using var app = await CrmApp.Start(Engine.Sqlite, settings: ["--Keys:Certificate", file, "--Keys:Password", "geheim"]);
            var protector = ((IDataProtectionProvider)app.Services.GetService(typeof(IDataProtectionProvider))!).CreateProtector("x");
            Assert.Equal(Canary, protector.Unprotect(protector.Protect(Canary)));
            var keys = await app.In(Nobody, db => db.DataProtectionKeys.Select(k => k.Xml!).ToListAsync(Ct));
            Assert.NotEmpty(keys);
            Assert.All(keys, k => Assert.Contains("EncryptedData", k, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Those_who_left_long_ago_without_dealings_are_listed_and_erased_by_the_night_only_where_it_was_switched_on(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, foreign) = ((await Customer(app, "n1", new() { Name = "甲公司" })).Id, (await Customer(app, "s1", new() { Name = "乙公司" })).Id);
        var old = await Person(app, "n1", customer, new() { Name = "旧人", Active = false, InactiveOn = new(2023, 1, 1) });
        var noted = await Person(app, "n1", customer, new() { Name = "有往来", Active = false, InactiveOn = new(2023, 1, 1) });
        await Person(app, "n1", customer, new() { Name = "新离开", Active = false, InactiveOn = new(2026, 1, 1) });
        var other = await Person(app, "s1", foreign, new() { Name = "别处", Active = false, InactiveOn = new(2022, 1, 1) });
        var binned = await Person(app, "n1", customer, new() { Name = "已移除", Active = false, InactiveOn = new(2023, 1, 1) });
        var undated = await Person(app, "n1", customer, new() { Name = "无日期", Active = false });
        await app.In(Nobody, async db =>
        {
            await db.Set<Contact>().Where(k => k.Id == undated.Id).ExecuteUpdateAsync(u => u.SetProperty(k => k.InactiveOn, (DateOnly?)null), Ct);
            return await db.Set<Contact>().Where(k => k.Id == binned.Id).ExecuteUpdateAsync(u => u.SetProperty(k => k.DeletedAt, db.UtcNow), Ct);
        });
        Assert.Null((await app.With<KeepNotes, Result<Note>>(await app.ActorOf("n1"), k => k.Write(RecordKind.Contact, noted.Id, new() { Text = "来电" }, Ct))).Refusal);
        async Task<IEnumerable<long>> Due(string who) => (await app.With<DueErasures, IReadOnlyList<DueErasures.Due>>(await app.ActorOf(who), d => d.Run(Ct))).Select(d => d.Id);
        Assert.Empty(await Due("group"));
        var version = await Set(app, new() { MonthsKept = 24 });
        Assert.Equal([other.Id, old.Id, binned.Id], await Due("group"));
        Assert.Equal([old.Id, binned.Id], await Due("n1"));
        await Night(app);
        Assert.Equal(0, await app.In(Nobody, db => db.Set<Contact>().CountAsync(k => k.ErasedAt != null, Ct)));
        await Set(app, new() { MonthsKept = 24, ErasesItself = true, Version = version });
        await Night(app);
        Assert.Equal(0, await app.In(Nobody, db => db.Set<Contact>().IgnoreQueryFilters().CountAsync(k => k.ErasedAt != null, Ct))); // Changed today: nobody could see them on the list.
        app.Later(TimeSpan.FromDays(8));
        await Night(app);
        Assert.Equal([old.Id, other.Id, binned.Id], await app.In(Nobody, db => db.Set<Contact>().IgnoreQueryFilters().Where(k => k.ErasedAt != null).OrderBy(k => k.Id).Select(k => k.Id).ToListAsync(Ct)));
        app.Later(TimeSpan.FromDays(800));
        Assert.Equal(undated.Id, (await Due("group")).Last());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_note_or_gesture_that_smells_is_saved_when_it_is_sent_again_and_that_is_kept_without_the_words(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        var person = await Person(app, "n1", customer, new() { Name = "王伟" });
        using var browser = await app.SignedIn("n1");
        foreach (var (path, handler, field, fields) in new[]
        {
            ($"/customers/{customer}/contacts/{person.Id}/notes", "note", "Text", new Dictionary<string, string>()),
            ($"/customers/{customer}/contacts/{person.Id}/care", "gesture", "Form.Note", new() { ["Form.Kind"] = "Visit", ["Form.On"] = "2026-03-30" }),
        })
        {
            fields[field] = "他去年得了糖尿病";
            using var warned = await CrmApp.Submit(browser, path, handler, fields);
            var page = WebUtility.HtmlDecode(await warned.Content.ReadAsStringAsync(Ct));
            Assert.Contains("糖尿病", page.Split("alert-warning")[1], StringComparison.Ordinal);
            Assert.Contains("仍然保存", page, StringComparison.Ordinal);
            Assert.Contains("他去年得了糖尿病", page, StringComparison.Ordinal);
            fields["Anyway"] = handler == "note" ? "他去年得了糖尿病" : "他去年得了糖尿病 ";
            using var saved = await CrmApp.Submit(browser, path, handler, fields);
            Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        }

        await app.In(Nobody, async db =>
        {
            Assert.Equal((1, 1), (await db.Set<Note>().CountAsync(Ct), await db.Set<Gesture>().CountAsync(Ct)));
            var kept = await db.Set<AuditEntry>().Where(a => a.Action == "words_kept").ToListAsync(Ct);
            Assert.Equal([nameof(Note), nameof(Gesture)], kept.Select(a => a.Entity));
            Assert.All(kept, a => Assert.True(a.Changes.Contains("健康", StringComparison.Ordinal) && !a.Changes.Contains("糖尿", StringComparison.Ordinal)));
            return 0;
        });
        Assert.Equal("personal.words_wrong", ((Refusal.InvalidMany)(await app.With<SetPersonalRule, Result<PersonalRule>>(Nobody, s => s.Run(new() { Words = "只有词" }, Ct))).Refusal!).Errors[0].Code);
        await Set(app, new() { Words = "内部: 暗号, code" });
        using var plain = await CrmApp.Submit(browser, $"/customers/{customer}/notes", "note", new() { ["Text"] = "糖尿病 encoded" });
        Assert.Equal(HttpStatusCode.Found, plain.StatusCode);
    }
}
