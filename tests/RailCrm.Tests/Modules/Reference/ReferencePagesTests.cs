using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Reference;

public sealed class ReferencePagesTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<HttpStatusCode> Send(HttpClient browser, string path, string handler, Dictionary<string, string> fields)
    {
        var page = await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
        fields[FormOnce.Field] = Regex.Match(page, $"name=\"{FormOnce.Field}\" value=\"([^\"]+)\"").Groups[1].Value;
        if (Regex.Match(page, "name=\"Version\" value=\"([0-9]+)\"") is { Success: true } version)
        {
            fields.TryAdd("Version", version.Groups[1].Value);
        }

        using var answer = await CrmApp.Submit(browser, path, handler, fields);
        return answer.StatusCode;
    }

    /// <summary>The rows of a view as a reader sees them, columns apart by spaces.</summary>
    private static async Task<List<string>> Listed<TList>(CrmApp app, Actor actor, string address, params string[] columns) where TList : ListOf
    {
        await using var services = app.Services.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        var list = services.ServiceProvider.GetRequiredService<TList>();
        Assert.True(View.TryRead(list, QueryHelpers.ParseQuery(address).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), out var view));
        IReadOnlyList<ListField> fields = [.. columns.Select(c => list.Find(c)!)];
        Assert.True((await list.Read(services.ServiceProvider.GetRequiredService<CrmDb>(), view, fields, Ct)).TryGet(out var page, out var refusal), refusal?.Code);
        return [.. page.Lines.Select(l => string.Join(' ', fields.Select((f, n) => f.Say(l.Cells[n], page.Names.GetValueOrDefault(f.Key)))))];
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Stations_are_listed_by_bureau_freight_and_what_a_clerk_types(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Add(app, new() { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen", BureauCode = "H", Freight = true }, new() { TelegraphCode = "LLX", Name = "临澧西", PinyinCode = "llx", Pinyin = "linlixi", Freight = false });

        Assert.Equal(["高桥镇"], await Listed<StationList>(app, n1, "q=gqz", "name"));
        Assert.Equal(["高桥镇 办理货运"], await Listed<StationList>(app, n1, "freight=yes", "name", "freight"));
        Assert.Equal(["高桥镇"], await Listed<StationList>(app, n1, "bureau=H", "name"));
        Assert.Equal(["临澧西 不办理"], await Listed<StationList>(app, n1, "freight=no", "name", "freight"));
        Assert.Equal(2, (await Listed<StationList>(app, n1, "sort=-tmis", "name")).Count);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whether_a_station_handles_freight_is_told_as_not_known_where_nobody_has_said(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        await Add(app, new() { TelegraphCode = "LLX", Name = "临澧西", PinyinCode = "llx", Pinyin = "linlixi", Freight = false }, new() { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen" });

        Assert.Equal(["高桥镇 未知", "临澧西 不办理"], (await Listed<StationList>(app, n1, "", "name", "freight")).OrderBy(s => s.Length));
        Assert.Equal(["高桥镇"], await Listed<StationList>(app, n1, "freight=unknown", "name"));
        Assert.Equal(["高桥镇"], await Listed<StationList>(app, n1, "filter=freight%3D", "name")); // As such a view was kept before.
        using var browser = await app.SignedIn("n1");
        var id = await app.In(System, db => db.Set<Station>().Where(s => s.TelegraphCode == "GZD").Select(s => s.Id).SingleAsync(Ct));
        Assert.Matches("<dt>货运</dt><dd[^>]*>未知</dd>", WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/reference/stations/{id}", UriKind.Relative), Ct)));
        Assert.Matches(">未知</a>[^<]*", WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri("/reference?layout=groups&group=freight", UriKind.Relative), Ct)));
    }

    private static Task<int> Add(CrmApp app, params Station[] stations) => app.In(System, db =>
    {
        db.AddRange(stations);
        return db.SaveChangesAsync(Ct);
    });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_part_of_the_reference_data_can_be_read_and_searched(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(System, async db =>
        {
            await Holidays.EnsureKnown(db, Ct);
            return 0;
        });
        using var browser = await app.SignedIn("n1");

        foreach (var (path, text) in new[]
        {
            ("/reference", "电报码"), ("/reference/sidings", "专用线"), ("/reference/bureaus?q=sh", "上海"), ("/reference/commodities?q=煤", "01"), ("/reference/industries?q=06", "煤炭开采和洗选业"),
            ("/reference/regions", "广东省"), ("/reference/regions?in=440000", "深圳市"), ("/reference/regions?in=110000", "朝阳区"), ("/reference/regions?q=futian", "广东省 / 深圳市 / 福田区"),
            ("/reference/containers?q=40HQ", "45G1"), ("/reference/wagons", "C70 70 t"), ("/reference/holidays?year=2026", "02-14"), ("/reference/holidays?year=2026&from=2026-02-13&days=5", "2026-02-27"),
        })
        {
            var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct));
            Assert.True(page.Contains(text, StringComparison.Ordinal), $"{path} does not say {text}.");
        }

        using var absent = await browser.GetAsync(new Uri("/reference/nothing", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_station_is_kept_by_the_group_with_every_change_on_record(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var admin = await app.SignedIn("admin");
        using var outlet = await app.SignedIn("n1");
        Dictionary<string, string> Fields(string code, string freight) => new() { ["Form.Name"] = "柳林站", ["Form.TelegraphCode"] = code, ["Form.BureauCode"] = "V", ["Form.Freight"] = freight };

        Assert.Equal(HttpStatusCode.Found, await Send(admin, "/reference/stations/new", "station", Fields("llx", "")));
        var station = await app.In(System, db => db.Set<Station>().SingleAsync(Ct));
        Assert.Equal(("LLX", "柳林", "ll", "liulin", (bool?)null), (station.TelegraphCode, station.Name, station.PinyinCode, station.Pinyin, station.Freight));
        Assert.Equal(HttpStatusCode.Found, await Send(admin, $"/reference/stations/{station.Id}/edit", "station", Fields("LLX", "true")));
        Assert.Equal(HttpStatusCode.OK, await Send(admin, $"/reference/stations/{station.Id}/edit", "station", Fields("LLX", "false").Append(new("Version", "0")).ToDictionary()));
        Assert.Equal(HttpStatusCode.OK, await Send(admin, "/reference/stations/new", "station", Fields("LLX", "")));
        Assert.Equal(HttpStatusCode.OK, await Send(admin, "/reference/stations/new", "station", Fields("L1", "")));
        using var refused = await outlet.GetAsync(new Uri("/reference/stations/new", UriKind.Relative), Ct);
        Assert.Equal("/no-permission", refused.Headers.Location?.AbsolutePath ?? refused.Headers.Location?.ToString().Split('?')[0]);

        Assert.True(await app.In(System, db => db.Set<Station>().Select(s => s.Freight!.Value).SingleAsync(Ct)));
        Assert.Equal(["created", "updated"], await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Entity == "Station").OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_siding_counts_the_customers_one_may_see_and_warns_before_its_agreement_ends(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var group = await app.ActorOf("data");
        async Task<Siding> Siding(string name, DateOnly? ends)
        {
            var made = await app.With<SaveSiding, Result<Siding>>(group, s => s.Run(null, null, new() { Name = name, ConnectionStation = "高桥镇站", AgreementExpiresOn = ends }, Ct));
            Assert.True(made.TryGet(out var siding, out _));
            return siding;
        }

        var (shared, past) = (await Siding("钢厂专用线", new(2026, 5, 1)), await Siding("煤场专用线", new(2026, 3, 31)));
        await Siding("粮库专用线", new(2027, 1, 1));
        foreach (var (user, name) in new[] { ("n1", "甲公司"), ("s1", "乙公司") })
        {
            Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(user), s => s.Run(null, null, new() { Name = name }, Ct))).TryGet(out var customer, out _));
            await app.In(System, async db =>
            {
                db.Add(new CustomerSiding { CustomerId = customer.Id, SidingId = shared.Id });
                return await db.SaveChangesAsync(Ct);
            });
        }

        var taken = await app.With<SaveSiding, Result<Siding>>(group, s => s.Run(null, null, new() { Name = "钢厂专用线", ConnectionStation = "高桥镇" }, Ct));
        var forbidden = await app.With<SaveSiding, Result<Siding>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "偷建专用线", ConnectionStation = "高桥镇" }, Ct));
        var stale = await app.With<SaveSiding, Result<Siding>>(group, s => s.Run(past.Id, past.Version + 1, new() { Name = "煤场专用线", ConnectionStation = "高桥镇" }, Ct));
        var seen = await Listed<SidingList>(app, await app.ActorOf("n1"), "", "name", "customers");
        var ending = await Listed<SidingList>(app, group, "state=past,soon&sort=expires", "name", "state", "customers");
        await Add(app, new Station { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen" });
        var found = await Listed<SidingList>(app, group, "q=gqz&sort=wagons", "name");
        using var browser = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/reference/sidings/{shared.Id}", UriKind.Relative), Ct));

        // The owner is named where he is no customer or one that the reader sees; nor is he told by a filter.
        foreach (var (name, owner) in new[] { ("钢厂专用线", "甲公司"), ("煤场专用线", "乙公司"), ("粮库专用线", "铁路局") })
        {
            await app.In(System, db => db.Set<Siding>().Where(s => s.Name == name).ExecuteUpdateAsync(s => s.SetProperty(x => x.Owner, owner), Ct));
        }

        var n1 = await app.ActorOf("n1");
        Assert.Equal(["煤场专用线 其他单位的客户", "粮库专用线 铁路局", "钢厂专用线 甲公司"], (await Listed<SidingList>(app, n1, "", "name", "owner")).Order(StringComparer.Ordinal));
        Assert.Equal(["煤场专用线 乙公司"], await Listed<SidingList>(app, await app.ActorOf("group"), $"filter={Uri.EscapeDataString("owner=乙公司")}", "name", "owner"));
        Assert.Equal(["钢厂专用线"], await Listed<SidingList>(app, n1, $"filter={Uri.EscapeDataString("owner~公司")}", "name"));
        Assert.Empty(await Listed<SidingList>(app, n1, $"filter={Uri.EscapeDataString("owner=乙公司")}", "name"));
        Assert.Equal(3, (await Listed<SidingList>(app, n1, $"filter={Uri.EscapeDataString("owner!=乙公司")}", "name")).Count);
        var table = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri("/reference/sidings", UriKind.Relative), Ct)) + WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/reference/sidings/{past.Id}", UriKind.Relative), Ct))
            + await (await app.Api("n1")).GetStringAsync(new Uri("/api/v1/lookup/sidings?q=高桥镇", UriKind.Relative), Ct);
        Assert.Contains("甲公司</a>", table, StringComparison.Ordinal);
        Assert.DoesNotContain("乙公司", table, StringComparison.Ordinal);

        Assert.Equal("siding.name_taken", taken.Refusal?.Code);
        Assert.IsType<Refusal.Forbidden>(forbidden.Refusal);
        Assert.IsType<Refusal.Stale>(stale.Refusal);
        Assert.Contains("钢厂专用线 1", seen);
        Assert.Equal(["煤场专用线 已过期 0", "钢厂专用线 60 天内到期 2"], ending);
        Assert.Equal(3, found.Count);
        Assert.Contains("甲公司", page, StringComparison.Ordinal);
        Assert.DoesNotContain("乙公司", page, StringComparison.Ordinal);
        Assert.Equal(3, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == "Siding", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Known_holidays_are_there_from_the_start_and_a_year_that_was_touched_stays_as_it_was_left(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        Task Ensure() => app.In(System, async db =>
        {
            await Holidays.EnsureKnown(db, Ct);
            return 0;
        });

        await Ensure();
        var known = await app.In(System, db => db.Set<Holiday>().CountAsync(Ct));
        using var admin = await app.SignedIn("admin");
        Assert.Equal(HttpStatusCode.Found, await Send(admin, "/reference/holidays?year=2026", "holiday-remove", new() { ["Day"] = "2026-10-10" }));
        Assert.Equal(HttpStatusCode.Found, await Send(admin, "/reference/holidays", "holidays", new() { ["Form.From"] = "2027-02-05", ["Form.To"] = "2027-02-12", ["Form.Name"] = "春节", ["Form.Worked"] = "false" }));
        Assert.Equal(HttpStatusCode.Found, await Send(admin, "/reference/holidays", "holidays", new() { ["Form.From"] = "2027-02-20", ["Form.Name"] = "春节", ["Form.Worked"] = "true" }));
        Assert.Equal(HttpStatusCode.OK, await Send(admin, "/reference/holidays", "holidays", new() { ["Form.From"] = "2027-02-22", ["Form.Name"] = "春节", ["Form.Worked"] = "true" }));
        await Ensure();

        Assert.True(known > 700);
        Assert.Equal(known - 1 + 9, await app.In(System, db => db.Set<Holiday>().CountAsync(Ct)));
        var calendar = await app.With<Holidays, WorkingDays>(System, h => h.Calendar(Ct));
        Assert.Equal((false, true, false), (calendar.Includes(new(2026, 10, 10)), calendar.Includes(new(2027, 2, 20)), calendar.Includes(new(2027, 2, 8))));
        Assert.Equal(10, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == "Holiday", Ct)));
        Assert.IsType<Refusal.Forbidden>((await app.With<Holidays, Result<int>>(await app.ActorOf("n1"), h => h.Set(new() { From = new(2027, 5, 1), Name = "劳动节" }, Ct))).Refusal);
    }
}
