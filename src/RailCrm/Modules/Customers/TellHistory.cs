using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>One field's change in a record's history.</summary>
/// <param name="Field">The field, as it is stored.</param>
/// <param name="Before">What stood there, as stored: money in fen, other records by their keys.</param>
/// <param name="After">What stood there then.</param>
/// <param name="CanRestore">Whether the caller may give the value before it back.</param>
public sealed record PastChange(string Field, string? Before, string? After, bool CanRestore);

/// <summary>Something that happened to a record.</summary>
/// <param name="Id">The entry, by which an old value is given back; 0 where there is none to give back.</param>
/// <param name="At">UTC.</param>
/// <param name="Who">Whoever did it; system where nobody did.</param>
/// <param name="Via">By what: web, api, job, import, cli; null where nobody wrote it down.</param>
/// <param name="Action">created, updated, deleted, binned, restored, or the name of an event.</param>
/// <param name="Entity">What of the record it was.</param>
/// <param name="EntityId">Its key.</param>
/// <param name="Changes">The fields.</param>
public sealed record PastEvent(long Id, DateTime At, string Who, string? Via, string Action, string Entity, long EntityId, IReadOnlyList<PastChange> Changes);

/// <summary>The history of customers and contacts as the API tells it, and the way back of one old value: what the pages read and press.</summary>
internal sealed class TellHistory(CrmDb db, CustomerHistory history, RestoreValue restore, SaveContact contacts)
{
    /// <summary>Which value is to come back.</summary>
    public sealed class Input
    {
        /// <summary>The field, as the history names it.</summary>
        public string? Field { get; set; }
    }

    /// <summary>A page of a customer's.</summary>
    public async Task<Result<Listing<PastEvent>>> OfCustomer(long id, string? kind, string? cursor, CancellationToken ct)
    {
        if (!TryRead(cursor, out var before))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(cursor));
        }

        if (!string.IsNullOrEmpty(kind) && !history.AllKinds.Contains(kind))
        {
            return new Refusal.InvalidMany([new(nameof(kind), "history.kind_unknown", string.Join(", ", history.AllKinds))]);
        }

        return await db.Set<Customer>().AnyAsync(c => c.Id == id, ct) ? await Told(id, await history.Run(id, string.IsNullOrEmpty(kind) ? null : kind, before, ct), ct) : new Refusal.NotFound();
    }

    /// <summary>A page of a contact's.</summary>
    public async Task<Result<Listing<PastEvent>>> OfContact(long customerId, long id, string? cursor, CancellationToken ct)
    {
        if (!TryRead(cursor, out var before))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(cursor));
        }

        return (await contacts.One(customerId, id, ct)).TryGet(out _, out var refusal) ? await Told(customerId, await history.OfContact(id, before, ct), ct) : refusal;
    }

    /// <summary>Gives a customer one old value back; why not, where it does not.</summary>
    public async Task<Refusal?> Restore(long id, long entry, string? field, int? version, CancellationToken ct) =>
        !await db.Set<Customer>().AnyAsync(c => c.Id == id, ct) || await history.Entry(id, entry, ct) is not var (written, _) || !(written.Entity is nameof(Customer) or nameof(Contact) || OldRows.Are(written.Entity)) ? new Refusal.NotFound()
        : field is null ? NoField
        : (await restore.Run(id, entry, field, version, ct)).Refusal is var refusal and not Refusal.NotFound ? refusal : NoField;

    /// <summary>Gives a contact one old value back; why not, where it does not.</summary>
    public async Task<Refusal?> RestoreOfContact(long customerId, long id, long entry, string? field, int? version, CancellationToken ct) =>
        (await contacts.One(customerId, id, ct)).Refusal is not null || await history.EntryOfContact(id, entry, ct) is null ? new Refusal.NotFound()
        : field is null ? NoField
        : (await restore.OfContact(customerId, id, entry, field, version, ct)).Refusal is var refusal and not Refusal.NotFound ? refusal : NoField;

    /// <summary>The change holds no old value of the field that could come back.</summary>
    private static Refusal NoField => new Refusal.InvalidMany([new(nameof(Input.Field), "history.field_unknown")]);

    /// <summary>Where a page begins; the first has no cursor.</summary>
    internal static bool TryRead(string? cursor, out long? before)
    {
        before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        return before is not null || string.IsNullOrEmpty(cursor);
    }

    private async Task<Listing<PastEvent>> Told(long customerId, CustomerHistory.Page page, CancellationToken ct)
    {
        var may = db.Actor.May(Permission.CustomersWrite) && (await Ownership.Of(db, [customerId], ct)).Changes(customerId);
        return new([.. page.Events.Select(e => new PastEvent(e.Id, e.At, e.Actor, e.Via, e.Action, e.Entity, e.EntityId, [.. e.Changes.Select(c => new PastChange(c.Field, c.Before, c.After, may && restore.Can(e, c.Field)))]))],
            page.Next?.ToString(CultureInfo.InvariantCulture));
    }

    public static async Task<IResult> Get(long id, TellHistory useCase, CancellationToken ct, string? kind = null, string? cursor = null) => (await useCase.OfCustomer(id, kind, cursor, ct)).Answer(TypedResults.Ok);

    public static async Task<IResult> GetOfContact(long id, long contactId, TellHistory useCase, CancellationToken ct, string? cursor = null) => (await useCase.OfContact(id, contactId, cursor, ct)).Answer(TypedResults.Ok);

    public static async Task<IResult> Post(long id, long entry, Input input, TellHistory useCase, GetCustomer get, HttpContext http, CancellationToken ct) =>
        await useCase.Restore(id, entry, input.Field, Versions.Asked(http), ct) is { } refusal ? Answers.Problem(refusal) : await GetCustomer.Get(id, get, http, ct);

    public static async Task<IResult> PostOfContact(long id, long contactId, long entry, Input input, TellHistory useCase, SaveContact save, HttpContext http, CancellationToken ct) =>
        await useCase.RestoreOfContact(id, contactId, entry, input.Field, Versions.Asked(http), ct) is { } refusal ? Answers.Problem(refusal) : await SaveContact.Get(id, contactId, save, http, ct);
}
