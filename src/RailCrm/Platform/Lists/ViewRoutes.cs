using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using RailCrm.Kernel;
using RailCrm.Platform.Http;

namespace RailCrm.Platform.Lists;

/// <summary>The saved views of a list in the API.</summary>
internal static class ViewRoutes
{
    private const string Shown = """{ "key": "42", "name": "北方大客户", "address": "?tier=large&sort=-revenue", "own": true, "shared": true, "unit": "N", "isSystem": false, "pinned": true, "isDefault": false, "version": 1 }""";

    /// <summary>A view that the actor may choose.</summary>
    /// <param name="Key">As <c>view=</c> takes it.</param>
    /// <param name="Name">What it is called.</param>
    /// <param name="Address">What it asks for, as the address of the list's page.</param>
    /// <param name="Own">Whether the actor may change it.</param>
    /// <param name="Shared">Whether others see it too.</param>
    /// <param name="Unit">The unit it is shared with, by its code; null where it is not shared.</param>
    /// <param name="IsSystem">Whether it comes with the list.</param>
    /// <param name="Pinned">Whether it stands above the actor's list.</param>
    /// <param name="IsDefault">Whether the actor's list opens with it.</param>
    /// <param name="Version">For <c>If-Match</c>; null where it comes with the list.</param>
    public sealed record Answer(string Key, string Name, string Address, bool Own, bool Shared, string? Unit, bool IsSystem, bool Pinned, bool IsDefault, int? Version);

    public static void MapViews(this IEndpointRouteBuilder records, string list, string permission)
    {
        var views = records.MapGroup("/views").AddEndpointFilter<ReadersFilter>().RequireAuthorization(permission);
        views.MapGet("", async (AskedView asked, SavedViews useCase, bool? lower, CancellationToken ct) => asked.Find(list) is { } of
                ? TypedResults.Ok(new Listing<Answer>([.. (lower == true ? (await useCase.Lower(of, ct)).Views : (await useCase.Of(of, ct)).Views).Select(Said)], null)) : Answers.Problem(new Refusal.NotFound()))
            .WithSummary("The views of the list that the caller may choose: those that come with it, those shared with the caller's units, the caller's own. With lower=true instead those shared with units below which the caller supervises, the newest 50; they can be read, used as view= and deleted, not pinned.").Gives<Listing<Answer>>($$"""{ "items": [ {{Shown}} ], "nextCursor": null }""");
        views.MapGet("/{view}", async (string view, AskedView asked, SavedViews useCase, HttpContext http, CancellationToken ct) => (await One(asked, useCase, list, view, ct)).Answer(v => Told(http, v)))
            .WithSummary("One of the views.").Gives<Answer>(Shown);
        views.MapPost("", (SavedViews.Input input, AskedView asked, SavedViews useCase, HttpContext http, CancellationToken ct) => Save(asked, useCase, list, null, input, http, ct))
            .WithSummary("Keeps a view as the caller's own; shared, everybody in the unit and below it sees it: the caller's own, or one below it that is named by code or name. A closed unit is refused, and so is a name that several have. It is pinned from the start.")
            .Takes("""{ "name": "北方大客户", "address": "?tier=large&sort=-revenue", "share": true, "unit": "N", "isDefault": false }""").Gives<Answer>(Shown, StatusCodes.Status201Created).AddEndpointFilter<IdempotencyFilter>();
        views.MapPut("/{view}", (string view, SavedViews.Input input, AskedView asked, SavedViews useCase, HttpContext http, CancellationToken ct) => Save(asked, useCase, list, view, input, http, ct))
            .WithSummary("Changes one of the caller's own views, if it still has the version that If-Match names. A shared view without unit stays with the unit it is shared with, if that is open and still the caller's own or below it; an empty unit is the caller's own. isDefault makes it the default; false leaves that as it is.")
            .Takes("""{ "name": "北方大客户", "address": "?tier=large,medium", "share": false, "isDefault": true }""").Gives<Answer>(Shown);
        views.MapDelete("/{view}", async (string view, AskedView asked, SavedViews useCase, CancellationToken ct) =>
            asked.Find(list) is { } of && Number(view) is { } id ? (await useCase.Delete(of, id, ct)).Answer(_ => TypedResults.NoContent()) : Answers.Problem(new Refusal.NotFound()))
            .WithSummary("Takes a view away, for everybody who chose it: one of the caller's own, or one that is shared with a unit which the caller supervises.");
        foreach (var (method, on) in new[] { (HttpMethods.Put, true), (HttpMethods.Delete, false) })
        {
            views.MapMethods("/{view}/pin", [method], (string view, AskedView asked, SavedViews useCase, CancellationToken ct) => Chosen(asked, list, of => useCase.Pin(of, view, on, ct)))
                .WithSummary(on ? "Puts the view above the caller's list." : "Takes the view from above the caller's list.");
            views.MapMethods("/{view}/default", [method], (string view, AskedView asked, SavedViews useCase, CancellationToken ct) => Chosen(asked, list, of => useCase.SetDefault(of, view, on, ct)))
                .WithSummary(on ? "Opens the caller's list with the view." : "Opens the caller's list without the view again.");
        }
    }

    private static async Task<IResult> Save(AskedView asked, SavedViews useCase, string list, string? view, SavedViews.Input input, HttpContext http, CancellationToken ct)
    {
        if (asked.Find(list) is not { } of || (view is not null && Number(view) is null))
        {
            return Answers.Problem(new Refusal.NotFound());
        }

        if (!(await useCase.Save(of, view is null ? null : Number(view), Versions.Asked(http), input, ct)).TryGet(out var kept, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        return (await One(asked, useCase, list, kept.Id.ToString(CultureInfo.InvariantCulture), ct)).Answer(v =>
        {
            Versions.Tell(http, kept.Version);
            return view is null ? TypedResults.Created($"{http.Request.Path}/{v.Key}", v) : TypedResults.Ok(v);
        });
    }

    private static async Task<Result<Answer>> One(AskedView asked, SavedViews useCase, string list, string view, CancellationToken ct) =>
        asked.Find(list) is { } of && (await useCase.Of(of, view, ct)).Find(view) is { } choice ? Said(choice) : new Refusal.NotFound();

    private static async Task<IResult> Chosen(AskedView asked, string list, Func<ListOf, Task<Result<string>>> choose) =>
        asked.Find(list) is { } of ? (await choose(of)).Answer(_ => TypedResults.NoContent()) : Answers.Problem(new Refusal.NotFound());

    private static Ok<Answer> Told(HttpContext http, Answer view)
    {
        if (view.Version is { } version)
        {
            Versions.Tell(http, version);
        }

        return TypedResults.Ok(view);
    }

    private static long? Number(string view) => long.TryParse(view, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static Answer Said(SavedViews.Choice v) => new(v.Key, v.Name, v.Address, v.Own, v.Shared, v.UnitCode, v.IsSystem, v.Pinned, v.IsDefault, v.Stored?.Version);
}
