using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;

namespace RailCrm.Tests.Platform;

public sealed class HttpTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static StringContent Json(string body, string type = "application/json") => new(body, Encoding.UTF8, type);

    public static TheoryData<string, string> UnreadableBodies() => new()
    {
        { """{"name":"甲","tier":"large"}""", "tier" },
        { """{"name":"甲","name":"乙"}""", "name" },
        { """{"name":"甲","employeeCount":"12"}""", "employeeCount" },
        { """{"name":{"a":1}}""", "name" },
    };

    [Theory, MemberData(nameof(UnreadableBodies))]
    public async Task A_body_that_breaks_the_contract_is_refused_with_the_name_of_the_field(string body, string field)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("n1");

        using var answer = await api.PostAsync("/api/v1/customers", Json(body), Ct);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains(field, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Equal(0, await app.In(Actor.System("test"), db => db.Set<Customer>().CountAsync(Ct)));
    }

    [Fact]
    public async Task What_is_no_json_at_all_or_too_deep_is_refused_in_words()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("n1");
        var deep = string.Concat(Enumerable.Repeat("[", 65)) + string.Concat(Enumerable.Repeat("]", 65));

        foreach (var (body, type, status) in new[] { ("{", "application/json", 400), ("", "application/json", 400), ($$"""{"name":{{deep}}}""", "application/json", 400), ("{}", "text/plain", 415), ("\"\uD800\"", "application/json", 400) })
        {
            using var answer = await api.PostAsync("/api/v1/customers", Json(body, type), Ct);
            Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
            Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("title").GetString()!);
        }
    }

    [Fact]
    public async Task Verbs_and_paths_nobody_serves_are_answered_without_a_fault()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("n1");
        foreach (var (verb, path, status) in new[] { ("TRACE", "/api/v1/customers", 405), ("PATCH", "/api/v1/customers/1", 405), ("GET", "/api/v1/nothing", 404), ("GET", "/api/v1/customers/x", 404), ("GET", "/api/v1/customers/9223372036854775808", 404) })
        {
            using var request = new HttpRequestMessage(new(verb), path);
            request.Headers.Add("X-HTTP-Method-Override", "DELETE");
            using var answer = await api.SendAsync(request, Ct);
            Assert.True(status == (int)answer.StatusCode, $"{verb} {path}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers_errors_included()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        foreach (var path in new[] { "/", "/customers", "/customers/999999", "/nothing", "/api/v1/customers/999999", "/dist/style.css", "/health/live", "/sign-in" })
        {
            using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative), Ct);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        }

        using var page = await browser.GetAsync(new Uri("/customers", UriKind.Relative), Ct);
        Assert.True(page.Headers.CacheControl!.NoStore);
        using var api = await app.Api("n1");
        using var list = await api.GetAsync("/api/v1/customers", Ct);
        Assert.True(list.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Following_every_link_of_an_administrator_changes_nothing()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        await app.In(Actor.System("test"), async db => // A role of the time before offices and business were kept apart, for all the pages there are.
        {
            var role = await db.Set<Role>().SingleAsync(r => r.Name == "admin", Ct);
            db.AddRange(Permission.Business.Select(p => new RolePermission { RoleId = role.Id, Permission = p }));
            return await db.SaveChangesAsync(Ct);
        });
        using var browser = await app.SignedIn("admin");
        async Task<Dictionary<string, string>> Rows()
        {
            await using var raw = new SqliteConnection(app.Connection);
            await raw.OpenAsync(Ct);
            async Task<List<string>> Read(string sql)
            {
#pragma warning disable CA2100 // Names of our own tables.
                await using var command = new SqliteCommand(sql, raw);
#pragma warning restore CA2100
                await using var reader = await command.ExecuteReaderAsync(Ct);
                var found = new List<string>();
                while (await reader.ReadAsync(Ct))
                {
                    found.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(n => reader.GetValue(n))));
                }

                return found;
            }

            var rows = new Dictionary<string, string>();
            foreach (var table in await Read("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT IN ('sessions', 'opened_records')")) // Last seen, and what the palette offers again.
            {
                rows[table] = string.Join('\n', await Read($"SELECT * FROM \"{table}\""));
            }

            return rows;
        }

        var before = await Rows();
        var (seen, next) = (new HashSet<string>(), new Queue<string>(["/"]));
        while (next.TryDequeue(out var path) && seen.Count < 400)
        {
            using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative), Ct);
            Assert.True((int)answer.StatusCode < 500, path);
            foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(await answer.Content.ReadAsStringAsync(Ct), "href=\"(/[^\"?#]*)"))
            {
                if (!link.Groups[1].Value.StartsWith("/dist/", StringComparison.Ordinal) && seen.Add(link.Groups[1].Value))
                {
                    next.Enqueue(link.Groups[1].Value);
                }
            }
        }

        Assert.True(seen.Count > 40, $"Only {seen.Count} addresses.");
        var after = await Rows();
        Assert.Empty(after.Where(t => before[t.Key] != t.Value).Select(t => t.Key));
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused_as_a_bad_request_and_changes_nothing()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["_handler"] = "customer", ["Form.Name"] = "无令牌公司" });

        using var answer = await browser.PostAsync(new Uri("/customers/new", UriKind.Relative), form, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(0, await app.In(Actor.System("test"), db => db.Set<Customer>().CountAsync(Ct)));
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData(null)]
    public async Task The_session_cookie_alone_writes_nothing_for_another_site(string? from)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var browser = await app.SignedIn("n1");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/customers") { Content = Json("""{"name":"外站公司"}""") };
        if (from is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", from);
        }

        using var answer = await browser.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(0, await app.In(Actor.System("test"), db => db.Set<Customer>().CountAsync(Ct)));
    }

    [Fact]
    public void A_full_disk_and_a_database_that_is_away_have_their_own_answers()
    {
        Assert.Equal((507, "http.disk_full"), Faults.Of(new DbUpdateException("x", new SqliteException("full", 13))));
        Assert.Equal((507, "http.disk_full"), Faults.Of(new PostgresException("full", "ERROR", "ERROR", "53100")));
        Assert.Equal((503, "http.database_away"), Faults.Of(new InvalidOperationException("x", new NpgsqlException("gone"))));
        Assert.Equal((500, "ui.error_text"), Faults.Of(new InvalidOperationException("ours")));
    }

    [Fact]
    public async Task The_product_recovers_by_itself_when_the_database_drops_its_connections()
    {
        await using var app = await CrmApp.Start(Engine.Postgres);
        using var api = await app.Api("n1");
        (await api.GetAsync("/api/v1/customers", Ct)).EnsureSuccessStatusCode();
        await using (var other = NpgsqlDataSource.Create(app.Connection + ";Pooling=false"))
        {
            await using var kill = other.CreateCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            Assert.NotEqual(0L, await kill.ExecuteScalarAsync(Ct));
        }

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
        {
            using var answer = await api.GetAsync("/api/v1/customers", Ct);
            answers.Add(answer.StatusCode);
        }

        Assert.All(answers, s => Assert.True(s is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, s.ToString()));
        Assert.Equal(HttpStatusCode.OK, answers[^1]);
    }
}
