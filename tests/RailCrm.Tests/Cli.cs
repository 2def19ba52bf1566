using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using RailCrm.Platform;
using RailCrm.Platform.Cli;

namespace RailCrm.Tests;

/// <summary>The verbs of <c>railcrm</c> on the database of a test.</summary>
internal static class Cli
{
    private static readonly PerFlow Said = Redirected(Console.Out, Console.SetOut), Wrong = Redirected(Console.Error, Console.SetError);

    /// <summary>Starts <c>railcrm</c> with these arguments.</summary>
    public static Process Start(CrmApp app, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Prepend(typeof(WebHost).Assembly.Location))
        {
            start.ArgumentList.Add(argument);
        }

        (start.Environment["RAILCRM_DATABASE"], start.Environment["RAILCRM_HOME"], start.Environment["LANG"]) = (app.Connection, app.Home, "en_US.UTF-8");
        return Process.Start(start)!;
    }

    /// <summary>Starts a server on a free port and waits until it says where it listens.</summary>
    public static async Task<Server> Serve(CrmApp app)
    {
        var process = Start(app, "serve", "--urls", "http://127.0.0.1:0");
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                listening.TrySetException(new InvalidOperationException($"The server ended before it listened. {string.Join('\n', said)}"));
            }
            else if (line.Data.StartsWith("RailCRM  ", StringComparison.Ordinal))
            {
                listening.TrySetResult(new(line.Data["RailCRM  ".Length..]));
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine(); // Read on, so that it never waits for somebody to read.
        return new(process, await listening.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Runs a verb within this process: one of its own takes seconds of compiling before it does anything.</summary>
    public static Task<(int Exit, string Output, string Error)> Run(CrmApp app, params string[] arguments) => Run(app.Connection, app.Home, arguments);

    /// <summary>The same on any database.</summary>
    public static async Task<(int Exit, string Output, string Error)> Run(string connection, string home, params string[] arguments)
    {
        await using StringWriter output = new(), error = new();
        (Said.Into, Wrong.Into) = (output, error);
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en-US");
        var exit = await CommandLine.Run(arguments, new ConfigurationBuilder().AddInMemoryCollection([new("RAILCRM_DATABASE", connection), new("RAILCRM_HOME", home)]).Build());
        return (exit, output.ToString(), error.ToString());
    }

    /// <summary>Runs it to its end as a process of its own.</summary>
    public static async Task<(int Exit, string Output, string Error)> RunApart(CrmApp app, params string[] arguments)
    {
        using var process = Start(app, arguments);
        var ct = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, await output, await error);
    }

    private static PerFlow Redirected(TextWriter console, Action<TextWriter> set)
    {
        var flow = new PerFlow(console);
        set(flow);
        return flow;
    }

    /// <summary>The console, apart for each test that runs at the same time.</summary>
    private sealed class PerFlow(TextWriter console) : TextWriter
    {
        private readonly AsyncLocal<TextWriter?> _into = new();

        public TextWriter Into
        {
            get => _into.Value ?? console;
            set => _into.Value = value;
        }

        public override Encoding Encoding => console.Encoding;

        public override void Write(char value) => Into.Write(value);

        public override void Write(string? value) => Into.Write(value);
    }
}

/// <summary>A server that is a process of its own; killed at the end of its test if it still runs.</summary>
internal sealed record Server(Process Process, Uri Address) : IDisposable
{
    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }
}
