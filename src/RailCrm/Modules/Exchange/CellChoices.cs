using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>What may stand in the cells of a column, so that mending one is choosing: a short list, a longer one to type into, or where to look it up as one types.</summary>
/// <param name="Values">What is written, and what people call it; empty where that is not a list.</param>
/// <param name="Lookup">Where it is looked up, as a form does.</param>
/// <param name="IsClosed">Whether nothing but one of the values is understood.</param>
internal sealed record CellChoices(IReadOnlyList<(string Value, string Text)> Values, string? Lookup = null, bool IsClosed = true)
{
    /// <summary>The longest list that is repeated in each row.</summary>
    private const int MostInRow = 40;

    private const string Dot = " · ";

    /// <summary>Where industries are looked up.</summary>
    public const string Industries = "/api/v1/lookup/industries?q=";

    /// <summary>Where regions are.</summary>
    public const string Regions = "/api/v1/lookup/regions?q=";

    /// <summary>Where stations are.</summary>
    public const string Stations = "/api/v1/lookup/stations?q=";

    /// <summary>Where units are, where they are too many for a list.</summary>
    public const string Units = "/api/v1/lookup/units?q=";

    /// <summary>Where customers are.</summary>
    public const string Customers = "/api/v1/lookup/customers?q=";

    /// <summary>Whether a cell is one of few values.</summary>
    public bool IsSelect => IsClosed && Values.Count is > 0 and <= MostInRow;

    /// <summary>Whether a cell is a text with proposals.</summary>
    public bool IsProposed => Values.Count > 0 && !IsSelect;

    /// <summary>The value that a cell means; null where it means none of them.</summary>
    public string? Meant(string cell)
    {
        bool Same(string text) => text.Equals(cell.Trim(), StringComparison.OrdinalIgnoreCase);
        return Values.FirstOrDefault(v => Same(v.Value) || Same(v.Text) || Same(v.Text.Split(Dot)[0])).Value
            ?? (CellText.YesNo(CellText.Clean(cell)) is { } yes ? Values.FirstOrDefault(v => v.Value == (yes ? "1" : "0")).Value : null);
    }

    /// <summary>Column → its choices, for the columns that have any.</summary>
    public static async Task<IReadOnlyDictionary<int, CellChoices>> Of(CrmDb db, CustomFields fields, ImportKind kind, FieldMap map, CancellationToken ct)
    {
        var columns = new Dictionary<int, CellChoices>();
        foreach (var field in kind.Fields.Where(f => map[f.Name] is { Columns.Length: 1 }))
        {
            if (await Of(db, fields, field, ct) is { } choices && (choices.Values.Count > 0 || choices.Lookup is not null))
            {
                columns.TryAdd(map[field.Name]!.Columns[0], choices);
            }
        }

        return columns;
    }

    private static async Task<CellChoices?> Of(CrmDb db, CustomFields fields, ImportField field, CancellationToken ct) => field switch
    {
        { Own: { } own } => own.Kind == CustomKind.Choices ? null : new(own.Choices, fields.Reference(own.Kind)?.Lookup),
        { Name: "industry" } => new([], Industries),
        { Name: "region" } => new([], Regions),
        { Name: "origin" or "destination" or "station" } => new([], Stations),
        { Name: "customer" or "parentCustomer" } when db.Actor.May(Permission.CustomersRead) => new([], Customers),
        { Name: "unit" or "parent" } => await Interpreted.Known(db, field.Name, ct) is { Count: > 0 } units ? new(units) : new([], Units),
        { Name: "transportCycle" } => new([.. CustomerRules.Cycles.Select(c => Texts.Get($"cycle.{c}")).Select(c => (c, c))], IsClosed: false),
        { Name: "transportModes" } => new([.. CustomerRules.Modes.Select(m => Texts.Get($"mode.{m}")).Select(m => (m, m))], IsClosed: false),
        _ => new(await Interpreted.Known(db, field.Name, ct)),
    };
}
