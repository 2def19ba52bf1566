using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;

namespace RailCrm.BrowserTests.Journeys;

[Collection("what a subsidiary's head opened last")]
public sealed class Colleagues_work_on_a_record(Browser browser)
{
    /// <summary>A picture of one blue pixel.</summary>
    private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADAgH/p6FnkQAAAABJRU5ErkJggg==");

    /// <summary>A page with nothing on it.</summary>
    private static readonly byte[] Pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>"u8.ToArray();

    /// <summary>A customer of the outlet's as the demo made it; one for each walk, since the walks go at once. Not of the latest: other walks bin those.</summary>
    private Task<(long Id, string Name)> Customer(int at) => browser.Demo.In(async db =>
    {
        var unit = await db.Set<User>().Where(u => u.UserName == "outlet").Select(u => u.UnitId).SingleAsync();
        var found = await db.Set<Customer>().Where(c => c.UnitId == unit && c.Id <= 290).OrderByDescending(c => c.Id).Skip(at).Select(c => new { c.Id, c.Name }).FirstAsync();
        return (found.Id, found.Name);
    });

    [Theory, MemberData(nameof(Ways.Two), MemberType = typeof(Ways))]
    public async Task A_colleague_who_is_mentioned_finds_it_in_the_inbox(string language, int width)
    {
        var (id, name) = await Customer(width == 390 ? 1 : 2);
        await using var walk = await browser.Open(null, language, width, user: "outlet");
        var page = walk.Page;
        await page.GotoAsync($"/customers/{id}/notes");
        await Assertions.Expect(page.Locator("rc-mentions:defined").First).ToBeVisibleAsync();
        await page.ClickAsync("#note-text");
        await page.Keyboard.TypeAsync("客户要求提前两天装车，请 @subs");
        await Assertions.Expect(page.Locator("#note-text-options .active")).ToContainTextAsync("@subsidiary");
        await walk.Check();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("安排");
        await page.ClickAsync("form:has(#note-text) .btn-primary");
        await Assertions.Expect(page.Locator(".rc-mention")).ToHaveAttributeAsync("title", "@subsidiary");
        await Assertions.Expect(page.Locator(".rc-mention")).Not.ToHaveTextAsync("@subsidiary"); // The person's name, not the account's.
        await page.Locator(".rc-note-acts button[form=note-act]").First.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-notes > li.pinned")).ToHaveCountAsync(1);
        await walk.Check();

        await using var theirs = await browser.Open(null, language, width, dark: true, user: "subsidiary");
        await theirs.Page.GotoAsync("/");
        await theirs.Page.Locator(".rc-bell[href='/inbox']:has(.rc-bell-count)").ClickAsync();
        var line = theirs.Page.Locator(".rc-inbox li.unread", new() { HasTextString = name });
        await Assertions.Expect(line).ToContainTextAsync("提前两天");
        await theirs.Check();
        await line.Locator("a").ClickAsync();
        await theirs.Page.WaitForURLAsync($"**/customers/{id}/notes#note-*");
        await theirs.Page.ClickAsync("summary:has-text('" + (language == "en" ? "Reply" : "回复") + "')");
        await theirs.Page.FillAsync("textarea[id^=reply-]", "已安排");
        await theirs.Page.ClickAsync("form:has(textarea[id^=reply-]) button.btn-primary");
        await Assertions.Expect(theirs.Page.Locator(".rc-notes .rc-notes")).ToContainTextAsync("已安排");
        await theirs.Page.GotoAsync("/inbox?unread=true");
        await Assertions.Expect(theirs.Page.Locator(".rc-inbox li", new() { HasTextString = name })).ToHaveCountAsync(0); // Read by following it.

        await page.GotoAsync("/inbox");
        await Assertions.Expect(page.Locator(".rc-inbox li.unread", new() { HasTextString = name })).ToContainTextAsync("已安排");
        await page.Locator(".rc-inbox li.unread button", new() { HasTextString = "" }).First.ClickAsync();
        await Assertions.Expect(page.Locator(".rc-inbox li.unread", new() { HasTextString = name })).ToHaveCountAsync(0);
        await walk.Check();
    }

    [Theory, MemberData(nameof(Ways.AtADesk), MemberType = typeof(Ways))]
    public async Task A_file_is_dropped_looked_at_and_replaced_by_a_new_version(string language, int width)
    {
        var (id, _) = await Customer(width == 390 ? 3 : 4);
        await using var walk = await browser.Open(null, language, width, user: "outlet");
        var page = walk.Page;
        await page.GotoAsync($"/customers/{id}/attachments");
        await Assertions.Expect(page.Locator("rc-upload:defined")).ToHaveCountAsync(1);
        await walk.Check();
        await page.EvaluateAsync("""
            data => {
              const transfer = new DataTransfer();
              for (const [name, base64] of Object.entries(data)) {
                transfer.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], name));
              }
              document.querySelector("rc-upload").closest(".card").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
            }
            """, new Dictionary<string, string> { ["现场照片.png"] = Convert.ToBase64String(Png), ["合同.pdf"] = Convert.ToBase64String(Pdf) });
        await Assertions.Expect(page.Locator("rc-drop [data-part=name]")).ToContainTextAsync("现场照片.png");
        await page.ClickAsync("rc-upload .btn-primary");
        await Assertions.Expect(page.Locator("main table a", new() { HasTextString = "合同.pdf" })).ToBeVisibleAsync();
        await walk.Check();

        await page.Locator("main table a", new() { HasTextString = "现场照片.png" }).ClickAsync();
        await Assertions.Expect(page.Locator("img.rc-preview")).ToBeVisibleAsync();
        await page.WaitForFunctionAsync("document.querySelector('img.rc-preview').naturalWidth === 1");
        await walk.Check();
        await page.SetInputFilesAsync("rc-upload input[type=file]", new FilePayload { Name = "新照片.png", MimeType = "image/png", Buffer = [.. Png, 0] });
        await page.ClickAsync("rc-upload .btn-primary");
        await Assertions.Expect(page.Locator("table tbody tr")).ToHaveCountAsync(2);
        await page.ClickAsync("button[name=Revision]");
        await Assertions.Expect(page.Locator("table tbody tr:last-child .rc-badge")).ToBeVisibleAsync();
        await walk.Check();

        await page.GotoAsync($"/customers/{id}/attachments");
        await page.Locator("main table a", new() { HasTextString = "合同.pdf" }).ClickAsync();
        await Assertions.Expect(page.Locator("iframe.rc-preview-page")).ToBeVisibleAsync();
        await walk.CheckQuiet(); // No refusal of the content security policy on the console.
    }

    [Theory]
    [InlineData("contacts", "zh-CN", 1400)]
    [InlineData("waybills", "en", 390)]
    public async Task A_person_or_a_line_is_starred_followed_noted_on_and_given_a_file(string list, string language, int width)
    {
        var own = await Own.Make(browser);
        var record = list == "contacts" ? $"/customers/{own.Customer}/contacts/{own.People[0].Id}" : $"/waybills/{own.Lines[0].Id}";
        var name = own.First(list).Name;
        await using var walk = await browser.Open(null, language, width, user: "subsidiary");
        var page = walk.Page;
        await page.GotoAsync(record);
        await page.ClickAsync(".rc-star");
        await Assertions.Expect(page.Locator(".rc-star")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.ClickAsync(".rc-follow");
        await Assertions.Expect(page.Locator(".rc-follow")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.GotoAsync($"/{list}?favourite=true");
        await Assertions.Expect(page.Locator("main tbody")).ToContainTextAsync(name);

        await using var theirs = await browser.Open(null, language, width, user: "outlet");
        await theirs.Page.GotoAsync($"{record}/notes");
        await Assertions.Expect(theirs.Page.Locator("rc-mentions:defined").First).ToBeVisibleAsync();
        await theirs.Page.ClickAsync("#note-text");
        await theirs.Page.Keyboard.TypeAsync("单据待补，请 @subs");
        await Assertions.Expect(theirs.Page.Locator("#note-text-options .active")).ToContainTextAsync("@subsidiary");
        await theirs.Page.Keyboard.PressAsync("Enter");
        await theirs.Page.ClickAsync("form:has(#note-text) .btn-primary");
        await Assertions.Expect(theirs.Page.Locator(".rc-mention")).ToHaveAttributeAsync("title", "@subsidiary");
        await theirs.Page.GotoAsync($"{record}/attachments");
        await Assertions.Expect(theirs.Page.Locator("rc-upload:defined")).ToHaveCountAsync(1);
        await theirs.Page.SetInputFilesAsync("rc-upload input[type=file]", new FilePayload { Name = "单据.png", MimeType = "image/png", Buffer = Png });
        await theirs.Page.ClickAsync("rc-upload .btn-primary");
        await Assertions.Expect(theirs.Page.Locator("main table a", new() { HasTextString = "单据.png" })).ToBeVisibleAsync();
        await theirs.Check();

        // What was written leads from the inbox to the note; the customer shows note and file too, each with where it belongs.
        await page.GotoAsync("/inbox");
        var line = page.Locator(".rc-inbox li.unread", new() { HasTextString = name }).Filter(new() { HasTextString = "单据待补" });
        await line.First.Locator("a").ClickAsync();
        await page.WaitForURLAsync($"**{record}/notes#note-*");
        await Assertions.Expect(page.Locator(".rc-note-text")).ToContainTextAsync("单据待补");
        await page.GotoAsync($"/customers/{own.Customer}/notes");
        await Assertions.Expect(page.Locator($".rc-note-head a[href^='{record}/notes']")).ToContainTextAsync(name);
        await page.GotoAsync($"/customers/{own.Customer}/attachments");
        await Assertions.Expect(page.Locator("main table tbody tr", new() { HasTextString = "单据.png" })).ToContainTextAsync(name);
        await walk.CheckQuiet();
    }

    [Theory, MemberData(nameof(Ways.OnAPhone), MemberType = typeof(Ways))]
    public async Task A_customer_is_starred_and_followed(string language, int width)
    {
        var (id, name) = await Customer(width == 390 ? 5 : 6);
        await using var walk = await browser.Open(null, language, width, user: "subsidiary");
        var page = walk.Page;
        await page.GotoAsync($"/customers/{id}");
        await page.ClickAsync(".rc-star");
        await Assertions.Expect(page.Locator(".rc-star")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.ClickAsync(".rc-follow");
        await Assertions.Expect(page.Locator(".rc-follow")).ToHaveAttributeAsync("aria-pressed", "true");
        await walk.Check();
        await page.GotoAsync("/customers?favourite=true");
        await Assertions.Expect(page.Locator("main tbody")).ToContainTextAsync(name);

        await using var theirs = await browser.Open(null, language, width, user: "outlet");
        await theirs.Page.GotoAsync($"/customers/{id}/notes");
        await theirs.Page.FillAsync("#note-text", "新计划");
        await theirs.Page.ClickAsync("form:has(#note-text) .btn-primary");
        await Assertions.Expect(theirs.Page.Locator(".rc-note-text")).ToContainTextAsync("新计划");
        await page.GotoAsync("/inbox");
        await Assertions.Expect(page.Locator(".rc-inbox li.unread", new() { HasTextString = name })).ToContainTextAsync("新计划");
        await page.GotoAsync($"/customers/{id}");
        await page.ClickAsync(".rc-follow");
        await Assertions.Expect(page.Locator(".rc-follow")).ToHaveAttributeAsync("aria-pressed", "false");
        await walk.CheckQuiet();
    }
}
