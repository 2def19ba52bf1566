using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Contact>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Customers;

/// <summary>The list of all people at all customers that the reader sees.</summary>
internal sealed partial class ContactList(CustomFields? custom = null, CurrentActor? current = null) : ListOf<Contact>(custom, current)
{
    private static readonly NamesOf Customers = (db, ids, ct) => db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);

    private static readonly NamesOf People = (db, ids, ct) => db.Set<Contact>().Where(k => EF.Parameter(ids).Contains(k.Id)).Select(k => new { k.Id, k.Name }).ToDictionaryAsync(k => k.Id, k => k.Name, ct);

    public override string Key => "contacts";
    public override string Path => "/contacts";
    public override string TextKey => "contact.title";
    public override string Permission => Platform.Access.Permission.CustomersRead;
    public override string Order => "name";
    public override bool HasNames => false; // A person's name is short; what needs width is the customer's and the mail.
    public override IReadOnlyList<string> Columns { get; } = ["name", "customer", "title", "mobile", "phone", "email", "main"];
    public override string SearchKey => "contact.search_hint";
    public override IReadOnlyList<string> Quick { get; } = ["mobile", "unit", "tier", "main", "active"];
    public override IReadOnlyList<SystemView> Views { get; } =
    [
        new("all", "list.view_all", ""), new("mine", "customer.mine_yes", "mine=true"), new("favourites", "mark.favourites", "favourite=true"), new("main", "contact.main", "main=true"), new("new", "contact.view_new", "sort=-created"),
    ];

    protected override IReadOnlyList<ListField<Contact>> Declared => Own;

    private static readonly IReadOnlyList<ListField<Contact>> Own =
    [
        F.Of("name", "contact.name", K.Text, k => k.Name).Sorted().Indexed().Named().Edited(nameof(SaveContact.Input.Name), bulk: false),
        F.Of("id", "list.id", K.Number, k => k.Id).Indexed().Hidden(),
        Brought.Of<Contact>("contact"),
        F.Of("customer", "contact.customer", K.Reference, k => k.CustomerId).SortedNear(k => k.Customer!.Name).Asked(["=", "!="], ContactAsks.Customer).Refers(Customers, id => $"/customers/{id}").LookedUp("/api/v1/lookup/customers?q="),
        F.Of("title", "contact.post", K.Text, k => k.Title).Indexed("name").SortedNear().Edited(nameof(SaveContact.Input.Title)),
        F.Of("mobile", "contact.mobile", K.Text, k => k.Mobile).Asked(["~", "!~"], ContactAsks.Mobile).AskedWhole().Copied().Edited(nameof(SaveContact.Input.Mobile), bulk: false),
        F.Of("phone", "customer.phone", K.Text, k => k.Phone).Asked(["~", "!~"], ContactAsks.Phone).AskedWhole().Copied().Edited(nameof(SaveContact.Input.Phone), bulk: false),
        F.Of("email", "contact.email", K.Text, k => k.Email).Asked(["="], ContactAsks.Email).AsksNothing().Copied().Edited(nameof(SaveContact.Input.Email), bulk: false),
        F.Of("main", "contact.main", K.Flag, k => k.IsMain).Indexed("name").Grouped().Edited(nameof(SaveContact.Input.IsMain), bulk: false),
        F.Of("active", "contact.active", K.Flag, k => k.Active).Indexed("name").Grouped().Edited(nameof(SaveContact.Input.Active)),
        F.Of("mobile2", "field.Mobile2", K.Text, k => k.Mobile2).Copied().Edited(nameof(SaveContact.Input.Mobile2), bulk: false),
        F.Of("phone2", "field.Phone2", K.Text, k => k.Phone2).Copied().Edited(nameof(SaveContact.Input.Phone2), bulk: false),
        F.Of("email2", "field.Email2", K.Text, k => k.Email2).Copied().Edited(nameof(SaveContact.Input.Email2), bulk: false),
        F.Of("weChat", "field.WeChat", K.Text, k => k.WeChat).Copied().Edited(nameof(SaveContact.Input.WeChat), bulk: false),
        F.Of("preferredWay", "field.PreferredWay", K.Choice, k => k.PreferredWay).Chosen("contact_way", ["mobile", "phone", "weChat", "email", "visit"]).Edited(nameof(SaveContact.Input.PreferredWay)),
        F.Of("preferredTime", "field.PreferredTime", K.Text, k => k.PreferredTime).Edited(nameof(SaveContact.Input.PreferredTime)),
        F.Of("decisionRole", "field.DecisionRole", K.Choice, k => k.DecisionRole).Indexed("name").Chosen("decision_role", ["decider", "approver", "influencer", "buyer", "user", "gatekeeper"]).Grouped().Edited(nameof(SaveContact.Input.DecisionRole)),
        F.Of("reportsTo", "field.ReportsToId", K.Reference, k => k.ReportsToId).Refers(People),
        F.Of("attitude", "field.Attitude", K.Choice, k => k.Attitude).Indexed("name").Chosen("attitude", ["supporter", "friendly", "neutral", "reserved", "opponent"]).Grouped().Edited(nameof(SaveContact.Input.Attitude)),
        F.Of("influence", "field.Influence", K.Choice, k => k.Influence).Indexed("name").Chosen("influence", ["high", "medium", "low"]).Grouped().Edited(nameof(SaveContact.Input.Influence)),
        F.Of("closeness", "field.Closeness", K.Choice, k => k.Closeness).Chosen("closeness", ["close", "known", "met", "unmet"]).Edited(nameof(SaveContact.Input.Closeness)),
        F.Of("competence", "field.Competence", K.Text, k => k.Competence).Long().Edited(nameof(SaveContact.Input.Competence), bulk: false),
        F.Of("birthday", "field.Birthday", K.Text, k => k.Birthday).Edited(nameof(SaveContact.Input.Birthday), bulk: false),
        F.Of("birthdayLunar", "field.BirthdayLunar", K.Flag, k => k.BirthdayLunar).Edited(nameof(SaveContact.Input.BirthdayLunar), bulk: false),
        F.Of("customs", "field.Customs", K.Text, k => k.Customs).Long().Edited(nameof(SaveContact.Input.Customs), bulk: false),
        F.Of("inactiveOn", "field.InactiveOn", K.Date, k => k.InactiveOn),
        F.Of("inactiveReason", "field.InactiveReason", K.Text, k => k.InactiveReason).Edited(nameof(SaveContact.Input.InactiveReason), bulk: false),
        F.Of("unit", "customer.unit", K.Reference, k => k.Customer!.UnitId).Asked(["=", "==", "!="], ContactAsks.OfCustomer(CustomerAsks.OrNot(CustomerAsks.Unit))).Refers(Units, id => $"/organization/{id}").Grouped(),
        F.Of("tier", "customer.tier", K.Choice, k => k.Customer!.Tier).Asked(["=", "!="], ContactAsks.Tier).Chosen("tier", ContactAsks.Tiers).EmptyAs("customer.tier_none").Grouped(),
        F.Only("region", "customer.region", K.Text, ["=", "==", "!="], ContactAsks.OfCustomer(CustomerAsks.OrNot(CustomerAsks.Region))).AsksNothing().Coded(ReferenceData.RegionName).LookedUp("/api/v1/lookup/regions?q="),
        F.Only("industry", "customer.industry", K.Choice, ["=", "==", "!="], ContactAsks.OfCustomer(CustomerAsks.OrNot(CustomerAsks.Industry))).AsksNothing().Coded(ReferenceData.IndustryName, () => ReferenceData.IndustryOptions),
        F.Only("tag", "customer.tag", K.Text, ["=", "!="], ContactAsks.OfCustomer(CustomerAsks.OrNot(CustomerAsks.Tag))).LookedUp("/api/v1/lookup/tags?q="),
        F.Of("manager", "customer.manager", K.Reference, k => k.CustomerId).Refers(AccountManagers.Of),
        F.Only("managedBy", "customer.manager", K.Text, ["=", "!="], ContactAsks.OfCustomer(CustomerAsks.OrNot(CustomerAsks.Manager))).LookedUp("/api/v1/lookup/managers?q="),
        F.Only("mine", "customer.mine", K.Flag, ["="], ContactAsks.OfCustomer(CustomerAsks.Mine)),
        F.Of("created", "customer.created", K.Instant, k => k.CreatedAt).Sorted().Indexed(),
        F.Of("author", "origin.author", K.Reference, k => k.CreatedBy).Asked(["=", "!="], ContactAsks.Author).AsksNothing().Refers(Origin.People).LookedUp("/api/v1/lookup/accounts?q="),
        F.Only("favourite", "mark.favourite", K.Flag, ["="], Favourites.Of<Contact>(RecordKind.Contact)),
    ];

    public override IReadOnlyList<ListWork> Works { get; } =
    [
        new("edit", "list.work_edit", "edit", Platform.Access.Permission.CustomersWrite), .. MarkRows.Works(Platform.Access.Permission.CustomersRead),
        new("merge", "merge.contacts_title", "arrows-sort", Platform.Access.Permission.CustomersWrite, Leads: "/contacts/merge", Most: CustomerMerge.Most),
        new("export", "customer.export", "download", Platform.Access.Permission.Export, Leads: "/contacts/export"), new("bin", "customer.bin", "trash", Platform.Access.Permission.CustomersWrite, Danger: true),
    ];

    public override string? Reveal(Line line) => $"/contacts/{line.Id}/reveal";
    public override string MarkedAs => RecordKind.Contact;
    public override string EditPermission => Platform.Access.Permission.CustomersWrite;
    public override IReadOnlyList<(string TextKey, IReadOnlyList<string> Fields)> Sections { get; } = [("contact.section_person", ["title", "active"]), ("contact.section_ways", ["preferredWay", "preferredTime"]), ("contact.section_role", ["decisionRole", "attitude", "influence", "closeness"])];
}
