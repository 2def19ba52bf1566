using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Customer>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Customers;

/// <summary>The list of customers: every field that can be shown, filtered by, sorted, grouped or changed in it.</summary>
internal sealed partial class CustomerList(CustomFields? custom = null, CurrentActor? current = null, IEnumerable<CustomerListPart>? brought = null) : ListOf<Customer>(custom, current)
{
    private readonly IReadOnlyList<CustomerListPart> _parts = [.. brought ?? []];

    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
    private static readonly NamesOf Parents = (db, ids, ct) => db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);

    public override string Key => "customers";
    public override string Path => "/customers";
    public override string TextKey => "customer.title";
    public override string Permission => Platform.Access.Permission.CustomersRead;
    public override string Order => "name";
    public override string Below => "number";
    public override string SearchKey => "customer.search_hint";
    public override IReadOnlyList<string> Columns { get; } = ["name", "tier", "unit", "manager", "phone", "revenue", "change"];
    public override IReadOnlyList<string> Quick { get; } = ["unit", "tier", "mine"];
    public override IReadOnlyList<SystemView> Views => [.. OwnViews, .. _parts.SelectMany(p => p.Views)];

    private static readonly IReadOnlyList<SystemView> OwnViews =
    [
        new("all", "list.view_all", ""), new("mine", "customer.mine_yes", "mine=true"), new("favourites", "mark.favourites", "favourite=true"), new("large", "tier.large", "tier=large&sort=-revenue"), new("atRisk", "tier.atRisk", "tier=atRisk&sort=-revenue"),
        new("falling", "customer.view_falling", "sort=change&columns=name,tier,unit,revenue,change,phone"), new("incomplete", "customer.view_incomplete", "below=50&sort=completeness&columns=name,tier,unit,manager,phone,completeness,updated"), new("board", "customer.view_board", "layout=board&group=tier&sort=-revenue"),
    ];

    protected override IReadOnlyList<ListField<Customer>> Declared => [.. Own, .. _parts.SelectMany(p => p.Fields)];

    /// <summary>What is changed on the record alone: too long for a column, or chosen there by another name than it is stored by.</summary>
    private static readonly IReadOnlyList<ListField<Customer>> OnRecord =
    [
        F.Of("creditCodeReason", "customer.credit_code_reason", K.Text, c => c.CreditCodeReason).Edited(nameof(SaveCustomer.Input.CreditCodeReason), bulk: false).Hidden(),
        F.Of("companyProfile", "customer.profile", K.Text, c => c.CompanyProfile).Edited(nameof(SaveCustomer.Input.CompanyProfile), bulk: false).Long().Hidden(),
        F.Of("localCulture", "customer.local_culture", K.Text, c => c.LocalCulture).Edited(nameof(SaveCustomer.Input.LocalCulture), bulk: false).Long().Hidden(),
        F.Of("localCustoms", "customer.local_customs", K.Text, c => c.LocalCustoms).Edited(nameof(SaveCustomer.Input.LocalCustoms), bulk: false).Long().Hidden(),
        F.Of("toUnit", "customer.unit", K.Text, c => c.UnitId).Edited(nameof(SaveCustomer.Input.UnitId), bulk: false).LookedUp("/api/v1/lookup/units?q=").Hidden(),
        F.Of("toParent", "customer.parent", K.Text, c => c.ParentId).Edited(nameof(SaveCustomer.Input.ParentId), bulk: false).LookedUp("/api/v1/lookup/customers?q=").Hidden(),
    ];

    private static readonly IReadOnlyList<ListField<Customer>> Own =
    [
        F.Of("name", "customer.name", K.Text, c => c.Name).Sorted().Asked(["~", "=", "!~"], CustomerAsks.Name).Containing().Named().Edited(nameof(SaveCustomer.Input.Name), bulk: false),
        F.Of("id", "list.id", K.Number, c => c.Id).Indexed().Hidden(),
        Brought.Of<Customer>("customer"),
        F.Of("number", "customer.number", K.Text, c => c.Number).Indexed().Copied(),
        F.Of("shortName", "customer.short_name", K.Text, c => c.ShortName).Edited(nameof(SaveCustomer.Input.ShortName)),
        F.Of("tier", "customer.tier", K.Choice, c => c.Tier).Indexed("name", "revenue").Chosen("tier", ["large", "medium", "small", "atRisk", "prospective"], "customer.tier_unknown").EmptyAs("customer.tier_none").Grouped().Moved(id => $"/customers/{id}/tier"),
        F.Of("unit", "customer.unit", K.Reference, c => c.UnitId).Asked(["=", "==", "!="], CustomerAsks.OrNot(CustomerAsks.Unit)).Refers(Units, id => $"/organization/{id}").Grouped(),
        F.Of("creditCode", "customer.credit_code", K.Text, c => c.CreditCode).Indexed().Copied().Edited(nameof(SaveCustomer.Input.CreditCode), bulk: false),
        F.Of("phone", "customer.phone", K.Text, c => c.Phone).Asked(["~", "!~"], CustomerAsks.Phone).AskedWhole().Copied().Edited(nameof(SaveCustomer.Input.Phone), bulk: false),
        F.Of("kind", "customer.kind", K.Choice, c => c.Kind).Indexed().Chosen("kind", ["company", "soleTrader", "publicBody"]).Grouped().Edited(nameof(SaveCustomer.Input.Kind)),
        F.Of("legalRepresentative", "customer.legal_representative", K.Text, c => c.LegalRepresentative).Edited(nameof(SaveCustomer.Input.LegalRepresentative)),
        F.Of("ownership", "customer.ownership", K.Choice, c => c.OwnershipType).Indexed().Chosen("ownership", ["stateOwned", "private", "foreign", "jointVenture", "collective", "individual", "institution"]).Grouped().Edited(nameof(SaveCustomer.Input.OwnershipType)),
        F.Of("sizeClass", "customer.size_class", K.Choice, c => c.SizeClass).Indexed().Chosen("size", ["large", "medium", "small", "micro"]).Grouped().Edited(nameof(SaveCustomer.Input.SizeClass)),
        F.Of("industry", "customer.industry", K.Choice, c => c.IndustryCode).Asked(["=", "==", "!="], CustomerAsks.OrNot(CustomerAsks.Industry)).AsksNothing().Coded(ReferenceData.IndustryName, () => ReferenceData.IndustryOptions).Grouped().Edited(nameof(SaveCustomer.Input.IndustryCode)),
        F.Of("region", "customer.region", K.Text, c => c.RegionCode).Asked(["=", "==", "!="], CustomerAsks.OrNot(CustomerAsks.Region)).AsksNothing().Coded(ReferenceData.RegionName).LookedUp("/api/v1/lookup/regions?q=").Grouped().Edited(nameof(SaveCustomer.Input.RegionCode)),
        F.Only("station", "customer.station", K.Text, ["=", "!="], CustomerAsks.OrNot(CustomerAsks.Station)).LookedUp("/api/v1/lookup/stations?q="),
        F.Of("tags", "customer.tags", K.Text, c => c.Tags).Coded(t => t.Trim(',').Replace(",", " · ", StringComparison.Ordinal)).Edited(nameof(SaveCustomer.Input.Tags)),
        F.Only("tag", "customer.tag", K.Text, ["=", "!="], CustomerAsks.OrNot(CustomerAsks.Tag)).LookedUp("/api/v1/lookup/tags?q="),
        F.Of("manager", "customer.manager", K.Reference, c => c.Id).Refers(AccountManagers.Of),
        F.Only("managedBy", "customer.manager", K.Text, ["=", "!="], CustomerAsks.OrNot(CustomerAsks.Manager)).LookedUp("/api/v1/lookup/managers?q="),
        F.Only("mine", "customer.mine", K.Flag, ["="], CustomerAsks.Mine),
        F.Only("favourite", "mark.favourite", K.Flag, ["="], CustomerAsks.Favourite),
        F.Of("employees", "customer.employee_count", K.Number, c => c.EmployeeCount).Indexed().Edited(nameof(SaveCustomer.Input.EmployeeCount)),
        F.Of("parent", "customer.parent", K.Reference, c => c.ParentId).Asked(["=", "!="], CustomerAsks.OrNot(CustomerAsks.Parent)).AsksNothing().Refers(Parents, id => $"/customers/{id}").LookedUp("/api/v1/lookup/customers?q="),
        F.Of("transportModes", "customer.transport_modes", K.Text, c => c.TransportModes).Coded(CustomerText.Modes).Offers(() => CustomerRules.Modes.Select(m => (m, CustomerText.Modes(m)!))).Edited(nameof(SaveCustomer.Input.TransportModes)),
        F.Of("transportCycle", "customer.transport_cycle", K.Text, c => c.TransportCycle).Coded(CustomerText.Cycle, () => CustomerRules.Cycles.Select(c => (c, CustomerText.Cycle(c)!))).Edited(nameof(SaveCustomer.Input.TransportCycle)),
        F.Of("businessDirection", "customer.business_direction", K.Text, c => c.BusinessDirection).Edited(nameof(SaveCustomer.Input.BusinessDirection)).Long(),
        F.Of("productionScale", "customer.production_scale", K.Text, c => c.ProductionScale).Edited(nameof(SaveCustomer.Input.ProductionScale)).Long(),
        F.Of("marketShare", "customer.market_share", K.Number, c => c.MarketShareBasisPoints).Edited(nameof(SaveCustomer.Input.MarketSharePercent)).Said((share, _) => CustomerText.Percent((int)share / 100m), share => share is int points ? TypedValue.Of(points / 100m) : ""),
        F.Of("registeredAddress", "customer.registered_address", K.Text, c => c.RegisteredAddress).Edited(nameof(SaveCustomer.Input.RegisteredAddress)),
        F.Of("businessAddress", "customer.business_address", K.Text, c => c.BusinessAddress).Edited(nameof(SaveCustomer.Input.BusinessAddress)),
        F.Of("website", "customer.website", K.Text, c => c.Website).Edited(nameof(SaveCustomer.Input.Website)),
        F.Of("revenue", "customer.revenue12_short", K.Money, c => c.Trailing12RevenueFen).Sorted().Indexed().Summed(),
        F.Of("profit", "customer.profit12_short", K.Money, c => c.Trailing12GrossProfitFen).Sorted().Indexed().Summed(),
        F.Of("weight", "customer.weight12_short", K.Weight, c => c.Trailing12WeightKg).Sorted().Indexed().Summed(),
        F.Of("previous", "customer.previous12", K.Money, c => c.Previous12RevenueFen),
        F.Of("change", "customer.change12", K.Money, c => c.RevenueChangeFen).Sorted().Indexed().Changing(),
        F.Of("completeness", "customer.completeness", K.Percent, c => c.Completeness).Sorted().Indexed(),
        F.Only("below", "customer.below", K.Percent, ["="], CustomerAsks.Below).SayingHow(),
        F.Of("active", "customer.active", K.Flag, c => c.Active).Indexed("name").Grouped().Edited(nameof(SaveCustomer.Input.Active)),
        F.Of("created", "customer.created", K.Instant, c => c.CreatedAt).Sorted().Indexed(),
        F.Of("author", "origin.author", K.Reference, c => c.CreatedBy).Asked(["=", "!="], CustomerAsks.OrNot(CustomerAsks.Author)).AsksNothing().Refers(Origin.People).LookedUp("/api/v1/lookup/accounts?q="),
        F.Of("updated", "customer.updated", K.Instant, c => c.UpdatedAt).Sorted().Indexed(),
        .. OnRecord,
    ];

    public override IReadOnlyList<ListWork> Works => [.. OwnWorks, .. _parts.SelectMany(p => p.Works)];

    private static readonly IReadOnlyList<ListWork> OwnWorks =
    [
        new("edit", "list.work_edit", "edit", Platform.Access.Permission.CustomersWrite), new("assign", "customer.work_assign", "building-community", Platform.Access.Permission.CustomersSupervise),
        new("tag", "customer.work_tag", "tag", Platform.Access.Permission.CustomersWrite), new("untag", "customer.work_untag", "tags", Platform.Access.Permission.CustomersWrite),
        .. MarkRows.Works(Platform.Access.Permission.CustomersRead),
        new("merge", "merge.title", "arrows-sort", Platform.Access.Permission.CustomersDelete, Leads: "/customers/merge", Most: CustomerMerge.Most), new("export", "customer.export", "download", Platform.Access.Permission.Export, Leads: "/customers/export"), new("bin", "customer.bin", "trash", Platform.Access.Permission.CustomersDelete, Danger: true),
    ];

    public override string? Reveal(Line line) => $"/customers/{line.Id}/reveal";
    public override string MarkedAs => RecordKind.Customer;
    public override string EditPermission => Platform.Access.Permission.CustomersWrite;

    public override IReadOnlyList<(string TextKey, IReadOnlyList<string> Fields)> Sections { get; } =
    [
        ("customer.section_identity", ["shortName", "kind", "legalRepresentative", "ownership", "sizeClass", "employees", "tags", "active"]), ("customer.section_business", ["businessDirection", "productionScale", "industry", "marketShare"]),
        ("customer.section_transport", ["transportModes", "transportCycle"]), ("customer.section_place", ["region", "website", "registeredAddress", "businessAddress"]),
    ];
}
