using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Shows what is masked in one record, to whoever says why; that it was shown stands in the audit trail before it is.</summary>
internal sealed class RevealFields(CrmDb db, Allowance allowance)
{
    /// <summary>Longest reason.</summary>
    public const int ReasonLength = 200;

    /// <summary>Records that one person is shown in an hour: enough for a day's calls, too few to copy a database.</summary>
    public const int MostInAnHour = 60;

    /// <summary>What is masked in a record.</summary>
    /// <param name="Id">The record.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Path">Its page.</param>
    /// <param name="Fields">The fields, by what they are called, with their values where they are shown.</param>
    public sealed record Shown(long Id, string Name, string Path, IReadOnlyList<(string TextKey, string? Value)> Fields);

    /// <summary>What there is to show, masked.</summary>
    public async Task<Result<Shown>> Look(string list, long id, CancellationToken ct) => await Read(list, id, ct) is { } found ? found.Told(f => db.Actor.Fields.Told(list, f.Field.Name, f.Value)) : new Refusal.NotFound();

    /// <summary>Shows it.</summary>
    public async Task<Result<Shown>> Run(string list, long id, string? reason, CancellationToken ct)
    {
        var why = PlainText.Trimmed(reason);
        if (why is null || why.Length > ReasonLength || !PlainText.IsStorable(why))
        {
            return new Refusal.InvalidMany([new("Reason", "reveal.reason_missing", ReasonLength)]);
        }

        if (db.Actor.ReadsOnly)
        {
            return new Refusal.Forbidden();
        }

        if (await Read(list, id, ct) is not { Fields.Count: > 0 } found)
        {
            return new Refusal.NotFound();
        }

        if (!allowance.Take($"reveal:{db.Actor.UserId}", MostInAnHour, TimeSpan.FromHours(1)))
        {
            return new Refusal.InvalidMany([new("Reason", "reveal.too_many", MostInAnHour)]);
        }

        db.Add(new AuditEntry(db.Actor, db.UtcNow, "revealed", list == "customers" ? nameof(Customer) : nameof(Contact), id, found.CustomerId,
            JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Reason"] = [null, why], ["Revealed"] = [null, string.Join(", ", found.Fields.Select(f => f.Field.Name))] })));
        await db.SaveChangesAsync(ct);
        return found.Told(f => f.Value);
    }

    private sealed record Found(long Id, long CustomerId, string Name, string Path, IReadOnlyList<(RuledField Field, string? Value)> Fields)
    {
        public Shown Told(Func<(RuledField Field, string? Value), string?> told) => new(Id, Name, Path, [.. Fields.Select(f => (f.Field.TextKey, told(f)))]);
    }

    /// <summary>The record with what is masked in it to the actor; null where he does not see it.</summary>
    private async Task<Found?> Read(string list, long id, CancellationToken ct)
    {
        var masked = db.Actor.Fields.Masked(list);
        IReadOnlyList<(RuledField, string?)> Of(object row) => [.. masked.Select(f => (f, TypedValue.Of(row, f.Name) is { Length: > 0 } value ? value : null)).Where(f => f.Item2 is not null)];
        return list == "customers"
            ? await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is { } customer ? new(id, id, customer.Name, $"/customers/{id}", Of(customer)) : null
            : await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == id && db.Set<Customer>().Any(c => c.Id == k.CustomerId), ct) is { } contact ? new(id, contact.CustomerId, contact.Name, $"/customers/{contact.CustomerId}/contacts/{id}", Of(contact)) : null;
    }
}
