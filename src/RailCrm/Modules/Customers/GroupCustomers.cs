using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Groups of all customers that the reader sees, read off sums that are kept of them or, where a filter asks for what those do not tell apart, off one index that holds every value grouped by and every sum: a million rows are too many to look at one by one.</summary>
internal static class GroupCustomers
{
    /// <summary>The index; see <see cref="Customer"/>'s mapping.</summary>
    internal const string Index = "ix_customers_groups";

    /// <summary>What it holds of each customer that is not in the bin: all that customers are grouped by, and what is summed.</summary>
    internal static readonly Covering Cover = new(Index, new HashSet<string>
    {
        nameof(Customer.UnitId), nameof(Customer.Tier), nameof(Customer.IndustryCode), nameof(Customer.RegionCode), nameof(Customer.SizeClass), nameof(Customer.OwnershipType), nameof(Customer.Kind), nameof(Customer.Active),
        nameof(Customer.Trailing12RevenueFen), nameof(Customer.Trailing12GrossProfitFen), nameof(Customer.Trailing12WeightKg),
    },
    new HashSet<string> { "name", "revenue", "updated", "created", "completeness" },
    new HashSet<string> { nameof(Customer.Tier), nameof(Customer.IndustryCode), nameof(Customer.RegionCode), nameof(Customer.SizeClass), nameof(Customer.Active), nameof(Customer.Completeness), nameof(Customer.UnitId) },
    new HashSet<string> { nameof(Customer.Tier), nameof(Customer.IndustryCode), nameof(Customer.RegionCode), nameof(Customer.Name), nameof(Customer.Trailing12RevenueFen), nameof(Customer.UpdatedAt), nameof(Customer.CreatedAt), nameof(Customer.Completeness), nameof(Customer.Custom) })
    {
        Besides = new HashSet<string> { nameof(Customer.RevenueChangeFen), nameof(Customer.Completeness), nameof(Customer.Name), nameof(Customer.UpdatedAt), nameof(Customer.CreatedAt), nameof(Customer.CreditCode), nameof(Customer.EmployeeCount), nameof(Customer.CreatedBy) },
    };

    /// <summary>What the index of a custom field carries behind the value, as the indexes of the orders do.</summary>
    internal static readonly string[] Carried = [nameof(Customer.Tier), nameof(Customer.IndustryCode), nameof(Customer.RegionCode), nameof(Customer.SizeClass), nameof(Customer.Active), nameof(Customer.Completeness), nameof(Customer.UnitId), nameof(Customer.DeletedAt)];

    /// <summary>The sums that are kept of what is asked; null where they do not tell it apart.</summary>
    public static IQueryable<CustomerSum>? Kept(CrmDb db, ListField<Customer> by, IReadOnlyList<Condition<Customer>> conditions) =>
        CustomerSum.Telling(db, conditions.Select(c => Covering.Read(c.Test)).Append(Covering.Read(by.Read!)).SelectMany(c => c).ToHashSet());

    /// <summary>The groups without their texts; null where the scope is narrow, and its few rows are looked at anyway.</summary>
    /// <remarks>A subsidiary's are read unit by unit, past the filter, whose two halves are told here one after the other: what is shared lies scattered over every index.</remarks>
    public static async Task<List<Group>?> All(CrmDb db, ListField<Customer> by, IReadOnlyList<ListField<Customer>> sums, IReadOnlyList<Condition<Customer>> conditions, CancellationToken ct)
    {
        if (db.Scope.Width is not (ScopeWidth.All or ScopeWidth.Wide))
        {
            return null;
        }

        if (db.Scope.Width == ScopeWidth.All)
        {
            if (sums.All(s => CustomerSum.Summed.IsSupersetOf(Covering.Read(s.Read!))) && Kept(db, by, conditions) is { } told)
            {
                var those = conditions.Aggregate(told, (r, c) => r.Where((Expression<Func<CustomerSum, bool>>)Covering.Onto<CustomerSum>(c.Test)));
                return await Grouping.Of(those, by, Covering.Onto<CustomerSum>(by.Read!), [.. sums.Select(s => Covering.Onto<CustomerSum>(s.Read!))], (Expression<Func<CustomerSum, long>>)(s => s.Customers), ct);
            }

            return await Grouping.Of(Read(db.Set<Customer>().AsNoTracking()), by, sums, ct);
        }

        var units = await PathRange.Of(db.Scope).Of(db).Select(u => u.Id).ToListAsync(ct);
        var past = db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking();
        var own = await Grouping.Of(Read(past.Where(c => EF.Parameter(units).Contains(c.UnitId))), by, sums, ct);
        var granted = Ownership.Granted(db);
        var others = await Grouping.Of(conditions.Aggregate(past.Where(c => granted.Contains(c.Id) && !EF.Parameter(units).Contains(c.UnitId)), (r, c) => r.Where(db.IsPostgres ? c.Test : c.Blind)), by, sums, ct);
        return Grouping.Ordered(own.Concat(others).GroupBy(g => g.Asked).Select(g => g.First() with { Count = g.Sum(x => x.Count), Sums = [.. sums.Select((_, i) => g.Sum(x => x.Sums[i]))] }), by);

        IQueryable<Customer> Read(IQueryable<Customer> rows) => Cover.Read(db, rows, conditions);
    }
}
