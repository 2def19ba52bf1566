using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Platform.NoteTests;

namespace RailCrm.Tests.Platform;

/// <summary>A contact or a waybill line followed by itself: its changes and notes come to the inbox, the rest of its customer does not.</summary>
public sealed class FollowTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task Put(HttpClient api, string path, object? body = null)
    {
        using var answer = await api.PutAsJsonAsync($"/api/v1{path}", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private static async Task<List<JsonElement>> Inbox(HttpClient api) => [.. (await api.GetFromJsonAsync<JsonElement>("/api/v1/inbox", Ct)).GetProperty("items").EnumerateArray()];

    private static string Told(JsonElement line) => $"{line.GetProperty("kind").GetString()} {line.GetProperty("recordKind").GetString()} {line.GetProperty("title").GetString()} {line.GetProperty("detail").GetString()}".Trim();

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_a_contact_alone_its_fields_and_notes_are_told_and_not_those_of_the_customer_or_of_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        var customer = await Customer(n1, "甲公司");
        var (contact, other) = (await Post(n1, $"/customers/{customer}/contacts", new { name = "李娜" }), await Post(n1, $"/customers/{customer}/contacts", new { name = "王芳" }));
        await Put(north, $"/customers/{customer}/contacts/{contact}/follow");

        await Put(n1, $"/customers/{customer}", new { name = "甲集团" });
        await Put(n1, $"/customers/{customer}/contacts/{other}", new { name = "王芳芳" });
        await Post(n1, $"/customers/{customer}/notes", new { text = "客户的备注" });
        Assert.Empty(await Inbox(north));

        await Put(n1, $"/customers/{customer}/contacts/{contact}", new { name = "李娜", mobile = "13800001111" });
        await Put(n1, $"/customers/{customer}/contacts/{contact}", new { name = "李娜", mobile = "13800001111", title = "处长" });
        await Put(north, $"/customers/{customer}/contacts/{contact}", new { name = "李娜", mobile = "13800001111", title = "科长" });
        await Post(n1, $"/customers/{customer}/notes", new { text = "联系人的备注", recordKind = "contact", recordId = contact });
        Assert.Equal(["note contact 李娜", "changed contact 李娜 Mobile,Title"], (await Inbox(north)).Select(Told));
        Assert.Empty(await Inbox(n1));
        using var pages = await app.SignedIn("north");
        var page = WebUtility.HtmlDecode(await pages.GetStringAsync("/inbox", Ct));
        Assert.Contains($"href=\"/customers/{customer}/contacts/{contact}/history\"", page, StringComparison.Ordinal);
        Assert.Contains("手机 · 职务", page, StringComparison.Ordinal);
        Assert.Contains("已关注", WebUtility.HtmlDecode(await pages.GetStringAsync($"/customers/{customer}/contacts/{contact}", Ct)), StringComparison.Ordinal);

        // Whoever follows the customer is told of it all the same, and once of a note.
        using var group = await app.Api("group");
        await Put(group, $"/customers/{customer}/follow");
        await Put(group, $"/customers/{customer}/contacts/{contact}/follow");
        await Post(n1, $"/customers/{customer}/notes", new { text = "又一条", recordKind = "contact", recordId = contact });
        await Put(n1, $"/customers/{customer}", new { name = "甲公司" });
        Assert.Equal(["changed customer 甲公司 Name", "note contact 李娜"], (await Inbox(group)).Select(Told));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_a_waybill_line_is_told_what_a_form_a_cell_or_another_system_changes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        var customer = await Customer(n1, "甲公司");
        var (line, other) = (await Line(app, n1, customer, "X1"), await Line(app, n1, customer, "X2"));
        await Put(north, $"/waybills/{line}/follow");
        var actor = await app.ActorOf("n1");
        var number = (await n1.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{customer}", Ct)).GetProperty("number").GetString();
        var source = (await n1.GetFromJsonAsync<JsonElement>($"/api/v1/waybills?filter=externalNo%3DX1", Ct)).GetProperty("items")[0].GetProperty("source").GetString()!;

        Task<RecordWaybills.Answer[]> Load(string externalNo, long fen) => app.With<RecordWaybills, RecordWaybills.Answer[]>(actor, r => r.Run(source, [new() { ExternalNo = externalNo, Customer = number, Date = new(2026, 3, 1), RevenueFen = fen }], createCustomers: false, Ct));
        Assert.Empty((await Load("X2", 100))[0].Errors);
        Assert.Empty(await Inbox(north));
        Assert.Equal(LineOutcome.Updated, (await Load("X1", 100))[0].Outcome);
        Assert.Equal(LineOutcome.Unchanged, (await Load("X1", 100))[0].Outcome);
        var told = Told(Assert.Single(await Inbox(north)));
        Assert.StartsWith("changed waybill X1 ", told, StringComparison.Ordinal);
        Assert.Contains("RevenueFen", told, StringComparison.Ordinal);

        var saved = await app.With<SaveWaybill, Result<long>>(actor, s => s.Run(line, null, new() { Customer = number, Date = new(2026, 3, 1), RevenueFen = 100, Note = "改过" }, Ct));
        Assert.Null(saved.Refusal);
        told = Told(Assert.Single(await Inbox(north)));
        Assert.True(told.Contains("RevenueFen", StringComparison.Ordinal) && told.Contains("Note", StringComparison.Ordinal), told);
        await Post(n1, $"/customers/{customer}/notes", new { text = "运单的备注", recordKind = "waybill", recordId = line });
        await Post(n1, $"/customers/{customer}/notes", new { text = "另一条", recordKind = "waybill", recordId = other });
        Assert.Equal(["note", "changed"], (await Inbox(north)).Select(l => l.GetProperty("kind").GetString()));
        using var pages = await app.SignedIn("north");
        Assert.Contains("收入", WebUtility.HtmlDecode(await pages.GetStringAsync("/inbox", Ct)), StringComparison.Ordinal);
    }
}
