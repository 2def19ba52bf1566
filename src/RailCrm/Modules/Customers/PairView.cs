using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Customers;

/// <summary>What a page of likely pairs shows, as its address says it.</summary>
/// <param name="Path">The page.</param>
/// <param name="Dismissed">Those called two.</param>
/// <param name="AskedUnit">A unit, as it was asked.</param>
/// <param name="AskedLeast">The least likeness, as it was asked.</param>
/// <param name="Reason">A reason.</param>
/// <param name="Cursor">Where the page begins.</param>
public sealed record PairView(string Path, bool Dismissed, string? AskedUnit, string? AskedLeast, string? Reason, string? Cursor)
{
    /// <summary>The steps of likeness that are offered where none less than this is stored: all the points there are, so that none stored falls between them.</summary>
    public static IEnumerable<int> Steps(int stored) => Enumerable.Range(0, 100).Select(i => stored + (5 * (i + 1))).TakeWhile(s => s <= 100);

    /// <summary>The unit asked for.</summary>
    public long? Unit => long.TryParse(AskedUnit, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>The least likeness asked for.</summary>
    public int? Least => int.TryParse(AskedLeast, NumberStyles.None, CultureInfo.InvariantCulture, out var score) ? score : null;

    /// <summary>Whether it is narrowed.</summary>
    public bool IsFiltered => Unit is not null || Least is not null || !string.IsNullOrEmpty(Reason);

    /// <summary>What is asked of the list.</summary>
    public PairQuery Query => new(Dismissed, Cursor, Unit: Unit, Least: Least, Reason: string.IsNullOrEmpty(Reason) ? null : Reason);

    /// <summary>The address of the same view; without one of its filters, or any.</summary>
    public string At(string? without = null, bool? dismissed = null, string? cursor = null, bool clear = false) => QueryHelpers.AddQueryString(Path, new Dictionary<string, string?>
    {
        ["dismissed"] = dismissed ?? Dismissed ? "true" : null, ["unit"] = Unit?.ToString(CultureInfo.InvariantCulture), ["least"] = Least?.ToString(CultureInfo.InvariantCulture), ["reason"] = Reason, ["cursor"] = cursor,
    }.Where(p => !string.IsNullOrEmpty(p.Value) && p.Key != without && !(clear && p.Key != "dismissed")));

    /// <summary>The filters that hold.</summary>
    /// <param name="units">The units that can be chosen.</param>
    /// <param name="reasons">The reasons there are, with what each is called.</param>
    public IReadOnlyList<FilterBar.Chip> Chips(ListUnits.Choice units, IReadOnlyList<(string Code, string Text)> reasons) =>
    [
        .. Unit is null ? Array.Empty<FilterBar.Chip>() : [new(Texts.Get("duplicates.unit"), units.NameOf(Unit), At("unit"))],
        .. Least is not { } least ? Array.Empty<FilterBar.Chip>() : [new(Texts.Get("duplicates.least"), Texts.Get("duplicates.at_least", least), At("least"))],
        .. string.IsNullOrEmpty(Reason) ? Array.Empty<FilterBar.Chip>() : [new(Texts.Get("duplicates.why"), reasons.FirstOrDefault(r => r.Code == Reason).Text ?? Reason, At("reason"))],
    ];

    /// <summary>What speaks for two customers being one, or against it.</summary>
    public static IReadOnlyList<(string Code, string Text)> OfCustomers => [.. DuplicateScore.Weights.Keys.Select(r => (r, Texts.Get($"duplicates.reason_{r}")))];

    /// <summary>What speaks for two contacts being one, or against it.</summary>
    public static IReadOnlyList<(string Code, string Text)> OfContacts => [.. ContactScore.Weights.Keys.Select(r => (r, Texts.Get($"duplicates.contact_{r}")))];

    /// <summary>Says of a pair what a button asks for, and leaves a notice that takes it back.</summary>
    /// <param name="http">The request.</param>
    /// <param name="once">Makes it happen once.</param>
    /// <param name="judge">The list's word on a pair.</param>
    /// <param name="asked">The pair and what it is said to be: two, or open.</param>
    /// <param name="why">Why it is two.</param>
    /// <param name="known">Why it was two until now; given back along with the word.</param>
    /// <param name="two">What is told of a pair that is two.</param>
    public async Task Judge(HttpContext http, FormOnce once, Func<long, bool, string?, CancellationToken, Task<Result<bool>>> judge, string? asked, string? why, Func<long, string?> known, string two)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(once);
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(known);
        var (back, ct) = (At(cursor: Cursor), http.RequestAborted);
        Refusal? refusal = new Refusal.NotFound();
        if (asked?.Split(':') is [var key, var what] && long.TryParse(key, CultureInfo.InvariantCulture, out var pair))
        {
            var (isTwo, reason) = (what == "two", known(pair));
            if ((await once.Run(http, async () => (await judge(pair, isTwo, why, ct)).TryGet(out _, out var refused) ? back : refused)).TryGet(out _, out refusal))
            {
                var undo = new Dictionary<string, string> { ["_handler"] = "judge", ["Judge"] = $"{key}:{(isTwo ? "open" : "two")}" };
                undo = isTwo || reason is null ? undo : new(undo) { ["Why"] = reason };
                new Notice(isTwo ? two : Texts.Get("duplicates.done_reopened"), Undo: new(back, undo)).Leave(http);
            }
        }

        if (refusal is not null)
        {
            new Notice(Texts.Get(refusal.Code, refusal.Args), IsError: true).Leave(http);
        }
    }
}
