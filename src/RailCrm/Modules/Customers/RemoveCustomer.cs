using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>Removes a customer from the bin for good, with its people, files and lists. One that has waybills, subsidiaries or a merge behind it stays: books and other records name it.</summary>
internal sealed class RemoveCustomer(CrmDb db, IEnumerable<ICustomerChildren> children)
{
    /// <summary>Removes it; refused with what keeps it there. The trail keeps its own fields and who removed it, and of its people, files and notes what was told when they changed.</summary>
    public async Task<Result<string>> Run(long id, CancellationToken ct) => !db.Actor.May(Permission.CustomersRemove) ? new Refusal.Forbidden() : await db.Write<Result<string>>(async () =>
    {
        await MergeGround.Hold(db, [id], ct);
        var customer = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).SingleOrDefaultAsync(c => c.Id == id && c.DeletedAt != null, ct);
        if (customer is null)
        {
            return new Refusal.NotFound();
        }

        if (!await MergeGround.Owned(db, [customer], ct))
        {
            return new Refusal.Forbidden("bin.shared_stays");
        }

        if (customer.MergedIntoId is not null || await db.Set<CustomerMerge>().AnyAsync(m => m.SurvivorId == id, ct))
        {
            return new Refusal.Conflict("bin.merged_stays");
        }

        foreach (var child in children.Where(c => !c.GoesWithCustomer))
        {
            if (await child.Count(db, id, ct) > 0)
            {
                return new Refusal.Conflict("bin.hangs");
            }
        }

        var people = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => k.CustomerId == id).Select(k => k.Id).ToListAsync(ct);
        await MergedContact.Free(db, people, ct);
        foreach (var contact in people)
        {
            await SearchIndex.Contacts.Forget(db, contact, ct);
        }

        await SearchIndex.Customers.Forget(db, id, ct);
        foreach (var (entity, property) in children.Where(c => c.GoesWithCustomer).SelectMany(c => c.Covers).Where(c => c.Entity != typeof(AuditEntry) && c.Entity != typeof(CustomerMerge)).Reverse()) // What was registered later may hang on what was registered before.
        {
            var type = db.Model.FindEntityType(entity)!;
            var table = type.GetTableName()!;
            var column = type.FindProperty(property)!.GetColumnName();
            if (type.GetForeignKeys().FirstOrDefault(f => f.PrincipalEntityType == type && !f.IsRequired) is { } above)
            {
                var below = $"DELETE FROM {table} WHERE {column} = {{0}} AND {above.Properties[0].GetColumnName()} IS NOT NULL"; // Answers before what they answer: SQLite looks after each row.
                await db.Database.ExecuteSqlRawAsync(below, [id], ct);
            }

            var sql = $"DELETE FROM {table} WHERE {column} = {{0}}";
            await db.Database.ExecuteSqlRawAsync(sql, [id], ct);
        }

        db.Remove(customer);
        await db.SaveChangesAsync(ct);
        return customer.Name;
    }, ct);

    public static async Task<IResult> Delete(long id, RemoveCustomer useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(_ => TypedResults.NoContent());
}
