using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Customers;

/// <summary>Gives one field of a customer or a contact the value it had before a change; checked, audited and version-checked as any other edit.</summary>
internal sealed class RestoreValue(CrmDb db, CustomFields fields, CustomerHistory history, GetCustomer getCustomer, SaveCustomer saveCustomer, SaveContact saveContact)
{
    /// <summary>Fields of a customer that may be given back; its lists are in <see cref="OldRows"/>.</summary>
    private static readonly HashSet<string> OfCustomer = [.. typeof(SaveCustomer.Input).GetProperties().Select(p => p.Name).Where(n => n != nameof(Customer.Custom) && typeof(Customer).GetProperty(n) is { } p && p.PropertyType.Name != "List`1"), nameof(Customer.MarketShareBasisPoints)];

    private static readonly HashSet<string> FieldsOfContact = [.. typeof(SaveContact.Input).GetProperties().Select(p => p.Name).Where(n => n != nameof(Contact.Custom))];

    /// <summary>Whether a change of this field can be turned back.</summary>
    public bool Can(CustomerHistory.Happening e, string field) => (OldRows.Can(e.Action, e.Entity, field) || (e.Action == "updated" && e.Entity is nameof(Customer) or nameof(Contact) && (field.StartsWith("Custom.", StringComparison.Ordinal) ? fields.Of(CustomerHistory.ListOf(e.Entity), db.Actor).Any(f => f.Key == field[7..]) : e.Entity switch
    {
        nameof(Customer) => OfCustomer.Contains(field),
        nameof(Contact) => FieldsOfContact.Contains(field),
        _ => false,
    }))) && db.Actor.Fields.Edits(CustomerHistory.ListOf(e.Entity), field);

    /// <summary>Gives <paramref name="field"/> the value from before the change <paramref name="entryId"/>, if the customer still has <paramref name="version"/>.</summary>
    public async Task<Result<Customer>> Run(long customerId, long entryId, string field, int? version, CancellationToken ct)
    {
        if (!(await getCustomer.Run(customerId, ct)).TryGet(out var customer, out var refusal))
        {
            return refusal;
        }

        if (version is not null && customer.Version != version)
        {
            return new Refusal.Stale(); // Also for a contact's entry: it stands in the customer's history.
        }

        if (await history.Entry(customerId, entryId, ct) is not var (entry, changes) || !changes.TryGetValue(field, out var values))
        {
            return new Refusal.NotFound();
        }

        if (OldRows.Can(entry.Action, entry.Entity, field))
        {
            var list = CustomerRules.Of(customer);
            return await OldRows.Say(db, list, customerId, entry, changes, field, ct) is { } unsaid ? unsaid : await saveCustomer.Run(customerId, version ?? customer.Version, list, ct); // What was rebuilt is of this version.
        }

        if (entry is not { Action: "updated", Entity: nameof(Customer) or nameof(Contact) })
        {
            return new Refusal.NotFound();
        }

        if (field.StartsWith("Custom.", StringComparison.Ordinal))
        {
            return await Own(customer, entry, field[7..], values[0], version, ct);
        }

        if (entry.Entity == nameof(Customer) && OfCustomer.Contains(field))
        {
            var input = CustomerRules.Of(customer);
            if (field == nameof(Customer.MarketShareBasisPoints))
            {
                input.MarketSharePercent = values[0].ValueKind == JsonValueKind.Null ? null : values[0].GetInt32() / 100m;
            }
            else
            {
                Set(input, field, values[0]);
            }

            return await saveCustomer.Run(customerId, version, input, ct);
        }

        if (entry.Entity == nameof(Contact) && FieldsOfContact.Contains(field) && await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == entry.EntityId && k.CustomerId == customerId, ct) is { } contact)
        {
            var input = SaveContact.Said(contact);
            SetWith(input, field, changes);
            return (await saveContact.Run(customerId, contact.Id, contact.Version, input, ct)).TryGet(out _, out refusal) ? customer : refusal;
        }

        return new Refusal.NotFound();
    }

    /// <summary>A value before with those that say nothing without it, as they changed together: a day and its calendar, having left and when.</summary>
    private static void SetWith(SaveContact.Input input, string field, Dictionary<string, JsonElement[]> changes)
    {
        var together = ContactFields.More.Where(f => f.With == field || (f.Name == field && f.With is not null)).Select(f => f.With == field ? f.Name : f.With!);
        foreach (var name in together.Append(field).Where(changes.ContainsKey))
        {
            Set(input, name, changes[name][0]);
        }
    }

    /// <summary>The same for a contact's own history, if the contact still has <paramref name="version"/>.</summary>
    public async Task<Result<Contact>> OfContact(long customerId, long contactId, long entryId, string field, int? version, CancellationToken ct)
    {
        if (!(await saveContact.One(customerId, contactId, ct)).TryGet(out var contact, out var refusal))
        {
            return refusal;
        }

        if (await history.EntryOfContact(contactId, entryId, ct) is not ({ Action: "updated" }, var changes) || !changes.TryGetValue(field, out var values))
        {
            return new Refusal.NotFound();
        }

        var input = SaveContact.Said(contact);
        if (field.StartsWith("Custom.", StringComparison.Ordinal) && fields.Of("contacts", db.Actor).FirstOrDefault(f => f.Key == field[7..]) is { } own)
        {
            input.Custom = new() { [own.Key] = CustomValue.Typed(own, values[0]) };
        }
        else if (FieldsOfContact.Contains(field))
        {
            SetWith(input, field, changes);
        }
        else
        {
            return new Refusal.NotFound();
        }

        return await saveContact.Run(customerId, contactId, version, input, ct);
    }

    private async Task<Result<Customer>> Own(Customer customer, AuditEntry entry, string key, JsonElement before, int? version, CancellationToken ct)
    {
        var list = CustomerHistory.ListOf(entry.Entity);
        if (fields.Of(list, db.Actor).FirstOrDefault(f => f.Key == key) is not { } field)
        {
            return new Refusal.NotFound();
        }

        Dictionary<string, string?> said = new() { [key] = CustomValue.Typed(field, before) };
        if (list == "customers")
        {
            var input = CustomerRules.Of(customer);
            input.Custom = said;
            return await saveCustomer.Run(customer.Id, version, input, ct);
        }

        if (await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == entry.EntityId && k.CustomerId == customer.Id, ct) is not { } contact)
        {
            return new Refusal.NotFound();
        }

        var of = SaveContact.Said(contact);
        of.Custom = said;
        return (await saveContact.Run(customer.Id, contact.Id, contact.Version, of, ct)).TryGet(out _, out var refusal) ? customer : refusal;
    }

    private static void Set<T>(T input, string field, JsonElement value) where T : class
    {
        var property = typeof(T).GetProperty(field)!;
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        property.SetValue(input, value.ValueKind == JsonValueKind.Null ? (property.PropertyType == typeof(string) && field == nameof(Customer.Name) ? "" : null)
            : type.IsEnum ? (value.ValueKind == JsonValueKind.Number ? Enum.ToObject(type, value.GetInt32()) : Enum.Parse(type, value.GetString()!))
            : type == typeof(string) ? (field == nameof(Customer.Tags) ? value.GetString()!.Trim(',') : value.GetString())
            : value.Deserialize(type));
    }
}
