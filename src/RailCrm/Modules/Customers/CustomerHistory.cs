using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>What happened to a customer, newest first: who, when, which field, before and after.</summary>
public sealed class CustomerHistory(CrmDb db, CustomFields fields, IEnumerable<ICustomerPast> pasts)
{
    private const int Length = 100;

    /// <summary>What a waybill's entries are of: a module above this one writes them.</summary>
    private const string WaybillLine = "WaybillLine";

    /// <summary>What the entries of account managers are of: a module above this one writes them.</summary>
    internal const string Responsibility = "Responsibility";

    /// <summary>What the module of pools calls a stay in one, likewise.</summary>
    internal const string PoolStay = "PoolStay";

    /// <summary>The kinds told apart, each with what it is made of; other modules bring more.</summary>
    private static readonly (string Kind, string[] Entities)[] Kinds =
    [
        ("record", [nameof(Customer), nameof(Shareholder), nameof(CustomerProduct), nameof(MainStation), nameof(CustomerSiding)]),
        ("contacts", [nameof(Contact)]), ("attachments", [nameof(Attachment)]), ("notes", [nameof(Note)]), ("managers", [Responsibility]), ("shares", [nameof(CustomerGrant)]), ("pools", [PoolStay]),
    ];

    /// <summary>Fields the machine keeps for itself.</summary>
    private static readonly HashSet<string> Own = ["NormalizedName", "NamePinyin", "NameInitials", "PhoneDigits", "Mobile2Digits", "Phone2Digits", "BirthdayKey", "DayKey", "ContactId", "MobileDigits", "UpdatedAt", "CreatedAt", "CreatedBy", "CustomerId", "Number", "Completeness", "Sha256", "ContentType", "DeletedBy", "RecordKind", "RecordId", "AuthorId", "EditedAt", "PartOfId"];

    /// <summary>One field's change; as stored, for <see cref="CustomerText"/> to say in words.</summary>
    public sealed record Change(string Field, string? Before, string? After);

    /// <summary>One thing that happened. <paramref name="Id"/> is the audit entry's, 0 for what another module tells; <paramref name="Via"/> is what it was done by.</summary>
    public sealed record Happening(long Id, DateTime At, string Actor, string Action, string Entity, long EntityId, IReadOnlyList<Change> Changes, string? Via = null);

    /// <summary>A page of the past; <paramref name="Next"/> begins the one before it in time.</summary>
    public sealed record Page(IReadOnlyList<Happening> Events, long? Next);

    /// <summary>The filters, own and brought.</summary>
    public IReadOnlyList<string> AllKinds => [.. Kinds.Select(k => k.Kind), .. pasts.Select(p => p.Kind)];

    /// <summary>Empty where the customer is outside the scope. <paramref name="before"/> is <see cref="Page.Next"/> of the page before.</summary>
    public async Task<Page> Run(long customerId, string? kind, long? before, CancellationToken ct)
    {
        if (!await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AnyAsync(c => c.Id == customerId, ct))
        {
            return new([], null);
        }

        var own = Array.Find(Kinds, k => k.Kind == kind);
        var entries = db.Set<AuditEntry>().AsNoTracking().Where(a => a.CustomerId == customerId && a.Action != "printed"); // What was looked at is the auditor's.
        entries = own.Entities is { } entities ? entries.Where(a => EF.Parameter(entities).Contains(a.Entity)) : kind is null ? entries : entries.Where(a => false);
        if (!db.Actor.May(Permission.WaybillsRead))
        {
            entries = entries.Where(a => a.Entity != WaybillLine
                && (a.Entity != nameof(Note) || db.Set<Note>().IgnoreQueryFilters().Any(n => n.Id == a.EntityId && n.RecordKind != RecordKind.Waybill))
                && (a.Entity != nameof(Attachment) || db.Set<Attachment>().IgnoreQueryFilters().Any(f => f.Id == a.EntityId && f.RecordKind != RecordKind.Waybill)));
        }

        var to = before is null ? DateTime.MaxValue : await db.Set<AuditEntry>().Where(a => a.Id == before && a.CustomerId == customerId).Select(a => (DateTime?)a.At).SingleOrDefaultAsync(ct) ?? DateTime.MinValue;
        var page = await (before is null ? entries : entries.Where(a => a.Id < before)).OrderByDescending(a => a.Id).Take(Length + 1).ToListAsync(ct);
        var more = page.Count > Length;
        page = page.Take(Length).ToList();
        var events = Told(page).ToList();
        foreach (var past in pasts.Where(p => kind is null || p.Kind == kind))
        {
            events.AddRange(await past.Read(customerId, more ? page[^1].At : DateTime.MinValue, to, ct));
        }

        return new([.. events.OrderByDescending(e => e.At).ThenByDescending(e => e.Id)], more ? page[^1].Id : null);
    }

    /// <summary>A contact's alone, wherever its customer's went in merges. The contact is known to be seen.</summary>
    internal async Task<Page> OfContact(long contactId, long? before, CancellationToken ct)
    {
        var entries = db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(Contact) && a.EntityId == contactId);
        var page = await (before is null ? entries : entries.Where(a => a.Id < before)).OrderByDescending(a => a.Id).Take(Length + 1).ToListAsync(ct);
        return new([.. Told(page.Take(Length))], page.Count > Length ? page[Length - 1].Id : null);
    }

    private IEnumerable<Happening> Told(IEnumerable<AuditEntry> page) =>
        page.Select(e => new Happening(e.Id, e.At, e.ActorName, e.Action, e.Entity, e.EntityId, [.. Changes(e).Where(c => fields.Sees(ListOf(e.Entity), c.Field, db.Actor)).Select(c => Covered(ListOf(e.Entity), c))], e.Via)).Where(e => e.Action != "updated" || e.Changes.Count > 0);

    /// <summary>A change without what is kept from the reader.</summary>
    private Change Covered(string list, Change change) => db.Actor.Fields.IsFree ? change : new(change.Field, db.Actor.Fields.Told(list, change.Field, change.Before), db.Actor.Fields.Told(list, change.Field, change.After));

    /// <summary>The list whose fields an entity's changes may name.</summary>
    internal static string ListOf(string entity) => entity switch { nameof(Customer) => "customers", nameof(Contact) => "contacts", _ => "waybills" };

    /// <summary>One entry of the customer's, with every field as it was stored; null where there is none such.</summary>
    internal async Task<(AuditEntry Entry, Dictionary<string, JsonElement[]> Changes)?> Entry(long customerId, long id, CancellationToken ct) =>
        await db.Set<AuditEntry>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == id && a.CustomerId == customerId, ct) is { } entry
            ? (entry, JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(entry.Changes)!) : null;

    /// <summary>One entry of a contact's, with every field as it was stored; null where there is none such.</summary>
    internal async Task<(AuditEntry Entry, Dictionary<string, JsonElement[]> Changes)?> EntryOfContact(long contactId, long id, CancellationToken ct) =>
        await db.Set<AuditEntry>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == id && a.Entity == nameof(Contact) && a.EntityId == contactId, ct) is { } entry
            ? (entry, JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(entry.Changes)!) : null;

    private static IReadOnlyList<Change> Changes(AuditEntry entry) =>
        [.. JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(entry.Changes)!
            .Where(c => !Own.Contains(c.Key) && !(entry.Entity == nameof(Note) && c.Key == nameof(Note.ParentId))) // What a note answers; a customer's is the company above it.
            .Select(c => new Change(c.Key, Text(c.Value[0]), Text(c.Value[1])))
            .Where(c => c.Before != c.After)];

    private static string? Text(JsonElement value) => value.ValueKind is JsonValueKind.Null || value.ToString().Length == 0 ? null : value.ToString();
}
