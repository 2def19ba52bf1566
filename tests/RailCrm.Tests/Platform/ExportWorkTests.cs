using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Platform;

/// <summary>A large list taken away: a job makes the file.</summary>
public sealed class ExportWorkTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<HttpResponseMessage> Post(HttpClient browser, string address, string format = "csv")
    {
        var page = await browser.GetStringAsync(new Uri("/customers?view=all", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["format"] = format });
        return await browser.PostAsync(new Uri(address, UriKind.Relative), form, Ct);
    }

    private static async Task<long> Made(CrmApp app, string who, int count)
    {
        var actor = await app.ActorOf(who);
        return await app.In(actor, async db =>
        {
            db.AddRange(Enumerable.Range(0, count).Select(n => new Customer { Number = $"{who}{n:00000}", Name = $"{who}第{n}公司", NormalizedName = $"{who}第{n}公司", UnitId = actor.UnitId, CreatedAt = db.UtcNow, UpdatedAt = db.UtcNow }));
            await db.SaveChangesAsync(Ct);
            return await db.Set<Customer>().Select(c => c.Id).FirstAsync(Ct);
        });
    }

    private static async Task<long> Ordered(CrmApp app, string who, string list, bool whole, string format, View view)
    {
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = await app.ActorOf(who);
        var of = services.ServiceProvider.GetServices<ListOf>().First(l => l.Key == list);
        Assert.True((await services.ServiceProvider.GetRequiredService<ExportWork>().Start(of, whole, format, view, Ct)).TryGet(out var job, out var refusal), refusal?.Code);
        return job;
    }

    private static async Task<string?> Fetched(CrmApp app, Actor actor, long job) => (await app.With<ExportWork, Result<ExportFile>>(actor, e => e.Fetch("customers", job, Ct))).Refusal?.Code;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_a_large_list_a_job_makes_the_file_and_only_whoever_ordered_it_fetches_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", ExportWork.AtOnce + 1);
        await Made(app, "s1", 1);
        using var browser = await app.SignedIn("n1");

        using var ordered = await Post(browser, "/lists/customers/export?columns=name,phone&sort=name");
        var page = ordered.Headers.Location!.ToString();
        var job = long.Parse(page.Split('/')[^1], global::System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal($"/lists/customers/export/{job}", page);
        await app.Ended(job);

        Assert.Contains($"{page}/file", await browser.GetStringAsync(new Uri(page, UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains($"{page}\"", await browser.GetStringAsync(new Uri("/lists/work", UriKind.Relative), Ct), StringComparison.Ordinal);
        using var file = await Post(browser, $"{page}/file");
        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        Assert.EndsWith(".csv", file.Content.Headers.ContentDisposition!.FileNameStar, StringComparison.Ordinal);
        var lines = (await file.Content.ReadAsStringAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ExportWork.AtOnce + 2, lines.Length);
        Assert.Equal(2, lines[0].Split(',').Length);
        Assert.DoesNotContain(lines, l => l.Contains("s1第", StringComparison.Ordinal));

        using var north = await app.SignedIn("north");
        using var others = await Post(north, $"{page}/file");
        Assert.Equal(HttpStatusCode.NotFound, others.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await north.GetAsync(new Uri(page, UriKind.Relative), Ct)).StatusCode);
        var told = await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Action == "exported" || a.Action == "export_fetched").OrderBy(a => a.Id).ToListAsync(Ct));
        Assert.Equal(["exported", "export_fetched"], told.Select(a => a.Action));
        Assert.Contains($"{ExportWork.AtOnce + 1}", told[0].Changes, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_inbox_of_whoever_ordered_it_tells_that_it_is_ready_and_nobody_elses(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", 3);
        var job = await Ordered(app, "n1", "customers", whole: false, "xlsx", View.Plain);
        await app.Ended(job);

        using var api = await app.Api("n1");
        var line = Assert.Single((await api.GetFromJsonAsync<JsonElement>("/api/v1/inbox", Ct)).GetProperty("items").EnumerateArray());
        Assert.Equal(("ready", job), (line.GetProperty("kind").GetString(), line.GetProperty("recordId").GetInt64()));
        Assert.EndsWith(".xlsx", line.GetProperty("title").GetString(), StringComparison.Ordinal);
        using var browser = await app.SignedIn("n1");
        Assert.Contains($"/lists/customers/export/{job}", await browser.GetStringAsync(new Uri("/inbox?unread=true", UriKind.Relative), Ct), StringComparison.Ordinal);
        foreach (var other in new[] { "n2", "group" })
        {
            using var theirs = await app.Api(other);
            Assert.Empty((await theirs.GetFromJsonAsync<JsonElement>("/api/v1/inbox", Ct)).GetProperty("items").EnumerateArray());
        }

        Assert.Equal(1, (await app.With<ReadInbox, Result<int>>(await app.ActorOf("n1"), i => i.Read(null, Ct))).TryGet(out var read, out _) ? read : 0);
        Assert.Equal(0, await app.With<ReadInbox, int>(await app.ActorOf("n1"), i => i.Unread(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_he_may_do_and_see_is_asked_anew_when_the_file_is_fetched(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", 3);
        var foreign = await Made(app, "s1", 1);
        var n1 = await app.ActorOf("n1");
        var job = await Ordered(app, "n1", "customers", whole: false, "csv", View.Plain);
        await app.Ended(job);

        Assert.Null(await Fetched(app, n1, job));
        Assert.Equal(new Refusal.Forbidden().Code, await Fetched(app, n1 with { Permissions = n1.Permissions.Where(p => p != Permission.Export).ToHashSet() }, job));
        Assert.Equal("export.sight_changed", await Fetched(app, n1 with { Scope = Scope.Of("1/2/999/", n1.UserId, n1.UnitId) }, job));
        Assert.Null(await Fetched(app, n1 with { Scope = Scope.Group with { UserId = n1.UserId } }, job)); // He sees more now.
        await app.In(System, db =>
        {
            db.Add(new CustomerGrant { CustomerId = foreign, UserId = n1.UserId });
            return db.SaveChangesAsync(Ct);
        });
        Assert.Null(await Fetched(app, n1, job)); // One more is shared with him.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_that_holds_a_customer_which_left_the_readers_units_is_refused(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var shared = await Made(app, "s1", 1);
        await Made(app, "n1", 3);
        var (n1, s1) = (await app.ActorOf("n1"), await app.ActorOf("s1"));
        await app.In(System, db =>
        {
            db.Add(new CustomerGrant { CustomerId = shared, UserId = n1.UserId });
            return db.SaveChangesAsync(Ct);
        });
        var (whole, seen) = (await Ordered(app, "n1", "customers", whole: true, "csv", View.Plain), await Ordered(app, "n1", "customers", whole: false, "csv", View.Plain));
        Task<int> Moved(long unit) => app.In(System, db => db.Set<Customer>().Where(c => c.Number == "n100000").ExecuteUpdateAsync(u => u.SetProperty(c => c.UnitId, unit), Ct));
        foreach (var ended in new[] { await app.Ended(whole), await app.Ended(seen) })
        {
            Assert.Equal(4, (int)ExportFile.Of(ended, app.Clock.GetUtcNow().UtcDateTime)!.Rows);
        }

        foreach (var job in new[] { whole, seen })
        {
            Assert.Null(await Fetched(app, n1, job));
            await Moved(s1.UnitId);
            Assert.Equal("export.sight_changed", await Fetched(app, n1, job));
            await Moved(n1.UnitId);
            Assert.Null(await Fetched(app, n1, job));
        }

        await app.In(System, db => db.Set<CustomerGrant>().Where(g => g.CustomerId == shared).ExecuteDeleteAsync(Ct));
        Assert.Equal("export.sight_changed", await Fetched(app, n1, whole));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Drafts_of_a_crash_go_when_the_job_begins_again_and_those_of_any_other_within_days(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", 1);
        var (n1, folder) = (await app.ActorOf("n1"), Directory.CreateDirectory(Path.Combine(app.Home, "attachments")).FullName);
        var job = await StopJobTests.Claimed(app, ExportWork.Kind, n1.UserId, JsonSerializer.Serialize(new ExportOrder("customers", true, "csv", "", "zh-CN")));
        var (own, other, stored) = (Path.Combine(folder, $"export-{job.Id}-0"), Path.Combine(folder, $"export-{job.Id}9-1"), Path.Combine(folder, new string('a', 64)));
        foreach (var file in new[] { own, other, stored })
        {
            await File.WriteAllTextAsync(file, "half", Ct);
        }

        Assert.Equal("completed", await StopJobTests.Ran(app, job));
        Assert.False(File.Exists(own));
        SweepBlobs.Drafts(app.Services.GetRequiredService<Settings>(), TimeProvider.System);
        Assert.True(File.Exists(other)); // It may be in the making.
        File.SetLastWriteTimeUtc(other, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        File.SetLastWriteTimeUtc(stored, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        SweepBlobs.Drafts(app.Services.GetRequiredService<Settings>(), TimeProvider.System);
        Assert.Equal((false, true), (File.Exists(other), File.Exists(stored)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_file_is_kept_for_some_days_and_then_swept(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", 3);
        var (n1, folder) = (await app.ActorOf("n1"), Path.Combine(app.Home, "attachments"));
        var job = await Ordered(app, "n1", "customers", whole: true, "csv", View.Plain);
        await app.Ended(job);
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Assert.Equal(2, files.Length); // The file, and whose rows it holds.
        Assert.All(files, f => File.SetLastWriteTimeUtc(f, app.Clock.GetUtcNow().UtcDateTime.AddDays(-2)));
        Task<int> Swept() => app.In(System, db => SweepBlobs.All(db, app.Services.GetRequiredService<IBlobs>(), app.Clock, Ct));

        Assert.Equal(0, await Swept());
        Assert.Null(await Fetched(app, n1, job));
        app.Later(TimeSpan.FromDays(ExportFile.Days + 1));
        Assert.Equal("export.file_gone", await Fetched(app, n1, job));
        Assert.Equal(2, await Swept());
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_a_crash_left_half_made_is_made_anew_and_what_was_kept_is_told_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", 3);
        var n1 = await app.ActorOf("n1");
        async Task<long> Left(string checkpoint) => await app.In(System, async db =>
        {
            var job = new Job { Kind = ExportWork.Kind, UserId = n1.UserId, CreatedAt = db.UtcNow, State = "running", Token = 1, Attempts = 1, Checkpoint = checkpoint, Input = JsonSerializer.Serialize(new ExportOrder("customers", false, "csv", "?columns=name", "en")) };
            db.Add(job);
            await db.SaveChangesAsync(Ct);
            return job.Id;
        });
        Task<int> Told() => app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Action == "exported", Ct));

        var first = await app.Ended(await Left("{}"));
        Assert.Equal((3, 1), ((int)ExportFile.Of(first, app.Clock.GetUtcNow().UtcDateTime)!.Rows, await Told()));
        Assert.StartsWith("Customers-", ExportFile.Of(first, app.Clock.GetUtcNow().UtcDateTime)!.Name, StringComparison.Ordinal); // In the language of whoever ordered it.
        var second = await app.Ended(await Left(first.Result!));
        Assert.Equal((first.Result, 1), (second.Result, await Told()));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Stopped_it_leaves_no_file(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", 3);
        var n1 = await app.ActorOf("n1");
        var job = await StopJobTests.Claimed(app, ExportWork.Kind, n1.UserId, JsonSerializer.Serialize(new ExportOrder("customers", true, "xlsx", "", "zh-CN")));
        Assert.True(await app.With<ExportWork, bool>(n1, e => e.Cancel("customers", job.Id, Ct)));
        Assert.False(await app.With<ExportWork, bool>(await app.ActorOf("north"), e => e.Cancel("customers", job.Id, Ct)));

        Assert.Equal(1, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Action == "job_cancelled" && a.EntityId == job.Id, Ct)));
        Assert.Equal("cancelled", await StopJobTests.Ran(app, job));
        Assert.Equal("export.file_none", await Fetched(app, n1, job.Id));
        Assert.Empty(Directory.Exists(Path.Combine(app.Home, "attachments")) ? Directory.GetFiles(Path.Combine(app.Home, "attachments"), "*", SearchOption.AllDirectories) : []);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Customers_contacts_and_waybills_leave_alike_with_every_field_or_those_seen(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Made(app, "n1", 1);
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var made, out _));
        var customer = made.Id;
        await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(customer, null, null, new() { Name = "王小明", Mobile = "13900000001" }, Ct));
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("TMS", [new() { ExternalNo = "W-1", Customer = made.Number, Date = new(2026, 3, 1), RevenueFen = 100, WeightKg = 10 }], createCustomers: false, Ct)), a => Assert.Empty(a.Errors));
        foreach (var (list, rows) in new[] { ("customers", 2), ("contacts", 1), ("waybills", 1) })
        {
            foreach (var (whole, format) in new[] { (true, "xlsx"), (false, "csv") })
            {
                var job = await app.Ended(await Ordered(app, "n1", list, whole, format, View.Plain));
                Assert.Equal((list, rows), (list, (int)ExportFile.Of(job, app.Clock.GetUtcNow().UtcDateTime)!.Rows));
            }
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_same_order_that_still_waits_is_not_given_twice_and_who_may_not_export_gives_none(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        var waiting = await StopJobTests.Claimed(app, ExportWork.Kind, n1.UserId, JsonSerializer.Serialize(new ExportOrder("customers", true, "csv", "?tier=large", global::System.Globalization.CultureInfo.CurrentUICulture.Name)));
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = n1;
        var list = services.ServiceProvider.GetServices<ListOf>().First(l => l.Key == "customers");
        Assert.True(View.TryRead(list, [new("tier", "large")], out var view));

        Assert.Equal(waiting.Id, await Ordered(app, "n1", "customers", whole: true, "csv", view));
        Assert.NotEqual(waiting.Id, await Ordered(app, "n1", "customers", whole: true, "xlsx", view));
        var refused = await app.With<ExportWork, Result<long>>(n1 with { Permissions = n1.Permissions.Where(p => p != Permission.Export).ToHashSet() }, e => e.Start(list, true, "csv", view, Ct));
        Assert.IsType<Refusal.Forbidden>(refused.Refusal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_table_of_groups_leaves_as_it_is_shown_with_its_total(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Made(app, "n1", 3);
        await Made(app, "s1", 2);
        await app.In(System, db => db.Set<Customer>().Where(c => c.Number == "n100001").ExecuteUpdateAsync(u => u.SetProperty(c => c.SizeClass, SizeClass.Small).SetProperty(c => c.Trailing12RevenueFen, 123_456), Ct));
        using var browser = await app.SignedIn("n1");
        using var answer = await Post(browser, "/lists/customers/export?layout=groups&group=sizeClass");

        var lines = (await answer.Content.ReadAsStringAsync(Ct)).TrimStart('\ufeff').Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("小型,1,1234.56,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("（未填写）,2,0.00,", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("合计,3,1234.56,", lines[3], StringComparison.Ordinal);
        using var auditor = await app.SignedIn("auditor");
        using var refused = await auditor.PostAsync(new Uri("/lists/customers/export?layout=groups&group=sizeClass", UriKind.Relative), new FormUrlEncodedContent(new Dictionary<string, string> { ["format"] = "csv" }), Ct);
        Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);
    }

    [Fact]
    public async Task What_a_sheet_does_not_hold_goes_on_in_the_next_below_the_same_header()
    {
        static async IAsyncEnumerable<Cell[]> Rows()
        {
            yield return [new("名称", null, CellFormat.Header)];
            for (var n = 1; n <= 5; n++)
            {
                yield return [Cell.Of($"第{n}行")];
            }

            await Task.CompletedTask;
        }

        using var book = new MemoryStream();
        await XlsxWriter.Write(Rows(), book, Ct, most: 2);

        using var zip = new ZipArchive(book);
        Assert.Equal(["名称第1行第2行", "名称第3行第4行", "名称第5行"], Enumerable.Range(1, 3).Select(n =>
        {
            using var sheet = zip.GetEntry($"xl/worksheets/sheet{n}.xml")!.Open();
            return XDocument.Load(sheet).Root!.Value;
        }));
        using var workbook = zip.GetEntry("xl/workbook.xml")!.Open();
        Assert.Equal(3, XDocument.Load(workbook).Descendants().Count(e => e.Name.LocalName == "sheet"));
        Assert.Equal((1, 1, 2), ((int)XlsxWriter.Sheets(0), (int)XlsxWriter.Sheets(XlsxWriter.MostRows), (int)XlsxWriter.Sheets(XlsxWriter.MostRows + 1)));
    }
}
