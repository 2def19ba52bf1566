using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>What hangs on customers and on other records: people, notes, files, companies below.</summary>
internal static class CustomerHanging
{
    public static IServiceCollection AddCustomerHanging(this IServiceCollection services) => services
        .AddSingleton(new Hanging("customers", "contact.title", Permission.CustomersRead, (db, ids) => db.Set<Contact>().Where(k => EF.Parameter(ids).Contains(k.CustomerId)).Select(k => k.Id)))
        .AddSingleton(new Hanging("customers", "note.title", Permission.CustomersRead, (db, ids) => OfCustomers<Note>(db, ids).Select(n => n.Id)))
        .AddSingleton(new Hanging("customers", "attachment.title", Permission.CustomersRead, (db, ids) => OfCustomers<Attachment>(db, ids).Select(a => a.Id)))
        .AddSingleton(new Hanging("customers", "customer.subsidiaries", Permission.CustomersRead, (db, ids) => db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.ParentId!.Value) && !EF.Parameter(ids).Contains(c.Id)).Select(c => c.Id)))
        .AddHangingOn("contacts", RecordKind.Contact, Permission.CustomersRead);

    /// <summary>Notes and files of a list's records.</summary>
    public static IServiceCollection AddHangingOn(this IServiceCollection services, string list, string kind, string permission) => services
        .AddSingleton(new Hanging(list, "note.title", permission, (db, ids) => db.Set<Note>().Where(n => n.RecordKind == kind && EF.Parameter(ids).Contains(n.RecordId)).Select(n => n.Id)))
        .AddSingleton(new Hanging(list, "attachment.title", permission, (db, ids) => db.Set<Attachment>().Where(a => a.RecordKind == kind && EF.Parameter(ids).Contains(a.RecordId)).Select(a => a.Id)));

    /// <summary>What hangs on some customers or on anything of theirs that the reader may see.</summary>
    private static IQueryable<T> OfCustomers<T>(CrmDb db, IReadOnlyList<long> ids) where T : class, IOnRecord
    {
        var waybills = db.Actor.May(Permission.WaybillsRead);
        return db.Set<T>().There(db).Where(r => EF.Parameter(ids).Contains(r.CustomerId) && (waybills || r.RecordKind != RecordKind.Waybill));
    }
}
