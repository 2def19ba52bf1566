using System.Diagnostics;
using RailCrm.Platform;

namespace RailCrm.Tests;

/// <summary>The product as a process of its own, on the database of a test.</summary>
internal static class Cli
{
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

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Exit, string Output, string Error)> Run(CrmApp app, params string[] arguments)
    {
        using var process = Start(app, arguments);
        var ct = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, await output, await error);
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
