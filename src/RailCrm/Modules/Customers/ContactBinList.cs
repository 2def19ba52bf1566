using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Contact>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Customers;

/// <summary>The contacts in the bin: who put them there and when; restored or removed for good, one or many. Those of a customer that lies in the bin itself come back with it, those that became part of another with the undo of that merge; neither are listed.</summary>
internal sealed class ContactBinList(Platform.Access.CurrentActor? current = null) : ListOf<Contact>(null, current)
{
    /// <summary>The index of the bin; see <see cref="Contact"/>'s mapping.</summary>
    internal const string Index = "ix_customer_contacts_bin";

    /// <summary>More customers than this are looked at row by row rather than named.</summary>
    private const int Few = 8_000;

    /// <summary>Beyond so many hits the search's index is left and the bin walked instead.</summary>
    private const int Common = 5_000;

    /// <summary>What the index holds.</summary>
    private static readonly HashSet<string> Held = [nameof(Contact.DeletedAt), nameof(Contact.Id), nameof(Contact.Name), nameof(Contact.CustomerId), nameof(Contact.DeletedBy), nameof(Contact.PartOfId)];

    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
    private static readonly NamesOf Customers = (db, ids, ct) => db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);

    public override string Key => "contactBin";
    public override string Path => "/contacts/bin";
    public override string TextKey => "bin.contacts";
    public override string Permission => Platform.Access.Permission.CustomersWrite;
    public override string Order => "-deleted";
    public override string Below => "title";
    public override string SearchKey => "contact.search_hint";
    public override IReadOnlyList<string> Columns { get; } = ["name", "customer", "mobile", "deleted", "by"];
    public override IReadOnlyList<string> Quick { get; } = ["customer", "unit", "by", "from", "to"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", "")];

    protected override IReadOnlyList<ListField<Contact>> Declared => Own;

    private static readonly ListField<Contact> When = F.Of("deleted", "bin.when", K.Instant, k => k.DeletedAt!.Value).Sorted().Indexed();

    private static readonly IReadOnlyList<ListField<Contact>> Own =
    [
        F.Of("name", "contact.name", K.Text, k => k.Name).Asked(["~", "=", "!~"], Name).Containing().Named(),
        F.Of("id", "list.id", K.Number, k => k.Id).Indexed().Hidden(),
        F.Of("customer", "contact.customer", K.Reference, k => k.CustomerId).Asked(["=", "!="], ContactAsks.Customer).Refers(Customers, id => $"/customers/{id}").LookedUp("/api/v1/lookup/customers?q="),
        F.Of("unit", "customer.unit", K.Reference, k => k.Customer!.UnitId).Asked(["=", "=="], Bins.Walked(ContactAsks.OfCustomer(CustomerAsks.Unit))).Refers(Units, id => $"/organization/{id}"),
        F.Of("title", "contact.post", K.Text, k => k.Title),
        F.Of("mobile", "contact.mobile", K.Text, k => k.Mobile).RuledAs("contacts", nameof(Contact.Mobile)),
        F.Of("phone", "customer.phone", K.Text, k => k.Phone).RuledAs("contacts", nameof(Contact.Phone)),
        F.Of("email", "contact.email", K.Text, k => k.Email).RuledAs("contacts", nameof(Contact.Email)),
        When,
        F.Only("from", "bin.from", K.Text, ["="], (db, asked, ct) => When.Where(db, asked with { Operator = ">=" }, ct)).SayingHow(),
        F.Only("to", "bin.to", K.Text, ["="], (db, asked, ct) => When.Where(db, asked with { Operator = "<=" }, ct)).SayingHow(),
        F.Of("by", "bin.who", K.Reference, k => k.DeletedBy).Asked(["="], Bins.By<Contact>(k => k.DeletedBy)).Refers(Origin.People).LookedUp("/api/v1/lookup/accounts?q="),
    ];

    public override IReadOnlyList<ListWork> Works { get; } =
    [
        new("restore", "bin.restore", "restore", Platform.Access.Permission.CustomersWrite, AtOnce: true), new("remove", "bin.remove", "trash", Platform.Access.Permission.CustomersRemove, Danger: true),
    ];

    public override bool Undoes(string act) => act == "restore";

    /// <summary>What lies in the bin has no page: its name leads to its way out.</summary>
    public override string Record(Line line) => $"/lists/{Key}/work?act=restore&id={line.Id}";

    private protected override Covering Cover { get; } = new(Index, Held, new HashSet<string> { "deleted" }, Held, new HashSet<string>());

    private protected override IQueryable<Contact> Passed(CrmDb db) => base.Passed(db).Where(k => k.DeletedAt != null);

    /// <summary>A name that contains this, or is exactly this.</summary>
    private static Task<Result<Condition<Contact>>> Name(CrmDb db, Criterion asked, CancellationToken ct) => Task.FromResult<Result<Condition<Contact>>>(
        asked.Values.Any(v => v.Length is 0 or > 200 || !PlainText.IsStorable(v)) ? new Refusal.InvalidMany([new(asked.Field, "customer.text_unstorable")])
        : asked.Operator == "!~" ? Condition<Contact>.Any([.. asked.Values.Select(Holding)]).Not()
        : Condition<Contact>.Any([.. asked.Values.Select(v => asked.Operator == "=" ? new Condition<Contact>(k => k.Name == v, null, Indexed: true) : Holding(v))]));

    private static Condition<Contact> Holding(string typed)
    {
        var pattern = ContactAsks.Pattern(typed);
        return new(k => EF.Functions.Like(k.Name, pattern, "\\"), null);
    }

    protected override async Task<Searched<Contact>> Search(CrmDb db, string typed, CancellationToken ct) =>
        SearchTerms.Query(typed) is not { } query ? new([], [])
        : await SearchIndex.Contacts.Few(db, query, Common, ct) is { Count: < Common } ids ? new(ids, KeptPhones.Contacts(db, typed)) : new(null, [ContactAsks.Found(typed), .. KeptPhones.Contacts(db, typed)]);

    protected override async Task<IReadOnlyList<long>?> Within(CrmDb db, CancellationToken ct)
    {
        if (db.Scope.Width != ScopeWidth.Narrow || await db.Set<Customer>().Select(c => c.Id).Take(Few).ToListAsync(ct) is not { Count: < Few } customers)
        {
            return null;
        }

        return await db.Set<Contact>().IgnoreQueryFilters().Where(k => EF.Parameter(customers).Contains(k.CustomerId) && k.DeletedAt != null).Select(k => k.Id).ToListAsync(ct);
    }

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
