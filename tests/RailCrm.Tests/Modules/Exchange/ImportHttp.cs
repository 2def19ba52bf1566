using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Imports as another system starts them: over HTTP.</summary>
internal static class ImportHttp
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Loads a file and waits for its end.</summary>
    public static async Task<JsonElement> Loaded(HttpClient api, string kind, byte[] file, string name = "file.csv", string? mapping = null, bool create = false)
    {
        return await Ended(api, await Started(api, kind, file, name, mapping, create));
    }

    /// <summary>Waits for the end of an import.</summary>
    public static async Task<JsonElement> Ended(HttpClient api, long id)
    {
        for (var i = 0; i < 6_000; i++)
        {
            var now = await api.GetFromJsonAsync<JsonElement>($"/api/v1/imports/{id}", Ct);
            if (now.GetProperty("state").GetString() is not ("queued" or "running"))
            {
                return now;
            }

            await Task.Delay(50, Ct);
        }

        throw new TimeoutException("The import did not end within five minutes.");
    }

    /// <summary>Sends a file; the import to ask after.</summary>
    public static async Task<long> Started(HttpClient api, string kind, byte[] file, string name = "file.csv", string? mapping = null, bool create = false)
    {
        using var answer = await Post(api, kind, file, name, mapping, create);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
    }

    /// <summary>Sends a file.</summary>
    public static async Task<HttpResponseMessage> Post(HttpClient api, string kind, byte[] file, string name = "file.csv", string? mapping = null, bool create = false)
    {
        using var form = new MultipartFormDataContent { { new StringContent(kind), "kind" }, { new ByteArrayContent(file), "file", name }, { new StringContent(create ? "true" : "false"), "createCustomers" } };
        if (mapping is not null)
        {
            form.Add(new StringContent(mapping), "mapping");
        }

        return await api.PostAsync("/api/v1/imports", form, Ct);
    }

    /// <summary>A count of the answer.</summary>
    public static long Number(JsonElement import, string name) => import.GetProperty(name).GetInt64();

    /// <summary>Bytes of a text.</summary>
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Sends a file as it is named, once for a key.</summary>
    public static async Task<HttpResponseMessage> Sent(HttpClient api, byte[] file, string name, string? key = null, string? mapping = null, string kind = "waybills")
    {
        using var form = new MultipartFormDataContent { { new StringContent(kind), "kind" }, { new StringContent("true"), "createCustomers" } };
        var part = new ByteArrayContent(file);
        part.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename=\"{name}\"");
        form.Add(part);
        if (mapping is not null)
        {
            form.Add(new StringContent(mapping), "mapping");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/imports") { Content = form };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await api.SendAsync(request, Ct);
    }

    /// <summary>Waits for the end of what was sent.</summary>
    public static async Task<JsonElement> Done(HttpClient api, HttpResponseMessage started)
    {
        using (started)
        {
            Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync(Ct));
            var id = (await started.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
            return await Ended(api, id);
        }
    }

    /// <summary>What lies in the folder of uploads.</summary>
    public static string[] Files(CrmApp app) => Directory.Exists(Path.Combine(app.Home, "imports")) ? Directory.GetFiles(Path.Combine(app.Home, "imports")) : [];

    /// <summary>That a refusal left neither rows nor files.</summary>
    public static async Task NothingStayed(CrmApp app)
    {
        Assert.Equal(0, await app.In(Actor.System("test"), db => db.Set<Import>().CountAsync(Ct)));
        Assert.Equal(0, await app.In(Actor.System("test"), db => db.Set<WaybillLine>().CountAsync(Ct)));
        Assert.Empty(Files(app));
    }
}
