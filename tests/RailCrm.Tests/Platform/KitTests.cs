using System.Net;
using RailCrm.Kernel;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Tests.Platform;

public sealed class KitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_of_parts_is_absent_outside_development()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("group");

        using var answer = await browser.GetAsync(new Uri("/kit", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("360", "wan", 360_000_000L)]
    [InlineData("1,234.50", "yuan", 123_450L)]
    [InlineData("１２３．５", "yuan", 12_350L)]
    [InlineData("-0.01", "yuan", -1L)]
    [InlineData("0.000001", "wan", 1L)]
    [InlineData("1,200", "wan", 1_200_000_000L)]
    [InlineData("50万", "yuan", 50_000_000L)]
    [InlineData("50万元", "wan", 50_000_000L)]
    [InlineData("1.2M", "yuan", 120_000_000L)]
    public void Money_is_read_exactly_in_the_unit_beside_it(string text, string unit, long fen)
    {
        Assert.True(MoneyField.TryRead(text, unit, out var read));
        Assert.Equal(fen, read);
    }

    [Theory]
    [InlineData("0.005", "yuan")]
    [InlineData("1e308", "yuan")]
    [InlineData("NaN", "yuan")]
    [InlineData("", "wan")]
    [InlineData("12,34", "yuan")]
    [InlineData("99999999999999999999", "wan")]
    public void What_is_no_exact_amount_is_refused(string text, string unit) => Assert.False(MoneyField.TryRead(text, unit, out _));

    [Fact]
    public async Task The_unit_of_money_is_kept_and_leads_back_only_to_our_own_pages()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("group");

        using var answer = await Post("/customers?tier=large");
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal("/customers?tier=large", answer.Headers.Location?.ToString());
        Assert.Contains(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("money=wan", StringComparison.Ordinal));
        using var astray = await Post("//evil.example");
        Assert.Equal("/", astray.Headers.Location?.ToString());

        async Task<HttpResponseMessage> Post(string back)
        {
            var page = await browser.GetStringAsync(new Uri("/", UriKind.Relative), Ct);
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["to"] = "wan", ["returnUrl"] = back, ["__RequestVerificationToken"] = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value,
            });
            return await browser.PostAsync(new Uri("/money-unit", UriKind.Relative), form, Ct);
        }
    }

    [Fact]
    public async Task An_error_stands_in_the_shell_of_who_is_signed_in_and_on_a_bare_page_for_others()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var known = await app.SignedIn("group");
        using var stranger = app.Browser();

        var inside = await (await known.GetAsync(new Uri("/no-such-page", UriKind.Relative), Ct)).Content.ReadAsStringAsync(Ct);
        var outside = await (await stranger.GetAsync(new Uri("/no-permission", UriKind.Relative), Ct)).Content.ReadAsStringAsync(Ct);

        Assert.Contains("rc-side", inside, StringComparison.Ordinal);
        Assert.Contains("rc-bare", outside, StringComparison.Ordinal);
        Assert.DoesNotContain("rc-side\"", outside, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_shows_the_refusal_of_its_name_only()
    {
        var errors = new FormErrors(new Refusal.InvalidMany([new("Name", "customer.name_missing")]));

        Assert.NotNull(errors.For("Form.Name"));
        Assert.Null(errors.For("Form.Other"));
        Assert.Equal("f-Form-Rows-0-Name", FieldBase.IdOf("Form.Rows[0].Name"));
    }
}
