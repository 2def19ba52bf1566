using System.Net;
using System.Text.RegularExpressions;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>How conditions are worded, and how what is typed for them is understood.</summary>
public sealed class ConditionWordsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Page(HttpClient browser, string address) => WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(address, UriKind.Relative), Ct));

    private static async Task<string> Chips(HttpClient browser, string filter, string list = "customers") =>
        Regex.Replace(Regex.Replace((await Page(browser, $"/{list}?filter={Uri.EscapeDataString(filter)}")).Split("class=\"rc-chips")[1].Split("rc-clear")[0], "<[^>]+>", " "), @"\s+", " ");

    private static async Task<string> Led(HttpClient browser, string address)
    {
        using var answer = await browser.GetAsync(new Uri(address, UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return Uri.UnescapeDataString(answer.Headers.Location!.OriginalString);
    }

    /// <summary>The panel's control of a field.</summary>
    private static string Control(string page, string field) => page.Split($"<template data-field=\"{field}\"")[1].Split("</template>")[0];

    [Fact]
    public async Task A_chip_tells_how_its_field_is_compared_and_groups_digits()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        var chips = await Chips(browser, "name=甲;name~乙;name!~丙;number~KH;tier=large;ownership!=private;revenue>=1234567.5;completeness<=40;employees=1200;created>=2026-01;updated<=-30d;mine=true;below=50");
        foreach (var said in new[] { "客户名称 等于 甲", "客户名称 包含 乙", "客户名称 不包含 丙", "开头为 KH", "是 大客户", "不是 民营", "≥ 1,234,567.5", "≤ 40 %", "= 1,200", "从 2026-01", "到 30 天前", "完整度低于 50 %" })
        {
            Assert.Contains(said, chips, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("等于 是", chips, StringComparison.Ordinal);
        Assert.Contains("开头为 138", await Chips(browser, "mobile~138", "contacts"), StringComparison.Ordinal);
        Assert.Contains("开头为 王", await Chips(browser, "name~王", "contacts"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_condition_begins_with_the_comparison_that_is_usual_for_its_field()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        var page = await Page(browser, "/customers?panel=filter");
        foreach (var (field, usual, said) in new[] { ("revenue", ">=", "≥ 不小于"), ("weight", ">=", "≥ 不小于"), ("employees", ">=", "≥ 不小于"), ("created", ">=", "从某天起（含）"), ("name", "~", "包含"), ("number", "~", "开头为"), ("tier", "=", "是") })
        {
            var option = Regex.Match(page, $"<option value=\"{field}\" data-ops=\"([^\"]*)\" data-words=\"([^\"]*)\" data-usual=\"([^\"]*)\"");
            Assert.Equal((field, usual, said), (field, option.Groups[3].Value, option.Groups[2].Value.Split('|')[option.Groups[1].Value.Split(' ').ToList().IndexOf(usual)]));
        }

        Assert.Contains("revenue>=1000", await Led(browser, "/customers?add=revenue&op=&value=1000"), StringComparison.Ordinal); // Without a script nobody has filled it in.
        Assert.Contains("revenue=1000", await Led(browser, "/customers?add=revenue&op=%3D&value=1000"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hint_stands_only_below_the_field_that_it_is_about()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("group");
        var customers = await Page(browser, "/customers?panel=filter");
        Assert.Contains("选一天", Control(customers, "created"), StringComparison.Ordinal);
        Assert.Contains("50万元", Control(customers, "revenue"), StringComparison.Ordinal);
        Assert.Contains("留空表示（未填写）", Control(customers, "employees"), StringComparison.Ordinal);
        foreach (var field in new[] { "tier", "name", "industry", "mine", "completeness" })
        {
            Assert.DoesNotContain("form-hint", Control(customers, field), StringComparison.Ordinal);
        }

        Assert.Contains("-30d", Control(await Page(browser, "/waybills?panel=filter"), "from"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_customer_has_a_tier_so_none_is_asked_for_without_one_and_an_industry_may_be_missing()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        var page = await Page(browser, "/customers?filter=" + Uri.EscapeDataString("tier="));
        Assert.Contains("未分类", page.Split("rc-chip-wrong")[1][..600], StringComparison.Ordinal);
        Assert.Contains("每个客户都有分类", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("name=\"value\" value(=\"\")?\\s*/?>", Control(page, "tier"));
        Assert.Matches("name=\"value\" value(=\"\")?\\s*/?>", Control(page, "industry"));
        Assert.Contains("（未填写）", Control(page, "industry"), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_amount_typed_with_its_unit_or_grouped_keeps_the_rows_that_the_plain_number_keeps(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        foreach (var (name, people) in new[] { ("甲公司", 1_199), ("乙公司", 1_200), ("丙公司", 12_000), ("丁公司", 12_001) })
        {
            await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = name, EmployeeCount = people }, Ct));
        }

        using var browser = await app.SignedIn("n1");
        foreach (var (typed, plain, least) in new[] { ("1,200", "1200", "乙公司"), ("1.2万", "12000", "丙公司"), ("12k", "12000", "丙公司") })
        {
            var led = await Led(browser, $"/customers?add=employees&op={Uri.EscapeDataString(">=")}&value={Uri.EscapeDataString(typed)}");
            Assert.Contains($"employees>={plain}&", led, StringComparison.Ordinal);
            var page = await Page(browser, "/customers?filter=" + Uri.EscapeDataString($"employees>={plain}"));
            Assert.Contains(least, page, StringComparison.Ordinal);
            Assert.DoesNotContain("甲公司", page, StringComparison.Ordinal);
        }

        Assert.Equal("丙公司 丁公司", await Seen("employees>=1.2万")); // In the API as it is typed, too.
        Assert.Equal("乙公司", await Seen(@"employees=1\,200"));
        var refused = await Page(browser, "/customers?filter=" + Uri.EscapeDataString(@"employees>=12\,34"));
        Assert.Contains("“职工人数”不接受“12,34”：请填写数字", refused, StringComparison.Ordinal);

        async Task<string> Seen(string filter)
        {
            Assert.True(Filter.TryRead(filter, out var read));
            return await app.In(n1, async db => (await new CustomerList().Read(db, View.Plain with { Filter = read }, [new CustomerList().Find("name")!], Ct)).TryGet(out var lines, out _)
                ? string.Join(' ', lines.Lines.OrderBy(l => l.Id).Select(l => l.Cells[0]!.ToString())) : "refused");
        }
    }

    [Fact]
    public async Task Several_values_are_ticked_one_that_is_none_is_shown_refused_and_nothing_ticked_asks_for_nothing()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        Assert.Contains("tier=large,small", await Led(browser, "/customers?add=tier&op=%3D&value=large&value=small"), StringComparison.Ordinal);
        Assert.DoesNotContain("tier", await Led(browser, "/customers?add=tier&op=%3D"), StringComparison.Ordinal);
        var edit = $"/customers?filter={Uri.EscapeDataString("tier=large,small")}&panel=chip&edit={Uri.EscapeDataString("0.tier=large,small")}&add=tier&op=%3D";
        Assert.DoesNotContain("tier", await Led(browser, edit), StringComparison.Ordinal);
        Assert.EndsWith("tier=small", await Led(browser, edit + "&value=small"), StringComparison.Ordinal);

        var page = await Page(browser, "/customers?filter=" + Uri.EscapeDataString("tier=large,huge"));
        var box = page.Split("rc-choices-box")[1].Split("</rc-choices>")[0];
        Assert.Matches("<label class=\"form-check rc-choice-refused\"><input class=\"form-check-input\" type=\"checkbox\" checked disabled\\s*/?> <span>huge", box);
        Assert.DoesNotContain("value=\"huge\"", box, StringComparison.Ordinal);
        Assert.Matches("value=\"large\" checked", box);
        Assert.DoesNotMatch("value=\"small\" checked", box);

        Assert.Contains("type=\"search\"", Control(page, "industry"), StringComparison.Ordinal);
        Assert.DoesNotContain("type=\"search\"", Control(page, "tier"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_script_the_field_is_named_first_and_then_what_it_takes_is_ticked()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        var next = await Led(browser, "/customers?active=true&add=industry&op=&value=");
        Assert.Contains("choose=industry", next, StringComparison.Ordinal);
        var form = (await Page(browser, next[next.IndexOf("/customers", StringComparison.Ordinal)..])).Split("<rc-filter")[1].Split("</form>")[0];
        Assert.Matches("<option value=\"industry\"[^>]* selected", form);
        Assert.True(Regex.Count(form, "type=\"checkbox\" name=\"value\"") > 100, form);
        Assert.Contains("industry=", await Led(browser, "/customers?add=industry&op=%3D&value="), StringComparison.Ordinal); // Chosen on purpose: those without one.
    }

    [Fact]
    public async Task All_rows_in_another_shape_are_still_the_view_of_all()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        foreach (var address in new[] { "/customers", "/customers?layout=groups", "/customers?layout=board&group=tier", "/customers?sort=-revenue", "/customers?view=all&layout=groups" })
        {
            Assert.Matches("href=\"/customers\\?view=all\" class=\"active\" aria-current=\"page\"", await Page(browser, address));
        }

        Assert.DoesNotMatch("href=\"/customers\\?view=all\" class=\"active\"", await Page(browser, "/customers?tier=large"));
    }

    [Fact]
    public async Task The_likeness_that_is_offered_begins_with_the_least_that_is_stored_and_its_points_are_told()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("group");
        foreach (var (path, least, first) in new[] { ("/customers/duplicates", DuplicateScore.Least, "45"), ("/contacts/duplicates", ContactScore.Least, "45"), ("/waybills/duplicates", 60, "65") })
        {
            var page = await Page(browser, path);
            var offered = Regex.Matches(page.Split("name=\"least\"")[1].Split("</select>")[0], "<option value(?:=\"(\\d*)\")?[ >]").Select(m => m.Groups[1].Value).ToList();
            Assert.Equal((path, "", first, "100"), (path, offered[0], offered[1], offered[^1]));
            Assert.Contains($"相似度 {least} 起", page, StringComparison.Ordinal);
            Assert.Contains($"低于 {least} 的不列出", page, StringComparison.Ordinal);
        }

        Assert.Matches(@"名称[^<]*<span class=""num"">\+60</span>", await Page(browser, "/customers/duplicates"));
    }

    [Fact]
    public void No_pair_of_contacts_is_stored_below_the_least()
    {
        var least = ContactScore.Weights.Keys.SelectMany(ContactScore.SetsWith).Min(set => set.Split(',').Sum(r => ContactScore.Weights[r]));
        Assert.Equal(ContactScore.Least, least);
    }
}
