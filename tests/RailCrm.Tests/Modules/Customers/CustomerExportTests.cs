using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Customers;

public sealed class CustomerExportTests
{
    /// <summary>What a spreadsheet would run, in every place a person can type it.</summary>
    internal static readonly string[] Dangerous = ["=1+1", "+86 512", "-cmd", "@SUM(A1)", "  =1+1", "＝1+1", "＋1a", "－x", "＠x", "'=1", "''", "\"quoted\", and", "a\r\nb", "-5"];

    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Takes a view of the list away as a file.</summary>
    internal static async Task<HttpResponseMessage> Export(HttpClient browser, string view, string format)
    {
        var page = await browser.GetStringAsync(new Uri("/customers", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["format"] = format,
        });
        return await browser.PostAsync(new Uri($"/customers/export{view}", UriKind.Relative), form, Ct);
    }

    private static async Task<CrmApp> Filled(Engine engine)
    {
        var app = await CrmApp.Start(engine);
        foreach (var (user, count) in new[] { ("n1", Dangerous.Length), ("s1", 3) })
        {
            var actor = await app.ActorOf(user);
            for (var n = 0; n < count; n++)
            {
                var text = Dangerous[n];
                var saved = await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new()
                {
                    Name = $"{user}公司{n}（集团）", ShortName = text, LegalRepresentative = text, BusinessDirection = text, CompanyProfile = text, RegisteredAddress = text, LocalCulture = text, Tags = "甲,乙",
                    EmployeeCount = 12, MarketSharePercent = 12.34m, RegionCode = "320500", IndustryCode = "06", OwnershipType = OwnershipType.Private, SizeClass = SizeClass.Micro, Kind = CustomerKind.SoleTrader, Website = "https://example.cn/?a=1&b=2",
                }, Ct));
                Assert.True(saved.TryGet(out _, out var refusal), refusal?.Code);
            }
        }

        await app.In(System, db => db.Set<Customer>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Trailing12GrossProfitFen, -123_45), Ct));
        return app;
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_export_holds_its_readers_customers_only_and_is_written_into_the_audit_trail(Engine engine)
    {
        await using var app = await Filled(engine);
        using var browser = await app.SignedIn("s1");

        using var answer = await Export(browser, "?q=公司&sort=-name", "csv");
        var bytes = await answer.Content.ReadAsByteArrayAsync(Ct);
        var text = Encoding.UTF8.GetString(bytes);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        Assert.Equal(3, text.Split("s1公司").Length - 1);
        Assert.DoesNotContain("n1公司", text, StringComparison.Ordinal);
        Assert.Contains(",-123.45,", text, StringComparison.Ordinal);
        Assert.Contains(",客户经理,行业名称,地区名称,", text.Split('\n')[0], StringComparison.Ordinal);
        Assert.Equal(3, text.Split($",{RailCrm.Modules.Reference.ReferenceData.IndustryName("06")},").Length - 1);
        var audit = await app.In(System, db => db.Set<AuditEntry>().SingleAsync(a => a.Action == "exported", Ct));
        var changes = JsonDocument.Parse(audit.Changes).RootElement;
        Assert.Equal(("s1", "Customer", "?q=公司&sort=-name", 3, "csv", true), (audit.ActorName, audit.Entity, changes.GetProperty("Filter")[1].GetString(), changes.GetProperty("Rows")[1].GetInt32(), changes.GetProperty("Format")[1].GetString(), changes.GetProperty("Whole")[1].GetBoolean()));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_reader_without_the_permission_takes_nothing_away(Engine engine)
    {
        await using var app = await Filled(engine);
        await app.In(System, db => db.Set<RolePermission>().Where(p => p.Permission == Permission.Export).ExecuteDeleteAsync(Ct));
        using var browser = await app.SignedIn("s1");

        var page = await browser.GetStringAsync(new Uri("/customers", UriKind.Relative), Ct);
        using var answer = await Export(browser, "", "csv");

        Assert.DoesNotContain("/customers/export", page, StringComparison.Ordinal);
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Action == "exported", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task No_cell_of_a_csv_begins_a_formula_and_none_of_a_workbook_is_one(Engine engine)
    {
        await using var app = await Filled(engine);
        using var browser = await app.SignedIn("n1");

        using var csv = await Export(browser, "", "csv");
        using var xlsx = await Export(browser, "", "xlsx");
        var cells = (await csv.Content.ReadAsStringAsync(Ct)).TrimStart('\uFEFF').Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(c => c.Trim('"').TrimStart()).Where(c => c.Length > 0).ToList();
        using var zip = new global::System.IO.Compression.ZipArchive(await xlsx.Content.ReadAsStreamAsync(Ct));
        using var reader = new StreamReader(await zip.GetEntry("xl/worksheets/sheet1.xml")!.OpenAsync(Ct));
        var sheet = await reader.ReadToEndAsync(Ct);

        Assert.True(cells.Count > 200);
        Assert.All(cells, c => Assert.False(c[0] is '=' or '@' or '＝' or '＠' or '\t' || (c[0] is '+' or '-' or '＋' or '－' && !decimal.TryParse(c, out _)), c));
        Assert.DoesNotContain("<f>", sheet, StringComparison.Ordinal);
        Assert.Contains("<t xml:space=\"preserve\">=1+1</t>", sheet, StringComparison.Ordinal);
        Assert.Contains("<v>-123.45</v>", sheet, StringComparison.Ordinal);
    }
}
