using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Http;

/// <summary>Plain http is for the loopback address only: anything else must have come over TLS, here or at a proxy that we trust.</summary>
internal sealed class SecureTransport(RequestDelegate next, IConfiguration configuration)
{
    private readonly bool _plainAllowed = configuration["RAILCRM_ALLOW_HTTP"] is "true" or "1";

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.IsHttps)
        {
            http.Response.Headers.StrictTransportSecurity = "max-age=31536000";
        }
        else if (!_plainAllowed && http.Connection.LocalIpAddress is { } address && !IPAddress.IsLoopback(address) && !http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            await http.Response.WriteAsync(Texts.Get("http.plain_refused"), http.RequestAborted);
            return;
        }

        await next(http);
    }

    /// <summary>Whose word on the scheme counts: proxies on this machine, and those that <c>RAILCRM_PROXIES</c> names (addresses or ranges such as 10.0.0.0/8, separated by commas).</summary>
    public static ForwardedHeadersOptions Forwarded(IConfiguration configuration)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto };
        foreach (var proxy in (configuration["RAILCRM_PROXIES"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy.Contains('/', StringComparison.Ordinal) ? proxy : $"{proxy}/{(proxy.Contains(':', StringComparison.Ordinal) ? 128 : 32)}"));
        }

        return options;
    }
}
