using System.CommandLine;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Demo;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Cli;

/// <summary>The verbs of <c>railcrm</c>. Failure is a plain sentence on standard error and a non-zero exit.</summary>
public static class CommandLine
{
    private static readonly AsyncLocal<IConfiguration?> Given = new();

    /// <summary>Runs one verb; without a verb it serves.</summary>
    /// <param name="args">The verb and what belongs to it.</param>
    /// <param name="configuration">Where things are, instead of what appsettings.json and the environment say.</param>
    public static async Task<int> Run(string[] args, IConfiguration? configuration = null)
    {
        Given.Value = configuration;
        var urls = new Option<string?>("--urls") { Description = "Addresses to listen at, such as http://127.0.0.1:5080." };
        var root = new RootCommand("RailCRM 铁路物流客户关系管理系统") { urls };
        root.SetAction((parse, ct) => Serve(Settings.From(Configuration()), parse.GetValue(urls), ct));

        var serve = new Command("serve", "Serves the configured database.") { urls };
        serve.SetAction((parse, ct) => Serve(Settings.From(Configuration()), parse.GetValue(urls), ct));
        root.Add(serve);

        var migrate = new Command("migrate", "Makes or updates the tables of the configured database.");
        migrate.SetAction((_, _) => With(_ =>
        {
            Console.WriteLine("The database is up to date."); // Every verb sees to that before it does its own.
            return Task.FromResult(0);
        }));
        root.Add(migrate);
        root.Add(UserVerbs.Command());
        root.Add(TokenVerb.Command());
        root.Add(ImportVerb.Command());
        root.Add(DemoVerb.Command());
        root.Add(DoctorVerb.Command());
        root.Add(AuditVerb.Command());

        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("RAILCRM_DEBUG") is null)
        {
            await Console.Error.WriteLineAsync(Plain(e));
            return 1;
        }
    }

    /// <remarks>What the database says lies innermost.</remarks>
    private static string Plain(Exception e) => e switch
    {
        OperationCanceledException => "Cancelled.",
        { InnerException: { } inner } when e is DbUpdateException or AggregateException or System.Data.Common.DbException => Plain(inner),
        _ => e.Message,
    };

    internal static IConfiguration Configuration() => Given.Value ??
        new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().Build();

    /// <summary>Runs a verb in the group's name on the configured database.</summary>
    /// <param name="verb">What is to be done.</param>
    /// <param name="userName">In whose name instead, where one is given.</param>
    internal static Task<int> With(Func<IServiceProvider, Task<int>> verb, string? userName = null) => With(Settings.From(Configuration()), verb, userName);

    /// <summary>Runs a verb on a database that it names itself.</summary>
    internal static async Task<int> With(Settings settings, Func<IServiceProvider, Task<int>> verb, string? userName = null)
    {
        await using var app = WebHost.Build([], settings, quiet: true);
        var actor = Actor.System("cli");
        await using (var services = app.Services.CreateAsyncScope())
        {
            services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
            var db = services.ServiceProvider.GetRequiredService<CrmDb>();
            await Prepare(db, default);
            if (userName is not null)
            {
                var id = await db.Set<User>().Where(u => u.UserName == userName).Select(u => u.Id).SingleOrDefaultAsync();
                actor = await Actors.Find(db, id, "cli", default) ?? throw new InvalidOperationException($"No account is named '{userName}'.");
            }
        }

        await using var work = app.Services.CreateAsyncScope();
        work.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        return await verb(work.ServiceProvider);
    }

    /// <summary>Tables up to date, the default roles and the known holidays there.</summary>
    internal static async Task Prepare(CrmDb db, CancellationToken ct)
    {
        await Soundness.Migrate(db, ct);
        await db.Write(async () =>
        {
            await Roles.EnsureDefaults(db, ct);
            return 0;
        }, ct);
        await Modules.Reference.Holidays.EnsureKnown(db, ct);
    }

    /// <summary>Serves until it is told to stop.</summary>
    internal static async Task<int> Serve(Settings settings, string? urls, CancellationToken ct)
    {
        await using var app = WebHost.Build(urls is null ? [] : ["--urls", urls], settings);
        await Prepare(app, ct);
        await app.StartAsync(ct);
        foreach (var url in app.Urls)
        {
            Console.WriteLine($"RailCRM  {url}");
        }

        await app.WaitForShutdownAsync(ct);
        return 0;
    }

    /// <summary>Tables up to date, and where nobody can sign in yet, the set-up code on the console.</summary>
    internal static async Task Prepare(WebApplication app, CancellationToken ct)
    {
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("cli");
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        await Prepare(db, ct);
        if (await Soundness.Durability(db, ct) is { } unsafely)
        {
            throw new InvalidOperationException(unsafely);
        }

        if (!await db.Set<User>().AnyAsync(ct))
        {
            Console.WriteLine(Texts.Get("setup.console", services.ServiceProvider.GetRequiredService<SetUpCode>().Value));
        }
    }
}
