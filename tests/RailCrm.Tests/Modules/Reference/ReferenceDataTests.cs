using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using RailCrm.Modules.Reference;

namespace RailCrm.Tests.Modules.Reference;

public sealed class ReferenceDataTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static List<string[]> Published(string file) => [.. File.ReadLines(SharedData.Path($"reference/{file}")).Skip(1).Select(l => l.Split(','))];

    [Fact]
    public void The_regions_built_in_are_those_of_GB_2260()
    {
        var published = Published("gbt2260_provinces.csv").Concat(Published("gbt2260_cities.csv")).Concat(Published("gbt2260_counties.csv")).DistinctBy(r => r[0]).ToDictionary(r => r[0], r => r[1]);
        Assert.True(published.Count > 3_300);

        var built = ReferenceData.Regions.ToDictionary(r => r.Code, r => r.Chinese);

        Assert.Empty(published.Keys.Except(built.Keys));
        Assert.Empty(built.Keys.Except(published.Keys));
        Assert.DoesNotContain(published, p => built[p.Key] != p.Value);
    }

    [Fact]
    public void The_industries_built_in_are_the_sections_and_divisions_of_GB_4754()
    {
        var published = Published("gbt4754_2017.csv").Where(r => r[^2] is "section" or "division").ToDictionary(r => r[0], r => r[1]);
        Assert.Equal(117, published.Count);

        Assert.Equal(published.OrderBy(p => p.Key, StringComparer.Ordinal), ReferenceData.Industries.ToDictionary(i => i.Code, i => i.Chinese).OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.All(ReferenceData.Industries, i => Assert.True(i.English.Length > 3 && i.English.All(c => c < 128), i.English));
    }

    [Fact]
    public void Bureaus_categories_containers_and_wagons_are_complete()
    {
        Assert.Equal(18, ReferenceData.Bureaus.Count);
        Assert.Equal("煤", ReferenceData.Commodities[0].Chinese);
        Assert.Equal(("99", 26), (ReferenceData.Commodities[^1].Code, ReferenceData.Commodities.Count));
        Assert.Equal(15, ReferenceData.Containers.Count);
        Assert.Contains(("C70", 70), ReferenceData.Wagons.Single(w => w.Code == "C").Loads);
    }

    [Theory]
    [InlineData("深圳", "440300")]
    [InlineData("sz", "440300", false)]
    [InlineData("shenzhen", "440300")]
    [InlineData("440300", "440300")]
    [InlineData("changsha", "430100")]
    [InlineData("zhongqing", "500000")]
    [InlineData("Chongqing", "500000")]
    [InlineData("hohhot", "150100")]
    [InlineData("广东 futian", "440304")]
    [InlineData("广东省 / 深圳市", "440300")]
    [InlineData("深圳市福田区", "440304")]
    [InlineData("ＧＵＡＮＧＤＯＮＧ", "440000")]
    public void A_region_is_found_by_name_pinyin_initials_and_code(string typed, string code, bool first = true)
    {
        var found = ReferenceData.FindRegions(typed, 12).Select(r => r.Code).ToList();

        Assert.Contains(code, found);
        Assert.True(!first || found[0] == code, $"{typed} finds {string.Join(", ", found)}");
    }

    [Theory]
    [InlineData("煤炭", "06")]
    [InlineData("mt", "06", false)]
    [InlineData("zzy", "C")]
    [InlineData("steel", "31")]
    [InlineData("钢铁", "31")]
    [InlineData("gt", "31")]
    [InlineData("化工", "26")]
    [InlineData("建材", "30")]
    [InlineData("粮食", "51")]
    [InlineData("粮食", "13", false)]
    [InlineData("机械", "34")]
    [InlineData("机械", "35", false)]
    [InlineData("汽车", "36")]
    [InlineData("食品", "14")]
    [InlineData("电商", "52")]
    [InlineData("毫不相干", null)]
    [InlineData("coal", "06", false)]
    [InlineData("31", "31")]
    public void An_industry_is_found_by_name_initials_and_code(string typed, string? code, bool first = true)
    {
        var found = ReferenceData.FindIndustries(typed, 12).Select(i => i.Code).ToList();

        Assert.True(code is null ? found.Count == 0 : found.Contains(code), $"{typed} finds {string.Join(", ", found)}");
        Assert.True(!first || code is null || found[0] == code, $"{typed} finds {string.Join(", ", found)}");
    }

    [Theory]
    [InlineData("31", "31")]
    [InlineData("C31", "31")]
    [InlineData("c3110", "31")]
    [InlineData("B31", null)]
    [InlineData("C", "C")]
    [InlineData("31 黑色金属冶炼和压延加工业", "31")]
    [InlineData("黑色金属冶炼和压延加工业", "31")]
    [InlineData("教育", "83")]
    [InlineData("education", "83")]
    [InlineData("98", null)]
    [InlineData("钢铁", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void An_industry_is_understood_as_people_write_it(string? typed, string? code) => Assert.Equal(code, ReferenceData.IndustryCode(typed));

    [Theory]
    [InlineData("440300", "440300")]
    [InlineData("4403", "440300")]
    [InlineData("44", "440000")]
    [InlineData("深圳", "440300")]
    [InlineData("广东省深圳市", "440300")]
    [InlineData("深圳市 福田区", "440304")]
    [InlineData("Shenzhen", "440300")]
    [InlineData("内蒙古", "150000")]
    [InlineData("朝阳区", null)]
    [InlineData("440399", null)]
    [InlineData("不存在的地方", null)]
    [InlineData("市辖区", null)]
    [InlineData("", null)]
    public void A_region_is_understood_where_it_means_one_place(string typed, string? code) => Assert.Equal(code, ReferenceData.RegionCode(typed));

    [Fact]
    public void Names_come_in_the_language_of_the_reader()
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = new("zh-CN");
            Assert.Equal("广东省 / 深圳市 / 福田区", ReferenceData.RegionName("440304"));
            Assert.Equal("北京市 / 朝阳区", ReferenceData.RegionName("110105"));
            Assert.Equal("煤炭开采和洗选业", ReferenceData.IndustryName("06"));
            CultureInfo.CurrentUICulture = new("en");
            Assert.Equal("Guangdong / Shenzhen / Futian District", ReferenceData.RegionName("440304"));
            Assert.Equal("Hunan / Changsha / Changsha County", ReferenceData.RegionName("430121"));
            Assert.Equal("Mining and washing of coal", ReferenceData.IndustryName("06"));
            Assert.Equal("nonsense", ReferenceData.RegionName("nonsense"));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customers_industry_and_region_must_exist_and_are_kept_as_codes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");

        using var wrong = await api.PostAsJsonAsync("/api/v1/customers", new { name = "无处矿业有限公司", industryCode = "98", regionCode = "朝阳区" }, Ct);
        using var right = await api.PostAsJsonAsync("/api/v1/customers", new { name = "深圳钢铁有限公司", industryCode = "C31", regionCode = "广东省深圳市" }, Ct);

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, wrong.StatusCode);
        using var problem = JsonDocument.Parse(await wrong.Content.ReadAsStringAsync(Ct));
        Assert.Equal(["industryCode", "regionCode"], problem.RootElement.GetProperty("errors").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(System.Net.HttpStatusCode.Created, right.StatusCode);
        using var customer = JsonDocument.Parse(await right.Content.ReadAsStringAsync(Ct));
        Assert.Equal(("31", "440300"), (customer.RootElement.GetProperty("industryCode").GetString(), customer.RootElement.GetProperty("regionCode").GetString()));
    }

    [Fact]
    public async Task The_lookups_answer_with_code_and_name()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("n1");
        api.DefaultRequestHeaders.AcceptLanguage.Clear();
        api.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");

        using var regions = JsonDocument.Parse(await api.GetStringAsync(new Uri("/api/v1/lookup/regions?q=szs", UriKind.Relative), Ct));
        using var industries = JsonDocument.Parse(await api.GetStringAsync(new Uri("/api/v1/lookup/industries?q=06", UriKind.Relative), Ct));

        Assert.Contains(regions.RootElement.GetProperty("items").EnumerateArray(), i => i.GetProperty("value").GetString() == "440300 广东省 / 深圳市" && i.GetProperty("label").GetString() == "广东省 / 深圳市");
        Assert.Equal("煤炭开采和洗选业", industries.RootElement.GetProperty("items")[0].GetProperty("label").GetString());
        Assert.Equal("06 煤炭开采和洗选业", industries.RootElement.GetProperty("items")[0].GetProperty("value").GetString()); // What a form shows, and understands again.
        Assert.Equal(("06", "440300", "440300"), (ReferenceData.IndustryCode("06 煤炭开采和洗选业"), ReferenceData.RegionCode("440300 广东省 / 深圳市"), ReferenceData.RegionCode("440300 Guangdong / Shenzhen")));
    }
}
