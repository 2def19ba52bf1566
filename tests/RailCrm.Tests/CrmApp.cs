using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RailCrm.Modules.Organization;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Tests;

/// <summary>The whole product on a real port and a real database of its own, with one group, two subsidiaries and three outlets.</summary>
public sealed class CrmApp : IAsyncDisposable
{
    /// <summary>Everybody's in these tests.</summary>
    public const string Password = "一句只有测试知道的长密码 2026";

    private static readonly SemaphoreSlim TemplateGate = new(1, 1);
    private static readonly Dictionary<Engine, string> Templates = [];
    private static List<EndpointDataSource>? _routes;
    private static PostgresPool? _pool;
    private static int _count;

    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly Faults _faults;
    private bool _givesBack;

    private CrmApp(WebApplication app, string folder, Engine engine, FakeTimeProvider clock, string connection, Faults faults) => (_app, _folder, Engine, Clock, Connection, _faults) = (app, folder, engine, clock, connection, faults);

    /// <summary>For another process on the same database.</summary>
    public string Connection { get; }

    /// <summary>The data folder.</summary>
    public string Home => _folder;

    /// <summary>Which database.</summary>
    public Engine Engine { get; }

    /// <summary>1 April 2026, 01:00 in Beijing, until a test moves it.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>Services, for what no page or route gives.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Puts the clock forward. No timer fires on the way: a month of what runs every few seconds takes minutes.</summary>
    public void Later(TimeSpan by) => Clock.AdjustTime(Clock.GetUtcNow() + by);

    /// <summary>Starts it; with <paramref name="empty"/> on a database that has tables but nobody in them; with more <paramref name="settings"/>, key and value in turn; with <paramref name="ownRoutes"/> where a route depends on what the test changes in this application.</summary>
    public static async Task<CrmApp> Start(Engine engine, bool empty = false, bool ownRoutes = false, params string[] settings)
    {
        var folder = InMemory("railcrm-test-");
        string connection;
        if (empty)
        {
            connection = engine == Engine.Postgres ? await PostgresServer.Create($"e{Interlocked.Increment(ref _count)}", null) : $"Data Source={folder}/crm.db";
        }
        else
        {
            var template = await Template(engine);
            if (engine == Engine.Postgres)
            {
                connection = _pool!.Take() ?? await PostgresServer.Create($"t{Interlocked.Increment(ref _count)}", template);
            }
            else
            {
                File.Copy(template, $"{folder}/crm.db");
                connection = $"Data Source={folder}/crm.db";
            }
        }

        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 31, 17, 0, 0, TimeSpan.Zero));
        var faults = new Faults();
        var app = WebHost.Build(["--urls", "http://127.0.0.1:0", .. settings], new(connection, folder), services =>
        {
            services.Configure<PasswordHasherOptions>(o => o.IterationCount = 1_000); // Hundreds of sign-ins, and none of them worth an attack.
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            services.AddSingleton<ILoggerProvider>(faults);
        });
        if (!ownRoutes && settings.Length == 0)
        {
            ShareRoutes(app);
        }

        var made = new CrmApp(app, folder, engine, clock, connection, faults) { _givesBack = engine == Engine.Postgres && !empty };
        if (empty)
        {
            await made.In(Actor.System("test"), async db =>
            {
                await db.Database.MigrateAsync(Ct);
                return 0;
            });
        }

        await app.StartAsync(Ct);
        return made;
    }

    /// <summary>Runs something on the database as somebody.</summary>
    public async Task<T> In<T>(Actor actor, Func<CrmDb, Task<T>> act)
    {
        await using var services = Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        return await act(services.ServiceProvider.GetRequiredService<CrmDb>());
    }

    /// <summary>Runs a use case as somebody.</summary>
    public async Task<T> With<TUseCase, T>(Actor actor, Func<TUseCase, Task<T>> act) where TUseCase : notnull
    {
        await using var services = Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        return await act(services.ServiceProvider.GetRequiredService<TUseCase>());
    }

    /// <summary>The actor behind a sign-in of these tests: group, north, south, n1, n2, s1, auditor, data, admin.</summary>
    public Task<Actor> ActorOf(string userName) => In(Actor.System("test"), async db =>
        (await Actors.Find(db, await db.Set<User>().Where(u => u.UserName == userName).Select(u => u.Id).SingleAsync(Ct), "web", Ct))!);

    /// <summary>A client that carries the user's API token.</summary>
    public async Task<HttpClient> Api(string userName, string scopes = "read,write")
    {
        var secret = Sessions.NewSecret();
        await In(Actor.System("test"), async db =>
        {
            var id = await db.Set<User>().Where(u => u.UserName == userName).Select(u => u.Id).SingleAsync(Ct);
            db.Add(new ApiToken { Hash = Sessions.Hash(secret), UserId = id, Name = "test", Scopes = scopes, CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        var client = Client(new());
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        return client;
    }

    /// <summary>A job when it has ended, whether here or by the application's own runner; fails where it did not complete.</summary>
    internal async Task<Job> Ended(long id)
    {
        for (var tries = 0; tries < 2_400; tries++)
        {
            await Services.GetRequiredService<Runner>().RunOne(Ct);
            var job = await In(Actor.System("test"), db => db.Set<Job>().AsNoTracking().SingleAsync(j => j.Id == id, Ct));
            if (job.State is not ("queued" or "running"))
            {
                Assert.True(job.State == "completed", $"{job.Kind} {job.State}: {job.Result}");
                return job;
            }

            await Task.Delay(50, Ct); // The application's own runner has it.
        }

        throw new TimeoutException($"Job {id} did not end.");
    }

    /// <summary>A browser without script: keeps cookies, follows nothing by itself.</summary>
    public HttpClient Browser() => Client(new() { AllowAutoRedirect = false });

    private HttpClient Client(HttpClientHandler handler) => new(new TellsFaults(_faults) { InnerHandler = handler }) { BaseAddress = Address };

    /// <summary>A browser that has signed in.</summary>
    public async Task<HttpClient> SignedIn(string userName)
    {
        var browser = Browser();
        var answer = await Submit(browser, "/sign-in", "sign-in", new() { ["Form.UserName"] = userName, ["Form.Password"] = Password });
        Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Found, $"{userName} could not sign in: {answer.StatusCode}");
        return browser;
    }

    /// <summary>Fills in and sends the form of a page.</summary>
    public static async Task<HttpResponseMessage> Submit(HttpClient browser, string path, string handler, Dictionary<string, string> fields)
    {
        var page = await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
        fields["__RequestVerificationToken"] = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        fields["_handler"] = handler;
        using var form = new FormUrlEncodedContent(fields);
        return await browser.PostAsync(new Uri(path, UriKind.Relative), form, Ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        if (_givesBack)
        {
            await _pool!.GiveBack(Connection);
        }
        else
        {
            ClearPools(Connection, Engine);
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Closes what is kept open to one database. Hundreds, each with connections that nobody uses any more, would be more than the server takes; to clear every pool takes from SQLite what another test is just opening.</summary>
    internal static void ClearPools(string connection, Engine engine)
    {
        if (engine == Engine.Postgres)
        {
            using var any = new Npgsql.NpgsqlConnection(connection);
            Npgsql.NpgsqlConnection.ClearPool(any);
            return;
        }

        foreach (var text in new[] { connection, Storage.SqliteString(connection) })
        {
            using var any = new SqliteConnection(text);
            SqliteConnection.ClearPool(any);
        }
    }

    /// <summary>What the application threw at a request.</summary>
    private sealed class Faults : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<Exception> Thrown { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error && exception is not null)
            {
                Thrown.Enqueue(exception);
            }
        }

        public void Dispose()
        {
        }
    }

    /// <summary>No test expects a fault of ours: one that meets it says what was thrown, which may happen once in a hundred runs.</summary>
    private sealed class TellsFaults(Faults faults) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            return answer.StatusCode != System.Net.HttpStatusCode.InternalServerError || faults.Thrown.IsEmpty ? answer
                : throw new InvalidOperationException($"{request.Method} {request.RequestUri?.PathAndQuery}: {string.Join('\n', faults.Thrown)}");
        }
    }

    // Compiling some hundred routes takes longer than most tests; they keep nothing of the application they were compiled for.
    private static void ShareRoutes(IEndpointRouteBuilder app)
    {
        var routes = Interlocked.CompareExchange(ref _routes, [.. app.DataSources], null) ?? _routes;
        app.DataSources.Clear();
        routes.ForEach(app.DataSources.Add);
    }

    /// <summary>A folder in memory where the machine has one with room, since SQLite waits for the disk with every commit; else a temporary one.</summary>
    private static string InMemory(string prefix)
    {
        const string Memory = "/dev/shm";
        const long Room = 2L << 30;
        return Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > Room ? Directory.CreateDirectory(Path.Combine(Memory, $"{prefix}{Guid.NewGuid():N}")).FullName : Directory.CreateTempSubdirectory(prefix).FullName;
    }

    /// <summary>A migrated database with the organisation and people in it, made once a run and copied for each test.</summary>
    private static async Task<string> Template(Engine engine)
    {
        await TemplateGate.WaitAsync(Ct);
        try
        {
            if (Templates.TryGetValue(engine, out var known))
            {
                return known;
            }

            var folder = InMemory("railcrm-template-");
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
            var connection = engine == Engine.Postgres ? await PostgresServer.Create("template_crm", null) : $"Data Source={folder}/crm.db";
            var app = WebHost.Build([], new(connection, folder), s => s.Configure<PasswordHasherOptions>(o => o.IterationCount = 1_000));
            await using (var services = app.Services.CreateAsyncScope())
            {
                services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("test");
                var db = services.ServiceProvider.GetRequiredService<CrmDb>();
                await db.Database.MigrateAsync(Ct);
                await Populate(db, services.ServiceProvider.GetRequiredService<SetUpGroup>());
                if (engine == Engine.Sqlite)
                {
                    await db.Database.ExecuteSqlAsync($"PRAGMA wal_checkpoint(TRUNCATE)", Ct);
                }
            }

            await app.DisposeAsync();
            ClearPools(connection, engine);
            Npgsql.NpgsqlConnection.ClearAllPools();
            if (engine == Engine.Postgres)
            {
                _pool = await PostgresPool.Of(connection);
            }

            return Templates[engine] = engine == Engine.Postgres ? "template_crm" : $"{folder}/crm.db";
        }
        finally
        {
            TemplateGate.Release();
        }
    }

    private static async Task Populate(CrmDb db, SetUpGroup setUp)
    {
        var founded = await setUp.Found("华东铁路物流集团", "GROUP", "admin", Password, null, Ct);
        Assert.Null(founded.Refusal);
        var group = await db.Set<OrgUnit>().SingleAsync(Ct);
        var north = new OrgUnit(group, "N", "北方公司");
        await OrgUnit.Add(db, north, Ct);
        var south = new OrgUnit(group, "S", "南方公司");
        await OrgUnit.Add(db, south, Ct);
        var units = new Dictionary<string, OrgUnit> { ["group"] = group, ["auditor"] = group, ["north"] = north, ["south"] = south };
        foreach (var (code, parent) in new[] { ("n1", north), ("n2", north), ("s1", south) })
        {
            units[code] = new OrgUnit(parent, code.ToUpperInvariant(), $"{code} 网点");
            await OrgUnit.Add(db, units[code], Ct);
        }

        units["data"] = group;
        foreach (var (name, unit) in units)
        {
            var role = name switch { "group" or "auditor" or "data" => name, "north" or "south" => "subsidiary", _ => "outlet" };
            Assert.Null((await setUp.CreateUser(new User { UserName = name, DisplayName = name, UnitId = unit.Id }, Password, role, Ct)).Refusal);
        }
    }
}
