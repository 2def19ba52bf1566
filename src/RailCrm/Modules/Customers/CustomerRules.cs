using System.Text;
using RailCrm.Kernel;
using RailCrm.Modules.Reference;

namespace RailCrm.Modules.Customers;

/// <summary>What a customer's fields must satisfy, and how they are stored. No database here.</summary>
internal static class CustomerRules
{
    public static IReadOnlyList<FieldError> Check(SaveCustomer.Input input)
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrWhiteSpace(input.Name))
        {
            errors.Add(new(nameof(input.Name), "customer.name_missing"));
        }

        foreach (var property in typeof(SaveCustomer.Input).GetProperties().Where(p => p.PropertyType == typeof(string)))
        {
            var text = (string?)property.GetValue(input);
            var longest = property.Name switch
            {
                nameof(input.CompanyProfile) or nameof(input.LocalCulture) or nameof(input.LocalCustoms) => Customer.TextLength,
                nameof(input.BusinessDirection) or nameof(input.ProductionScale) => 1_000,
                nameof(input.RegisteredAddress) or nameof(input.BusinessAddress) or nameof(input.Website) or nameof(input.Tags) => 500,
                _ => Customer.NameLength,
            };
            if (!PlainText.IsStorable(text))
            {
                errors.Add(new(property.Name, "customer.text_unstorable"));
            }
            else if (text?.EnumerateRunes().Count() > longest)
            {
                errors.Add(new(property.Name, "customer.text_long", longest));
            }
        }

        if (!string.IsNullOrWhiteSpace(input.CreditCode))
        {
            switch (UnifiedSocialCreditCode.Check(UnifiedSocialCreditCode.Normalise(input.CreditCode)))
            {
                case CreditCodeCheck.WrongFormat:
                    errors.Add(new(nameof(input.CreditCode), "customer.credit_code_format"));
                    break;
                case CreditCodeCheck.CheckDigitFails or CreditCodeCheck.BothFail when string.IsNullOrWhiteSpace(input.CreditCodeReason):
                    errors.Add(new(nameof(input.CreditCode), "customer.credit_code_digit"));
                    break;
            }
        }

        if (input.MarketSharePercent is < 0 or > 100)
        {
            errors.Add(new(nameof(input.MarketSharePercent), "customer.percent_range"));
        }

        if (input.EmployeeCount is < 0 or > 10_000_000)
        {
            errors.Add(new(nameof(input.EmployeeCount), "customer.count_range"));
        }

        if (!string.IsNullOrWhiteSpace(input.IndustryCode) && ReferenceData.IndustryCode(input.IndustryCode) is null)
        {
            errors.Add(new(nameof(input.IndustryCode), "reference.industry_unknown"));
        }

        if (!string.IsNullOrWhiteSpace(input.RegionCode) && ReferenceData.RegionCode(input.RegionCode) is null)
        {
            errors.Add(new(nameof(input.RegionCode), "reference.region_unknown"));
        }

        if (!string.IsNullOrWhiteSpace(input.Website)
            && !(Uri.TryCreate(input.Website.Trim(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            errors.Add(new(nameof(input.Website), "customer.website_scheme"));
        }

        return errors;
    }

    public static void Apply(SaveCustomer.Input input, Customer customer, long unitId, DateTime now)
    {
        customer.UnitId = unitId;
        customer.Name = input.Name.Trim().Normalize(NormalizationForm.FormC);
        customer.ShortName = PlainText.Trimmed(input.ShortName);
        customer.NormalizedName = CompanyName.Normalised(customer.Name);
        customer.NamePinyin = Pinyin.Full(customer.Name);
        customer.NameInitials = string.Join(' ', Pinyin.InitialsVariants(customer.Name));
        customer.CreditCode = string.IsNullOrWhiteSpace(input.CreditCode) ? null : UnifiedSocialCreditCode.Normalise(input.CreditCode);
        customer.CreditCodeReason = PlainText.Trimmed(input.CreditCodeReason);
        customer.Kind = input.Kind ?? customer.Kind;
        customer.LegalRepresentative = PlainText.Trimmed(input.LegalRepresentative);
        customer.BusinessDirection = PlainText.Trimmed(input.BusinessDirection);
        customer.ProductionScale = PlainText.Trimmed(input.ProductionScale);
        customer.MarketShareBasisPoints = input.MarketSharePercent is { } share ? (int)Math.Round(share * 100, MidpointRounding.AwayFromZero) : null;
        customer.EmployeeCount = input.EmployeeCount;
        customer.OwnershipType = input.OwnershipType;
        customer.SizeClass = input.SizeClass;
        customer.IndustryCode = ReferenceData.IndustryCode(input.IndustryCode);
        customer.RegionCode = ReferenceData.RegionCode(input.RegionCode);
        customer.TransportModes = PlainText.Trimmed(input.TransportModes);
        customer.TransportCycle = PlainText.Trimmed(input.TransportCycle);
        customer.CompanyProfile = PlainText.Trimmed(input.CompanyProfile);
        customer.LocalCulture = PlainText.Trimmed(input.LocalCulture);
        customer.LocalCustoms = PlainText.Trimmed(input.LocalCustoms);
        customer.RegisteredAddress = PlainText.Trimmed(input.RegisteredAddress);
        customer.BusinessAddress = PlainText.Trimmed(input.BusinessAddress);
        customer.Website = PlainText.Trimmed(input.Website);
        customer.Phone = PlainText.Trimmed(input.Phone);
        customer.PhoneDigits = PlainText.Digits(input.Phone);
        var tags = (input.Tags ?? "").Split([',', '，', '、'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToList();
        customer.Tags = tags.Count == 0 ? null : $",{string.Join(',', tags)},";
        customer.UpdatedAt = now;
        customer.Completeness = Completeness(customer);
    }

    /// <summary>Text keys of what a dossier still lacks.</summary>
    public static IReadOnlyList<string> Missing(Customer customer) => [.. Wanted(customer).Where(w => !w.Known).Select(w => w.TextKey)];

    /// <summary>How much of what a dossier should say is said, 0–100.</summary>
    public static int Completeness(Customer customer)
    {
        var wanted = Wanted(customer);
        return wanted.Count(w => w.Known) * 100 / wanted.Count;
    }

    public static SaveCustomer.Input Of(Customer c) => new()
    {
        Name = c.Name, UnitId = c.UnitId, ShortName = c.ShortName, CreditCode = c.CreditCode, CreditCodeReason = c.CreditCodeReason, Kind = c.Kind,
        LegalRepresentative = c.LegalRepresentative, BusinessDirection = c.BusinessDirection, ProductionScale = c.ProductionScale,
        MarketSharePercent = c.MarketShareBasisPoints / 100m, EmployeeCount = c.EmployeeCount, OwnershipType = c.OwnershipType, SizeClass = c.SizeClass,
        IndustryCode = c.IndustryCode, RegionCode = c.RegionCode, TransportModes = c.TransportModes, TransportCycle = c.TransportCycle,
        CompanyProfile = c.CompanyProfile, LocalCulture = c.LocalCulture, LocalCustoms = c.LocalCustoms, RegisteredAddress = c.RegisteredAddress,
        BusinessAddress = c.BusinessAddress, Website = c.Website, Phone = c.Phone, Tags = c.Tags?.Trim(','),
    };

    private static IReadOnlyList<(string TextKey, bool Known)> Wanted(Customer c) =>
    [
        ("customer.credit_code", c.CreditCode is not null), ("customer.legal_representative", c.LegalRepresentative is not null),
        ("customer.business_direction", c.BusinessDirection is not null), ("customer.production_scale", c.ProductionScale is not null),
        ("customer.market_share", c.MarketShareBasisPoints is not null), ("customer.employee_count", c.EmployeeCount is not null),
        ("customer.ownership", c.OwnershipType is not null), ("customer.size_class", c.SizeClass is not null),
        ("customer.industry", c.IndustryCode is not null), ("customer.region", c.RegionCode is not null),
        ("customer.transport_modes", c.TransportModes is not null), ("customer.transport_cycle", c.TransportCycle is not null),
        ("customer.profile", c.CompanyProfile is not null), ("customer.local_culture", c.LocalCulture is not null),
        ("customer.local_customs", c.LocalCustoms is not null), ("customer.registered_address", c.RegisteredAddress is not null),
        ("customer.phone", c.Phone is not null),
    ];
}
