using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Cli;
using RailCrm.Platform.Data;
using Spectre.Console;

namespace RailCrm.Modules.Demo;

/// <summary><c>railcrm demo</c>: makes the demo enterprise where there is none yet, and serves it.</summary>
internal static class DemoVerb
{
    private const string DefaultPassword = "Railcrm-Demo-2026";

    public static Command Command()
    {
        var customers = new Option<int>("--customers") { DefaultValueFactory = _ => 3_000, Description = "How many customers." };
        var waybills = new Option<int>("--waybills") { DefaultValueFactory = _ => 300_000, Description = "How many waybill lines, over 36 months." };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 2026, Description = "The same seed makes the same enterprise." };
        var password = new Option<string>("--password") { DefaultValueFactory = _ => DefaultPassword, Description = "Everybody's, at least 12 characters." };
        var noServe = new Option<bool>("--no-serve") { Description = "Only makes it." };
        var reset = new Option<bool>("--reset") { Description = "Throws the demo away and makes it anew." };
        var urls = new Option<string?>("--urls") { Description = "Addresses to listen at." };
        var command = new Command("demo", "Makes a demo enterprise and serves it.") { customers, waybills, seed, password, noServe, reset, urls };
        customers.Validators.Add(r => Within(r, customers, 1, 1_000_000));
        waybills.Validators.Add(r => Within(r, waybills, 0, 100_000_000));
        command.SetAction(async (parse, ct) =>
        {
            var settings = Settings.From(CommandLine.Configuration(), "railcrm-demo.db");
            var options = new MakeDemo.Options(parse.GetValue(customers), parse.GetValue(waybills), parse.GetValue(seed), parse.GetValue(password)!);
            await Make(settings, options, parse.GetValue(reset), ct);
            return parse.GetValue(noServe) ? 0 : await CommandLine.Serve(settings, parse.GetValue(urls), ct);
        });
        return command;
    }

    private static void Within(System.CommandLine.Parsing.OptionResult result, Option<int> option, int least, int most)
    {
        if (result.GetValue(option) is var n && (n < least || n > most))
        {
            result.AddError($"{option.Name} takes {least} to {most}.");
        }
    }

    private static async Task Make(Settings settings, MakeDemo.Options options, bool reset, CancellationToken ct)
    {
        await CommandLine.With(settings, async services =>
        {
            var demo = services.GetRequiredService<MakeDemo>();
            var holds = await demo.Holds(ct);
            if (holds == MakeDemo.Holding.SomethingElse)
            {
                throw new InvalidOperationException("This database holds something else than a demo and stays as it is. Name an empty one with RAILCRM_DATABASE.");
            }

            if (holds == MakeDemo.Holding.UnfinishedDemo || (reset && holds == MakeDemo.Holding.Demo))
            {
                await Empty(services.GetRequiredService<CrmDb>(), ct);
            }

            return 0;
        });
        await CommandLine.With(settings, async services =>
        {
            var demo = services.GetRequiredService<MakeDemo>();
            if (await demo.Holds(ct) == MakeDemo.Holding.Demo)
            {
                Console.WriteLine("The demo enterprise is there already (--reset makes it anew; its password is the one it was made with).");
            }
            else if (Console.IsOutputRedirected)
            {
                await demo.Run(options, _ => { }, ct);
            }
            else
            {
                await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async context =>
                {
                    var bar = context.AddTask("Demo enterprise");
                    await demo.Run(options, done => bar.Value = done, ct);
                });
            }

            return 0;
        });
        Console.WriteLine($"Sign-ins: {string.Join(", ", MakeDemo.SignIns)}");
        Console.WriteLine($"Password: {options.Password}");
    }

    /// <remarks>Only ever called on a demo, finished or not.</remarks>
    private static async Task Empty(CrmDb db, CancellationToken ct)
    {
        if (db.IsPostgres)
        {
            await db.Database.ExecuteSqlAsync($"DROP SCHEMA public CASCADE", ct);
            await db.Database.ExecuteSqlAsync($"CREATE SCHEMA public", ct);
            Npgsql.NpgsqlConnection.ClearAllPools();
        }
        else
        {
            await db.Database.EnsureDeletedAsync(ct);
        }
    }
}
