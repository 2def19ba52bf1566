using System.Buffers.Text;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Waybills;

/// <summary>Waybill lines in the actor's scope, newest first, page by page.</summary>
internal sealed class ListWaybills(CrmDb db)
{
    private const int MaxLimit = 200;

    /// <summary>The view. <c>Unit</c> did the work, <c>Owner</c> (with everything under it) owns the customer. <c>From</c> and <c>To</c> are days (2025-01-31) or months (2025-01), both included.</summary>
    public sealed record Query(
        long? Customer = null, long? Unit = null, string? From = null, string? To = null, string? Source = null, string? ExternalNo = null, string? Service = null,
        string? Commodity = null, string? Mode = null, string? Origin = null, string? Destination = null, long? Owner = null, string? Cursor = null, int Limit = 50);

    public sealed record Item(
        long Id, string Source, string ExternalNo, DateOnly Date, long CustomerId, string CustomerName, long UnitId, string Service, string CommodityCategory, string? Commodity,
        string Origin, string Destination, string Mode, int Wagons, int Containers, decimal Teu, long WeightKg, long RevenueFen, long CostFen, string? Contract, string? Note);

    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        if (!TryDay(query.From, last: false, out var from))
        {
            return new Refusal.Invalid("waybill.day_wrong", nameof(Query.From));
        }

        if (!TryDay(query.To, last: true, out var to))
        {
            return new Refusal.Invalid("waybill.day_wrong", nameof(Query.To));
        }

        (DateOnly Date, long Id)? mark = null;
        if (!string.IsNullOrEmpty(query.Cursor))
        {
            if (Read(query.Cursor) is not { } read)
            {
                return new Refusal.Invalid("common.cursor_invalid", nameof(Query.Cursor));
            }

            mark = read;
        }

        var lines = db.Set<WaybillLine>().AsNoTracking();
        if (query.Customer is { } customer)
        {
            lines = lines.Where(w => w.CustomerId == customer);
        }

        if (query.Owner is { } owner)
        {
            var path = await db.Set<OrgUnit>().Where(u => u.Id == owner).Select(u => u.Path).SingleOrDefaultAsync(ct);
            var inside = new Scope(ScopeWidth.Wide, path ?? "/", 0, 0);
            var (low, high) = (inside.Path, inside.End);
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
            lines = lines.Where(w => db.Set<Customer>().IgnoreQueryFilters(new[] { CrmDb.BinFilter }).Any(c => c.Id == w.CustomerId && db.Set<OrgUnit>().Any(u => u.Id == c.UnitId && string.Compare(u.Path, low) >= 0 && string.Compare(u.Path, high) < 0)));
#pragma warning restore CA1309
        }

        if (query.Unit is { } unit)
        {
            lines = lines.Where(w => w.UnitId == unit);
        }

        lines = from is { } f ? lines.Where(w => w.Date >= f) : lines;
        lines = to is { } t ? lines.Where(w => w.Date <= t) : lines;
        lines = string.IsNullOrEmpty(query.Source) ? lines : lines.Where(w => w.Source == query.Source);
        lines = string.IsNullOrEmpty(query.ExternalNo) ? lines : lines.Where(w => w.ExternalNo == query.ExternalNo);
        lines = string.IsNullOrEmpty(query.Service) ? lines : lines.Where(w => w.Service == query.Service);
        lines = query.Commodity is null ? lines : lines.Where(w => w.CommodityCategory == query.Commodity);
        lines = query.Mode is null ? lines : lines.Where(w => w.Mode == query.Mode);
        lines = query.Origin is null ? lines : lines.Where(w => w.Origin == query.Origin);
        lines = query.Destination is null ? lines : lines.Where(w => w.Destination == query.Destination);
        if (mark is var (date, id))
        {
            lines = lines.Where(w => w.Date < date || (w.Date == date && w.Id < id));
        }

        var limit = Math.Clamp(query.Limit, 1, MaxLimit);
        var rows = await lines.OrderByDescending(w => w.Date).ThenByDescending(w => w.Id).Take(limit + 1).ToListAsync(ct);
        var ids = rows.Select(r => r.CustomerId).Distinct().ToList();
        var names = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
        var items = rows.Take(limit).Select(w => new Item(
            w.Id, w.Source, w.ExternalNo, w.Date, w.CustomerId, names[w.CustomerId], w.UnitId, w.Service, w.CommodityCategory, w.Commodity, w.Origin, w.Destination, w.Mode,
            w.Wagons, w.Containers, w.TeuHundredths / 100m, w.WeightKg, w.RevenueFen, w.CostFen, w.ContractNo, w.Note)).ToList();
        return new Listing<Item>(items, rows.Count > limit ? Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{items[^1].Date.DayNumber}.{items[^1].Id}")) : null);
    }

    private static bool TryDay(string? text, bool last, out DateOnly? day)
    {
        day = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (Month.TryParse(text, out var month))
        {
            day = last ? month.Last : month.First;
            return true;
        }

        var ok = DateOnly.TryParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var exact);
        day = exact;
        return ok;
    }

    private static (DateOnly Date, long Id)? Read(string cursor)
    {
        try
        {
            var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split('.');
            return parts is [var d, var i] && int.TryParse(d, out var day) && day >= 0 && day <= DateOnly.MaxValue.DayNumber && long.TryParse(i, out var id) ? (DateOnly.FromDayNumber(day), id) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public static async Task<IResult> Get([AsParameters] Query query, ListWaybills useCase, CancellationToken ct) =>
        (await useCase.Run(query, ct)).Answer(list => TypedResults.Ok(list));
}
