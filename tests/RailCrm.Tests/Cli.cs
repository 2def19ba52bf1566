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
