using RailCrm.Modules.Waybills;
using Subject = RailCrm.Modules.Waybills.WaybillScore.Subject;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>When two waybill lines are likely one service booked twice.</summary>
public sealed class WaybillScoreTests
{
    private static readonly Subject Typed = new(1, 7, "manual", "12345", new(2026, 3, 1), "transport", "高桥镇", "苏州", 60_000, 100_000, "01", "动力煤");

    private static readonly Subject Imported = Typed with { Id = 2, Source = "TMS", Number = "TMS-99" };

    [Fact]
    public void The_same_work_from_two_systems_is_told_with_all_that_agrees()
    {
        Assert.Equal((95, "revenue,weight,sources,day,lane,goods"), WaybillScore.Of(Typed, Imported));
        Assert.Equal((100, "number,revenue,weight,sources,day,lane,goods"), WaybillScore.Of(Typed, new Subject(2, 7, "TMS", "TMS-0012345", new(2026, 3, 1), "transport", "高桥镇", "苏州", 60_000, 100_000, "01", "动力煤")));
        Assert.Equal((95, "revenue,weight,sources,lane,goods"), WaybillScore.Of(Typed, Imported with { Date = new(2026, 3, 2) }));
        Assert.Equal((95, "revenue,weight,sources,lane,goods"), WaybillScore.Of(Typed, Imported with { Date = new(2026, 2, 28) }));
    }

    [Theory]
    [InlineData(0, 100_000, "revenue,sources,day,lane,goods")] // One of them does not know the weight.
    [InlineData(60_000, 0, "weight,sources,day,lane,goods")]
    [InlineData(0, 0, null)]
    [InlineData(60_000, 90_000, null)] // Another amount is another service, unless the numbers are alike.
    [InlineData(61_000, 100_000, null)]
    public void Weight_or_revenue_is_enough_where_the_other_is_not_known(long weight, long revenue, string? reasons) =>
        Assert.Equal(reasons, WaybillScore.Of(Typed, Imported with { WeightKg = weight, RevenueFen = revenue })?.Reasons);

    [Fact]
    public void Another_customer_service_station_or_day_is_another_service()
    {
        Subject[] others = [Imported with { CustomerId = 8 }, Imported with { Service = "handling" }, Imported with { Origin = "" }, Imported with { Destination = "上海" }, Imported with { Date = new(2026, 3, 3) }];

        Assert.All(others, o => Assert.Null(WaybillScore.Of(Typed, o)));
    }

    [Fact]
    public void Within_one_other_system_two_numbers_are_two_lines_unless_they_are_alike()
    {
        Assert.Null(WaybillScore.Of(Imported, Imported with { Id = 3, Number = "98" }));
        Assert.Equal((100, "number,revenue,weight,day,goods"), WaybillScore.Of(new(1, 7, "TMS", "YD 0099", new(2026, 3, 1), "transport", "", "", 60_000, 100_000, "01", null), new(2, 7, "TMS", "yd-99", new(2026, 3, 1), "transport", "", "", 60_000, 100_000, "01", null)));
        Assert.Equal((90, "revenue,weight,day,lane,goods"), WaybillScore.Of(Typed, Typed with { Id = 3, Number = "98" })); // By hand one is easily typed twice.
    }

    [Fact]
    public void Stations_alike_are_told_and_make_a_pair_likelier_but_make_none()
    {
        var (here, there) = (Typed with { Origin = "", Destination = "" }, Typed with { Origin = "", Destination = "", Id = 3, Number = "98" });
        Assert.Equal((75, "revenue,weight,day,goods"), WaybillScore.Of(here, there));
        Assert.Equal(75, WaybillScore.Of(here with { Destination = "苏州" }, there with { Destination = "苏州" })?.Score); // Both, or it is no way from one to the other.

        // A day apart, of another category: what is too little without stations is too little with them.
        Assert.Null(WaybillScore.Of(here, there with { Date = new(2026, 3, 2), Category = "02", Commodity = null }));
        Assert.Null(WaybillScore.Of(Typed, Typed with { Id = 3, Number = "98", Date = new(2026, 3, 2), Category = "02", Commodity = null }));
    }

    [Theory]
    [InlineData("YD0012345", "yd 12345", true)]
    [InlineData("YD2026/12345", "12345", true)]
    [InlineData("１２３４５", "12345", true)]
    [InlineData("YD-0099", "yd 99", true)]
    [InlineData("T1", "M1", false)]
    [InlineData("YD-99", "99", false)]
    [InlineData("YD-199", "99", false)]
    [InlineData("112345", "12346", false)]
    [InlineData("甲", "乙", false)]
    [InlineData("", "1", false)]
    public void Numbers_are_alike_but_for_spacing_case_zeros_and_a_prefix(string one, string other, bool alike)
    {
        var (a, b) = (WaybillNumber.Of(one), WaybillNumber.Of(other));

        Assert.Equal(alike, a.IsLike(b));
        Assert.Equal(alike, b.IsLike(a));
    }

    [Fact]
    public void Within_one_system_the_end_of_a_number_is_another_number()
    {
        Assert.False(WaybillNumber.Of("112345").Is(WaybillNumber.Of("12345")));
        Assert.Null(WaybillScore.Of(Imported with { Number = "112345" }, Imported with { Id = 3, Number = "12345" }));
        Assert.Equal([(2L, 3L)], WaybillScore.Among([Imported with { Number = "T-0012345" }], [Imported with { Number = "T-0012345" }, Imported with { Id = 3, Number = "12345" }, Imported with { Id = 4, Number = "112345" }]).Select(p => (p.First.Id, p.Second.Id)));
    }

    [Fact]
    public void Of_a_train_typed_by_hand_no_pairs_are_made_and_of_many_imported_each_has_but_the_likeliest()
    {
        Subject[] train = [.. Enumerable.Range(1, 4).Select(n => Typed with { Id = n, Number = $"A{n}" })];
        Assert.Empty(WaybillScore.Among(train, train));
        Assert.Equal(3, WaybillScore.Among(train[..3], train[..3]).Count()); // Three may be one written three times.

        Subject[] imported = [.. Enumerable.Range(11, 10).Select(n => Imported with { Id = n, Number = $"T{n}" })];
        Assert.Equal([(1L, 18L), (1L, 19L), (1L, 20L)], WaybillScore.Among([train[0]], [.. train, .. imported]).Select(p => (p.First.Id, p.Second.Id)).Order());
    }

    [Fact]
    public void What_speaks_against_it_is_told_behind_what_speaks_for_it()
    {
        Assert.Equal("revenue,weight,sources,day,lane,other_goods", WaybillScore.Of(Typed, Imported with { Category = "02", Commodity = "柴油" })?.Reasons);
        Assert.Equal("number,revenue,sources,day,lane,other_weight", WaybillScore.Of(Typed, new(2, 7, "TMS", "012345", new(2026, 3, 1), "transport", "高桥镇", "苏州", 61_000, 100_000, "", null))?.Reasons);
        Assert.Equal("number,weight,sources,day,lane,goods,other_revenue", WaybillScore.Of(Typed, new(2, 7, "TMS", "012345", new(2026, 3, 1), "transport", "高桥镇", "苏州", 60_000, 1, "01", null))?.Reasons);
    }
}
