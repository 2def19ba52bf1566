using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Contact>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Customers;

/// <summary>The contacts in the bin: who put them there and when; restored or removed for good, one or many. Those of a customer that lies in the bin itself come back with it, those that became part of another with the undo of that merge; neither are listed.</summary>
internal sealed class ContactBinList : ListOf<Contact>
{
    private static readonly NamesOf Customers = (db, ids, ct) => db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);

    public override string Key => "contactBin";
    public override string Path => "/contacts/bin";
    public override string TextKey => "bin.contacts";
    public override string Permission => Platform.Access.Permission.CustomersWrite;
    public override string Order => "-deleted";
    public override string Below => "title";
    public override IReadOnlyList<string> Columns { get; } = ["name", "customer", "mobile", "deleted", "by"];
    public override IReadOnlyList<string> Quick { get; } = [];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", "")];

    protected override IReadOnlyList<ListField<Contact>> Declared => Own;

    private static readonly IReadOnlyList<ListField<Contact>> Own =
    [
        F.Of("name", "contact.name", K.Text, k => k.Name).Named(),
        F.Of("id", "list.id", K.Number, k => k.Id).Indexed().Hidden(),
        F.Of("customer", "contact.customer", K.Reference, k => k.CustomerId).Refers(Customers, id => $"/customers/{id}"),
        F.Of("title", "contact.post", K.Text, k => k.Title),
        F.Of("mobile", "contact.mobile", K.Text, k => k.Mobile),
        F.Of("phone", "customer.phone", K.Text, k => k.Phone),
        F.Of("email", "contact.email", K.Text, k => k.Email),
        F.Of("deleted", "bin.when", K.Instant, k => k.DeletedAt!.Value).Sorted().Indexed(),
        F.Of("by", "bin.who", K.Reference, k => k.DeletedBy).Refers(Origin.People),
    ];

    public override IReadOnlyList<ListWork> Works { get; } =
    [
        new("restore", "bin.restore", "restore", Platform.Access.Permission.CustomersWrite, AtOnce: true), new("remove", "bin.remove", "trash", Platform.Access.Permission.CustomersRemove, Danger: true),
    ];

    public override bool Undoes(string act) => act == "restore";

    /// <summary>What lies in the bin has no page: its name leads to its way out.</summary>
    public override string Record(Line line) => $"/lists/{Key}/work?act=restore&id={line.Id}";

    protected override IQueryable<Contact> Rows(CrmDb db) =>
        db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(k => k.DeletedAt != null && k.PartOfId == null && db.Set<Customer>().Any(c => c.Id == k.CustomerId && c.DeletedAt == null));

    public override async Task Work(IServiceProvider services, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var (db, save, remove) = (services.GetRequiredService<CrmDb>(), services.GetRequiredService<SaveContact>(), services.GetRequiredService<RemoveContact>());
        var ids = rows.Select(r => r.RowId).ToList();
        var customers = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => EF.Parameter(ids).Contains(k.Id)).ToDictionaryAsync(k => k.Id, k => k.CustomerId, ct);
        await Bins.Work(db, order, rows, id => remove.Run(id, ct), async (id, again) =>
            (await save.Bin(customers.GetValueOrDefault(id), id, into: again is not null, again, ct)).TryGet(out var contact, out var refusal) ? contact.Version : refusal);
    }
}
