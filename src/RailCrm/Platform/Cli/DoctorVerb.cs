using System.CommandLine;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Cli;

/// <summary><c>railcrm doctor</c>: looks at what the product stands on and says how to mend what is wrong.</summary>
internal static class DoctorVerb
{
    private const long FreeDiskWanted = 1L << 30; // 1 GiB

    private sealed record Finding(string Check, bool Ok, string Says, string? Mend = null);

    public static Command Command()
    {
        var rebuild = new Option<bool>("--rebuild-facts") { Description = "Makes the monthly facts anew from the waybill lines, and the sums of customers from the customers." };
        var managers = new Option<bool>("--mend-managers") { Description = "Makes sight and levels of customers what the book of managers says; sight that it does not know of stays, as shared." };
        var json = new Option<bool>("--json") { Description = "The last line is the result as JSON." };
        var command = new Command("doctor", "Checks database, time zone, fonts, disk and facts.") { rebuild, managers, json };
        command.SetAction((parse, ct) => Run(parse.GetValue(rebuild), parse.GetValue(managers), parse.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(bool rebuild, bool managers, bool json, CancellationToken ct)
    {
        var settings = Settings.From(CommandLine.Configuration());
        List<Finding> findings = [TimeZone(), Fonts(), Disk(settings), Writable(settings)];
        try
        {
            await using var app = WebHost.Build([], settings, quiet: true);
            await using var services = app.Services.CreateAsyncScope();
            services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("cli");
            await Database(services.ServiceProvider, rebuild, managers, findings, ct);
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

    /// <remarks>Looks only: a database that lacks tables is told, not mended, because the doctor may be asked about the wrong one.</remarks>
    private static async Task Database(IServiceProvider services, bool rebuild, bool managers, List<Finding> findings, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        if (!await db.Database.CanConnectAsync(ct))
        {
            findings.Add(new("database", false, db.IsPostgres ? "The PostgreSQL server or database cannot be reached." : "There is no such database file yet.", db.IsPostgres ? "Look at RAILCRM_DATABASE; then run: railcrm migrate" : "Run: railcrm migrate"));
            return;
        }

        findings.Add(new("database", true, db.IsPostgres ? "PostgreSQL answers." : "SQLite answers."));
        if (await Soundness.FromTheFuture(db, ct) is { Count: > 0 } newer)
        {
            findings.Add(new("migrations", false, $"The database was made by a newer RailCRM ({newer[0]}).", "Run the newer version."));
            return;
        }

        if ((await db.Database.GetPendingMigrationsAsync(ct)).ToList() is { Count: > 0 } pending)
        {
            findings.Add(new("migrations", false, $"{pending.Count} changes of the tables are missing, first {pending[0]}.", "Run: railcrm migrate"));
            return;
        }

        findings.Add(new("migrations", true, "The tables are up to date."));
        findings.Add(await Soundness.Durability(db, ct) is { } wrong ? new("durability", false, wrong) : new("durability", true, "What is acknowledged is on the disk."));
        findings.Add(await Soundness.Damage(db, ct) is { } damage ? new("integrity", false, damage, "Restore the last backup beside it and compare.") : new("integrity", true, "The file is sound."));
        var facts = services.GetRequiredService<CheckFacts>();
        if (rebuild)
        {
            await facts.Rebuild(ct);
            await CheckCustomerSums.Rebuild(db, ct);
            await services.GetRequiredService<ClassifyCustomers>().RunAll(null, ct);
        }

        var (months, owners, counts) = await facts.Differences(ct);
        var sums = await CheckCustomerSums.Differences(db, ct);
        var agree = months + owners + counts + sums == 0;
        findings.Add(new("facts", agree, agree ? "The monthly facts agree with the waybill lines." : $"{months} monthly facts, {owners} months of units and managers and {counts} counts differ from what they are made of, and {sums} sums of customers.", agree ? null : "Run: railcrm doctor --rebuild-facts"));
        if (managers)
        {
            await CheckManagers.Mend(db, ct);
        }

        var (loose, off) = await CheckManagers.Differences(db, ct);
        findings.Add(loose + off == 0 ? new("managers", true, "Sight and levels of customers agree with the book of managers.")
            : new("managers", false, $"{loose} people see a customer as its manager whom the book does not know, and {off} customers are not as it says.", "Run: railcrm doctor --mend-managers"));
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
