using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>The search index over customers: written with each customer, in its transaction.</summary>
internal static class CustomerSearch
{
    /// <summary>Beyond so many hits the index is left and the sort order walked instead: a common term meets a row every few steps.</summary>
    private const int Common = 5_000;

    /// <param name="db">The database, in the transaction of the change.</param>
    /// <param name="customer">The customer as it is now.</param>
    /// <param name="ct">Stops it.</param>
    /// <param name="people">All whose phones it is found by, where they are known; else they are read.</param>
    public static async Task Write(CrmDb db, Customer customer, CancellationToken ct, IReadOnlyList<Contact>? people = null)
    {
        var phones = people ?? await db.Set<Contact>().AsNoTracking().Where(k => k.CustomerId == customer.Id).ToListAsync(ct);
        var terms = SearchTerms.For(customer.Name, customer.ShortName, customer.Number, customer.CreditCode, [customer.Phone, .. phones.SelectMany(p => new[] { p.Mobile, p.Phone })], people is null ? await MergedInto.Formerly(db, customer.Id, ct) : []);
        await (db.IsPostgres
            ? db.Database.ExecuteSqlAsync($"INSERT INTO customer_search (customer_id, terms) VALUES ({customer.Id}, array_to_tsvector(string_to_array({terms}, ' '))) ON CONFLICT (customer_id) DO UPDATE SET terms = excluded.terms", ct)
            : db.Database.ExecuteSqlAsync($"INSERT OR REPLACE INTO customer_search (rowid, terms) VALUES ({customer.Id}, {terms})", ct));
    }

    /// <summary>The customers that match what was typed: their ids where they are few, else a condition for each word. No ids where nothing searchable was typed.</summary>
    public static async Task<(IReadOnlyList<long>? Ids, IReadOnlyList<Condition<Customer>> Words)> Matching(CrmDb db, string typed, CancellationToken ct)
    {
        if (SearchTerms.Query(typed) is not { } query)
        {
            return ([], []);
        }

        var ids = await Hits(db, query, ct);
        if (ids.Count < Common)
        {
            return (ids, []);
        }

        return (null, [.. typed.Normalize(System.Text.NormalizationForm.FormKC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word =>
        {
            var pattern = $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
#pragma warning disable CA1308 // Pinyin is kept in lower case.
            var small = pattern.ToLowerInvariant();
#pragma warning restore CA1308
            Expression<Func<Customer, bool>> holds = c => EF.Functions.Like(c.Name, pattern, "\\") || EF.Functions.Like(c.NameInitials, small, "\\")
                || EF.Functions.Like(c.NamePinyin, small, "\\") || EF.Functions.Like(c.CreditCode!, pattern, "\\") || EF.Functions.Like(c.PhoneDigits!, pattern, "\\") || EF.Functions.Like(c.Number, pattern, "\\");
            return new Condition<Customer>(holds, HitsOf(db, query)) { Some = ids };
        })]);
    }

    private static Task<List<long>> Hits(CrmDb db, IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> query, CancellationToken ct) => HitsOf(db, query).Take(Common).ToListAsync(ct);

    private static IQueryable<long> HitsOf(CrmDb db, IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> query)
    {
        if (db.IsPostgres)
        {
            var asked = string.Join(" & ", query.Select(g => "(" + string.Join(" | ", g.Select(t => $"'{t.Term}'{(t.Prefix ? ":*" : "")}")) + ")"));
            return db.Database.SqlQuery<long>($"SELECT customer_id AS \"Value\" FROM customer_search WHERE terms @@ {asked}::tsquery");
        }

        var match = string.Join(" AND ", query.Select(g => "(" + string.Join(" OR ", g.Select(t => $"\"{t.Term}\"{(t.Prefix ? " *" : "")}")) + ")"));
        return db.Database.SqlQuery<long>($"SELECT rowid AS \"Value\" FROM customer_search WHERE customer_search MATCH {match}");
    }
}
