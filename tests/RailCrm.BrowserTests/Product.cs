using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Modules.Demo;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

[assembly: AssemblyFixture(typeof(RailCrm.BrowserTests.Browser))]

namespace RailCrm.BrowserTests;

/// <summary>The product on a port of its own, with a small demo enterprise or with nothing; on PostgreSQL where <c>RAILCRM_JOURNEYS=postgres</c> says so.</summary>
public sealed partial class Product : IAsyncDisposable
{
    /// <summary>Everybody's.</summary>
    public const string Password = "Railcrm-Browser-2026";

    private readonly WebApplication _app;
    private readonly string _folder;

    private Product(WebApplication app, string folder) => (_app, _folder) = (app, folder);

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First();

    /// <summary>What the console prints on an empty database.</summary>
    public string SetUpCode => _app.Services.GetRequiredService<SetUpCode>().Value;

    /// <summary>Does something to its database, in the group's name.</summary>
    internal async Task<T> In<T>(Func<CrmDb, Task<T>> act)
    {
        await using var services = _app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("test");
        return await act(services.ServiceProvider.GetRequiredService<CrmDb>());
    }

    /// <summary>Does something with one of its services, in the group's name.</summary>
    internal async Task<T> With<TService, T>(Func<CrmDb, TService, Task<T>> act)
        where TService : notnull
    {
        await using var services = _app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("test");
        return await act(services.ServiceProvider.GetRequiredService<CrmDb>(), services.ServiceProvider.GetRequiredService<TService>());
    }

    /// <summary>Every page of the product at an address that shows something, and a person of the demo who may open it. New pages come along by themselves.</summary>
    public IReadOnlyList<(string Path, string User)> Pages =>
    [
        .. from e in _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           where e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null && e.Metadata.GetMetadata<IAllowAnonymous>() is null
           let path = "/" + Parameter().Replace(e.RoutePattern.RawText!.TrimStart('/'), "1")
           where path is not "/kit"
           orderby path
           select (path, e.Metadata.GetMetadata<NeedsAttribute>()?.Permission switch { Permission.System or Permission.OrganizationWrite => "admin", Permission.Security => "security", Permission.Audit => "auditor", _ => "group" }),
    ];

    /// <summary>Starts it.</summary>
    public static async Task<Product> Start(bool empty = false, string? environment = null, int customers = 300, int waybills = 12_000, string[]? settings = null)
    {
        // In memory where there is room: SQLite waits for the disk with every commit.
        var folder = Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace > 2L << 30 ? Directory.CreateDirectory($"/dev/shm/railcrm-browser-{Guid.NewGuid():N}").FullName : Directory.CreateTempSubdirectory("railcrm-browser-").FullName;
        var database = Environment.GetEnvironmentVariable("RAILCRM_JOURNEYS") == "postgres" ? await Tests.PostgresServer.Create($"journeys_{Guid.NewGuid():N}", null) : $"Data Source={folder}/crm.db";
        var app = WebHost.Build(["--urls", "http://127.0.0.1:0", .. settings ?? []], new(database, folder), s => s.Configure<PasswordHasherOptions>(o => o.IterationCount = 1_000), environment);
        await using (var services = app.Services.CreateAsyncScope())
        {
            services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("test");
            await services.ServiceProvider.GetRequiredService<CrmDb>().Database.MigrateAsync();
            if (!empty)
            {
                await services.ServiceProvider.GetRequiredService<MakeDemo>().Run(new(customers, waybills, 7, Password), _ => { }, default);
                await Fields(services.ServiceProvider.GetRequiredService<SaveCustomField>());
                await services.ServiceProvider.GetRequiredService<CrmDb>().Set<User>().ExecuteUpdateAsync(s => s.SetProperty(u => u.TourEndedAt, DateTime.UnixEpoch)); // The tour has a journey of its own.
            }
        }

        await app.StartAsync();
        return new(app, folder);
    }

    /// <summary>A field of the group's own of every kind, so that every form and record shows some.</summary>
    private static async Task Fields(SaveCustomField save)
    {
        foreach (var kind in Enum.GetValues<CustomKind>())
        {
            var made = await save.Run(null, null, new() { List = "customers", Kind = kind, Name = $"自有{kind}", EnglishName = $"Own {kind}", Options = "动力煤|Steam coal\n焦煤|Coking coal", Help = "填写说明", Indexed = true, Section = "自有资料" }, default);
            Assert.Null(made.Refusal);
        }

        Assert.Null((await save.Run(null, null, new() { List = "contacts", Kind = CustomKind.Text, Name = "微信号" }, default)).Refusal);
        Assert.Null((await save.Run(null, null, new() { List = "waybills", Kind = CustomKind.Choice, Name = "票据形式", Options = "纸质\n电子" }, default)).Refusal);
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
