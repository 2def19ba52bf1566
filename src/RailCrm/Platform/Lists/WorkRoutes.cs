using RailCrm.Platform.Http;

namespace RailCrm.Platform.Lists;

/// <summary>Work on many rows of a list in the API.</summary>
internal static class WorkRoutes
{
    private const string Shown = """
        { "id": 815, "act": "tag", "name": "添加标签", "field": null, "value": "重点", "undoOf": null, "state": "running", "rowsDone": 500, "rowsTotal": 12000, "rowsRefused": 1, "counts": { "done": 480, "same": 19, "refused": 1 },
          "canUndo": false, "undoneBy": null, "createdAt": "2026-04-01T01:00:00Z", "finishedAt": null }
        """;

    private const string RowsShown = """{ "items": [ { "id": 7, "name": "甲公司", "outcome": "refused", "code": "list.changed_since", "reason": "之后被修改", "before": null } ], "nextCursor": "7" }""";

    public static void MapWorks(this IEndpointRouteBuilder records, string list, string permission, string shown = """{ "act": "tag", "value": "重点", "all": true, "filter": "tier=large;region=320000" }""")
    {
        var works = records.MapGroup("/works").AddEndpointFilter<ReadersFilter>().RequireAuthorization(permission);
        works.MapPost("", async (OrderWork.Input input, OrderWork useCase, HttpContext http, CancellationToken ct) => (await useCase.Start(list, input, ct)).Answer(w => TypedResults.Accepted($"{http.Request.Path}/{w.Id}", w)))
            .WithSummary("Does one thing to many rows, as a job: those named in ids, or with all those that q, filter and view leave; one of them that narrows nothing is refused. The work's own permission is asked too.")
            .Takes(shown).Gives<OrderWork.Answer>(Shown, StatusCodes.Status202Accepted).AddEndpointFilter<IdempotencyFilter>();
        works.MapGet("", async (OrderWork useCase, CancellationToken ct) => (await useCase.Mine(list, ct)).Answer(TypedResults.Ok))
            .WithSummary("What the caller ordered lately, the latest first; here done counts the rows that were the same too, a work's own address tells them apart.").Gives<Listing<OrderWork.Answer>>($$"""{ "items": [ {{Shown}} ], "nextCursor": null }""");
        works.MapGet("/{job:long}", async (long job, OrderWork useCase, CancellationToken ct) => (await useCase.Get(list, job, ct)).Answer(TypedResults.Ok))
            .WithSummary("How far a work of the caller's is.").Gives<OrderWork.Answer>(Shown);
        works.MapGet("/{job:long}/rows", async (long job, OrderWork useCase, CancellationToken ct, string? outcome = null, string? cursor = null, int limit = 50) => (await useCase.Rows(list, job, outcome, cursor, limit, ct)).Answer(TypedResults.Ok))
            .WithSummary("How each row came out: all, or those that are done, same or refused.").Gives<Listing<OrderWork.Row>>(RowsShown);
        works.MapPost("/{job:long}/undo", async (long job, OrderWork useCase, HttpContext http, CancellationToken ct) => (await useCase.Undo(list, job, ct)).Answer(w => TypedResults.Accepted($"{http.Request.PathBase}{http.Request.Path.Value![..^$"{job}/undo".Length]}{w.Id}", w)))
            .WithSummary("Takes a work back as a job of its own; rows that somebody changed since stay. For 30 days.").Gives<OrderWork.Answer>(Shown, StatusCodes.Status202Accepted).AddEndpointFilter<IdempotencyFilter>();
    }
}
