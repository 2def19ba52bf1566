using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Customers;

/// <summary>Customers in the palette: by name, pinyin, initials, number, credit code or phone; names that are one character away where those find hardly any.</summary>
internal sealed class CustomersSource : IPaletteSource
{
    /// <summary>Candidates that are read and ranked.</summary>
    private const int MostRead = 300;

    /// <summary>Candidates of a search that every second row would answer.</summary>
    private const int MostWalked = 50;

    /// <summary>Fewer hits than this, and near ones are looked for; not where the very one is there, for a whole name asks several questions.</summary>
    private const int Few = 3;

    /// <summary>A question for near names that finds more than this asks for too little.</summary>
    private const int MostNear = 200;

    private const int FewestOfPhone = 7;

    /// <summary>The rank of a row that its name does not explain: its phone does, or a part of its code.</summary>
    private const int ByIndexOnly = TextMatch.Has + 1;

    /// <summary>Its kind.</summary>
    public const string Customers = "customer";

    public string Kind => Customers;

    public string TextKey => "palette.customers";

    public string Permission => Platform.Access.Permission.CustomersRead;

    public int Order => 10;

    public string? RecordsAt => "/customers/";

    public string? AllAt(string text) => Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString("/customers", "q", text);

    private sealed record Row(long Id, string Number, string Name, string? ShortName, string? CreditCode, long UnitId);

    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct)
    {
        var (db, text) = (question.Db, Asked(question.Text));
        if (!IsEnough(text) || SearchTerms.Query(text) is not { } query)
        {
            return [];
        }

        var (rows, common) = await Exact(db, text, query, ct);
        var found = Best(rows, question, text).Take(question.Most).ToList();
        var near = new List<Row>();
        if (found.Count < Few && !common && !found.Exists(r => Rank(r, text) == TextMatch.Same))
        {
            // A question that too many answer may have left out the one that was meant: then each character is asked for.
            if (!await Ask(NearTerms.Of(text, thirds: true)) && near.Count == 0)
            {
                await Ask(NearTerms.Of(text));
            }

            near = [.. near.DistinctBy(r => r.Id).ExceptBy(found.Select(r => r.Id), r => r.Id)
                .OrderBy(r => question.Place(r.Id)).ThenBy(r => TextMatch.Distance(text, r.Name)).ThenBy(r => r.Name.Length).ThenBy(r => r.Id).Take(question.Most - found.Count)];
        }

        return await Hits(db, [.. found, .. near], near.Select(r => r.Id).ToHashSet(), ct);

        async Task<bool> Ask(IReadOnlyList<IReadOnlyList<IReadOnlyList<(string, bool)>>> questions)
        {
            var whole = true;
            foreach (var question in questions.TakeWhile(_ => near.Count < MostRead))
            {
                var ids = await SearchIndex.Customers.Few(db, SearchTerms.WithoutLegalForm(question), MostNear, ct) ?? [];
                whole &= ids.Count < MostNear;
                near.AddRange(ids.Count == 0 ? [] : (await Read(Among(db, await KeptPhones.Customers(db, text).Among(db, ids, ct))).ToListAsync(ct)).Where(r => IsNear(text, r.Name)));
            }

            return whole;
        }
    }

    public async Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => await Hits(db, await Read(Among(db, ids)).ToListAsync(ct), [], ct);

    /// <summary>A phone is asked for as it is kept, without spaces, dashes and the country's code.</summary>
    internal static string Asked(string text) =>
        text.All(c => char.IsAsciiDigit(c) || c is ' ' or '-' or '+' or '(' or ')') && text.Count(char.IsAsciiDigit) >= FewestOfPhone && PhoneNumber.Digits(text) is { } digits ? digits : text;

    /// <summary>One letter or one character is in every second name: the index would be read for a second to find any eight of them.</summary>
    internal static bool IsEnough(string text) => SearchTerms.Words(text).All(w => SearchTerms.Han(w).Length != 1 && SearchTerms.Letters(w).Length != 1);

    private static async Task<(IReadOnlyList<Row> Rows, bool Common)> Exact(CrmDb db, string text, IReadOnlyList<IReadOnlyList<(string, bool)>> query, CancellationToken ct)
    {
        if (text.Length >= FewestOfPhone && text.All(char.IsAsciiDigit))
        {
            // As it is kept for duplicates: the search index has it as it was written, with the country's code.
            var end = text + ":";
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
            if (db.Actor.Fields.Sees("customers", nameof(Customer.Phone)) && await Read(db.Set<Customer>().AsNoTracking().Where(c => string.Compare(c.PhoneDigits, text) >= 0 && string.Compare(c.PhoneDigits, end) < 0)).Take(MostWalked).ToListAsync(ct) is { Count: > 0 } called)
            {
                return (called, false);
            }
#pragma warning restore CA1309
        }

        var (ids, kept) = (await SearchIndex.Customers.Few(db, SearchTerms.WithoutLegalForm(query), MostRead, ct), KeptPhones.Customers(db, text));
        if (ids is not null && (ids.Count < MostRead || db.Scope.Width != ScopeWidth.Narrow))
        {
            // The very name, should there be more than are read.
            var name = CompanyName.Normalised(text);
            var same = ids.Count < MostRead ? [] : await Read(db.Set<Customer>().Where(c => c.NormalizedName == name)).Take(MostWalked).ToListAsync(ct);
            return ([.. same, .. (await Read(Among(db, await kept.Among(db, ids, ct))).ToListAsync(ct)).ExceptBy(same.Select(r => r.Id), r => r.Id)], false);
        }

        // So common that any row may do: the own customers of an outlet, or those changed last.
        var walked = await Read(CustomerSearch.Words(text).Aggregate(kept.Aggregate(db.Set<Customer>().AsNoTracking(), (rows, k) => rows.Where(k.Test)), (rows, word) => rows.Where(CustomerSearch.Holds(word))).OrderByDescending(c => c.UpdatedAt).ThenByDescending(c => c.Id)).Take(MostWalked).ToListAsync(ct);
        return ([.. walked.Where(r => Rank(r, text) < ByIndexOnly || !text.All(char.IsAsciiLetter))], true); // 正大 has the letters of heng, but is not read so.
    }

    private static IEnumerable<Row> Best(IEnumerable<Row> rows, PaletteQuestion question, string text) => rows
        .Select(r => (Row: r, Rank: Rank(r, text))).OrderBy(r => r.Rank).ThenBy(r => question.Place(r.Row.Id)).ThenBy(r => r.Row.Name.Length).ThenBy(r => r.Row.Id).Select(r => r.Row);

    /// <summary>Number or code, the whole name, its beginning, within it, and last what only the phone or the index knows.</summary>
    private static int Rank(Row row, string text) =>
        row.Number.Equals(text, StringComparison.OrdinalIgnoreCase) || row.CreditCode?.Equals(text, StringComparison.OrdinalIgnoreCase) == true ? TextMatch.Same
        : Math.Min(TextMatch.Rank(text, row.Name) ?? ByIndexOnly, row.ShortName is null ? ByIndexOnly : TextMatch.Rank(text, row.ShortName) ?? ByIndexOnly);

    /// <summary>Chinese is near by its characters or by its sound; letters were asked for one letter away already.</summary>
    private static bool IsNear(string text, string name) =>
        text.All(char.IsAscii) || (text.Length > 2 && TextMatch.Distance(text, name) <= 1) || TextMatch.Rank(Pinyin.Full(text), name) is not null;

    private static IQueryable<Customer> Among(CrmDb db, IReadOnlyList<long> ids) => db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id));

    private static IQueryable<Row> Read(IQueryable<Customer> customers) => customers.Select(c => new Row(c.Id, c.Number, c.Name, c.ShortName, c.CreditCode, c.UnitId));

    private static async Task<IReadOnlyList<PaletteHit>> Hits(CrmDb db, IReadOnlyList<Row> rows, HashSet<long> near, CancellationToken ct)
    {
        var units = rows.Select(r => r.UnitId).Distinct().ToList();
        var names = units.Count == 0 ? [] : await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return [.. rows.Select(r => new PaletteHit(r.Name, $"{r.Number} · {names[r.UnitId]}", $"/customers/{r.Id}", "building") { Id = r.Id, Near = near.Contains(r.Id) })];
    }
}
