using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Sharing;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Tests.Modules.Approvals;
using static RailCrm.Tests.Modules.Approvals.ApprovalScene;

namespace RailCrm.Tests.Modules.Sharing;

/// <summary>A customer of the outlet n1 and what others see of it once it is shared: n1 heads its unit, north the subsidiary above that and n2, s1 an outlet elsewhere.</summary>
public sealed class SharingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Result<CustomerGrant>> Share(ApprovalScene scene, string who, string with, bool writes = false, DateOnly? until = null, long? replaces = null) =>
        await scene.App.With<ShareCustomer, Result<CustomerGrant>>(await scene.App.ActorOf(who), s => s.Run(scene.Customer, new() { With = with, Writes = writes, Until = until, Reason = "联合投标", Replaces = replaces }, Ct));

    private static async Task<Result<Approval>> Ask(ApprovalScene scene, string who, CustomerShare.Asked asked) =>
        await scene.App.With<SubmitApproval, Result<Approval>>(await scene.App.ActorOf(who), s => s.Run(CustomerShare.Name, CustomerShare.Payload(asked), "客户在我站也有货", null, Ct));

    private static async Task<bool> Sees(ApprovalScene scene, string who) => await scene.App.In(await scene.App.ActorOf(who), db => db.Set<Customer>().AnyAsync(c => c.Id == scene.Customer, Ct));

    private static Task<string[]> Past(ApprovalScene scene) => scene.App.In(ApprovalScene.System, async db => (await db.Set<AuditEntry>().Where(a => a.CustomerId == scene.Customer && a.Entity == nameof(CustomerGrant)).OrderBy(a => a.Id).Select(a => new { a.Action, a.Changes }).ToListAsync(Ct))
        .Select(a => JsonSerializer.Deserialize<Dictionary<string, string?[]>>(a.Changes)!.TryGetValue("EndReason", out var why) ? $"{a.Action} {why[1]}" : a.Action).ToArray());

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_shared_is_seen_with_all_that_hangs_on_it_and_changed_only_where_that_is_said_until_its_day(Engine engine)
    {
        await using var scene = await Start(engine);
        var (app, id) = (scene.App, scene.Customer);
        using var owner = await app.Api("n1");
        using var head = await app.Api("north");
        using var other = await app.Api("n2");
        (await owner.PostAsJsonAsync($"/api/v1/customers/{id}/contacts", new { name = "李娜" }, Ct)).EnsureSuccessStatusCode();
        (await owner.PostAsJsonAsync($"/api/v1/customers/{id}/notes", new { text = "要货急" }, Ct)).EnsureSuccessStatusCode();
        using var file = new MultipartFormDataContent { { new ByteArrayContent("%PDF-1.4\n"u8.ToArray()), "file", "合同.pdf" } };
        var kept = await owner.PostAsync(new Uri($"/api/v1/customers/{id}/attachments", UriKind.Relative), file, Ct);
        Assert.True(kept.IsSuccessStatusCode, await kept.Content.ReadAsStringAsync(Ct));
        var attachment = (await kept.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
        Assert.True((await app.With<SaveWaybill, Result<long>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { ExternalNo = "N-1", Customer = "甲公司", Date = new DateOnly(2026, 3, 1), RevenueFen = 5 }, Ct))).TryGet(out var line, out _));
        string[] addresses = [$"customers/{id}", $"customers/{id}/contacts", $"customers/{id}/notes", $"customers/{id}/attachments", $"customers/{id}/attachments/{attachment}/content", $"waybills/{line}", $"customers/{id}/shares"];
        async Task<HttpStatusCode[]> Reached()
        {
            var met = new List<HttpStatusCode>();
            foreach (var address in addresses)
            {
                met.Add((await other.GetAsync(new Uri($"/api/v1/{address}", UriKind.Relative), Ct)).StatusCode);
            }

            return [.. met.Distinct()];
        }

        async Task<int> Listed(HttpClient api, string filter) => (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?filter=shared={filter}", Ct)).GetProperty("items").GetArrayLength();

        Assert.Equal([HttpStatusCode.NotFound], await Reached());
        using var shared = await head.PostAsJsonAsync($"/api/v1/customers/{id}/shares", new { with = "N2", until = "2026-04-04", reason = "联合投标" }, Ct);
        Assert.Equal(HttpStatusCode.Created, shared.StatusCode);
        var share = await shared.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(("n2 网点", false, "2026-04-04", "联合投标", "north"), (share.GetProperty("with").GetString(), share.GetProperty("writes").GetBoolean(), share.GetProperty("until").GetString(), share.GetProperty("reason").GetString(), share.GetProperty("givenBy").GetString()));
        Assert.Equal([HttpStatusCode.OK], await Reached());
        Assert.Equal((1, 0, 1, 1), (await Listed(other, "withMe"), await Listed(owner, "withMe"), await Listed(owner, "out"), await Listed(head, "out")));
        Assert.Equal(["shared"], await scene.Inbox("n2"));
        Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsJsonAsync($"/api/v1/customers/{id}/contacts", new { name = "外人" }, Ct)).StatusCode);
        Assert.False(await Sees(scene, "s1"));

        // The same again is refused; to change it, one names what one saw, and that only once.
        var first = share.GetProperty("id").GetInt64();
        Assert.Equal("share.already", (await Share(scene, "north", "N2", writes: true)).Refusal?.Code);
        Assert.Null((await Share(scene, "north", "N2", writes: true, until: new(2026, 4, 4), replaces: first)).Refusal);
        Assert.Equal("share.changed_meanwhile", (await Share(scene, "group", "N2", replaces: first)).Refusal?.Code);
        Assert.Equal(HttpStatusCode.Created, (await other.PostAsJsonAsync($"/api/v1/customers/{id}/contacts", new { name = "赵敏" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.DeleteAsync($"/api/v1/customers/{id}", Ct)).StatusCode);

        app.Later(TimeSpan.FromDays(3)); // It is the day.
        Assert.Equal([HttpStatusCode.NotFound], await Reached());
        Assert.Equal((0, 0), (await Listed(other, "withMe"), await Listed(owner, "out")));
        Assert.Equal(["shared", "unshared replaced", "shared"], await Past(scene));
        Assert.Equal("""{"ended":1}""", await app.With<IServiceProvider, string>(Actor.System("job"), s => EndShares.Run(s, null!, Ct)));
        Assert.Equal((0, 4), (await app.In(ApprovalScene.System, db => db.Set<CustomerGrant>().CountAsync(g => g.Reason == CustomerGrant.Shared, Ct)), (await Past(scene)).Length));
        Assert.Equal("unshared expired", (await Past(scene))[^1]);
        using var page = await app.SignedIn("n1");
        Assert.Contains("到期", await page.GetStringAsync(new Uri($"/customers/{id}/history?kind=shares", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Sharing_beyond_ones_own_units_takes_the_heads_of_the_customers_unit_and_ends_at_any_time(Engine engine)
    {
        await using var scene = await Start(engine);
        var s1 = await scene.IdOf("s1");
        Assert.Equal("share.needs_approval", (await Share(scene, "m1", "s1")).Refusal?.Code);
        Assert.Equal("share.needs_approval", (await Share(scene, "n1", "s1")).Refusal?.Code); // A head, but not of both sides.
        Assert.Equal("share.needs_approval", (await Share(scene, "north", "s1")).Refusal?.Code);
        Assert.Equal("common.not_found", (await Share(scene, "s1", "s1")).Refusal?.Code);
        Assert.Equal(["share.sees_already", "share.with_unknown", "share.with_unknown"], await Task.WhenAll(new[] { "north", "auditor", "谁" }.Select(async w => ((await Share(scene, "group", w)).Refusal as Refusal.InvalidMany)!.Errors[0].Code)));
        Refused("share.sees_already", await Ask(scene, "m1", new(scene.Customer, null, scene.Units["N"])));
        Refused("approval.payload_wrong", await Ask(scene, "m1", new(scene.Customer, s1, scene.Units["S1"])));
        Refused("common.not_found", await Ask(scene, "s1", new(scene.Customer, s1, null)));

        // By the form, which asks where it may not do it, and once though it is sent twice.
        using var page = await scene.App.SignedIn("m1");
        var form = new Dictionary<string, string> { ["Form.With"] = "s1", ["Form.Access"] = "write", ["Form.Until"] = "2026-05-01", ["Form.Reason"] = "一起跟进", ["_once"] = "k1" };
        var led = (await CrmApp.Submit(page, $"/customers/{scene.Customer}/shares", "share", form)).Headers.Location!.OriginalString;
        Assert.Equal(led, (await CrmApp.Submit(page, $"/customers/{scene.Customer}/shares", "share", form)).Headers.Location?.OriginalString);
        var approval = long.Parse(led.Split('/')[^1], CultureInfo.InvariantCulture);
        Assert.Equal(["n1"], await scene.Waits(approval));
        Refused("approval.open_already", await Ask(scene, "n1", new(scene.Customer, s1, null)));
        var unit = await Ask(scene, "n1", new(scene.Customer, null, scene.Units["S1"])); // For somebody else it may be asked meanwhile.
        Assert.True(unit.TryGet(out var second, out var why), why?.Code);
        Assert.Equal(["north"], await scene.Waits(second.Id));
        Assert.False(await Sees(scene, "s1"));
        Done(await scene.Decide("n1", approval));
        Assert.True(await Sees(scene, "s1"));
        Assert.Equal(["approval_granted"], await scene.Inbox("m1"));
        Assert.Equal(["shared"], await scene.Inbox("s1"));
        var share = await scene.App.In(ApprovalScene.System, db => db.Set<CustomerGrant>().AsNoTracking().SingleAsync(g => g.CustomerId == scene.Customer && g.Reason == CustomerGrant.Shared, Ct));
        Assert.Equal((s1, true, approval, "一起跟进", new DateOnly(2026, 5, 1)), (share.UserId!.Value, share.Writes, share.ApprovalId!.Value, share.Why, ShareBook.Day(share.Until)!.Value));
        Refused("share.already", await Ask(scene, "m1", new(scene.Customer, s1, null, Until: new(2026, 4, 20)))); // Less than there is.

        // Whoever has it passes nothing on, and gives it back without a reason; of others only heads end it.
        Assert.Equal("share.needs_approval", (await Share(scene, "s1", "n2")).Refusal?.Code);
        async Task<string?> End(string who, long id, string? reason) => (await scene.App.With<ShareCustomer, Result<bool>>(await scene.App.ActorOf(who), s => s.End(scene.Customer, id, new() { Reason = reason }, Ct))) is { Refusal: { } no } ? no is Refusal.InvalidMany many ? many.Errors[0].Code : no.Code : null;
        Assert.Equal(("share.not_yours", "share.end_reason_missing", "common.not_found"), (await End("m1", share.Id, "不用了"), await End("n1", share.Id, " "), await End("n2", share.Id, "不用了")));
        Assert.Null(await End("s1", share.Id, null));
        Assert.False(await Sees(scene, "s1"));
        Done(await scene.Decide("north", second.Id));
        Assert.True(await Sees(scene, "s1"));
        var of = await scene.App.In(ApprovalScene.System, db => db.Set<CustomerGrant>().Where(g => g.UnitId == scene.Units["S1"]).Select(g => g.Id).SingleAsync(Ct));
        Assert.Null(await End("n1", of, "投标结束"));
        Assert.Equal("common.not_found", await End("n1", of, "投标结束"));
        Assert.False(await Sees(scene, "s1"));
        Assert.Equal(["shared", "unshared returned", "shared", "unshared 投标结束"], await Past(scene));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_two_who_share_a_customer_with_the_same_unit_at_once_the_second_is_told(Engine engine)
    {
        await using var scene = await Start(engine);
        var beside = await Beside.Run(scene.App, await scene.App.ActorOf("north"), async services =>
            Assert.Null((await services.GetRequiredService<ShareCustomer>().Run(scene.Customer, new() { With = "N2", Reason = "甲" }, Ct)).Refusal), () => Share(scene, "group", "N2", writes: true));

        Assert.Equal("share.already", beside.Refusal?.Code);
        Assert.Equal([false], await scene.App.In(ApprovalScene.System, db => db.Set<CustomerGrant>().Where(g => g.Reason == CustomerGrant.Shared).Select(g => g.Writes).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_meets_a_customer_beyond_his_scope_asks_for_it_and_learns_nothing_until_its_heads_agree(Engine engine)
    {
        await using var scene = await Start(engine);
        using var s1 = await scene.App.Api("s1");
        var number = await scene.App.In(ApprovalScene.System, db => db.Set<Customer>().Select(c => c.Number).SingleAsync(Ct));
        var met = (await s1.GetFromJsonAsync<JsonElement>("/api/v1/customers/duplicates?name=甲公司", Ct)).GetProperty("items")[0];
        Assert.Equal((JsonValueKind.Null, "n1 网点"), (met.GetProperty("id").ValueKind, met.GetProperty("unitName").GetString()));
        var address = met.GetProperty("ask").GetString()!;
        Assert.StartsWith("/customers/ask?", address, StringComparison.Ordinal);

        // What the check did not meet is not asked for, nor what somebody guesses.
        Assert.Equal(HttpStatusCode.BadRequest, (await s1.PostAsJsonAsync("/api/v1/customers/ask", new { name = "乙公司", unit = "n1 网点", reason = "合作" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await s1.PostAsJsonAsync("/api/v1/customers/ask", new { name = "甲公司", unit = "n2 网点", reason = "合作" }, Ct)).StatusCode);
        var me = await scene.IdOf("s1");
        Refused("common.not_found", await Ask(scene, "s1", new(scene.Customer, me, null)));
        Refused("approval.payload_wrong", await Ask(scene, "s1", new(scene.Customer, me, null, Met: "甲公司")));

        using var page = await scene.App.SignedIn("s1");
        var shown = await page.GetStringAsync(new Uri(address, UriKind.Relative), Ct);
        Assert.DoesNotContain(number, shown, StringComparison.Ordinal);
        var form = new Dictionary<string, string> { ["Form.Access"] = "read", ["Form.Reason"] = "客户在我站也有货", ["_once"] = "k1" };
        var led = (await CrmApp.Submit(page, address, "ask", form)).Headers.Location!.OriginalString;
        Assert.Equal(led, (await CrmApp.Submit(page, address, "ask", form)).Headers.Location?.OriginalString);
        var approval = long.Parse(led.Split('/')[^1], CultureInfo.InvariantCulture);
        var told = await page.GetStringAsync(new Uri(scene.App.Address, led), Ct);
        Assert.DoesNotContain(number, told, StringComparison.Ordinal);
        Assert.DoesNotContain($"/customers/{scene.Customer}", told, StringComparison.Ordinal);
        Assert.Contains("“甲公司”", WebUtility.HtmlDecode(told), StringComparison.Ordinal);
        using var again = await s1.PostAsJsonAsync("/api/v1/customers/ask", new { name = "甲公司", unit = "n1 网点", reason = "合作" }, Ct);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal((0, 1), (await scene.App.In(await scene.App.ActorOf("s1"), db => db.Set<Customer>().CountAsync(Ct)), await scene.App.In(ApprovalScene.System, db => db.Set<Approval>().CountAsync(Ct))));
        Assert.Equal(["n1"], await scene.Waits(approval));
        using var head = await scene.App.SignedIn("n1");
        Assert.Contains($"href=\"/customers/{scene.Customer}\"", await head.GetStringAsync(new Uri(scene.App.Address, led), Ct), StringComparison.Ordinal);

        Done(await scene.Decide("n1", approval, Decision.Refuse, "竞标期间"));
        Assert.False(await Sees(scene, "s1"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/customers/ask") { Content = JsonContent.Create(new { name = "甲公司", unit = "n1 网点", reason = "再次合作" }) };
        request.Headers.Add("Idempotency-Key", "once");
        using var asked = await s1.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.Created, asked.StatusCode);
        var answer = await asked.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal((JsonValueKind.Null, "“甲公司”"), (answer.GetProperty("customerId").ValueKind, answer.GetProperty("title").GetString()));
        Done(await scene.Decide("n1", answer.GetProperty("id").GetInt64()));
        Assert.True(await Sees(scene, "s1"));
        Assert.False(await Sees(scene, "south")); // Shared with the person alone.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merge_carries_the_share_that_allows_more_and_its_undo_takes_it_back(Engine engine)
    {
        await using var scene = await Start(engine);
        var goes = await scene.MakeCustomer("m1", "乙公司");
        Assert.Null((await Share(scene, "group", "s1")).Refusal);
        Assert.Null((await Share(scene with { Customer = goes }, "group", "s1", writes: true)).Refusal);
        Assert.Null((await Share(scene with { Customer = goes }, "group", "N2")).Refusal);
        Task<(bool, bool)> May() => scene.App.In(ApprovalScene.System, async db => (await ShareBook.Open(db).AnyAsync(g => g.CustomerId == scene.Customer && g.UserId != null && g.Writes, Ct), await ShareBook.Open(db).AnyAsync(g => g.CustomerId == scene.Customer && g.UnitId != null, Ct)));

        Assert.True((await scene.App.With<MergeCustomers, Result<MergeCustomers.Answer>>(await scene.App.ActorOf("n1"), m => m.Run(new() { SurvivorId = scene.Customer, LoserIds = [goes] }, Ct))).TryGet(out var merge, out var why), why?.Code);
        Assert.Equal((true, true), await May());
        Assert.Null((await scene.App.With<UndoMerge, Result<UndoMerge.Answer>>(await scene.App.ActorOf("n1"), u => u.Run(merge.Id, Ct))).Refusal);
        Assert.Equal((false, false), await May());
        Assert.Equal(2, await scene.App.In(ApprovalScene.System, db => ShareBook.Open(db).CountAsync(g => g.CustomerId == goes, Ct)));
    }
}
