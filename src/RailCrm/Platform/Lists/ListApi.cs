using RailCrm.Platform.Http;

namespace RailCrm.Platform.Lists;

/// <summary>What the API tells and does of a list beside its rows, by the same use cases as its page and the same way for every entity.</summary>
internal static class ListApi
{
    private const string GroupsShown = """
        { "by": "tier", "name": "客户分类", "sums": [ { "key": "revenue", "name": "近12个月收入", "unit": "fen" } ],
          "groups": [ { "value": "large", "text": "大客户", "filter": "tier=large", "count": 12, "sums": { "revenue": 1234567800 }, "others": 0 } ], "total": { "count": 12, "sums": { "revenue": 1234567800 } } }
        """;

    private const string DependantsShown = """{ "items": [ { "kind": "contact.title", "name": "联系人", "count": 3 } ], "nextCursor": null }""";

    /// <summary>Groups, saved views and work on many, below the records of a list.</summary>
    /// <param name="records">The group of routes, such as <c>/customers</c>.</param>
    /// <param name="list">The list, by its key.</param>
    /// <param name="permission">Who may see it.</param>
    public static void MapListApi(this IEndpointRouteBuilder records, string list, string permission)
    {
        records.MapGet("/groups", async ([AsParameters] GroupRows.Query query, GroupRows useCase, HttpContext http, CancellationToken ct) =>
                (await useCase.Run(list, query, http.Request.Query.Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), ct)).Answer(TypedResults.Ok))
            .WithSummary("The rows of a view by the values of a field: how many, and what they add up to; money in fen, weights in kg.").Gives<GroupRows.Answer>(GroupsShown).RequireAuthorization(permission);
        records.MapViews(list, permission);
        records.MapWorks(list, permission);
    }

    /// <summary>What hangs on a record, in the list or in its bin; the record's key is the last value of the address.</summary>
    public static void MapDependants(this IEndpointRouteBuilder records, string list, string bin, string permission)
    {
        const string Said = "What hangs on the record: told before it goes into the bin, and while it lies there. Counting stops behind 10,000.";
        if (list == "contacts")
        {
            records.MapGet("/{contactId:long}/dependants", (long id, long contactId, Dependants useCase, CancellationToken ct) => Told(useCase, list, bin, contactId, id, ct)).WithSummary(Said).Gives<Listing<Dependants.Item>>(DependantsShown).RequireAuthorization(permission);
            return;
        }

        records.MapGet("/{id:long}/dependants", (long id, Dependants useCase, CancellationToken ct) => Told(useCase, list, bin, id, null, ct)).WithSummary(Said).Gives<Listing<Dependants.Item>>(DependantsShown).RequireAuthorization(permission);
    }

    private static async Task<IResult> Told(Dependants useCase, string list, string bin, long id, long? customer, CancellationToken ct) => (await useCase.Run(list, bin, id, customer, ct)).Answer(TypedResults.Ok);
}
