using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Http;

/// <summary>A refusal becomes an HTTP answer here and nowhere else.</summary>
public static class Answers
{
    /// <summary>The value as <paramref name="ok"/> makes it, or the refusal as problem details with field errors.</summary>
    public static IResult Answer<T>(this Result<T> result, Func<T, IResult> ok)
    {
        ArgumentNullException.ThrowIfNull(ok);
        return result.TryGet(out var value, out var refusal) ? ok(value) : Problem(refusal);
    }

    /// <summary>Problem details of a refusal, in the language of the request.</summary>
    public static IResult Problem(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        var (status, errors) = refusal switch
        {
            Refusal.NotFound => (StatusCodes.Status404NotFound, null),
            Refusal.Invalid invalid => (StatusCodes.Status400BadRequest, new Dictionary<string, string[]> { [Camel(invalid.Field)] = [Texts.Get(invalid.Code, invalid.Args)] }),
            Refusal.InvalidMany many => (StatusCodes.Status400BadRequest, many.Errors.GroupBy(e => Camel(e.Field)).ToDictionary(g => g.Key, g => g.Select(e => Texts.Get(e.Code, e.Args)).ToArray())),
            Refusal.Stale => (StatusCodes.Status412PreconditionFailed, null),
            Refusal.Forbidden => (StatusCodes.Status403Forbidden, null),
            Refusal.NeedsConfirmation or Refusal.Conflict => (StatusCodes.Status409Conflict, null),
            _ => throw new InvalidOperationException($"No HTTP status for {refusal.GetType().Name}."),
        };
        var extensions = new Dictionary<string, object?> { ["code"] = refusal.Code };
        if (errors is not null)
        {
            extensions["errors"] = errors;
        }

        if (refusal is Refusal.NeedsConfirmation confirmation)
        {
            extensions["confirmation"] = confirmation.Detail;
        }

        return TypedResults.Problem(Texts.Get(refusal.Code, refusal.Args), statusCode: status, type: $"urn:railcrm:{refusal.Code}", extensions: extensions);
    }

    /// <summary>As JSON names it: <c>Shareholders[0].Name</c> is <c>shareholders[0].name</c>.</summary>
    private static string Camel(string field) => string.Join('.', field.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));

    /// <summary>Strict JSON: no duplicate keys, no unknown members, no numbers as strings, depth 32.</summary>
    public static void UseStrictJson(JsonSerializerOptions json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.AllowDuplicateProperties = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.MaxDepth = 32;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        json.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All);
    }
}

/// <summary>One page of a list that is walked by cursor: the items and where the next page begins, null at the end.</summary>
public sealed record Listing<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>Where the page before begins, for lists that go both ways; left out at the start.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PreviousCursor { get; init; }
}
