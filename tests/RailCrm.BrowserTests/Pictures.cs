namespace RailCrm.BrowserTests;

/// <summary>Takes a picture of every page, in both languages, at desktop and phone width, light and dark, into artifacts/pictures. Alone: <c>dotnet test tests/RailCrm.BrowserTests --filter Pictures</c>.</summary>
public sealed class Pictures(Browser browser)
{
    private static readonly (string Name, string Path)[] Pages =
    [
        ("workbench", "/"), ("customers", "/customers"), ("customers-none", "/customers?q=没有这样的客户"), ("customer", "/customers/1"), ("customer-edit", "/customers/1/edit"), ("customer-new", "/customers/new"),
        ("dossier", "/customers/1/figures"), ("print", "/customers/1/print"), ("bin", "/customers/bin"), ("waybills", "/waybills"), ("imports", "/imports"), ("organization", "/organization"), ("stations", "/reference"), ("absent", "/customers/999999"),
    ];

    public static TheoryData<string, int, bool> Ways => new() { { "zh-CN", 1400, false }, { "zh-CN", 390, false }, { "zh-CN", 1400, true }, { "zh-CN", 390, true }, { "en", 1400, false }, { "en", 390, false }, { "en", 1400, true }, { "en", 390, true } };

    [Theory, MemberData(nameof(Ways))]
    public async Task Every_page_can_be_looked_at(string language, int width, bool dark)
    {
        await using var walk = await browser.Open(null, language, width, dark);
        var folder = Directory.CreateDirectory(Path.Combine(Root(), "artifacts", "pictures")).FullName;
        await walk.SignIn("group");
        foreach (var (name, path) in Pages)
        {
            await walk.Page.GotoAsync(path);
            await walk.Page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);
            Assert.NotEmpty(await walk.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{language}-{width}{(dark ? "-dark" : "")}.png"), FullPage = true }));
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RailCrm.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
