using RailCrm.Kernel;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Ui.Palette;

/// <summary>Pages and settings: what the menus lead to, in either language.</summary>
internal sealed class PagesSource(IEnumerable<MenuItem> menu) : IPaletteSource
{
    public string Kind => "page";

    public string TextKey => "palette.pages";

    public string Permission => Access.Permission.SignedIn;

    public int Order => 80;

    public Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct) => Task.FromResult(MenuMatch.Of(
        menu.Where(m => m.Place is not MenuPlace.Create and not MenuPlace.Action && m.IsFor(question.Actor)).OrderBy(m => m.Place).ThenBy(m => m.Order).Select(m => (m.TextKey, new PaletteHit(Texts.Get(m.TextKey), null, m.Href, m.Icon))), question));
}

/// <summary>Actions: what the create menu offers, what modules add, and the buttons of the frame.</summary>
internal sealed class ActionsSource(IEnumerable<MenuItem> menu) : IPaletteSource
{
    /// <summary>The frame's own, each a button of the top bar; without it they would need script of their own.</summary>
    private static readonly (string TextKey, string Press, string Icon)[] Frame =
    [
        ("palette.theme_light", "theme-light", "sun"), ("palette.theme_dark", "theme-dark", "moon"), ("palette.theme_auto", "theme-auto", "device-desktop"),
        ("palette.language", "language", "language"), ("palette.money_unit", "money-unit", "coin-yuan"), ("palette.print_page", "print", "printer"), ("ui.keys", "keys", "keyboard"), ("ui.sign_out", "sign-out", "logout"),
    ];

    public string Kind => "action";

    public string TextKey => "palette.actions";

    public string Permission => Access.Permission.SignedIn;

    public int Order => 90;

    public Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct) => Task.FromResult(MenuMatch.Of(
        menu.Where(m => m.Place is MenuPlace.Create or MenuPlace.Action && m.IsFor(question.Actor)).OrderBy(m => m.Order).Select(m => (m.TextKey, new PaletteHit(Texts.Get(m.TextKey), null, m.Href, m.Icon)))
            .Concat(Frame.Select(f => (f.TextKey, new PaletteHit(Texts.Get(f.TextKey), null, null, f.Icon) { Press = f.Press }))), question));
}

internal static class MenuMatch
{
    /// <summary>Settings alone are more than six, and a name is short to read.</summary>
    private const int More = 4;

    /// <summary>Those whose name in either language, or another word for it, answers what was typed, best first.</summary>
    public static IReadOnlyList<PaletteHit> Of(IEnumerable<(string TextKey, PaletteHit Hit)> all, PaletteQuestion question) =>
    [
        .. all.Select(a => (a.Hit, Rank: Rank(question.Text, a.TextKey))).Where(a => a.Rank is not null).OrderBy(a => a.Rank)
            .Select(a => a.Hit).DistinctBy(h => (h.Href, h.Press)).Take(question.Most + More),
    ];

    /// <summary>Other words for what a text names stand under <c>words.</c> and its key, apart by commas; they rank behind every name.</summary>
    private static int? Rank(string typed, string textKey) => Texts.Both(textKey).Min(t => TextMatch.Rank(typed, t))
        ?? TextMatch.Has + 1 + Texts.Both($"words.{textKey}").SelectMany(w => w.Split(',').Append(w.Replace(',', ' '))).Min(w => TextMatch.Rank(typed, w));
}
