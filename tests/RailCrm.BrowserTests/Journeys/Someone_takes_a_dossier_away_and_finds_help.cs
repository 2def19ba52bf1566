using System.IO.Compression;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Platform.Access;

namespace RailCrm.BrowserTests.Journeys;

public sealed class Someone_takes_a_dossier_away_and_finds_help(Browser browser)
{
    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task An_administrator_changes_the_template_and_a_dossier_comes_out_of_it(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "admin");
        var page = walk.Page;
        await page.GotoAsync("/settings/dossier");
        await walk.Check();
        var card = page.Locator($"form:has(#template-{language})");
        var changed = await Changed(await page.RunAndWaitForDownloadAsync(() => page.Locator($"a[href='/settings/dossier/template?language={language}']").ClickAsync()), "{{customer.nmae}}");
        await page.SetInputFilesAsync($"#template-{language}", new FilePayload { Name = "a.docx", MimeType = "application/octet-stream", Buffer = changed });
        await card.Locator("button.btn-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".alert-danger")).ToContainTextAsync("customer.nmae");
        await walk.Check();

        await page.GotoAsync("/settings/dossier");
        changed = await Changed(await page.RunAndWaitForDownloadAsync(() => page.Locator($"a[href='/settings/dossier/template?language={language}']").ClickAsync()), "№ {{customer.number}}");
        await page.SetInputFilesAsync($"#template-{language}", new FilePayload { Name = "a.docx", MimeType = "application/octet-stream", Buffer = changed });
        await card.Locator("button.btn-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();

        await using var reader = await browser.Open(null, language, width, user: "data");
        await reader.Page.GotoAsync("/customers/1/print");
        await reader.Check();
        var word = await reader.Page.RunAndWaitForDownloadAsync(() => reader.Page.Locator("button[value=docx]").ClickAsync());
        using (var document = WordprocessingDocument.Open(await word.PathAsync(), false))
        {
            Assert.StartsWith("№ KH-", document.MainDocumentPart!.Document!.Body!.InnerText, StringComparison.Ordinal);
        }

        var zip = await reader.Page.RunAndWaitForDownloadAsync(() => reader.Page.Locator("button[value=zip]").ClickAsync());
        using (var archive = ZipFile.OpenRead(await zip.PathAsync()))
        {
            Assert.Contains(archive.Entries, e => e.FullName == "manifest.json");
        }

        await page.GotoAsync("/settings/dossier");
        await page.Locator($"[data-target=reset-{language}]").ClickAsync();
        await page.Locator($"#reset-{language} form .btn-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".rc-toast")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator($"[data-target=reset-{language}]")).ToHaveCountAsync(0);
    }

    private static async Task<byte[]> Changed(IDownload template, string text)
    {
        using var stream = new MemoryStream(await File.ReadAllBytesAsync(await template.PathAsync()));
        using var larger = new MemoryStream();
        await stream.CopyToAsync(larger);
        using (var document = WordprocessingDocument.Open(larger, true))
        {
            document.MainDocumentPart!.Document!.Body!.PrependChild(new Paragraph(new Run(new Text(text))));
        }

        return larger.ToArray();
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task A_new_person_walks_the_tour_by_keyboard_and_is_never_offered_it_again(string language, int width)
    {
        var user = width > 1000 ? "outlet" : "finance";
        await browser.Demo.In(db => db.Set<User>().Where(u => u.UserName == user).ExecuteUpdateAsync(s => s.SetProperty(u => u.TourEndedAt, (DateTime?)null)));
        await using var walk = await browser.Open(null, language, width, user: user);
        var page = walk.Page;
        await page.GotoAsync("/");
        var tour = page.Locator("dialog.rc-tour");
        await Assertions.Expect(tour).ToBeVisibleAsync();
        await walk.Check();
        for (var step = 0; step < 4; step++)
        {
            await Assertions.Expect(page.Locator($"#tour-title-{step}")).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("ArrowRight");
        }

        await Assertions.Expect(page.Locator("#tour-title-4")).ToBeFocusedAsync();
        for (var tab = 0; tab < 8; tab++)
        {
            await page.Keyboard.PressAsync("Tab"); // The focus stays in the dialog, or with the browser's own frame.
            Assert.True(await page.EvaluateAsync<bool>("document.activeElement === document.body || !!document.activeElement.closest('dialog.rc-tour')"));
        }

        await page.Locator("dialog.rc-tour [data-part=next]").FocusAsync();
        await page.RunAndWaitForResponseAsync(() => page.Keyboard.PressAsync("Enter"), r => r.Url.EndsWith("/help/tour/end", StringComparison.Ordinal));
        await Assertions.Expect(tour).ToBeHiddenAsync();
        await page.GotoAsync("/");
        await Assertions.Expect(tour).ToHaveCountAsync(0);

        await page.GotoAsync("/help/tour");
        await walk.Check();
        await page.Locator("a[href='/?tour=1']").ClickAsync();
        await Assertions.Expect(tour).ToBeVisibleAsync();
        await page.RunAndWaitForResponseAsync(() => page.Keyboard.PressAsync("Escape"), r => r.Url.EndsWith("/help/tour/end", StringComparison.Ordinal));
        await Assertions.Expect(tour).ToBeHiddenAsync();
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task A_field_says_what_it_means_at_a_key_and_in_a_row_added_later(string language, int width)
    {
        await using var walk = await browser.Open(null, language, width, user: "outlet");
        var page = walk.Page;
        await page.GotoAsync("/customers/new");
        var help = page.Locator("#f-Form-CreditCode-more");
        await Assertions.Expect(help).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[popovertarget=f-Form-CreditCode-more]")).ToHaveAttributeAsync("tabindex", "-1"); // No stop of its own: the field tells the text, F1 shows it.
        await Assertions.Expect(page.Locator("#f-Form-CreditCode")).ToHaveAttributeAsync("aria-describedby", new System.Text.RegularExpressions.Regex("f-Form-CreditCode-more"));
        await page.Locator("#f-Form-CreditCode").FocusAsync();
        await page.Keyboard.PressAsync("F1");
        await Assertions.Expect(help).ToContainTextAsync("GB 32100-2015");
        await walk.Check();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(help).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[popovertarget=f-Form-CreditCode-more]")).ToBeVisibleAsync(); // Esc closes the help, not the form.

        var add = page.Locator("button[name=Add][value=Sidings]");
        await add.ClickAsync();
        await page.Locator("[popovertarget='f-Form-Sidings-2-LengthMetres-more']").ClickAsync();
        await Assertions.Expect(page.Locator("#f-Form-Sidings-2-LengthMetres-more")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[popovertarget='f-Form-Sidings-1-LengthMetres-more']")).ToHaveCountAsync(1);
        await page.GotoAsync("/customers");
        await page.Locator(".rc-head-help").ClickAsync(); // What this is.
        await page.WaitForURLAsync("**/help#lists");
        await Assertions.Expect(page.Locator("#lists")).ToBeInViewportAsync();
        await page.FillAsync("#guide-find", "Ctrl-K");
        await Assertions.Expect(page.Locator("#find")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#waybills")).ToBeHiddenAsync();
        await walk.Check();
        await page.FillAsync("#guide-find", "");
        await Assertions.Expect(page.Locator("#waybills")).ToBeVisibleAsync();
        await walk.Check();
    }
}
