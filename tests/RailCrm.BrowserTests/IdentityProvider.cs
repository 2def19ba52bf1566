using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RailCrm.BrowserTests;

/// <summary>A real provider of identities (oidc-provider on Node.js), which the test starts.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Provider");

    private Process? _node;

    /// <summary>Where it will listen.</summary>
    public int Port { get; } = FreePort();

    /// <summary>Its address.</summary>
    public string Authority => $"http://localhost:{Port}";

    /// <summary>Starts it for a product at this address.</summary>
    public async Task Start(string product)
    {
        await Gate.WaitAsync();
        try
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "oidc-provider")))
            {
                using var npm = Process.Start(new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = Folder })!;
                await npm.WaitForExitAsync();
                Assert.Equal(0, npm.ExitCode);
            }
        }
        finally
        {
            Gate.Release();
        }

        _node = Process.Start(new ProcessStartInfo("node", ["provider.mjs", $"{Port}", $"{product}/sign-in/oidc/callback"]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _node.ErrorDataReceived += (_, _) => { }; // It warns that it is for development alone.
        _node.BeginErrorReadLine();
        while (await _node.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
            {
                return;
            }
        }

        throw new InvalidOperationException("The provider of identities did not start.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            _node.Kill(entireProcessTree: true);
            await _node.WaitForExitAsync();
            _node.Dispose();
        }
    }
}
