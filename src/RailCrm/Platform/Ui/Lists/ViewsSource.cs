using RailCrm.Kernel;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Platform.Ui.Lists;

/// <summary>The views of every list in the palette: those that come with it, one's own and those shared.</summary>
internal sealed class ViewsSource(IEnumerable<ListOf> lists) : IPaletteSource
{
    public string Kind => "view";

    public string TextKey => "list.views";

    public string Permission => Access.Permission.SignedIn;

    public int Order => 45;

    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct)
    {
        var hits = new List<(int Rank, PaletteHit Hit)>();
        foreach (var list in lists.Where(l => question.Actor.May(l.Permission)))
        {
            hits.AddRange((await new SavedViews(question.Db).Of(list, ct)).Views
                .Select(v => (Rank: TextMatch.Rank(question.Text, v.Name), View: v)).Where(v => v.Rank is not null)
                .Select(v => (v.Rank!.Value, new PaletteHit(v.View.Name, Texts.Get(list.TextKey), $"{list.Path}?view={v.View.Key}", "table"))));
        }

        return [.. hits.OrderBy(h => h.Rank).Select(h => h.Hit).Take(question.Most)];
    }
}
