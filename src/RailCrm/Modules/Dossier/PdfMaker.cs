using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace RailCrm.Modules.Dossier;

/// <summary>Makes a PDF of our own HTML with the Chromium that <c>RAILCRM_CHROMIUM</c> names. It gets a file, an empty profile and no network; one works at a time.</summary>
/// <remarks>Chromium writes the time of making into every PDF, so unlike the Word document two of the same state differ; that is why no PDF goes into the archive.</remarks>
internal sealed class PdfMaker(IConfiguration configuration, ILogger<PdfMaker> log) : IDisposable
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _turn = new(1, 1);

    private string? Program => configuration["RAILCRM_CHROMIUM"] is { Length: > 0 } path ? path : null;

    /// <summary>Whether one is named.</summary>
    public bool IsThere => Program is not null;

    /// <summary>The PDF; null where Chromium failed or took too long.</summary>
    public async Task<byte[]?> Make(string html, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        var folder = Directory.CreateTempSubdirectory("railcrm-pdf-");
        try
        {
            var (page, pdf) = (Path.Combine(folder.FullName, "page.html"), Path.Combine(folder.FullName, "page.pdf"));
            await File.WriteAllTextAsync(page, html, Encoding.UTF8, ct);
            var start = new ProcessStartInfo(Program!) { WorkingDirectory = folder.FullName, RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (var argument in (string[])["--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking", "--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND", $"--user-data-dir={Path.Combine(folder.FullName, "profile")}", "--no-pdf-header-footer", $"--print-to-pdf={pdf}", new Uri(page).AbsoluteUri])
            {
                start.ArgumentList.Add(argument);
            }

            return await Ran(start, ct) && File.Exists(pdf) ? await File.ReadAllBytesAsync(pdf, ct) : null;
        }
        finally
        {
            _turn.Release();
            try
            {
                folder.Delete(recursive: true);
            }
            catch (IOException e)
            {
                log.LogWarning(e, "A folder of a PDF could not be removed.");
            }
        }
    }

    private async Task<bool> Ran(ProcessStartInfo start, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Most);
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var said = Task.WhenAll(process.StandardError.ReadToEndAsync(limit.Token), process.StandardOutput.ReadToEndAsync(limit.Token));
                await process.WaitForExitAsync(limit.Token);
                if (process.ExitCode != 0)
                {
                    log.LogWarning("Chromium ended with {Code}: {Said}", process.ExitCode, (await said)[0]);
                }

                return process.ExitCode == 0;
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill(entireProcessTree: true);
                    await process.WaitForExitAsync(CancellationToken.None);
                }
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            log.LogWarning("Chromium took longer than {Most}.", Most);
            return false;
        }
        catch (Win32Exception e)
        {
            log.LogWarning(e, "Chromium could not be started.");
            return false;
        }
    }

    public void Dispose() => _turn.Dispose();
}
