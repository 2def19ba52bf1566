using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

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

    public static async Task<IResult> Customers(string? q, ListCustomers list, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var typed = q?.Trim() ?? "";
        if (typed.Length == 0)
        {
            var ids = await opened.Chosen(db, "customers", ct, CustomersSource.Customers);
            var recent = await (from c in db.Set<Customer>().AsNoTracking() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(ids).Contains(c.Id) select new { c.Id, c.Number, c.Name, Unit = u.Name }).ToListAsync(ct);
            return LookupAnswer.Recent(ids, recent.Select(c => Item(c.Id, c.Number, c.Name, c.Unit)));
        }

        return (await list.Run(new(typed.Length <= 100 ? typed : null, Limit: Most), ct)).TryGet(out var page, out _)
            ? LookupAnswer.Of(page.Items.Select(c => Item(c.Id, c.Number, c.Name, c.UnitName)), db.Actor.May(Permission.CustomersWrite) && typed.Length <= 100 ? (Texts.Get("customer.lookup_new", typed), $"/customers/quick?name={Uri.EscapeDataString(typed)}") : null)
            : LookupAnswer.None;
    }

    private static LookupItem Item(long id, string number, string name, string unit) => new(id, Text(number, name), name, $"{number} · {unit}");

    /// <summary>A contact as a form names it: names are borne by many, so its key stands first.</summary>
    private static string Text(long id, string name) => string.Create(CultureInfo.InvariantCulture, $"#{id} {name}");

    /// <summary>The key of a contact that a form names; null where it was not taken from the look-up.</summary>
    public static long? ContactOf(string typed) => typed.StartsWith('#') && long.TryParse(typed[1..].Split(' ', 2)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>People at customers, as the list of contacts finds them.</summary>
    public static async Task<IResult> Contacts(string? q, ListContacts list, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var typed = q?.Trim() ?? "";
        if (typed.Length == 0)
        {
            var ids = await opened.Chosen(db, "contacts", ct, RecordKind.Contact);
            var recent = await (from k in db.Set<Contact>().AsNoTracking() join c in db.Set<Customer>() on k.CustomerId equals c.Id where EF.Parameter(ids).Contains(k.Id) select new { k.Id, k.Name, Customer = c.Name, k.Mobile, k.Phone }).ToListAsync(ct);
            return LookupAnswer.Recent(ids, recent.Select(k => Item(k.Id, k.Name, k.Customer, db.Actor.Fields.Told("contacts", nameof(Contact.Mobile), k.Mobile) ?? db.Actor.Fields.Told("contacts", nameof(Contact.Phone), k.Phone))));
        }

        return typed.Length <= 100 && (await list.Run(new(typed, Limit: Most), ct)).TryGet(out var page, out _) ? LookupAnswer.Of(page.Items.Select(k => Item(k.Id, k.Name, k.CustomerName, k.Mobile ?? k.Phone))) : LookupAnswer.None;

        static LookupItem Item(long id, string name, string customer, string? number) => new(id, Text(id, name), name, number is null ? customer : $"{customer} · {number}");
    }

    /// <summary>What is said of a customer that was just made, and told to the look-up that waits for it.</summary>
    /// <param name="db">The database.</param>
    /// <param name="waits">The look-up; null where none waits.</param>
    /// <param name="address">The customer's page.</param>
    /// <param name="otherwise">What is said where none waits.</param>
    /// <param name="ct">The request's.</param>
    public static async Task<Notice> Made(CrmDb db, string? waits, string address, string otherwise, CancellationToken ct) =>
        waits is not null && long.TryParse(address.Split('/')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && await db.Set<Customer>().Where(c => c.Id == id).Select(c => new { c.Number, c.Name }).SingleOrDefaultAsync(ct) is { } made
            ? Notice.Of(waits, Text(made.Number, made.Name), made.Name, otherwise) : new(otherwise);

    /// <summary>Files of customers and contacts by a part of their name, among the newest: there is no index over names of files.</summary>
    public static async Task<IResult> Files(string? q, CrmDb db, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim().ToLowerInvariant();
        if (text.Length is 0 or > 100 || !PlainText.IsStorable(text))
        {
            return LookupAnswer.None;
        }

        var newest = db.Set<Attachment>().AsNoTracking().Where(a => a.RecordKind != RecordKind.Waybill).OrderByDescending(a => a.Id).Take(NewestFiles);
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL.
        var found = await newest.Where(a => a.FileName.ToLower().Contains(text)).OrderByDescending(a => a.Id).Take(Most).Select(a => new { a.Id, a.FileName, a.CustomerId }).ToListAsync(ct);
#pragma warning restore CA1304, CA1311, CA1862
        var owners = found.Select(a => a.CustomerId).Distinct().ToList();
        var names = await db.Set<Customer>().Where(c => EF.Parameter(owners).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
        return LookupAnswer.Of(found.Select(a => new LookupItem(0, CustomerFile.Text(a.Id, a.FileName), a.FileName, names.GetValueOrDefault(a.CustomerId))));
    }

    public static async Task<IResult> Sidings(string? q, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length == 0)
        {
            var ids = await opened.Chosen(db, "sidings", ct);
            return LookupAnswer.Recent(ids, await Items(db, await db.Set<Siding>().AsNoTracking().Where(s => EF.Parameter(ids).Contains(s.Id)).ToListAsync(ct), ct));
        }

        if (text.Length > Siding.NameLength || !PlainText.IsStorable(text))
        {
            return LookupAnswer.None;
        }

        // Two index ranges: by station and by name.
        var end = text + Compare.Greatest;
        var sidings = db.Set<Siding>().AsNoTracking();
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        var found = await sidings.Where(s => string.Compare(s.ConnectionStation, text) >= 0 && string.Compare(s.ConnectionStation, end) < 0).OrderBy(s => s.ConnectionStation).ThenBy(s => s.Name).Take(Most).ToListAsync(ct);
        found.AddRange(await sidings.Where(s => string.Compare(s.Name, text) >= 0 && string.Compare(s.Name, end) < 0).OrderBy(s => s.Name).ThenBy(s => s.Id).Take(Most).ToListAsync(ct));
#pragma warning restore CA1309
        return LookupAnswer.Of(await Items(db, [.. found.DistinctBy(s => s.Id).Take(Most)], ct));
    }

    private static async Task<IReadOnlyList<LookupItem>> Items(CrmDb db, IReadOnlyList<Siding> sidings, CancellationToken ct)
    {
        var owners = await SidingUsers.Owners(db, [.. sidings.Select(s => s.Owner).OfType<string>().Distinct()], ct);
        return [.. sidings.Select(s => new LookupItem(s.Id, $"{s.Name}{At}{s.ConnectionStation}", s.Name, s.Owner is null ? s.ConnectionStation : $"{s.ConnectionStation} · {SidingList.OwnerSaid(s.Owner, owners)}"))];
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
