namespace RailCrm.Platform.Access;

/// <summary>A field of customers or contacts that a role may see, change, see masked, or not see at all (字段权限).</summary>
/// <param name="List">The list it belongs to: customers or contacts.</param>
/// <param name="Name">Its name in the use case that saves it, and in the record.</param>
/// <param name="TextKey">What it is called.</param>
/// <param name="Mask">How it is masked; null where it cannot be: it is seen or it is not.</param>
/// <param name="Along">What else of the record tells it: digits for search, a key for order, its name as it is stored.</param>
public sealed record RuledField(string List, string Name, string TextKey, Func<string?, string?>? Mask, params IReadOnlyList<string> Along)
{
    /// <summary>All of them, as the editor of roles shows them. Whoever adds one goes through every place that shows the record.</summary>
    public static readonly IReadOnlyList<RuledField> All =
    [
        new("customers", "Phone", "customer.phone", Access.Mask.Phone, "PhoneDigits"),
        new("customers", "LegalRepresentative", "customer.legal_representative", null),
        new("customers", "EmployeeCount", "customer.employee_count", null),
        new("customers", "BusinessDirection", "customer.business_direction", null),
        new("customers", "ProductionScale", "customer.production_scale", null),
        new("customers", "MarketSharePercent", "customer.market_share", null, "MarketShareBasisPoints"),
        new("customers", "RegisteredAddress", "customer.registered_address", null),
        new("customers", "BusinessAddress", "customer.business_address", null),
        new("customers", "Website", "customer.website", null),
        new("customers", "LocalCulture", "customer.local_culture", null),
        new("customers", "LocalCustoms", "customer.local_customs", null),
        new("customers", "CompanyProfile", "customer.profile", null),
        new("contacts", "Mobile", "contact.mobile", Access.Mask.Phone, "MobileDigits"),
        new("contacts", "Phone", "customer.phone", Access.Mask.Phone, "PhoneDigits"),
        new("contacts", "Email", "contact.email", Access.Mask.Email),
        new("contacts", "Mobile2", "field.Mobile2", Access.Mask.Phone, "Mobile2Digits"),
        new("contacts", "Phone2", "field.Phone2", Access.Mask.Phone, "Phone2Digits"),
        new("contacts", "Email2", "field.Email2", Access.Mask.Email),
        new("contacts", "WeChat", "field.WeChat", Access.Mask.Text),
        new("contacts", "DecisionRole", "field.DecisionRole", null),
        new("contacts", "Attitude", "field.Attitude", null),
        new("contacts", "Influence", "field.Influence", null),
        new("contacts", "Closeness", "field.Closeness", null),
        new("contacts", "Competence", "field.Competence", null),
        new("contacts", "Customs", "field.Customs", null),
    ];

    /// <summary>The field that a name of the record belongs to; null where it is open to everyone who sees the record.</summary>
    public static RuledField? Find(string list, string? name) => name is null ? null : All.FirstOrDefault(f => f.List == list && (f.Name == name || f.Along.Contains(name)));

    /// <summary>The rights that can be given for it.</summary>
    public IReadOnlyList<FieldRight> Rights => Mask is null ? [FieldRight.Edit, FieldRight.See, FieldRight.Hidden] : [FieldRight.Edit, FieldRight.See, FieldRight.Masked, FieldRight.Hidden];

    /// <summary>How a role's rules name it.</summary>
    public string Key => $"{List}.{Name}";
}
