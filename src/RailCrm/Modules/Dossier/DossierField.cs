using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Dossier;

/// <summary>All that a written dossier is made of. It holds no time of making, so that the same state gives the same document.</summary>
/// <param name="Customer">With its lists.</param>
/// <param name="Unit">The unit it belongs to.</param>
/// <param name="Group">The group's name.</param>
/// <param name="Parent">The company above in words; null where there is none.</param>
/// <param name="Contacts">Main contact first.</param>
/// <param name="Files">Its attachments, oldest first.</param>
/// <param name="Facts">Its business by month and lane.</param>
internal sealed record DossierSource(Customer Customer, string Unit, string Group, string? Parent, IReadOnlyList<Contact> Contacts, IReadOnlyList<Attachment> Files, IReadOnlyList<CustomerFigures.Row> Facts, IReadOnlyList<(string Name, string? Text)> Own)
{
    /// <summary>The customer as one would say it.</summary>
    public SaveCustomer.Input Said { get; } = CustomerRules.Of(Customer, withLists: true);
}

/// <summary>One value that a template may name as <c>{{part.code}}</c>.</summary>
/// <param name="Part">What it is a value of.</param>
/// <param name="Code">Its name within.</param>
/// <param name="TextKey">What people call it.</param>
/// <param name="Of">The value; null where nothing is known.</param>
/// <param name="Permission">Who may see it.</param>
internal sealed record DossierField(string Part, string Code, string TextKey, Func<DossierSource, string?> Of, string Permission = Permission.CustomersRead)
{
    public string Name => $"{Part}.{Code}";

    private static DossierField C(string code, Func<DossierSource, string?> of) => new("customer", code, $"customer.{code}", of);

    private static DossierField Money(string code, string textKey, Func<DossierSource, string?> of) => new("figures", code, textKey, of, Platform.Access.Permission.WaybillsRead);

    /// <summary>Yuan with two decimals, whatever unit the reader's screen shows: a document stands alone.</summary>
    public static string Yuan(long fen) => (fen / 100m).ToString("N2", CultureInfo.CurrentCulture);

    /// <summary>Section → its values, in the order of the record's page.</summary>
    public static readonly IReadOnlyList<(string TextKey, IReadOnlyList<DossierField> Fields)> Sections =
    [
        ("customer.section_identity",
        [
            new("group", "name", "documents.group", s => s.Group), C("name", s => s.Customer.Name), new("customer", "number", "dossier.number", s => s.Customer.Number), C("short_name", s => s.Customer.ShortName), C("unit", s => s.Unit),
            C("tier", s => CustomerText.Of(s.Customer.Tier)), C("credit_code", s => s.Customer.CreditCode), C("kind", s => CustomerText.Of(s.Customer.Kind)), C("legal_representative", s => s.Customer.LegalRepresentative),
            C("ownership", s => s.Customer.OwnershipType is { } o ? CustomerText.Of(o) : null), C("size_class", s => s.Customer.SizeClass is { } c ? CustomerText.Of(c) : null),
            C("employee_count", s => CustomerText.Count(s.Customer.EmployeeCount)), C("phone", s => s.Customer.Phone), C("parent", s => s.Parent), C("tags", s => CustomerText.Tags(s.Customer.Tags)),
            C("updated", s => BusinessCalendar.ToBeijing(s.Customer.UpdatedAt).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ]),
        ("customer.section_business",
        [
            C("business_direction", s => s.Customer.BusinessDirection), C("industry", s => CustomerText.Industry(s.Customer.IndustryCode)), C("production_scale", s => s.Customer.ProductionScale),
            C("market_share", s => CustomerText.Percent(s.Said.MarketSharePercent)),
        ]),
        ("customer.section_transport", [C("transport_modes", s => CustomerText.Modes(s.Customer.TransportModes)), C("transport_cycle", s => CustomerText.Cycle(s.Customer.TransportCycle))]),
        ("customer.section_place",
        [
            C("region", s => CustomerText.Region(s.Customer.RegionCode)), C("registered_address", s => s.Customer.RegisteredAddress), C("business_address", s => s.Customer.BusinessAddress), C("website", s => s.Customer.Website),
            C("local_culture", s => s.Customer.LocalCulture), C("local_customs", s => s.Customer.LocalCustoms),
        ]),
        ("customer.section_profile", [C("profile", s => s.Customer.CompanyProfile)]),
        ("dossier.title",
        [
            Money("title", "documents.figures_title", _ => Texts.Get("dossier.title")), Money("revenue12", "customer.revenue12_yuan", s => Yuan(s.Customer.Trailing12RevenueFen)),
            Money("profit12", "customer.profit12_yuan", s => Yuan(s.Customer.Trailing12GrossProfitFen)), Money("weight12", "customer.weight12_tonnes", s => Figures.Tonnes(s.Customer.Trailing12WeightKg)),
        ]),
    ];

    /// <summary>Every value by its name.</summary>
    public static readonly IReadOnlyDictionary<string, DossierField> All = Sections.SelectMany(s => s.Fields).ToDictionary(f => f.Name);
}
