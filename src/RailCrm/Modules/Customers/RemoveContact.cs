using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>Removes a contact from the bin for good, with its notes, files and marks. The trail keeps its own fields and who removed it.</summary>
internal sealed class RemoveContact(CrmDb db)
{
    /// <summary>Removes it and tells its name.</summary>
    public async Task<Result<string>> Run(long id, CancellationToken ct) => !db.Actor.May(Permission.CustomersRemove) ? new Refusal.Forbidden() : await db.Write<Result<string>>(async () =>
    {
        var binned = db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => k.Id == id && k.DeletedAt != null && k.PartOfId == null);
        if (await binned.Select(k => (long?)k.CustomerId).SingleOrDefaultAsync(ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        await MergeGround.Hold(db, [customer], ct); // Whoever restores it, or merges its customer, holds that too.
        if (await binned.SingleOrDefaultAsync(k => k.CustomerId == customer, ct) is not { } contact)
        {
            return new Refusal.NotFound();
        }

        if (!await MergeGround.Owned(db, await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id == customer).ToListAsync(ct), ct))
        {
            return new Refusal.Forbidden("bin.shared_stays");
        }

        await MergedContact.Free(db, [id], ct);
        await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => k.ReportsToId == id).ExecuteUpdateAsync(u => u.SetProperty(k => k.ReportsToId, (long?)null), ct);
        await RecordMoves.Forget(db, RecordKind.Contact, id, ct);
        await SearchIndex.Contacts.Forget(db, id, ct);
        db.Remove(contact);
        await db.SaveChangesAsync(ct);
        return contact.Name;
    }, ct);

    public static async Task<IResult> Delete(long id, RemoveContact useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(_ => TypedResults.NoContent());
}
