using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Changes one field, a tag, the unit or the bin of many customers: the rules of the form, a few hundred rows in one transaction.</summary>
internal static class WorkOnCustomers
{
    /// <summary>Why the order cannot be given: what would be wrong for every row.</summary>
    public static async Task<Refusal?> Refuses(CrmDb db, CustomerList list, WorkOrder order, CancellationToken ct)
    {
        if (order.Act is "bin")
        {
            return null;
        }

        if (order.Act is "tag" or "untag")
        {
            return string.IsNullOrWhiteSpace(order.Value) ? Wrong("list.tag_missing") : CustomerRules.Check(new() { Name = "x", Tags = order.Value }) is [var tag, ..] ? Wrong(tag.Code, tag.Args) : null;
        }

        var input = new SaveCustomer.Input { Name = "x" };
        if (FieldOf(list, order) is not { } field || !TypedValue.Set(input, field, order.Value))
        {
            return order.Act == "assign" ? Wrong("customer.unit_outside") : Wrong("list.value_wrong", list.Find(order.Field) is { } known ? known.Name : "", order.Value);
        }

        return CustomerRules.Check(input) is [var error, ..] ? Wrong(error.Code, error.Args)
            : input.UnitId is { } unit && !await UnitTakes(db, unit, ct) ? Wrong("customer.unit_outside") : null;

        Refusal Wrong(string code, params object?[] args) => new Refusal.InvalidMany([new(nameof(order.Value), code, args)]);
    }

    /// <summary>Does it to some rows.</summary>
    public static async Task Run(CrmDb db, CustomFields fields, CustomerList list, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var ids = rows.Select(r => r.RowId).ToList();
        var customers = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        var lists = await Completeness.Lists.Of(db, ids, ct);
        var field = order.Act is "tag" or "untag" ? nameof(SaveCustomer.Input.Tags) : FieldOf(list, order);
        var held = await Ownership.Of(db, customers.Values, ct);
        var unitTakes = new Dictionary<long, bool>();
        var found = new List<Customer>(); // Those whose search terms change.
        foreach (var row in rows)
        {
            if (!customers.TryGetValue(row.RowId, out var customer) || (customer.DeletedAt is not null && order is not { Act: "bin", UndoOf: not null }))
            {
                row.Refuse("common.not_found");
            }
            else if (order.UndoOf is not null && customer.Version != row.VersionAfter)
            {
                row.Refuse("list.changed_since");
            }
            else if (held.Prevents(customer.Id, moves: order.Act is "bin" or "assign") is { } shared)
            {
                row.Refuse(shared.Code);
            }
            else if (field is null && order.Act != "bin")
            {
                row.Refuse("list.work_kept"); // The role was narrowed since.
            }
            else if (order.Act == "bin")
            {
                (customer.DeletedAt, customer.DeletedBy) = order.UndoOf is null ? (db.UtcNow, db.Actor.UserId) : ((DateTime?)null, (long?)null);
                Done(row, customer);
            }
            else
            {
                await Change(customer, row);
            }
        }

        await db.SaveChangesAsync(ct);
        foreach (var customer in found)
        {
            await CustomerSearch.Write(db, customer, ct);
        }

        foreach (var row in rows.Where(r => r.Outcome == "done"))
        {
            row.VersionAfter = customers[row.RowId].Version;
        }

        async Task Change(Customer customer, WorkRow row)
        {
            var input = CustomerRules.Of(customer);
            input.Custom = fields.Said(list.Key, customer.Custom, db.Actor);
            var before = TypedValue.Of(input, field!);
            var after = order.UndoOf is not null ? row.Before
                : order.Act switch { "tag" => string.Join(',', Tags(before).Union(Tags(order.Value))), "untag" => string.Join(',', Tags(before).Except(Tags(order.Value))), _ => order.Value };
            if (!TypedValue.Set(input, field!, after))
            {
                row.Refuse("list.value_refused");
                return;
            }

            if (CustomerRules.Check(input) is [var error, ..])
            {
                row.Refuse(error.Code);
                return;
            }

            if (input.UnitId is { } unit && unit != customer.UnitId && !(unitTakes.TryGetValue(unit, out var takes) ? takes : unitTakes[unit] = await UnitTakes(db, unit, ct)))
            {
                row.Refuse("customer.unit_outside");
                return;
            }

            input.Custom = input.Custom?.Where(c => $"Custom.{c.Key}" == field).ToDictionary();
            if (await fields.Apply(db, list.Key, customer, customer.Id, customer.Id, input.Custom, input, ct) is { } wrong)
            {
                row.Refuse(wrong is Refusal.InvalidMany { Errors: [var first, ..] } ? first.Code : wrong.Code);
                return;
            }

            CustomerRules.Apply(input, customer, input.UnitId ?? customer.UnitId, customer.UpdatedAt);
            var now = CustomerRules.Of(customer);
            now.Custom = fields.Said(list.Key, customer.Custom, db.Actor);
            if (TypedValue.Of(now, field!) == before)
            {
                row.Outcome = "same";
                return;
            }

            customer.Completeness = Completeness.Score(customer, lists.GetValueOrDefault(customer.Id));
            customer.UpdatedAt = db.UtcNow;
            row.Before = before;
            Done(row, customer);
            if (field is nameof(SaveCustomer.Input.ShortName))
            {
                found.Add(customer);
            }
        }

        void Done(WorkRow row, Customer customer)
        {
            row.Outcome = "done";
            db.Entry(customer).Property(c => c.UpdatedAt).IsModified = true;
        }
    }

    private static string? FieldOf(CustomerList list, WorkOrder order) => order.Act == "assign" ? nameof(SaveCustomer.Input.UnitId) : list.Find(order.Field) is { IsBulk: true, Input: { } input } ? input : null;

    private static string[] Tags(string? typed) => (typed ?? "").Split([',', '，', '、', ';', '；'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static async Task<bool> UnitTakes(CrmDb db, long unit, CancellationToken ct) =>
        await db.Set<OrgUnit>().AsNoTracking().Where(u => u.Id == unit && u.Active).Select(u => u.Path).SingleOrDefaultAsync(ct) is { } path && db.Scope.Covers(path);
}
