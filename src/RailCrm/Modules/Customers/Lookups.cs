using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>What forms look up while one types, and how they understand what was taken or typed.</summary>
internal static class Lookups
{
    private const int Most = 12;
    private const int NewestFiles = 3_000;

    /// <summary>Between a siding's name and its station, where both stand in one field.</summary>
    public const char At = '@';

    /// <summary>A customer as a form names it: number and name.</summary>
    public static string Text(string number, string name) => $"{number} {name}";

    public static async Task<IResult> Customers(string? q, ListCustomers list, CancellationToken ct) =>
        (await list.Run(new(q is { Length: <= 100 } ? q : null, Limit: Most), ct)).TryGet(out var page, out _)
            ? TypedResults.Ok(new { items = page.Items.Select(c => new { value = Text(c.Number, c.Name), label = c.Name, hint = $"{c.Number} · {c.UnitName}" }) })
            : TypedResults.Ok(new { items = Array.Empty<object>() });

    /// <summary>Files of customers and contacts by a part of their name, among the newest: there is no index over names of files.</summary>
    public static async Task<IResult> Files(string? q, CrmDb db, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim().ToLowerInvariant();
        if (text.Length is 0 or > 100 || !PlainText.IsStorable(text))
        {
            return TypedResults.Ok(new { items = Array.Empty<object>() });
        }

        var newest = db.Set<Attachment>().AsNoTracking().Where(a => a.RecordKind != RecordKind.Waybill).OrderByDescending(a => a.Id).Take(NewestFiles);
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL.
        var found = await newest.Where(a => a.FileName.ToLower().Contains(text)).OrderByDescending(a => a.Id).Take(Most).Select(a => new { a.Id, a.FileName, a.CustomerId }).ToListAsync(ct);
#pragma warning restore CA1304, CA1311, CA1862
        var owners = found.Select(a => a.CustomerId).Distinct().ToList();
        var names = await db.Set<Customer>().Where(c => EF.Parameter(owners).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
        return TypedResults.Ok(new { items = found.Select(a => new { value = CustomerFile.Text(a.Id, a.FileName), label = a.FileName, hint = names.GetValueOrDefault(a.CustomerId) }) });
    }

    public static async Task<IResult> Sidings(string? q, CrmDb db, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length is 0 or > Siding.NameLength || !PlainText.IsStorable(text))
        {
            return TypedResults.Ok(new { items = Array.Empty<object>() });
        }

        // Two index ranges: by station and by name.
        var end = text + Compare.Greatest;
        var sidings = db.Set<Siding>().AsNoTracking();
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        var found = await sidings.Where(s => string.Compare(s.ConnectionStation, text) >= 0 && string.Compare(s.ConnectionStation, end) < 0).OrderBy(s => s.ConnectionStation).ThenBy(s => s.Name).Take(Most).ToListAsync(ct);
        found.AddRange(await sidings.Where(s => string.Compare(s.Name, text) >= 0 && string.Compare(s.Name, end) < 0).OrderBy(s => s.Name).ThenBy(s => s.Id).Take(Most).ToListAsync(ct));
#pragma warning restore CA1309
        return TypedResults.Ok(new { items = found.DistinctBy(s => s.Id).Take(Most).Select(s => new { value = $"{s.Name}{At}{s.ConnectionStation}", label = s.Name, hint = $"{s.ConnectionStation} · {s.Owner}" }) });
    }

    /// <summary>The customer that a form names, by number or by its whole name, among those the actor sees; null where there is none or more than one.</summary>
    public static async Task<long?> Customer(CrmDb db, string typed, CancellationToken ct)
    {
        if (!PlainText.IsStorable(typed))
        {
            return null;
        }

        var text = typed.Trim();
        var number = text.Split(' ', 2)[0];
        var found = await db.Set<Customer>().Where(c => c.Number == number).Select(c => c.Id).Take(1).ToListAsync(ct);
        found = found.Count > 0 ? found : await db.Set<Customer>().Where(c => c.Name == text).Select(c => c.Id).Take(2).ToListAsync(ct);
        found = found.Count > 0 ? found : [.. (await MergedInto.Named(db, [number, text], ct)).Select(m => m.SurvivorId).Distinct()];
        return found is [var one] ? one : null;
    }

    /// <summary>A siding taken from the list brings its station along.</summary>
    public static void Split(IEnumerable<SidingRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.Name?.Split(At) is [var name, var station] && (string.IsNullOrWhiteSpace(row.ConnectionStation) || CustomerRowRules.Station(row.ConnectionStation) == CustomerRowRules.Station(station)))
            {
                (row.Name, row.ConnectionStation) = (name, station);
            }
        }
    }
}
