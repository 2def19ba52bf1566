using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>A custom field that names a customer: by number, name or key, among those the actor sees. One that was merged since is the one that stayed.</summary>
internal sealed class CustomerReference : ICustomReference
{
    public CustomKind Kind => CustomKind.Customer;

    public string? Lookup => "/api/v1/lookup/customers?q=";

    public string? Href(long id) => $"/customers/{id}";

    public async Task<JsonNode?> Find(CrmDb db, string typed, long customerId, CancellationToken ct)
    {
        long? found = !long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? null
            : await db.Set<Customer>().AnyAsync(c => c.Id == id, ct) ? id
            : (await MergedInto.Of(db, [id], ct)).TryGetValue(id, out var survivor) ? survivor : null;
        return (found ?? await Lookups.Customer(db, typed, ct)) is { } meant ? JsonValue.Create(meant) : null;
    }

    /// <remarks>As <see cref="Find"/> for each: key, number, name, and the old number or name of one that was merged.</remarks>
    public async Task<Dictionary<(string Typed, long CustomerId), JsonNode>> FindAll(CrmDb db, IReadOnlyCollection<(string Typed, long CustomerId)> asked, CancellationToken ct)
    {
        static long Key(string typed) => long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        static string Number(string typed) => typed.Split(' ', 2)[0];
        var texts = asked.Select(a => a.Typed).Distinct().ToList();
        var (ids, numbers) = (texts.Select(Key).Where(k => k > 0).ToList(), texts.Select(Number).Distinct().ToList());
        var byId = ids.Count == 0 ? [] : await db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => c.Id).ToHashSetAsync(ct);
        var byNumber = await db.Set<Customer>().Where(c => EF.Parameter(numbers).Contains(c.Number)).Select(c => new { c.Number, c.Id }).ToDictionaryAsync(c => c.Number, c => c.Id, ct);
        var byName = (await db.Set<Customer>().Where(c => EF.Parameter(texts).Contains(c.Name)).Select(c => new { c.Name, c.Id }).ToListAsync(ct)).ToLookup(c => c.Name, c => c.Id);
        var byOld = await MergedInto.Of(db, [.. ids.Where(i => !byId.Contains(i))], ct);
        long[] Known(string typed) => byId.Contains(Key(typed)) ? [Key(typed)] : byOld.TryGetValue(Key(typed), out var stayed) ? [stayed] : byNumber.TryGetValue(Number(typed), out var id) ? [id] : [.. byName[typed]];
        var unknown = texts.Where(t => Known(t).Length == 0).SelectMany(t => new[] { t, Number(t) }).Distinct().ToList();
        var merged = await MergedInto.Named(db, unknown, ct);
        var found = new Dictionary<(string, long), JsonNode>();
        foreach (var one in asked)
        {
            var ways = Known(one.Typed) is { Length: > 0 } known ? known : [.. merged.Where(m => m.Number == Number(one.Typed) || m.Number == one.Typed || m.Name == one.Typed || m.Name == Number(one.Typed)).Select(m => m.SurvivorId).Distinct()];
            if (ways is [var id])
            {
                found[one] = JsonValue.Create(id);
            }
        }

        return found;
    }

    public async Task<Dictionary<long, string>> Names(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct)
    {
        var names = await Live(ids);
        var merged = await MergedInto.Of(db, [.. ids.Where(i => !names.ContainsKey(i))], ct);
        var survivors = merged.Count == 0 ? [] : await Live([.. merged.Values.Distinct()]);
        foreach (var (went, stayed) in merged)
        {
            names[went] = survivors[stayed];
        }

        return names;

        async Task<Dictionary<long, string>> Live(IReadOnlyList<long> some) =>
            (await db.Set<Customer>().Where(c => EF.Parameter(some).Contains(c.Id)).Select(c => new { c.Id, c.Number, c.Name }).ToListAsync(ct)).ToDictionary(c => c.Id, c => Lookups.Text(c.Number, c.Name));
    }
}

/// <summary>A custom field that names one of the customer's attachments.</summary>
internal sealed class CustomerFile : ICustomReference
{
    public CustomKind Kind => CustomKind.File;

    public string? Lookup => null;

    public string? FilterLookup => "/api/v1/lookup/files?q=";

    public string? Href(long id) => $"/attachments/{id}";

    /// <summary>Whose it is does not matter to a filter.</summary>
    public async Task<long?> Meant(CrmDb db, string typed, CancellationToken ct) => Key(typed) is > 0 and var id && await db.Set<Attachment>().AnyAsync(a => a.Id == id, ct) ? id : null;

    /// <summary>All of a customer, as a form names them.</summary>
    public static async Task<IReadOnlyList<string>> All(CrmDb db, long customerId, CancellationToken ct) =>
        [.. (await db.Set<Attachment>().AsNoTracking().Where(a => a.CustomerId == customerId && a.RecordKind != RecordKind.Waybill).OrderByDescending(a => a.Id).Take(200).Select(a => new { a.Id, a.FileName }).ToListAsync(ct)).Select(a => Text(a.Id, a.FileName))];

    public async Task<JsonNode?> Find(CrmDb db, string typed, long customerId, CancellationToken ct) =>
        Key(typed) is > 0 and var id && await db.Set<Attachment>().AnyAsync(a => a.Id == id && a.CustomerId == customerId, ct) ? JsonValue.Create(id) : null;

    public async Task<Dictionary<(string Typed, long CustomerId), JsonNode>> FindAll(CrmDb db, IReadOnlyCollection<(string Typed, long CustomerId)> asked, CancellationToken ct)
    {
        var ids = asked.Select(a => Key(a.Typed)).Distinct().ToList();
        var files = await db.Set<Attachment>().Where(a => EF.Parameter(ids).Contains(a.Id)).Select(a => new { a.Id, a.CustomerId }).ToDictionaryAsync(a => a.Id, a => a.CustomerId, ct);
        return asked.Where(a => files.TryGetValue(Key(a.Typed), out var owner) && owner == a.CustomerId).ToDictionary(a => a, a => (JsonNode)JsonValue.Create(Key(a.Typed)));
    }

    private static long Key(string typed) => long.TryParse(typed.Split(' ', 2)[0].TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    public async Task<Dictionary<long, string>> Names(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        (await db.Set<Attachment>().AsNoTracking().Where(a => EF.Parameter(ids).Contains(a.Id)).Select(a => new { a.Id, a.FileName }).ToListAsync(ct)).ToDictionary(a => a.Id, a => Text(a.Id, a.FileName));

    internal static string Text(long id, string name) => $"#{id} {name}";
}
