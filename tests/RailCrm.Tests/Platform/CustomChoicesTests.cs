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
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Platform;

/// <summary>Filters by a field of several choices: any of, none of, nothing there; right whatever wrote the row.</summary>
public sealed class CustomChoicesTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<CustomField> Channels(CrmApp app, string list = "customers") => CustomFieldTests.Define(app, CustomKind.Choices, "渠道", f => f.Options = "电话|Phone\n展会\n网站\n\"引\\号\"'", list);

    private static async Task<Customer> Save(CrmApp app, string name, string? channels, long? id = null)
    {
        var saved = await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(id, null, new() { Name = name, Custom = new() { ["x_qudao"] = channels }, DuplicateReason = "测试" }, Ct));
        return saved.TryGet(out var customer, out var refusal) ? customer : throw new InvalidOperationException(refusal is Refusal.InvalidMany many ? string.Join(' ', many.Errors) : refusal.Code);
    }

    private static async Task<string> Found(HttpClient api, string filter)
    {
        var answer = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?filter={Uri.EscapeDataString(filter)}", Ct);
        return string.Concat(answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
    }

    private static async Task All(CrmApp app)
    {
        await Save(app, "A", "电话、网站");
        await Save(app, "B", "展会");
        await Save(app, "C", null);
        await Save(app, "D", "网站,\"引\\号\"'");
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_list_is_filtered_by_any_of_some_options_none_of_them_or_nothing_there(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Channels(app);
        await All(app);
        using var api = await app.Api("n1");
        foreach (var (filter, names) in new[]
        {
            ("x_qudao=网站", "AD"), ("x_qudao=电话,展会", "AB"), ("x_qudao=phone", "A"), ("x_qudao=\"引\\\\号\"'", "D"), ("x_qudao!=网站", "BC"), ("x_qudao!=网站,展会", "C"), ("x_qudao=", "C"), ("x_qudao!=", "ABD"),
            ("x_qudao=,展会", "BC"), ("x_qudao!=,展会", "AD"), ("x_qudao=网站;x_qudao=电话", "A"), ("x_qudao=电话|name=B", "AB"), ("x_qudao=没有", ""), ("x_qudao=站", ""), ("x_qudao=%", ""),
        })
        {
            Assert.Equal((filter, names), (filter, await Found(api, filter)));
        }

        foreach (var wrong in new[] { "x_qudao>=网站", "x_qudao~网" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync($"/api/v1/customers?filter={Uri.EscapeDataString(wrong)}", Ct)).StatusCode);
        }

        using var south = await app.Api("s1");
        Assert.Equal("", await Found(south, "x_qudao=网站"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_was_there_before_the_field_was_made_to_filter_is_found_and_every_later_change_is_followed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var field = await CustomFieldTests.Define(app, CustomKind.Choices, "渠道", f => (f.Options, f.Indexed) = ("电话\n展会\n网站\n\"引\\号\"'", false));
        await All(app);
        using var api = await app.Api("n1");
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync("/api/v1/customers?filter=x_qudao%3D网站", Ct)).StatusCode);

        await Index(app, field.Id, true);
        Assert.Equal("AD", await Found(api, "x_qudao=网站"));
        var a = await app.In(System, db => db.Set<Customer>().SingleAsync(c => c.Name == "A", Ct));
        await Save(app, "A", "展会", a.Id);
        Assert.Equal(("D", "AB"), (await Found(api, "x_qudao=网站"), await Found(api, "x_qudao=展会")));
        await Save(app, "A", "", a.Id);
        Assert.Equal(("B", "AC"), (await Found(api, "x_qudao=展会"), await Found(api, "x_qudao=")));
        await app.In(System, db => db.Set<Customer>().Where(c => c.Name == "B").ExecuteUpdateAsync(u => u.SetProperty(c => c.Custom, "{\"x_qudao\":\",网站,\"}"), Ct)); // Past the entity, as an import of waybills writes.
        Assert.Equal(("BD", ""), (await Found(api, "x_qudao=网站"), await Found(api, "x_qudao=展会")));

        await app.In(System, db => db.Set<Customer>().Where(c => c.Name == "D").ExecuteDeleteAsync(Ct));
        Assert.Equal(1, await app.In(System, db => db.Set<CustomOption>().CountAsync(Ct)));
        await Index(app, field.Id, false);
        Assert.Equal(0, await app.In(System, db => db.Set<CustomOption>().CountAsync(Ct)));
        await Save(app, "E", "网站");
        Assert.Equal(0, await app.In(System, db => db.Set<CustomOption>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Contacts_and_waybills_are_filtered_alike(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Channels(app, "contacts");
        await Channels(app, "waybills");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        foreach (var (name, channels) in new[] { ("王伟", "电话"), ("李娜", "展会、网站") })
        {
            Assert.Null((await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Run(customer.Id, null, null, new() { Name = name, Custom = new() { ["x_qudao"] = channels } }, Ct))).Refusal);
        }

        using var browser = await app.SignedIn("n1");
        using var line = await CrmApp.Submit(browser, "/waybills/new", "waybill", new() { ["Form.Customer"] = customer.Number, ["Form.Date"] = "2026-03-05", ["Form.Service"] = "transport", ["Form.Revenue"] = "100", ["Form.RevenueUnit"] = "yuan", ["Form.Custom.x_qudao"] = "网站" });
        Assert.True(line.StatusCode == HttpStatusCode.Found, await line.Content.ReadAsStringAsync(Ct));
        var contacts = WebUtility.HtmlDecode(await browser.GetStringAsync("/contacts?filter=x_qudao%3D网站,电子", Ct));
        Assert.Contains("李娜", contacts, StringComparison.Ordinal);
        Assert.DoesNotContain("王伟", contacts, StringComparison.Ordinal);
        using var api = await app.Api("n1");
        async Task<int> Lines(string filter) => (await api.GetFromJsonAsync<JsonElement>($"/api/v1/waybills?filter={Uri.EscapeDataString(filter)}", Ct)).GetProperty("items").GetArrayLength();
        Assert.Equal((1, 0, 1, 0), (await Lines("x_qudao=网站"), await Lines("x_qudao=展会"), await Lines("x_qudao!=展会"), await Lines("x_qudao=")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_panel_offers_the_options_to_choose_some_and_a_chip_names_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Channels(app);
        await All(app);
        using var browser = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/customers?view=all", Ct));
        Assert.Matches("<template data-field=\"x_qudao\"[^>]*>\\s*<rc-choices[^>]*>\\s*<div[^>]*>\\s*<label[^>]*><input[^>]* type=\"checkbox\" name=\"value\" value=\"电话\"[^>]*> <span>电话", page);
        using var added = await browser.GetAsync(new Uri("/customers?view=all&add=x_qudao&op=%3D&value=电话&value=展会", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.Found, added.StatusCode);
        var found = WebUtility.HtmlDecode(await browser.GetStringAsync(added.Headers.Location!, Ct));
        Assert.Contains("渠道 是</span> 电话、展会", found, StringComparison.Ordinal);
        Assert.DoesNotContain("/customers/" + await app.In(System, db => db.Set<Customer>().Where(c => c.Name == "C").Select(c => c.Id).SingleAsync(Ct)) + "\"", found, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_filter_by_options_and_one_by_nothing_there_read_an_index(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var field = await Channels(app);
        await All(app);
        async Task<string> Plan(string op, string value) => await app.In(System, async db =>
        {
            var list = new CustomerList(app.Services.GetRequiredService<CustomFields>(), new() { Actor = System });
            Assert.True((await ((ListField<Customer>)list.Find("x_qudao")!).Where(db, new("x_qudao", op, [value]), Ct)).TryGet(out var condition, out _));
            await db.Database.OpenConnectionAsync(Ct);
            await db.Database.ExecuteSqlRawAsync(db.IsPostgres ? "SET enable_seqscan = off" : "SELECT 1", Ct); // Four rows are no reason for an index.
            await using var command = condition!.Ids!.CreateDbCommand();
            command.CommandText = (db.IsPostgres ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + command.CommandText;
            await using var reader = await command.ExecuteReaderAsync(Ct);
            var lines = new List<string>();
            while (await reader.ReadAsync(Ct))
            {
                lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i).ToString())));
            }

            return string.Join('\n', lines);
        });
        Assert.Matches(engine == Engine.Postgres ? "pk_custom_options" : "SEARCH .*PRIMARY KEY \\(field_id=\\? AND option=\\?\\)", await Plan("=", "网站"));
        Assert.Contains($"ix_custom_{field.Id}", await Plan("=", ""), StringComparison.Ordinal);
    }

    private static async Task Index(CrmApp app, long id, bool indexed)
    {
        var admin = await app.ActorOf("admin");
        Assert.True((await app.With<SaveCustomField, Result<CustomField>>(admin, s => s.Find(id, Ct))).TryGet(out var field, out _));
        var input = SaveCustomField.Input.Of(field);
        input.Indexed = indexed;
        Assert.Null((await app.With<SaveCustomField, Result<CustomField>>(admin, s => s.Run(id, field.Version, input, Ct))).Refusal);
        for (var n = 0; n < 100 && await app.In(System, async db => await db.Set<CustomField>().AnyAsync(f => f.Id == id && f.Ready != indexed, Ct) || await db.Set<Job>().AnyAsync(j => j.Kind == IndexCustomField.Kind && j.State != "completed", Ct)); n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            await Task.Delay(50, Ct);
        }

        app.Services.GetRequiredService<CustomFields>().Renew();
    }
}
