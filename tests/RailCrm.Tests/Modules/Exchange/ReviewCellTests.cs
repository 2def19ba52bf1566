using System.Net;
using System.Text.RegularExpressions;
using RailCrm.Modules.Exchange;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Open cells of the review: a coded field is chosen, not typed.</summary>
public sealed class ReviewCellTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_wrong_cell_of_a_coded_field_offers_what_it_may_be_and_keeps_what_stands_there(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var id = await Checked(app, n1, "customers", "客户名称,客户类型,所在地区,所属行业,是否在用,运输周期\n甲公司,工厂,火星,挖矿,也许,每月\n");
        using var browser = await app.SignedIn("n1");

        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/imports/{id}/review", Ct));
        string Cell(int column) => Regex.Match(page, $"<td class=\"rc-wrong\"[^>]*>\\s*(?:<rc-combobox[^>]*>)?<(?:select|input)[^>]* name=\"c{column}\".*?</td>", RegexOptions.Singleline).Value;

        Assert.Contains("<option value=\"工厂\" selected", Cell(1), StringComparison.Ordinal);
        Assert.Contains(">企业</option>", Cell(1), StringComparison.Ordinal);
        Assert.Contains("src=\"/api/v1/lookup/regions?q=\"", Cell(2), StringComparison.Ordinal);
        Assert.Contains("src=\"/api/v1/lookup/industries?q=\"", Cell(3), StringComparison.Ordinal);
        Assert.Contains("<option value=\"1\"", Cell(4), StringComparison.Ordinal);
        Assert.Contains("<datalist id=\"values-5\">", page, StringComparison.Ordinal);

        foreach (var (typed, lookup) in new[] { ("火星", "regions"), ("挖矿", "industries") })
        {
            Assert.Matches($"value=\"{typed}\"[^>]*></th>\\s*<td[^>]*>1</td>\\s*<td>\\s*<rc-combobox src=\"/api/v1/lookup/{lookup}\\?q=\"><input name=\"to\"", page);
        }

        await Mend(app, n1, id, 2, 1, "企业");
        await Mend(app, n1, id, 2, 2, "330100");
        await Mend(app, n1, id, 2, 3, "06");
        Assert.Equal("created", (await Mend(app, n1, id, 2, 4, "1")).Outcome);
    }

    [Fact]
    public void A_cell_means_a_value_by_its_text_its_code_or_its_name_before_the_dot()
    {
        CellChoices units = new([("N1", "n1 网点 · N1")]), yes = new([("1", "是"), ("0", "否")]);

        Assert.Equal(("N1", "N1", "1", "0"), (units.Meant("n1"), units.Meant(" n1 网点 "), yes.Meant("YES"), yes.Meant("否")));
        Assert.Null(units.Meant("别处"));
        Assert.Null(yes.Meant("也许"));
        Assert.True(yes.IsSelect);
        Assert.False(new CellChoices([.. Enumerable.Range(0, 41).Select(i => ($"{i}", $"{i}"))]).IsSelect);
    }
}
