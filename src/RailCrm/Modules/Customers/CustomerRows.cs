namespace RailCrm.Modules.Customers;

/// <summary>A shareholder as one says it and as the API tells it.</summary>
public sealed class ShareholderRow
{
    /// <summary>Name of the person or body.</summary>
    public string? Name { get; set; }

    /// <summary>Share, percent with two decimals; all together at most 100.</summary>
    public decimal? SharePercent { get; set; }

    /// <summary>Person, company, state …</summary>
    public string? Kind { get; set; }

    internal bool IsBlank => CustomerRowRules.Blank(Name, Kind) && SharePercent is null;

    internal static ShareholderRow Of(Shareholder s) => new() { Name = s.Name, SharePercent = s.ShareBasisPoints / 100m, Kind = s.Kind };
}

/// <summary>A main product as one says it and as the API tells it.</summary>
public sealed class ProductRow
{
    /// <summary>Product.</summary>
    public string? Name { get; set; }

    /// <summary>Yearly output in <see cref="Unit"/>.</summary>
    public long? AnnualOutput { get; set; }

    /// <summary>Stock in <see cref="Unit"/>.</summary>
    public long? StockOnHand { get; set; }

    /// <summary>Unit of both, e.g. 吨.</summary>
    public string? Unit { get; set; }

    /// <summary>The day the figures are of.</summary>
    public DateOnly? AsOf { get; set; }

    internal bool IsBlank => CustomerRowRules.Blank(Name, Unit) && AnnualOutput is null && StockOnHand is null && AsOf is null;

    internal static ProductRow Of(CustomerProduct p) => new() { Name = p.Name, AnnualOutput = p.AnnualOutput, StockOnHand = p.StockOnHand, Unit = p.Unit, AsOf = p.AsOf };
}

/// <summary>Which way goods go at a main station.</summary>
public enum StationRole
{
    /// <summary>发站: goods leave.</summary>
    Sending,

    /// <summary>到站: goods arrive.</summary>
    Receiving,
}

/// <summary>A main station as one says it and as the API tells it.</summary>
public sealed class StationRow
{
    /// <summary>Whether goods leave or arrive there; leaving where missing.</summary>
    public StationRole? Role { get; set; }

    /// <summary>Station name.</summary>
    public string? Station { get; set; }

    /// <summary>Tonnes a year.</summary>
    public long? YearlyTonnes { get; set; }

    internal bool IsBlank => CustomerRowRules.Blank(Station) && YearlyTonnes is null;

    internal static StationRow Of(MainStation s) => new() { Role = s.Sending ? StationRole.Sending : StationRole.Receiving, Station = s.Station, YearlyTonnes = s.YearlyTonnes };
}

/// <summary>A siding as one says it and as the API tells it.</summary>
public sealed class SidingRow
{
    /// <summary>Its name; one name and station are one siding, whoever uses it.</summary>
    public string? Name { get; set; }

    /// <summary>接轨站.</summary>
    public string? ConnectionStation { get; set; }

    /// <summary>产权单位.</summary>
    public string? Owner { get; set; }

    /// <summary>Length in metres.</summary>
    public int? LengthMetres { get; set; }

    /// <summary>股道数.</summary>
    public int? Tracks { get; set; }

    /// <summary>Wagons it can load or unload a day.</summary>
    public int? WagonsPerDay { get; set; }

    /// <summary>The agreement ends on this day.</summary>
    public DateOnly? AgreementExpiresOn { get; set; }

    internal bool SaysFacts => !CustomerRowRules.Blank(Owner) || LengthMetres is not null || Tracks is not null || WagonsPerDay is not null || AgreementExpiresOn is not null;

    internal bool IsBlank => CustomerRowRules.Blank(Name, ConnectionStation) && !SaysFacts;

    internal static SidingRow Of(CustomerSiding s) => s.Siding is { } siding
        ? new() { Name = siding.Name, ConnectionStation = siding.ConnectionStation, Owner = siding.Owner, LengthMetres = siding.LengthMetres, Tracks = siding.Tracks, WagonsPerDay = siding.WagonsPerDay, AgreementExpiresOn = siding.AgreementExpiresOn }
        : throw new InvalidOperationException("Read the siding with its link.");
}
