using System.Globalization;
using System.Reflection;
using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Customers;

/// <summary>Two edits of one customer: what one typed, what is stored by now, what the form began with.</summary>
internal static class CustomerConflict
{
    private static readonly PropertyInfo[] Fields = [.. typeof(SaveCustomer.Input).GetProperties().Where(p => p.Name is not (nameof(SaveCustomer.Input.DuplicateReason) or nameof(SaveCustomer.Input.Custom)))];

    /// <summary>The rows in the trail whose change is one of the customer's form.</summary>
    public static readonly IReadOnlyList<string> Kinds = [nameof(Customer), nameof(Shareholder), nameof(CustomerProduct), nameof(MainStation), nameof(CustomerSiding)];

    /// <summary>What changed on either side. <paramref name="start"/> is what the form began with, <paramref name="names"/> what keys of other rows are called.</summary>
    public static Conflict Between(SaveCustomer.Input mine, SaveCustomer.Input stored, SaveCustomer.Input? start, IReadOnlyDictionary<string, string> names)
    {
        var typed = Understood(mine);
        return Conflict.Of(
        [
            .. from field in Fields
               let said = field.GetValue(typed)
               let kept = field.GetValue(stored)
               where !(field.GetValue(mine) is null && MissingMeansUnchanged(field.Name))
               select new Conflict.Cell(new(field.Name, Label(field.Name), Say(field.Name, said, names), Say(field.Name, kept, names)), Plain(said), Plain(kept), start is null ? null : Plain(field.GetValue(start))),
            .. from key in mine.Custom?.Keys ?? Enumerable.Empty<string>()
               let said = Plain(mine.Custom!.GetValueOrDefault(key))
               let kept = Plain(stored.Custom?.GetValueOrDefault(key))
               select new Conflict.Cell(new($"Custom.{key}", names.GetValueOrDefault($"Custom.{key}") ?? key, said, kept), said, kept, start is null ? null : Plain(start.Custom?.GetValueOrDefault(key))),
        ]);
    }

    /// <summary>What saving would change, field by field and as people read it: of what is said, against what is stored. The own fields are left out.</summary>
    internal static IEnumerable<(string Field, string? Before, string? After)> Changes(SaveCustomer.Input said, SaveCustomer.Input stored, IReadOnlyDictionary<string, string> names)
    {
        var typed = Understood(said);
        return from field in Fields
               let now = field.GetValue(typed)
               let was = field.GetValue(stored)
               where !(field.GetValue(said) is null && MissingMeansUnchanged(field.Name)) && Plain(now) != Plain(was)
               select (field.Name, Say(field.Name, was, names), Say(field.Name, now, names));
    }

    /// <summary>What was typed as it would be stored: "14 食品制造业" is the code 14.</summary>
    private static SaveCustomer.Input Understood(SaveCustomer.Input typed)
    {
        var customer = new Customer();
        CustomerRules.Apply(typed, customer, typed.UnitId ?? 0, default);
        var said = CustomerRules.Of(customer);
        said.ParentId = typed.ParentId;
        said.Shareholders = typed.Shareholders?.ConvertAll(r => new ShareholderRow { Name = r.Name?.Trim(), Kind = PlainText.Trimmed(r.Kind), SharePercent = r.SharePercent is { } share ? (int)Math.Round(share * 100, MidpointRounding.AwayFromZero) / 100m : null });
        said.Products = typed.Products;
        said.MainStations = typed.MainStations is null ? null : [.. typed.MainStations.Select(r => new StationRow { Role = r.Role ?? StationRole.Sending, Station = CustomerRowRules.Station(r.Station), YearlyTonnes = r.YearlyTonnes }).OrderBy(r => r.Role != StationRole.Sending)];
        said.Sidings = typed.Sidings?.ConvertAll(r => new SidingRow { Name = r.Name?.Trim(), ConnectionStation = CustomerRowRules.Station(r.ConnectionStation), Owner = PlainText.Trimmed(r.Owner), LengthMetres = r.LengthMetres, Tracks = r.Tracks, WagonsPerDay = r.WagonsPerDay, AgreementExpiresOn = r.AgreementExpiresOn });
        return said;
    }

    /// <summary>Puts what is stored into <paramref name="mine"/> for the fields where the other's value was chosen.</summary>
    public static void Take(SaveCustomer.Input mine, SaveCustomer.Input stored, IEnumerable<string> fields)
    {
        foreach (var field in Fields.Where(f => fields.Contains(f.Name)))
        {
            field.SetValue(mine, field.GetValue(stored));
        }

        foreach (var key in fields.Where(f => f.StartsWith("Custom.", StringComparison.Ordinal)).Select(f => f[7..]))
        {
            (mine.Custom ??= [])[key] = stored.Custom?.GetValueOrDefault(key);
        }
    }

    /// <summary>What a form began with, as it carries it along; null where that was tampered with.</summary>
    public static SaveCustomer.Input? Read(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? null : JsonSerializer.Deserialize<SaveCustomer.Input>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Write(SaveCustomer.Input input) => JsonSerializer.Serialize(input);

    private static bool MissingMeansUnchanged(string field) =>
        field is nameof(SaveCustomer.Input.Active) or nameof(SaveCustomer.Input.Kind) or nameof(SaveCustomer.Input.UnitId) or nameof(SaveCustomer.Input.Shareholders) or nameof(SaveCustomer.Input.Products) or nameof(SaveCustomer.Input.MainStations) or nameof(SaveCustomer.Input.Sidings);

    private static string Plain(object? value) => value switch { null => "", string text => text.Trim(), decimal number => number.ToString("0.####", CultureInfo.InvariantCulture), _ => JsonSerializer.Serialize(value).Replace("\"\"", "null", StringComparison.Ordinal) }; // A form says nothing with an empty text.

    internal static string? Say(string field, object? value, IReadOnlyDictionary<string, string> names) =>
        value is long key ? names.GetValueOrDefault($"{field}:{key}") ?? Texts.Get("customer.hidden") : CustomerText.Said(value, field);

    internal static string Label(string field) => field switch
    {
        nameof(SaveCustomer.Input.MarketSharePercent) => Texts.Get("customer.market_share"),
        nameof(SaveCustomer.Input.Shareholders) => Texts.Get("customer.shareholders"),
        nameof(SaveCustomer.Input.Products) => Texts.Get("customer.products"),
        nameof(SaveCustomer.Input.MainStations) => Texts.Get("customer.main_stations"),
        nameof(SaveCustomer.Input.Sidings) => Texts.Get("customer.sidings"),
        _ => Texts.Find($"field.{field}") ?? field,
    };
}
