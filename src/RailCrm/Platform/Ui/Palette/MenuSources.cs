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
        menu.Where(m => m.Place is not MenuPlace.Create and not MenuPlace.Action && question.Actor.May(m.Permission)).OrderBy(m => m.Place).ThenBy(m => m.Order).Select(m => (m.TextKey, new PaletteHit(Texts.Get(m.TextKey), null, m.Href, m.Icon))), question));
}

/// <summary>Actions: what the create menu offers, what modules add, and the buttons of the frame.</summary>
internal sealed class ActionsSource(IEnumerable<MenuItem> menu) : IPaletteSource
{
    /// <summary>The frame's own, each a button of the top bar; without it they would need script of their own.</summary>
    private static readonly (string TextKey, string Press, string Icon)[] Frame =
    [
        ("palette.theme_light", "theme-light", "sun"), ("palette.theme_dark", "theme-dark", "moon"), ("palette.theme_auto", "theme-auto", "device-desktop"),
        ("palette.language", "language", "language"), ("palette.money_unit", "money-unit", "coin-yuan"), ("ui.keys", "keys", "keyboard"), ("ui.sign_out", "sign-out", "logout"),
    ];

    public string Kind => "action";

    public string TextKey => "palette.actions";

    public string Permission => Access.Permission.SignedIn;

    public int Order => 90;

    public Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct) => Task.FromResult(MenuMatch.Of(
        menu.Where(m => m.Place is MenuPlace.Create or MenuPlace.Action && question.Actor.May(m.Permission)).OrderBy(m => m.Order).Select(m => (m.TextKey, new PaletteHit(Texts.Get(m.TextKey), null, m.Href, m.Icon)))
            .Concat(Frame.Select(f => (f.TextKey, new PaletteHit(Texts.Get(f.TextKey), null, null, f.Icon) { Press = f.Press }))), question));
}

internal static class MenuMatch
{
    /// <summary>Those whose text in either language answers what was typed, best first.</summary>
    public static IReadOnlyList<PaletteHit> Of(IEnumerable<(string TextKey, PaletteHit Hit)> all, PaletteQuestion question) =>
    [
        .. all.Select(a => (a.Hit, Rank: Texts.Both(a.TextKey).Min(t => TextMatch.Rank(question.Text, t)))).Where(a => a.Rank is not null).OrderBy(a => a.Rank)
            .Select(a => a.Hit).DistinctBy(h => (h.Href, h.Press)).Take(question.Most),
    ];
}
