using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Files;
using static RailCrm.Tests.Modules.Exchange.ImportHttp;

namespace RailCrm.Tests.Modules.Exchange;

public sealed class ImportTests
{
    private const string RealMapping = """{"externalNo":"InvoiceNo+LineNo","date":"InvoiceDate","customer":"CustomerID","commodity":"Description","revenue":"Amount","note":"Country"}""";

    private static readonly Actor System = Actor.System("test");

    static ImportTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_real_wholesale_lines_give_the_published_figures()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("group");

        var done = await Loaded(api, "waybills", await RealLines(), "online_retail_lines.csv", RealMapping, create: true);

        Assert.Equal("completed", done.GetProperty("state").GetString());
        Assert.Equal((531_282, 133_358, 397_924, 4_339), (Number(done, "rowsDone"), Number(done, "rowsRejected"), Number(done, "created"), Number(done, "customersCreated")));
        Assert.Equal(57_271_389, await Between(app, 2010 * 12, (2010 * 12) + 11));
        Assert.Equal(833_869_401, await Between(app, 2011 * 12, (2011 * 12) + 11));
        Assert.Equal(116_181_738, await Between(app, (2011 * 12) + 10, (2011 * 12) + 10));
        var largest = await app.In(System, db => db.Set<MonthlyFact>().GroupBy(f => f.CustomerId).Select(g => new { g.Key, Revenue = g.Sum(f => f.RevenueFen), Lines = g.Sum(f => f.Lines) }).OrderByDescending(g => g.Revenue).FirstAsync(Ct));
        Assert.Equal((28_020_602, 2_080), (largest.Revenue, largest.Lines));
        Assert.Equal("14646", await app.In(System, db => db.Set<Customer>().Where(c => c.Id == largest.Key).Select(c => c.Name).SingleAsync(Ct)));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));

        var rejected = await api.GetStringAsync($"/api/v1/imports/{Number(done, "id")}/rejected", Ct);
        Assert.Equal(133_358 + 1, rejected.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <remarks>Half a million lines take PostgreSQL two minutes of processor time; what only another engine could make of them shows in the 41,683 of the first year.</remarks>
    [Fact]
    public async Task The_real_lines_of_the_first_year_give_the_same_figure_on_PostgreSQL()
    {
        await using var app = await CrmApp.Start(Engine.Postgres);
        using var api = await app.Api("group");
        var lines = Encoding.UTF8.GetString(await RealLines()).Split('\n').Take(1 + 41_683);

        var done = await Loaded(api, "waybills", Utf8(string.Join('\n', lines)), "online_retail_lines.csv", RealMapping, create: true);

        Assert.Equal(("completed", 41_683), (done.GetProperty("state").GetString(), Number(done, "rowsDone")));
        Assert.Equal(57_271_389, await Between(app, 2010 * 12, (2010 * 12) + 11));
        Assert.Equal(57_271_389, await Between(app, 2000 * 12, 2030 * 12));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    private static async Task<byte[]> RealLines()
    {
        using var unzipped = new MemoryStream();
        await using var zipped = new GZipStream(File.OpenRead(SharedData.Path("real/online_retail_lines.csv.gz")), CompressionMode.Decompress);
        await zipped.CopyToAsync(unzipped, Ct);
        return unzipped.ToArray();
    }

    private static Task<long> Between(CrmApp app, int from, int to) => app.In(System, db => db.Set<MonthlyFact>().Where(f => f.Month >= new Month(from) && f.Month <= new Month(to)).SumAsync(f => f.RevenueFen, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Stations_load_and_are_found_by_name_initials_telegraph_and_tmis_code(Engine engine)
    {
        var path = SharedData.Path("reference/railway_stations.csv");
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("admin");

        var done = await Loaded(api, "stations", await File.ReadAllBytesAsync(path, Ct));

        Assert.Equal((9_408, 0), (Number(done, "created"), Number(done, "rowsRejected")));
        foreach (var typed in new[] { "gqz", "GZD", "51632", "高桥" })
        {
            var found = await api.GetFromJsonAsync<JsonElement>($"/api/v1/stations?q={typed}", Ct);
            Assert.Equal("高桥镇", found.GetProperty("items")[0].GetProperty("name").GetString());
        }

        Assert.Equal(9_408, Number(await Loaded(api, "stations", await File.ReadAllBytesAsync(path, Ct)), "unchanged"));
    }

    public static TheoryData<Engine, string> Encodings()
    {
        var data = new TheoryData<Engine, string>();
        foreach (var engine in Enum.GetValues<Engine>())
        {
            foreach (var name in new[] { "utf-8", "utf-8-bom", "utf-16", "utf-16BE", "gb18030" })
            {
                data.Add(engine, name);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Encodings))]
    public async Task A_csv_is_understood_in_the_encodings_excel_writes(Engine engine, string name)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        const string Text = "运单号,日期,客户,服务类型,重量(kg),收入(万元),发站\r\nA1,2026年3月,华东钢铁有限公司,装卸,\"1,200\",１.５,高桥镇\r\n";
        var encoding = name switch { "utf-8" => new UTF8Encoding(false), "utf-8-bom" => new UTF8Encoding(true), _ => Encoding.GetEncoding(name) };

        var done = await Loaded(api, "waybills", [.. encoding.GetPreamble(), .. encoding.GetBytes(Text)], create: true);

        Assert.Equal((1, 0), (Number(done, "created"), Number(done, "rowsRejected")));
        var line = await app.In(System, db => db.Set<WaybillLine>().SingleAsync(Ct));
        Assert.Equal((1_200, 1_500_000, "handling", "高桥镇", new DateOnly(2026, 3, 1)), (line.WeightKg, line.RevenueFen, line.Service, line.Origin, line.Date));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Importing_twice_changes_nothing_and_a_changed_row_updates_its_line(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        const string Head = "externalNo,date,customer,revenue\n";
        var first = Utf8(Head + "A1,2026-03-01,甲公司,100\nA2,2026-03-02,甲公司,200\n");

        Assert.Equal(2, Number(await Loaded(api, "waybills", first, create: true), "created"));
        Assert.Equal(2, Number(await Loaded(api, "waybills", first), "unchanged"));
        var third = await Loaded(api, "waybills", Utf8(Head + "A1,2026-03-01,甲公司,100\nA2,2026-03-02,甲公司,250\n"));

        Assert.Equal((1, 1), (Number(third, "unchanged"), Number(third, "updated")));
        Assert.Equal(35_000, await app.In(System, db => db.Set<MonthlyFact>().SumAsync(f => f.RevenueFen, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Rejected_rows_come_back_as_the_same_file_with_the_reason_and_the_rest_is_taken(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");

        var done = await Loaded(api, "waybills", Utf8("externalNo,date,customer,revenue,mystery\nA1,2026-03-01,甲公司,100,x\nA2,第三天,甲公司,=1+1,x\n,2026-03-01,甲公司,5,x\nA4,2026-03-01,,5,x\n"), create: true);

        Assert.Equal((1, 3), (Number(done, "created"), Number(done, "rowsRejected")));
        var lines = (await api.GetStringAsync($"/api/v1/imports/{Number(done, "id")}/rejected", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Contains("externalNo,date,customer,revenue,mystery,", lines[0], StringComparison.Ordinal);
        Assert.Contains("第三天", lines[1], StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_rejected_row_tells_all_that_is_wrong_with_it_and_each_field_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");

        var done = await Loaded(api, "waybills", Utf8("externalNo,date,customer,revenue,unit\nA1,someday,无人知晓公司,七千,无此单位\nA2,2026-03-01,无人知晓公司,七千,\n"));

        Assert.Equal(2, Number(done, "rowsRejected"));
        var lines = (await api.GetStringAsync($"/api/v1/imports/{Number(done, "id")}/rejected", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var field in new[] { "日期: ", "客户: ", "收入（默认元）: ", "单位: " })
        {
            Assert.Equal(field is "日期: " or "单位: " ? (2, 1) : (2, 2), (lines[1].Split(field).Length, lines[2].Split(field).Length));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_of_a_customer_outside_the_scope_is_rejected_and_nothing_is_told_of_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("s1"), s => s.Run(null, null, new() { Name = "南方机密公司" }, Ct));
        using var api = await app.Api("n1");

        var done = await Loaded(api, "waybills", Utf8("externalNo,date,customer\nA1,2026-03-01,南方机密公司\n"));

        Assert.Equal((0, 1), (Number(done, "created"), Number(done, "rowsRejected")));
        Assert.Equal(0, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
        using var other = await app.Api("n2");
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/api/v1/imports/{Number(done, "id")}", Ct)).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_workbook_made_from_the_template_is_taken(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        using var book = new MemoryStream();
        await XlsxWriter.Copy([["运单号", "日期", "客户", "收入"], ["A1", "2026-03-01", "甲公司", "100"], ["A2", "2026/3/2", "甲公司", "200"]], book, Ct);

        var done = await Loaded(api, "waybills", book.ToArray(), "a.xlsx", create: true);

        Assert.Equal((2, 0), (Number(done, "created"), Number(done, "rowsRejected")));
    }

    public static TheoryData<string, string> HostileFiles() => new()
    {
        { "not-a-zip.xlsx", "PK\u0003\u0004 but nothing more" }, { "empty.csv", "" }, { "nul.csv", "\0\0\0\0\0\0" }, { "program.exe", "MZ" }, { "html.xls", "<html><table></table></html>" }, { "one-quote.csv", "externalNo,date,customer\n\"A1,2026-03-01,x" },
    };

    [Theory, MemberData(nameof(HostileFiles))]
    public async Task A_file_that_is_no_table_is_refused_in_words_or_rejected_row_by_row(string name, string content)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("n1");

        using var answer = await Post(api, "waybills", Utf8(content), name);

        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Accepted, answer.StatusCode.ToString());
        if (answer.StatusCode == HttpStatusCode.BadRequest)
        {
            Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors").EnumerateObject());
        }

        Assert.Equal(0, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
    }

    [Fact]
    public async Task A_workbook_that_unpacks_to_far_more_than_it_weighs_is_refused()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var api = await app.Api("n1");
        using var bomb = new MemoryStream();
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var part in new[] { "[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml" })
            {
                await using var entry = await zip.CreateEntry(part, CompressionLevel.Optimal).OpenAsync(Ct);
                await entry.WriteAsync(Utf8("<x>"), Ct);
                var zeros = new byte[1 << 20];
                Array.Fill(zeros, (byte)' ');
                for (var i = 0; i < 400; i++)
                {
                    await entry.WriteAsync(zeros, Ct);
                }
            }
        }

        using var answer = await Post(api, "waybills", bomb.ToArray(), "bomb.xlsx");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_token_that_may_only_read_cannot_import(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1", "read");

        using var answer = await Post(api, "waybills", Utf8("externalNo,date,customer\n"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }
}
