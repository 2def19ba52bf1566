using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Platform;

/// <summary>The group's own fields: defined, filled in, found again, told of.</summary>
public sealed class CustomFieldTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Defines a field and waits until its index stands.</summary>
    internal static async Task<CustomField> Define(CrmApp app, CustomKind kind, string name, Action<SaveCustomField.Input>? more = null, string list = "customers")
    {
        var input = new SaveCustomField.Input { List = list, Kind = kind, Name = name, Indexed = true };
        more?.Invoke(input);
        var saved = await app.With<SaveCustomField, Result<CustomField>>(await app.ActorOf("admin"), s => s.Run(null, null, input, Ct));
        Assert.True(saved.TryGet(out var field, out var refusal), refusal is Refusal.InvalidMany many ? string.Join(' ', many.Errors) : refusal?.Code);
        for (var n = 0; n < 100; n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            var now = await app.In(System, db => db.Set<CustomField>().AsNoTracking().SingleAsync(f => f.Id == field.Id, Ct));
            if (now.Ready == (now.Indexed || now.Unique))
            {
                app.Services.GetRequiredService<CustomFields>().Renew();
                return now;
            }

            await Task.Delay(100, Ct);
        }

        throw new TimeoutException();
    }

    internal static async Task<Result<Customer>> Save(CrmApp app, string who, string name, Dictionary<string, string?> custom, long? id = null) =>
        await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(id, null, new() { Name = name, Custom = custom, DuplicateReason = "测试" }, Ct));

    internal static async Task<Customer> Saved(CrmApp app, string who, string name, Dictionary<string, string?> custom, long? id = null) =>
        (await Save(app, who, name, custom, id)).TryGet(out var customer, out var refusal) ? customer : throw new InvalidOperationException(refusal is Refusal.InvalidMany many ? string.Join(' ', many.Errors) : refusal.Code);

    private static IEnumerable<string> Wrong(Result<Customer> result) => Assert.IsType<Refusal.InvalidMany>(result.Refusal).Errors.Select(e => $"{e.Field} {e.Code}");

    internal static async Task<List<string>> Names(HttpClient api, string query)
    {
        var answer = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?{query}", Ct);
        return [.. answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_kind_is_stored_told_as_typed_and_taken_back_by_the_API(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        foreach (var (kind, name) in new[] { (CustomKind.Text, "备注码"), (CustomKind.Number, "系数"), (CustomKind.Money, "保证金"), (CustomKind.Date, "到期日"), (CustomKind.Choice, "煤种"), (CustomKind.Choices, "渠道"), (CustomKind.Person, "负责人"), (CustomKind.Station, "常用站"), (CustomKind.Customer, "介绍人") })
        {
            await Define(app, kind, name, f => f.Options = kind switch { CustomKind.Choice => "动力煤|Steam coal\n焦煤", CustomKind.Choices => "电话\n展会\n网站", _ => null });
        }

        await app.In(System, async db =>
        {
            db.Add(new RailCrm.Modules.Reference.Station { TelegraphCode = "GQZ", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen" });
            return await db.SaveChangesAsync(Ct);
        });
        var other = await Saved(app, "n1", "介绍公司", []);
        using var api = await app.Api("n1");
        var sent = new Dictionary<string, string?>
        {
            ["x_beizhuma"] = "甲\"乙'丙", ["x_xishu"] = "1,234.5", ["x_baozhengjin"] = "-20.05", ["x_daoqiri"] = "2026/3/5", ["x_meizhong"] = "steam coal", ["x_qudao"] = "网站、电话", ["x_fuzeren"] = "n2", ["x_changyongzhan"] = "高桥镇", ["x_jieshaoren"] = other.Number,
        };
        using var answer = await api.PostAsJsonAsync("/api/v1/customers", new { name = "全字段公司", custom = sent }, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        var told = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("custom").Deserialize<Dictionary<string, string?>>()!;
        var n2 = (await app.ActorOf("n2")).UserId;
        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["x_beizhuma"] = "甲\"乙'丙", ["x_xishu"] = "1234.5", ["x_baozhengjin"] = "-20.05", ["x_daoqiri"] = "2026-03-05", ["x_meizhong"] = "动力煤", ["x_qudao"] = "电话,网站", ["x_fuzeren"] = $"{n2}", ["x_changyongzhan"] = "高桥镇", ["x_jieshaoren"] = $"{other.Id}",
            }.OrderBy(p => p.Key, StringComparer.Ordinal), told.OrderBy(p => p.Key, StringComparer.Ordinal));

        using var again = await api.PostAsJsonAsync("/api/v1/customers", new { name = "再来一家", custom = told }, Ct);
        Assert.True(again.StatusCode == HttpStatusCode.Created, await again.Content.ReadAsStringAsync(Ct));
        Assert.Equal(told.OrderBy(p => p.Key, StringComparer.Ordinal), (await again.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("custom").Deserialize<Dictionary<string, string?>>()!.OrderBy(p => p.Key, StringComparer.Ordinal));
        foreach (var (filter, found) in new[] { ("x_xishu>=1000;x_xishu<=1300", 2), ("x_baozhengjin<=0", 2), ("x_daoqiri=2026-03", 2), ("x_meizhong=动力煤", 2), ("x_meizhong!=焦煤", 3), ("x_meizhong=", 1), ($"x_fuzeren={n2}", 2), ($"x_jieshaoren={other.Id}|x_xishu=7", 2), ("x_beizhuma~甲", 2), ("x_beizhuma!~甲", 1), ("x_baozhengjin>=0", 0) })
        {
            Assert.Equal((filter, found), (filter, (await Names(api, $"filter={Uri.EscapeDataString(filter)}")).Count));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_wrong_is_refused_by_the_name_of_the_field_and_nothing_is_stored(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Number, "系数");
        await Define(app, CustomKind.Choice, "煤种", f => (f.Options, f.Required) = ("动力煤\n焦煤", true));
        await Define(app, CustomKind.Text, "站内编号", f => f.Unique = true);
        await Define(app, CustomKind.Text, "焦化厂", f => (f.Required, f.WhenField, f.WhenValues) = (true, "Custom.x_meizhong", ["焦煤"]));

        Assert.Equal(["Custom.x_xishu fields.number_wrong", "Custom.x_meizhong fields.option_unknown"], Wrong(await Save(app, "n1", "甲", new() { ["x_xishu"] = "许多", ["x_meizhong"] = "木炭" })).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal(["Custom.x_meizhong fields.missing"], Wrong(await Save(app, "n1", "甲", [])));
        Assert.Equal(["Custom.x_jiaohuachang fields.missing"], Wrong(await Save(app, "n1", "甲", new() { ["x_meizhong"] = "焦煤" })));
        Assert.Equal(["Custom.x_niemand fields.unknown"], Wrong(await Save(app, "n1", "甲", new() { ["x_meizhong"] = "动力煤", ["x_niemand"] = "1" })));
        Assert.False(await app.In(System, db => db.Set<Customer>().AnyAsync(Ct)));

        var first = await Saved(app, "n1", "甲", new() { ["x_meizhong"] = "动力煤", ["x_zhanneibianhao"] = "A-1" });
        Assert.Equal(["Custom.x_zhanneibianhao fields.taken"], Wrong(await Save(app, "s1", "乙", new() { ["x_meizhong"] = "动力煤", ["x_zhanneibianhao"] = "A-1" })));
        Assert.Equal(["Custom.x_meizhong fields.missing"], Wrong(await Save(app, "n1", "甲", new() { ["x_meizhong"] = "" }, first.Id)));
        var changed = await Saved(app, "n1", "甲二", [], first.Id);
        Assert.Equal("动力煤", CustomValue.Text(changed.Custom, "x_meizhong"));
        Assert.Equal(["Custom.x_jiaohuachang fields.missing_now"], Wrong(await Save(app, "n1", "甲二", new() { ["x_meizhong"] = "焦煤" }, first.Id))); // In a cell, in bulk, from a file.
        await Saved(app, "n1", "甲二", new() { ["x_meizhong"] = "焦煤", ["x_jiaohuachang"] = "一厂" }, first.Id);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Two_at_once_cannot_both_have_the_value_of_a_unique_field(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Text, "站内编号", f => f.Unique = true);
        var saved = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Save(app, "n1", $"第{n}公司", new() { ["x_zhanneibianhao"] = "唯一" })));
        Assert.Single(saved, s => s.Refusal is null);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_of_some_roles_is_neither_seen_nor_written_by_others_and_stays_when_they_save(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var outlet = await app.In(System, db => db.Set<Role>().Where(r => r.Name == "outlet").Select(r => r.Id).SingleAsync(Ct));
        await Define(app, CustomKind.Text, "内部评语", f => f.Roles = [outlet]);
        var made = await Saved(app, "n1", "甲公司", new() { ["x_neibupingyu"] = "谨慎" });

        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        Assert.Equal("谨慎", (await n1.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{made.Id}", Ct)).GetProperty("custom").GetProperty("x_neibupingyu").GetString());
        Assert.DoesNotContain("谨慎", await north.GetStringAsync($"/api/v1/customers/{made.Id}", Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await north.GetAsync("/api/v1/customers?filter=x_neibupingyu%3D谨慎", Ct)).StatusCode);
        Assert.Equal(["Custom.x_neibupingyu fields.unknown"], Wrong(await Save(app, "north", "甲公司", new() { ["x_neibupingyu"] = "好" }, made.Id)));
        await Saved(app, "north", "甲二公司", [], made.Id);
        Assert.Equal("谨慎", await app.In(System, async db => CustomValue.Text((await db.Set<Customer>().SingleAsync(Ct)).Custom, "x_neibupingyu")));

        var (mine, theirs) = (await app.SignedIn("n1"), await app.SignedIn("north"));
        foreach (var path in new[] { $"/customers/{made.Id}", $"/customers/{made.Id}/edit", $"/customers/{made.Id}/history" })
        {
            Assert.Contains("内部评语", WebUtility.HtmlDecode(await mine.GetStringAsync(path, Ct)), StringComparison.Ordinal);
            Assert.DoesNotContain("内部评语", WebUtility.HtmlDecode(await theirs.GetStringAsync(path, Ct)), StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task History_tells_each_field_by_itself_and_gives_an_old_value_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Money, "保证金");
        await Define(app, CustomKind.Text, "备注码");
        var n1 = await app.ActorOf("n1");
        var made = await Saved(app, "n1", "甲公司", new() { ["x_baozhengjin"] = "100", ["x_beizhuma"] = "A" });
        var changed = await Saved(app, "n1", "甲公司", new() { ["x_baozhengjin"] = "200.5" }, made.Id);

        var page = await app.With<CustomerHistory, CustomerHistory.Page>(n1, h => h.Run(made.Id, "record", null, Ct));
        var told = page.Events.First(e => e.Action == "updated");
        Assert.Equal([new("Custom.x_baozhengjin", "10000", "20050")], told.Changes);
        Assert.True((await app.With<RestoreValue, Result<Customer>>(n1, r => r.Run(made.Id, told.Id, "Custom.x_baozhengjin", changed.Version, Ct))).TryGet(out var restored, out _));
        Assert.Equal(10_000, CustomValue.Number(restored.Custom, "x_baozhengjin"));
        Assert.Equal("A", CustomValue.Text(restored.Custom, "x_beizhuma"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_of_two_keeps_the_value_chosen_and_undoing_the_merge_gives_both_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Text, "备注码");
        await Define(app, CustomKind.Number, "系数");
        var (a, b) = (await Saved(app, "n1", "甲公司", new() { ["x_beizhuma"] = "A" }), await Saved(app, "n1", "乙公司", new() { ["x_beizhuma"] = "B", ["x_xishu"] = "2" }));
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(n1, m => m.Run(new() { SurvivorId = a.Id, LoserIds = [b.Id], Choices = new Dictionary<string, long> { ["Custom.x_beizhuma"] = b.Id } }, Ct))).TryGet(out var merge, out var refusal), refusal?.Code);
        Task<string?> Of(long id) => app.In(System, db => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id == id).Select(c => c.Custom).SingleAsync(Ct));
        Assert.Equal(("B", 20_000), (CustomValue.Text(await Of(a.Id), "x_beizhuma"), CustomValue.Number(await Of(a.Id), "x_xishu")));
        Assert.True((await app.With<UndoMerge, Result<UndoMerge.Answer>>(n1, u => u.Run(merge!.Id, Ct))).TryGet(out _, out refusal), refusal?.Code);
        Assert.Equal((a.Custom, b.Custom), (await Of(a.Id), await Of(b.Id)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_defines_a_field_that_is_in_use_at_once_and_only_an_administrator_may(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var admin = await app.SignedIn("admin");
        using var made = await CrmApp.Submit(admin, "/fields/new?list=customers", "field", new() { ["Form.List"] = "customers", ["Form.Name"] = "煤种", ["Form.Kind"] = "Choice", ["Form.Options"] = "动力煤|Steam coal\n焦煤", ["Form.Required"] = "true", ["Form.WhenField"] = "Kind", ["When.Kind"] = "company" });
        Assert.True(made.StatusCode == HttpStatusCode.Found, WebUtility.HtmlDecode(await made.Content.ReadAsStringAsync(Ct)));
        using var n1 = await app.SignedIn("n1");
        Assert.Contains("Form.Custom.x_meizhong", await n1.GetStringAsync("/customers/new", Ct), StringComparison.Ordinal);
        Assert.Contains("x_meizhong", await n1.GetStringAsync("/api/v1/fields?list=customers", Ct), StringComparison.Ordinal);
        Assert.Equal(["Custom.x_meizhong fields.missing"], Wrong(await Save(app, "n1", "甲公司", [])));
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "张三", Kind = CustomerKind.SoleTrader }, Ct))).TryGet(out _, out _));
        Assert.Equal(HttpStatusCode.Found, (await n1.GetAsync("/fields", Ct)).StatusCode);
        Assert.IsType<Refusal.Forbidden>((await app.With<SaveCustomField, Result<CustomField>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { List = "customers", Kind = CustomKind.Text, Name = "暗中" }, Ct))).Refusal);
    }
}
