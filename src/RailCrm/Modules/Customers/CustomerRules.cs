using System.Reflection;
using System.Text;
using RailCrm.Kernel;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Customers;

/// <summary>What a customer's fields must satisfy, and how they are stored. No database here.</summary>
internal static class CustomerRules
{
    /// <summary>How goods may go; each has a text of its own.</summary>
    public static readonly string[] Modes = ["carload", "container", "lessThanCarload", "road", "water", "multimodal"];

    /// <summary>Usual rhythms; others are kept in words.</summary>
    public static readonly string[] Cycles = ["daily", "weekly", "monthly", "seasonal"];

    private static readonly PropertyInfo[] TextFields = [.. typeof(SaveCustomer.Input).GetProperties().Where(p => p.PropertyType == typeof(string))];

    public static IReadOnlyList<FieldError> Check(SaveCustomer.Input input)
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrWhiteSpace(input.Name))
        {
            errors.Add(new(nameof(input.Name), "customer.name_missing"));
        }

        foreach (var property in TextFields)
        {
            if (property.GetValue(input) is not string text)
            {
                continue;
            }

            var longest = Longest(property.Name);
            if (!PlainText.IsStorable(text))
            {
                errors.Add(new(property.Name, "customer.text_unstorable"));
            }
            else if (text.Length > longest && text.EnumerateRunes().Count() > longest)
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

        if (!string.IsNullOrWhiteSpace(input.Phone) && PhoneNumber.Digits(input.Phone) is not { Length: >= 3 })
        {
            errors.Add(new(nameof(input.Phone), "customer.phone_wrong")); // 110, 12306 and extensions are short.
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

        if (ReadModes(input.TransportModes) is null)
        {
            errors.Add(new(nameof(input.TransportModes), "customer.modes_unknown", string.Join(" · ", Modes.Select(m => Texts.Get($"mode.{m}")))));
        }

        if (!string.IsNullOrWhiteSpace(input.Website)
            && !(Uri.TryCreate(input.Website.Trim(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            errors.Add(new(nameof(input.Website), "customer.website_scheme"));
        }

        CustomerRowRules.Check(input, errors);
        return errors;
    }

    private static int Longest(string field) => field switch
    {
        nameof(SaveCustomer.Input.CompanyProfile) or nameof(SaveCustomer.Input.LocalCulture) or nameof(SaveCustomer.Input.LocalCustoms) => Customer.TextLength,
        nameof(SaveCustomer.Input.BusinessDirection) or nameof(SaveCustomer.Input.ProductionScale) => 1_000,
        nameof(SaveCustomer.Input.RegisteredAddress) or nameof(SaveCustomer.Input.BusinessAddress) or nameof(SaveCustomer.Input.Website) or nameof(SaveCustomer.Input.Tags) => 500,
        _ => Customer.NameLength,
    };

    public static void Apply(SaveCustomer.Input input, Customer customer, long unitId, DateTime now)
    {
        customer.UnitId = unitId;
        customer.Name = input.Name.Trim().Normalize(NormalizationForm.FormC);
        customer.ShortName = PlainText.Trimmed(input.ShortName);
        customer.NormalizedName = CompanyName.Normalised(customer.Name);
        customer.NamePinyin = Pinyin.Full(customer.Name);
        customer.NameInitials = string.Join(' ', Pinyin.InitialsVariants(customer.Name));
        customer.CreditCode = string.IsNullOrWhiteSpace(input.CreditCode) ? null : UnifiedSocialCreditCode.Normalise(input.CreditCode);
        customer.CreditCodeReason = customer.CreditCode is null ? null : PlainText.Trimmed(input.CreditCodeReason);
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
        customer.TransportModes = ReadModes(input.TransportModes) is { Length: > 0 } modes ? modes : null;
        customer.TransportCycle = PlainText.Trimmed(input.TransportCycle) is { } cycle ? Cycles.FirstOrDefault(c => Texts.Both($"cycle.{c}").Contains(cycle, StringComparer.OrdinalIgnoreCase)) ?? cycle : null;
        customer.CompanyProfile = PlainText.Trimmed(input.CompanyProfile);
        customer.LocalCulture = PlainText.Trimmed(input.LocalCulture);
        customer.LocalCustoms = PlainText.Trimmed(input.LocalCustoms);
        customer.RegisteredAddress = PlainText.Trimmed(input.RegisteredAddress);
        customer.BusinessAddress = PlainText.Trimmed(input.BusinessAddress);
        customer.Website = PlainText.Trimmed(input.Website);
        customer.Phone = PlainText.Trimmed(input.Phone);
        customer.PhoneDigits = PhoneNumber.Digits(input.Phone);
        var tags = Words(input.Tags);
        customer.Tags = tags.Count == 0 ? null : $",{string.Join(',', tags)},";
        customer.Active = input.Active ?? customer.Active;
        customer.UpdatedAt = now;
    }

    /// <summary>What is stored, as one would say it. The lists are left out unless asked for: they then must have been read.</summary>
    public static SaveCustomer.Input Of(Customer c, bool withLists = false) => new()
    {
        Name = c.Name, UnitId = c.UnitId, ShortName = c.ShortName, CreditCode = c.CreditCode, CreditCodeReason = c.CreditCodeReason, Kind = c.Kind,
        LegalRepresentative = c.LegalRepresentative, BusinessDirection = c.BusinessDirection, ProductionScale = c.ProductionScale,
        MarketSharePercent = c.MarketShareBasisPoints / 100m, EmployeeCount = c.EmployeeCount, OwnershipType = c.OwnershipType, SizeClass = c.SizeClass,
        IndustryCode = c.IndustryCode, RegionCode = c.RegionCode, TransportModes = c.TransportModes, TransportCycle = c.TransportCycle,
        CompanyProfile = c.CompanyProfile, LocalCulture = c.LocalCulture, LocalCustoms = c.LocalCustoms, RegisteredAddress = c.RegisteredAddress,
        BusinessAddress = c.BusinessAddress, Website = c.Website, Phone = c.Phone, Tags = c.Tags?.Trim(','), ParentId = c.ParentId, Active = c.Active,
        Shareholders = withLists ? [.. c.Shareholders.OrderBy(s => s.Id).Select(ShareholderRow.Of)] : null,
        Products = withLists ? [.. c.Products.OrderBy(p => p.Id).Select(ProductRow.Of)] : null,
        MainStations = withLists ? [.. c.MainStations.OrderBy(s => !s.Sending).ThenBy(s => s.Id).Select(StationRow.Of)] : null,
        Sidings = withLists ? [.. c.Sidings.OrderBy(s => s.Id).Select(SidingRow.Of)] : null,
    };

    /// <summary>Modes by code or by what they are called, as codes in their order; null where one is unknown.</summary>
    private static string? ReadModes(string? typed)
    {
        if (string.IsNullOrWhiteSpace(typed))
        {
            return "";
        }

        var words = Words(typed);
        var known = Modes.Where(m => words.RemoveAll(w => w.Equals(m, StringComparison.OrdinalIgnoreCase) || Texts.Both($"mode.{m}").Contains(w, StringComparer.OrdinalIgnoreCase)) > 0).ToList();
        return words.Count == 0 ? string.Join(',', known) : null;
    }

    private static List<string> Words(string? typed) =>
        [.. (typed ?? "").Split([',', '，', '、', ';', '；'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
}
