using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Dossier;

/// <summary>A customer's written dossier as this reader may see it: values and lists by name. What the reader may not see is not in it at all.</summary>
/// <param name="Fields">Value by name; null where nothing is known.</param>
/// <param name="Lists">Lines by the list's name.</param>
/// <param name="ChangedAt">The record's last change (UTC): the time that the document's parts bear.</param>
/// <param name="FileName">What the document is called, without ending.</param>
/// <param name="Files">The attachments, oldest first.</param>
internal sealed record DossierContent(IReadOnlyDictionary<string, string?> Fields, IReadOnlyDictionary<string, IReadOnlyList<string?[]>> Lists, DateTime ChangedAt, string FileName, IReadOnlyList<Attachment> Files);

/// <summary>Reads all that a written dossier of a customer holds, in the reader's language.</summary>
internal sealed class ReadDossier(CrmDb db, CustomFields fields, GetCustomer getCustomer, CustomerFigures figures, RecordKinds records)
{
    /// <summary>Facts have no month outside these.</summary>
    private static readonly (Month First, Month Last) Ever = (new(1900 * 12), new(2200 * 12));

    public async Task<Result<DossierContent>> Run(long customerId, CancellationToken ct)
    {
        if (!(await getCustomer.Run(customerId, ct)).TryGet(out var customer, out var refusal))
        {
            return refusal;
        }

        var business = db.Actor.May(Permission.WaybillsRead);
        var contacts = await db.Set<Contact>().AsNoTracking().Where(c => c.CustomerId == customerId).OrderByDescending(c => c.IsMain).ThenBy(c => c.Id).ToListAsync(ct);
        contacts.ForEach(k => db.Actor.Fields.Cover("contacts", k));
        var kinds = records.Of(db.Actor);
        var files = await db.Set<Attachment>().AsNoTracking().There(db).Where(a => a.CustomerId == customerId && EF.Parameter(kinds).Contains(a.RecordKind)).OrderBy(a => a.Id).ToListAsync(ct);
        var facts = business ? await figures.Rows(customerId, Ever.First, Ever.Last, ct) ?? [] : [];
        var units = await db.Set<OrgUnit>().AsNoTracking().Where(u => u.Id == customer.UnitId || u.ParentId == null).ToListAsync(ct);
        var parent = customer.ParentId is { } above ? await db.Set<Customer>().Where(c => c.Id == above).Select(c => c.Name).SingleOrDefaultAsync(ct) ?? Texts.Get("customer.hidden") : null;
        var source = new DossierSource(customer, units.Single(u => u.Id == customer.UnitId).Name, units.Single(u => u.ParentId == null).Name, parent, contacts, files, facts,
            [.. (await fields.Read(db, "customers", customer.Custom, CustomerRules.Of(customer), ct)).Where(f => f.Text is not null).Select(f => (f.Field.Called, f.Text))]);
        return new DossierContent(
            DossierField.All.Values.Where(f => db.Actor.May(f.Permission)).ToDictionary(f => f.Name, f => f.Of(source)),
            DossierList.All.Where(l => db.Actor.May(l.Permission)).ToDictionary(l => l.Code, IReadOnlyList<string?[]> (l) => [.. l.Of(source)]),
            customer.UpdatedAt, $"{customer.Number}-{customer.Name}-{Texts.Get("dossier.document")}", files);
    }
}
