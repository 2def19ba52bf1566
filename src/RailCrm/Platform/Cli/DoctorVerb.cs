using System.CommandLine;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Cli;

/// <summary><c>railcrm doctor</c>: looks at what the product stands on and says how to mend what is wrong.</summary>
internal static class DoctorVerb
{
    private const long FreeDiskWanted = 1L << 30; // 1 GiB

    private sealed record Finding(string Check, bool Ok, string Says, string? Mend = null);

    public static Command Command()
    {
        var rebuild = new Option<bool>("--rebuild-facts") { Description = "Makes the monthly facts anew from the waybill lines." };
        var json = new Option<bool>("--json") { Description = "The last line is the result as JSON." };
        var command = new Command("doctor", "Checks database, time zone, fonts, disk and facts.") { rebuild, json };
        command.SetAction((parse, ct) => Run(parse.GetValue(rebuild), parse.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(bool rebuild, bool json, CancellationToken ct)
    {
        var settings = Settings.From(CommandLine.Configuration());
        List<Finding> findings = [TimeZone(), Fonts(), Disk(settings), Writable(settings)];
        try
        {
            await CommandLine.With(settings, async services =>
            {
                var db = services.GetRequiredService<CrmDb>();
                findings.Add(new("database", true, db.IsPostgres ? "PostgreSQL answers." : "SQLite answers."));
                findings.Add(new("migrations", !(await db.Database.GetPendingMigrationsAsync(ct)).Any(), "The tables are up to date."));
                var facts = services.GetRequiredService<CheckFacts>();
                if (rebuild)
                {
                    await facts.Rebuild(ct);
                }

                var (months, owners, counts) = await facts.Differences(ct);
                var differing = months + owners + counts;
                findings.Add(new("facts", differing == 0, differing == 0 ? "The monthly facts agree with the waybill lines." : $"{months} monthly facts, {owners} months of units and {counts} counts differ from what they are made of.", differing == 0 ? null : "Run: railcrm doctor --rebuild-facts"));
                return 0;
            });
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException or IOException)
        {
            findings.Add(new("database", false, e.InnerException?.Message ?? e.Message, "Look at RAILCRM_DATABASE: Data Source=… names a SQLite file, Host=… a PostgreSQL server that runs and lets this account in."));
        }

        foreach (var f in findings)
        {
            Console.WriteLine($"{(f.Ok ? "ok  " : "BAD ")} {f.Check}: {f.Says}{(f.Mend is null ? "" : $"\n     {f.Mend}")}");
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { ok = findings.All(f => f.Ok), checks = findings.Select(f => new { check = f.Check, ok = f.Ok, says = f.Says, mend = f.Mend }) }));
        }

        return findings.All(f => f.Ok) ? 0 : 1;
    }

    private static Finding TimeZone() => TimeZoneInfo.TryFindSystemTimeZoneById("Asia/Shanghai", out _)
        ? new("time zone", true, "Asia/Shanghai is known.")
        : new("time zone", false, "Asia/Shanghai is not known.", "Install the time zone data (Debian: tzdata).");

    private static Finding Fonts()
    {
        string[] folders = OperatingSystem.IsWindows() ? [Environment.GetFolderPath(Environment.SpecialFolder.Fonts)] : ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts"];
        string[] known = ["cjk", "wqy", "msyh", "simsun", "pingfang", "sourcehan", "heiti", "songti", "droidsansfallback"];
        var found = folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
            .Any(f => known.Any(k => Path.GetFileName(f).Replace("-", "", StringComparison.Ordinal).Contains(k, StringComparison.OrdinalIgnoreCase)));
        return found ? new("fonts", true, "A Chinese font is installed.") : new("fonts", false, "No Chinese font is installed; pictures made on this machine would lack characters.", "Install one (Debian: fonts-noto-cjk).");
    }

    private static Finding Disk(Settings settings)
    {
        var free = new DriveInfo(Path.GetFullPath(settings.Home)).AvailableFreeSpace;
        return free >= FreeDiskWanted ? new("disk", true, $"{free >> 30} GiB free at {settings.Home}.") : new("disk", false, $"Only {free >> 20} MiB free at {settings.Home}.", "Free at least 1 GiB, or name another folder with RAILCRM_HOME.");
    }

    private static Finding Writable(Settings settings)
    {
        try
        {
            var probe = Path.Combine(settings.Home, $".doctor-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return new("write access", true, $"{settings.Home} can be written to.");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return new("write access", false, e.Message, "Give this account the right to write there, or name another folder with RAILCRM_HOME.");
        }
    }
}
