using System.Text.Json;
using RailCrm.Kernel;

namespace RailCrm.Tests.Kernel;

public sealed class VectorTests
{
    private static JsonElement Vectors() => JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("vectors/test_vectors.json"))).RootElement;

    [Fact]
    public void Published_credit_codes_are_valid_and_a_changed_character_is_noticed()
    {
        var codes = Vectors().GetProperty("uscc").GetProperty("valid_published").EnumerateArray().Select(c => c.GetString()!).ToList();

        Assert.NotEmpty(codes);
        Assert.All(codes, c => Assert.Equal(CreditCodeCheck.Valid, UnifiedSocialCreditCode.Check(c)));
        Assert.All(codes, c => Assert.NotEqual(CreditCodeCheck.Valid, UnifiedSocialCreditCode.Check(c[..5] + (c[5] == '0' ? '1' : '0') + c[6..])));
    }

    [Fact]
    public void Registered_codes_whose_check_digit_fails_pass_by_their_organisation_code()
    {
        var codes = Vectors().GetProperty("uscc").GetProperty("real_but_nonconforming").EnumerateArray().Select(c => c.ValueKind == JsonValueKind.String ? c.GetString()! : c.GetProperty("code").GetString()!).ToList();

        Assert.NotEmpty(codes);
        Assert.All(codes, c => Assert.Equal(CreditCodeCheck.CheckDigitFails, UnifiedSocialCreditCode.Check(c)));
    }

    [Fact]
    public void Organisation_codes_end_as_GB_11714_says()
    {
        var vectors = Vectors().GetProperty("org_code").GetProperty("vectors").EnumerateArray().ToList();

        Assert.NotEmpty(vectors);
        Assert.All(vectors, v => Assert.Equal(v.GetProperty("check").GetString()![0], UnifiedSocialCreditCode.OrganisationCheckDigit(v.GetProperty("body").GetString()!)));
    }

    [Fact]
    public void Growth_is_null_from_nothing_and_keeps_its_sign_on_losses()
    {
        var vectors = Vectors().GetProperty("growth_rate").EnumerateArray().ToList();

        Assert.NotEmpty(vectors);
        Assert.All(vectors, v => Assert.Equal(
            v.GetProperty("rate").ValueKind == JsonValueKind.Null ? null : v.GetProperty("rate").GetDecimal(), Growth.Rate(v.GetProperty("last").GetInt64(), v.GetProperty("this").GetInt64())));
    }

    [Theory]
    [InlineData("９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43")]
    [InlineData(" 9135 0100m000100y43 ", "91350100M000100Y43")]
    public void A_credit_code_is_read_as_people_type_it(string typed, string stored) => Assert.Equal(stored, UnifiedSocialCreditCode.Normalise(typed));

    [Theory]
    [InlineData("91350100M000100Y4")]
    [InlineData("91350100I000100Y43")]
    [InlineData("")]
    public void What_has_not_the_form_of_a_credit_code_is_refused(string code) => Assert.Equal(CreditCodeCheck.WrongFormat, UnifiedSocialCreditCode.Check(code));

    [Fact]
    public void Months_count_over_the_turn_of_the_year()
    {
        Assert.Equal("2026-01", Month.Parse("2025-12").Plus(1).ToString());
        Assert.Equal(new DateOnly(2024, 2, 29), Month.Parse("2024-02").Last);
        Assert.Equal(13, Month.Range(Month.Parse("2025-01"), Month.Parse("2026-01")).Count());
        Assert.False(Month.TryParse("2025-13", out _));
    }
}
