using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using static RailCrm.Tests.Modules.Exchange.ImportHttp;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>How a file comes in: its name, its size, twice, without what belongs to it.</summary>
public sealed class UploadTests
{
    private const string Head = "externalNo,date,customer,revenue,note\n";

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("../../etc/x.csv", "x.csv")]
    [InlineData("C:\\\\windows\\\\x.csv", "x.csv")]
    [InlineData("CON.csv", "CON.csv")]
    [InlineData("a.csv. .", "a.csv")]
    [InlineData("a%00.csv", "a%00.csv")]
    [InlineData("A.CSV", "A.CSV")]
    public async Task A_file_is_stored_under_a_name_of_ours_whatever_it_is_called(string name, string shown)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("n1");

        var done = await Done(api, await Sent(api, Utf8(Head + "A1,2026-03-01,甲公司,1,\n"), name));

        Assert.Equal("completed", done.GetProperty("state").GetString());
        Assert.Equal(shown, done.GetProperty("fileName").GetString());
        Assert.All(Files(app), f => Assert.Matches("^[0-9a-f]{32}\\.data(\\.rejected)?$", Path.GetFileName(f)));
    }

    [Fact]
    public void A_long_or_turned_name_is_shown_by_its_end_and_plainly()
    {
        Assert.Equal(200, UploadFile.FileName(new string('长', 300) + ".csv").Length);
        Assert.EndsWith(".csv", UploadFile.FileName(new string('长', 300) + ".csv"), StringComparison.Ordinal);
        Assert.Equal("xslx.vsc", UploadFile.FileName("xslx.\u202Evsc"));
        Assert.Equal("ab.csv", UploadFile.FileName("a\r\n\0b.csv"));
        Assert.Equal("file", UploadFile.FileName(" . "));
        Assert.Equal("🚂.csv", UploadFile.FileName("🚂.csv\uD800"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_body_that_is_too_large_or_never_ends_is_refused_and_its_traces_are_removed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine, ownRoutes: true);
        app.Services.GetRequiredService<UploadLimit>().MostBytes = 100_000;
        using var api = await app.Api("n1");
        var token = api.DefaultRequestHeaders.Authorization!.Parameter;
        const string Part = "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nwaybills\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";

        // It says that it is too large: refused before anything is read.
        Assert.StartsWith("HTTP/1.1 413", await Send("Content-Length: 3000000000", Part), StringComparison.Ordinal);
        // It does not say, and goes on and on.
        var chunk = new string('x', 60_000);
        var endless = new StringBuilder($"{Part.Length:x}\r\n{Part}\r\n");
        for (var i = 0; i < 40; i++)
        {
            endless.Append(global::System.Globalization.CultureInfo.InvariantCulture, $"{chunk.Length:x}\r\n{chunk}\r\n");
        }

        Assert.StartsWith("HTTP/1.1 413", await Send("Transfer-Encoding: chunked", endless.ToString()), StringComparison.Ordinal);
        // Larger than a file may be, though the body as a whole is not.
        using (var answer = await Sent(api, new byte[200_000], "a.csv"))
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        if (engine == Engine.Sqlite)
        {
            // It says more than it sends, then waits: given up after seconds. The chunked one likewise.
            var slow = await Task.WhenAll(Send("Content-Length: 90000", Part), Send("Transfer-Encoding: chunked", $"{Part.Length:x}\r\n{Part}\r\n"));
            Assert.All(slow, s => Assert.StartsWith("HTTP/1.1 408", s, StringComparison.Ordinal));
        }

        await NothingStayed(app);

        async Task<string> Send(string header, string body)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(app.Address.Host, app.Address.Port, Ct);
            var stream = client.GetStream();
            await stream.WriteAsync(Utf8($"POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=b\r\n{header}\r\n\r\n"), Ct);
            try
            {
                await stream.WriteAsync(Utf8(body), Ct);
            }
            catch (IOException)
            {
                // The server has answered and closed.
            }

            var answer = new byte[4096];
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            patience.CancelAfter(TimeSpan.FromSeconds(30));
            var read = await stream.ReadAsync(answer, patience.Token);
            return Encoding.UTF8.GetString(answer, 0, read);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_same_file_twice_brings_nothing_new_and_the_same_request_twice_is_one_import(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var file = Utf8(Head + "A1,2026-03-01,甲公司,1,\nA2,2026-03-01,甲公司,2,\n");

        var first = await Done(api, await Sent(api, file, "a.csv", key: "k1"));
        var again = await Done(api, await Sent(api, file, "a.csv", key: "k1"));
        var second = await Done(api, await Sent(api, file, "a.csv", key: "k2"));

        Assert.Equal(first.GetProperty("id").GetInt64(), again.GetProperty("id").GetInt64());
        Assert.Equal((2, 0, 2), (first.GetProperty("created").GetInt64(), second.GetProperty("created").GetInt64(), second.GetProperty("unchanged").GetInt64()));
        using (var other = await Sent(api, Utf8(Head), "a.csv", key: "k1"))
        {
            Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        }

        var pair = await Task.WhenAll(Sent(api, file, "a.csv", key: "k3"), Sent(api, file, "a.csv", key: "k3"));
        var ids = await Task.WhenAll(pair.Select(async p => (await p.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64()));
        Assert.Single(ids.Distinct());
        Assert.Equal(3, await app.In(System, db => db.Set<Import>().CountAsync(Ct)));
        Assert.Equal(3, Files(app).Count(f => f.EndsWith(".data", StringComparison.Ordinal)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_mapping_that_names_what_is_not_there_is_refused_with_what_is(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        foreach (var (mapping, field, says) in new[]
        {
            ("""{"nonsense":"date"}""", "nonsense", "externalNo"), ("""{"date":"When"}""", "date", "customer"), ("""{"date":""}""", "date", "date"), ("[1]", "mapping", "JSON"), ("""{"date":"a","date":"b"}""", "mapping", "JSON"),
        })
        {
            using var answer = await Sent(api, Utf8(Head), "a.csv", mapping: mapping);

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(says, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
        }

        await NothingStayed(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_form_of_the_page_without_its_token_is_refused_and_a_broken_file_is_told_in_words(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var browser = await app.SignedIn("n1");
        using (var form = new MultipartFormDataContent { { new StringContent("waybills"), "kind" }, { new ByteArrayContent(Utf8(Head)), "file", "a.csv" } })
        using (var answer = await browser.PostAsync("/imports/files", form, Ct))
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        var page = await browser.GetStringAsync("/imports", Ct);
        var token = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using (var form = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" }, { new StringContent("waybills"), "kind" }, { new ByteArrayContent([0x89, 0x50, 0x4E, 0x47]), "file", "a.csv" } })
        using (var answer = await browser.PostAsync("/imports/files", form, Ct))
        {
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            Assert.Equal("/imports?kind=waybills", answer.Headers.Location!.ToString());
        }

        await NothingStayed(app);
    }
}
