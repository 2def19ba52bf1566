using System.Data;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Three customers of two outlets with everything a customer can have, some of it the same, to be merged.</summary>
internal sealed record MergeScene(CrmApp App, HttpClient Api, long Stays, long Goes, long GoesToo)
{
    public static readonly Actor System = Actor.System("test");

    /// <summary>A code whose both checks hold.</summary>
    public const string Code = "91350100M000100Y43";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<MergeScene> Make(CrmApp app)
    {
        var api = await app.Api("north");
        var units = await app.In(System, db => db.Set<RailCrm.Modules.Organization.OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        var stays = await Create(api, new
        {
            name = "北方煤业有限公司", unitId = units["N1"], tags = "煤,重点", phone = "010-66554433", legalRepresentative = "王伟",
            shareholders = new[] { new { name = "北方集团", sharePercent = 60m } }, products = new[] { new { name = "原煤", annualOutput = 5L } },
            mainStations = new[] { new { role = "sending", station = "高桥镇", yearlyTonnes = 10L } }, sidings = new[] { new { name = "一号专用线", connectionStation = "高桥镇" } },
        });
        var goes = await Create(api, new
        {
            name = "北方煤业股份有限公司", unitId = units["N2"], creditCode = Code, tags = "煤,电厂", phone = "010-66554433", employeeCount = 80, companyProfile = "简介", duplicateReason = "测试",
            shareholders = new[] { new { name = "北方集团", sharePercent = 51m }, new { name = "职工持股会", sharePercent = 49m } },
            products = new[] { new { name = "原煤", annualOutput = 6L }, new { name = "焦炭", annualOutput = 7L } },
            mainStations = new[] { new { role = "sending", station = "高桥镇", yearlyTonnes = 20L }, new { role = "receiving", station = "大屯", yearlyTonnes = 30L } },
            sidings = new[] { new { name = "一号专用线", connectionStation = "高桥镇" }, new { name = "二号专用线", connectionStation = "大屯" } },
        });
        var too = await Create(api, new { name = "北方煤炭运销处", unitId = units["N1"], products = new[] { new { name = "块煤", annualOutput = 9L } } });
        await Create(api, new { name = "北方煤业运输子公司", parentId = goes });
        foreach (var (customer, person, mobile) in new[] { (stays, "李娜", "13812345678"), (goes, "李娜", "138 1234 5678"), (goes, "赵敏", "13900001111"), (too, "钱多", "13700002222") })
        {
            (await api.PostAsJsonAsync($"/api/v1/customers/{customer}/contacts", new { name = person, mobile }, Ct)).EnsureSuccessStatusCode();
        }

        await app.In(System, async db =>
        {
            db.Add(new Contact { CustomerId = goes, Name = "旧人", CreatedAt = db.UtcNow, DeletedAt = db.UtcNow, DeletedBy = 1 });
            db.Add(new Attachment { CustomerId = goes, FileName = "合同.pdf", ContentType = "application/pdf", Sha256 = "00", CreatedAt = db.UtcNow });
            await db.SaveChangesAsync(Ct);
            db.Add(new AttachmentVersion { AttachmentId = await db.Set<Attachment>().Select(a => a.Id).SingleAsync(Ct), CustomerId = goes, RecordKind = RecordKind.Customer, Revision = 2, Sha256 = "01", CreatedAt = db.UtcNow });
            db.Add(new CustomerGrant { CustomerId = goes, UserId = (await app.ActorOf("s1")).UserId });
            return await db.SaveChangesAsync(Ct);
        });
        var scene = new MergeScene(app, api, stays, goes, too);
        await scene.Trade(("W", stays, 9), ("V", goes, 14), ("U", too, 3));
        await scene.Speak();
        return scene;
    }

    /// <summary>Notes on the ones that go, a contact and a waybill of theirs; one person marked both and is told of a note, another only one.</summary>
    private Task<int> Speak() => App.In(System, async db =>
    {
        var (contact, line) = (await db.Set<Contact>().Where(k => k.CustomerId == Goes).Select(k => k.Id).FirstAsync(Ct), await db.Set<WaybillLine>().Where(w => w.CustomerId == Goes).Select(w => w.Id).FirstAsync(Ct));
        foreach (var (kind, id) in new[] { (RecordKind.Customer, 0L), (RecordKind.Contact, contact), (RecordKind.Waybill, line) })
        {
            db.Add(new Note { CustomerId = Goes, RecordKind = kind, RecordId = id, Text = kind, CreatedAt = db.UtcNow });
            db.Add(new RecordMark { UserId = 1, Mark = RecordMark.Favourite, CustomerId = Goes, RecordKind = kind, RecordId = id, CreatedAt = db.UtcNow });
        }

        db.Add(new RecordMark { UserId = 1, Mark = RecordMark.Favourite, CustomerId = Stays, RecordKind = RecordKind.Customer, CreatedAt = db.UtcNow });
        db.Add(new RecordMark { UserId = 2, Mark = RecordMark.Favourite, CustomerId = Goes, RecordKind = RecordKind.Customer, CreatedAt = db.UtcNow });
        db.Add(new InboxLine { UserId = 2, Kind = InboxLine.Changed, CustomerId = Goes, RecordKind = RecordKind.Customer, At = db.UtcNow, ReadAt = db.UtcNow });
        return await db.SaveChangesAsync(Ct);
    });

    /// <summary>Lines of a customer, month by month, on a few lanes that all share; some interleaved, as an import brings them.</summary>
    public async Task Trade(params (string Prefix, long Customer, int Lines)[] of)
    {
        var numbers = await App.In(System, db => db.Set<Customer>().ToDictionaryAsync(c => c.Id, c => c.Number, Ct));
        var drafts = of.SelectMany(o => Enumerable.Range(0, o.Lines).Select(i => (i, new WaybillDraft
        {
            ExternalNo = $"{o.Prefix}{i}", Customer = numbers[o.Customer], Date = new DateOnly(2026, 3, 1).AddDays(-20 * i), Service = WaybillLine.Services[i % 2], Origin = i % 3 == 0 ? "高桥镇" : null,
            WeightKg = 1_000 + i, RevenueFen = 900_000_00 + i, CostFen = 70_000 * i,
        }))).OrderBy(d => d.i).Select(d => d.Item2).ToArray();
        var answers = await App.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run("TMS", drafts, createCustomers: false, Ct));
        Assert.All(answers, a => Assert.Empty(a.Errors));
        await App.With<ClassifyCustomers, int>(System, async c =>
        {
            await c.Run(Ct);
            return 0;
        });
    }

    /// <summary>Creates one under a name of its own and calls it and fills it as said then: whoever creates one that is like another says why it is none, and leaves no open pair.</summary>
    public static async Task<long> Alike(HttpClient api, object body)
    {
        var id = await Create(api, new { name = $"暂名{Guid.NewGuid():N}", unitId = body.GetType().GetProperty("unitId")?.GetValue(body) });
        using var answer = await api.PutAsJsonAsync($"/api/v1/customers/{id}", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return id;
    }

    public static async Task<long> Create(HttpClient api, object body)
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/customers", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    /// <summary>Merges by the API and gives the merge's key.</summary>
    public async Task<long> Merge(object body)
    {
        using var answer = await Api.PostAsJsonAsync("/api/v1/customers/merge", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    public async Task<JsonElement> Undo(long merge)
    {
        using var answer = await Api.PostAsync(new Uri($"/api/v1/customers/merges/{merge}/undo", UriKind.Relative), null, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    /// <summary>The facts, the owners' months and counts, each with how many rows are not what the lines say.</summary>
    public Task<(long, long, long)> Differences() => App.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct));

    /// <summary>Every row of every table that belongs to the customers, and of what is made from them; without what every change raises.</summary>
    public Task<SortedDictionary<string, List<string>>> Dump() => App.In(System, async db =>
    {
        var dump = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var tables = db.Model.GetEntityTypes().Where(t => t.ClrType.IsAssignableTo(typeof(ICustomerBound)) || t.ClrType == typeof(Customer) || t.ClrType == typeof(CustomerGrant) || t.ClrType == typeof(CustomerTag) || t.ClrType == typeof(FiguresDue) || t.ClrType == typeof(Lane)).Select(t => t.GetTableName()!).ToList();
        Assert.True(tables.Count >= 12);
        foreach (var table in tables)
        {
            dump[table] = await Rows(db, $"SELECT * FROM {table}");
        }

        dump["owner_months"] = await Rows(db, "SELECT * FROM owner_months WHERE lines <> 0");
        dump["owner_counts"] = await Rows(db, "SELECT * FROM owner_counts WHERE customers <> 0");
        dump["duplicate_pairs"] = await Rows(db, "SELECT first_id, second_id, score, reasons, fingerprint, dismissed_at FROM duplicate_pairs");
        if (db.IsPostgres)
        {
            dump["search"] = await Rows(db, "SELECT customer_id, terms FROM customer_search");
        }
        else
        {
            await db.Database.OpenConnectionAsync(Ct);
            await db.Database.ExecuteSqlRawAsync("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'customer_search', 'instance')", Ct);
            dump["search"] = await Rows(db, "SELECT term, doc FROM temp.terms");
            await db.Database.ExecuteSqlRawAsync("DROP TABLE temp.terms", Ct);
        }

        Assert.True(dump["search"].Count > 3 && dump["monthly_facts"].Count > 10 && dump["customers"].Count >= 4);
        return dump;
    });

    internal static async Task<List<string>> Rows(CrmDb db, string sql)
    {
        await db.Database.OpenConnectionAsync(Ct);
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // Tables of ours.
        command.CommandText = sql.Replace("terms FROM", db.IsPostgres ? "CAST(terms AS text) FROM" : "terms FROM", StringComparison.Ordinal);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var rows = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Where(i => reader.GetName(i) is not ("version" or "updated_at")).Select(i => $"{reader.GetName(i)}={Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)}")));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    public static void Same(SortedDictionary<string, List<string>> before, SortedDictionary<string, List<string>> after)
    {
        var wrong = before.Keys.SelectMany(t => before[t].Except(after[t]).Select(r => $"{t} −{r}").Concat(after[t].Except(before[t]).Select(r => $"{t} +{r}")).Concat(before[t].Count != after[t].Count ? [$"{t} {before[t].Count} → {after[t].Count}"] : [])).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
