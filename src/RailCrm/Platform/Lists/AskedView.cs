using Microsoft.AspNetCore.WebUtilities;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>What a request of the API asks of a list: its own words, and with <c>view</c> those of a saved view, which they narrow further.</summary>
internal sealed class AskedView(CrmDb db, SavedViews views, IEnumerable<ListOf> lists)
{
    /// <summary>A list that the actor may see.</summary>
    public ListOf? Find(string key) => lists.FirstOrDefault(l => l.Key == key && db.Actor.May(l.Permission));

    /// <summary>The view, or which word of the request is wrong. Two filters both hold; anything else that is said twice is as the request says.</summary>
    public async Task<Result<View>> Read(ListOf list, IEnumerable<KeyValuePair<string, string?>> said, CancellationToken ct)
    {
        var words = said.Where(p => !string.IsNullOrWhiteSpace(p.Value)).GroupBy(p => p.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.OrdinalIgnoreCase);
        if (words.Remove("view", out var key))
        {
            if ((await views.Of(list, ct)).Find(key) is not { } kept)
            {
                return new Refusal.InvalidMany([new("view", "list.view_unknown", key)]);
            }

            foreach (var (name, value) in QueryHelpers.ParseQuery(kept.Address))
            {
                var own = words.GetValueOrDefault(name);
                words[name] = own is null ? value.ToString() : name == "filter" ? $"{value};{own}" : own;
            }
        }

        return View.TryRead(list, words, out var view) ? view with { Base = null } : new Refusal.InvalidMany([new("filter", "list.filter_wrong")]);
    }
}
