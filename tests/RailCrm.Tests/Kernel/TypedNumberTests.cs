using RailCrm.Kernel;

namespace RailCrm.Tests.Kernel;

public sealed class TypedNumberTests
{
    [Theory]
    [InlineData("1200", "1200")]
    [InlineData("1,200", "1200")]
    [InlineData("12,345,678.90", "12345678.90")]
    [InlineData("１，２００．５", "1200.5")]
    [InlineData("1.2万", "12000")]
    [InlineData("50万元", "500000")]
    [InlineData("50 万 元", "500000")]
    [InlineData("3亿", "300000000")]
    [InlineData("1.5 亿元", "150000000")]
    [InlineData("2千万", "20000000")]
    [InlineData("¥1,200.50", "1200.50")]
    [InlineData("￥80万", "800000")]
    [InlineData("50k", "50000")]
    [InlineData("1.2M", "1200000")]
    [InlineData("-3万", "-30000")]
    [InlineData("800元", "800")]
    [InlineData("12,34", "")]
    [InlineData("1,2万", "")]
    [InlineData("1,200,", "")]
    [InlineData("万", "")]
    [InlineData("", "")]
    [InlineData("1e5", "")]
    [InlineData("很多", "")]
    [InlineData("99999999999999999亿", "")]
    public void An_amount_is_read_as_people_type_it_or_not_at_all(string typed, string number)
    {
        Assert.Equal(number.Length > 0, TypedNumber.TryRead(typed, TypedNumber.Yuan, out var read));
        Assert.Equal(number.Length > 0 ? decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 0, read);
    }

    [Fact]
    public void Only_the_unit_of_the_figure_may_stand_behind_it()
    {
        Assert.True(TypedNumber.TryRead("1.2万吨", TypedNumber.Tonnes, out var tonnes) && tonnes == 12_000);
        Assert.True(TypedNumber.TryRead("30%", TypedNumber.Percent, out var percent) && percent == 30);
        Assert.False(TypedNumber.TryRead("1.2万吨", TypedNumber.Yuan, out _));
        Assert.False(TypedNumber.TryRead("50元", TypedNumber.Tonnes, out _));
    }
}
