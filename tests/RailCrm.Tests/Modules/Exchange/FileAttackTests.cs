using System.Diagnostics;
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

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Files that strangers send, through the door they come in by.</summary>
public sealed class FileAttackTests
{
    private const string Head = "externalNo,date,customer,revenue,note\n";

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<HttpResponseMessage> Post(HttpClient api, byte[] file, string name, string? key = null, string? mapping = null, string kind = "waybills")
    {
        using var form = new MultipartFormDataContent { { new StringContent(kind), "kind" }, { new StringContent("true"), "createCustomers" } };
        var part = new ByteArrayContent(file);
        part.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename=\"{name}\"");
        form.Add(part);
        if (mapping is not null)
        {
            form.Add(new StringContent(mapping), "mapping");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/imports") { Content = form };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await api.SendAsync(request, Ct);
    }

    private static async Task<JsonElement> Done(HttpClient api, HttpResponseMessage started)
    {
        using (started)
        {
            Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync(Ct));
            var id = (await started.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
            for (var i = 0; i < 1_200; i++)
            {
                var now = await api.GetFromJsonAsync<JsonElement>($"/api/v1/imports/{id}", Ct);
                if (now.GetProperty("state").GetString() is not ("queued" or "running"))
                {
                    return now;
                }

                await Task.Delay(25, Ct);
            }
        }

        throw new TimeoutException("The import did not end within half a minute.");
    }

    private static string[] Files(CrmApp app) => Directory.Exists(Path.Combine(app.Home, "imports")) ? Directory.GetFiles(Path.Combine(app.Home, "imports")) : [];

    private static async Task NothingStayed(CrmApp app)
    {
        Assert.Equal(0, await app.In(System, db => db.Set<Import>().CountAsync(Ct)));
        Assert.Equal(0, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
        Assert.Empty(Files(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_that_wants_to_do_harm_is_refused_in_words_and_leaves_nothing(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        foreach (var (name, content) in new (string, byte[])[]
        {
            ("bomb.xlsx", HostileFile.Bomb()), ("liar.xlsx", HostileFile.LieAboutSizes(HostileFile.Bomb(), 4_000)), ("locked.xlsx", HostileFile.SayEncrypted(HostileFile.Zip(HostileFile.Parts("")))),
            ("picture.csv", [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]), ("text.xlsx", Utf8(Head)), ("book.csv", HostileFile.Zip(HostileFile.Parts(HostileFile.Row(1, "externalNo", "date", "customer")))),
            ("empty.csv", []), ("a.pHaR", Utf8(Head)), ("a.SvG", Utf8("<svg/>")), ("a.jpg.html", Utf8(Head)), ("a.csv.exe", Utf8(Head)), ("a.xlsm", Utf8(Head)), ("CON", Utf8(Head)), ("xslx.\u202Evsc", Utf8(Head)),
        })
        {
            using var answer = await Post(api, content, name);

            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{name}: {answer.StatusCode}");
            var error = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").GetProperty("file")[0].GetString()!;
            Assert.True(error.Length > 10, name);
        }

        await NothingStayed(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_workbook_that_asks_for_files_or_addresses_gets_neither(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var canary = Path.Combine(app.Home, "canary.txt");
        await File.WriteAllTextAsync(canary, "CANARY-4711", Ct);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        foreach (var part in new[] { "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml" })
        {
            var parts = HostileFile.Parts(HostileFile.Row(1, "externalNo", "date", "customer") + HostileFile.Row(2, "A1", "2026-03-01", "甲公司"));
            parts[part] = $"<!DOCTYPE x [<!ENTITY f SYSTEM \"file://{canary}\"><!ENTITY h SYSTEM \"http://127.0.0.1:{port}/x\"><!ENTITY % p SYSTEM \"http://127.0.0.1:{port}/p\">%p;]>"
                + parts[part].Replace("甲公司", "&f;&h;", StringComparison.Ordinal).Replace("</Types>", "&f;&h;</Types>", StringComparison.Ordinal).Replace("</workbook>", "&f;&h;</workbook>", StringComparison.Ordinal);

            using var answer = await Post(api, HostileFile.Zip(parts), "entities.xlsx");
            var body = await answer.Content.ReadAsStringAsync(Ct);

            // The list of content types is not read at all; every part that is read is refused for its document type.
            Assert.Equal(part == "[Content_Types].xml" ? HttpStatusCode.Accepted : HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.DoesNotContain("CANARY", body, StringComparison.Ordinal);
        }

        Assert.False(await app.In(System, db => db.Set<Customer>().AnyAsync(c => c.Name.Contains("CANARY"), Ct)));
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_bomb_makes_the_process_grow_by_less_than_100_MB()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        async Task<(long Peak, int Exit)> Run(string name, byte[] content)
        {
            var path = Path.Combine(app.Home, name);
            await File.WriteAllBytesAsync(path, content, Ct);
            using var process = Cli.Start(app, "import", "waybills", path);
            long peak = 0;
            while (!process.HasExited)
            {
                process.Refresh();
                peak = Math.Max(peak, Peak(process.Id));
                await Task.Delay(5, Ct);
            }

            return (peak, process.ExitCode);
        }

        var ordinary = await Run("ordinary.xlsx", HostileFile.Zip(HostileFile.Parts(HostileFile.Row(1, "externalNo", "date", "customer"))));
        var bomb = await Run("bomb.xlsx", HostileFile.Bomb("<row><c><v>1</v></c></row>"));
        var liar = await Run("liar.xlsx", HostileFile.LieAboutSizes(HostileFile.Bomb(), 4_000));

        Assert.Equal((0, 1, 1), (ordinary.Exit, bomb.Exit, liar.Exit));
        Assert.InRange(bomb.Peak - ordinary.Peak, long.MinValue, 100_000_000);
        Assert.InRange(liar.Peak - ordinary.Peak, long.MinValue, 100_000_000);
    }

    /// <summary>The most memory a process has held, bytes; 0 where it is gone already.</summary>
    private static long Peak(int id)
    {
        try
        {
            return long.Parse(File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], global::System.Globalization.CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return 0;
        }
    }

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

        var done = await Done(api, await Post(api, Utf8(Head + "A1,2026-03-01,甲公司,1,\n"), name));

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
        await using var app = await CrmApp.Start(engine);
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
        using (var answer = await Post(api, new byte[200_000], "a.csv"))
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

        var first = await Done(api, await Post(api, file, "a.csv", key: "k1"));
        var again = await Done(api, await Post(api, file, "a.csv", key: "k1"));
        var second = await Done(api, await Post(api, file, "a.csv", key: "k2"));

        Assert.Equal(first.GetProperty("id").GetInt64(), again.GetProperty("id").GetInt64());
        Assert.Equal((2, 0, 2), (first.GetProperty("created").GetInt64(), second.GetProperty("created").GetInt64(), second.GetProperty("unchanged").GetInt64()));
        using (var other = await Post(api, Utf8(Head), "a.csv", key: "k1"))
        {
            Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        }

        var pair = await Task.WhenAll(Post(api, file, "a.csv", key: "k3"), Post(api, file, "a.csv", key: "k3"));
        var ids = await Task.WhenAll(pair.Select(async p => (await p.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64()));
        Assert.Single(ids.Distinct());
        Assert.Equal(3, await app.In(System, db => db.Set<Import>().CountAsync(Ct)));
        Assert.Equal(3, Files(app).Count(f => f.EndsWith(".data", StringComparison.Ordinal)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Rejected_rows_cannot_run_as_formulas_and_come_back_in_as_they_were(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        const string Evil = "=HYPERLINK(\"\"http://x\"\")";

        var done = await Done(api, await Post(api, Utf8(Head + $"A1,someday,甲公司,-5,\"{Evil}\"\nA2,someday,\"@乙,公司\",5,\"'=1\"\n"), "a.csv"));
        var rejected = await api.GetByteArrayAsync($"/api/v1/imports/{done.GetProperty("id").GetInt64()}/rejected", Ct);

        var text = Encoding.UTF8.GetString(rejected);
        Assert.Contains("\"'=HYPERLINK(\"\"http://x\"\")\"", text, StringComparison.Ordinal);
        Assert.Contains("\"'@乙,公司\"", text, StringComparison.Ordinal);
        Assert.Contains(",-5,", text, StringComparison.Ordinal);
        // Mended and brought again it is what the first file meant.
        var mended = await Done(api, await Post(api, Utf8(text.Replace("someday", "2026-03-01", StringComparison.Ordinal)), "a-rejected.csv"));
        Assert.Equal(2, mended.GetProperty("created").GetInt64());
        Assert.Equal(["=HYPERLINK(\"http://x\")", "=1"], await app.In(System, db => db.Set<WaybillLine>().OrderBy(w => w.ExternalNo).Select(w => w.Note!).ToListAsync(Ct)));
        Assert.True(await app.In(System, db => db.Set<Customer>().AnyAsync(c => c.Name == "@乙,公司", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Texts_of_every_script_are_stored_alike_and_those_no_store_keeps_are_rejected_row_by_row(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        string[] notes = ["🚂🚃", "𠮷野家", "é", "e\u0301", "ｆｕｌｌ", "a'b\"c;--"];
        var rows = string.Concat(notes.Select((n, i) => $"A{i},2026-03-01,华东（上海）𠮷公司,1,\"{n.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n"));

        var done = await Done(api, await Post(api, Utf8(Head + rows + "B1,2026-03-01,甲公司,1,a\0b\nB2,2026-03-01,甲\u0001公司,1,\nB3,2026-03-01,甲公司,0.005,\nB4,2026-03-01,甲公司,1e308,\nB5,2026-03-01,甲公司,NaN,\nB6,2026-03-01,甲公司,-0,\n"), "a.csv"));

        Assert.Equal((7, 5), (done.GetProperty("created").GetInt64(), done.GetProperty("rowsRejected").GetInt64()));
        Assert.Equal(notes, await app.In(System, db => db.Set<WaybillLine>().Where(w => EF.Functions.Like(w.ExternalNo, "A%")).OrderBy(w => w.ExternalNo).Select(w => w.Note!).ToListAsync(Ct)));
        // The same name with narrow brackets is the same customer.
        Assert.Equal(1, (await Done(api, await Post(api, Utf8(Head + "C1,2026-03-01,华东(上海)𠮷公司,1,\n"), "b.csv"))).GetProperty("created").GetInt64());
        Assert.Equal(2, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
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
            using var answer = await Post(api, Utf8(Head), "a.csv", mapping: mapping);

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
