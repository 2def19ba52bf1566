using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>One line of a look-up.</summary>
/// <param name="Id">Its key, by which it is remembered; 0 where it is not.</param>
/// <param name="Value">What the field takes.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Hint">What tells it from its namesakes.</param>
internal sealed record LookupItem(long Id, string? Value, string? Label, string? Hint);

/// <summary>What a look-up answers: what was found, or what the person chose last where nothing is typed yet; and the form that makes what is missing.</summary>
internal static class LookupAnswer
{
    /// <summary>What was chosen before is shown so far.</summary>
    public const int MostRecent = 8;

    /// <summary>Longest name of a look-up.</summary>
    private const int LongestName = 20;

    /// <summary>Nothing.</summary>
    public static IResult None => Of([]);

    /// <summary>What was found.</summary>
    /// <param name="items">Best first.</param>
    /// <param name="create">What makes one that is missing, and where; null where the person may not.</param>
    public static IResult Of(IEnumerable<LookupItem> items, (string Text, string Href)? create = null) =>
        TypedResults.Ok(new { items, title = (string?)null, create = create is var (label, href) ? new { label, href } : null });

    /// <summary>What was chosen before, latest first.</summary>
    /// <param name="ids">The keys in that order.</param>
    /// <param name="items">Those of them that the person still sees, in any order; or all there are, where those are few.</param>
    /// <param name="first">Of the latter so many are shown where none was chosen yet.</param>
    public static IResult Recent(IReadOnlyList<long> ids, IEnumerable<LookupItem> items, int first = 0)
    {
        var all = items.ToList();
        var seen = all.ToDictionary(i => i.Id);
        var recent = ids.Where(seen.ContainsKey).Select(id => seen[id]).Take(MostRecent).ToList();
        return recent.Count == 0 ? Of(all.Take(first)) : TypedResults.Ok(new { items = recent, title = Texts.Get("ui.lookup_recent"), create = (object?)null });
    }

    /// <param name="app">Remembers what was taken from a look-up. A key that the person does not see is never told again: each look-up reads what it shows within the scope.</param>
    public static void MapLookups(this IEndpointRouteBuilder app) =>
        app.MapPost("/lookups/chosen", Chosen).WithMetadata(new RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();

    private static IResult Chosen([FromForm] string? of, [FromForm] long? id, CrmDb db, OpenedRecords opened)
    {
        if (of is not { Length: > 0 and <= LongestName } || !of.All(char.IsAsciiLetterLower) || id is not > 0)
        {
            return TypedResults.BadRequest();
        }

        opened.Chosen(db.Actor.UserId, of, id.Value);
        return TypedResults.NoContent();
    }
}
