using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Files;
using RailCrm.Platform.Lists;
using static RailCrm.Platform.Text.Texts;

namespace RailCrm.Modules.Customers;

/// <summary>The list as it is seen, all pages of it, as a file that our own import takes back without loss.</summary>
internal sealed class ExportCustomers(CrmDb db, CustomFields fields, ListCustomers customers, CustomerList list)
{
    /// <summary>What a row is made of.</summary>
    /// <param name="Customer">With its lists.</param>
    /// <param name="Said">The same as one would say it.</param>
    /// <param name="Unit">Its unit.</param>
    /// <param name="Parent">The company above, where the reader sees it.</param>
    /// <param name="Contact">The main contact.</param>
    /// <param name="Author">Who made it.</param>
    /// <param name="Manager">Who manages it today.</param>
    private sealed record Line(Customer Customer, SaveCustomer.Input Said, string Unit, string? Parent, Contact? Contact, string? Author, string? Manager);

    /// <summary>The columns, named as the import knows them; what is called or computed comes last and is not read back.</summary>
    private static readonly IReadOnlyList<(string TextKey, Func<Line, Cell> Cell)> Columns =
    [
        ("import.field.number", l => Cell.Of(l.Customer.Number)), ("customer.name", l => Cell.Of(l.Said.Name)), ("import.field.shortName", l => Cell.Of(l.Said.ShortName)),
        ("customer.credit_code", l => Cell.Of(l.Said.CreditCode)), ("import.field.creditCodeReason", l => Cell.Of(l.Said.CreditCodeReason)), ("customer.unit", l => Cell.Of(l.Unit)), ("import.field.kind", l => Choice("kind", l.Said.Kind)),
        ("import.field.phone", l => Cell.Of(l.Said.Phone)), ("import.field.legalRepresentative", l => Cell.Of(l.Said.LegalRepresentative)), ("import.field.businessDirection", l => Cell.Of(l.Said.BusinessDirection)),
        ("import.field.productionScale", l => Cell.Of(l.Said.ProductionScale)), ("import.field.marketShare", l => Cell.Of(l.Said.MarketSharePercent)), ("import.field.employees", l => Cell.Whole(l.Said.EmployeeCount)),
        ("import.field.ownership", l => Choice("ownership", l.Said.OwnershipType)), ("import.field.sizeClass", l => Choice("size", l.Said.SizeClass)), ("customer.industry", l => Cell.Of(l.Said.IndustryCode)),
        ("customer.region", l => Cell.Of(l.Said.RegionCode)), ("import.field.transportModes", l => Cell.Of(Modes(l.Said.TransportModes))), ("import.field.transportCycle", l => Cell.Of(CustomerText.Cycle(l.Said.TransportCycle))),
        ("import.field.profile", l => Cell.Of(l.Said.CompanyProfile)), ("import.field.localCulture", l => Cell.Of(l.Said.LocalCulture)), ("import.field.localCustoms", l => Cell.Of(l.Said.LocalCustoms)),
        ("import.field.registeredAddress", l => Cell.Of(l.Said.RegisteredAddress)), ("import.field.businessAddress", l => Cell.Of(l.Said.BusinessAddress)), ("import.field.website", l => Cell.Of(l.Said.Website)),
        ("import.field.tags", l => Cell.Of(l.Said.Tags)), ("import.field.active", l => Cell.Of(T(l.Customer.Active ? "ui.yes" : "ui.no"))), ("import.field.parentCustomer", l => Cell.Of(l.Parent)),
        ("import.field.shareholders", l => Cell.Of(CustomerCells.Of(l.Said.Shareholders!))), ("import.field.products", l => Cell.Of(CustomerCells.Of(l.Said.Products!))),
        ("import.field.sendingStations", l => Cell.Of(CustomerCells.Of(l.Said.MainStations!.Where(s => s.Role is StationRole.Sending)))),
        ("import.field.receivingStations", l => Cell.Of(CustomerCells.Of(l.Said.MainStations!.Where(s => s.Role is StationRole.Receiving)))),
        ("import.field.sidings", l => Cell.Of(CustomerCells.Of(l.Said.Sidings!))), ("import.field.contactName", l => Cell.Of(l.Contact?.Name)), ("import.field.contactTitle", l => Cell.Of(l.Contact?.Title)),
        ("import.field.contactMobile", l => Cell.Of(l.Contact?.Mobile)), ("import.field.contactPhone", l => Cell.Of(l.Contact?.Phone)), ("import.field.contactEmail", l => Cell.Of(l.Contact?.Email)),
        ("import.field.createdBy", l => Cell.Of(l.Author)), ("import.field.createdAt", l => Cell.Of(Origin.Day(l.Customer.CreatedAt))),
        ("customer.manager", l => Cell.Of(l.Manager)), ("customer.industry_name", l => Cell.Of(l.Said.IndustryCode is { } code ? ReferenceData.IndustryName(code) : null)),
        ("customer.region_name", l => Cell.Of(l.Said.RegionCode is { } code ? ReferenceData.RegionName(code) : null)),
        ("customer.tier", l => Choice("tier", l.Customer.Tier)), ("customer.revenue12_yuan", l => Cell.Money(l.Customer.Trailing12RevenueFen)), ("customer.profit12_yuan", l => Cell.Money(l.Customer.Trailing12GrossProfitFen)),
        ("customer.weight12_tonnes", l => Cell.Tonnes(l.Customer.Trailing12WeightKg)), ("customer.completeness_percent", l => Cell.Whole(l.Customer.Completeness)),
        ("customer.updated", l => Cell.Of(Platform.Ui.Kit.Figures.BeijingTime(l.Customer.UpdatedAt))),
    ];

    /// <summary>The file, or why there is none.</summary>
    public async Task<Result<TableExport>> Run(string format, View view, CancellationToken ct)
    {
        if (!(await customers.All(view, ct)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        var units = await db.Set<OrgUnit>().AsNoTracking().Select(u => new { u.Id, u.Code, u.Name }).ToListAsync(ct);
        var twice = units.GroupBy(u => u.Name).Where(g => g.Skip(1).Any()).Select(g => g.Key).ToHashSet();
        var names = units.ToDictionary(u => u.Id, u => twice.Contains(u.Name) ? u.Code : u.Name);
        var asked = Uri.UnescapeDataString((view with { Cursor = null, Limit = 50, Columns = null, Base = null }).Address(list, ""));
        var name = string.Create(CultureInfo.InvariantCulture, $"{T("customer.title")}-{BusinessCalendar.ToBeijing(db.UtcNow):yyyyMMdd-HHmm}");
        var held = new HashSet<long>();
        return new TableExport(db, name, nameof(Customer), asked, format, [.. Seen.Select(c => T(c.TextKey)), .. fields.Of("customers", db.Actor).Select(f => f.Called)], Rows(all, names, held, ct), held);
    }

    private async IAsyncEnumerable<Cell[]> Rows(ListCustomers.Whole all, Dictionary<long, string> units, HashSet<long> held, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var seen = Seen.ToList();
        await foreach (var batch in all.Batches)
        {
            held.UnionWith(batch.Select(c => c.Id));
            var own = await fields.Cells(db, "customers", [.. batch.Select(c => c.Custom)], ct);
            foreach (var (line, cells) in (await Fill(batch, units, ct)).Zip(own))
            {
                yield return [.. seen.Select(c => c.Cell(line)), .. cells];
            }
        }
    }

    /// <summary>The columns of fields that the reader may know of; a mask would be read for a value where the file comes in again.</summary>
    private IEnumerable<(string TextKey, Func<Line, Cell> Cell)> Seen => db.Actor.Fields.IsFree ? Columns : Columns.Where(c => Rule(c.TextKey) is var (of, name) && db.Actor.Fields.Of(of, name) <= FieldRight.See);

    /// <summary>The field that a column tells: its name in files is near the record's.</summary>
    private static (string List, string Name) Rule(string column) => column.Replace("import.field.", "", StringComparison.Ordinal) switch
    {
        "contactMobile" => ("contacts", nameof(Contact.Mobile)), "contactPhone" => ("contacts", nameof(Contact.Phone)), "contactEmail" => ("contacts", nameof(Contact.Email)),
        "employees" => ("customers", nameof(Customer.EmployeeCount)), "marketShare" => ("customers", nameof(Customer.MarketShareBasisPoints)), "profile" => ("customers", nameof(Customer.CompanyProfile)),
        var other => ("customers", char.ToUpperInvariant(other[0]) + other[1..]),
    };

    /// <summary>The lists of a batch, a query each.</summary>
    private async Task<IEnumerable<Line>> Fill(IReadOnlyList<Customer> batch, Dictionary<long, string> units, CancellationToken ct)
    {
        var ids = batch.Select(c => c.Id).ToList();
        IQueryable<TRow> Of<TRow>() where TRow : class, ICustomerBound => db.Set<TRow>().AsNoTracking().Where(r => EF.Parameter(ids).Contains(r.CustomerId));
        var shareholders = (await Of<Shareholder>().ToListAsync(ct)).ToLookup(r => r.CustomerId);
        var products = (await Of<CustomerProduct>().ToListAsync(ct)).ToLookup(r => r.CustomerId);
        var stations = (await Of<MainStation>().ToListAsync(ct)).ToLookup(r => r.CustomerId);
        var sidings = (await Of<CustomerSiding>().Include(s => s.Siding).ToListAsync(ct)).ToLookup(r => r.CustomerId);
        var contacts = (await Of<Contact>().Where(k => k.IsMain).ToListAsync(ct)).ToLookup(r => r.CustomerId, k => db.Actor.Fields.Cover("contacts", k));
        var above = batch.Select(c => c.ParentId).OfType<long>().Distinct().ToList();
        Dictionary<long, string> parents = above.Count == 0 ? new() : await db.Set<Customer>().Where(c => EF.Parameter(above).Contains(c.Id)).Select(c => new { c.Id, c.Number, c.Name }).ToDictionaryAsync(c => c.Id, c => Lookups.Text(c.Number, c.Name), ct);
        var authors = batch.Select(c => c.CreatedBy ?? 0).Where(id => id > 0).Distinct().ToList();
        var people = authors.Count == 0 ? [] : await fields.Reference(CustomKind.Person)!.Names(db, authors, ct);
        var managers = await AccountManagers.Of(db, ids, ct);
        return batch.Select(c =>
        {
            (c.Shareholders, c.Products, c.MainStations, c.Sidings) = ([.. shareholders[c.Id]], [.. products[c.Id]], [.. stations[c.Id]], [.. sidings[c.Id]]);
            return new Line(c, CustomerRules.Of(c, withLists: true), units[c.UnitId], parents.GetValueOrDefault(c.ParentId ?? 0), contacts[c.Id].FirstOrDefault(), people.GetValueOrDefault(c.CreatedBy ?? 0), managers.GetValueOrDefault(c.Id));
        });
    }

    private static string? Modes(string? codes) => codes is null ? null : string.Join('、', codes.Split(',').Select(m => T($"mode.{m}")));

    private static Cell Choice<TValue>(string texts, TValue value) => Cell.Of(value is null ? null : T($"{texts}.{JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!)}"));

    /// <summary>Sends the file, or has a job make it where it is large.</summary>
    public static Task<IResult> Post([FromForm] string? format, HttpContext http, CustomerList list, CancellationToken ct) => TakeAway.Whole(http, list, format, ct);
}
