using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>People in a merge: all move, two of one number stay two; only one stays the main contact.</summary>
internal sealed class MergeContacts : ICustomerChildren
{
    private const string NoLongerMain = "contacts.main";

    public string Kind => "contacts";

    public bool GoesWithCustomer => true;

    public string? TextKey => "contact.title";

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(Contact), nameof(Contact.CustomerId))];

    private static MovedRows Rows(CrmDb db) => new(db, typeof(Contact), nameof(Contact.CustomerId));

    /// <summary>All of a customer, the binned too; whose it is was asked before.</summary>
    private static IQueryable<Contact> Of(CrmDb db, long customerId) => db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(k => k.CustomerId == customerId);

    public Task<long> Count(CrmDb db, long customerId, CancellationToken ct) => Rows(db).Count(customerId, ct);

    /// <summary>What was written meanwhile at people who went home goes home with them; what people who went home gave to one who stayed, stays.</summary>
    public async Task Settle(CrmDb db, CustomersMoved moved, CancellationToken ct)
    {
        foreach (var customer in moved.Undone ? moved.LoserIds.Prepend(moved.SurvivorId) : [])
        {
            await RecordMoves.Home(db, RecordKind.Contact, typeof(Contact), customer, ct);
        }
    }

    public async Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        if (await Of(db, move.SurvivorId).AnyAsync(k => k.IsMain, ct))
        {
            await MovedRows.Note(db, move.MergeId, NoLongerMain, move.LoserId, move.SurvivorId, await Of(db, move.LoserId).Where(k => k.IsMain).Select(k => k.Id).OrderBy(id => id).ToListAsync(ct), ct);
            await Of(db, move.LoserId).Where(k => k.IsMain).ExecuteUpdateAsync(u => u.SetProperty(k => k.IsMain, false), ct);
        }

        return await Rows(db).Move(move.MergeId, Kind, move.LoserId, move.SurvivorId, null, ct);
    }

    public async Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        var went = await Rows(db).GiveBack(move.MergeId, Kind, move.LoserId, move.SurvivorId, null, ct);
        var mains = await MovedRows.Noted(db, move.MergeId, NoLongerMain, move.LoserId, move.SurvivorId, ct);
        if (mains.Count > 0 && !await Of(db, move.LoserId).AnyAsync(k => k.IsMain, ct))
        {
            await Of(db, move.LoserId).Where(k => EF.Parameter(mains).Contains(k.Id) && k.Active && k.DeletedAt == null).ExecuteUpdateAsync(u => u.SetProperty(k => k.IsMain, true), ct);
        }

        return went;
    }
}
