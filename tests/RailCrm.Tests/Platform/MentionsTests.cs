using RailCrm.Platform.Notes;

namespace RailCrm.Tests.Platform;

public sealed class MentionsTests
{
    private static readonly Dictionary<string, string> Known = new() { ["LI"] = "李娜", ["LILY"] = "莉莉", ["张三"] = "张三", ["张三丰"] = "张三丰", ["ANNA.W"] = "Anna" };

    [Theory]
    [InlineData("@li please look", "LI")]
    [InlineData("请 @Li看一下", "LI")]
    [InlineData("@lily", "LILY")]
    [InlineData("@liz", "")]
    [InlineData("@张三请看", "张三")]
    [InlineData("@张三丰请看", "张三丰")]
    [InlineData("请转@张三、@lily。", "LILY,张三")]
    [InlineData("@anna.w.", "ANNA.W")]
    [InlineData("mail someone@li.cn", "")]
    [InlineData("@@li", "LI")]
    [InlineData("@ li", "")]
    [InlineData("@", "")]
    public void The_longest_name_that_somebody_bears_is_meant(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', Mentions.Meant(text, Known).Order(StringComparer.Ordinal)));

    [Fact]
    public void Pieces_put_together_are_the_text_and_every_name_meant_is_a_candidate()
    {
        const string text = "@li 与 @张三丰请看 a@b.c @没有这人";
        var pieces = Mentions.Pieces(text, Known).ToList();

        Assert.Equal(text, string.Concat(pieces.Select(p => p.Text)));
        Assert.Equal(["@li", "@张三丰"], pieces.Where(p => p.Name is not null).Select(p => p.Text));
        Assert.Equal("@李娜 与 @张三丰请看 a@b.c @没有这人", Mentions.Read(text, Known));
        Assert.Empty(Mentions.Meant(text, Known).Except(Mentions.Candidates(text)));
    }

    [Fact]
    public void A_text_of_nothing_but_calls_asks_for_few_names() => Assert.InRange(Mentions.Candidates(string.Concat(Enumerable.Range(0, 1_000).Select(i => $"@{new string((char)(0x4E00 + i), 60)}"))).Count, 1, 1_000);
}
