using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Customers;

/// <summary>Tags looked up as one types, among those that customers in the reader's sight bear.</summary>
internal static class TagLookup
{
    private const int Most = 20;

    /// <summary>So many different tags are looked at: they are few, their rows are millions.</summary>
    private const int MostWalked = 1_000;

    public static async Task<IResult> Get(string? q, CrmDb db, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length > 100 || !PlainText.IsStorable(text))
        {
            return LookupAnswer.None;
        }

        bool Begins(string tag) => tag.StartsWith(text, StringComparison.OrdinalIgnoreCase);
        var seen = await Seen(db, ct);
        return LookupAnswer.Of(seen.Where(t => t.Contains(text, StringComparison.OrdinalIgnoreCase)).OrderByDescending(Begins).ThenBy(t => t, StringComparer.CurrentCulture).Take(Most).Select(t => new LookupItem(0, t, t, null)));
    }

    private static async Task<List<string>> Seen(CrmDb db, CancellationToken ct)
    {
        // From each tag to the next one by the index: DISTINCT would read every row.
        var tags = db.Database.SqlQuery<string>($"""
            SELECT tag AS "Value" FROM (
                WITH RECURSIVE walked(tag) AS (
                    SELECT min(tag) FROM customer_tags
                    UNION ALL
                    SELECT (SELECT min(n.tag) FROM customer_tags n WHERE n.tag > w.tag) FROM walked w WHERE w.tag IS NOT NULL)
                SELECT tag FROM walked WHERE tag IS NOT NULL LIMIT {MostWalked}) t
            """);
        if (db.Scope.Width == ScopeWidth.All)
        {
            // Told rather than filtered by: as a condition PostgreSQL may join all tags with all customers for it.
            var told = await tags.Select(tag => new { Tag = tag, Seen = db.Set<CustomerTag>().Any(t => t.Tag == tag && db.Set<Customer>().Any(c => c.Id == t.CustomerId)) }).ToListAsync(ct);
            return told.Where(t => t.Seen).Select(t => t.Tag).ToList();
        }

        // By unit first: a tag that a million others bear is not searched for one in sight.
        var units = await PathRange.Of(db.Scope).Of(db).Select(u => u.Id).ToListAsync(ct);
        var granted = Ownership.Granted(db);
        return await tags.Where(tag =>
            db.Set<CustomerTag>().Any(t => t.Tag == tag && EF.Parameter(units).Contains(t.UnitId) && db.Set<Customer>().Any(c => c.Id == t.CustomerId))
            || granted.Any(g => db.Set<CustomerTag>().Any(t => t.Tag == tag && t.CustomerId == g) && db.Set<Customer>().Any(c => c.Id == g))).ToListAsync(ct);
    }
}
