using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Tests.Platform;
using static RailCrm.Tests.Modules.Exchange.ReviewUse;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>The group's own fields of waybills in a file of waybills.</summary>
public sealed class WaybillOwnFieldTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<CrmApp> Prepared(Engine engine)
    {
        var app = await CrmApp.Start(engine);
        await CustomFieldTests.Define(app, CustomKind.Choice, "票据", f => f.Options = "纸质|Paper\n电子|Electronic", "waybills");
        await CustomFieldTests.Define(app, CustomKind.Money, "押金", list: "waybills");
        await CustomFieldTests.Define(app, CustomKind.Customer, "介绍人", list: "waybills");
        await CustomFieldTests.Define(app, CustomKind.Text, "封号", f => f.Unique = true, "waybills");
        foreach (var name in new[] { "甲公司", "乙公司" })
        {
            Value(await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = name }, Ct)));
        }

        return app;
    }

    private static Task<Dictionary<string, string?>> Stored(CrmApp app) => app.In(System, db => db.Set<WaybillLine>().OrderBy(w => w.ExternalNo).ToDictionaryAsync(w => w.ExternalNo, w => w.Custom, Ct));

    private static Task<(long, long, long)> Differences(CrmApp app) => app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task They_are_guessed_stored_corrected_by_number_and_left_alone_by_an_empty_cell_or_another_system_and_taken_back(Engine engine)
    {
        await using var app = await Prepared(engine);
        var n1 = await app.ActorOf("n1");
        var second = await app.In(System, db => db.Set<Customer>().Where(c => c.Name == "乙公司").Select(c => c.Id).SingleAsync(Ct));
        const string Head = "运单号,日期,客户,收入(元),票据,押金,介绍人,封号\n";

        var first = await Whole(app, n1, "waybills", Head + "A1,2026-03-01,甲公司,1,electronic,20.05,乙公司,F-1\nA2,2026-03-01,甲公司,2,,,,\n");

        Assert.Equal((2, 0), (first.Created, first.RowsRejected));
        var one = $$"""{"x_fenghao":"F-1","x_jieshaoren":{{second}},"x_piaoju":"电子","x_yajin":2005}""";
        Assert.Equal([("A1", one), ("A2", null)], (await Stored(app)).Select(s => (s.Key, s.Value)));

        var again = await Whole(app, n1, "waybills", Head + "A1,2026-03-01,甲公司,1,,,,\nA2,2026-03-01,甲公司,2,纸质,,,F-2\n");
        Assert.Equal((0, 1, 1), (again.Created, again.Updated, again.Unchanged));
        Assert.Equal([("A1", one), ("A2", """{"x_fenghao":"F-2","x_piaoju":"纸质"}""")], (await Stored(app)).Select(s => (s.Key, s.Value)));

        // Another system knows nothing of them: a correction of its figures leaves them.
        var told = await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("import", [new() { ExternalNo = "A1", Customer = "甲公司", Date = new(2026, 3, 1), RevenueFen = 900 }], createCustomers: false, Ct));
        Assert.Equal((LineOutcome.Updated, one), (told[0].Outcome, (await Stored(app))["A1"]));
        Assert.Equal((0L, 0L, 0L), await Differences(app));

        Assert.Equal(0, (await Reverted(app, n1, again.Id)).RowsRejected);
        Assert.Equal([("A1", one), ("A2", null)], (await Stored(app)).Select(s => (s.Key, s.Value)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_wrong_is_marked_in_its_cell_before_and_refused_when_it_is_loaded(Engine engine)
    {
        await using var app = await Prepared(engine);
        var n1 = await app.ActorOf("n1");
        await CustomFieldTests.Define(app, CustomKind.Text, "班列", f => f.Required = true, "waybills");
        await Whole(app, n1, "waybills", "运单号,日期,客户,封号\nA0,2026-03-01,甲公司,F-0\n"); // The file does not know of 班列: nobody asks for it.

        var id = await Checked(app, n1, "waybills", "运单号,日期,客户,票据,押金,介绍人,封号,班列\nA1,2026-03-01,甲公司,羊皮,,,,X1\nA2,2026-03-01,甲公司,,许多,,,X1\nA3,2026-03-01,甲公司,,,没有的公司,,X1\nA4,2026-03-01,甲公司,,,,F-0,X1\nA5,2026-03-01,甲公司,,,,F-5,X1\nA6,2026-03-01,甲公司,,,,F-5,X1\nA7,2026-03-01,甲公司,,,,,\nA0,2026-03-01,甲公司,纸质,,,F-0,\n");

        string[] wrong = ["x_piaoju", "x_yajin", "x_jieshaoren", "x_fenghao", "x_fenghao", "x_banlie"];
        var rows = (await Look(app, n1, id)).Rows;
        Assert.Equal(wrong, rows.SelectMany(r => r.Errors).Select(e => RejectedFile.FieldName(e.Field)));
        Assert.Equal(["created", "updated"], rows.Where(r => r.Errors.Count == 0).Select(r => r.Outcome));

        var loaded = await Loaded(app, n1, id);
        Assert.Equal((1, 1, 6), (loaded.Created, loaded.Updated, loaded.RowsRejected));
        Assert.Equal(["A0", "A5"], (await Stored(app)).Keys);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_export_is_taken_back_and_changes_nothing_and_the_template_explains_them(Engine engine)
    {
        await using var app = await Prepared(engine);
        var n1 = await app.ActorOf("n1");
        await Whole(app, n1, "waybills", "运单号,日期,客户,票据,押金,介绍人,封号\nA1,2026-03-01,甲公司,电子,20.05,乙公司,F-1\n");
        using var browser = await app.SignedIn("n1");
        var page = await browser.GetStringAsync("/waybills", Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["format"] = "csv" });
        using var answer = await browser.PostAsync("/waybills/export", form, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var csv = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Ct));
        Assert.Contains("票据", csv, StringComparison.Ordinal);

        var again = await Whole(app, n1, "waybills", csv.TrimStart('\uFEFF'));

        Assert.Equal((0, 0, 1, 0), (again.Created, again.Updated, again.Unchanged, again.RowsRejected));
        using var template = await browser.GetAsync("/imports/templates/waybills", Ct);
        Assert.True(template.IsSuccessStatusCode, template.StatusCode.ToString());
        using var book = new global::System.IO.Compression.ZipArchive(await template.Content.ReadAsStreamAsync(Ct));
        using var sheet = new StreamReader(book.GetEntry("xl/worksheets/sheet2.xml")!.Open());
        Assert.Contains("封号", await sheet.ReadToEndAsync(Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_batch_asks_the_database_as_often_for_many_rows_as_for_few(Engine engine)
    {
        await using var app = await Prepared(engine);
        var n1 = await app.ActorOf("n1");
        await app.In(n1, async db =>
        {
            for (var i = 0; i < 60; i++)
            {
                db.Add(new Customer { Number = $"KH-9{i:000000}", Name = $"介绍{i}", UnitId = n1.UnitId });
            }

            return await db.SaveChangesAsync(Ct);
        });

        app.Services.GetRequiredService<CustomFields>().All("waybills"); // Known from now on.
        async Task<int> Statements(int from, int count)
        {
            var counter = new Counter();
            await using var services = app.Services.CreateAsyncScope();
            services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = n1;
            var batch = new CustomBatch(services.ServiceProvider.GetRequiredService<CrmDb>(), app.Services.GetRequiredService<CustomFields>(), "waybills", "source || '\n' || external_no");
            using (global::System.Diagnostics.DiagnosticListener.AllListeners.Subscribe(counter))
            {
                var read = await batch.Read([.. Enumerable.Range(from, count).Select(i => new CustomBatch.Asked(new Dictionary<string, string?> { ["x_jieshaoren"] = $"介绍{i}", ["x_fenghao"] = $"F-{i}" }, 0, $"T\n{i}"))], Ct);
                Assert.All(read, r => Assert.Empty(r.Errors));
            }

            return counter.Count;
        }

        var few = await Statements(0, 2);
        Assert.InRange(few, 1, 12);
        Assert.Equal(few, await Statements(2, 58));
    }

    /// <summary>Counts the statements of this flow.</summary>
    private sealed class Counter : IObserver<global::System.Diagnostics.DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        private readonly AsyncLocal<bool> _here = new() { Value = true };
        private int _count;

        public int Count => _count;

        public void OnNext(global::System.Diagnostics.DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (_here.Value && value.Key == Microsoft.EntityFrameworkCore.Diagnostics.RelationalEventId.CommandExecuting.Name)
            {
                Interlocked.Increment(ref _count);
            }
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }
    }
}
