using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>Customers and contacts as records that notes, files and marks hang on.</summary>
internal static class CustomerRecords
{
    public static readonly RecordKind Customers = new(RecordKind.Customer, "record.customer", "building", Permission.CustomersRead, async (db, ids, ct) =>
        [.. (await db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).Select(c => new RecordFound(c.Id, c.Id, c.Name, $"/customers/{Text(c.Id)}"))]);

    /// <remarks>A contact whose customer lies in the bin is out of sight with it.</remarks>
    public static readonly RecordKind Contacts = new(RecordKind.Contact, "record.contact", "user", Permission.CustomersRead, async (db, ids, ct) =>
        [.. (await (from k in db.Set<Contact>() where EF.Parameter(ids).Contains(k.Id) join c in db.Set<Customer>() on k.CustomerId equals c.Id select new { k.Id, k.CustomerId, k.Name, Erased = k.ErasedAt != null }).ToListAsync(ct))
            .Select(k => new RecordFound(k.Id, k.CustomerId, k.Name, $"/customers/{Text(k.CustomerId)}/contacts/{Text(k.Id)}", k.Erased))]);

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>What hangs on records names a customer that exists.</summary>
    internal sealed class Mapping : IEntityTypeConfiguration<Note>, IEntityTypeConfiguration<RecordMark>
    {
        public void Configure(EntityTypeBuilder<Note> builder) => builder.HasOne<Customer>().WithMany().HasForeignKey(n => n.CustomerId).OnDelete(DeleteBehavior.Restrict);
        public void Configure(EntityTypeBuilder<RecordMark> builder) => builder.HasOne<Customer>().WithMany().HasForeignKey(m => m.CustomerId).OnDelete(DeleteBehavior.Restrict);
    }
}
