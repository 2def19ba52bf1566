using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>An index of terms (<see cref="Kernel.SearchTerms"/>): FTS5 on SQLite, a tsvector with GIN on PostgreSQL. One for customers, one for contacts.</summary>
internal sealed class SearchIndex
{
    public static readonly SearchIndex Customers = new(ofContacts: false);
    public static readonly SearchIndex Contacts = new(ofContacts: true);

    /// <summary>Pages of the index that SQLite may read for one question: it gathers every entry below a prefix before it gives the first, some 20 ms for so many.</summary>
    private const int MostPages = 60;

    /// <summary>A prefix that hardly anything has still counts the page it would stand on, in each segment.</summary>
    private const int PagesOfNothing = 2;

    private readonly bool _ofContacts;

    private SearchIndex(bool ofContacts) => _ofContacts = ofContacts;

    /// <summary>Replaces the terms of one row; in the transaction of its change.</summary>
    public Task<int> Write(CrmDb db, long id, string terms, CancellationToken ct) => (db.IsPostgres, _ofContacts) switch
    {
        (true, false) => db.Database.ExecuteSqlAsync($"INSERT INTO customer_search (customer_id, terms) VALUES ({id}, array_to_tsvector(string_to_array({terms}, ' '))) ON CONFLICT (customer_id) DO UPDATE SET terms = excluded.terms", ct),
        (true, true) => db.Database.ExecuteSqlAsync($"INSERT INTO contact_search (contact_id, terms) VALUES ({id}, array_to_tsvector(string_to_array({terms}, ' '))) ON CONFLICT (contact_id) DO UPDATE SET terms = excluded.terms", ct),
        (false, false) => db.Database.ExecuteSqlAsync($"INSERT OR REPLACE INTO customer_search (rowid, terms) VALUES ({id}, {terms})", ct),
        (false, true) => db.Database.ExecuteSqlAsync($"INSERT OR REPLACE INTO contact_search (rowid, terms) VALUES ({id}, {terms})", ct),
    };

    /// <summary>Forgets a row; in the transaction that removes it.</summary>
    public Task<int> Forget(CrmDb db, long id, CancellationToken ct) => (db.IsPostgres, _ofContacts) switch
    {
        (true, false) => db.Database.ExecuteSqlAsync($"DELETE FROM customer_search WHERE customer_id = {id}", ct),
        (true, true) => db.Database.ExecuteSqlAsync($"DELETE FROM contact_search WHERE contact_id = {id}", ct),
        (false, false) => db.Database.ExecuteSqlAsync($"DELETE FROM customer_search WHERE rowid = {id}", ct),
        (false, true) => db.Database.ExecuteSqlAsync($"DELETE FROM contact_search WHERE rowid = {id}", ct),
    };

    /// <summary>The ids of all rows that answer a question, past every filter: only ever used to narrow a query that has them.</summary>
    public IQueryable<long> Hits(CrmDb db, IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> query)
    {
        if (db.IsPostgres)
        {
            var asked = Asked(query);
            return _ofContacts
                ? db.Database.SqlQuery<long>($"SELECT contact_id AS \"Value\" FROM contact_search WHERE terms @@ {asked}::tsquery")
                : db.Database.SqlQuery<long>($"SELECT customer_id AS \"Value\" FROM customer_search WHERE terms @@ {asked}::tsquery");
        }

        var match = string.Join(" AND ", query.Select(g => "(" + string.Join(" OR ", g.Select(t => $"\"{t.Term}\"{(t.Prefix ? " *" : "")}")) + ")"));
        return _ofContacts
            ? db.Database.SqlQuery<long>($"SELECT rowid AS \"Value\" FROM contact_search WHERE contact_search MATCH {match}")
            : db.Database.SqlQuery<long>($"SELECT rowid AS \"Value\" FROM customer_search WHERE customer_search MATCH {match}");
    }

    private static string Asked(IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> query) => string.Join(" & ", query.Select(g => "(" + string.Join(" | ", g.Select(t => $"'{t.Term}'{(t.Prefix ? ":*" : "")}")) + ")"));

    /// <summary>The first <paramref name="most"/> ids that answer a question; null where SQLite would have to gather too much of its index to tell.</summary>
    /// <remarks>PostgreSQL takes each of many rare prefixes for a frequent one and would read the table rather than the index: half a minute for 500 spellings at a million customers. It is not shown the question beforehand (a sub-select), nor that few rows are wanted (materialised).</remarks>
    public async Task<IReadOnlyList<long>?> Few(CrmDb db, IReadOnlyList<IReadOnlyList<(string Term, bool Prefix)>> query, int most, CancellationToken ct)
    {
        if (db.IsPostgres)
        {
            var asked = Asked(query);
            return _ofContacts
                ? await db.Database.SqlQuery<long>($"WITH hits AS MATERIALIZED (SELECT contact_id FROM contact_search WHERE terms @@ (SELECT {asked}::tsquery)) SELECT contact_id AS \"Value\" FROM hits").Take(most).ToListAsync(ct)
                : await db.Database.SqlQuery<long>($"WITH hits AS MATERIALIZED (SELECT customer_id FROM customer_search WHERE terms @@ (SELECT {asked}::tsquery)) SELECT customer_id AS \"Value\" FROM hits").Take(most).ToListAsync(ct);
        }

        var prefixes = query.SelectMany(g => g).Where(t => t.Prefix).Select(t => t.Term).ToList();
        return prefixes.Count > 0 && await Pages(db, JsonSerializer.Serialize(prefixes), ct) > MostPages + (PagesOfNothing * prefixes.Count) ? null : await Hits(db, query).Take(most).ToListAsync(ct);
    }

    /// <remarks>
    /// FTS5 keeps, for each segment, the first term of every page (its table <c>_idx</c>: a 0 before each term, the page's number doubled), so the pages between
    /// two prefixes are two seeks away. Measured at a million customers: 130 ms for <c>heng</c>, 250 ms for <c>yxgs</c>, against 0.2 ms to know it beforehand.
    /// </remarks>
    private Task<long> Pages(CrmDb db, string prefixes, CancellationToken ct) => (_ofContacts
        ? db.Database.SqlQuery<long>($"""
            WITH RECURSIVE segment(id) AS (SELECT MIN(segid) FROM contact_search_idx UNION ALL SELECT (SELECT MIN(segid) FROM contact_search_idx WHERE segid > segment.id) FROM segment WHERE segment.id IS NOT NULL)
            SELECT COALESCE(SUM(
                COALESCE((SELECT pgno FROM contact_search_idx WHERE segid = segment.id AND term > CAST('0' || t.value || char(1114111) AS BLOB) ORDER BY term LIMIT 1), (SELECT pgno FROM contact_search_idx WHERE segid = segment.id ORDER BY term DESC LIMIT 1))
                - COALESCE((SELECT pgno FROM contact_search_idx WHERE segid = segment.id AND term <= CAST('0' || t.value AS BLOB) ORDER BY term DESC LIMIT 1), 0)), 0) / 2 AS "Value"
            FROM segment, json_each({prefixes}) t WHERE segment.id IS NOT NULL
            """)
        : db.Database.SqlQuery<long>($"""
            WITH RECURSIVE segment(id) AS (SELECT MIN(segid) FROM customer_search_idx UNION ALL SELECT (SELECT MIN(segid) FROM customer_search_idx WHERE segid > segment.id) FROM segment WHERE segment.id IS NOT NULL)
            SELECT COALESCE(SUM(
                COALESCE((SELECT pgno FROM customer_search_idx WHERE segid = segment.id AND term > CAST('0' || t.value || char(1114111) AS BLOB) ORDER BY term LIMIT 1), (SELECT pgno FROM customer_search_idx WHERE segid = segment.id ORDER BY term DESC LIMIT 1))
                - COALESCE((SELECT pgno FROM customer_search_idx WHERE segid = segment.id AND term <= CAST('0' || t.value AS BLOB) ORDER BY term DESC LIMIT 1), 0)), 0) / 2 AS "Value"
            FROM segment, json_each({prefixes}) t WHERE segment.id IS NOT NULL
            """)).SingleAsync(ct);
}
