using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary><c>railcrm import</c> as a process of its own.</summary>
public sealed class ImportVerbTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> File(CrmApp app, string text, string name = "file.csv")
    {
        var path = Path.Combine(app.Home, name);
        await global::System.IO.File.WriteAllTextAsync(path, text, Ct);
        return path;
    }

    private static JsonElement LastLine(string output) => JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_loads_through_a_mapping_and_the_last_line_is_the_result_as_json(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var file = await File(app, "Invoice,Line,When,Who,Sum\nI1,1,3/31/2026,甲公司,10\nI1,2,4/1/2026,甲公司,-2.5\nI2,1,someday,甲公司,1\n");

        var (exit, output, error) = await Cli.Run(app, "import", "waybills", file, "--map", "externalNo=Invoice+Line", "date=When", "--map", "customer=Who", "--map", "revenue=Sum", "--create-customers", "--json");

        Assert.True(exit == 0, error);
        var json = LastLine(output);
        Assert.Equal(["accepted", "rejected", "created", "updated", "unchanged", "customersCreated", "rejectedFile", "seconds"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal((2, 1, 2, 0, 0, 1), (json.GetProperty("accepted").GetInt64(), json.GetProperty("rejected").GetInt64(), json.GetProperty("created").GetInt64(), json.GetProperty("updated").GetInt64(), json.GetProperty("unchanged").GetInt64(), json.GetProperty("customersCreated").GetInt64()));
        Assert.Contains("I2,1,someday", await global::System.IO.File.ReadAllTextAsync(json.GetProperty("rejectedFile").GetString()!, Ct), StringComparison.Ordinal);
        Assert.Equal(["I1-1", "I1-2"], await app.In(System, db => db.Set<WaybillLine>().OrderBy(w => w.ExternalNo).Select(w => w.ExternalNo).ToListAsync(Ct)));
        Assert.Equal("GROUP", await app.In(System, db => (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id select u.Code).SingleAsync(Ct)));

        // The mapping is remembered, and the same file again changes nothing.
        var repeated = await Cli.Run(app, "import", "waybills", file, "--json");
        Assert.True(repeated.Exit == 0, repeated.Error);
        var again = LastLine(repeated.Output);
        Assert.Equal((0, 2), (again.GetProperty("created").GetInt64(), again.GetProperty("unchanged").GetInt64()));

        // Whoever is named owns what is made.
        var mine = await File(app, "externalNo,date,customer\nB1,2026-03-01,乙公司\n", "mine.csv");
        Assert.Equal(0, (await Cli.Run(app, "import", "waybills", mine, "--create-customers", "--as", "n1")).Exit);
        Assert.Equal("N1", await app.In(System, db => (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where c.Name == "乙公司" select u.Code).SingleAsync(Ct)));
    }

    [Fact]
    public async Task What_cannot_be_done_is_a_plain_sentence_on_the_error_output_and_a_failure()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        var file = await File(app, "no,when,who\n1,2026-03-01,x\n");
        var broken = await File(app, "externalNo,date,customer\n\"1,2026-03-01,x\n", "broken.csv");
        foreach (var (arguments, says) in new (string[], string)[]
        {
            (["import", "waybills", Path.Combine(app.Home, "none.csv")], "none.csv"),
            (["import", "waybills", file], "date"),
            (["import", "waybills", file, "--map", "date=when", "--map", "customer=buyer"], "no, when, who"),
            (["import", "waybills", file, "--map", "colour=who"], "externalNo"),
            (["import", "waybills", file, "--map", "date"], "field=Column"),
            (["import", "waybills", file, "--as", "nobody-here"], "nobody-here"),
            (["import", "waybills", file, "--encoding", "klingon"], "klingon"),
            (["import", "waybills", broken], "line 2"),
            (["import", "org", file, "--as", "n1"], "does not allow"),
        })
        {
            var (exit, output, error) = await Cli.Run(app, arguments);

            Assert.True(exit != 0, string.Join(' ', arguments));
            Assert.True(error.Contains(says, StringComparison.Ordinal), $"{string.Join(' ', arguments)}: {error}");
            Assert.DoesNotContain("   at ", error + output, StringComparison.Ordinal);
        }

        Assert.Equal(0, await app.In(System, db => db.Set<WaybillLine>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_organisation_loads_in_any_order_with_units_above_by_code_or_name(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var file = await File(app, "单位编码,单位名称,上级单位,级别,所在车站\nX11,杭州网点,西部公司,网点,杭州\nX1,西部公司,GROUP,子分公司,\nX12,宁波网点,X1,outlet,NGH\nX13,错级网点,X1,子分公司,\nX14,无主网点,没有的公司,,\n");

        var json = LastLine((await Cli.Run(app, "import", "org", file, "--json")).Output);

        Assert.Equal((3, 2), (json.GetProperty("created").GetInt64(), json.GetProperty("rejected").GetInt64()));
        Assert.Equal("X1", await app.In(System, db => (from u in db.Set<OrgUnit>() join p in db.Set<OrgUnit>() on u.ParentId equals p.Id where u.Code == "X11" select p.Code).SingleAsync(Ct)));
        Assert.Equal(3, LastLine((await Cli.Run(app, "import", "org", file, "--json")).Output).GetProperty("unchanged").GetInt64());
    }
}
