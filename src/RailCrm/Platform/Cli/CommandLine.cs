using System.CommandLine;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Cli;

/// <summary>The verbs of <c>railcrm</c>. Failure is a plain sentence on standard error and a non-zero exit.</summary>
public static class CommandLine
{
    /// <summary>Runs one verb; without a verb it serves.</summary>
    public static async Task<int> Run(string[] args)
    {
        var urls = new Option<string?>("--urls") { Description = "Addresses to listen at, such as http://127.0.0.1:5080." };
        var root = new RootCommand("RailCRM 铁路物流客户关系管理系统") { urls };
        root.SetAction((parse, ct) => Serve(parse.GetValue(urls), ct));

        var serve = new Command("serve", "Serves the configured database.") { urls };
        serve.SetAction((parse, ct) => Serve(parse.GetValue(urls), ct));
        root.Add(serve);

        var migrate = new Command("migrate", "Makes or updates the tables of the configured database.");
        migrate.SetAction((_, ct) => With(async services =>
        {
            await services.GetRequiredService<CrmDb>().Database.MigrateAsync(ct);
            Console.WriteLine("The database is up to date.");
            return 0;
        }));
        root.Add(migrate);
        root.Add(UserVerbs.Command());
        root.Add(TokenVerb.Command());

        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is InvalidOperationException or DbUpdateException or System.Data.Common.DbException or IOException)
        {
            await Console.Error.WriteLineAsync(e.InnerException?.Message ?? e.Message);
            return 1;
        }
    }

    private static IConfiguration Configuration() =>
        new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().Build();

    /// <summary>Runs a verb in the group's name on the configured database.</summary>
    internal static async Task<int> With(Func<IServiceProvider, Task<int>> verb)
    {
        await using var app = WebHost.Build([], Settings.From(Configuration()));
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("cli");
        return await verb(services.ServiceProvider);
    }

    private static async Task<int> Serve(string? urls, CancellationToken ct)
    {
        var settings = Settings.From(Configuration());
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
        await db.Database.MigrateAsync(ct);
        if (!await db.Set<User>().AnyAsync(ct))
        {
            Console.WriteLine(Texts.Get("setup.console", services.ServiceProvider.GetRequiredService<SetUpCode>().Value));
        }
    }
}
