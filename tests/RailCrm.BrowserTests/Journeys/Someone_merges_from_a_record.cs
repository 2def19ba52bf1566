using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>A customer is open and turns out to be there twice: the record proposes the other, a third is looked up, and the three become one.</summary>
public sealed partial class Someone_merges_from_a_record(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Is_told_how_many_a_merge_takes_before_and_as_a_sixth_is_ticked(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=all");
        for (var n = 0; n < 5; n++)
        {
            await page.Locator(".rc-tick").Nth(n).CheckAsync();
        }

        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=work-more]");
        }

        var (merge, over) = (page.Locator(".rc-work button[value=merge]"), page.Locator(".rc-work-over"));
        await Assertions.Expect(merge).ToContainTextAsync("5");
        await Assertions.Expect(over).ToBeHiddenAsync();
        if (width < 768)
        {
            await page.ClickAsync("#work-more .rc-sheet-head button");
        }

        await page.Locator(".rc-tick").Nth(5).CheckAsync();
        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=work-more]");
        }

        await Assertions.Expect(over).ToBeVisibleAsync();
        await walk.Check();
        await merge.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-merge-stay input[name=ids]")).ToHaveCountAsync(6); // Where one is left out.
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task Ticks_the_one_alike_looks_up_another_and_merges_them(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        var name = $"记录并{language[..2]}{width}建材";
        var first = await Create($"{name}有限公司", "");
        var alike = await Create($"{name}股份有限公司", "暂");
        var third = $"旁户{language[..2]}{width}仓储";
        var other = await Create(third, "");

        // Nothing is like the third: the page says so and still takes one that is named.
        await page.GotoAsync($"/customers/{other}");
        await page.Locator($"main a[href='/customers/merge?ids={other}']").First.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-merge-stay .rc-empty")).ToBeVisibleAsync();
        await walk.Check();

        // By the palette, where it is offered on every tab of the record.
        await page.GotoAsync($"/customers/{first}/contacts");
        await Assertions.Expect(page.Locator("rc-palette:defined")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.Locator("#palette-text")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("hebing");
        await page.Locator("#palette-list [role=option]", new() { HasText = language == "en" ? "Merge with…" : "与…合并" }).ClickAsync();
        var tick = page.Locator($".rc-merge-alike input[name=ids][value='{alike}']");
        await Assertions.Expect(tick).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rc-merge-alike .rc-alike-score")).ToContainTextAsync("60");
        await page.Locator(".rc-merge-stay button.btn-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-merge-stay .invalid-feedback")).ToBeVisibleAsync(); // None was chosen.
        await walk.Check();

        await tick.CheckAsync();
        await page.Locator("[name=other]").FillAsync(third);
        await page.Locator("rc-combobox [role=option]", new() { HasText = third }).First.ClickAsync();
        await page.Locator(".rc-merge-stay button.btn-primary").ClickAsync();
        await page.Locator($".rc-merge-stay input[name=survivor][value='{first}']").CheckAsync();
        await page.Locator(".rc-merge-stay button").ClickAsync();
        await page.WaitForURLAsync($"**survivor={first}");
        await page.Locator($"input[name='Choice.Name'][value='{alike}']").CheckAsync();
        await walk.Check();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(Record());
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync($"{name}股份有限公司");
        await Assertions.Expect(page.Locator(".rc-toast form[action='/customers/merges'] button")).ToBeVisibleAsync();
        await page.GotoAsync($"/customers/{other}");
        await page.WaitForURLAsync($"**/customers/{first}");

        async Task<string> Create(string called, string later)
        {
            await page.GotoAsync("/customers/new");
            await page.FillAsync("main input[name='Form.Name']", called + later);
            await page.Locator("main form button.btn-primary").First.ClickAsync();
            await page.WaitForURLAsync(Record());
            var id = Number().Match(page.Url).Value;
            if (later.Length > 0)
            {
                // Called like another only later: whoever creates one like another says why it is none, and is asked no more.
                await page.GotoAsync($"/customers/{id}/edit");
                await page.FillAsync("main input[name='Form.Name']", called);
                await page.Locator("main form button[data-key=save]").First.ClickAsync();
                await page.WaitForURLAsync(Record());
            }

            return id;
        }
    }

    [GeneratedRegex(@"/customers/\d+$")]
    private static partial Regex Record();

    [GeneratedRegex(@"\d+$")]
    private static partial Regex Number();
}
