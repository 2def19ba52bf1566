using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>Fields of a record changed where they stand, by keyboard and finger; a look-up that shows what was chosen last, and makes what is missing without losing the form.</summary>
public sealed partial class Someone_changes_a_record_in_place(Browser browser)
{
    [Theory]
    [InlineData("zh-CN", 1400, false)]
    [InlineData("en", 390, true)]
    public async Task Changes_paragraphs_choices_and_shares_where_they_stand(string language, int width, bool dark)
    {
        await using var walk = await browser.Open(null, language, width, dark, user: "group");
        var page = walk.Page;
        await New(page, $"就地{language}{width}公司");
        ILocator Field(string key) => page.Locator($"dd[data-field={key}]");

        await Field("companyProfile").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Field("companyProfile").Locator("textarea").FillAsync("第一段");
        await page.Keyboard.PressAsync("Shift+Enter");
        await page.Keyboard.TypeAsync("第二段");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Field("companyProfile").Locator("textarea")).ToHaveCountAsync(0);
        await Assertions.Expect(Field("companyProfile")).ToContainTextAsync("第二段");

        await Field("marketShare").FocusAsync();
        await page.Keyboard.PressAsync("F2");
        await Field("marketShare").Locator("input").FillAsync("12.5");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Field("marketShare")).ToHaveTextAsync(Share());

        await Field("transportModes").DblClickAsync();
        await Field("transportModes").Locator("select").SelectOptionAsync(["carload", "container"]);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Field("transportModes").Locator("select")).ToHaveCountAsync(0);
        await Assertions.Expect(Field("transportModes")).ToContainTextAsync("·");
        await page.ReloadAsync();
        await Assertions.Expect(Field("companyProfile")).ToContainTextAsync("第一段");
        await Assertions.Expect(Field("transportModes")).ToContainTextAsync("·");
        await walk.Check();

        await page.GotoAsync("/customers?sort=-revenue");
        await page.Locator("table.rc-list tbody th a").First.ClickAsync();
        await page.Locator("caption a[href*='#f-Form-']").First.WaitForAsync(); // Lists are changed in their form.
        await walk.Check();
    }

    [Theory]
    [InlineData("zh-CN", 1400, true)]
    public async Task Makes_a_missing_customer_beside_the_form_and_finds_it_first_the_next_time(string language, int width, bool dark)
    {
        await using var walk = await browser.Open(null, language, width, dark, user: "group");
        var page = walk.Page;
        var name = $"查无{language}{width}公司";
        await page.GotoAsync("/waybills/new");
        await page.FillAsync("[name='Form.Note']", "留着");
        var field = page.Locator("[name='Form.Customer']");
        await field.PressSequentiallyAsync(name);
        var beside = await page.RunAndWaitForPopupAsync(() => page.Locator("rc-combobox [role=option][data-new]").Filter(new() { HasText = name }).ClickAsync());
        await Assertions.Expect(beside.Locator("[name='Form.Name']")).ToHaveValueAsync(name);

        await beside.Locator("main form button.btn-primary").ClickAsync();

        await Assertions.Expect(field).ToHaveValueAsync(new Regex($@"^KH-\d+ {name}$"));
        await Assertions.Expect(page.Locator("[name='Form.Note']")).ToHaveValueAsync("留着");
        await Assertions.Expect(field).ToBeEditableAsync();
        for (var n = 0; n < 100 && !beside.IsClosed; n++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.True(beside.IsClosed);
        await field.FillAsync("");
        var found = page.Locator("rc-combobox [role=option]").Filter(new() { HasText = name });
        await Assertions.Expect(found).ToBeVisibleAsync(); // Opened a moment ago, and nothing is typed.
        await Assertions.Expect(page.Locator("rc-combobox .dropdown-header")).ToBeVisibleAsync();
        await found.ClickAsync();
        await Assertions.Expect(field).ToHaveValueAsync(new Regex($@"^KH-\d+ {name}$"));
        await walk.Check();
    }

    [Fact]
    public async Task Makes_it_under_the_name_that_stands_in_the_field_where_the_answer_to_the_last_letters_is_late()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, dark: false, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/waybills/new");
        var field = page.Locator("[name='Form.Customer']");
        await field.PressSequentiallyAsync("查无甲");
        var offer = page.Locator("rc-combobox [role=option][data-new]").Filter(new() { HasText = "查无甲" });
        await offer.WaitForAsync();
        await page.RouteAsync("**/lookup/**", _ => Task.CompletedTask); // No further answer comes.
        await field.PressSequentiallyAsync("&乙公司");

        var beside = await page.RunAndWaitForPopupAsync(() => offer.ClickAsync());

        await Assertions.Expect(beside.Locator("[name='Form.Name']")).ToHaveValueAsync("查无甲&乙公司");
    }

    private static async Task New(IPage page, string name)
    {
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", name);
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(OneCustomer());
    }

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex OneCustomer();

    [GeneratedRegex(@"^\s*12\.5 %")]
    private static partial Regex Share();
}
