using System.Globalization;
using System.Text.Json;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Customers;

/// <summary>A customer's values in words: choices by what they are called, never by their code.</summary>
internal static class CustomerText
{
    /// <summary>Between parts of a value.</summary>
    private const string Dot = " · ";

    public static string Of(Enum value) => Texts.Get(Key(value));

    /// <summary>What a choice is called in either language.</summary>
    public static IReadOnlyList<string> Both(Enum value) => Texts.Both(Key(value));

    private static string Key(Enum value) => $"{value switch { CustomerKind => "kind", OwnershipType => "ownership", SizeClass => "size", CustomerTier => "tier", DecisionRole => "decision_role", Attitude => "attitude", Influence => "influence", Closeness => "closeness", ContactWay => "contact_way", _ => "station_role" }}.{JsonNamingPolicy.CamelCase.ConvertName(value.ToString())}";

    public static IEnumerable<(string, string)> Choices<T>() where T : struct, Enum => Enum.GetValues<T>().Select(v => (v.ToString(), Of(v)));

    public static string? Modes(string? codes) => codes is null ? null : string.Join(Dot, codes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(m => Texts.Find($"mode.{m}") ?? m));

    public static string? Cycle(string? cycle) => cycle is null ? null : Texts.Find($"cycle.{cycle}") ?? cycle;

    public static string? Industry(string? code) => code is null ? null : ReferenceData.IndustryName(code);

    public static string? Region(string? code) => code is null ? null : ReferenceData.RegionName(code);

    public static string? Tags(string? tags) => tags?.Trim(',').Replace(",", Dot, StringComparison.Ordinal);

    public static string? Percent(decimal? percent) => percent is { } p ? p.ToString("0.##", CultureInfo.CurrentCulture) + " %" : null;

    public static string? Count(long? n, string? unit = null) => n is { } count ? count.ToString("N0", CultureInfo.CurrentCulture) + (string.IsNullOrEmpty(unit) ? "" : " " + unit) : null;

    public static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Of(ShareholderRow r) => Join(r.Name, r.Kind, Percent(r.SharePercent));

    public static string Of(ProductRow r) => Join(r.Name, r.AnnualOutput is null ? null : Texts.Get("customer.output_of", Count(r.AnnualOutput, r.Unit)), r.StockOnHand is null ? null : Texts.Get("customer.stock_of", Count(r.StockOnHand, r.Unit)), Day(r.AsOf));

    public static string Of(StationRow r) => Join(Of(r.Role ?? StationRole.Sending), r.Station, Count(r.YearlyTonnes, "t"));

    public static string Of(SidingRow r) => Join(r.Name, r.ConnectionStation, r.Owner, Count(r.LengthMetres, "m"), r.Tracks is null ? null : Texts.Get("siding.tracks_of", Count(r.Tracks)), r.WagonsPerDay is null ? null : Texts.Get("siding.wagons_of", Count(r.WagonsPerDay)), Day(r.AgreementExpiresOn));

    /// <summary>A value of <see cref="SaveCustomer.Input"/> in words; null where it says nothing.</summary>
    public static string? Said(object? value, string field) => value switch
    {
        null or "" => null,
        Enum choice => Of(choice),
        bool yes => Texts.Get(yes ? "ui.yes" : "ui.no"),
        decimal percent => Percent(percent),
        int count => Count(count),
        List<ShareholderRow> rows => Lines(rows.Select(Of)),
        List<ProductRow> rows => Lines(rows.Select(Of)),
        List<StationRow> rows => Lines(rows.Select(Of)),
        List<SidingRow> rows => Lines(rows.Select(Of)),
        string text => field switch
        {
            nameof(Customer.TransportModes) => Modes(text), nameof(Customer.TransportCycle) => Cycle(text), nameof(Customer.IndustryCode) => Industry(text),
            nameof(Customer.RegionCode) => Region(text), nameof(Customer.Tags) => Tags(text), _ => text,
        },
        _ => value.ToString(),
    };

    /// <summary>A value from the history in words. <paramref name="names"/>: what keys of other rows are called, as <c>field:key</c>.</summary>
    public static string? Stored(string entity, string field, string? stored, IReadOnlyDictionary<string, string> names) => stored is null ? null : field switch
    {
        "Level" or "Duty" when entity == CustomerHistory.Responsibility => Texts.Get($"{JsonNamingPolicy.CamelCase.ConvertName(field)}.{JsonNamingPolicy.CamelCase.ConvertName(stored)}"),
        "EndReason" when entity == CustomerHistory.Responsibility => Texts.Find($"manager.end_{stored}") ?? stored,
        "Why" or "EndReason" when entity == CustomerHistory.PoolStay => Texts.Get($"{(field == "Why" ? "pool_why" : "pool_left")}.{JsonNamingPolicy.CamelCase.ConvertName(stored)}"),
        "Access" when entity == nameof(CustomerGrant) => Texts.Get($"share.{stored}"),
        "EndReason" when entity == nameof(CustomerGrant) => Texts.Find($"share.end_{stored}") ?? stored,
        nameof(Customer.Kind) when entity == nameof(Customer) => Choice<CustomerKind>(stored),
        nameof(Customer.OwnershipType) => Choice<OwnershipType>(stored),
        nameof(Customer.SizeClass) => Choice<SizeClass>(stored),
        nameof(Customer.Tier) => Choice<CustomerTier>(stored),
        "ValueFen" => long.TryParse(stored, NumberStyles.None, CultureInfo.InvariantCulture, out var fen) ? new Kernel.Money(fen).ToString() : stored,
        nameof(Customer.Kind) when entity == "Gesture" => Texts.Find($"gesture.{JsonNamingPolicy.CamelCase.ConvertName(stored)}") ?? stored,
        nameof(Contact.DecisionRole) => Choice<DecisionRole>(stored),
        nameof(Contact.Attitude) => Choice<Attitude>(stored),
        nameof(Contact.Influence) => Choice<Influence>(stored),
        nameof(Contact.Closeness) => Choice<Closeness>(stored),
        nameof(Contact.PreferredWay) => Choice<ContactWay>(stored),
        nameof(Customer.MarketShareBasisPoints) or nameof(Shareholder.ShareBasisPoints) => long.TryParse(stored, NumberStyles.Integer, CultureInfo.InvariantCulture, out var points) ? Percent(points / 100m) : stored,
        nameof(Customer.UnitId) or nameof(Customer.ParentId) or nameof(Customer.MergedIntoId) or nameof(CustomerSiding.SidingId) or nameof(Contact.ReportsToId) => names.GetValueOrDefault($"{field}:{stored}") ?? Texts.Get("customer.hidden"),
        nameof(MainStation.Sending) => Of(bool.TryParse(stored, out var sending) && sending ? StationRole.Sending : StationRole.Receiving),
        nameof(Customer.Active) or nameof(Contact.IsMain) or nameof(Contact.BirthdayLunar) or "IsLunar" => Texts.Get(bool.TryParse(stored, out var yes) && yes ? "ui.yes" : "ui.no"),
        nameof(Customer.DeletedAt) => DateTime.TryParse(stored, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at) ? Figures.Time(at) : stored,
        nameof(Attachment.SizeBytes) => long.TryParse(stored, NumberStyles.Integer, CultureInfo.InvariantCulture, out var bytes) ? Figures.Bytes(bytes) : stored,
        nameof(CustomerProduct.AnnualOutput) or nameof(CustomerProduct.StockOnHand) or nameof(MainStation.YearlyTonnes) or nameof(Customer.EmployeeCount) => long.TryParse(stored, NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? Count(n) : stored,
        _ => Said(stored, field),
    };


    private static string Choice<T>(string stored) where T : struct, Enum => Enum.TryParse<T>(stored, out var value) && Enum.IsDefined(value) ? Of(value) : stored;

    private static string Join(params ReadOnlySpan<string?> parts)
    {
        var said = new List<string>();
        foreach (var part in parts)
        {
            if (!string.IsNullOrWhiteSpace(part))
            {
                said.Add(part);
            }
        }

        return string.Join(Dot, said);
    }

    private static string? Lines(IEnumerable<string> rows) => string.Join('\n', rows) is { Length: > 0 } text ? text : null;
}
