using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Ui.Palette;

/// <summary>What one kind of thing answers in the palette; a module registers its own in its contents page. A source lives as long as the program and keeps nothing.</summary>
public interface IPaletteSource
{
    /// <summary>Its name among the sources and with what people opened; never changes.</summary>
    string Kind { get; }

    /// <summary>The heading its hits stand under.</summary>
    string TextKey { get; }

    /// <summary>Who may ask it.</summary>
    string Permission { get; }

    /// <summary>Small comes first.</summary>
    int Order { get; }

    /// <summary>Where its records have their pages, such as <c>/customers/</c> before the number: whoever opens one finds it again first. Null where it has none.</summary>
    string? RecordsAt => null;

    /// <summary>The name of the record's key in the address of its pages.</summary>
    string RecordValue => "Id";

    /// <summary>The hits within the actor's scope, best first: at most <see cref="PaletteQuestion.Most"/>, some milliseconds at a million customers.</summary>
    Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct);

    /// <summary>The records of these ids that the actor may still see, in any order.</summary>
    Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => Task.FromResult<IReadOnlyList<PaletteHit>>([]);

    /// <summary>The list that shows every hit; null where there is none.</summary>
    string? AllAt(string text) => null;
}

/// <summary>What was typed, and by whom.</summary>
/// <param name="Db">The request's database, one question at a time.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Text">What was typed: half-width, without outer spaces, storable, never empty.</param>
/// <param name="Most">Hits wanted.</param>
/// <param name="Recent">The source's records that the person opened last, latest first: first among equals.</param>
public sealed record PaletteQuestion(CrmDb Db, Actor Actor, string Text, int Most, IReadOnlyList<long> Recent)
{
    /// <summary>The place among equal hits: what was opened last comes first.</summary>
    public int Place(long id)
    {
        for (var i = 0; i < Recent.Count; i++)
        {
            if (Recent[i] == id)
            {
                return i;
            }
        }

        return int.MaxValue;
    }
}

/// <summary>One line of the palette.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Hint">What tells it from its namesakes.</param>
/// <param name="Href">Where it leads; null for what a button of the frame does.</param>
/// <param name="Icon">One of the icons in Frontend/build.mjs.</param>
public sealed record PaletteHit(string Title, string? Hint, string? Href, string Icon)
{
    /// <summary>The record it is; 0 for what is none.</summary>
    public long Id { get; init; }

    /// <summary>Not quite what was typed.</summary>
    public bool Near { get; init; }

    /// <summary>The button of the frame that it presses: the element with this <c>data-press</c>.</summary>
    public string? Press { get; init; }
}

/// <summary>What the palette offers to make of a text that nothing was found by.</summary>
/// <param name="TextKey">What it says, with the text as {0}.</param>
/// <param name="Href">Where it leads.</param>
/// <param name="Permission">Who may.</param>
public sealed record PaletteOffer(string TextKey, Func<string, string> Href, string Permission);
