using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>One record, and what it may be merged with.</summary>
public sealed class MergeWithTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Uri At(string path) => new(path, UriKind.Relative);

    private static async Task<string> Text(HttpClient browser, string path) => WebUtility.HtmlDecode(await browser.GetStringAsync(At(path), Ct));

    private static async Task<string> Proposed(CrmApp app, string user, long id)
    {
        var found = await app.With<FindAlike, Result<FindAlike.Choice<Customer>>>(await app.ActorOf(user), f => f.OfCustomer(id, Ct));
        return found.TryGet(out var choice, out var refusal) ? string.Join(' ', choice.Alike.Select(m => $"{m.Id}:{m.Score}:{string.Join('+', m.Reasons)}")) : refusal.Code;
    }

    private static Task<int> Share(CrmApp app, long customer, string user) => app.In(MergeScene.System, async db =>
    {
        db.Add(new CustomerGrant { CustomerId = customer, UserId = (await app.ActorOf(user)).UserId });
        return await db.SaveChangesAsync(Ct);
    });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_is_offered_those_alike_that_may_be_merged_with_it_the_likeliest_first(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var north = await app.Api("north");
        using var s1 = await app.Api("s1");
        var units = await app.In(MergeScene.System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        Task<long> Named(HttpClient api, string name, string unit, string? phone = null) => MergeScene.Alike(api, new { name, unitId = units[unit], phone });
        var one = await Named(north, "北方煤业有限公司", "N1", "010-66554433");
        var likely = await Named(north, "北方煤业股份有限公司", "N2", "010-66554433");
        var less = await Named(north, "北方煤业公司", "N1");
        var two = await Named(north, "北方煤业集团", "N1");
        var binned = await Named(north, "北方煤业集团公司", "N1");
        var south = await Named(s1, "北方煤业", "S1");
        await Named(north, "毫不相干", "N1");
        using var gone = await north.DeleteAsync(At($"/api/v1/customers/{binned}"), Ct);
        gone.EnsureSuccessStatusCode();
        var pair = await app.In(MergeScene.System, db => db.Set<DuplicatePair>().Where(p => p.FirstId == one && p.SecondId == two).Select(p => p.Id).SingleAsync(Ct));
        Assert.Null((await app.With<ListPairs, Result<bool>>(await app.ActorOf("north"), l => l.Dismiss(pair, true, null, Ct))).Refusal);
        // As an import leaves it: no pair yet.
        await app.In(MergeScene.System, db => db.Set<DuplicatePair>().Where(p => p.FirstId == one && p.SecondId == less).ExecuteDeleteAsync(Ct));

        Assert.Equal($"{likely}:100:name+phone {less}:60:name", await Proposed(app, "north", one));
        Assert.Equal($"{likely}:100:name+phone {less}:60:name {south}:60:name", await Proposed(app, "group", one));
        Assert.Equal($"{less}:60:name", await Proposed(app, "n1", one));
        await Share(app, likely, "n1");
        Assert.Equal($"{less}:60:name", await Proposed(app, "n1", one)); // What is only shared is not merged.
        Assert.Equal("merge.unit_outside", await Proposed(app, "n1", likely));
        Assert.Equal("common.not_found", await Proposed(app, "s1", one));
        Assert.Equal("common.not_found", await Proposed(app, "north", binned));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_record_leads_to_the_page_which_takes_those_ticked_and_one_that_is_named(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var (number, name) = await app.In(MergeScene.System, async db => await db.Set<Customer>().Where(c => c.Id == scene.GoesToo).Select(c => new ValueTuple<string, string>(c.Number, c.Name)).SingleAsync(Ct));
        using var north = await app.SignedIn("north");
        var path = $"/customers/merge?ids={scene.Stays}";

        Assert.Contains($"href=\"{path}\"", await Text(north, $"/customers/{scene.Stays}"), StringComparison.Ordinal);
        Assert.Contains($"data-offer href=\"{path}\"", await Text(north, $"/customers/{scene.Stays}/contacts"), StringComparison.Ordinal); // For the palette, on every tab.

        var page = await Text(north, path);
        Assert.Contains($"name=\"ids\" value=\"{scene.Goes}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{scene.GoesToo}\"", page, StringComparison.Ordinal);
        Assert.Contains("名称相同", page, StringComparison.Ordinal);
        Assert.Contains("<strong class=\"num\">100</strong>", page, StringComparison.Ordinal);

        Assert.Contains($"name=\"ids\" value=\"{scene.Stays},{scene.Goes}\"", await Text(north, $"{path}&ids={scene.Goes}&sent=true"), StringComparison.Ordinal);
        foreach (var (other, id) in new[] { (number, scene.GoesToo), (name, scene.GoesToo), ($"{number} {name}", scene.GoesToo), (MergeScene.Code, scene.Goes), (MergeScene.Code.ToLowerInvariant(), scene.Goes) })
        {
            var compared = await Text(north, $"{path}&other={Uri.EscapeDataString(other)}");
            Assert.Contains($"name=\"ids\" value=\"{scene.Stays},{id}\"", compared, StringComparison.Ordinal);
            Assert.Contains("内容不同的项目", compared, StringComparison.Ordinal);
        }

        Assert.Contains($"name=\"ids\" value=\"{scene.Stays},{scene.Goes},{scene.GoesToo}\"", await Text(north, $"{path}&ids={scene.Goes}&other={number}"), StringComparison.Ordinal);
        Assert.Contains("没有找到，或有多个", await Text(north, $"{path}&other=无此客户"), StringComparison.Ordinal);
        Assert.Contains("没有找到，或有多个", await Text(north, $"{path}&other=%00{new string('x', 300)}"), StringComparison.Ordinal);
        Assert.Contains("这就是它本身", await Text(north, $"{path}&other=北方煤业有限公司"), StringComparison.Ordinal);
        Assert.Contains("请勾选或填写", await Text(north, $"{path}&sent=true"), StringComparison.Ordinal);
        Assert.DoesNotContain("请勾选或填写", page, StringComparison.Ordinal);
        Assert.Contains("没有与此客户相似的客户", await Text(north, $"/customers/merge?ids={scene.GoesToo}"), StringComparison.Ordinal);
        Assert.Contains("请选择 2 至 5 个客户", await Text(north, "/customers/merge"), StringComparison.Ordinal);
        await app.In(MergeScene.System, db => db.Set<RolePermission>().Where(p => p.Permission == Permission.CustomersWrite).ExecuteDeleteAsync(Ct));
        Assert.DoesNotContain("/customers/merge", await Text(north, $"/customers/{scene.Stays}"), StringComparison.Ordinal); // It takes both permissions.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_of_another_unit_is_neither_offered_nor_taken(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        using var n1 = await app.SignedIn("n1");
        var other = await app.In(MergeScene.System, db => db.Set<Customer>().Where(c => c.Id == scene.Goes).Select(c => c.Number).SingleAsync(Ct));
        async Task<HttpStatusCode> Status(string path)
        {
            using var answer = await n1.GetAsync(At(path), Ct);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.NotFound, await Status($"/customers/merge?ids={scene.Goes}"));
        Assert.Equal(HttpStatusCode.NotFound, await Status($"/customers/merge?ids={scene.Stays}&ids={scene.Goes}"));
        Assert.Contains("没有找到，或有多个", await Text(n1, $"/customers/merge?ids={scene.Stays}&other={other}"), StringComparison.Ordinal);
        Assert.DoesNotContain(other, await Text(n1, $"/customers/merge?ids={scene.Stays}"), StringComparison.Ordinal);

        await Share(app, scene.Goes, "n1");
        Assert.DoesNotContain("/customers/merge", await Text(n1, $"/customers/{scene.Goes}"), StringComparison.Ordinal);
        foreach (var path in new[] { $"?ids={scene.Goes}", $"?ids={scene.Stays}&other={other}", $"?ids={scene.Stays}&ids={scene.Goes}" })
        {
            var refused = await Text(n1, "/customers/merge" + path);
            Assert.Contains("不属于您的单位的客户", refused, StringComparison.Ordinal);
            Assert.DoesNotContain("name=\"other\"", refused, StringComparison.Ordinal);
            Assert.DoesNotContain("Choice.", refused, StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_contact_is_offered_those_alike_with_likeness_and_reasons_but_none_called_two(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        using var north = await app.SignedIn("north");
        var path = $"/contacts/merge?ids={scene.Stays}";
        var pair = await app.In(MergeScene.System, db => db.Set<ContactPair>().Where(p => (p.FirstId == scene.Goes && p.SecondId == scene.Stays) || (p.FirstId == scene.Stays && p.SecondId == scene.Goes)).Select(p => p.Id).SingleAsync(Ct));

        var page = await Text(north, path);
        Assert.Null((await app.With<ListContactPairs, Result<bool>>(await app.ActorOf("north"), l => l.Dismiss(pair, true, "父女", Ct))).Refusal);
        var judged = await Text(north, path);

        Assert.Contains($"name=\"ids\" value=\"{scene.Goes}\"", page, StringComparison.Ordinal);
        Assert.Contains($"name=\"ids\" value=\"{scene.Elsewhere}\"", page, StringComparison.Ordinal);
        Assert.Contains("<strong class=\"num\">95</strong>", page, StringComparison.Ordinal);
        Assert.Contains("客户不同", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{scene.Goes}\"", judged, StringComparison.Ordinal);
        Assert.Contains($"name=\"ids\" value=\"{scene.Elsewhere}\"", judged, StringComparison.Ordinal);
        using var s1 = await app.SignedIn("s1");
        using var hidden = await s1.GetAsync(At(path), Ct);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        using var n1 = await app.SignedIn("n1");
        await Share(app, scene.There, "n1");
        Assert.Contains("不能编辑的客户的联系人", await Text(n1, $"/contacts/merge?ids={scene.Elsewhere}"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Another_contact_is_looked_up_or_named_by_number_or_mail_where_it_is_seen(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ContactScene.Make(app);
        var other = await PaletteUse.Person(app, "n1", scene.Here, new() { Name = "赵敏", Mobile = "13900001111", Email = "Zhao@Example.cn" });
        using var n1 = await app.SignedIn("n1");
        using var s1 = await app.SignedIn("s1");
        var path = $"/contacts/merge?ids={other.Id}";
        async Task<string[]> Look(HttpClient browser, string q) => [.. (await browser.GetFromJsonAsync<JsonElement>($"/api/v1/lookup/contacts?q={Uri.EscapeDataString(q)}", Ct)).GetProperty("items").EnumerateArray().Select(i => $"{i.GetProperty("value").GetString()} {i.GetProperty("hint").GetString()}")];

        Assert.Equal([$"#{other.Id} 赵敏 甲公司 · 13900001111"], await Look(n1, "zhaomin"));
        Assert.Empty(await Look(s1, "zhaomin"));
        Assert.Empty(await Look(n1, new string('x', 200)));
        Assert.Empty(await Look(s1, ""));

        Assert.Contains("没有与此人相似的联系人", await Text(n1, path), StringComparison.Ordinal);
        Assert.Contains($"name=\"ids\" value=\"{scene.Goes},{other.Id}\"", await Text(n1, $"{path}&other=%23{scene.Goes}%20李"), StringComparison.Ordinal);
        Assert.Contains($"name=\"ids\" value=\"{scene.Stays},{other.Id}\"", await Text(n1, $"{path}&other=0512-66554433"), StringComparison.Ordinal);
        Assert.Contains($"name=\"ids\" value=\"{scene.Stays},{other.Id}\"", await Text(n1, $"/contacts/merge?ids={scene.Stays}&other=zhao@example.CN"), StringComparison.Ordinal);
        foreach (var none in new[] { "13812345678", $"%23{scene.Elsewhere}", "li.na@example.cn", "%23x", "赵敏" }) // Two have it, not seen, not seen, no key, a name.
        {
            Assert.Contains("没有找到，或有多个", await Text(n1, $"{path}&other={none}"), StringComparison.Ordinal);
        }

        Assert.Contains("这就是它本身", await Text(n1, $"{path}&other=13900001111"), StringComparison.Ordinal);
        Assert.Contains("请勾选或填写", await Text(n1, $"{path}&sent=true"), StringComparison.Ordinal);
    }
}
