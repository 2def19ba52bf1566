using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RailCrm.Platform.Http;

/// <summary>Examples in the API's description: what is sent, and what comes back.</summary>
internal static class Examples
{
    private const string Json = "application/json";

    /// <summary>Shows what a route takes.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, string json) => route.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        Show(operation.RequestBody?.Content, json);
        return Task.CompletedTask;
    });

    /// <summary>Tells what a route answers, and shows it.</summary>
    public static RouteHandlerBuilder Gives<T>(this RouteHandlerBuilder route, string json, int status = StatusCodes.Status200OK) => route.Produces<T>(status).AddOpenApiOperationTransformer((operation, _, _) =>
    {
        Show(operation.Responses?.FirstOrDefault(r => r.Key == status.ToString(System.Globalization.CultureInfo.InvariantCulture)).Value?.Content, json);
        return Task.CompletedTask;
    });

    /// <summary>Names the words of an address as one writes them: the records that take them begin theirs with a capital.</summary>
    public static Task Words(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        foreach (var word in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(p => p.In == ParameterLocation.Query))
        {
            word.Name = JsonNamingPolicy.CamelCase.ConvertName(word.Name!);
        }

        return Task.CompletedTask;
    }

    private static void Show(IDictionary<string, OpenApiMediaType>? content, string json)
    {
        if (content?.TryGetValue(Json, out var body) == true)
        {
            body.Example = JsonNode.Parse(json);
        }
    }
}
