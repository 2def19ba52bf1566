using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Modules.Exchange.ImportHttp;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Files that strangers send, through the door they come in by.</summary>
public sealed class FileAttackTests
{
    private const string Head = "externalNo,date,customer,revenue,note\n";

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

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
            using var answer = await Sent(api, content, name);

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

            using var answer = await Sent(api, HostileFile.Zip(parts), "entities.xlsx");
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

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Rejected_rows_cannot_run_as_formulas_and_come_back_in_as_they_were(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        const string Evil = "=HYPERLINK(\"\"http://x\"\")";

        var done = await Done(api, await Sent(api, Utf8(Head + $"A1,someday,甲公司,-5,\"{Evil}\"\nA2,someday,\"@乙,公司\",5,\"'=1\"\n"), "a.csv"));
        var rejected = await api.GetByteArrayAsync($"/api/v1/imports/{done.GetProperty("id").GetInt64()}/rejected", Ct);

        var text = Encoding.UTF8.GetString(rejected);
        Assert.Contains("\"'=HYPERLINK(\"\"http://x\"\")\"", text, StringComparison.Ordinal);
        Assert.Contains("\"'@乙,公司\"", text, StringComparison.Ordinal);
        Assert.Contains(",-5,", text, StringComparison.Ordinal);
        // Mended and brought again it is what the first file meant.
        var mended = await Done(api, await Sent(api, Utf8(text.Replace("someday", "2026-03-01", StringComparison.Ordinal)), "a-rejected.csv"));
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

        var done = await Done(api, await Sent(api, Utf8(Head + rows + "B1,2026-03-01,甲公司,1,a\0b\nB2,2026-03-01,甲\u0001公司,1,\nB3,2026-03-01,甲公司,0.005,\nB4,2026-03-01,甲公司,1e308,\nB5,2026-03-01,甲公司,NaN,\nB6,2026-03-01,甲公司,-0,\n"), "a.csv"));

        Assert.Equal((7, 5), (done.GetProperty("created").GetInt64(), done.GetProperty("rowsRejected").GetInt64()));
        Assert.Equal(notes, await app.In(System, db => db.Set<WaybillLine>().Where(w => EF.Functions.Like(w.ExternalNo, "A%")).OrderBy(w => w.ExternalNo).Select(w => w.Note!).ToListAsync(Ct)));
        // The same name with narrow brackets is the same customer.
        Assert.Equal(1, (await Done(api, await Sent(api, Utf8(Head + "C1,2026-03-01,华东(上海)𠮷公司,1,\n"), "b.csv"))).GetProperty("created").GetInt64());
        Assert.Equal(2, await app.In(System, db => db.Set<Customer>().CountAsync(Ct)));
    }
}
