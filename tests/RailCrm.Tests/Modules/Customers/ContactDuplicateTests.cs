using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Who may be there already, told while a contact is written; and contacts filtered by what their own fields name.</summary>
public sealed class ContactDuplicateTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string[]> Found(HttpClient api, string query) =>
        [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/contacts/duplicates?{query}", Ct)).GetProperty("items").EnumerateArray().Select(i => $"{i.GetProperty("name").GetString()} {string.Join('+', i.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()))}")];

    [Theory, ClassData(typeof(BothEngines))]
    public async Task One_of_the_same_number_mail_or_name_at_the_customer_is_told_to_whoever_sees_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (a, b, south) = (await Customer(app, "n1", new() { Name = "甲公司" }), await Customer(app, "n1", new() { Name = "乙公司" }), await Customer(app, "s1", new() { Name = "丙公司" }));
        var wang = await Person(app, "n1", a.Id, new() { Name = "王伟", Title = "科长", Mobile = "138 0000 0001", Phone = "0512-66554433", Email = "Wang.Wei@Example.cn" });
        await Person(app, "s1", south.Id, new() { Name = "南方人", Mobile = "13800000001" });
        using var n1 = await app.Api("n1");

        Assert.Equal(["王伟 mobile"], await Found(n1, $"customer={b.Id}&name=王伟&mobile=%2B86-13800000001"));
        Assert.Equal(["王伟 name+email"], await Found(n1, $"customer={a.Id}&name=王伟&email=wang.wei@EXAMPLE.cn"));
        Assert.Equal(["王伟 phone"], await Found(n1, $"customer={b.Id}&phone=051266554433"));
        Assert.Empty(await Found(n1, $"customer={a.Id}&id={wang.Id}&name=王伟&mobile=13800000001&email=wang.wei@example.cn"));
        Assert.Empty(await Found(n1, $"customer={b.Id}&name=王伟&mobile=1380&email=wei@example.cn"));
        var hit = (await n1.GetFromJsonAsync<JsonElement>("/api/v1/contacts/duplicates?mobile=13800000001", Ct)).GetProperty("items")[0];
        Assert.Equal(("甲公司", $"/customers/{a.Id}/contacts/{wang.Id}"), (hit.GetProperty("hints")[0].GetString(), hit.GetProperty("href").GetString()));
        using var long_ = await n1.GetAsync(new Uri($"/api/v1/contacts/duplicates?name={new string('a', 500)}", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.BadRequest, long_.StatusCode);

        // A form that comes back with an error keeps what was shown; one that is right is taken all the same.
        using var browser = await app.SignedIn("n1");
        using var again = await CrmApp.Submit(browser, $"/customers/{b.Id}/contacts/new", "contact", new() { ["Form.Name"] = "王伟", ["Form.Mobile"] = "13800000001", ["Form.Email"] = "x", ["Works"] = "true" });
        Assert.Contains($"/customers/{a.Id}/contacts/{wang.Id}", await again.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var taken = await CrmApp.Submit(browser, $"/customers/{b.Id}/contacts/new", "contact", new() { ["Form.Name"] = "王伟", ["Form.Mobile"] = "13800000001", ["Works"] = "true" });
        Assert.Equal(HttpStatusCode.Found, taken.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_mail_is_looked_up_in_its_index(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var plan = await app.In(await app.ActorOf("group"), async db =>
        {
            await using var command = db.Set<Contact>().Where(FindContactDuplicates.Mailed("a@b.cn")).Select(k => k.Id).Take(5).CreateDbCommand();
            await db.Database.OpenConnectionAsync(Ct);
            await db.Database.ExecuteSqlRawAsync(db.IsPostgres ? "SET enable_seqscan = off" : "SELECT 1", Ct); // No rows are no reason for an index.
            command.CommandText = (db.IsPostgres ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + command.CommandText;
            await using var reader = await command.ExecuteReaderAsync(Ct);
            var lines = new List<string>();
            while (await reader.ReadAsync(Ct))
            {
                lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i).ToString())));
            }

            return string.Join('\n', lines);
        });
        Assert.Contains("ix_customer_contacts_email", plan, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Fields_that_name_a_person_a_customer_or_a_file_are_filtered_by_what_is_looked_up(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        foreach (var (kind, name) in new[] { (CustomKind.Person, "对接人"), (CustomKind.Customer, "介绍人"), (CustomKind.File, "名片") })
        {
            await RailCrm.Tests.Platform.CustomFieldTests.Define(app, kind, name, list: "contacts");
        }

        var (a, b) = (await Customer(app, "n1", new() { Name = "甲公司" }), await Customer(app, "n1", new() { Name = "乙, 公司" }));
        var file = new Attachment { CustomerId = a.Id, RecordKind = RecordKind.Customer, FileName = "王伟 名片.PDF", ContentType = "application/pdf", Sha256 = "00", CreatedAt = DateTime.UnixEpoch };
        await app.In(Actor.System("test"), async db =>
        {
            db.Add(file);
            return await db.SaveChangesAsync(Ct);
        });
        await Person(app, "n1", a.Id, new() { Name = "王伟", Custom = new() { ["x_duijieren"] = "n1", ["x_jieshaoren"] = b.Number, ["x_mingpian"] = $"#{file.Id}" } });
        await Person(app, "n1", a.Id, new() { Name = "李娜" });
        using var api = await app.Api("n1");
        async Task<string?> First(string lookup) => (await api.GetFromJsonAsync<JsonElement>($"/api/v1/lookup/{lookup}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("value").GetString()).FirstOrDefault();
        async Task<string> Names(string field, string value)
        {
            var filter = Uri.EscapeDataString($"{field}={value.Replace(",", "\\,", StringComparison.Ordinal)}");
            var answer = await api.GetAsync(new Uri($"/api/v1/contacts?filter={filter}", UriKind.Relative), Ct);
            return answer.IsSuccessStatusCode ? string.Join(',', (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString())) : $"{(int)answer.StatusCode}";
        }

        foreach (var (field, lookup) in new[] { ("x_duijieren", "accounts?q=n1"), ("x_jieshaoren", "customers?q=乙"), ("x_mingpian", "files?q=名片.pdf") })
        {
            var value = await First(lookup);
            Assert.True(value is not null && await Names(field, value) == "王伟", $"{field} {value}: {await Names(field, value ?? "")}");
            Assert.Equal("400", await Names(field, "没有这个"));
            Assert.Equal("李娜", await Names(field, ""));
            using var browser = await app.SignedIn("n1");
            Assert.Contains($"/api/v1/lookup/{lookup[..lookup.IndexOf('?', StringComparison.Ordinal)]}?q=", await browser.GetStringAsync(new Uri("/contacts", UriKind.Relative), Ct), StringComparison.Ordinal);
        }

        // Through the page's own address: a comma in the name does not make two of it.
        using var pages = await app.SignedIn("n1");
        using var led = await pages.GetAsync(new Uri($"/contacts?add=customer&op=%3D&value={Uri.EscapeDataString($"{b.Number} 乙, 公司")}", UriKind.Relative), Ct);
        Assert.Contains("没有符合条件的联系人", WebUtility.HtmlDecode(await pages.GetStringAsync(new Uri(led.Headers.Location!.OriginalString, UriKind.RelativeOrAbsolute), Ct)), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Stars_and_follows_are_set_in_numbers_and_taken_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var a = await Customer(app, "n1", new() { Name = "甲公司" });
        var ids = new List<long>();
        foreach (var name in new[] { "王伟", "李娜" })
        {
            ids.Add((await Person(app, "n1", a.Id, new() { Name = name })).Id);
        }

        using var api = await app.Api("n1");
        (await api.PutAsync(new Uri($"/api/v1/customers/{a.Id}/contacts/{ids[0]}/favourite", UriKind.Relative), null, Ct)).EnsureSuccessStatusCode();
        var seen = await WorkOnRowsTests.Work(app, "n1", new() { List = "contacts", Act = "star", All = true, In = "all" });
        Assert.Equal((1, 1), (seen.Counts["done"], seen.Counts["same"]));
        Assert.Equal(2, (await api.GetFromJsonAsync<JsonElement>("/api/v1/contacts?filter=favourite%3Dtrue", Ct)).GetProperty("items").GetArrayLength());
        await WorkOnRowsTests.Work(app, "n1", new() { List = "contacts", Act = "star", UndoOf = seen.Job.Id });
        Assert.Equal(ids[0], (await api.GetFromJsonAsync<JsonElement>("/api/v1/contacts?filter=favourite%3Dtrue", Ct)).GetProperty("items")[0].GetProperty("id").GetInt64()); // The one who was marked before stays so.
        Assert.Equal(1, (await WorkOnRowsTests.Work(app, "north", new() { List = "contacts", Act = "follow", Ids = [ids[0]] })).Counts["done"]);
        Assert.Equal(1, (await WorkOnRowsTests.Work(app, "s1", new() { List = "contacts", Act = "follow", Ids = [ids[0]] })).Counts["refused"]);
    }
}
