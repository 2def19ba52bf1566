using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Files kept with a customer, and those that must not be.</summary>
public sealed class AttachmentTests
{
    private static readonly Actor System = Actor.System("test");

    private static readonly byte[] Pdf = "%PDF-1.7\n%âãÏÓ"u8.ToArray();

    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<long> Customer(HttpClient api, string name = "甲公司")
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/customers", new { name }, Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    private static async Task<HttpResponseMessage> Send(HttpClient api, long id, string name, byte[] content)
    {
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(content);
        // As a hostile client would: the name goes out byte by byte, whatever it holds.
        file.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(name)}");
        file.Headers.ContentType = new MediaTypeHeaderValue("text/html");
        form.Add(file);
        return await api.PostAsync($"/api/v1/customers/{id}/attachments", form, Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_comes_back_byte_for_byte_to_be_saved_and_never_to_be_run(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api);

        using var made = await Send(api, id, "../../营业执照 1.PDF", Pdf);
        using var again = await Send(api, id, "营业执照 1.PDF", Pdf);
        var attachment = (await made.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
        using var got = await api.GetAsync($"/api/v1/customers/{id}/attachments/{attachment}/content", Ct);

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(attachment, (await again.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64());
        Assert.Equal(Pdf, await got.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal("attachment", got.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("营业执照 1.PDF", got.Content.Headers.ContentDisposition.FileNameStar);
        Assert.Equal("nosniff", got.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("sandbox", got.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var stored = Assert.Single(Directory.GetFiles(Path.Combine(app.Home, "attachments"), "*", SearchOption.AllDirectories));
        Assert.Equal(64, Path.GetFileName(stored).Length);
        await File.WriteAllTextAsync(stored, "spoilt", Ct);
        Assert.Equal(HttpStatusCode.Conflict, (await api.GetAsync($"/api/v1/customers/{id}/attachments/{attachment}/content", Ct)).StatusCode);
    }

    public static TheoryData<Engine, string, byte[]> Attacks()
    {
        var data = new TheoryData<Engine, string, byte[]>();
        foreach (var (name, content) in new (string, byte[])[]
        {
            ("a.svg", "<svg onload=alert(1)>"u8.ToArray()), ("a.html", "<html>"u8.ToArray()), ("shell.pHaR", Pdf), ("a.jpg.html", Png), ("a.exe", [0x4D, 0x5A]), ("noextension", Pdf), ("a.pdf.", "MZ"u8.ToArray()),
            ("a.pdf", Png), ("a.png", Pdf), ("a.png", "<svg>"u8.ToArray()), ("a.docx", Pdf), ("a.txt", [0x4D, 0x5A, 0, 1]), ("a.csv", "  <script>alert(1)</script>"u8.ToArray()), ("a.txt", Pdf),
            ("gpj.\u202Efdp.pdf", Pdf), ("a\u200B.pdf", Pdf), ("a\0.pdf", Pdf), ("", Pdf), ("...", Pdf), ("a.pdf", []), ("a.pdf", new byte[AttachmentStore.MostBytes + 1]),
        })
        {
            foreach (var engine in Enum.GetValues<Engine>())
            {
                data.Add(engine, name, content);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Attacks), DisableDiscoveryEnumeration = true)]
    public async Task A_file_that_is_not_what_it_says_is_refused_and_leaves_nothing(Engine engine, string name, byte[] content)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api);

        using var answer = await Send(api, id, name, content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(0, await app.In(System, db => db.Set<Attachment>().CountAsync(Ct)));
        Assert.True(!Directory.Exists(Path.Combine(app.Home, "attachments")) || Directory.GetFiles(Path.Combine(app.Home, "attachments"), "*", SearchOption.AllDirectories).Length == 0);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Long_and_reserved_names_are_kept_as_names_only(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var api = await app.Api("n1");
        var id = await Customer(api);

        foreach (var name in new[] { @"C:\合同\CON.pdf", new string('长', 300) + ".pdf", "a%00b.pdf", "<img src=x onerror=alert(1)>.pdf", " . 空格.pdf" })
        {
            using var answer = await Send(api, id, name, [.. Pdf, .. Encoding.UTF8.GetBytes(name)]);
            Assert.True(answer.StatusCode == HttpStatusCode.Created, name + await answer.Content.ReadAsStringAsync(Ct));
        }

        var names = await app.In(System, db => db.Set<Attachment>().OrderBy(a => a.Id).Select(a => a.FileName).ToListAsync(Ct));
        Assert.Equal("CON.pdf", names[0]);
        Assert.Equal(200, names[1].Length);
        Assert.EndsWith(".pdf", names[1], StringComparison.Ordinal);
        using var pages = await app.SignedIn("n1");
        Assert.DoesNotContain("<img src=x", await pages.GetStringAsync($"/customers/{id}/attachments", Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_is_reached_only_through_its_own_customer_and_comes_back_from_the_bin(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var south = await app.Api("s1");
        using var north = await app.Api("n1");
        var hidden = await Customer(south, "南方机密");
        var own = await Customer(north, "北方公司");
        using var made = await Send(south, hidden, "机密.pdf", Pdf);
        var file = (await made.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();

        foreach (var path in new[] { $"/api/v1/customers/{hidden}/attachments/{file}", $"/api/v1/customers/{own}/attachments/{file}" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await north.GetAsync($"{path}/content", Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await north.DeleteAsync(path, Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await north.PostAsync($"{path}/restore", null, Ct)).StatusCode);
        }

        using var refused = await Send(north, hidden, "a.pdf", Pdf);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        (await south.DeleteAsync($"/api/v1/customers/{hidden}/attachments/{file}", Ct)).EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.NotFound, (await south.GetAsync($"/api/v1/customers/{hidden}/attachments/{file}/content", Ct)).StatusCode);
        (await south.PostAsync($"/api/v1/customers/{hidden}/attachments/{file}/restore", null, Ct)).EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.OK, (await south.GetAsync($"/api/v1/customers/{hidden}/attachments/{file}/content", Ct)).StatusCode);
    }
}
