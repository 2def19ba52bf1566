using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Rebuilds one of a customer's lists with what its history held: a row's old value, or a row that was taken out.</summary>
internal static class OldRows
{
    private static readonly Dictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
        [nameof(Shareholder)] = [nameof(Shareholder.Name), nameof(Shareholder.ShareBasisPoints), nameof(Shareholder.Kind)],
        [nameof(CustomerProduct)] = [nameof(CustomerProduct.Name), nameof(CustomerProduct.AnnualOutput), nameof(CustomerProduct.StockOnHand), nameof(CustomerProduct.Unit), nameof(CustomerProduct.AsOf)],
        [nameof(MainStation)] = [nameof(MainStation.Station), nameof(MainStation.Sending), nameof(MainStation.YearlyTonnes)],
        [nameof(CustomerSiding)] = [nameof(CustomerSiding.SidingId)],
    };

    /// <summary>Whether an entry is of such a list.</summary>
    public static bool Are(string entity) => Values.ContainsKey(entity);

    /// <summary>Any value of a row that was changed; a row taken out comes back whole, by what it is called.</summary>
    public static bool Can(string action, string entity, string field) =>
        Values.TryGetValue(entity, out var fields) && (action == "updated" ? fields.Contains(field) : action == "deleted" && fields[0] == field);

    /// <summary>Says the list as it then is; why not, where it cannot be said. The form's rules are not asked here.</summary>
    public static async Task<Refusal?> Say(CrmDb db, SaveCustomer.Input input, long customerId, AuditEntry entry, Dictionary<string, JsonElement[]> changes, string field, CancellationToken ct)
    {
        try
        {
            switch (entry.Entity)
            {
                case nameof(Shareholder):
                    var holders = await db.Set<Shareholder>().AsNoTracking().Where(s => s.CustomerId == customerId).OrderBy(s => s.Id).ToListAsync(ct);
                    input.Shareholders = [.. holders.Select(ShareholderRow.Of)];
                    return Put(holders, s => s.Name, input.Shareholders, ShareholderRow.Of, entry, changes, field);
                case nameof(CustomerProduct):
                    var products = await db.Set<CustomerProduct>().AsNoTracking().Where(p => p.CustomerId == customerId).OrderBy(p => p.Id).ToListAsync(ct);
                    input.Products = [.. products.Select(ProductRow.Of)];
                    return Put(products, p => p.Name, input.Products, ProductRow.Of, entry, changes, field);
                case nameof(MainStation):
                    var stations = await db.Set<MainStation>().AsNoTracking().Where(s => s.CustomerId == customerId).OrderBy(s => s.Id).ToListAsync(ct);
                    input.MainStations = [.. stations.Select(StationRow.Of)];
                    return Put(stations, s => $"{s.Sending} {s.Station}", input.MainStations, StationRow.Of, entry, changes, field);
                default:
                    return await Siding(db, input, customerId, changes[field][0].GetInt64(), ct);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return new Refusal.Invalid("history.value_unreadable", field); // Written by an older form of the row.
        }
    }

    private static Refusal.Invalid? Put<TRow, TSaid>(List<TRow> stored, Func<TRow, string> key, List<TSaid> said, Func<TRow, TSaid> say, AuditEntry entry, Dictionary<string, JsonElement[]> changes, string field) where TRow : class, IAudited
    {
        if (entry.Action == "deleted")
        {
            var row = JsonSerializer.SerializeToElement(changes.ToDictionary(c => c.Key, c => c.Value[0])).Deserialize<TRow>()!;
            said.Add(say(row));
            return stored.Exists(s => key(s) == key(row)) ? new Refusal.Invalid("history.row_there", field) : null;
        }

        var at = stored.FindIndex(s => s.Id == entry.EntityId);
        if (at < 0)
        {
            return new Refusal.Invalid("history.row_gone", field);
        }

        var property = typeof(TRow).GetProperty(field)!;
        property.SetValue(stored[at], changes[field][0].Deserialize(property.PropertyType));
        said[at] = say(stored[at]);
        return null;
    }

    private static async Task<Refusal?> Siding(CrmDb db, SaveCustomer.Input input, long customerId, long sidingId, CancellationToken ct)
    {
        var used = await db.Set<CustomerSiding>().AsNoTracking().Include(s => s.Siding).Where(s => s.CustomerId == customerId).OrderBy(s => s.Id).ToListAsync(ct);
        if (used.Exists(s => s.SidingId == sidingId))
        {
            return new Refusal.Invalid("history.row_there", nameof(CustomerSiding.SidingId));
        }

        if (await db.Set<Siding>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == sidingId, ct) is not { } siding)
        {
            return new Refusal.Invalid("history.siding_gone", nameof(CustomerSiding.SidingId));
        }

        // By name and station alone: its facts are everybody's, and stay as they are.
        input.Sidings = [.. used.Select(SidingRow.Of), new() { Name = siding.Name, ConnectionStation = siding.ConnectionStation }];
        return null;
    }
}
