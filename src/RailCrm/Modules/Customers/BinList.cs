using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Customer>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Customers;

/// <summary>The customers in the bin: who put them there and when; restored or removed for good, one or many.</summary>
internal sealed class BinList : ListOf<Customer>
{
    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
    private static readonly NamesOf Survivors = (db, ids, ct) => db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);

    /// <summary>The index of the bin; see <see cref="Customer"/>'s mapping.</summary>
    internal const string Index = "ix_customers_bin";

    /// <summary>What it holds: a bin of a hundred thousand is walked to its end without a look at a row.</summary>
    private static readonly HashSet<string> Held = [nameof(Customer.DeletedAt), nameof(Customer.Id), nameof(Customer.Name), nameof(Customer.Number), nameof(Customer.UnitId), nameof(Customer.DeletedBy)];

    public override string Key => "bin";
    public override string Path => "/customers/bin";
    public override string TextKey => "bin.title";
    public override string Permission => Platform.Access.Permission.CustomersDelete;
    public override string Order => "-deleted";
    public override string Below => "number";
    public override string SearchKey => "customer.search_hint";
    public override IReadOnlyList<string> Columns { get; } = ["name", "unit", "deleted", "by", "into"];
    public override IReadOnlyList<string> Quick { get; } = ["unit", "by", "from", "to"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", "")];

    protected override IReadOnlyList<ListField<Customer>> Declared => Own;

    private static readonly ListField<Customer> When = F.Of("deleted", "bin.when", K.Instant, c => c.DeletedAt!.Value).Sorted().Indexed();

    private static readonly IReadOnlyList<ListField<Customer>> Own =
    [
        F.Of("name", "customer.name", K.Text, c => c.Name).Asked(["~", "=", "!~"], Name).Containing().Named(),
        F.Of("id", "list.id", K.Number, c => c.Id).Indexed().Hidden(),
        F.Of("number", "customer.number", K.Text, c => c.Number).Indexed().Copied(),
        F.Of("unit", "customer.unit", K.Reference, c => c.UnitId).Asked(["=", "=="], Bins.Walked<Customer>(CustomerAsks.Unit)).Refers(Units, id => $"/organization/{id}"),
        When,
        F.Only("from", "bin.from", K.Text, ["="], (db, asked, ct) => When.Where(db, asked with { Operator = ">=" }, ct)).SayingHow(),
        F.Only("to", "bin.to", K.Text, ["="], (db, asked, ct) => When.Where(db, asked with { Operator = "<=" }, ct)).SayingHow(),
        F.Of("by", "bin.who", K.Reference, c => c.DeletedBy).Asked(["="], Bins.By<Customer>(c => c.DeletedBy)).Refers(Origin.People).LookedUp("/api/v1/lookup/accounts?q="),
        F.Of("into", "merge.bin_into", K.Reference, c => c.MergedIntoId).Refers(Survivors, id => $"/customers/{id}"),
    ];

    public override IReadOnlyList<ListWork> Works { get; } =
    [
        new("restore", "bin.restore", "restore", Platform.Access.Permission.CustomersDelete, AtOnce: true), new("remove", "bin.remove", "trash", Platform.Access.Permission.CustomersRemove, Danger: true),
    ];

    public override bool Undoes(string act) => act == "restore";

    /// <summary>What lies in the bin has no page: its name leads to its way out.</summary>
    public override string Record(Line line) => $"/lists/{Key}/work?act=restore&id={line.Id}";

    private protected override Covering Cover { get; } = new(Index, Held, new HashSet<string> { "deleted" }, Held, new HashSet<string>());

    private protected override IQueryable<Customer> Passed(CrmDb db) => base.Passed(db).Where(c => c.DeletedAt != null);

    /// <summary>A name that contains this, as in the list of customers.</summary>
    private static async Task<Result<Condition<Customer>>> Name(CrmDb db, Criterion asked, CancellationToken ct) =>
        (await CustomerAsks.Name(db, asked, few: true, ct)).TryGet(out var named, out var refusal) ? named.Some is null ? named : Bins.Along(named) : refusal;

    protected override async Task<Searched<Customer>> Search(CrmDb db, string typed, CancellationToken ct)
    {
        var (ids, words) = await CustomerSearch.Matching(db, typed, ct);
        return new(ids, [.. words.Select(Bins.Along)]);
    }

    protected override IQueryable<Customer> Rows(CrmDb db) => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(c => c.DeletedAt != null);

    public override async Task Work(IServiceProvider services, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var (get, remove) = (services.GetRequiredService<GetCustomer>(), services.GetRequiredService<RemoveCustomer>());
        await Bins.Work(services.GetRequiredService<CrmDb>(), order, rows, id => remove.Run(id, ct), async (id, again) =>
            (await get.Bin(id, into: again is not null, again, ct)).TryGet(out var customer, out var refusal) ? customer.Version : refusal);
    }
}
