using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Platform;

/// <summary>The verbs of <c>railcrm</c>.</summary>
public sealed class CommandLineTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<(int Exit, string[] Lines, string Error)> Run(string connection, string home, params string[] arguments)
    {
        var (exit, output, error) = await Cli.Run(connection, home, arguments);
        return (exit, output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), error.Trim());
    }

    [Fact]
    public async Task The_program_itself_takes_its_verb_and_tells_the_shell_how_it_ended()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        var (exit, output, _) = await Cli.RunApart(app, "user", "list");
        Assert.Equal(0, exit);
        Assert.Contains("admin", output, StringComparison.Ordinal);

        var (failed, _, error) = await Cli.RunApart(app, "user", "disable", "没有此人");
        Assert.NotEqual(0, failed);
        Assert.Contains("没有此人", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_account_made_on_the_command_line_works_through_its_token_until_it_is_disabled(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        Task<(int Exit, string[] Lines, string Error)> Verb(params string[] arguments) => Run(app.Connection, app.Home, arguments);

        Assert.Equal(0, (await Verb("user", "add", "王小明", "--role", "outlet", "--unit", "N1")).Exit);
        var token = await Verb("token", "create", "--user", "王小明", "--name", "仓库系统", "--scopes", "read");
        Assert.Equal(0, token.Exit);
        using var api = new HttpClient { BaseAddress = app.Address };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Lines[^1]);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/api/v1/customers", Ct)).StatusCode);
        Assert.Contains((await Verb("user", "list")).Lines, l => l.Contains("王小明", StringComparison.Ordinal) && l.Contains("N1", StringComparison.Ordinal));

        Assert.Equal(0, (await Verb("user", "disable", "王小明")).Exit);

        Assert.Equal(HttpStatusCode.Unauthorized, (await api.GetAsync("/api/v1/customers", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_verb_that_fails_says_why_in_one_plain_sentence_and_exits_with_an_error()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        foreach (var (arguments, word) in new (string[], string)[]
        {
            (["user", "add", "某人", "--role", "outlet", "--unit", "NOWHERE"], "NOWHERE"),
            (["user", "add", "某人", "--role", "king", "--unit", "N1"], "king"),
            (["user", "disable", "没有此人"], "没有此人"),
            (["token", "create", "--user", "n1", "--name", "x", "--scopes", "all"], "read"),
            (["import", "waybills", "/no/such/file.csv"], "/no/such/file.csv"),
            (["nonsense"], "nonsense"),
        })
        {
            var (exit, _, error) = await Run(app.Connection, app.Home, arguments);
            Assert.NotEqual(0, exit);
            Assert.Contains(word, error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }

        var away = await Run("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=2", app.Home, "migrate");
        Assert.NotEqual(0, away.Exit);
        Assert.NotEmpty(away.Error);
        Assert.DoesNotContain("   at ", away.Error, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_doctor_finds_facts_that_are_wrong_mends_them_and_says_that_all_is_well(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var file = Path.Combine(app.Home, "a.csv");
        await File.WriteAllTextAsync(file, "externalNo,date,customer,revenue\nA1,2026-03-01,甲公司,100\n", Ct);
        Assert.Equal(0, (await Run(app.Connection, app.Home, "import", "waybills", file, "--create-customers")).Exit);
        await app.In(Actor.System("test"), db => db.Database.ExecuteSqlAsync($"UPDATE monthly_facts SET revenue_fen = 1", Ct));
        var n1 = (await app.ActorOf("n1")).UserId;
        await app.In(Actor.System("test"), async db =>
        {
            db.Add(new CustomerGrant { CustomerId = await db.Set<Customer>().Select(c => c.Id).SingleAsync(Ct), UserId = n1, Reason = CustomerGrant.Manager }); // The book does not know of him.
            await db.SaveChangesAsync(Ct);
            return await db.Set<Customer>().ExecuteUpdateAsync(s => s.SetProperty(c => c.ManagerLevels, 4), Ct);
        });

        var sick = await Run(app.Connection, app.Home, "doctor", "--json");
        Assert.Equal(1, sick.Exit);
        Assert.Contains(JsonDocument.Parse(sick.Lines[^1]).RootElement.GetProperty("checks").EnumerateArray(), c => c.GetProperty("check").GetString() == "facts" && !c.GetProperty("ok").GetBoolean() && c.GetProperty("mend").GetString()!.Contains("--rebuild-facts", StringComparison.Ordinal));
        Assert.Contains(JsonDocument.Parse(sick.Lines[^1]).RootElement.GetProperty("checks").EnumerateArray(), c => c.GetProperty("check").GetString() == "managers" && !c.GetProperty("ok").GetBoolean() && c.GetProperty("says").GetString()!.StartsWith("1 people", StringComparison.Ordinal) && c.GetProperty("mend").GetString()!.Contains("--mend-managers", StringComparison.Ordinal));

        await Run(app.Connection, app.Home, "doctor", "--rebuild-facts", "--mend-managers");
        var well = await Run(app.Connection, app.Home, "doctor", "--json");
        Assert.All(JsonDocument.Parse(well.Lines[^1]).RootElement.GetProperty("checks").EnumerateArray().Where(c => c.GetProperty("check").GetString() is "database" or "migrations" or "facts" or "managers" or "integrity" or "durability"), c => Assert.True(c.GetProperty("ok").GetBoolean(), c.ToString()));
        Assert.Equal(10_000, await app.In(Actor.System("test"), db => db.Set<RailCrm.Modules.Waybills.MonthlyFact>().SumAsync(f => f.RevenueFen, Ct)));
        Assert.Equal((CustomerGrant.Shared, true, 0), await app.In(Actor.System("test"), async db => (await db.Set<CustomerGrant>().Where(g => g.UserId == n1).Select(g => g.Reason).SingleAsync(Ct), await db.Set<CustomerGrant>().Where(g => g.UserId == n1).Select(g => g.Writes).SingleAsync(Ct), await db.Set<Customer>().Select(c => c.ManagerLevels).SingleAsync(Ct)))); // Sees it still.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_database_made_by_a_newer_version_is_left_alone(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(Actor.System("test"), db => db.Database.ExecuteSqlAsync($"INSERT INTO \"__EFMigrationsHistory\" (migration_id, product_version) VALUES ('29990101000000_Later', '99.0')", Ct));

        var (exit, _, error) = await Run(app.Connection, app.Home, "migrate");

        Assert.NotEqual(0, exit);
        Assert.Contains("29990101000000_Later", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_lock_that_a_killed_process_left_does_not_hold_up_the_next_start()
    {
        var folder = Directory.CreateTempSubdirectory("railcrm-lock-").FullName;
        var connection = $"Data Source={folder}/crm.db";
        try
        {
            await using (var db = new Microsoft.Data.Sqlite.SqliteConnection(connection))
            {
                await db.OpenAsync(Ct);
                await using var left = db.CreateCommand();
                left.CommandText = "CREATE TABLE \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); INSERT INTO \"__EFMigrationsLock\" VALUES (1, datetime('now', '-1 hour'))";
                await left.ExecuteNonQueryAsync(Ct);
            }

            var made = await Run(connection, folder, "migrate");

            Assert.True(made.Exit == 0, made.Error);
        }
        finally
        {
            CrmApp.ClearPools(connection, Engine.Sqlite);
            Directory.Delete(folder, recursive: true);
        }
    }
}
