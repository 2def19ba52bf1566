using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Customers;

/// <summary>A custom field that names a customer: by number, name or key, among those the actor sees.</summary>
internal sealed class CustomerReference : ICustomReference
{
    public CustomKind Kind => CustomKind.Customer;

    public string? Lookup => "/api/v1/lookup/customers?q=";

    public string? Href(long id) => $"/customers/{id}";

    public async Task<JsonNode?> Find(CrmDb db, string typed, long customerId, CancellationToken ct) =>
        (long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && await db.Set<Customer>().AnyAsync(c => c.Id == id, ct) ? id : await Lookups.Customer(db, typed, ct)) is { } found ? JsonValue.Create(found) : null;

    public async Task<Dictionary<long, string>> Names(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        (await db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new { c.Id, c.Number, c.Name }).ToListAsync(ct)).ToDictionary(c => c.Id, c => Lookups.Text(c.Number, c.Name));
}

/// <summary>A custom field that names one of the customer's attachments.</summary>
internal sealed class CustomerFile : ICustomReference
{
    public CustomKind Kind => CustomKind.File;

    public string? Lookup => null;

    public string? Href(long id) => $"/attachments/{id}";

    /// <summary>All of a customer, as a form names them.</summary>
    public static async Task<IReadOnlyList<string>> All(CrmDb db, long customerId, CancellationToken ct) =>
        [.. (await db.Set<Attachment>().AsNoTracking().Where(a => a.CustomerId == customerId).OrderByDescending(a => a.Id).Take(200).Select(a => new { a.Id, a.FileName }).ToListAsync(ct)).Select(a => Text(a.Id, a.FileName))];

    public async Task<JsonNode?> Find(CrmDb db, string typed, long customerId, CancellationToken ct) =>
        long.TryParse(typed.Split(' ', 2)[0].TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && await db.Set<Attachment>().AnyAsync(a => a.Id == id && a.CustomerId == customerId, ct) ? JsonValue.Create(id) : null;

    public async Task<Dictionary<long, string>> Names(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        (await db.Set<Attachment>().AsNoTracking().Where(a => EF.Parameter(ids).Contains(a.Id)).Select(a => new { a.Id, a.FileName }).ToListAsync(ct)).ToDictionary(a => a.Id, a => Text(a.Id, a.FileName));

    private static string Text(long id, string name) => $"#{id} {name}";
}
