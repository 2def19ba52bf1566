using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>Customers in the actor's scope: searched, filtered, in total order, page by page from where the last one ended.</summary>
internal sealed class ListCustomers(CrmDb db)
{
    private const int MaxLimit = 200;

    /// <summary>The view; its fields are the query string, so that the address is the view.</summary>
    public sealed record Query(string? Q = null, long? Unit = null, string? Tier = null, string? Industry = null, string? Region = null, string? Tag = null, string? Station = null, string? Sort = null, string? Cursor = null, int Limit = 50);

    public sealed record Item(long Id, string Number, string Name, string? CreditCode, CustomerTier Tier, long UnitId, string UnitName, string? Phone, long Trailing12RevenueFen, long Trailing12GrossProfitFen, long RevenueChangeFen, int Completeness, DateTime UpdatedAt);

    private sealed record Mark(string Sort, string Text, long Number, long Id);

    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        var sort = query.Sort ?? "name";
        if (sort is not ("name" or "-revenue" or "-updated" or "revenue" or "completeness" or "change" or "-change"))
        {
            return new Refusal.Invalid("customer.sort_unknown", nameof(Query.Sort));
        }

        CustomerTier? tier = null;
        if (!string.IsNullOrEmpty(query.Tier))
        {
            if (!Enum.TryParse<CustomerTier>(query.Tier, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed) || char.IsAsciiDigit(query.Tier[0]))
            {
                return new Refusal.Invalid("customer.tier_unknown", nameof(Query.Tier));
            }

            tier = parsed;
        }

        if (!TryRead(query.Cursor, sort, out var mark))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(Query.Cursor));
        }

        var customers = db.Set<Customer>().AsNoTracking();
        if (!string.IsNullOrWhiteSpace(query.Q))
        {
            customers = await CustomerSearch.Matching(db, customers, query.Q, ct);
        }

        if (query.Unit is { } unitId)
        {
            var path = await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Path).SingleOrDefaultAsync(ct);
            var inside = new Scope(ScopeWidth.Wide, path ?? "/", 0, 0);
            var (from, to) = (inside.Path, inside.End);
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
            var units = await db.Set<OrgUnit>().Where(u => string.Compare(u.Path, from) >= 0 && string.Compare(u.Path, to) < 0).Select(u => u.Id).ToListAsync(ct);
#pragma warning restore CA1309
            customers = units is [var one] ? customers.Where(c => c.UnitId == one) : customers.Where(c => EF.Parameter(units).Contains(c.UnitId));
        }

        if (tier is { } wanted)
        {
            customers = customers.Where(c => c.Tier == wanted);
        }

        if (!string.IsNullOrEmpty(query.Industry))
        {
            customers = customers.Where(c => c.IndustryCode == query.Industry);
        }

        if (!string.IsNullOrEmpty(query.Region))
        {
            customers = customers.Where(c => c.RegionCode == query.Region);
        }

        if (!string.IsNullOrEmpty(query.Station))
        {
            customers = customers.Where(c => c.MainStations.Any(s => s.Station == query.Station));
        }

        if (!string.IsNullOrEmpty(query.Tag))
        {
            var tag = $",{query.Tag},";
            customers = customers.Where(c => c.Tags != null && c.Tags.Contains(tag));
        }

#pragma warning disable CA1309, CA1310 // Translated to SQL, where the column's collation decides.
        customers = (sort, mark) switch
        {
            ("name", null) => customers.OrderBy(c => c.Name).ThenBy(c => c.Id),
            ("name", var m) => customers.Where(c => string.Compare(c.Name, m.Text) > 0 || (c.Name == m.Text && c.Id > m.Id)).OrderBy(c => c.Name).ThenBy(c => c.Id),
            ("-revenue", null) => customers.OrderByDescending(c => c.Trailing12RevenueFen).ThenByDescending(c => c.Id),
            ("-revenue", var m) => customers.Where(c => c.Trailing12RevenueFen < m.Number || (c.Trailing12RevenueFen == m.Number && c.Id < m.Id)).OrderByDescending(c => c.Trailing12RevenueFen).ThenByDescending(c => c.Id),
            ("revenue", null) => customers.OrderBy(c => c.Trailing12RevenueFen).ThenBy(c => c.Id),
            ("revenue", var m) => customers.Where(c => c.Trailing12RevenueFen > m.Number || (c.Trailing12RevenueFen == m.Number && c.Id > m.Id)).OrderBy(c => c.Trailing12RevenueFen).ThenBy(c => c.Id),
            ("completeness", null) => customers.OrderBy(c => c.Completeness).ThenBy(c => c.Id),
            ("completeness", var m) => customers.Where(c => c.Completeness > m.Number || (c.Completeness == m.Number && c.Id > m.Id)).OrderBy(c => c.Completeness).ThenBy(c => c.Id),
            ("change", null) => customers.OrderBy(c => c.RevenueChangeFen).ThenBy(c => c.Id),
            ("change", var m) => customers.Where(c => c.RevenueChangeFen > m.Number || (c.RevenueChangeFen == m.Number && c.Id > m.Id)).OrderBy(c => c.RevenueChangeFen).ThenBy(c => c.Id),
            ("-change", null) => customers.OrderByDescending(c => c.RevenueChangeFen).ThenByDescending(c => c.Id),
            ("-change", var m) => customers.Where(c => c.RevenueChangeFen < m.Number || (c.RevenueChangeFen == m.Number && c.Id < m.Id)).OrderByDescending(c => c.RevenueChangeFen).ThenByDescending(c => c.Id),
            (_, null) => customers.OrderByDescending(c => c.UpdatedAt).ThenByDescending(c => c.Id),
            (_, var m) => Before(customers, new DateTime(m.Number, DateTimeKind.Utc), m.Id).OrderByDescending(c => c.UpdatedAt).ThenByDescending(c => c.Id),
        };
#pragma warning restore CA1309, CA1310

        var limit = Math.Clamp(query.Limit, 1, MaxLimit);
        var rows = await (
            from c in customers.Take(limit + 1)
            select new { c.Id, c.Number, c.Name, c.CreditCode, c.Tier, c.UnitId, c.Phone, c.Trailing12RevenueFen, c.Trailing12GrossProfitFen, c.RevenueChangeFen, c.Completeness, c.UpdatedAt }).ToListAsync(ct);
        var unitIds = rows.Select(r => r.UnitId).Distinct().ToList();
        var names = await db.Set<OrgUnit>().Where(u => EF.Parameter(unitIds).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var items = rows.Take(limit).Select(r => new Item(r.Id, r.Number, r.Name, r.CreditCode, r.Tier, r.UnitId, names[r.UnitId], r.Phone, r.Trailing12RevenueFen, r.Trailing12GrossProfitFen, r.RevenueChangeFen, r.Completeness, r.UpdatedAt)).ToList();
        return new Listing<Item>(items, rows.Count > limit ? Write(sort, items[^1]) : null);
    }

    private static IQueryable<Customer> Before(IQueryable<Customer> customers, DateTime at, long id) =>
        customers.Where(c => c.UpdatedAt < at || (c.UpdatedAt == at && c.Id < id));

    private static string Write(string sort, Item last) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Mark(sort, last.Name, sort switch { "-updated" => last.UpdatedAt.Ticks, "name" => 0, "completeness" => last.Completeness, "change" or "-change" => last.RevenueChangeFen, _ => last.Trailing12RevenueFen }, last.Id)));

    private static bool TryRead(string? cursor, string sort, out Mark? mark)
    {
        mark = null;
        if (string.IsNullOrEmpty(cursor))
        {
            return true;
        }

        try
        {
            mark = JsonSerializer.Deserialize<Mark>(Base64Url.DecodeFromChars(cursor));
            return mark?.Sort == sort && PlainText.IsStorable(mark.Text) && mark.Number is >= -3_155_378_975_999_999_999 and <= 3_155_378_975_999_999_999;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return false;
        }
    }

    public static async Task<IResult> Get([AsParameters] Query query, ListCustomers useCase, CancellationToken ct) =>
        (await useCase.Run(query, ct)).Answer(list => TypedResults.Ok(list));
}
