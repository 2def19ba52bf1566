using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using static RailCrm.Tests.Platform.CustomFieldTests;

namespace RailCrm.Tests.Platform;

/// <summary>What stands in own fields stays, whatever became of where it was taken from.</summary>
public sealed class CustomFieldKeptTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Changes a field as its form would.</summary>
    internal static async Task<Result<CustomField>> Change(CrmApp app, long id, Action<SaveCustomField.Input> change)
    {
        var admin = await app.ActorOf("admin");
        Assert.True((await app.With<SaveCustomField, Result<CustomField>>(admin, s => s.Find(id, Ct))).TryGet(out var field, out _));
        var input = SaveCustomField.Input.Of(field);
        change(input);
        return await app.With<SaveCustomField, Result<CustomField>>(admin, s => s.Run(id, field.Version, input, Ct));
    }

    private static IEnumerable<string> Wrong(Result<Customer> result) => Assert.IsType<Refusal.InvalidMany>(result.Refusal).Errors.Select(e => $"{e.Field} {e.Code}");

    /// <summary>A customer of n1 whose own fields hold an option, several, a station, a customer of the south, a file and a value that one in the bin has too; all of them gone since.</summary>
    private static async Task<(Customer Customer, long South)> Gone(CrmApp app)
    {
        var choice = await Define(app, CustomKind.Choice, "煤种", f => (f.Options, f.Required) = ("动力煤\n焦煤", true));
        var choices = await Define(app, CustomKind.Choices, "渠道", f => f.Options = "电话\n展会\n网站");
        await Define(app, CustomKind.Station, "常用站");
        await Define(app, CustomKind.Customer, "介绍人");
        await Define(app, CustomKind.File, "合同");
        await Define(app, CustomKind.Text, "站内编号", f => f.Unique = true);
        await app.In(System, async db =>
        {
            db.Add(new Station { TelegraphCode = "GQZ", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen" });
            return await db.SaveChangesAsync(Ct);
        });
        var south = await Saved(app, "s1", "南方介绍公司", new() { ["x_meizhong"] = "动力煤" });
        var mine = await Saved(app, "n1", "甲公司", new() { ["x_meizhong"] = "焦煤" });
        var file = new Attachment { CustomerId = mine.Id, FileName = "合同.pdf", ContentType = "application/pdf", Sha256 = "00" };
        await app.In(System, async db =>
        {
            file.CreatedAt = db.UtcNow;
            db.Add(file);
            return await db.SaveChangesAsync(Ct);
        });
        mine = await Saved(app, "group", "甲公司", new() { ["x_qudao"] = "展会,网站", ["x_changyongzhan"] = "高桥镇", ["x_jieshaoren"] = south.Number, ["x_hetong"] = $"{file.Id}", ["x_zhanneibianhao"] = "A-1" }, mine.Id);

        Assert.Null((await Change(app, choice.Id, f => f.Options = "动力煤")).Refusal);
        Assert.Null((await Change(app, choices.Id, f => f.Options = "电话\n网站")).Refusal);
        await app.In(System, async db =>
        {
            await db.Set<Station>().Where(s => s.Name == "高桥镇").ExecuteUpdateAsync(u => u.SetProperty(s => s.Name, "高桥"), Ct);
            await db.Set<Attachment>().ExecuteDeleteAsync(Ct);
            await db.Set<Customer>().Where(c => c.Id == south.Id).ExecuteUpdateAsync(u => u.SetProperty(c => c.Custom, "{\"x_zhanneibianhao\":\"A-1\"}"), Ct); // As a merge leaves it with the one that went.
            return 0;
        });
        return (mine, south.Id);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_value_that_could_not_be_chosen_any_more_holds_back_no_change_of_another_field(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (mine, _) = await Gone(app);
        var (n1, fields) = (await app.ActorOf("n1"), app.Services.GetRequiredService<CustomFields>());
        var form = await app.In(n1, db => fields.Typed(db, "customers", mine.Custom, Ct));
        var cells = fields.Said("customers", mine.Custom, n1)!;

        Assert.Equal(mine.Custom, (await Saved(app, "n1", "甲一公司", form, mine.Id)).Custom);
        Assert.Equal(mine.Custom, (await Saved(app, "n1", "甲二公司", cells, mine.Id)).Custom);

        Assert.Equal(["Custom.x_meizhong fields.missing"], Wrong(await Save(app, "n1", "甲", new(form) { ["x_meizhong"] = "" }, mine.Id)));
        Assert.Equal(["Custom.x_qudao fields.option_unknown"], Wrong(await Save(app, "n1", "甲", new(form) { ["x_qudao"] = "展会,传单" }, mine.Id)));
        Assert.Equal(["Custom.x_jieshaoren fields.reference_unknown"], Wrong(await Save(app, "n1", "甲", new(form) { ["x_jieshaoren"] = "KH-9999999" }, mine.Id)));
        Assert.Equal(["Custom.x_zhanneibianhao fields.taken"], Wrong(await Save(app, "n1", "乙公司", new() { ["x_meizhong"] = "动力煤", ["x_zhanneibianhao"] = "A-1" })));
        var more = await Saved(app, "n1", "甲三公司", new(form) { ["x_qudao"] = "展会,电话" }, mine.Id);
        Assert.Equal(",电话,展会,", CustomValue.Text(more.Custom, "x_qudao"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_form_offers_what_is_stored_although_it_could_not_be_chosen_any_more(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (mine, south) = await Gone(app);
        using var browser = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/customers/{mine.Id}/edit", Ct));
        Assert.Matches("<option value=\"焦煤\" selected[^>]*>焦煤（已不是选项）", page);
        Assert.Matches("<input [^>]*name=\"Form.Custom.x_qudao\" value=\"展会\" checked", page);
        Assert.Matches("<option value=\"\\d+\" selected[^>]*>附件 \\d+ 已删除", page);
        Assert.Matches($"name=\"Form.Custom.x_jieshaoren\"[^>]* value=\"{south}\"", page);

        var choice = Regex.Match(page, "<select[^>]*name=\"Form.Custom.x_meizhong\"[^>]*>.*?</select>", RegexOptions.Singleline).Value;
        Assert.DoesNotMatch("<option value(=\"\")?>", choice); // Required, and it has a value.
    }

    [Fact]
    public async Task A_required_choice_is_marked_on_a_new_record_and_begins_with_nothing()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        await Define(app, CustomKind.Choice, "煤种", f => (f.Options, f.Required) = ("动力煤\n焦煤", true));
        using var browser = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/customers/new", Ct));
        Assert.Matches("<label class=\"form-label required\" for=\"f-Form-Custom-x_meizhong\">", page);
        var choice = Regex.Match(page, "<select[^>]*name=\"Form.Custom.x_meizhong\".*?</select>", RegexOptions.Singleline).Value;
        Assert.True(Regex.IsMatch(choice, "<select[^>]* required[^>]*>\\s*<option value(=\"\")?>"), choice);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task After_a_merge_the_one_that_stayed_is_saved_and_read_where_the_other_was_named(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Text, "站内编号", f => f.Unique = true);
        await Define(app, CustomKind.Customer, "介绍人");
        var (a, b) = (await Saved(app, "n1", "甲公司", []), await Saved(app, "n1", "乙公司", new() { ["x_zhanneibianhao"] = "B-1" }));
        var c = await Saved(app, "n1", "丙公司", new() { ["x_jieshaoren"] = b.Number });
        var (n1, fields) = (await app.ActorOf("n1"), app.Services.GetRequiredService<CustomFields>());
        Assert.Null((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(n1, m => m.Run(new() { SurvivorId = a.Id, LoserIds = [b.Id] }, Ct))).Refusal);

        Assert.Equal("B-1", CustomValue.Text((await Saved(app, "n1", "甲一公司", new() { ["x_zhanneibianhao"] = "B-1" }, a.Id)).Custom, "x_zhanneibianhao"));
        var read = (await app.In(n1, db => fields.Read(db, "customers", c.Custom, CustomerRules.Of(c), Ct))).Single(r => r.Field.Kind == CustomKind.Customer);
        Assert.Equal($"{a.Number} 甲一公司", read.Text);
        Assert.Equal(c.Custom, (await Saved(app, "n1", "丙一公司", new() { ["x_jieshaoren"] = read.Text }, c.Id)).Custom);
        Assert.Equal(a.Id, CustomValue.Number((await Saved(app, "n1", "丁公司", new() { ["x_jieshaoren"] = $"{b.Id}" })).Custom, "x_jieshaoren"));
        var all = await app.In(n1, db => fields.Reference(CustomKind.Customer)!.FindAll(db, [($"{b.Id}", 0)], Ct));
        Assert.Equal(a.Id, all[($"{b.Id}", 0)].GetValue<long>());
        using var browser = await app.SignedIn("n1");
        Assert.Contains($"{a.Number} 甲一公司", WebUtility.HtmlDecode(await browser.GetStringAsync("/customers?columns=name,x_jieshaoren", Ct)), StringComparison.Ordinal);
        Assert.Empty(await app.In(await app.ActorOf("s1"), db => fields.Reference(CustomKind.Customer)!.Names(db, [b.Id], Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Undoing_a_merge_gives_back_each_own_field_that_nobody_changed_since(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Text, "备注码");
        await Define(app, CustomKind.Number, "系数");
        await Define(app, CustomKind.Money, "保证金");
        var (a, b) = (await Saved(app, "n1", "甲公司", new() { ["x_beizhuma"] = "A", ["x_baozhengjin"] = "7" }), await Saved(app, "n1", "乙公司", new() { ["x_beizhuma"] = "B", ["x_xishu"] = "2" }));
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(n1, m => m.Run(new() { SurvivorId = a.Id, LoserIds = [b.Id], Choices = new() { ["Custom.x_beizhuma"] = b.Id } }, Ct))).TryGet(out var merge, out _));
        await Saved(app, "n1", "甲公司", new() { ["x_beizhuma"] = "C", ["x_baozhengjin"] = "8" }, a.Id);

        Assert.True((await app.With<UndoMerge, Result<UndoMerge.Answer>>(n1, u => u.Run(merge.Id, Ct))).TryGet(out var undone, out _));

        var now = await app.In(System, db => db.Set<Customer>().Where(c => c.Id == a.Id).Select(c => c.Custom).SingleAsync(Ct));
        Assert.Equal(("C", CustomValue.Least, 800), (CustomValue.Text(now, "x_beizhuma"), CustomValue.Number(now, "x_xishu"), CustomValue.Number(now, "x_baozhengjin")));
        Assert.Equal(["Custom.x_beizhuma"], undone.Kept);
    }
}
