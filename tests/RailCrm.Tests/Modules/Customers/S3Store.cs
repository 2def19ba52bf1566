using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The little of S3 that attachments need, over real HTTP: put, get, head, delete, list page by page. It demands a signature (version 4, for its key), and does not compute it.</summary>
internal sealed class S3Store : IAsyncDisposable
{
    public const string Key = "AKIDTEST";

    private readonly WebApplication _app;

    private S3Store(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    public int Unsigned { get; private set; }

    public string Address => _app.Urls.First();

    public static async Task<S3Store> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var store = new S3Store(builder.Build());
        store._app.Run(store.Serve);
        await store._app.StartAsync();
        return store;
    }

    private async Task Serve(HttpContext http)
    {
        var request = http.Request;
        if (!request.Headers.Authorization.ToString().StartsWith($"AWS4-HMAC-SHA256 Credential={Key}/", StringComparison.Ordinal) || !request.Headers.ContainsKey("x-amz-content-sha256"))
        {
            Unsigned++;
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var path = request.Path.Value!;
        switch (request.Method)
        {
            case "PUT":
                using (var content = new MemoryStream())
                {
                    await request.Body.CopyToAsync(content);
                    Objects[path] = content.ToArray();
                    http.Response.Headers.ETag = Tag(Objects[path]);
                }

                break;
            case "DELETE":
                Objects.TryRemove(path, out _);
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "GET" when request.Query.ContainsKey("list-type"):
                await List(http, path.TrimEnd('/'));
                break;
            case "GET" or "HEAD" when Objects.TryGetValue(path, out var bytes):
                http.Response.ContentLength = bytes.Length;
                http.Response.Headers.ETag = Tag(bytes);
                http.Response.Headers.LastModified = "Wed, 01 Jan 2020 00:00:00 GMT";
                if (request.Method == "GET")
                {
                    await http.Response.Body.WriteAsync(bytes);
                }

                break;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                http.Response.ContentType = "application/xml";
                if (request.Method == "GET")
                {
                    await http.Response.WriteAsync("<Error><Code>NoSuchKey</Code><Message>none</Message></Error>");
                }

                break;
        }
    }

#pragma warning disable CA5351 // What S3 calls a tag; the client compares it.
    private static string Tag(byte[] bytes) => $"\"{Convert.ToHexStringLower(global::System.Security.Cryptography.MD5.HashData(bytes))}\"";
#pragma warning restore CA5351

    /// <summary>One object a page, so that the pages are walked.</summary>
    private async Task List(HttpContext http, string bucket)
    {
        var keys = Objects.Keys.Where(k => k.StartsWith(bucket + "/", StringComparison.Ordinal)).Select(k => k[(bucket.Length + 1)..]).Order(StringComparer.Ordinal).ToList();
        var from = http.Request.Query["continuation-token"].ToString();
        var page = keys.Where(k => string.CompareOrdinal(k, from) > 0).Take(1).ToList();
        var more = page.Count > 0 && page[0] != keys[^1];
        var xml = new StringBuilder("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        foreach (var key in page)
        {
            xml.Append(System.Globalization.CultureInfo.InvariantCulture, $"<Contents><Key>{key}</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified><ETag>x</ETag><Size>{Objects[$"{bucket}/{key}"].Length}</Size><StorageClass>STANDARD</StorageClass></Contents>");
        }

        xml.Append(System.Globalization.CultureInfo.InvariantCulture, $"<IsTruncated>{(more ? "true" : "false")}</IsTruncated><KeyCount>{page.Count}</KeyCount>{(more ? $"<NextContinuationToken>{page[0]}</NextContinuationToken>" : "")}</ListBucketResult>");
        http.Response.ContentType = "application/xml";
        await http.Response.WriteAsync(xml.ToString());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
