using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests;

/// <summary>Chromium as installed on this machine, and one demo enterprise for all journeys.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private Product? _demo;

    /// <summary>The demo enterprise.</summary>
    public Product Demo => _demo!;

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(d => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(n => Path.Combine(d, n))).FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Find() is not { } path)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
        _demo = await Product.Start();
    }

    /// <summary>A page of somebody with this language and width; skips the test where Chromium is absent, fails it under CI.</summary>
    public async Task<Walk> Open(Product? product, string language, int width, bool dark = false)
    {
        if (_browser is null)
        {
            if (Environment.GetEnvironmentVariable("CI") != "true")
            {
                Assert.Skip("Chromium is not installed (looked in PATH).");
            }

            throw new InvalidOperationException("Chromium is not installed (looked in PATH).");
        }

        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = (product ?? Demo).Address, Locale = language, ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce,
        });
        return new(await context.NewPageAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_demo is not null)
        {
            await _demo.DisposeAsync();
        }
    }
}

/// <summary>One person's walk through the product; what went wrong on the console is kept.</summary>
public sealed class Walk : IAsyncDisposable
{
    private readonly List<string> _errors = [];

    /// <summary>Begins on a page.</summary>
    public Walk(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _errors.Add(error);
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Signs in and lands on the workbench.</summary>
    public async Task SignIn(string name)
    {
        await Page.GotoAsync("/sign-in");
        await Page.FillAsync("input[name='Form.UserName']", name);
        await Page.FillAsync("input[name='Form.Password']", Product.Password);
        await Page.ClickAsync("main button[type=submit], main form button.btn-primary");
        await Page.WaitForURLAsync(u => !u.Contains("/sign-in", StringComparison.Ordinal));
    }

    /// <summary>No serious or critical finding of axe, nothing wider than the screen, no error on the console.</summary>
    public async Task Check()
    {
        await Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var found = (await Page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{v.Id}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}").ToList();
        Assert.True(found.Count == 0, $"{Page.Url}\n{string.Join('\n', found)}");
        var over = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(over <= 1, $"{Page.Url} is {over} px wider than the screen.");
        Assert.True(_errors.Count == 0, $"{Page.Url}\n{string.Join('\n', _errors)}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
