using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>Writes to the audit trail that somebody asked for what is not theirs: a record outside the scope (it looks absent) or a route the role does not allow.</summary>
/// <remarks>At most one event a minute for a person and route, so that whoever tries a million numbers does not write a million rows.</remarks>
internal sealed class DeniedAttempts(RequestDelegate next, Allowance allowance, IServiceScopeFactory scopes)
{
    /// <summary>Set by the handler of permissions, because a page's refusal becomes a redirect.</summary>
    public const string Item = "railcrm-denied";

    public async Task InvokeAsync(HttpContext http, CurrentActor current)
    {
        await next(http);
        var actor = current.Actor;
        var status = http.Items.ContainsKey(Item) ? StatusCodes.Status403Forbidden : http.Response.StatusCode;
        if (!actor.IsKnown || http.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } pattern } || !IsDenied(status, pattern)
            || !allowance.Take($"denied:{actor.UserId}:{http.Request.Method}:{pattern}", 1, TimeSpan.FromMinutes(1)))
        {
            return;
        }

        var id = long.TryParse(http.Request.RouteValues.GetValueOrDefault("id")?.ToString(), CultureInfo.InvariantCulture, out var known) ? known : 0;
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        db.Add(new AuditEntry(actor, db.UtcNow, "denied", $"{http.Request.Method} /{pattern.TrimStart('/')}", id, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Status"] = [null, status] })));
        await db.SaveChangesAsync(CancellationToken.None);
    }

    private static bool IsDenied(int status, string pattern) =>
        status == StatusCodes.Status403Forbidden || (status == StatusCodes.Status404NotFound && pattern.Contains("{id", StringComparison.OrdinalIgnoreCase));
}
