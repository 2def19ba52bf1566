using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>A customer's fields as they are typed where they stand: the unit by its code, the parent by its number.</summary>
internal static class CustomerCell
{
    /// <summary>A field as one would type it; empty too where it names what the actor does not see.</summary>
    public static async Task<string> Of(CrmDb db, SaveCustomer.Input said, string input, CancellationToken ct) => input switch
    {
        nameof(SaveCustomer.Input.UnitId) => await db.Set<OrgUnit>().Where(u => u.Id == said.UnitId).Select(u => u.Code).SingleOrDefaultAsync(ct) ?? "",
        nameof(SaveCustomer.Input.ParentId) => await db.Set<Customer>().Where(c => c.Id == said.ParentId).Select(c => c.Number).SingleOrDefaultAsync(ct) ?? "",
        _ => TypedValue.Of(said, input),
    };

    /// <summary>What the unit or the parent is called.</summary>
    public static async Task<string> Name(CrmDb db, Customer customer, ListField field, CancellationToken ct) => (field.Input == nameof(SaveCustomer.Input.UnitId)
        ? await db.Set<OrgUnit>().Where(u => u.Id == customer.UnitId).Select(u => u.Name).SingleOrDefaultAsync(ct)
        : await db.Set<Customer>().Where(c => c.Id == customer.ParentId).Select(c => c.Name).SingleOrDefaultAsync(ct)) ?? "";

    /// <summary>Sets it, understood as the form understands it; the refusal where the text means nothing.</summary>
    public static async Task<Refusal?> Set(CrmDb db, SaveCustomer.Input input, ListField field, string? value, CancellationToken ct)
    {
        var said = string.IsNullOrWhiteSpace(value) ? null : value.Trim();
        switch (field.Input)
        {
            case nameof(SaveCustomer.Input.UnitId) when said is null:
                return new Refusal.InvalidMany([new(field.Input, "list.never_empty", field.Name)]);
            case nameof(SaveCustomer.Input.UnitId):
                // By code before name: a unit may be called what another's code is.
                var units = await PathRange.Of(db.Scope).Of(db).Where(u => u.Active && (u.Code == said || u.Name == said)).OrderBy(u => u.Code != said).ThenBy(u => u.Id).Select(u => new { u.Id, u.Code }).Take(2).ToListAsync(ct);
                input.UnitId = units.Count == 1 || (units.Count > 1 && units[0].Code == said) ? units[0].Id : null; // Of two that are called so, neither is meant.
                return input.UnitId is null ? new Refusal.Invalid("customer.unit_outside", field.Input) : null;
            case nameof(SaveCustomer.Input.ParentId):
                input.ParentId = said is null ? null : await Lookups.Customer(db, said, ct);
                return said is not null && input.ParentId is null ? new Refusal.Invalid("customer.parent_unknown", field.Input) : null;
            default:
                return TypedValue.Set(input, field.Input!, value) ? null : new Refusal.InvalidMany([new(field.Input!, "list.value_wrong", field.Name, value)]);
        }
    }
}
