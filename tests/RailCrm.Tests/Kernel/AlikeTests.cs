using RailCrm.Kernel;

namespace RailCrm.Tests.Kernel;

public sealed class AlikeTests
{
    [Theory]
    [InlineData("华东钢铁有限公司", "华东钢铁股份有限公司", false)]
    [InlineData("华东钢铁", "浙江华东钢铁集团", false)]
    [InlineData("华东钢铁厂", "华东钢鉄厂", false)]
    [InlineData("华东钢铁", "杭州钢铁", true)]
    [InlineData("西山煤业", "萧山纺织厂", true)]
    [InlineData("王伟", "王大伟", true)]
    [InlineData("张小明", "张晓明", false)]
    [InlineData("华东钢铁", "东华钢铁厂", false)]
    [InlineData("华东钢铁", "华北煤铁", true)]
    public void Names_differ_where_more_than_one_character_in_three_is_another(string one, string other, bool differ) => Assert.Equal((differ, differ), (Alike.Differ(one, other), Alike.Differ(other, one)));

    [Theory]
    [InlineData("杭州北货场", null)]
    [InlineData("杭洲北网点", "HZ02")]
    [InlineData("宁波", "NB")]
    [InlineData("nbwd", "NB")]
    [InlineData("hz02", "HZ02")]
    [InlineData("杭州", null)]
    [InlineData("上海", null)]
    [InlineData("宁", null)]
    public void What_is_meant_is_the_one_most_alike_and_none_where_two_are(string typed, string? meant) =>
        Assert.Equal(meant, new Alike([("HZ01", "杭州南网点 · HZ01"), ("HZ02", "杭州北网点 · HZ02"), ("NB", "宁波网点 · NB")]).Nearest(typed));
}
