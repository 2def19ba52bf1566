using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Http;

/// <summary>What went wrong below us, as a status and a sentence: a full disk, a database that is away, a request that nobody can read.</summary>
internal static class Faults
{
    private const int SqliteFull = 13;

    /// <summary>HTTP status and text key of an exception; 500 where it is a mistake of ours.</summary>
    public static (int Status, string Code) Of(Exception? exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (StatusCodes.Status413PayloadTooLarge, "http.too_large"),
        BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == StatusCodes.Status415UnsupportedMediaType ? "http.media_type" : "http.unreadable"),
        AntiforgeryValidationException => (StatusCodes.Status400BadRequest, "http.form_expired"),
        SqliteException { SqliteErrorCode: SqliteFull } or PostgresException { SqlState: PostgresErrorCodes.DiskFull } => (StatusCodes.Status507InsufficientStorage, "http.disk_full"),
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections } => (StatusCodes.Status503ServiceUnavailable, "http.database_away"),
        NpgsqlException and not PostgresException => (StatusCodes.Status503ServiceUnavailable, "http.database_away"),
        { InnerException: { } inner } => Of(inner),
        _ => (StatusCodes.Status500InternalServerError, "ui.error_text"),
    };

    /// <summary>The field a JSON body went wrong at, such as <c>items[3].date</c>; null where it is no JSON at all.</summary>
    public static string? Field(Exception? exception) =>
        exception is JsonException { Path: ['$', '.', .. var path] } ? path : exception?.InnerException is { } inner ? Field(inner) : null;
}

/// <summary>Answers the API's faults as problem details; pages show theirs by themselves.</summary>
internal sealed class ApiFaults : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var (status, code) = Faults.Of(exception);
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = "5";
        }

        if (!httpContext.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            return false;
        }

        var extensions = new Dictionary<string, object?> { ["code"] = code, ["traceId"] = httpContext.TraceIdentifier };
        if (Faults.Field(exception) is { } field)
        {
            extensions["errors"] = new Dictionary<string, string[]> { [field] = [Texts.Get("http.json_field")] };
        }

        await TypedResults.Problem(Texts.Get(code, httpContext.TraceIdentifier), statusCode: status, type: $"urn:railcrm:{code}", extensions: extensions).ExecuteAsync(httpContext);
        return true;
    }
}
