using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>What somebody who has lists open all day notices: where the records begin, how far a row is from what is done to it, what the keys do.</summary>
[Collection("what a subsidiary's head opened last")]
public sealed partial class Someone_works_through_lists(Browser browser)
{
    /// <summary>Puts a customer of the demo into the bin, one that no other journey looks at: not the newest, which another has just made.</summary>
    private Task<string> Binned(int at) => browser.Demo.In(async db =>
    {
        var customer = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id <= 300).OrderByDescending(c => c.Id).Skip(at).FirstAsync();
        (customer.DeletedAt, customer.DeletedBy) = (db.UtcNow, 1);
        await db.SaveChangesAsync();
        return customer.Name;
    });

    [Theory]
    [InlineData("zh-CN", false)]
    [InlineData("en", true)]
    public async Task On_a_phone_the_first_record_stands_in_the_upper_third_and_what_is_folded_opens(string language, bool dark)
    {
        await Binned(0);
        await using var walk = await browser.Open(null, language, 390, dark, user: "group");
        var page = walk.Page;
        foreach (var path in new[] { "/customers?view=all", "/contacts", "/waybills", "/customers/bin", "/contacts/bin", "/customers/duplicates" })
        {
            await page.GotoAsync(path);
            var box = (await page.Locator("table.rc-list tbody tr, .rc-empty").First.BoundingBoxAsync())!;
            Assert.True(box.Y <= 300, $"{path}: the first record stands at {box.Y} px.");
            await walk.CheckQuiet();
        }

        await page.GotoAsync("/customers?view=all");
        await Assertions.Expect(page.Locator("#list-filter select").First).ToBeHiddenAsync();
        await page.ClickAsync("[popovertarget=list-sheet]");
        await Assertions.Expect(page.Locator("#list-filter select").First).ToBeVisibleAsync();
        await walk.Check();
        await page.SelectOptionAsync("#list-filter select[name=tier]", "small");
        await Assertions.Expect(page.Locator(".rc-chip")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("[popovertarget=list-look]");
        await Assertions.Expect(page.Locator("#list-look .rc-segments a").First).ToBeVisibleAsync();
        await walk.Check();
        await page.Keyboard.PressAsync("Escape");

        await page.Locator(".rc-tick").First.CheckAsync();
        var bar = (await page.Locator(".rc-work").BoundingBoxAsync())!;
        Assert.True(bar.Height < 70, $"The bar of what is selected is {bar.Height} px high.");
        await walk.Check();
        await page.ClickAsync("[popovertarget=work-more]");
        await Assertions.Expect(page.Locator("#work-more button[value=bin]")).ToBeVisibleAsync();
        await walk.Check();
        await page.ClickAsync("#work-more [data-work=none]");
        await Assertions.Expect(page.Locator(".rc-work")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en")]
    public async Task At_a_desk_the_usual_columns_fit_beside_the_menu(string language)
    {
        await browser.Demo.In(async db => // Somebody's import brought words without an end, first in any order.
        {
            db.Add(new Contact { CustomerId = await db.Set<Customer>().MinAsync(c => c.Id), Name = new string('!', 50), Title = new string('M', 40), Email = $"{new string('!', 60)}@example.com" });
            var line = await db.Set<WaybillLine>().OrderByDescending(l => l.Date).ThenByDescending(l => l.Id).AsNoTracking().FirstAsync();
            (line.Id, line.Source, line.ExternalNo, line.Custom) = (0, "walk", $"{language}-{new string('M', 60)}", null);
            db.Add(line);
            return await db.SaveChangesAsync();
        });
        await using var walk = await browser.Open(null, language, 1400, user: "group");
        foreach (var path in new[] { "/customers?view=all", "/contacts", "/waybills" })
        {
            await walk.Page.GotoAsync(path);
            var over = await walk.Page.EvaluateAsync<int>("(() => { const e = document.querySelector('.rc-scroll:has(> .rc-list)'); return e.scrollWidth - e.clientWidth; })()");
            Assert.True(over <= 1, $"{path} {language}: {over} px too wide.");
            Assert.Equal("separate", await walk.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('table.rc-list')).borderCollapse")); // Else the line below the first cell, which stays in sight, is lost.
        }
    }

    [Fact]
    public async Task Gives_a_customer_back_from_its_row_and_takes_that_back()
    {
        var name = await Binned(1);
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers/bin");
        var row = page.Locator("table.rc-list tbody tr", new() { HasText = name });
        await row.Locator("form button").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync(name);
        Assert.EndsWith("/customers/bin", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(row).ToHaveCountAsync(0);
        await walk.Check();
        await page.ClickAsync(".rc-toast form button");
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await row.Locator("form button").ClickAsync();
        await Assertions.Expect(row).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Empties_nothing_by_pressing_one_button()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?view=all");
        await page.Locator(".rc-tick").First.CheckAsync();
        await page.ClickAsync(".rc-work button[value=edit]");
        var start = page.Locator("main form button.btn-primary").Last;
        await start.ClickAsync();
        Assert.DoesNotMatch(OneWork(), page.Url);
        await Assertions.Expect(page.Locator(".rc-work-value")).ToBeHiddenAsync();
        await walk.Check();
        await page.SelectOptionAsync("#f-Form-Field", "website");
        await Assertions.Expect(page.Locator("#f-Form-Value")).ToBeVisibleAsync();
        await start.ClickAsync();
        await Assertions.Expect(page.Locator("#f-Form-Value-error")).ToBeVisibleAsync();
        Assert.DoesNotMatch(OneWork(), page.Url);
        Assert.Equal("website", await page.InputValueAsync("#f-Form-Field"));
        await walk.Check();
        await page.CheckAsync("#f-Form-Empties");
        await Assertions.Expect(page.Locator("#f-Form-Value")).ToBeHiddenAsync();
        await page.SelectOptionAsync("#f-Form-Field", "active");
        await Assertions.Expect(page.Locator("#f-Form-Empties")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Keys_choose_on_the_board_before_a_card_moves()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?layout=board&group=ownership");
        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(page.Locator(".rc-board-card > a").First).ToBeFocusedAsync();
        var card = page.Locator(".rc-board-card").First;
        var name = (await card.Locator("> a").InnerTextAsync()).Trim();
        await card.Locator("select").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.WaitForTimeoutAsync(300);
        await Assertions.Expect(page.Locator(".rc-toast")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rc-board-column").Nth(1)).ToContainTextAsync(name);
        await page.ClickAsync(".rc-toast form button"); // Undo.
        await Assertions.Expect(page.Locator(".rc-board-column").First).ToContainTextAsync(name);
        await Assertions.Expect(page.Locator("rc-board:defined")).ToHaveCountAsync(1);
        await page.Locator(".rc-board-column").First.Locator(".rc-board-card > a", new() { HasText = name }).FocusAsync();
        await page.Keyboard.PressAsync("Shift+ArrowRight"); // To the column beside, and the keyboard stays with the card.
        await Assertions.Expect(page.Locator(".rc-board-column").Nth(1).Locator(".rc-board-card > a:focus")).ToContainTextAsync(name);
        await page.Keyboard.PressAsync("Shift+ArrowLeft");
        await Assertions.Expect(page.Locator(".rc-board-column").First.Locator(".rc-board-card > a:focus")).ToContainTextAsync(name);
        await page.SelectOptionAsync(".rc-group-bar select[name=group]", "tier");
        await Assertions.Expect(page.Locator(".rc-board-column[data-value=prospective]")).ToBeVisibleAsync();
        await page.Locator(".rc-board-column[data-value=small] .rc-board-card").First.DragToAsync(page.Locator(".rc-board-column[data-value=medium] h2"));
        await page.WaitForURLAsync("**/tier?**"); // By hand only with a reason.
        await Assertions.Expect(page.Locator("select[name='Form.Tier']")).ToHaveValueAsync("Medium");
        await page.GotoAsync("/customers?layout=board&group=ownership");
        await Assertions.Expect(page.Locator("rc-palette:defined")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("zh-CN", 1400)]
    [InlineData("en", 390)]
    public async Task Unfolds_groups_picks_a_range_and_loses_nothing_typed(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers?layout=groups&group=tier");
        await Assertions.Expect(page.Locator("rc-palette:defined")).ToHaveCountAsync(1);
        var fold = page.Locator(".rc-unfold").First;
        await fold.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "true");
        await Assertions.Expect(page.Locator("tr.rc-within[data-id]").First).ToBeVisibleAsync();
        await walk.Check();
        await fold.ClickAsync();
        await Assertions.Expect(page.Locator("tr.rc-within")).ToHaveCountAsync(0);
        await page.SelectOptionAsync(".rc-group-bar select[name=then]", "ownership");
        await Assertions.Expect(page.Locator("tr.rc-within").First).ToBeVisibleAsync();
        await walk.Check();

        await page.GotoAsync("/customers?view=all&layout=table");
        await Assertions.Expect(page.Locator("rc-palette:defined")).ToHaveCountAsync(1);
        await page.FillAsync("[name=q][form=list-filter]", "公司");
        if (width < 768)
        {
            await page.ClickAsync("[popovertarget=list-look]");
        }

        await page.Locator(".rc-segments a[href*='layout=cards']").ClickAsync(); // Not sent yet: it goes along.
        await page.WaitForURLAsync("**q=**");
        await Assertions.Expect(page.Locator(".rc-segments a.active[href*='layout=cards']")).ToHaveCountAsync(1); // The address changes before the page does.
        await Assertions.Expect(page.Locator("[name=q][form=list-filter]")).ToHaveValueAsync("公司");
        await page.Locator(".rc-tick").Nth(0).ClickAsync();
        await page.Locator(".rc-tick").Nth(3).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("4");
        await page.Locator("table.rc-list tbody th a").Nth(3).FocusAsync();
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("5");
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator(".rc-work-count")).ToContainTextAsync("4");
        await walk.Check();
    }

    [Fact]
    public async Task Finds_an_action_once_and_creates_nothing_by_Enter_alone()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var page = walk.Page;
        var options = page.Locator("#palette-list [role=option]");
        async Task Ask(string path, string text)
        {
            await page.GotoAsync(path);
            await Assertions.Expect(page.Locator("rc-palette:defined")).ToHaveCountAsync(1);
            await page.Keyboard.PressAsync("Control+k");
            await page.FillAsync("#palette-text", text);
            await Assertions.Expect(options.Filter(new() { HasTextString = text.Length > 8 ? text : "" }).First).ToBeVisibleAsync();
        }

        await Ask("/customers?view=all", "导入客户");
        await Assertions.Expect(options.Filter(new() { HasTextString = "导入客户" })).ToHaveCountAsync(1);
        await Ask("/waybills", "新建运单");
        await Assertions.Expect(options.Filter(new() { HasTextString = "新建运单" })).ToHaveCountAsync(1);
        await Ask("/customers/1/contacts", "打印");
        await Assertions.Expect(options.First).ToContainTextAsync("打印：");
        await Assertions.Expect(options.First).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/customers/1/print");
        await Ask("/customers?view=all", "没有人叫这样的名字");
        await Assertions.Expect(options).ToHaveCountAsync(1);
        await Assertions.Expect(options.First).ToHaveAttributeAsync("aria-selected", "false");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#palette")).ToBeVisibleAsync();
        await walk.Check();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[name='Form.Name']")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/", 1400)]
    [InlineData("/", 390)]
    [InlineData("/customers/1/print", 1400)]
    [InlineData("/customers?layout=chart&group=industry&chart=pie", 1400)]
    public async Task The_legend_of_a_round_picture_shows_every_entry(string path, int width)
    {
        await using var walk = await browser.Open(null, "zh-CN", width, user: "group");
        await walk.Page.GotoAsync(path);
        await Assertions.Expect(walk.Page.Locator("rc-chart svg").First).ToBeVisibleAsync();
        await walk.Page.WaitForTimeoutAsync(500);
        var missing = await walk.Page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('rc-chart')].flatMap(chart => {
              const data = JSON.parse(chart.getAttribute('data'));
              const said = [...(chart.shadowRoot?.querySelectorAll('svg text') ?? [])].map(t => t.textContent);
              return data.kind === 'pie' ? data.labels.filter(label => !said.includes(label)) : [];
            })
            """);
        Assert.True(missing.Length == 0, string.Join(',', missing));
    }

    [GeneratedRegex(@"/lists/customers/work/\d+$")]
    private static partial Regex OneWork();
}
