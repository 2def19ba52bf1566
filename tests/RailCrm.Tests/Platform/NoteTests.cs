using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Tests.Platform;

/// <summary>Notes, marks and the inbox that tells of them.</summary>
public sealed class NoteTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal static async Task<JsonElement> Json(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    internal static async Task<long> Post(HttpClient api, string path, object body)
    {
        using var answer = await api.PostAsJsonAsync(new Uri("/api/v1" + path, UriKind.Relative), body, Ct);
        return (await Json(answer)).GetProperty("id").GetInt64();
    }

    internal static Task<long> Customer(HttpClient api, string name) => Post(api, "/customers", new { name });

    internal static async Task<long> Line(CrmApp app, HttpClient api, long customer, string number)
    {
        var name = await app.In(System, db => db.Set<Customer>().Where(c => c.Id == customer).Select(c => c.Number).SingleAsync(Ct));
        using var answer = await api.PostAsJsonAsync("/api/v1/waybills:batch", new { source = "T", items = new[] { new { externalNo = number, date = "2026-03-01", customer = name } } }, Ct);
        await Json(answer);
        return await app.In(System, db => db.Set<WaybillLine>().Where(l => l.ExternalNo == number).Select(l => l.Id).SingleAsync(Ct));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_note_of_a_contact_or_waybill_is_the_customers_too_and_replies_stay_one_level_deep(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var customer = await Customer(api, "甲公司");
        var contact = await Post(api, $"/customers/{customer}/contacts", new { name = "李娜" });
        var line = await Line(app, api, customer, "X1");
        var notes = $"/customers/{customer}/notes";
        var own = await Post(api, notes, new { text = "第一行\r\n第二行  \n" });
        var his = await Post(api, notes, new { text = "打过电话", recordKind = "contact", recordId = contact });
        var its = await Post(api, notes, new { text = "短装 2 t", recordKind = "waybill", recordId = line, pinned = true });
        var reply = await Post(api, notes, new { text = "已处理", replyTo = its });
        var deeper = await Post(api, notes, new { text = "谢谢", replyTo = reply });

        var all = (await api.GetFromJsonAsync<JsonElement>($"/api/v1{notes}", Ct)).GetProperty("items").EnumerateArray().ToList();
        var ofLine = (await api.GetFromJsonAsync<JsonElement>($"/api/v1{notes}?recordKind=waybill&recordId={line}", Ct)).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal([its, reply, deeper, his, own], all.Select(n => n.GetProperty("id").GetInt64()));
        Assert.Equal("第一行\n第二行", all[^1].GetProperty("text").GetString());
        Assert.Equal([its, its], all.Where(n => n.GetProperty("replyTo").ValueKind == JsonValueKind.Number).Select(n => n.GetProperty("replyTo").GetInt64()));
        Assert.Equal([its, reply, deeper], ofLine.Select(n => n.GetProperty("id").GetInt64()));
        using var pages = await app.SignedIn("n1");
        Assert.Contains($"/waybills/{line}/notes#note-{its}", await pages.GetStringAsync($"/customers/{customer}/notes", Ct), StringComparison.Ordinal);
        Assert.Contains("打过电话", await pages.GetStringAsync($"/customers/{customer}/contacts/{contact}/notes", Ct), StringComparison.Ordinal);
        Assert.Contains("短装 2 t", await pages.GetStringAsync($"/waybills/{line}/notes", Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_no_store_keeps_or_belongs_elsewhere_is_refused_and_writes_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        using var south = await app.Api("s1");
        var (own, hidden) = (await Customer(api, "甲公司"), await Customer(south, "南方机密"));
        var theirs = await Post(south, $"/customers/{hidden}/notes", new { text = "机密" });
        var stranger = await Post(south, $"/customers/{hidden}/contacts", new { name = "某人" });

        foreach (var (path, body, status) in new (string, object, HttpStatusCode)[]
        {
            ($"/customers/{own}/notes", new { text = " \n" }, HttpStatusCode.BadRequest), ($"/customers/{own}/notes", new { text = "a\0b" }, HttpStatusCode.BadRequest), ($"/customers/{own}/notes", new { text = "a\u0007" }, HttpStatusCode.BadRequest),
            ($"/customers/{own}/notes", new { text = string.Concat(Enumerable.Repeat("𠮷", Note.TextLength + 1)) }, HttpStatusCode.BadRequest),
            ($"/customers/{hidden}/notes", new { text = "x" }, HttpStatusCode.NotFound), ($"/customers/{own}/notes", new { text = "x", replyTo = theirs }, HttpStatusCode.NotFound),
            ($"/customers/{own}/notes", new { text = "x", recordKind = "contact", recordId = stranger }, HttpStatusCode.NotFound), ($"/customers/{own}/notes", new { text = "x", recordKind = "unit", recordId = 1 }, HttpStatusCode.NotFound),
            ($"/customers/{own}/notes/{theirs}/restore", new { }, HttpStatusCode.NotFound),
        })
        {
            using var content = new StringContent(JsonSerializer.Serialize(body), global::System.Text.Encoding.UTF8, "application/json");
            using var answer = await api.PostAsync(new Uri("/api/v1" + path, UriKind.Relative), content, Ct);
            Assert.True(answer.StatusCode == status, $"{path} {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Ct)}");
        }

        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"/api/v1/customers/{hidden}/notes", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.PutAsJsonAsync($"/api/v1/customers/{own}/notes/{theirs}", new { text = "改" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.DeleteAsync($"/api/v1/customers/{own}/notes/{theirs}", Ct)).StatusCode);
        Assert.Equal(["机密"], await app.In(System, db => db.Set<Note>().Select(n => n.Text).ToListAsync(Ct)));
        await Post(api, $"/customers/{own}/notes", new { text = string.Concat(Enumerable.Repeat("𠮷", Note.TextLength)) });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Only_the_author_changes_a_note_a_supervisor_may_delete_it_and_all_is_audited(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        var customer = await Customer(n1, "甲公司");
        var path = $"/api/v1/customers/{customer}/notes";
        var note = await Post(n1, $"/customers/{customer}/notes", new { text = "初稿" });
        await app.In(System, async db =>
        {
            var user = await db.Set<User>().SingleAsync(u => u.UserName == "n2", Ct);
            db.Add(new CustomerGrant { CustomerId = customer, UserId = user.Id });
            var outlet = await db.Set<Role>().SingleAsync(r => r.Name == "manager", Ct);
            db.Set<Microsoft.AspNetCore.Identity.IdentityUserRole<long>>().RemoveRange(db.Set<Microsoft.AspNetCore.Identity.IdentityUserRole<long>>().Where(r => r.UserId == user.Id));
            db.Add(new Microsoft.AspNetCore.Identity.IdentityUserRole<long> { UserId = user.Id, RoleId = outlet.Id });
            return await db.SaveChangesAsync(Ct);
        });
        using var n2 = await app.Api("n2");

        Assert.Equal(HttpStatusCode.Forbidden, (await north.PutAsJsonAsync($"{path}/{note}", new { text = "改" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await n2.DeleteAsync($"{path}/{note}", Ct)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{path}/{note}") { Content = JsonContent.Create(new { text = "定稿", pinned = true }) };
        request.Headers.TryAddWithoutValidation("If-Match", "\"0\"");
        await Json(await n1.SendAsync(request, Ct));
        using var late = new HttpRequestMessage(HttpMethod.Put, $"{path}/{note}") { Content = JsonContent.Create(new { text = "晚了" }) };
        late.Headers.TryAddWithoutValidation("If-Match", "\"0\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await n1.SendAsync(late, Ct)).StatusCode);
        await Json(await north.DeleteAsync($"{path}/{note}", Ct));
        Assert.Empty((await n1.GetFromJsonAsync<JsonElement>(path, Ct)).GetProperty("items").EnumerateArray());
        var back = await Json(await n1.PostAsync($"{path}/{note}/restore", null, Ct));

        Assert.Equal(("定稿", true, true), (back.GetProperty("text").GetString(), back.GetProperty("pinned").GetBoolean(), back.GetProperty("editedAt").ValueKind == JsonValueKind.String));
        var trail = await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Entity == nameof(Note) && a.CustomerId == customer).OrderBy(a => a.Id).Select(a => a.ActorName).ToListAsync(Ct));
        Assert.Equal(["n1", "n1", "north", "n1"], trail);
        using var pages = await app.SignedIn("n1");
        Assert.Contains("初稿", await pages.GetStringAsync($"/customers/{customer}/history?kind=notes", Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_hangs_on_a_waybill_follows_it_to_another_customer(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("north");
        var (first, second) = (await Customer(api, "甲公司"), await Customer(api, "乙公司"));
        var line = await Line(app, api, first, "X1");
        await Post(api, $"/customers/{first}/notes", new { text = "短装 @group", recordKind = "waybill", recordId = line });

        Assert.Equal(line, await Line(app, api, second, "X1"));

        Assert.Equal([second, second], await app.In(System, async db => new[] { await db.Set<Note>().Select(n => n.CustomerId).SingleAsync(Ct), await db.Set<InboxLine>().Select(l => l.CustomerId).SingleAsync(Ct) }));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_page_without_script_writes_once_however_often_the_form_is_sent_and_takes_a_deletion_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var customer = await Customer(api, "甲公司");
        using var pages = await app.SignedIn("n1");
        var path = $"/customers/{customer}/notes";
        var page = await pages.GetStringAsync(path, Ct);
        string Hidden(string name) => Regex.Match(page, $"name=\"{name}\" value=\"([^\"]+)\"").Groups[1].Value;
        for (var i = 0; i < 2; i++)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Hidden("__RequestVerificationToken"), ["_once"] = Hidden("_once"), ["_handler"] = "note", ["Text"] = "<b>一次</b>" });
            using var answer = await pages.PostAsync(new Uri(path, UriKind.Relative), form, Ct);
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        }

        var note = await app.In(System, db => db.Set<Note>().SingleAsync(Ct));
        Assert.Contains("&lt;b&gt;一次&lt;/b&gt;", await pages.GetStringAsync(path, Ct), StringComparison.Ordinal);
        using var refused = await CrmApp.Submit(pages, path, "note", new() { ["Text"] = "坏\u0001字" });
        Assert.Contains("字</textarea>", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal); // What was typed is still there.
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(pages, path, "note-act", new() { ["Do"] = $"bin:{note.Id}:{note.Version}" })).StatusCode);
        Assert.Contains($"restore:{note.Id}:{note.Version + 1}", await pages.GetStringAsync(path, Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(pages, path, "note-act", new() { ["Do"] = $"restore:{note.Id}:{note.Version + 1}" })).StatusCode);
        Assert.Equal(1, await app.In(System, db => db.Set<Note>().CountAsync(Ct)));
    }
}
