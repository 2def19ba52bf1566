using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>The filters of the customer list, each with the index that answers it. One place for page, API and export.</summary>
internal static class CustomerConditions
{
    public static async Task<Result<List<Condition<Customer>>>> Of(CrmDb db, ListCustomers.Query query, CancellationToken ct)
    {
        var conditions = new List<Condition<Customer>>();
        // Past the scope on purpose: these ids only narrow a query that carries it.
        var past = db.Set<Customer>().IgnoreQueryFilters();
#pragma warning disable CA1309, CA1310, CA1311 // Translated to SQL, where the column's collation decides.
        if (query.Unit is { } unitId)
        {
            var path = await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Path).SingleOrDefaultAsync(ct);
            var units = path is null ? [] : await PathRange.Below(path).Of(db).Select(u => u.Id).ToListAsync(ct);
            if (units is [var one])
            {
                conditions.Add(new(c => c.UnitId == one, c => c.UnitId + 0 == one, past.Where(c => c.UnitId == one).Select(c => c.Id), "name", "-name"));
            }
            else if (path is null || path.Count(c => c == '/') > 1) // The group itself is no condition.
            {
                conditions.Add(new(c => EF.Parameter(units).Contains(c.UnitId), c => EF.Parameter(units).Contains(c.UnitId + 0), past.Where(c => EF.Parameter(units).Contains(c.UnitId)).Select(c => c.Id)));
            }
        }

        if (!string.IsNullOrEmpty(query.Tier))
        {
            if (!Enum.TryParse<CustomerTier>(query.Tier, ignoreCase: true, out var tier) || !Enum.IsDefined(tier) || char.IsAsciiDigit(query.Tier[0]))
            {
                return new Refusal.Invalid("customer.tier_unknown", nameof(query.Tier));
            }

            var others = Enum.GetValues<CustomerTier>().Where(t => t != tier).ToArray();
            var (a, b, d, e) = (others[0], others[1], others[2], others[3]);
            conditions.Add(new(c => c.Tier == tier, c => c.Tier != a && c.Tier != b && c.Tier != d && c.Tier != e, past.Where(c => c.Tier == tier).Select(c => c.Id), "name", "-name", "revenue", "-revenue"));
        }

        if (!string.IsNullOrEmpty(query.Industry))
        {
            var code = ReferenceData.IndustryCode(query.Industry) ?? query.Industry;
            var codes = ReferenceData.Industries.Where(i => i.Section == code).Select(i => i.Code).Append(code).Distinct().ToList(); // A section takes its divisions along.
            conditions.Add(codes is [var division]
                ? new(c => c.IndustryCode == division, c => c.IndustryCode + "" == division, past.Where(c => c.IndustryCode == division).Select(c => c.Id), "name", "-name")
                : new(c => EF.Parameter(codes).Contains(c.IndustryCode!), c => EF.Parameter(codes).Contains(c.IndustryCode + ""), past.Where(c => EF.Parameter(codes).Contains(c.IndustryCode!)).Select(c => c.Id)));
        }

        if (Region(ReferenceData.RegionCode(query.Region) ?? query.Region) is { } region)
        {
            var (first, last) = (region.PadRight(6, '0'), region.PadRight(6, '9'));
            conditions.Add(region.Length == 6
                ? new(c => c.RegionCode == region, c => c.RegionCode + "" == region, past.Where(c => c.RegionCode == region).Select(c => c.Id), "name", "-name")
                : new(
                    c => string.Compare(c.RegionCode, first) >= 0 && string.Compare(c.RegionCode, last) <= 0, c => string.Compare(c.RegionCode + "", first) >= 0 && string.Compare(c.RegionCode + "", last) <= 0,
                    past.Where(c => string.Compare(c.RegionCode, first) >= 0 && string.Compare(c.RegionCode, last) <= 0).Select(c => c.Id)));
        }

        if (!string.IsNullOrWhiteSpace(query.Station))
        {
            var station = await StationName(db, query.Station.Trim(), ct);
            conditions.Add(new(c => c.MainStations.Any(s => s.Station == station), db.Set<MainStation>().IgnoreQueryFilters().Where(s => s.Station == station).Select(s => s.CustomerId).Distinct()));
        }

        if (!string.IsNullOrWhiteSpace(query.Tag))
        {
            var tag = query.Tag.Trim();
            conditions.Add(new(c => db.Set<CustomerTag>().Any(t => t.Tag == tag && t.CustomerId == c.Id), db.Set<CustomerTag>().Where(t => t.Tag == tag).Select(t => t.CustomerId)));
        }

        if (query.Below is { } below)
        {
            conditions.Add(new(c => c.Completeness < below, c => c.Completeness + 0 < below, past.Where(c => c.Completeness < below).Select(c => c.Id), "completeness", "-completeness"));
        }

        if (query.Active is { } active)
        {
            conditions.Add(new(c => c.Active == active, c => c.Active == active, past.Where(c => c.Active == active).Select(c => c.Id), "name", "-name"));
        }

        if (query.Mine == true)
        {
            var (me, now) = (db.Actor.UserId, db.UtcNow);
            conditions.Add(new(
                c => db.Set<CustomerGrant>().Any(g => g.CustomerId == c.Id && g.UserId == me && g.Reason == "manager" && (g.Until == null || g.Until > now)),
                db.Set<CustomerGrant>().Where(g => g.UserId == me && g.Reason == "manager" && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).Distinct()));
        }
#pragma warning restore CA1309, CA1310, CA1311

        return conditions;
    }

    /// <summary>The digits that a region shares with everything in it: 320000 is 32, 320500 is 3205; null where none is asked.</summary>
    private static string? Region(string? code)
    {
        var text = (code ?? "").Trim();
        if (text.Length == 0)
        {
            return null;
        }

        return text is [.., '0', '0'] && text.Length == 6 ? text.EndsWith("0000", StringComparison.Ordinal) ? text[..2] : text[..4] : text.Length > 6 ? text[..6] : text;
    }

    /// <summary>A station by its name or one of its codes.</summary>
    private static async Task<string> StationName(CrmDb db, string typed, CancellationToken ct)
    {
        if (!typed.All(char.IsAsciiLetterOrDigit))
        {
            return typed;
        }

        var upper = typed.ToUpperInvariant();
        return await db.Set<Station>().Where(s => s.TelegraphCode == upper).Select(s => s.Name).FirstOrDefaultAsync(ct)
            ?? await db.Set<Station>().Where(s => s.TmisCode == typed).Select(s => s.Name).FirstOrDefaultAsync(ct) ?? typed;
    }
}
