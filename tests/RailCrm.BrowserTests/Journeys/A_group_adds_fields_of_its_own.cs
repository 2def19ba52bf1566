using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

public sealed class A_group_adds_fields_of_its_own(Browser browser)
{
    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task An_administrator_defines_one_and_a_manager_fills_it_in_finds_by_it_and_changes_it_where_it_stands(string language, int width)
    {
        var (name, key) = ($"站台{width}", $"x_zhantai{width}");
        await using (var walk = await browser.Open(null, language, width, user: "admin"))
        {
            await walk.Page.GotoAsync("/fields?list=customers");
            await walk.Check();
            await walk.Page.ClickAsync(".rc-head-actions a.btn-primary");
            await walk.Page.FillAsync("[name='Form.Name']", name);
            await walk.Page.SelectOptionAsync("[name='Form.Kind']", "Choice");
            await walk.Page.FillAsync("[name='Form.Options']", "一号站台\n二号站台");
            await walk.Page.SelectOptionAsync("[name='Form.WhenField']", "Kind");
            await walk.Page.Locator("[data-when-values=Kind] input[value=company]").CheckAsync();
            await walk.Check();
            await walk.Page.ClickAsync("main form button.btn-primary");
            await Assertions.Expect(walk.Page.Locator("table.rc-list")).ToContainTextAsync(name);
            await walk.Check();
        }

        await using var manager = await browser.Open(null, language, width, user: "group");
        var page = manager.Page;
        await page.GotoAsync("/customers/new");
        var field = page.Locator($"[name='Form.Custom.{key}']");
        await Assertions.Expect(field).ToBeVisibleAsync();
        await page.SelectOptionAsync("[name='Form.Kind']", "SoleTrader");
        await Assertions.Expect(field).ToBeHiddenAsync();
        await page.SelectOptionAsync("[name='Form.Kind']", "Company");
        await Assertions.Expect(field).ToBeVisibleAsync();
        await page.FillAsync("[name='Form.Name']", $"站台测试{language}公司");
        await field.SelectOptionAsync("二号站台");
        await manager.Check();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(new global::System.Text.RegularExpressions.Regex("/customers/[0-9]+$"));
        await Assertions.Expect(page.Locator($"dd[data-field={key}]")).ToContainTextAsync("二号站台");

        for (var n = 0; n < 60 && (await page.GotoAsync($"/customers?view=all&filter={key}%3D二号站台&columns=name,{key}"))?.Status == 200 && await page.Locator("table.rc-list tbody tr").CountAsync() != 1; n++)
        {
            await page.WaitForTimeoutAsync(500); // Until its index stands.
        }

        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(1);
        await manager.Check();
        await page.GotoAsync(await page.Locator("table.rc-list tbody th a").First.GetAttributeAsync("href") ?? "");
        var cell = page.Locator($"dd[data-field={key}]");
        await cell.DblClickAsync();
        var choice = page.Locator($"dd[data-field={key}] select");
        await choice.SelectOptionAsync("一号站台");
        await choice.PressAsync("Enter");
        await Assertions.Expect(choice).ToHaveCountAsync(0);
        await Assertions.Expect(cell).ToContainTextAsync("一号站台");
        await page.ReloadAsync();
        await Assertions.Expect(cell).ToContainTextAsync("一号站台");
    }

    [Theory]
    [InlineData("contacts", "en", 390)]
    [InlineData("waybills", "zh-CN", 1400)]
    public async Task One_of_people_or_of_lines_is_filled_in_found_by_and_changed_in_the_list(string list, string language, int width)
    {
        var own = await Own.Make(browser);
        var (name, key) = (list == "contacts" ? "性格" : "票种", list == "contacts" ? "x_xingge" : "x_piaozhong");
        await using (var admin = await browser.Open(null, language, width, user: "admin"))
        {
            await admin.Page.GotoAsync($"/fields/new?list={list}");
            await admin.Page.FillAsync("[name='Form.Name']", name);
            await admin.Page.SelectOptionAsync("[name='Form.Kind']", "Choice");
            await admin.Page.FillAsync("[name='Form.Options']", "第一种\n第二种");
            await admin.Page.CheckAsync("[name='Form.Indexed']");
            await admin.Page.ClickAsync("main form button.btn-primary");
            await Assertions.Expect(admin.Page.Locator("table.rc-list")).ToContainTextAsync(name);
        }

        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        var record = list == "contacts" ? $"/customers/{own.Customer}/contacts/{own.People[1].Id}" : $"/waybills/{own.Lines[1].Id}";
        await page.GotoAsync($"{record}/edit");
        await page.SelectOptionAsync($"[name='Form.Custom.{key}']", "第二种");
        await page.Locator("main form button[data-key=save], main form button.btn-primary").First.ClickAsync();
        await Assertions.Expect(page.Locator($"dd[data-field={key}]")).ToContainTextAsync("第二种");
        await walk.Check();

        var rows = page.Locator("table.rc-list .rc-tick");
        var found = $"/{list}?customer={own.Customer}&filter={key}%3D第二种&columns={(list == "contacts" ? "name" : "externalNo")},{key}";
        for (var n = 0; n < 60 && ((await page.GotoAsync(found))?.Status != 200 || await rows.CountAsync() != 1); n++)
        {
            await page.WaitForTimeoutAsync(500); // Until its index stands.
        }

        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".rc-chip", new() { HasTextString = name })).ToContainTextAsync("第二种");
        var cell = page.Locator($"td[data-field={key}]");
        await page.WaitForLoadStateAsync();
        await cell.DblClickAsync();
        await cell.Locator("select").SelectOptionAsync("第一种");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".rc-toast")).ToContainTextAsync("第一种");
        await page.GotoAsync(found.Replace("第二种", "第一种", StringComparison.Ordinal));
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await walk.CheckQuiet();
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task Someone_filters_by_some_of_several_options_and_takes_the_chip_off(string language, int width)
    {
        var (name, key) = ($"线索{width}", $"x_xiansuo{width}");
        await using (var admin = await browser.Open(null, language, width, user: "admin"))
        {
            await admin.Page.GotoAsync("/fields/new?list=customers");
            await admin.Page.FillAsync("[name='Form.Name']", name);
            await admin.Page.SelectOptionAsync("[name='Form.Kind']", "Choices");
            await admin.Page.FillAsync("[name='Form.Options']", "电话\n展会\n网站");
            await admin.Page.CheckAsync("[name='Form.Indexed']");
            await admin.Page.ClickAsync("main form button.btn-primary");
            await Assertions.Expect(admin.Page.Locator("table.rc-list")).ToContainTextAsync(name);
        }

        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers/new");
        await page.FillAsync("[name='Form.Name']", $"线索测试{language}公司");
        await page.Locator($"[name='Form.Custom.{key}'][value=展会]").CheckAsync();
        await page.Locator($"[name='Form.Custom.{key}'][value=网站]").CheckAsync();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(new global::System.Text.RegularExpressions.Regex("/customers/[0-9]+$"));

        await page.GotoAsync("/customers?view=all");
        for (var n = 0; n < 60 && await page.Locator($"#filter option[value={key}]").CountAsync() == 0; n++)
        {
            await page.WaitForTimeoutAsync(500); // Until its index stands.
            await page.ReloadAsync();
        }

        if (width < 600)
        {
            await page.ClickAsync("[popovertarget=list-sheet]"); // On a phone the filters stand in a sheet.
        }

        await page.ClickAsync("#filter summary");
        await page.SelectOptionAsync("#filter select[name=add]", key);
        await page.CheckAsync("#filter input[name=value][value=电话]");
        await page.CheckAsync("#filter input[name=value][value=网站]");
        await walk.Check();
        await page.ClickAsync("#filter button.btn-primary");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("table.rc-list tbody")).ToContainTextAsync($"线索测试{language}公司");
        await page.Keyboard.PressAsync("Escape");
        var chip = page.Locator(".rc-chip", new() { HasTextString = name });
        await Assertions.Expect(chip).ToContainTextAsync(language == "en" ? "电话, 网站" : "电话、网站");
        await walk.Check();
        await chip.Locator(".rc-chip-edit").ClickAsync();
        await Assertions.Expect(page.Locator("#filter input[name=value]:checked")).ToHaveCountAsync(2); // Of several, each is still chosen.
        await page.UncheckAsync("#filter input[name=value][value=电话]");
        await page.ClickAsync("#filter button.btn-primary");
        await Assertions.Expect(chip).Not.ToContainTextAsync("电话");
        await Assertions.Expect(page.Locator("table.rc-list tbody tr")).ToHaveCountAsync(1);
        await chip.Locator(".rc-chip-off").ClickAsync();
        await Assertions.Expect(chip).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("table.rc-list tbody tr").Nth(1)).ToBeVisibleAsync();
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task Someone_deletes_a_contact_and_takes_it_out_of_the_bin_again(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        var name = $"误删联系人{width}";
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", $"联系人误删{language}{width}公司");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(new global::System.Text.RegularExpressions.Regex("/customers/[0-9]+$"));
        await page.GotoAsync(page.Url + "/contacts/new");
        await page.FillAsync("[name='Form.Name']", name);
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await page.WaitForURLAsync(new global::System.Text.RegularExpressions.Regex("/contacts$"));
        await page.ClickAsync("a.btn-ghost-danger[href$='/bin']");
        await walk.Check();
        await page.ClickAsync("main form button.btn-danger");
        await Assertions.Expect(page.Locator("main table")).ToHaveCountAsync(0);
        await page.GotoAsync("/contacts");
        await page.ClickAsync(".rc-menu:has(a[href='/contacts/bin']) > summary");
        await page.Locator("main a[href='/contacts/bin']").ClickAsync();
        await Assertions.Expect(page.Locator("table.rc-list tbody")).ToContainTextAsync(name);
        await walk.Check();
        await page.Locator("table.rc-list tbody th a", new() { HasTextString = name }).ClickAsync();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-badge.rc-success").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.GotoAsync($"/contacts?q={Uri.EscapeDataString(name)}");
        await Assertions.Expect(page.Locator("table.rc-list tbody")).ToContainTextAsync(name);
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task Someone_deletes_a_customer_and_takes_it_out_of_the_bin_again(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "group");
        var page = walk.Page;
        await page.GotoAsync("/customers/quick");
        await page.FillAsync("[name='Form.Name']", $"误删{language}{width}公司");
        await page.Locator("main form button.btn-primary").ClickAsync();
        await page.WaitForURLAsync(new global::System.Text.RegularExpressions.Regex("/customers/[0-9]+$"));
        await page.GotoAsync(page.Url + "/bin");
        await page.Locator("main form button.btn-danger").ClickAsync();
        await page.WaitForURLAsync("**/customers/bin");
        await Assertions.Expect(page.Locator("table.rc-list tbody")).ToContainTextAsync($"误删{language}{width}公司");
        await walk.Check();
        await page.Locator("table.rc-list tbody th a", new() { HasText = $"误删{language}{width}公司" }).ClickAsync();
        await walk.Check();
        await page.Locator("main form button.btn-primary").Last.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-badge.rc-success").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.GotoAsync($"/customers?q={Uri.EscapeDataString($"误删{language}{width}公司")}");
        await Assertions.Expect(page.Locator("table.rc-list tbody")).ToContainTextAsync($"误删{language}{width}公司");
    }
}
