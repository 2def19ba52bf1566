using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>The search index over customers: written with each customer, in its transaction.</summary>
internal static class CustomerSearch
{
    /// <summary>Beyond so many hits the index is left and the sort order walked instead: a common term meets a row every few steps.</summary>
    private const int Common = 5_000;

    public static Task Write(CrmDb db, Customer customer, CancellationToken ct)
    {
        var terms = SearchTerms.For(customer.Name, customer.ShortName, customer.Number, customer.CreditCode, [customer.Phone]);
        return db.IsPostgres
            ? db.Database.ExecuteSqlAsync($"INSERT INTO customer_search (customer_id, terms) VALUES ({customer.Id}, array_to_tsvector(string_to_array({terms}, ' '))) ON CONFLICT (customer_id) DO UPDATE SET terms = excluded.terms", ct)
            : db.Database.ExecuteSqlAsync($"INSERT OR REPLACE INTO customer_search (rowid, terms) VALUES ({customer.Id}, {terms})", ct);
    }

    /// <summary>The customers that match what was typed: their ids where they are few, else a condition on the rows. Nothing where nothing searchable was typed.</summary>
    public static async Task<(IReadOnlyList<long>? Ids, IQueryable<Customer> Rows)> Matching(CrmDb db, IQueryable<Customer> customers, string typed, CancellationToken ct)
    {
        if (SearchTerms.Query(typed) is not { } query)
        {
            return ([], customers);
        }

        var ids = await Hits(db, query, ct);
        if (ids.Count < Common)
        {
            return (ids, customers);
        }

        foreach (var word in typed.Normalize(System.Text.NormalizationForm.FormKC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var pattern = $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
#pragma warning disable CA1308 // Pinyin is kept in lower case.
            var small = pattern.ToLowerInvariant();
#pragma warning restore CA1308
            customers = customers.Where(c => EF.Functions.Like(c.Name, pattern, "\\") || EF.Functions.Like(c.NameInitials, small, "\\")
                || EF.Functions.Like(c.NamePinyin, small, "\\") || EF.Functions.Like(c.CreditCode!, pattern, "\\") || EF.Functions.Like(c.PhoneDigits!, pattern, "\\") || EF.Functions.Like(c.Number, pattern, "\\"));
        }

        return (null, customers);
    }

    private static async Task<List<long>> Hits(CrmDb db, IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> query, CancellationToken ct)
    {
        if (db.IsPostgres)
        {
            var asked = string.Join(" & ", query.Select(g => "(" + string.Join(" | ", g.Select(t => $"'{t.Term}'{(t.Prefix ? ":*" : "")}")) + ")"));
            return await db.Database.SqlQuery<long>($"SELECT customer_id AS \"Value\" FROM customer_search WHERE terms @@ {asked}::tsquery LIMIT {Common}").ToListAsync(ct);
        }

        var match = string.Join(" AND ", query.Select(g => "(" + string.Join(" OR ", g.Select(t => $"\"{t.Term}\"{(t.Prefix ? " *" : "")}")) + ")"));
        return await db.Database.SqlQuery<long>($"SELECT rowid AS \"Value\" FROM customer_search WHERE customer_search MATCH {match} LIMIT {Common}").ToListAsync(ct);
    }
}
