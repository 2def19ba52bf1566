using System.CommandLine;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Cli;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;
using Spectre.Console;

namespace RailCrm.Modules.Exchange;

/// <summary><c>railcrm import KIND FILE</c>: the same work as in the browser, done by this process.</summary>
internal static class ImportVerb
{
    private sealed record Options(string Kind, FileInfo File, string[] Map, string? Encoding, bool CreateCustomers, string? Source, string? Mode, bool Json);

    public static Command Command()
    {
        var kind = new Argument<string>("kind") { Description = string.Join(", ", ImportKind.All.Select(k => k.Name)) + "." };
        kind.AcceptOnlyFromAmong([.. ImportKind.All.Select(k => k.Name)]);
        var file = new Argument<FileInfo>("file") { Description = ".csv or .xlsx." };
        var map = new Option<string[]>("--map") { Description = "field=Column; columns joined by + are joined by a dash.", AllowMultipleArgumentsPerToken = true };
        var encoding = new Option<string?>("--encoding") { Description = "utf-8, gb18030, utf-16 …; found out where missing." };
        var create = new Option<bool>("--create-customers") { Description = "Make unknown customers as potential ones." };
        var source = new Option<string?>("--source") { Description = "Source of lines that name none." };
        var mode = new Option<string?>("--mode") { Description = "create, update or both (where missing): what rows may do." };
        mode.AcceptOnlyFromAmong([.. ImportMode.All]);
        var user = new Option<string?>("--as") { Description = "In whose name; the group's where missing." };
        var json = new Option<bool>("--json") { Description = "The last line is the result as JSON." };
        var command = new Command("import", "Loads a file.") { kind, file, map, encoding, create, source, mode, user, json };
        command.SetAction((parse, ct) => CommandLine.With(
            services => Run(services, new(parse.GetValue(kind)!, parse.GetValue(file)!, parse.GetValue(map) ?? [], parse.GetValue(encoding), parse.GetValue(create), parse.GetValue(source), parse.GetValue(mode), parse.GetValue(json)), ct),
            parse.GetValue(user)));
        return command;
    }

    private static async Task<int> Run(IServiceProvider services, Options options, CancellationToken ct)
    {
        if (!options.File.Exists)
        {
            throw new InvalidOperationException($"There is no file {options.File.FullName}.");
        }

        var mapping = new Dictionary<string, string>();
        foreach (var pair in options.Map)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            mapping[at > 0 ? pair[..at].Trim() : throw new InvalidOperationException($"--map takes field=Column, not '{pair}'.")] = pair[(at + 1)..];
        }

        var db = services.GetRequiredService<CrmDb>();
        var start = services.GetRequiredService<StartImport>();
        Import import;
        try
        {
            await using var content = options.File.OpenRead();
            import = Value(await services.GetRequiredService<UploadFile>().Run(options.Kind, Path.GetExtension(options.File.Name).Length == 0 ? options.File.Name + ".csv" : options.File.Name, content, ct));
        }
        catch (UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The file {options.File.FullName} cannot be read: permission denied.");
        }

        import = Value(await start.Run(import.Id, new(mapping, options.CreateCustomers, options.Encoding, options.Source, options.Mode), claimed: true, ct));
        db.ChangeTracker.Clear();
        var job = await db.Set<Job>().AsNoTracking().SingleAsync(j => j.Id == import.JobId, ct);
        var runner = services.GetRequiredService<Runner>();
        var work = runner.RunClaimed(db, job, ct);
        await Show(services, job.Id, work, options.Json, ct);
        await work;

        // Where a running server has taken the work over, or a first attempt failed, it is not over yet.
        var answer = Value(await services.GetRequiredService<GetImport>().Run(import.Id, ct));
        while (answer.State is "queued" or "running")
        {
            await Task.Delay(500, ct);
            _ = answer.State == "queued" && await runner.RunOne(ct);
            answer = Value(await services.GetRequiredService<GetImport>().Run(import.Id, ct));
        }

        if (answer.State != "completed")
        {
            throw new InvalidOperationException(answer.Message ?? $"The import ended as {answer.State} after {answer.RowsDone} rows.");
        }

        string? rejectedFile = null;
        if (answer.RowsRejected > 0)
        {
            var folder = Directory.CreateDirectory(Path.Combine(services.GetRequiredService<Settings>().Home, "rejected"));
            rejectedFile = Path.Combine(folder.FullName, $"{Path.GetFileNameWithoutExtension(options.File.Name)}-rejected-{import.Id}.csv");
            File.Copy(services.GetRequiredService<GetImport>().RejectedPath(import), rejectedFile, overwrite: true);
        }

        if (options.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                accepted = answer.Created + answer.Updated + answer.Unchanged, rejected = answer.RowsRejected, created = answer.Created, updated = answer.Updated, unchanged = answer.Unchanged,
                customersCreated = answer.CustomersCreated, rejectedFile, seconds = Math.Round(answer.Seconds, 3),
            }));
        }
        else
        {
            Console.WriteLine(Texts.Get("import.done", answer.Created + answer.Updated + answer.Unchanged, answer.Created, answer.Updated, answer.Unchanged, answer.RowsRejected, answer.CustomersCreated));
            if (rejectedFile is not null)
            {
                Console.WriteLine(rejectedFile);
            }
        }

        return 0;
    }

    private static async Task Show(IServiceProvider services, long jobId, Task work, bool quiet, CancellationToken ct)
    {
        if (quiet || Console.IsOutputRedirected)
        {
            return;
        }

        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async context =>
        {
            var bar = context.AddTask(Texts.Get("import.title"));
            while (await Task.WhenAny(work, Task.Delay(300, ct)) != work)
            {
                await using var scope = services.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
                var now = await scope.ServiceProvider.GetRequiredService<CrmDb>().Set<Job>().AsNoTracking().SingleAsync(j => j.Id == jobId, ct);
                (bar.MaxValue, bar.Value, bar.Description) = (Math.Max(1, now.RowsTotal ?? 1), now.RowsDone, $"{now.RowsDone:N0} / {(now.RowsTotal is { } total ? $"{total:N0}" : "…")}");
            }

            bar.Value = bar.MaxValue;
        });
    }

    private static T Value<T>(Result<T> result) =>
        result.TryGet(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal is Refusal.InvalidMany many
            ? string.Join(' ', many.Errors.Select(e => $"{e.Field}: {Texts.Get(e.Code, e.Args)}"))
            : Texts.Get(refusal.Code, refusal.Args));
}
