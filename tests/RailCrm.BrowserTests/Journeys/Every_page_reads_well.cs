using Microsoft.Playwright;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>Opens every page of the product: in Chinese on the desktop in light and, as narrow and dark as a phone's, again, both by axe, the second for what width and theme can change; in English, whose words are longer, where room is scarce, for what is too wide or goes wrong.</summary>
internal static class EveryPage
{
    public static async Task ReadsWell(Browser browser, string language, bool desktopDark, bool axe)
    {
        var found = new List<string>();
        (string, string)[] more = [("/no-such-page", "group"), ("/no-permission", "group"), .. new[] { "?layout=cards", "?layout=board&group=sizeClass", "?layout=groups&group=unit", "?layout=chart&group=tier", "?filter=tier%3Dlarge%7Cactive%3Dtrue&view=large" }.Select(q => ("/customers" + q, "group")), ("/lists/customers/work?act=edit&all=true&in=all", "group")];
        foreach (var person in browser.Demo.Pages.Concat(more).GroupBy(p => p.Item2))
        {
            await using var walk = await browser.Open(null, language, 1400, desktopDark, person.Key);
            foreach (var (page, _) in person)
            {
                // Ten rows tell as much of a list as fifty, in a fifth of the time.
                var path = $"{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=10";
                if (axe)
                {
                    await Look(walk, 1400, desktopDark);
                    await walk.Page.GotoAsync(path);
                    await Seen(walk, desktopDark);
                }

                await Look(walk, 390, !desktopDark);
                if (!axe)
                {
                    await walk.Page.GotoAsync(path);
                }

                await Seen(walk, !desktopDark, Walk.OfLook);
            }
        }

        Assert.True(found.Count == 0, string.Join('\n', found));

        async Task Seen(Walk walk, bool dark, params string[] rules)
        {
            await Assertions.Expect(walk.Page.Locator("html")).ToHaveAttributeAsync("data-bs-theme", dark ? "dark" : "light");
            found.AddRange((await walk.Faults(axe, rules)).Select(f => $"{walk.Page.ViewportSize!.Width} {(dark ? "dark" : "light")} {f}"));
        }
    }

    private static async Task Look(Walk walk, int width, bool dark)
    {
        await walk.Page.SetViewportSizeAsync(width, 900);
        await walk.Page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
    }
}

public sealed class Every_page_in_Chinese(Browser browser)
{
    [Fact]
    public Task Reads_well_light_on_the_desktop_and_dark_on_a_phone() => EveryPage.ReadsWell(browser, "zh-CN", desktopDark: false, axe: true);
}

public sealed class Every_page_in_English(Browser browser)
{
    [Fact]
    public Task Reads_well_on_a_phone() => EveryPage.ReadsWell(browser, "en", desktopDark: true, axe: false);
}
