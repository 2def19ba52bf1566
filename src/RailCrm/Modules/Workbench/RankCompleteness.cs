using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Workbench;

/// <summary>Who keeps the dossiers well and who does not: units and managers by mean completeness, least first, and what is missing most.</summary>
internal sealed class RankCompleteness(CrmDb db)
{
    /// <summary>What is missing is told from so many of the least complete customers: to look at all would read every customer.</summary>
    public const int Looked = 500;

    private const int MostManagers = 50;

    /// <param name="Percent">Mean over the customers, 0–100.</param>
    public sealed record UnitRow(long Id, string Name, UnitLevel Level, long Customers, decimal Percent);

    /// <param name="Percent">Mean over the customers, 0–100.</param>
    public sealed record ManagerRow(long UserId, string Name, string UnitName, long Customers, decimal Percent);

    /// <param name="TextKey">The field.</param>
    /// <param name="Customers">How many of those looked at lack it.</param>
    public sealed record MissingRow(string TextKey, int Customers);

    public sealed record Answer(IReadOnlyList<UnitRow> Units, IReadOnlyList<ManagerRow> Managers, IReadOnlyList<MissingRow> Missing, int Looked);

    /// <summary>The ranking within the actor's scope. Units count what they own, each with everything under it; managers what they see of it.</summary>
    public async Task<Answer> Run(CancellationToken ct) => new(await Units(ct), await Managers(ct), await Missing(ct), Looked);

    private async Task<List<UnitRow>> Units(CancellationToken ct)
    {
        var units = (await db.Set<OrgUnit>().AsNoTracking().ToListAsync(ct)).Where(u => db.Scope.Covers(u.Path)).ToList();
        var counts = await db.Set<OwnerCount>().AsNoTracking().GroupBy(c => c.UnitId).Select(g => new { g.Key, Customers = g.Sum(c => c.Customers), Sum = g.Sum(c => c.CompletenessSum) }).ToDictionaryAsync(c => c.Key, ct);
        var totals = units.ToDictionary(u => u.Path, _ => (Customers: 0L, Sum: 0L));
        foreach (var unit in units.Where(u => counts.ContainsKey(u.Id)))
        {
            // To itself and to every unit above it: the path holds them all.
            for (var path = unit.Path; path.Length > 0; path = path[..(path.TrimEnd('/').LastIndexOf('/') + 1)])
            {
                if (totals.TryGetValue(path, out var total))
                {
                    totals[path] = (total.Customers + counts[unit.Id].Customers, total.Sum + counts[unit.Id].Sum);
                }
            }
        }

        return [.. units.Where(u => totals[u.Path].Customers > 0).Select(u => new UnitRow(u.Id, u.Name, u.Level, totals[u.Path].Customers, Math.Round((decimal)totals[u.Path].Sum / totals[u.Path].Customers, 1))).OrderBy(u => u.Percent).ThenBy(u => u.Id)];
    }

    private async Task<List<ManagerRow>> Managers(CancellationToken ct)
    {
        var now = db.UtcNow;
        var rows = await (
            from c in db.Set<Customer>()
            join g in db.Set<CustomerGrant>() on c.Id equals g.CustomerId
            where g.Reason == "manager" && g.UserId != null && (g.Until == null || g.Until > now)
            group c by g.UserId!.Value into m
            select new { UserId = m.Key, Customers = m.LongCount(), Sum = m.Sum(c => (long)c.Completeness) }).ToListAsync(ct);
        var worst = rows.Select(r => (r.UserId, r.Customers, Percent: Math.Round((decimal)r.Sum / r.Customers, 1))).OrderBy(r => r.Percent).ThenBy(r => r.UserId).Take(MostManagers).ToList();
        var ids = worst.Select(r => r.UserId).ToList();
        var names = await (from u in db.Set<User>() join o in db.Set<OrgUnit>() on u.UnitId equals o.Id where EF.Parameter(ids).Contains(u.Id) select new { u.Id, u.DisplayName, u.UserName, Unit = o.Name }).ToDictionaryAsync(u => u.Id, ct);
        return [.. worst.Where(r => names.ContainsKey(r.UserId)).Select(r => new ManagerRow(r.UserId, names[r.UserId].DisplayName is { Length: > 0 } name ? name : names[r.UserId].UserName ?? "", names[r.UserId].Unit, r.Customers, r.Percent))];
    }

    private async Task<List<MissingRow>> Missing(CancellationToken ct)
    {
        var least = await db.Set<Customer>().AsNoTracking().OrderBy(c => c.Completeness).ThenBy(c => c.Id).Take(Looked).Select(c => new
        {
            Customer = c,
            Lists = new Completeness.Lists(
                db.Set<Shareholder>().Any(s => s.CustomerId == c.Id), db.Set<CustomerProduct>().Any(p => p.CustomerId == c.Id),
                db.Set<MainStation>().Any(s => s.CustomerId == c.Id), db.Set<Contact>().Any(k => k.CustomerId == c.Id && k.DeletedAt == null && k.Active)),
        }).ToListAsync(ct);
        return [.. least.SelectMany(l => Completeness.Of(l.Customer, l.Lists).Where(i => !i.Known).Select(i => i.TextKey)).GroupBy(k => k).Select(g => new MissingRow(g.Key, g.Count())).OrderByDescending(m => m.Customers).ThenBy(m => m.TextKey, StringComparer.Ordinal)];
    }

    public static async Task<IResult> Get(RankCompleteness useCase, CancellationToken ct) => TypedResults.Ok(await useCase.Run(ct));
}
