using Microsoft.AspNetCore.WebUtilities;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>What a request of the API asks of a list: its own words, and with <c>view</c> those of a saved view, which they narrow further.</summary>
internal sealed class AskedView(CrmDb db, SavedViews views, IEnumerable<ListOf> lists)
{
    /// <summary>A list that the actor may see.</summary>
    public ListOf? Find(string key) => lists.FirstOrDefault(l => l.Key == key && db.Actor.May(l.Permission));

    /// <summary>The view, or which word of the request is wrong. What narrows a list in both of them holds twice; an order, a page and their like are as the request says.</summary>
    public async Task<Result<View>> Read(ListOf list, IEnumerable<KeyValuePair<string, string?>> said, CancellationToken ct)
    {
        List<KeyValuePair<string, string?>> all = [.. said];
        if (all.Where(p => !PlainText.IsStorable(p.Value)).Select(p => p.Key).FirstOrDefault() is { } unstorable)
        {
            return new Refusal.InvalidMany([new(unstorable, "list.filter_wrong")]); // Left out, it would mean more rows than were asked for.
        }

        var words = all.Where(p => !string.IsNullOrWhiteSpace(p.Value)).GroupBy(p => p.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.OrdinalIgnoreCase);
        if (words.Remove("view", out var key))
        {
            if ((await views.Of(list, key, ct)).Find(key) is not { } kept)
            {
                return new Refusal.InvalidMany([new("view", "list.view_unknown", key)]);
            }

            words.Remove("filter", out var own);
            List<string?> filters = [];
            foreach (var (name, value) in QueryHelpers.ParseQuery(kept.Address))
            {
                words.Remove(name, out var word); // Also where it is written in other letters than the view's.
                if (name == "q" && word is not null)
                {
                    return new Refusal.InvalidMany([new("q", "list.view_searches", kept.Name)]);
                }

                var narrower = word is null ? null : View.Short(list, name, word.Trim())?.ToString();
                filters.Add(name == "filter" ? value.ToString() : narrower);
                words[name] = word is null || narrower is not null ? value.ToString() : word;
            }

            words["filter"] = string.Join(';', filters.Append(own).Where(f => !string.IsNullOrWhiteSpace(f))); // The request's own is last: nothing stands behind a backslash that it may end with.
        }

        return View.TryRead(list, words, out var view) ? view with { Base = null } : new Refusal.InvalidMany([new("filter", "list.filter_wrong")]);
    }
}
