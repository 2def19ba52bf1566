using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Ui;
using static RailCrm.Platform.Text.Texts;

namespace RailCrm.Modules.Customers;

/// <summary>The list as it is seen, all pages of it, as a file that our own import takes back without loss.</summary>
internal sealed class ExportCustomers(CrmDb db, ListCustomers list)
{
    /// <summary>The columns, named as the import knows them; figures that are computed come last and are not read back.</summary>
    private static readonly IReadOnlyList<(string TextKey, Func<Customer, string, Cell> Cell)> Columns =
    [
        ("import.field.number", (c, _) => Cell.Of(c.Number)), ("import.field.name", (c, _) => Cell.Of(c.Name)), ("import.field.shortName", (c, _) => Cell.Of(c.ShortName)),
        ("import.field.creditCode", (c, _) => Cell.Of(c.CreditCode)), ("import.field.unit", (_, unit) => Cell.Of(unit)), ("import.field.kind", (c, _) => Choice("kind", c.Kind)),
        ("import.field.phone", (c, _) => Cell.Of(c.Phone)), ("import.field.legalRepresentative", (c, _) => Cell.Of(c.LegalRepresentative)), ("import.field.businessDirection", (c, _) => Cell.Of(c.BusinessDirection)),
        ("import.field.productionScale", (c, _) => Cell.Of(c.ProductionScale)), ("import.field.marketShare", (c, _) => Cell.Of(c.MarketShareBasisPoints / 100m)), ("import.field.employees", (c, _) => Cell.Whole(c.EmployeeCount)),
        ("import.field.ownership", (c, _) => Choice("ownership", c.OwnershipType)), ("import.field.sizeClass", (c, _) => Choice("size", c.SizeClass)), ("import.field.industry", (c, _) => Cell.Of(c.IndustryCode)),
        ("import.field.region", (c, _) => Cell.Of(c.RegionCode)), ("import.field.transportCycle", (c, _) => Cell.Of(c.TransportCycle)), ("import.field.profile", (c, _) => Cell.Of(c.CompanyProfile)),
        ("import.field.localCulture", (c, _) => Cell.Of(c.LocalCulture)), ("import.field.localCustoms", (c, _) => Cell.Of(c.LocalCustoms)), ("import.field.registeredAddress", (c, _) => Cell.Of(c.RegisteredAddress)),
        ("import.field.businessAddress", (c, _) => Cell.Of(c.BusinessAddress)), ("import.field.website", (c, _) => Cell.Of(c.Website)), ("import.field.tags", (c, _) => Cell.Of(c.Tags?.Trim(','))),
        ("customer.tier", (c, _) => Choice("tier", c.Tier)), ("customer.revenue12_yuan", (c, _) => Cell.Money(c.Trailing12RevenueFen)), ("customer.profit12_yuan", (c, _) => Cell.Money(c.Trailing12GrossProfitFen)),
        ("customer.weight12_tonnes", (c, _) => Cell.Tonnes(c.Trailing12WeightKg)), ("customer.completeness_percent", (c, _) => Cell.Whole(c.Completeness)),
        ("customer.updated", (c, _) => Cell.Of(Platform.Ui.Kit.Figures.Time(c.UpdatedAt))),
    ];

    /// <summary>The file, or why there is none.</summary>
    public async Task<Result<TableExport>> Run(string? format, ListCustomers.Query query, CancellationToken ct)
    {
        if (!TableExport.Formats.Contains(format))
        {
            return new Refusal.Invalid("export.format_unknown", "format");
        }

        if (!(await list.All(query, ct)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        if (format == "xlsx" && await list.Count(query, ct, XlsxWriter.MostRows) > XlsxWriter.MostRows)
        {
            return new Refusal.Conflict("export.sheet_full");
        }

        var units = await db.Set<OrgUnit>().AsNoTracking().Select(u => new { u.Id, u.Code, u.Name }).ToListAsync(ct);
        var twice = units.GroupBy(u => u.Name).Where(g => g.Skip(1).Any()).Select(g => g.Key).ToHashSet();
        var names = units.ToDictionary(u => u.Id, u => twice.Contains(u.Name) ? u.Code : u.Name);
        var view = Uri.UnescapeDataString((query with { Cursor = null, Limit = 50 }).Address(""));
        var name = string.Create(CultureInfo.InvariantCulture, $"{T("customer.title")}-{BusinessCalendar.ToBeijing(db.UtcNow):yyyyMMdd-HHmm}");
        return new TableExport(db, name, nameof(Customer), view, format!, [.. Columns.Select(c => T(c.TextKey))], Rows(all, names));
    }

    private static async IAsyncEnumerable<Cell[]> Rows(ListCustomers.Whole all, Dictionary<long, string> units)
    {
        await foreach (var batch in all.Batches)
        {
            foreach (var customer in batch)
            {
                yield return [.. Columns.Select(c => c.Cell(customer, units[customer.UnitId]))];
            }
        }
    }

    private static Cell Choice<TValue>(string texts, TValue value) => Cell.Of(value is null ? null : T($"{texts}.{JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!)}"));

    /// <summary>Sends the file; a refusal is told on the list it came from.</summary>
    public static async Task<IResult> Post([FromForm] string? format, HttpContext http, ExportCustomers useCase, CancellationToken ct)
    {
        var query = ListCustomers.Query.Of(http.Request.Query);
        if ((await useCase.Run(format, query, ct)).TryGet(out var export, out var refusal))
        {
            return export;
        }

        new Notice(T(refusal.Code, refusal.Args), IsError: true).Leave(http);
        return TypedResults.LocalRedirect(query.Address("/customers"));
    }
}
