using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>How much of what a dossier should say is said, section by section.</summary>
public static class Completeness
{
    /// <summary>The sections of the record, in their order.</summary>
    public static readonly string[] Sections = ["identity", "business", "transport", "shareholders", "products", "place", "profile"];

    /// <summary>Something a dossier should say.</summary>
    /// <param name="Section">One of <see cref="Sections"/>.</param>
    /// <param name="TextKey">What it is called.</param>
    /// <param name="Field">Where the form asks for it, as the address after <c>#f-Form-</c>; null for contacts, who have their own page.</param>
    /// <param name="Known">Whether it is said.</param>
    public sealed record Item(string Section, string TextKey, string? Field, bool Known);

    /// <summary>Which of a customer's lists hold something.</summary>
    public readonly record struct Lists(bool Shareholders, bool Products, bool MainStations, bool Contacts)
    {
        /// <summary>As stored; a new customer has none.</summary>
        public static Task<Lists> Of(CrmDb db, long customerId, CancellationToken ct) =>
            db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id == customerId).Select(c => new Lists(
                db.Set<Shareholder>().Any(s => s.CustomerId == c.Id), db.Set<CustomerProduct>().Any(p => p.CustomerId == c.Id),
                db.Set<MainStation>().Any(s => s.CustomerId == c.Id), db.Set<Contact>().Any(k => k.CustomerId == c.Id && k.DeletedAt == null && k.Active))).SingleAsync(ct);

        /// <summary>As stored, of many customers at once.</summary>
        internal static async Task<Dictionary<long, Lists>> Of(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct)
        {
            async Task<HashSet<long>> Having<T>(IQueryable<T> rows) where T : class, ICustomerBound => [.. await rows.Where(r => EF.Parameter(ids).Contains(r.CustomerId)).Select(r => r.CustomerId).Distinct().ToListAsync(ct)];
            var (shareholders, products, stations, contacts) = (await Having(db.Set<Shareholder>()), await Having(db.Set<CustomerProduct>()), await Having(db.Set<MainStation>()), await Having(db.Set<Contact>().Where(k => k.Active)));
            return ids.Distinct().ToDictionary(id => id, id => new Lists(shareholders.Contains(id), products.Contains(id), stations.Contains(id), contacts.Contains(id)));
        }

        /// <summary>As they will be once <paramref name="input"/> is stored.</summary>
        public Lists After(SaveCustomer.Input input) => this with
        {
            Shareholders = input.Shareholders is { } s ? s.Count > 0 : Shareholders,
            Products = input.Products is { } p ? p.Count > 0 : Products,
            MainStations = input.MainStations is { } m ? m.Count > 0 : MainStations,
        };
    }

    /// <summary>0–100.</summary>
    public static int Score(Customer customer, Lists lists) => Score(Of(customer, lists));

    /// <summary>0–100 of some of the items; 100 where there are none.</summary>
    public static int Score(IReadOnlyCollection<Item> items) => items.Count == 0 ? 100 : items.Count(i => i.Known) * 100 / items.Count;

    /// <summary>All that is asked of a customer of this kind: a sole trader has no shareholders, a public body neither products nor a market.</summary>
    public static IReadOnlyList<Item> Of(Customer c, Lists lists)
    {
        var (company, producer) = (c.Kind == CustomerKind.Company, c.Kind != CustomerKind.PublicBody);
        Item?[] items =
        [
            new("identity", "customer.credit_code", "CreditCode", c.CreditCode is not null),
            new("identity", "customer.legal_representative", "LegalRepresentative", c.LegalRepresentative is not null),
            new("identity", "customer.ownership", "OwnershipType", c.OwnershipType is not null),
            new("identity", "customer.size_class", "SizeClass", c.SizeClass is not null),
            new("identity", "customer.employee_count", "EmployeeCount", c.EmployeeCount is not null),
            new("identity", "customer.phone", "Phone", c.Phone is not null),
            new("identity", "contact.title", null, lists.Contacts),
            new("business", "customer.business_direction", "BusinessDirection", c.BusinessDirection is not null),
            new("business", "customer.industry", "IndustryCode", c.IndustryCode is not null),
            company ? new("business", "customer.production_scale", "ProductionScale", c.ProductionScale is not null) : null,
            company ? new("business", "customer.market_share", "MarketSharePercent", c.MarketShareBasisPoints is not null) : null,
            new("transport", "customer.transport_modes", "TransportModes", c.TransportModes is not null),
            new("transport", "customer.transport_cycle", "TransportCycle", c.TransportCycle is not null),
            new("transport", "customer.main_stations", "MainStations", lists.MainStations),
            company ? new("shareholders", "customer.shareholders", "Shareholders", lists.Shareholders) : null,
            producer ? new("products", "customer.products", "Products", lists.Products) : null,
            new("place", "customer.region", "RegionCode", c.RegionCode is not null),
            new("place", "customer.registered_address", "RegisteredAddress", c.RegisteredAddress is not null),
            new("place", "customer.local_culture", "LocalCulture", c.LocalCulture is not null),
            new("place", "customer.local_customs", "LocalCustoms", c.LocalCustoms is not null),
            new("profile", "customer.profile", "CompanyProfile", c.CompanyProfile is not null),
        ];
        return [.. items.OfType<Item>()];
    }
}
