using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Versions, names, places, previews, quotas and the store of attachments.</summary>
public sealed class FileTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static byte[] Pdf(string more = "") => [.. "%PDF-1.7\n"u8, .. global::System.Text.Encoding.UTF8.GetBytes(more)];

    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13];

    private static async Task<JsonElement> Json(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static async Task<long> Customer(HttpClient api, string name)
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/customers", new { name }, Ct);
        return (await Json(answer)).GetProperty("id").GetInt64();
    }

    private static async Task<HttpResponseMessage> Send(HttpClient api, long id, string name, byte[] content, string query = "")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        return await api.PostAsync(new Uri($"/api/v1/customers/{id}/attachments{query}", UriKind.Relative), form, Ct);
    }

    private static async Task<JsonElement> Kept(HttpClient api, long id, string name, byte[] content, string query = "")
    {
        using var answer = await Send(api, id, name, content, query);
        return await Json(answer);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_of_the_same_name_becomes_a_version_and_an_earlier_one_can_be_current_again(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api, "甲公司");
        var file = (await Kept(api, id, "合同.pdf", Pdf("1"))).GetProperty("id").GetInt64();
        var path = $"/api/v1/customers/{id}/attachments/{file}";

        var second = await Kept(api, id, "合同.pdf", Pdf("2"), "?sameName=version");
        var third = await Kept(api, id, "别的名字.pdf", Pdf("3"), $"?of={file}");
        await Json(await api.PostAsync($"{path}/versions/1/current", null, Ct));
        var fourth = await Kept(api, id, "合同.pdf", Pdf("4"), "?sameName=version");
        var beside = await Kept(api, id, "合同.pdf", Pdf("5"));

        Assert.Equal([(file, 2), (file, 3), (file, 4)], new[] { second, third, fourth }.Select(a => (a.GetProperty("id").GetInt64(), a.GetProperty("revision").GetInt32())));
        Assert.NotEqual(file, beside.GetProperty("id").GetInt64());
        Assert.Equal("合同.pdf", third.GetProperty("fileName").GetString());
        var versions = (await api.GetFromJsonAsync<JsonElement>($"{path}/versions", Ct)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([(4, true), (3, false), (2, false), (1, false)], versions.Select(v => (v.GetProperty("revision").GetInt32(), v.GetProperty("isCurrent").GetBoolean())));
        for (var revision = 1; revision <= 4; revision++)
        {
            Assert.Equal(Pdf($"{revision}"), await api.GetByteArrayAsync($"{path}/versions/{revision}/content", Ct));
        }

        Assert.Equal(Pdf("4"), await api.GetByteArrayAsync($"{path}/content", Ct));
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"{path}/versions/9/content", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(api, id, "合同.png", Png, $"?of={file}")).StatusCode);
        using var pages = await app.SignedIn("n1");
        var page = await pages.GetStringAsync($"/customers/{id}/attachments/{file}", Ct);
        Assert.Contains("第 4 版", page, StringComparison.Ordinal);
        var version = Regex.Match(page, "name=\"Version\" value=\"(\\d+)\"").Groups[1].Value;
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(pages, $"/customers/{id}/attachments/{file}", "current", new() { ["Revision"] = "2", ["Version"] = version })).StatusCode);
        using var late = await CrmApp.Submit(pages, $"/customers/{id}/attachments/{file}", "current", new() { ["Revision"] = "3", ["Version"] = version });
        Assert.Equal(HttpStatusCode.OK, late.StatusCode);
        Assert.Equal(Pdf("2"), await api.GetByteArrayAsync($"{path}/content", Ct));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task New_versions_that_come_at_once_are_all_kept(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api, "甲公司");
        var file = (await Kept(api, id, "合同.pdf", Pdf("1"))).GetProperty("id").GetInt64();

        var sent = await Task.WhenAll(Enumerable.Range(2, 6).Select(n => Send(api, id, "合同.pdf", Pdf($"{n}"), $"?of={file}")));

        Assert.All(sent, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        var versions = (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}/attachments/{file}/versions", Ct)).GetProperty("items").EnumerateArray();
        Assert.Equal([7, 6, 5, 4, 3, 2, 1], versions.Select(v => v.GetProperty("revision").GetInt32()));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_is_renamed_within_its_kind_and_only_if_it_is_still_as_seen(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api, "甲公司");
        var file = (await Kept(api, id, "旧.pdf", Pdf())).GetProperty("id").GetInt64();
        var path = $"/api/v1/customers/{id}/attachments/{file}";

        Assert.Equal("新.PDF", (await Json(await api.PutAsJsonAsync(path, new { fileName = "a/新.PDF" }, Ct))).GetProperty("fileName").GetString());
        foreach (var name in new[] { "新.png", "新", "", "x\u202Efdp.pdf" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await api.PutAsJsonAsync(path, new { fileName = name }, Ct)).StatusCode);
        }

        using var late = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(new { fileName = "晚.pdf" }) };
        late.Headers.TryAddWithoutValidation("If-Match", "\"0\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await api.SendAsync(late, Ct)).StatusCode);
        Assert.Equal(2, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == nameof(Attachment), Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_contacts_file_is_the_customers_too_and_stays_outside_for_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        using var south = await app.Api("s1");
        var (id, other) = (await Customer(api, "甲公司"), await Customer(api, "乙公司"));
        using var person = await api.PostAsJsonAsync($"/api/v1/customers/{id}/contacts", new { name = "李娜" }, Ct);
        var contact = (await Json(person)).GetProperty("id").GetInt64();

        var file = (await Kept(api, id, "名片.png", Png, $"?recordKind=contact&recordId={contact}")).GetProperty("id").GetInt64();
        await Kept(api, id, "合同.pdf", Pdf());

        async Task<string[]> Names(string query) => [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}/attachments{query}", Ct)).GetProperty("items").EnumerateArray().Select(a => a.GetProperty("fileName").GetString()!)];
        Assert.Equal(["合同.pdf", "名片.png"], await Names(""));
        Assert.Equal(["名片.png"], await Names($"?recordKind=contact&recordId={contact}"));
        Assert.Equal(HttpStatusCode.NotFound, (await Send(api, other, "a.pdf", Pdf(), $"?recordKind=contact&recordId={contact}")).StatusCode);
        using var pages = await app.SignedIn("n1");
        Assert.Contains("名片.png", await pages.GetStringAsync($"/customers/{id}/contacts/{contact}/attachments", Ct), StringComparison.Ordinal);
        Assert.Contains("李娜", await pages.GetStringAsync($"/customers/{id}/attachments", Ct), StringComparison.Ordinal);
        using var stranger = await app.SignedIn("s1");
        foreach (var path in new[] { $"/customers/{id}/contacts/{contact}/attachments", $"/customers/{id}/attachments/{file}", $"/customers/{id}/attachments/{file}/preview" })
        {
            Assert.Equal(HttpStatusCode.OK, (await pages.GetAsync(path, Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(path, Ct)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await south.GetAsync($"/api/v1/customers/{id}/attachments/{file}/versions", Ct)).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_page_shows_pictures_and_pdfs_and_nothing_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api, "甲公司");
        using var pages = await app.SignedIn("n1");
        async Task<HttpResponseMessage> Preview(string name, byte[] content) => await pages.GetAsync($"/customers/{id}/attachments/{(await Kept(api, id, name, content)).GetProperty("id").GetInt64()}/preview", Ct);

        using var picture = await Preview("照片.png", Png);
        using var pdf = await Preview("合同.pdf", Pdf());
        using var text = await Preview("a.txt", "text"u8.ToArray());

        Assert.Equal(("image/png", "application/pdf", HttpStatusCode.NotFound), (picture.Content.Headers.ContentType!.MediaType, pdf.Content.Headers.ContentType!.MediaType, text.StatusCode));
        foreach (var (answer, policy) in new[] { (picture, "default-src 'none'; sandbox"), (pdf, "default-src 'none'; frame-ancestors 'self'") })
        {
            Assert.Equal("inline", answer.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal(policy, answer.Headers.GetValues("Content-Security-Policy").Single());
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_units_files_fit_its_quota_or_are_refused_with_the_numbers(Engine engine)
    {
        await using var app = await CrmApp.Start(engine, settings: ["--RAILCRM_FILE_QUOTA_GB", "1"]);
        using var api = await app.Api("n1");
        using var other = await app.Api("n2");
        var (id, elsewhere) = (await Customer(api, "甲公司"), await Customer(other, "乙公司"));
        await Kept(api, id, "a.pdf", Pdf("1"));
        await Kept(api, id, "a.pdf", Pdf("22"), "?sameName=version");
        var unit = await app.In(System, async db =>
        {
            // As if the rest were nearly used: versions and what lies in the bin count too.
            await db.Write(() => db.Set<AttachmentVersion>().ExecuteUpdateAsync(u => u.SetProperty(v => v.SizeBytes, 600L << 20), Ct), Ct);
            await db.Write(() => db.Set<Attachment>().ExecuteUpdateAsync(u => u.SetProperty(a => a.SizeBytes, 424L << 20).SetProperty(a => a.DeletedAt, db.UtcNow), Ct), Ct);
            return await db.Set<OrgUnit>().Where(u => u.Code == "N1").Select(u => u.Id).SingleAsync(Ct);
        });

        using var refused = await Send(api, id, "b.pdf", Pdf("b"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Matches("quota 1 GB, used 1 GB, this file 10 B", await refused.Content.ReadAsStringAsync(Ct));
        await Kept(other, elsewhere, "b.pdf", Pdf("b"));

        using var admin = await app.SignedIn("admin");
        using var wrong = await CrmApp.Submit(admin, "/settings/files", "quota", new() { ["UnitId"] = $"{unit}", ["Gigabytes"] = "-1" });
        Assert.Equal(HttpStatusCode.OK, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(admin, "/settings/files", "quota", new() { ["UnitId"] = $"{unit}", ["Gigabytes"] = "2" })).StatusCode);
        Assert.Contains("2 GB", await admin.GetStringAsync("/settings/files", Ct), StringComparison.Ordinal);
        await Kept(api, id, "b.pdf", Pdf("b"));
        Assert.Equal(HttpStatusCode.Found, (await CrmApp.Submit(admin, "/settings/files", "quota", new() { ["UnitId"] = $"{unit}", ["Gigabytes"] = "" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(api, id, "c.pdf", Pdf("c"))).StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_sweep_takes_old_bytes_that_nothing_names_and_leaves_all_others(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api, "甲公司");
        await Kept(api, id, "a.pdf", Pdf("1"));
        var file = (await Kept(api, id, "a.pdf", Pdf("2"), "?sameName=version")).GetProperty("id").GetInt64();
        (await api.DeleteAsync($"/api/v1/customers/{id}/attachments/{file}", Ct)).EnsureSuccessStatusCode();
        var folder = Path.Combine(app.Home, "attachments");
        var orphan = Path.Combine(folder, "ab", "ab" + new string('0', 62));
        var young = Path.Combine(folder, "ac", "ac" + new string('0', 62));
        foreach (var stray in new[] { orphan, young, Path.Combine(folder, "half.wrt") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(stray)!);
            await File.WriteAllTextAsync(stray, "x", Ct);
        }

        var now = app.Clock.GetUtcNow().UtcDateTime;
        foreach (var lying in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(lying, lying == young ? now : now.AddDays(-2));
        }

        var gone = await app.In(System, db => SweepBlobs.All(db, app.Services.GetRequiredService<IBlobs>(), app.Clock, Ct));

        Assert.Equal(2, gone);
        Assert.Equal(3, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length);
        Assert.True(File.Exists(young));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_store_that_speaks_s3_keeps_proves_and_sweeps_like_the_folder(Engine engine)
    {
        await using var store = await S3Store.Start();
        await using var app = await CrmApp.Start(engine, settings: ["--RAILCRM_S3_BUCKET", "crm", "--RAILCRM_S3_ENDPOINT", store.Address, "--RAILCRM_S3_KEY", S3Store.Key, "--RAILCRM_S3_SECRET", "secret"]);
        using var api = await app.Api("n1");
        var id = await Customer(api, "甲公司");

        var file = (await Kept(api, id, "合同.pdf", Pdf("s3"))).GetProperty("id").GetInt64();
        var path = $"/api/v1/customers/{id}/attachments/{file}/content";

        Assert.Equal(Pdf("s3"), await api.GetByteArrayAsync(path, Ct));
        var (key, bytes) = Assert.Single(store.Objects);
        Assert.Equal(Pdf("s3"), bytes);
        Assert.Matches("^/crm/([0-9a-f]{2})/\\1[0-9a-f]{62}$", key);
        Assert.False(Directory.Exists(Path.Combine(app.Home, "attachments")) && Directory.GetFiles(Path.Combine(app.Home, "attachments")).Length > 0);
        store.Objects["/crm/ab/ab" + new string('0', 62)] = [1];
        Assert.Equal(1, await app.In(System, db => SweepBlobs.All(db, app.Services.GetRequiredService<IBlobs>(), TimeProvider.System, Ct)));
        Assert.Equal([key], store.Objects.Keys);
        store.Objects[key] = Pdf("damaged");
        Assert.Equal(HttpStatusCode.Conflict, (await api.GetAsync(path, Ct)).StatusCode);
        store.Objects.Clear();
        Assert.Equal(HttpStatusCode.Conflict, (await api.GetAsync(path, Ct)).StatusCode);
        Assert.Equal(0, store.Unsigned);
    }
}
