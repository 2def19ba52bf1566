using RailCrm.Kernel;
using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

public sealed class DuplicateScoreTests
{
    private static DuplicateScore.Subject Of(long id, string name, string? code = null, string? phone = null, string? address = null) =>
        DuplicateScore.Subject.Of(id, CompanyName.Normalised(name), code, [phone], null, address);

    [Theory]
    [InlineData("北方煤业有限公司", "北方煤业股份有限公司", "name", 60)]
    [InlineData("宏达物流", "鸿达物流", "pinyin", 45)]
    public void A_name_that_is_the_same_or_reads_the_same_is_enough(string a, string b, string reasons, int score) =>
        Assert.Equal((score, reasons), DuplicateScore.Of(Of(1, a), Of(2, b)));

    [Fact]
    public void A_phone_is_enough_an_address_or_part_of_a_name_alone_is_not()
    {
        const string Address = "河南省商丘市永城市高桥镇矿区路1号";
        Assert.Equal((40, "phone"), DuplicateScore.Of(Of(1, "甲商贸", phone: "13812345678"), Of(2, "乙物流", phone: "13812345678")));
        Assert.Null(DuplicateScore.Of(Of(1, "甲商贸", phone: "12306"), Of(2, "乙物流", phone: "12306")));
        Assert.Null(DuplicateScore.Of(Of(1, "甲商贸", address: Address), Of(2, "乙物流", address: Address)));
        Assert.Null(DuplicateScore.Of(Of(1, "北方煤业运销"), Of(2, "北方煤业")));
        Assert.Equal((45, "address,part"), DuplicateScore.Of(Of(1, "北方煤业运销", address: Address), Of(2, "北方煤业", address: "河南省商丘市 永城市高桥镇矿区路１号")));
    }

    [Theory]
    [InlineData("91350100M000100Y43", "91350100M000100Y44", "name,code", 90)] // One typed wrongly.
    [InlineData("91350100M000100Y43", "91350100M000100Y34", "name,code", 90)] // Two changed about.
    [InlineData("91350100M000100Y43", "92350200M000100Y47", "name,code", 90)] // The same organisation inside.
    public void A_credit_code_that_is_nearly_the_same_speaks_for_it(string a, string b, string reasons, int score) =>
        Assert.Equal((score, reasons), DuplicateScore.Of(Of(1, "北方煤业", a), Of(2, "北方煤业", b)));

    [Fact]
    public void Two_codes_that_differ_outweigh_an_equal_name_but_not_a_phone_on_top()
    {
        const string Mine = "91350100M000100Y43";
        const string Theirs = "91110000100001234X";
        Assert.Null(DuplicateScore.Of(Of(1, "北方煤业", Mine), Of(2, "北方煤业", Theirs)));
        Assert.Equal((75, "name,phone,other_code"), DuplicateScore.Of(Of(1, "北方煤业", Mine, "01066554433"), Of(2, "北方煤业", Theirs, "01066554433")));
    }

    [Fact]
    public void The_fingerprint_changes_with_every_field_compared_and_with_nothing_else()
    {
        var (a, b) = (Of(1, "北方煤业", null, "13812345678"), Of(2, "北方煤业"));
        var print = DuplicateScore.Fingerprint(a, b);
        Assert.Equal(print, DuplicateScore.Fingerprint(b, a));
        Assert.Equal(5, new[] { print, DuplicateScore.Fingerprint(Of(1, "北方煤矿", null, "13812345678"), b), DuplicateScore.Fingerprint(Of(1, "北方煤业", "91350100M000100Y43", "13812345678"), b), DuplicateScore.Fingerprint(Of(1, "北方煤业"), b), DuplicateScore.Fingerprint(a, Of(2, "北方煤业", null, null, "河南省商丘市高桥镇矿区路")) }.Distinct().Count());
    }
}
