using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Platform;

public sealed class FilterTests
{
    [Theory]
    [InlineData("tier=large")]
    [InlineData("tier=large,medium;revenue>=1000000;region=320000|tag=重点")]
    [InlineData("name~钢铁;phone~0512|creditCode!=")]
    [InlineData("name!~钢铁,煤;number!~KH")]
    [InlineData(@"name=a\,b\;c\|d\\e,f")]
    public void A_filter_reads_as_it_is_written(string text)
    {
        Assert.True(Filter.TryRead(text, out var filter));
        Assert.Equal(text, filter.ToString());
    }

    [Fact]
    public void Any_values_come_back_from_the_text_as_they_went_in()
    {
        var random = new Random(3);
        const string Nasty = @"a,b;c|d\e=!<>~ 重";
        for (var n = 0; n < 500; n++)
        {
            var filter = new Filter([.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => (IReadOnlyList<Criterion>)[.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ =>
                new Criterion("f" + random.Next(9), random.GetItems([.. Filter.Operators], 1)[0], [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => new string(random.GetItems(Nasty.AsSpan(), random.Next(6))).Trim())]))])]);
            Assert.True(Filter.TryRead(filter.ToString(), out var read), filter.ToString());
            Assert.Equal(filter.Groups.SelectMany(g => g), read.Groups.SelectMany(g => g));
            Assert.Equal(filter.Groups.Select(g => g.Count), read.Groups.Select(g => g.Count));
        }
    }

    [Theory]
    [InlineData("tier")]
    [InlineData("=large")]
    [InlineData("tier=large|")]
    [InlineData("ti er=large")]
    public void What_is_no_filter_is_refused(string text) => Assert.False(Filter.TryRead(text, out _));

    [Fact]
    public void A_filter_too_long_or_with_too_many_parts_is_refused()
    {
        Assert.False(Filter.TryRead("name=" + new string('a', Filter.MostLength), out _));
        Assert.False(Filter.TryRead(string.Join(';', Enumerable.Repeat("a=1", Filter.Most + 1)), out _));
        Assert.False(Filter.TryRead(string.Join('|', Enumerable.Repeat("a=1", Filter.Most + 1)), out _));
        Assert.False(Filter.TryRead("a=" + string.Join(',', Enumerable.Range(0, View.MostRows + 1)), out _));
    }

    [Fact]
    public void Taking_the_last_condition_off_a_group_takes_the_group_off()
    {
        Assert.True(Filter.TryRead("a=1|b=2;c=3", out var filter));
        Assert.Equal("b=2;c=3", filter.Without(0, 0).ToString());
        Assert.Equal("a=1|b=2", filter.Without(1, 0).ToString());
        Assert.Equal("a=1|b=2|d~4;c=3", filter.With(new("d", "~", ["4"]), 0).ToString());
        Assert.Equal("a=1|b=2;c=3;d~4", filter.With(new("d", "~", ["4"])).ToString());
    }
}
