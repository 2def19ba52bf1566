using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DocumentFormat.OpenXml.Packaging;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Dossier;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Dossier;

/// <summary>A dossier taken away, by whom and with what in it.</summary>
public sealed class DocumentTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A customer with a contact, a waybill of 1,234.56 yuan and two attachments of the same name.</summary>
    private static async Task<long> Customer(CrmApp app)
    {
        var actor = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = "甲铁路<器材>公司", CompanyProfile = "第一行\n{{customer.number}}" }, Ct))).TryGet(out var customer, out _));
        Assert.Null((await app.With<SaveContact, Result<Contact>>(actor, s => s.Run(customer.Id, null, null, new() { Name = "王小明", Mobile = "13800000001" }, Ct))).Refusal);
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(actor, r => r.Run("TMS", [new() { ExternalNo = "W1", Customer = customer.Number, Date = new(2026, 3, 1), RevenueFen = 123_456, CostFen = 23_456, WeightKg = 60_000 }], createCustomers: false, Ct)), a => Assert.Empty(a.Errors));
        foreach (var text in new[] { "一", "二" })
        {
            Assert.Null((await app.With<KeepAttachment, Result<Attachment>>(actor, k => k.Run(customer.Id, new("customer", customer.Id), "合同.txt", new MemoryStream(Encoding.UTF8.GetBytes(text)), Ct))).Refusal);
        }

        return customer.Id;
    }

    private static async Task<HttpResponseMessage> Take(HttpClient browser, long id, string format)
    {
        var page = await browser.GetStringAsync(new Uri($"/customers/{id}/print", UriKind.Relative), Ct);
        var token = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["format"] = format });
        return await browser.PostAsync(new Uri($"/customers/{id}/dossier", UriKind.Relative), form, Ct);
    }

    private static async Task<byte[]> Taken(HttpClient browser, long id, string format)
    {
        using var answer = await Take(browser, id, format);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync(Ct);
    }

    private static string Text(byte[] docx)
    {
        using var document = WordprocessingDocument.Open(new MemoryStream(docx), false);
        return document.MainDocumentPart!.Document!.Body!.InnerText;
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_same_state_gives_the_same_bytes_whenever_it_is_taken(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Customer(app);
        using var browser = await app.SignedIn("n1");

        var first = (await Taken(browser, id, "docx"), await Taken(browser, id, "zip"));
        app.Later(TimeSpan.FromMinutes(50));
        using var later = await app.SignedIn("n1");
        var second = (await Taken(later, id, "docx"), await Taken(later, id, "zip"));
        Assert.Null((await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Run(id, null, null, new() { Name = "赵新来" }, Ct))).Refusal);
        var third = await Taken(later, id, "docx");

        Assert.Equal(Convert.ToHexString(SHA256.HashData(first.Item1)), Convert.ToHexString(SHA256.HashData(second.Item1)));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(first.Item2)), Convert.ToHexString(SHA256.HashData(second.Item2)));
        Assert.NotEqual(first.Item1, third);
        Assert.Contains("1,234.56", Text(first.Item1), StringComparison.Ordinal);
        Assert.Contains("甲铁路<器材>公司", Text(first.Item1), StringComparison.Ordinal);
        Assert.Contains("{{customer.number}}", Text(first.Item1), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_archive_holds_what_its_manifest_says_and_the_trail_says_who_took_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Customer(app);
        using var browser = await app.SignedIn("n1");

        using var zip = new ZipArchive(new MemoryStream(await Taken(browser, id, "zip")));
        using var manifest = await JsonDocument.ParseAsync(zip.GetEntry("manifest.json")!.Open(), cancellationToken: Ct);
        var told = manifest.RootElement.GetProperty("files").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, f => (f.GetProperty("size").GetInt64(), f.GetProperty("sha256").GetString()));

        Assert.Equal(["attachments/合同 (2).txt", "attachments/合同.txt", "客户档案.docx", "客户档案.html"], told.Keys.Order(StringComparer.Ordinal));
        foreach (var entry in zip.Entries.Where(e => e.FullName != "manifest.json"))
        {
            using var bytes = new MemoryStream();
            await using var part = await entry.OpenAsync(Ct);
            await part.CopyToAsync(bytes, Ct);
            Assert.Equal((bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))), told[entry.FullName]);
            Assert.DoesNotContain("<器材>", entry.FullName.EndsWith(".html", StringComparison.Ordinal) ? Encoding.UTF8.GetString(bytes.ToArray()) : "", StringComparison.Ordinal);
        }

        var entries = await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Action == "exported" && a.CustomerId == id).Select(a => new { a.ActorName, a.Changes }).ToListAsync(Ct));
        var audit = Assert.Single(entries);
        Assert.Equal("n1", audit.ActorName);
        Assert.Contains("\"zip\"", audit.Changes, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_dossier_is_absent_outside_the_scope_and_stays_with_those_who_may_not_export(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Customer(app);
        using var stranger = await app.SignedIn("s1");
        using var auditor = await app.SignedIn("auditor");

        using var absent = await stranger.GetAsync(new Uri($"/customers/{id}/print", UriKind.Relative), Ct);
        var refused = await app.With<TakeDossier, Result<TakeDossier.Taken>>(await app.ActorOf("s1"), t => t.Run(id, "docx", Ct));
        using var forbidden = await auditor.PostAsync(new Uri($"/customers/{id}/dossier", UriKind.Relative), null, Ct);
        using var withoutToken = await (await app.SignedIn("n1")).PostAsync(new Uri($"/customers/{id}/dossier", UriKind.Relative), new FormUrlEncodedContent([new("format", "docx")]), Ct);

        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.IsType<Refusal.NotFound>(refused.Refusal);
        Assert.NotEqual(HttpStatusCode.OK, forbidden.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, withoutToken.StatusCode);
        Assert.False(await app.In(System, db => db.Set<AuditEntry>().AnyAsync(a => a.Action == "exported", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_may_not_see_figures_finds_none_in_the_document(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Customer(app);
        var full = await app.ActorOf("n1");
        var clerk = full with { Permissions = full.Permissions.Where(p => p != Permission.WaybillsRead).ToHashSet() };

        async Task<(string Word, string Html)> As(Actor actor) => await app.With<ReadDossier, (string, string)>(actor, async read =>
            (await read.Run(id, Ct)).TryGet(out var content, out _) ? (Text(FillTemplate.Run(DefaultTemplate.Bytes, content)), DossierSheet.Of(content)) : throw new InvalidOperationException());
        var (seesAll, seesLess) = (await As(full), await As(clerk));

        Assert.All([seesAll.Word, seesAll.Html], t => Assert.Contains("1,234.56", t, StringComparison.Ordinal));
        Assert.All([seesLess.Word, seesLess.Html], t =>
        {
            Assert.DoesNotContain("1,234.56", t, StringComparison.Ordinal);
            Assert.DoesNotContain("历年业务", t, StringComparison.Ordinal);
            Assert.DoesNotContain("业务数据", t, StringComparison.Ordinal);
            Assert.Contains("王小明", t, StringComparison.Ordinal);
        });
    }

    private static async Task<string> Upload(HttpClient admin, byte[] docx, int seen)
    {
        var page = await admin.GetStringAsync(new Uri("/settings/dossier", UriKind.Relative), Ct);
        var token = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        var file = new ByteArrayContent(docx);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var form = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" }, { new StringContent("upload-zh-CN"), "_handler" }, { new StringContent("zh-CN"), "Language" }, { new StringContent($"{seen}"), "Seen" }, { file, "File", "模板.docx" } };
        using var answer = await admin.PostAsync(new Uri("/settings/dossier", UriKind.Relative), form, Ct);
        return answer.StatusCode == HttpStatusCode.OK ? WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct)) : $"{answer.StatusCode}";
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_administrator_changes_the_template_and_goes_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Customer(app);
        using var admin = await app.SignedIn("admin");
        using var reader = await app.SignedIn("n1");
        var own = await admin.GetByteArrayAsync(new Uri("/settings/dossier/template?language=zh-CN", UriKind.Relative), Ct);
        byte[] With(string text)
        {
            using var stream = new MemoryStream();
            stream.Write(own);
            using (var document = WordprocessingDocument.Open(stream, true))
            {
                document.MainDocumentPart!.Document!.Body!.PrependChild(new DocumentFormat.OpenXml.Wordprocessing.Paragraph(new DocumentFormat.OpenXml.Wordprocessing.Run(new DocumentFormat.OpenXml.Wordprocessing.Text(text))));
            }

            return stream.ToArray();
        }

        var wrong = await Upload(admin, With("致 {{customer.nmae}}"), 0);
        var taken = await Upload(admin, With("敬启者 {{customer.number}}"), 0);
        var stale = await Upload(admin, With("另一份"), 0);
        var changed = Text(await Taken(reader, id, "docx"));
        using var reset = await CrmApp.Submit(admin, "/settings/dossier", "reset-zh-CN", new() { ["Language"] = "zh-CN", ["Seen"] = "1" });
        var back = Text(await Taken(reader, id, "docx"));

        Assert.Contains("没有占位符“customer.nmae”，见段落：致 {{customer.nmae}}", wrong, StringComparison.Ordinal);
        Assert.NotEqual("OK", taken);
        Assert.Contains("alert-danger", stale, StringComparison.Ordinal);
        Assert.StartsWith("敬启者 KH-", changed, StringComparison.Ordinal);
        Assert.DoesNotContain("敬启者", back, StringComparison.Ordinal);
        var versions = await app.In(System, db => db.Set<DocumentTemplate>().OrderBy(t => t.Number).Select(t => new { t.Number, t.CreatedByName, Own = t.Content != null }).ToListAsync(Ct));
        Assert.Equal([(1, true), (2, false)], versions.Select(v => (v.Number, v.Own)));
        Assert.All(versions, v => Assert.Equal("admin", v.CreatedByName));
        Assert.Equal(2, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == nameof(DocumentTemplate), Ct)));
        using var forbidden = await reader.GetAsync(new Uri("/settings/dossier/template?language=zh-CN", UriKind.Relative), Ct);
        Assert.NotEqual(HttpStatusCode.OK, forbidden.StatusCode);
    }

    [Fact]
    public async Task A_pdf_is_offered_and_made_only_where_Chromium_is_named()
    {
        var chromium = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, "chromium")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(chromium is null, "Chromium is not installed (looked in PATH).");
        var folder = Directory.CreateTempSubdirectory("railcrm-chromium-");
        var script = Path.Combine(folder.FullName, "chromium");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nexec {chromium} --no-sandbox \"$@\"\n", Ct);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        await using var without = await CrmApp.Start(Engine.Sqlite);
        await using var with = await CrmApp.Start(Engine.Sqlite, settings: ["--RAILCRM_CHROMIUM", script]);
        await using var broken = await CrmApp.Start(Engine.Sqlite, settings: ["--RAILCRM_CHROMIUM", "/bin/false"]);

        async Task<HttpResponseMessage> Pdf(CrmApp app) => await Take(await app.SignedIn("n1"), await Customer(app), "pdf");
        using var refused = await Pdf(without);
        using var made = await Pdf(with);
        using var failed = await Pdf(broken);

        Assert.Equal(HttpStatusCode.Found, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Found, failed.StatusCode);
        Assert.Equal("application/pdf", made.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("%PDF-", Encoding.Latin1.GetString(await made.Content.ReadAsByteArrayAsync(Ct)), StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "railcrm-pdf-*"));
        folder.Delete(recursive: true);
    }
}
