using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Modules.Approvals.ApprovalScene;
using static RailCrm.Tests.Modules.Customers.ApiScene;

namespace RailCrm.Tests.Modules.Approvals;

/// <summary>Approvals by the API and on their pages.</summary>
public sealed partial class ApprovalApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string[] Numbers(JsonElement list) => [.. list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("number").GetString()!)];

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_api_submits_lists_decides_and_withdraws(Engine engine)
    {
        await using var scene = await Start(engine);
        using var m1 = await scene.App.Api("m1");
        using var n1 = await scene.App.Api("n1");
        using var s1 = await scene.App.Api("s1");
        using var reader = await scene.App.Api("n1", "read");
        var body = new { kind = "customer.transfer", payload = new { customerId = scene.Customer, unitId = scene.Units["S1"] }, reason = "客户迁址" };

        var made = await Ask(m1, "POST", "/approvals", body, key: "a");
        Assert.Equal((HttpStatusCode.Created, "pending"), (made.Status, made.Body.GetProperty("state").GetString()));
        Assert.Equal(made.Body.GetProperty("id").GetInt64(), (await Ask(m1, "POST", "/approvals", body, key: "a")).Body.GetProperty("id").GetInt64());
        Assert.Equal(HttpStatusCode.Conflict, (await Ask(m1, "POST", "/approvals", body)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(m1, "POST", "/approvals", new { kind = "no.such", payload = new { }, reason = "x" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(m1, "POST", "/approvals", new { kind = "customer.transfer", payload = new { customerId = "x" }, reason = "x" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(s1, "POST", "/approvals", body)).Status);
        var (id, number) = (made.Body.GetProperty("id").GetInt64(), made.Body.GetProperty("number").GetString()!);

        Assert.Equal([number], Numbers((await Ask(n1, "GET", "/approvals?tab=todo")).Body));
        Assert.Equal([number], Numbers((await Ask(m1, "GET", "/approvals?tab=mine")).Body));
        Assert.Empty(Numbers((await Ask(s1, "GET", "/approvals?tab=todo")).Body));
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(n1, "GET", "/approvals?tab=all")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(n1, "GET", "/approvals?cursor=x")).Status);
        foreach (var (method, path) in new[] { ("GET", $"/approvals/{id}"), ("POST", $"/approvals/{id}/decide"), ("POST", $"/approvals/{id}/withdraw") })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await Ask(s1, method, path, method == "GET" ? null : new { comment = "x" })).Status);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await Ask(reader, "POST", $"/approvals/{id}/decide", new { decision = "approve" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(n1, "POST", $"/approvals/{id}/decide", new { })).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Ask(n1, "POST", $"/approvals/{id}/decide", new { decision = "approve" }, match: "\"99\"")).Status);
        Assert.Equal((HttpStatusCode.Conflict, made.ETag), ((await Ask(m1, "POST", $"/approvals/{id}/decide", new { decision = "approve" })).Status, (await Ask(m1, "GET", $"/approvals/{id}")).ETag));

        var done = await Ask(n1, "POST", $"/approvals/{id}/decide", new { decision = "approve", comment = "好" }, key: "b", match: made.ETag);
        Assert.Equal((HttpStatusCode.OK, "granted"), (done.Status, done.Body.GetProperty("state").GetString()));
        Assert.Equal("granted", (await Ask(n1, "POST", $"/approvals/{id}/decide", new { decision = "approve", comment = "好" }, key: "b", match: made.ETag)).Body.GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await Ask(n1, "POST", $"/approvals/{id}/decide", new { decision = "approve" })).Status);
        Assert.Equal(scene.Units["S1"], await scene.Unit());
        var mine = (await Ask(m1, "GET", $"/approvals/{id}")).Body;
        Assert.Equal((JsonValueKind.Null, "effect"), (mine.GetProperty("customerId").ValueKind, mine.GetProperty("events").EnumerateArray().Last().GetProperty("action").GetString()));
        Assert.Equal([number], Numbers((await Ask(n1, "GET", "/approvals?tab=done")).Body));
        Assert.Empty(Numbers((await Ask(n1, "GET", "/approvals")).Body));
        Assert.Equal(number, (await Ask(s1, "GET", $"/approvals/{id}")).Body.GetProperty("number").GetString()); // The customer is theirs now.

        var other = await scene.Asked("m1", "S1", await scene.MakeCustomer("m1", "乙公司"));
        Assert.Equal("withdrawn", (await Ask(m1, "POST", $"/approvals/{other.Id}/withdraw", new { comment = "不用了" })).Body.GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await Ask(m1, "POST", $"/approvals/{other.Id}/withdraw", new { })).Status);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_approver_who_does_not_see_the_customer_is_not_told_its_key_after_he_acted_either(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Template(new ApprovalNode(NodeBy.Person, NodeMode.Any, UserId: await scene.IdOf("s1")), new ApprovalNode(NodeBy.Head, NodeMode.Any));
        var id = (await scene.Asked("m1", "N2")).Id;
        using var s1 = await scene.App.Api("s1");
        using var n1 = await scene.App.Api("n1");
        JsonElement Said((HttpStatusCode Status, JsonElement Body, string? ETag) answer) => answer.Status == HttpStatusCode.OK ? answer.Body.GetProperty("customerId") : throw new InvalidOperationException($"{answer.Status}");

        Assert.Equal(JsonValueKind.Null, Said(await Ask(s1, "GET", $"/approvals/{id}")).ValueKind);
        Assert.Equal(JsonValueKind.Null, Said(await Ask(s1, "POST", $"/approvals/{id}/decide", new { decision = "approve" }, key: "a")).ValueKind);
        Assert.Equal(scene.Customer, Said(await Ask(n1, "POST", $"/approvals/{id}/decide", new { decision = "refuse", comment = "不同意" })).GetInt64());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Documents_lie_beside_an_approval_for_whoever_sees_it_and_stay_once_somebody_decided(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Template(new ApprovalNode(NodeBy.Person, NodeMode.Any, UserId: await scene.IdOf("s1")), new ApprovalNode(NodeBy.Head, NodeMode.Any)); // s1 never sees the customer.
        var id = (await scene.Asked("m1", "N2")).Id;
        var reader = await scene.Account("m2", "N1", "manager");
        Done(await scene.Act<PassOnStep>("m1", id, p => p.Copy(id, reader, Ct)));
        using var m1 = await scene.App.Api("m1");
        using var m2 = await scene.App.Api("m2");
        using var s1 = await scene.App.Api("s1");
        using var s2 = await scene.App.Api("south");
        async Task<(HttpStatusCode Status, JsonElement Body)> Bring(HttpClient api, string name, string content)
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent([.. "%PDF-1.7\n"u8, .. System.Text.Encoding.UTF8.GetBytes(content)]), "file", name } };
            using var answer = await api.PostAsync(new Uri($"/api/v1/approvals/{id}/documents", UriKind.Relative), form, Ct);
            return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement.Clone());
        }

        async Task<string> Refused(Task<(HttpStatusCode, JsonElement Body)> done) => (await done).Body.GetProperty("code").GetString()!;
        static long[] Keys(JsonElement list) => [.. list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64())];

        var first = await Bring(m1, "报价.pdf", "1");
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Task<int> Version() => scene.App.In(ApprovalScene.System, db => db.Set<Approval>().Where(a => a.Id == id).Select(a => a.Version).SingleAsync(Ct));
        var version = await Version();
        Assert.Equal(Keys(first.Body), Keys((await Bring(m1, "报价.pdf", "1")).Body));
        Assert.Equal(version, await Version()); // Sent again, nothing changed.
        Assert.Contains(" · ", await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalEvent>().Where(e => e.ApprovalId == id && e.Action == "document_added").Select(e => e.Comment!).SingleAsync(Ct)), StringComparison.Ordinal);
        Assert.Equal(2, Keys((await Bring(s1, "意见.pdf", "2")).Body).Length);
        Assert.Equal("approval.not_part", await Refused(Bring(m2, "x.pdf", "3"))); // Reads a copy.
        Assert.Equal(HttpStatusCode.NotFound, (await Bring(s2, "x.pdf", "3")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Bring(m1, "x.exe", "3")).Status);
        var quote = Keys(first.Body)[0];
        foreach (var (api, status) in new[] { (m2, HttpStatusCode.OK), (s1, HttpStatusCode.OK), (s2, HttpStatusCode.NotFound) })
        {
            using var content = await api.GetAsync(new Uri($"/api/v1/approvals/{id}/documents/{quote}/content", UriKind.Relative), Ct);
            Assert.Equal(status, content.StatusCode);
            Assert.Equal(status, (await Ask(api, "GET", $"/approvals/{id}/documents")).Status);
        }

        using (var customer = await scene.App.Api("n1"))
        {
            Assert.Empty((await Ask(customer, "GET", $"/customers/{scene.Customer}/attachments")).Body.GetProperty("items").EnumerateArray()); // None of the customer's own.
        }

        Assert.Equal(HttpStatusCode.Conflict, (await Ask(s1, "DELETE", $"/approvals/{id}/documents/{quote}")).Status);
        var second = Keys((await Bring(m1, "补充.pdf", "4")).Body)[^1];
        Assert.Equal(2, Keys((await Ask(m1, "DELETE", $"/approvals/{id}/documents/{second}")).Body).Length);
        Done(await scene.Decide("s1", id));
        Assert.Equal("approval.document_decided", (await Ask(m1, "DELETE", $"/approvals/{id}/documents/{quote}")).Body.GetProperty("code").GetString());
        Assert.Equal(["document_added", "document_added", "document_added", "document_removed"], (await scene.Trail(id)).Where(t => t.StartsWith("document", StringComparison.Ordinal)));
        Done(await scene.Decide("n1", id, Decision.Refuse, "不同意"));
        Assert.Equal("approval.closed", await Refused(Bring(m1, "x.pdf", "5")));

        var kept = await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalDocument>().Select(d => d.Sha256).ToListAsync(Ct));
        Assert.Equal(kept.Order(), (await scene.App.In(ApprovalScene.System, db => new ApprovalFiles().Kept(db, [.. kept, "00"], Ct))).Order());
        Assert.Equal(20, await scene.App.In(ApprovalScene.System, db => new ApprovalFiles().Used(db, scene.Units["N1"], Ct)));
        using var page = await scene.App.SignedIn("s1");
        Assert.Contains("报价.pdf", WebUtility.HtmlDecode(await page.GetStringAsync(new Uri($"/approvals/{id}", UriKind.Relative), Ct)), StringComparison.Ordinal);

        async Task<string[]> Found(HttpClient client, string typed) =>
            [.. JsonDocument.Parse(await client.GetStringAsync(new Uri($"/api/v1/palette?q={Uri.EscapeDataString(typed)}", UriKind.Relative), Ct)).RootElement.GetProperty("groups").EnumerateArray().Where(g => g.GetProperty("kind").GetString() == "approval").SelectMany(g => g.GetProperty("hits").EnumerateArray()).Select(h => h.GetProperty("href").GetString()!)];

        using var mine = await scene.App.SignedIn("m1");
        using var others = await scene.App.SignedIn("south");
        var number = (await scene.Stored(id)).Number;
        Assert.Equal([$"/approvals/{id}"], await Found(mine, "甲公司"));
        Assert.Equal([$"/approvals/{id}"], await Found(mine, number));
        Assert.Equal([$"/approvals/{id}"], await Found(page, number)); // Took part; by name only while it waits.
        Assert.Empty(await Found(page, "甲公司"));
        Assert.Empty(await Found(others, number));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_list_is_walked_to_its_end(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.App.In(ApprovalScene.System, async db =>
        {
            var (n1, m1) = (await scene.IdOf("n1"), await scene.IdOf("m1"));
            for (var i = 0; i < 55; i++)
            {
                var approval = new Approval { Number = $"X-{i}", Kind = "customer.transfer", CustomerId = scene.Customer, UnitId = scene.Units["N1"], ApplicantId = m1, Route = Approval.Write(ApprovalTemplate.Default), SubmittedAt = db.UtcNow, UpdatedAt = db.UtcNow };
                db.Add(approval);
                await db.SaveChangesAsync(Ct);
                db.Add(new ApprovalStep { ApprovalId = approval.Id, Place = 1, UserId = n1, State = StepState.Pending });
                await db.SaveChangesAsync(Ct);
            }

            return 0;
        });
        using var n1 = await scene.App.Api("n1");
        using var m1 = await scene.App.Api("m1");
        foreach (var (client, tab) in new[] { (n1, "todo"), (m1, "mine") })
        {
            var first = (await Ask(client, "GET", $"/approvals?tab={tab}")).Body;
            var second = (await Ask(client, "GET", $"/approvals?tab={tab}&cursor={first.GetProperty("nextCursor").GetString()}")).Body;
            Assert.Equal((50, 5, JsonValueKind.Null), (Numbers(first).Length, Numbers(second).Length, second.GetProperty("nextCursor").ValueKind));
            Assert.Equal(55, Numbers(first).Concat(Numbers(second)).Distinct().Count());
        }

        Assert.Equal(55, await scene.Waiting("n1"));
        using var page = await scene.App.SignedIn("n1");
        Assert.Matches("href=\"/approvals\"[^>]*>.*?<span class=\"rc-bell-count num\" aria-hidden=\"true\">55</span>", await page.GetStringAsync(new Uri("/account", UriKind.Relative), Ct));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task On_the_pages_one_asks_decides_and_approves_many(Engine engine)
    {
        await using var scene = await Start(engine);
        using var m1 = await scene.App.SignedIn("m1");
        using var n1 = await scene.App.SignedIn("n1");
        using var s1 = await scene.App.SignedIn("s1");
        Assert.Contains($"/customers/{scene.Customer}/transfer", await m1.GetStringAsync(new Uri($"/customers/{scene.Customer}", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await s1.GetAsync(new Uri($"/customers/{scene.Customer}/transfer", UriKind.Relative), Ct)).StatusCode);
        var form = $"/customers/{scene.Customer}/transfer";
        Assert.Contains("没有这个单位", WebUtility.HtmlDecode(await (await CrmApp.Submit(m1, form, "transfer", new() { ["Form.UnitId"] = "XX", ["Form.Reason"] = "迁址" })).Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal);
        var sent = await CrmApp.Submit(m1, form, "transfer", new() { ["Form.UnitId"] = "S1", ["Form.Reason"] = "迁址" });
        var id = long.Parse(Last().Match(sent.Headers.Location!.ToString()).Value, CultureInfo.InvariantCulture);

        foreach (var path in new[] { $"/approvals/{id}", $"/customers/{scene.Customer}/approvals" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await s1.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode);
            Assert.Contains("甲公司", WebUtility.HtmlDecode(await m1.GetStringAsync(new Uri(path, UriKind.Relative), Ct)), StringComparison.Ordinal);
        }

        var open = await n1.GetStringAsync(new Uri($"/approvals/{id}", UriKind.Relative), Ct);
        var step = Regex.Match(open, "name=\"Decide.StepId\" value=\"(\\d+)\"").Groups[1].Value;
        var seen = Regex.Match(open, "name=\"Decide.Version\" value=\"(\\d+)\"").Groups[1].Value;
        using (var older = await CrmApp.Submit(n1, $"/approvals/{id}", "decide", new() { ["Decide.StepId"] = step, ["Decide.Version"] = "999", ["Decide.Comment"] = "看过文件", ["Decide.Do"] = "Approve" }))
        {
            Assert.NotEqual(HttpStatusCode.Found, older.StatusCode);
            Assert.Contains("看过文件", WebUtility.HtmlDecode(await older.Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal); // Changed since it was read: asked again, with what was typed.
        }

        Assert.Contains("请填写意见", WebUtility.HtmlDecode(await (await CrmApp.Submit(n1, $"/approvals/{id}", "decide", new() { ["Decide.StepId"] = step, ["Decide.Version"] = seen, ["Decide.Do"] = "Refuse" })).Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(n1, $"/approvals/{id}", "decide", new() { ["Decide.StepId"] = step, ["Decide.Version"] = seen, ["Decide.Do"] = "Approve" })).StatusCode);
        Assert.Equal(scene.Units["S1"], await scene.Unit());
        Assert.Contains("已办结", WebUtility.HtmlDecode(await (await CrmApp.Submit(n1, $"/approvals/{id}", "decide", new() { ["Decide.StepId"] = step, ["Decide.Version"] = seen, ["Decide.Do"] = "Approve" })).Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal); // From a page that stood open.

        List<long> customers = [await scene.MakeCustomer("m1", "乙公司"), await scene.MakeCustomer("m1", "丙公司")];
        var (one, two) = ((await scene.Asked("m1", "S1", customers[0])).Id, (await scene.Asked("m1", "S1", customers[1])).Id);
        var ticks = Regex.Matches(await n1.GetStringAsync(new Uri("/approvals", UriKind.Relative), Ct), "name=\"Steps\" value=\"(\\d+:\\d+)\"").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(2, ticks.Count);
        Done(await scene.Act<WithdrawApproval>("m1", one, w => w.Run(one, null, new(), Ct)));
        var page = await n1.GetStringAsync(new Uri("/approvals", UriKind.Relative), Ct);
        using var many = new FormUrlEncodedContent([new("__RequestVerificationToken", Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value), new("_handler", "approve"), .. ticks.Select(t => new KeyValuePair<string, string>("Steps", t))]);
        var answer = WebUtility.HtmlDecode(await (await n1.PostAsync(new Uri("/approvals", UriKind.Relative), many, Ct)).Content.ReadAsStringAsync(Ct));
        Assert.Contains("已同意 1 件，共选 2 件", answer, StringComparison.Ordinal);
        Assert.Contains("此审批已办结", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("rc-bell-count num\" aria-hidden=\"true\">1<", Regex.Match(answer, "href=\"/approvals\".*?</a>.*?href=\"/approvals\".*?</a>", RegexOptions.Singleline).Value, StringComparison.Ordinal); // Nothing waits any more, at the top too.
        Assert.Equal((scene.Units["N1"], scene.Units["S1"], ApprovalState.Granted), (await scene.Unit(customers[0]), await scene.Unit(customers[1]), (await scene.Stored(two)).State));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_group_says_through_which_nodes_a_kind_goes(Engine engine)
    {
        await using var scene = await Start(engine);
        using var admin = await scene.App.SignedIn("data");
        var nodes = new Dictionary<string, string> { ["Form.Kind"] = "customer.transfer", ["Form.AskOnce"] = "true", ["Form.Nodes[0].By"] = "HeadAbove", ["Form.Nodes[0].Mode"] = "Any", ["Form.Nodes[0].Due"] = "2", ["Form.Nodes[0].Unit"] = "WorkingDays", ["Form.Nodes[1].By"] = "Person", ["Form.Nodes[1].Mode"] = "All", ["Form.Nodes[1].Unit"] = "Hours", ["Form.Nodes[1].Person"] = "nobody" };
        Assert.Contains("节点 2", WebUtility.HtmlDecode(await (await CrmApp.Submit(admin, "/settings/approvals?kind=customer.transfer", "template", new(nodes))).Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal);
        nodes["Form.Nodes[1].Person"] = "group group";
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(admin, "/settings/approvals?kind=customer.transfer", "template", new(nodes))).StatusCode);

        var id = (await scene.Asked("m1", "S1")).Id;
        Assert.Equal(["north"], await scene.Waits(id));
        Done(await scene.Decide("north", id));
        Assert.Equal(["group"], await scene.Waits(id));

        // Below the group nobody sets one, whatever he may else; what is under way goes on as it began.
        await Allow(scene.App, "subsidiary", Permission.OrganizationWrite);
        Assert.Equal("approval.group_only", (await scene.App.With<SaveTemplate, Result<ApprovalTemplate>>(await scene.App.ActorOf("north"), s => s.Run(null, null, new() { Kind = "customer.transfer", Nodes = [new() { By = NodeBy.Head }] }, Ct))).Refusal!.Code);
        var stored = await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalTemplate>().SingleAsync(Ct));
        var actor = await scene.App.ActorOf("data");
        Assert.IsType<Refusal.Stale>((await scene.App.With<SaveTemplate, Result<ApprovalTemplate>>(actor, s => s.Run(stored.Id, 7, new() { Kind = "customer.transfer", Nodes = [new() { By = NodeBy.Head }] }, Ct))).Refusal);
        Assert.Null((await scene.App.With<SaveTemplate, Result<bool>>(actor, s => s.Remove(stored.Id, Ct))).Refusal);
        Done(await scene.Decide("group", id));
        Assert.Equal(["n1"], await scene.Waits((await scene.Asked("m1", "S1", await scene.MakeCustomer("m1", "乙公司"))).Id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_was_decided_keeps_its_customer_in_the_bin(Engine engine)
    {
        await using var scene = await Start(engine);
        await Allow(scene.App, "outlet", Permission.CustomersRemove);
        var approval = await scene.Asked("m1", "S1");
        Done(await scene.Decide("n1", approval.Id, Decision.Refuse, "不同意"));
        var n1 = await scene.App.ActorOf("n1");
        Assert.Null((await scene.App.With<GetCustomer, Result<Customer>>(n1, g => g.Bin(scene.Customer, into: true, null, Ct))).Refusal);

        Assert.Equal("bin.hangs", (await scene.App.With<RemoveCustomer, Result<string>>(n1, r => r.Run(scene.Customer, Ct))).Refusal!.Code);
        Assert.Equal(ApprovalState.Refused, (await scene.Stored(approval.Id)).State);
    }

    [GeneratedRegex(@"\d+$")]
    private static partial Regex Last();
}
