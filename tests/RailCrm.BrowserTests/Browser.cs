using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace RailCrm.BrowserTests;

/// <summary>Chromium as installed on this machine, and one demo enterprise for all journeys. Each person signs in once; later walks take the session along.</summary>
public sealed class Browser : IAsyncLifetime
{
    private readonly ConcurrentDictionary<(string Address, string User), Lazy<Task<string>>> _sessions = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private Product? _demo;

    /// <summary>The demo enterprise.</summary>
    public Product Demo => _demo!;

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(d => new[] { "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome" }.Select((n, i) => (Rank: i, Path: Path.Combine(d, n)))).Where(b => File.Exists(b.Path)).OrderBy(b => b.Rank).Select(b => b.Path).FirstOrDefault(); // The shell draws no window of its own, which is a third of the work.

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
        Assertions.SetDefaultExpectTimeout(30_000); // A busy machine is slow, not wrong.
    }

    /// <summary>A page of somebody with this language and width, signed in where a user is named, held in the hand where it is touched; skips the test where Chromium is absent, fails it under CI.</summary>
    public async Task<Walk> Open(Product? product, string language, int width, bool dark = false, string? user = null, bool touch = false)
    {
        if (_browser is null)
        {
            if (Environment.GetEnvironmentVariable("CI") != "true")
            {
                Assert.Skip("Chromium is not installed (looked in PATH).");
            }

            throw new InvalidOperationException("Chromium is not installed (looked in PATH).");
        }

        var address = (product ?? Demo).Address;
        var session = user is null ? null : await _sessions.GetOrAdd((address, user), key => new(() => Session(key.Address, key.User))).Value;
        return new(await (await Context(address, language, width, dark, session, touch)).NewPageAsync());
    }

    private async Task<string> Session(string address, string user)
    {
        await using var walk = new Walk(await (await Context(address, "zh-CN", 1400, dark: false, null)).NewPageAsync());
        await walk.SignIn(user);
        return await walk.Page.Context.StorageStateAsync();
    }

    private async Task<IBrowserContext> Context(string address, string language, int width, bool dark, string? session, bool touch = false)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = address, Locale = language, ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce, StorageState = session, HasTouch = touch, IsMobile = touch,
        });
        context.SetDefaultTimeout(90_000);
        return context;
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

/// <summary>One person's walk through the product; what went wrong on the console, and every dialog of the browser, is kept.</summary>
public sealed class Walk : IAsyncDisposable
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>The product has no frames, so one run within the page says all; the wrapper for Playwright opens a page of its own for each, which takes ten times as long. The thirteenth row of a table is made like the first twelve.</summary>
    private const string Serious = "rules => axe.run({ exclude: [['tbody tr:nth-child(n+13)']] }, { resultTypes: ['violations'], preload: false, runOnly: rules.length ? { type: 'rule', values: rules } : undefined }).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' | ')))";

    private readonly List<string> _errors = [];

    /// <summary>Begins on a page.</summary>
    public Walk(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            // A refused Content Security Policy is an error on the console too. The status of a page that the walk asked for, such as an absent one, is none.
            if (message.Type == "error" && !(message.Text.Contains("responded with a status of 4", StringComparison.Ordinal) && message.Location.StartsWith(page.Url, StringComparison.Ordinal)))
            {
                _errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _errors.Add(error);
        page.Dialog += async (_, dialog) =>
        {
            _errors.Add($"A dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
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

    /// <summary>No serious or critical finding of axe, and <see cref="CheckQuiet"/>.</summary>
    public async Task Check() => Agree(await Faults(axe: true));

    /// <summary>Nothing wider than the screen, no error on the console, no dialog.</summary>
    public async Task CheckQuiet() => Agree(await Faults(axe: false));

    /// <summary>What is too small for a finger, of all that stands in sight: less than 44 px high.</summary>
    public Task<string[]> Small() => Page.Locator("main button:visible, main .btn:visible, main select:visible, main input:visible, .rc-tabs a:visible").EvaluateAllAsync<string[]>("all => all.filter(e => e.getBoundingClientRect().height < 43.5 && !['checkbox', 'radio'].includes(e.type) && !e.closest('.visually-hidden')).map(e => e.outerHTML.slice(0, 160))");

    /// <summary>What another width and theme can make wrong of a page that was found right.</summary>
    public static readonly string[] OfLook = ["color-contrast", "target-size", "scrollable-region-focusable", "aria-hidden-focus", "nested-interactive"];

    /// <summary>What is wrong with the page as it stands, and what went wrong since the last look.</summary>
    /// <param name="axe">Whether axe looks too.</param>
    /// <param name="rules">The rules it goes by; all where none are named.</param>
    public async Task<IReadOnlyList<string>> Faults(bool axe, params string[] rules)
    {
        try
        {
            return await Look(axe, rules);
        }
        catch (PlaywrightException e) when (e.Message.Contains("Execution context was destroyed", StringComparison.Ordinal))
        {
            return await Look(axe, rules); // The page gave way to the next one while it was looked at.
        }
    }

    private async Task<IReadOnlyList<string>> Look(bool axe, string[] rules)
    {
        await Page.WaitForLoadStateAsync(await Page.Locator("rc-chart").CountAsync() > 0 ? LoadState.NetworkIdle : LoadState.Load); // Charts come after the page.
        var found = new List<string>();
        if (axe)
        {
            if (!await Page.EvaluateAsync<bool>("'axe' in window"))
            {
                await Page.EvaluateAsync(Axe);
            }

            found.AddRange(from v in await Page.EvaluateAsync<string[]>(Serious, rules) select $"{Page.Url} {v}");
        }

        var over = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (over > 1)
        {
            found.Add($"{Page.Url} is {over} px wider than the screen.");
        }

        found.AddRange(_errors.Select(e => $"{Page.Url} {e}"));
        _errors.Clear();
        return found;
    }

    private static void Agree(IReadOnlyList<string> faults) => Assert.True(faults.Count == 0, string.Join('\n', faults));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
