namespace RailCrm.BrowserTests;

/// <summary>
/// Pictures to look at, taken on demand: <c>RAILCRM_PICTURES=all dotnet test tests/RailCrm.BrowserTests --filter Pictures</c> takes every page in both languages, at desktop and phone width,
/// light and dark, into artifacts/pictures; with <c>RAILCRM_PICTURES=readme</c> those of the README into docs/images.
/// </summary>
public sealed class Pictures(Browser browser, Pictures.Gallery gallery) : IClassFixture<Pictures.Gallery>
{
    private static readonly string? Wanted = Environment.GetEnvironmentVariable("RAILCRM_PICTURES");

    /// <summary>All there are to look at.</summary>
    public static TheoryData<string, int, bool> Ways => new() { { "zh-CN", 1400, false }, { "zh-CN", 390, false }, { "zh-CN", 1400, true }, { "zh-CN", 390, true }, { "en", 1400, false }, { "en", 390, false }, { "en", 1400, true }, { "en", 390, true } };

    [Theory, MemberData(nameof(Ways))]
    public async Task Every_page_can_be_looked_at(string language, int width, bool dark)
    {
        Assert.SkipUnless(Wanted == "all", "Pictures are taken when RAILCRM_PICTURES=all.");
        var pages = gallery.Demo.Pages.Concat([("/kit", "group"), ("/customers?q=没有这样的客户", "group"), ("/customers?tier=large&sort=-revenue", "group"), ("/customers/999999", "group"), ("/no-permission", "group")]);
        foreach (var person in pages.GroupBy(p => p.Item2))
        {
            await using var walk = await browser.Open(gallery.Demo, language, width, dark, person.Key);
            foreach (var (path, _) in person)
            {
                await Take(walk, path, "pictures", $"{Name(path)}-{language}-{width}{(dark ? "-dark" : "")}", whole: true);
            }
        }

        await using var stranger = await browser.Open(gallery.Demo, language, width, dark);
        await Take(stranger, "/sign-in", "pictures", $"sign-in-{language}-{width}{(dark ? "-dark" : "")}", whole: true);
        await Take(stranger, "/error", "pictures", $"error-{language}-{width}{(dark ? "-dark" : "")}", whole: true);
        await using var first = await browser.Open(gallery.Empty, language, width, dark);
        await Take(first, "/set-up", "pictures", $"set-up-{language}-{width}{(dark ? "-dark" : "")}", whole: true);
    }

    [Theory]
    [InlineData("workbench", "/", "zh-CN", 1400, false)]
    [InlineData("customers", "/customers?sort=-revenue", "zh-CN", 1400, false)]
    [InlineData("dossier", "{top}/figures", "zh-CN", 1400, false)]
    [InlineData("dossier-dark", "{top}/figures", "en", 1400, true)]
    [InlineData("phone", "{top}/figures", "zh-CN", 390, false)]
    public async Task The_README_shows_the_product_as_it_is(string name, string path, string language, int width, bool dark)
    {
        Assert.SkipUnless(Wanted == "readme", "The README's pictures are taken when RAILCRM_PICTURES=readme.");
        await using var walk = await browser.Open(gallery.Demo, language, width, dark, "group");
        await walk.Page.GotoAsync("/customers?sort=-revenue");
        var top = await walk.Page.Locator("table.rc-list tbody th a").First.GetAttributeAsync("href");

        await walk.Page.SetViewportSizeAsync(width, 820);
        await Take(walk, path.Replace("{top}", top, StringComparison.Ordinal), "../docs/images", name, whole: false);

        Assert.True(new FileInfo(Path.Combine(Root(), "docs", "images", $"{name}.png")).Length < 200_000, "A picture of the README stays under 200 KB.");
    }

    private static async Task Take(Walk walk, string path, string folder, string name, bool whole)
    {
        await walk.Page.GotoAsync(path);
        await walk.Page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);
        await walk.Page.EvaluateAsync("scrollTo(0, 0)");
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(Root(), "artifacts", folder)).FullName, $"{name}.png");
        Assert.NotEmpty(await walk.Page.ScreenshotAsync(new() { Path = file, FullPage = whole }));
    }

    private static string Name(string path) => path == "/" ? "workbench" : string.Concat(path.Trim('/').Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RailCrm.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    /// <summary>A demo enterprise of the default size, and an empty product; only where pictures are wanted.</summary>
    public sealed class Gallery : IAsyncLifetime
    {
        private Product? _demo, _empty;

        /// <summary>The demo enterprise, with the page of the kit.</summary>
        public Product Demo => _demo!;

        /// <summary>Nobody there yet.</summary>
        public Product Empty => _empty!;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            if (Wanted is not null)
            {
                _demo = await Product.Start(environment: "Development", customers: 3_000, waybills: 300_000);
                _empty = await Product.Start(empty: true);
            }
        }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            foreach (var product in new[] { _demo, _empty }.OfType<Product>())
            {
                await product.DisposeAsync();
            }
        }
    }
}
