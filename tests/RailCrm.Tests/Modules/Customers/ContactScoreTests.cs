using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

public sealed class ContactScoreTests
{
    private static ContactScore.Subject Of(long id, string name = "", string? mobile = null, string? phone = null, string? email = null, long customer = 1) => ContactScore.Subject.Of(id, customer, name, mobile, phone, email);

    [Fact]
    public void At_one_customer_a_name_a_number_or_a_mail_is_enough()
    {
        Assert.Equal((50, "name"), ContactScore.Of(Of(1, "李 娜"), Of(2, "李娜")));
        Assert.Equal((50, "name"), ContactScore.Of(Of(1, "ＷＡＮＧ Wei"), Of(2, "wang wei")));
        Assert.Equal((50, "mobile"), ContactScore.Of(Of(1, "甲", "13812345678"), Of(2, "乙", "13812345678")));
        Assert.Equal((40, "phone"), ContactScore.Of(Of(1, "甲", "13812345678"), Of(2, "乙", phone: "13812345678"))); // A mobile where another has a phone.
        Assert.Equal((45, "email"), ContactScore.Of(Of(1, "甲", email: "Li.Na@Example.cn"), Of(2, "乙", email: "li.na@example.cn ")));
        Assert.Equal((100, "name,mobile,email"), ContactScore.Of(Of(1, "李娜", "13812345678", email: "a@b.cn"), Of(2, "李娜", "13812345678", email: "a@b.cn")));
    }

    [Fact]
    public void At_two_customers_it_takes_a_mobile_or_a_mail()
    {
        Assert.Null(ContactScore.Of(Of(1, "李娜", phone: "051266554433"), Of(2, "李娜", phone: "051266554433", customer: 2)));
        Assert.Equal((45, "mobile,elsewhere"), ContactScore.Of(Of(1, "甲", "13812345678"), Of(2, "乙", "13812345678", customer: 2)));
        Assert.Equal((90, "name,email,elsewhere"), ContactScore.Of(Of(1, "李娜", email: "a@b.cn"), Of(2, "李娜", email: "a@b.cn", customer: 2)));
    }

    [Fact]
    public void Every_set_of_reasons_that_a_pair_may_have_is_found_by_each_of_them()
    {
        string?[] some = [null, "13812345678"];
        var sets = (from name in new[] { "甲", "乙" }
            from mobile in some
            from phone in some
            from email in new[] { null, "a@b.cn" }
            from customer in new[] { 1L, 2L }
            let reasons = ContactScore.Of(Of(1, "甲", mobile, "051266554433", "a@b.cn"), Of(2, name, mobile, phone ?? "051266554433", email, customer))?.Reasons
            where reasons is not null
            select reasons).Distinct().ToList();

        Assert.True(sets.Count >= 15);
        Assert.All(ContactScore.Weights.Keys, r => Assert.Empty(sets.Where(s => s.Split(',').Contains(r)).Except(ContactScore.SetsWith(r))));
        Assert.All(ContactScore.Weights.Keys, r => Assert.All(ContactScore.SetsWith(r), s => Assert.Contains(r, s.Split(','))));
        Assert.Empty(ContactScore.SetsWith("luck"));
    }

    [Fact]
    public void What_is_missing_or_too_short_is_nothing_in_common()
    {
        Assert.Null(ContactScore.Of(Of(1, "甲"), Of(2, "乙")));
        Assert.Null(ContactScore.Of(Of(1, "。"), Of(2, "！")));
        Assert.Null(ContactScore.Of(Of(1, "甲", "12306"), Of(2, "乙", "12306")));
    }

    [Fact]
    public void The_fingerprint_changes_with_every_field_compared_and_with_nothing_else()
    {
        var (a, b) = (Of(1, "李娜", "13812345678"), Of(2, "李娜"));
        var print = ContactScore.Fingerprint(a, b);
        Assert.Equal(print, ContactScore.Fingerprint(b, a));
        Assert.Equal(print, ContactScore.Fingerprint(a with { CustomerId = 9 }, b with { CustomerId = 9 })); // Their customer was merged.
        Assert.Equal(6, new[] { print, ContactScore.Fingerprint(Of(1, "李纳", "13812345678"), b), ContactScore.Fingerprint(Of(1, "李娜", "13812345679"), b), ContactScore.Fingerprint(Of(1, "李娜", phone: "13812345678"), b), ContactScore.Fingerprint(a, Of(2, "李娜", email: "a@b.cn")), ContactScore.Fingerprint(a, b with { CustomerId = 2 }) }.Distinct().Count());
    }
}
