using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Files;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>How the rows of the list of customers are found, put together and changed.</summary>
internal sealed partial class CustomerList
{
    internal override Task<Result<TableExport>> Whole(IServiceProvider services, View view, string format, CancellationToken ct) => services.GetRequiredService<ExportCustomers>().Run(format, view, ct);

    /// <inheritdoc/>
    public override async Task<IReadOnlySet<long>> Fixed(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct)
    {
        if (db.Scope.Width == ScopeWidth.All)
        {
            return await base.Fixed(db, ids, ct);
        }

        var held = await Ownership.Of(db, ids.ToHashSet(), ct);
        return ids.Where(i => !held.Changes(i)).ToHashSet();
    }

    public override async Task<Refusal?> Refuses(CrmDb db, WorkOrder order, CancellationToken ct) => await OwnWrong(db, order, ct) ?? await (PartOf(order) is { } part ? part.Refuses(db, order, ct) : WorkOnCustomers.Refuses(db, this, order, ct));

    private CustomerListPart? PartOf(WorkOrder order) => _parts.FirstOrDefault(p => p.Works.Any(w => w.Key == order.Act));

    public override async Task<IReadOnlyList<(string Value, string Text)>> WorkChoices(CrmDb db, string act, CancellationToken ct) =>
        act == "assign" ? [.. (await new ListUnits(db).Run(ct)).Where(u => u.Active).Select(u => (u.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), u.Name))] : [];

    public override Task Work(IServiceProvider services, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct) => PartOf(order) is { } part ? part.Work(services.GetRequiredService<CrmDb>(), order, rows, ct) : WorkOnCustomers.Run(services.GetRequiredService<CrmDb>(), services.GetRequiredService<CustomFields>(), this, order, rows, ct);

    /// <summary>Fields by which likely duplicates are found.</summary>
    private static readonly HashSet<string> Compared = [nameof(SaveCustomer.Input.Name), nameof(SaveCustomer.Input.CreditCode), nameof(SaveCustomer.Input.Phone), nameof(SaveCustomer.Input.RegisteredAddress), nameof(SaveCustomer.Input.BusinessAddress)];

    public override async Task Worked(IServiceProvider services, long jobId, WorkOrder order, CancellationToken ct)
    {
        if (order.Act == "edit" && Find(order.Field)?.Input is { } field && Compared.Contains(field))
        {
            var db = services.GetRequiredService<CrmDb>();
            await RenewLater.Queue(db, await WorkRow.Done(db, jobId, RenewLater.MostRows + 1, ct), [], ct);
        }
    }

    public override async Task<Result<Edited>> Edit(IServiceProvider services, long id, ListField field, string? value, string? was, CancellationToken ct)
    {
        if (!(await services.GetRequiredService<GetCustomer>().Run(id, ct)).TryGet(out var customer, out var refusal))
        {
            return refusal;
        }

        var input = CustomerRules.Of(customer);
        input.Custom = OwnSaid(customer.Custom);
        var db = services.GetRequiredService<CrmDb>();
        if (!TypedValue.Same(await CustomerCell.Of(db, input, field.Input!, ct), was))
        {
            return new Refusal.Stale();
        }

        return await CustomerCell.Set(db, input, field, value, ct) is { } wrong ? wrong
            : !(await services.GetRequiredService<SaveCustomer>().Run(id, customer.Version, input, ct)).TryGet(out var saved, out refusal) ? refusal
            : field.Key is "toUnit" or "toParent" ? new Edited(await CustomerCell.Name(db, saved, field, ct), await CustomerCell.Of(db, CustomerRules.Of(saved), field.Input!, ct))
            : Told(saved, field);
    }

    protected override async Task<Searched<Customer>> Search(CrmDb db, string typed, CancellationToken ct)
    {
        var (ids, words) = await CustomerSearch.Matching(db, typed, ct);
        return new(ids, words);
    }

    private protected override Covering Cover => GroupCustomers.Cover;

    /// <remarks>A subsidiary's entries are few enough; of the group's million, what kept sums do not tell takes up to a second, too much for the foot of every page.</remarks>
    private protected override bool AddsUp(CrmDb db, ListField<Customer> by, IReadOnlyList<Condition<Customer>> conditions) => db.Scope.Width != ScopeWidth.All || GroupCustomers.Kept(db, by, conditions) is not null;

    private protected override async Task<Halves<Customer>?> Halved(CrmDb db, CancellationToken ct)
    {
        if (db.Scope.Width != ScopeWidth.Wide)
        {
            return null;
        }

        var units = await PathRange.Of(db.Scope).Of(db).Select(u => u.Id).ToListAsync(ct);
        return new(new(c => EF.Parameter(units).Contains(c.UnitId), null, Indexed: true), Ownership.Granted(db), units);
    }

    private protected override Task<List<Group>?> GroupsOfAll(CrmDb db, ListField<Customer> by, IReadOnlyList<ListField<Customer>> sums, IReadOnlyList<Condition<Customer>> conditions, CancellationToken ct) => GroupCustomers.All(db, by, sums, conditions, ct);
}
