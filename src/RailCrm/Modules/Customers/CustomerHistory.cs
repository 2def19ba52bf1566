using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>What happened to a customer, newest first: who, when, which field, before and after.</summary>
internal sealed class CustomerHistory(CrmDb db)
{
    private const int Length = 100;

    /// <summary>Fields the machine keeps for itself.</summary>
    private static readonly HashSet<string> Own = ["NormalizedName", "NamePinyin", "NameInitials", "PhoneDigits", "UpdatedAt", "CreatedAt", "CustomerId"];

    public sealed record Change(string Field, string? Before, string? After);

    public sealed record Event(long Id, DateTime At, string Actor, string Action, string Entity, IReadOnlyList<Change> Changes);

    /// <summary>Empty where the customer is outside the scope.</summary>
    public async Task<IReadOnlyList<Event>> Run(long customerId, CancellationToken ct)
    {
        if (!await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AnyAsync(c => c.Id == customerId, ct))
        {
            return [];
        }

        var entries = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.CustomerId == customerId).OrderByDescending(a => a.Id).Take(Length).ToListAsync(ct);
        return [.. entries.Select(e => new Event(e.Id, e.At, e.ActorName, e.Action, e.Entity, Changes(e.Changes)))];
    }

    private static IReadOnlyList<Change> Changes(string json) =>
        [.. JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(json)!
            .Where(c => !Own.Contains(c.Key))
            .Select(c => new Change(c.Key, Text(c.Value[0]), Text(c.Value[1])))
            .Where(c => c.Before != c.After)];

    private static string? Text(JsonElement value) => value.ValueKind is JsonValueKind.Null || value.ToString().Length == 0 ? null : value.ToString();
}
