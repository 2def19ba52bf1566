using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Waybills;

/// <summary>What one customer ships and brings in, by month and by lane. Reads facts, never lines.</summary>
public sealed class CustomerFigures(CrmDb db, TimeProvider clock)
{
    /// <summary>Most months of one answer: twenty years.</summary>
    private const int MostMonths = 240;

    /// <summary>The figures of a month.</summary>
    /// <param name="Month">yyyy-MM.</param>
    /// <param name="RevenueFen">Revenue, fen.</param>
    /// <param name="CostFen">Cost, fen.</param>
    /// <param name="GrossProfitFen">Revenue less cost, fen.</param>
    /// <param name="WeightKg">Weight, kg.</param>
    /// <param name="Lines">Lines counted.</param>
    public sealed record MonthFigures(string Month, long RevenueFen, long CostFen, long GrossProfitFen, long WeightKg, long Lines)
    {
        internal static MonthFigures Of(Month month, IEnumerable<Row> rows)
        {
            var (revenue, cost, weight, lines) = (0L, 0L, 0L, 0L);
            foreach (var row in rows)
            {
                (revenue, cost, weight, lines) = (revenue + row.RevenueFen, cost + row.CostFen, weight + row.WeightKg, lines + row.Lines);
            }

            return new(month.ToString(), revenue, cost, revenue - cost, weight, lines);
        }
    }

    /// <summary>Months in a row, the empty ones included.</summary>
    public sealed record Answer(IReadOnlyList<MonthFigures> Months);

    /// <summary>A fact with its lane.</summary>
    public sealed record Row(Month Month, string Service, string CommodityCategory, string Mode, string Origin, string Destination, long RevenueFen, long CostFen, long WeightKg, long Lines);

    /// <summary>The figures by month; the last 36 where no months are named.</summary>
    public async Task<Result<Answer>> Run(long customerId, string? from, string? to, CancellationToken ct)
    {
        var last = Month.Of(clock.Today());
        if (!string.IsNullOrEmpty(to) && !Month.TryParse(to, out last))
        {
            return new Refusal.Invalid("waybill.month_wrong", "to");
        }

        var first = last.Plus(-35);
        if (!string.IsNullOrEmpty(from) && !Month.TryParse(from, out first))
        {
            return new Refusal.Invalid("waybill.month_wrong", "from");
        }

        if (first > last || last.Number - first.Number >= MostMonths)
        {
            return new Refusal.Invalid("waybill.month_range", "from");
        }

        if (await Rows(customerId, first, last, ct) is not { } rows)
        {
            return new Refusal.NotFound();
        }

        var byMonth = rows.ToLookup(r => r.Month);
        return new Answer([.. Month.Range(first, last).Select(m => MonthFigures.Of(m, byMonth[m]))]);
    }

    /// <summary>Every fact of the customer between two months; null where the customer is outside the scope.</summary>
    public async Task<IReadOnlyList<Row>?> Rows(long customerId, Month from, Month to, CancellationToken ct)
    {
        if (!await db.Set<Customer>().AnyAsync(c => c.Id == customerId, ct))
        {
            return null;
        }

        var (first, last) = (from, to);
        return await (
            from f in db.Set<MonthlyFact>()
            join l in db.Set<Lane>() on f.LaneId equals l.Id
            where f.CustomerId == customerId && f.Month >= first && f.Month <= last
            select new Row(f.Month, l.Service, l.CommodityCategory, l.Mode, l.Origin, l.Destination, f.RevenueFen, f.CostFen, f.WeightKg, f.Lines)).AsNoTracking().ToListAsync(ct);
    }

    internal static async Task<IResult> Get(long id, string? from, string? to, CustomerFigures useCase, CancellationToken ct) =>
        (await useCase.Run(id, from, to, ct)).Answer(a => TypedResults.Ok(a));
}
