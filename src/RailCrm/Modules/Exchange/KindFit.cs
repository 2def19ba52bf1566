using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

/// <summary>How well the columns of a file fit what it may hold.</summary>
/// <param name="Kind">Name of the <see cref="ImportKind"/>.</param>
/// <param name="Matched">Fields that a column speaks of.</param>
/// <param name="Missing">Required fields that none speaks of.</param>
internal sealed record KindFit(string Kind, int Matched, int Missing)
{
    /// <summary>Said in place of a kind: the one that fits best.</summary>
    public const string Recognise = "auto";

    private int Worth => Matched - Missing;

    /// <summary>Every kind that the actor may import, the best first; of equals the first in the order of all.</summary>
    public static IReadOnlyList<KindFit> Of(TableFile file, CustomFields fields, Actor actor) =>
    [
        .. ImportKind.All.Where(k => actor.May(k.Permission)).Select(k => ImportKind.Of(k.Name, fields, actor)!).Select(kind =>
        {
            var guessed = FieldMap.Guess(kind, file.As(kind).Headers);
            return new KindFit(kind.Name, guessed.Count, kind.Fields.Count(f => f.Required && !guessed.ContainsKey(f.Name)));
        }).OrderByDescending(f => f.Worth).ThenByDescending(f => f.Matched),
    ];

    /// <summary>The kind that fits far better than the one chosen; null where none does.</summary>
    public static KindFit? Better(IReadOnlyList<KindFit> fits, string chosen) =>
        fits is [var best, ..] && fits.FirstOrDefault(f => f.Kind == chosen) is { } mine && best.Kind != chosen && best.Worth > mine.Worth
        && (best.Matched >= 2 * mine.Matched || (best.Missing == 0 && mine.Missing > 0)) ? best : null;
}
