using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace RailCrm.Benchmarks;

/// <summary>The product, as a process of its own: the <c>railcrm.dll</c> of the Release build, or of a published folder.</summary>
internal sealed partial class Server : IDisposable
{
    private readonly Process _process;

    private Server(Process process, Uri address, TimeSpan untilFirstPage) =>
        (_process, Client, UntilFirstPage) = (process, new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) }, untilFirstPage);

    public HttpClient Client { get; }

    /// <summary>From the start of the process to a whole page.</summary>
    public TimeSpan UntilFirstPage { get; }

    public static async Task<Server> Start(Database database)
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var watch = Stopwatch.StartNew();
        var process = Launch(database, "serve", "--urls", address.ToString());
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data); // Read, or the server would stop at a full pipe.
        process.BeginOutputReadLine();
        using var client = new HttpClient { BaseAddress = address };
        while (watch.Elapsed < TimeSpan.FromMinutes(2) && !process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri("/sign-in", UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                {
                    return new(process, address, watch.Elapsed);
                }
            }
            catch (HttpRequestException)
            {
                await Task.Delay(10);
            }
        }

        throw new InvalidOperationException("The server did not answer.");
    }

    /// <summary>Runs one verb of the product.</summary>
    public static Process Launch(Database database, params string[] arguments)
    {
        var dll = Path.Combine(database.Product, "railcrm.dll");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Prepend(File.Exists(dll) ? dll : throw new InvalidOperationException($"Build the product first: dotnet build -c Release ({dll} is missing).")))
        {
            start.ArgumentList.Add(argument);
        }

        (start.Environment["RAILCRM_DATABASE"], start.Environment["RAILCRM_HOME"]) = (database.Connection, database.Home);
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Resident memory of a process, MiB: all of it, and the part that is not a mapped file.</summary>
    public static (double All, double Anonymous) Memory(Process process)
    {
        var lines = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/status"));
        double Of(string name) => double.Parse(lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim() ?? "0", CultureInfo.InvariantCulture) / 1024;
        return (Of("VmRSS:"), Of("RssAnon:"));
    }

    /// <summary>Processor time spent so far: on a busy machine it tells more than the clock.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public (double All, double Anonymous) Memory() => Memory(_process);

    /// <summary>Signs in through the form; gives the session's cookies.</summary>
    public async Task<string> SignIn(string userName)
    {
        using var page = await Client.GetAsync(new Uri("/sign-in", UriKind.Relative));
        var cookie = Cookies(page);
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["__RequestVerificationToken"] = FormToken().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value, ["_handler"] = "sign-in", ["Form.UserName"] = userName, ["Form.Password"] = Generate.Password,
            }),
        };
        ask.Headers.Add("Cookie", cookie);
        using var answer = await Client.SendAsync(ask);
        return answer.StatusCode == HttpStatusCode.Found ? $"{cookie}; {Cookies(answer)}" : throw new InvalidOperationException($"{userName} could not sign in: {answer.StatusCode}");
    }

    public void Dispose()
    {
        Client.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Cookies(HttpResponseMessage answer) => string.Join("; ", answer.Headers.TryGetValues("Set-Cookie", out var set) ? set.Select(c => c.Split(';')[0]) : []);

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();
}
