using System.Text;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Ui.Palette;

/// <summary>Finds records, pages and actions by what was typed; with nothing typed, what the person opened last.</summary>
internal sealed class AskPalette(CrmDb db, IEnumerable<IPaletteSource> sources, IEnumerable<PaletteOffer> offers, OpenedRecords opened, Records.KeepMarks marks)
{
    /// <summary>Longer than any name that people type; the rest is left out.</summary>
    public const int LongestText = 100;

    private const int MostOfAKind = 6;
    private const int MostRecent = 8;

    /// <summary>One character is no name yet.</summary>
    private const int FewestOfOffer = 2;

    /// <summary>The hits of one source.</summary>
    /// <param name="Kind">Which.</param>
    /// <param name="Title">Its heading.</param>
    /// <param name="All">The list of all its hits; null where there is none.</param>
    /// <param name="Hits">Best first.</param>
    public sealed record Group(string Kind, string Title, string? All, IReadOnlyList<PaletteHit> Hits);

    /// <summary>What may be made of a text.</summary>
    public sealed record Offer(string Title, string Href);

    /// <param name="Groups">Those that have hits; what is only nearly right comes last.</param>
    /// <param name="Offers">Where nothing was found, what to make of the text.</param>
    public sealed record Answer(IReadOnlyList<Group> Groups, IReadOnlyList<Offer> Offers);

    /// <param name="typed">What was typed.</param>
    /// <param name="most">Hits of a kind; a page shows more than the palette.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Answer> Run(string? typed, CancellationToken ct, int most = MostOfAKind)
    {
        var text = Text(typed);
        var mine = sources.Where(s => db.Actor.May(s.Permission)).OrderBy(s => s.Order).ToList();
        var recent = await opened.Of(db, ct);
        if (text.Length == 0)
        {
            return new([.. await marks.InPalette(ct), .. await Recent(mine, recent, ct)], []);
        }

        var groups = new List<Group>();
        foreach (var source in mine)
        {
            // One after another: a context serves one at a time.
            var hits = await source.Find(new(db, db.Actor, text, most, [.. recent.Where(r => r.Kind == source.Kind).Select(r => r.RecordId)]), ct);
            if (hits.Count > 0)
            {
                groups.Add(new(source.Kind, Texts.Get(source.TextKey), source.AllAt(text), hits));
            }
        }

        return new([.. groups.OrderBy(g => g.Hits.All(h => h.Near))],
            text.Length < FewestOfOffer || groups.Exists(g => g.Hits.Any(h => !h.Near)) ? [] : [.. offers.Where(o => db.Actor.May(o.Permission)).Select(o => new Offer(Texts.Get(o.TextKey, text), o.Href(text)))]);
    }

    private async Task<IReadOnlyList<Group>> Recent(IReadOnlyList<IPaletteSource> mine, IReadOnlyList<OpenedRecord> recent, CancellationToken ct)
    {
        var latest = recent.Where(r => mine.Any(s => s.Kind == r.Kind)).Take(MostRecent * 2).ToList(); // Some may have gone.
        var hits = new Dictionary<(string, long), PaletteHit>();
        foreach (var source in mine)
        {
            if (latest.Where(r => r.Kind == source.Kind).Select(r => r.RecordId).ToList() is { Count: > 0 } ids)
            {
                foreach (var hit in await source.Recall(db, ids, ct))
                {
                    hits[(source.Kind, hit.Id)] = hit;
                }
            }
        }

        var shown = latest.Select(r => hits.GetValueOrDefault((r.Kind, r.RecordId))).OfType<PaletteHit>().Take(MostRecent).ToList();
        return shown.Count == 0 ? [] : [new("recent", Texts.Get("palette.recent"), null, shown)];
    }

    /// <summary>Half-width, without outer spaces and what no store keeps.</summary>
    internal static string Text(string? typed)
    {
        if (string.IsNullOrWhiteSpace(typed) || !PlainText.IsStorable(typed))
        {
            return "";
        }

        var text = typed.Normalize(NormalizationForm.FormKC).Trim();
        return text.Length <= LongestText ? text : string.Concat(text.EnumerateRunes().Take(LongestText / 2)); // A character outside the basic plane is not cut in two.
    }

    public static async Task<IResult> Get(string? q, AskPalette useCase, CancellationToken ct) => TypedResults.Ok(await useCase.Run(q, ct));
}
