using Microsoft.AspNetCore.Authentication.Cookies;

namespace RailCrm.Platform.Http;

/// <summary>The headers every response carries, errors included.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Scalar's page brings its own inline style and script; it shows the API's description and nothing of the group's.</summary>
    private const string ScalarPolicy =
        "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        http.Response.OnStarting(() =>
        {
            var headers = http.Response.Headers;
            // An answer that set a stricter policy of its own keeps it: a user's file is sandboxed.
            headers.ContentSecurityPolicy = headers.ContentSecurityPolicy.Count > 0 ? headers.ContentSecurityPolicy : http.Request.Path.StartsWithSegments("/api/docs", StringComparison.Ordinal) ? ScalarPolicy : Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            if ((http.User.Identity?.IsAuthenticated == true || http.Request.Headers.Authorization.Count > 0) && !headers.ContainsKey("Cache-Control"))
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        });
        return next(http);
    }
}

/// <summary>Cookies are named <c>__Host-…</c> over https, where the prefix holds; plain http has no such thing.</summary>
internal sealed class HostPrefixedCookies : ICookieManager
{
    private readonly ChunkingCookieManager _inner = new();

    public string? GetRequestCookie(HttpContext context, string key) => _inner.GetRequestCookie(context, Name(context, key));
    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) => _inner.AppendResponseCookie(context, Name(context, key), value, options);
    public void DeleteCookie(HttpContext context, string key, CookieOptions options) => _inner.DeleteCookie(context, Name(context, key), options);

    private static string Name(HttpContext context, string key) => context.Request.IsHttps ? $"__Host-{key}" : key;
}

/// <summary>The API takes a bearer token, or the session cookie from our own pages only: a request another site made is refused.</summary>
internal sealed class ApiCsrfFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var foreign = !HttpMethods.IsGet(request.Method)
            && !request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal)
            && request.Headers["Sec-Fetch-Site"].ToString() != "same-origin";
        return foreign ? new(Answers.Problem(new Kernel.Refusal.Forbidden("common.foreign_request"))) : next(context);
    }
}
