using RailCrm.Kernel;

namespace RailCrm.Tests.Kernel;

public sealed class SearchTermsTests
{
    /// <summary>Whether a name is found by what is typed, as the index would: each group of the question has a term of the name.</summary>
    private static bool Finds(string typed, string name) => SearchTerms.Query(typed) is { } query && Meets(query, name);

    private static bool Meets(IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> query, string name)
    {
        var terms = SearchTerms.ForPerson(name, []).Split(' ');
        return query.All(group => group.Any(t => terms.Any(term => t.Prefix ? term.StartsWith(t.Term, StringComparison.Ordinal) : term == t.Term)));
    }

    [Theory]
    [InlineData("重庆长安物流有限公司", "cq", "zq", "chongqing", "zhongqing", "cqca", "ca", "za", "changan", "zhangan", "cqcawl")]
    [InlineData("厦门建发股份有限公司", "xm", "sm", "xiamen", "shamen", "xmjf", "jf", "jianfa")]
    [InlineData("长沙中联重科股份有限公司", "cs", "zs", "changsha", "cszlzk", "cszlck", "zhongke", "chongke")]
    [InlineData("鑫淼犇贸易", "xmb", "xinmiaoben", "mbmy")]
    [InlineData("昇囍珺物流", "sxj", "shengxijun")]
    [InlineData("𬭩业（上海）化工", "sh", "shanghai", "shhg")]
    [InlineData("ABC物流", "abcwl", "abc", "bcwuliu")]
    [InlineData("曾晓单", "zxd", "cxs", "zengxiao", "cengxiao")]
    public void A_name_is_found_by_every_way_to_type_it(string name, params string[] ways) => Assert.All(ways, way => Assert.True(Finds(way, name), way));

    [Theory]
    [InlineData("重庆长安物流", "xq")]
    [InlineData("厦门建发", "ym")]
    [InlineData("长沙中联重科", "changzhou")]
    public void And_by_no_other(string name, string typed) => Assert.False(Finds(typed, name));

    [Fact]
    public void A_person_is_found_by_the_last_digits_and_the_whole_of_a_phone()
    {
        var terms = SearchTerms.ForPerson("王伟", ["13812345678", null, "0512-66554433"]).Split(' ');

        Assert.Contains("t13812345678", terms);
        Assert.Contains("t5678", terms);
        Assert.Contains("t66554433", terms);
    }

    [Theory]
    [InlineData("恒大物流", "恒达物流有限公司")] // Sounds the same.
    [InlineData("恒通物六", "恒通物流有限公司")]
    [InlineData("天太光禾", "石家庄天泰光禾商贸有限公司")]
    [InlineData("天泉光禾", "石家庄天泰光禾商贸有限公司")] // Looks the same.
    [InlineData("天光禾", "石家庄天泰光禾商贸有限公司")] // One missing.
    [InlineData("天泰光禾禾商贸", "石家庄天泰光禾商贸有限公司")] // One too many.
    [InlineData("天东泰", "石家庄天泰光禾商贸有限公司")]
    [InlineData("石家庄天太光禾商贸有限公司", "石家庄天泰光禾商贸有限公司")]
    [InlineData("石家庄泰光禾商贸有限公司", "石家庄天泰光禾商贸有限公司")]
    [InlineData("恒大", "恒达物流")]
    [InlineData("tiantqigu", "天泰光禾商贸")]
    [InlineData("hemgda", "恒达物流")]
    [InlineData("hegda", "恒达物流")]
    [InlineData("hhengda", "恒达物流")]
    [InlineData("hnegda", "恒达物流")]
    [InlineData("hengdawilu", "恒达物路")]
    [InlineData("tyghsm", "天泰光禾商贸")]
    [InlineData("siemns", "Siemens物流")]
    [InlineData("上海 恒大", "上海恒达物流")] // One of two words.
    public void A_slip_finds_the_name_that_was_meant(string typed, string meant)
    {
        Assert.False(Finds(typed, meant), "It is found as it stands.");
        Assert.Contains(NearTerms.Of(typed), question => Meets(question, meant));
        Assert.Contains(NearTerms.Of(typed, thirds: true), question => Meets(question, meant));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("恒")]
    [InlineData("hed")]
    [InlineData("13812345678")]
    [InlineData("  ")]
    [InlineData("' \" * ( -")]
    public void Too_little_to_guess_asks_nothing(string typed) => Assert.Empty(NearTerms.Of(typed));

    [Fact]
    public void A_long_text_asks_few_short_questions()
    {
        var questions = NearTerms.Of(new string('恒', 100)).Concat(NearTerms.Of(new string('h', 100))).Concat(NearTerms.Of("shijiazhuangtiantaiguanghe")).ToList();

        Assert.NotEmpty(questions);
        Assert.True(questions.Count <= 16, $"{questions.Count}");
        Assert.All(questions, q => Assert.True(q.Sum(g => g.Count) <= 400));
        Assert.All(questions.SelectMany(q => q).SelectMany(g => g), t => Assert.True(t.Term.Length <= 13));
    }
}

public sealed class TextMatchTests
{
    [Theory]
    [InlineData("导入", "导入", TextMatch.Same)]
    [InlineData("导", "导入", TextMatch.Begins)]
    [InlineData("dr", "导入", TextMatch.Begins)]
    [InlineData("daor", "导入", TextMatch.Begins)]
    [InlineData("入", "导入", TextMatch.Has)]
    [InlineData("外观：深色", "外观：深色", TextMatch.Same)]
    [InlineData("SET", "Settings", TextMatch.Begins)]
    [InlineData("xm", "厦门网点", TextMatch.Begins)]
    [InlineData("wangdian", "厦门网点", TextMatch.Has)]
    [InlineData("厦门 wd", "厦门网点", TextMatch.Has)]
    public void A_text_answers_by_characters_pinyin_and_initials(string typed, string text, int rank) => Assert.Equal(rank, TextMatch.Rank(typed, text));

    [Theory]
    [InlineData("heng", "郑州")]
    [InlineData("heng", "正")] // zheng has the letters, but is not read so.
    [InlineData("厦门 gs", "厦门网点")]
    public void Another_does_not(string typed, string text) => Assert.Null(TextMatch.Rank(typed, text));

    [Theory]
    [InlineData("天泰光禾", "石家庄天泰光禾商贸", 0)]
    [InlineData("天太光禾", "石家庄天泰光禾商贸", 1)]
    [InlineData("天光禾", "石家庄天泰光禾商贸", 1)]
    [InlineData("天泰光光禾", "石家庄天泰光禾商贸", 1)]
    [InlineData("天光泰禾", "石家庄天泰光禾商贸", 1)]
    [InlineData("光天禾", "石家庄天泰光禾商贸", 1)]
    [InlineData("甲乙丙", "石家庄天泰光禾商贸", 3)]
    [InlineData("", "石家庄", 0)]
    [InlineData("甲", "", 1)]
    public void Distance_counts_slips_to_the_nearest_part(string typed, string text, int slips) => Assert.Equal(slips, TextMatch.Distance(typed, text));
}
