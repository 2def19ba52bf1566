using System.Globalization;
using RailCrm.Kernel;

namespace RailCrm.Modules.Customers;

/// <summary>The customer form as it was posted: numbers and days that could not be understood are named and kept as typed, never silently lost.</summary>
public sealed class CustomerFormText(HttpRequest request)
{
    private static readonly string[] Decimals = [nameof(SaveCustomer.Input.MarketSharePercent), nameof(ShareholderRow.SharePercent)];
    private static readonly string[] Longs = [nameof(ProductRow.AnnualOutput), nameof(ProductRow.StockOnHand), nameof(StationRow.YearlyTonnes)];
    private static readonly string[] Ints = [nameof(SaveCustomer.Input.EmployeeCount), nameof(SidingRow.LengthMetres), nameof(SidingRow.Tracks), nameof(SidingRow.WagonsPerDay)];
    private static readonly string[] Days = [nameof(ProductRow.AsOf), nameof(SidingRow.AgreementExpiresOn)];

    private IFormCollection? _form = request.HasFormContentType ? request.Form : null;
    private string? _removed;

    /// <summary>A row taken away by a button: what was typed there is meant to go.</summary>
    public void Remove(string row) => _removed = $"Form.{row}.";

    /// <summary>All of it was understood: from now on the values speak, whose rows may have moved.</summary>
    public void Understood() => _form = null;

    /// <summary>What was typed into a field, where the form was posted.</summary>
    public string? For(string name) => _form is not null && _form.TryGetValue(name, out var typed) && (_removed is null || !name.StartsWith(_removed, StringComparison.Ordinal)) ? typed.ToString() : null;

    /// <summary>Rows of a list up to the last one in which anything was typed, where the form was posted: one wrong number must not cost its row.</summary>
    public int? Rows(string list) => _form is null ? null
        : _form.Where(f => f.Key.StartsWith($"Form.{list}[", StringComparison.Ordinal) && !f.Key.EndsWith(".Role", StringComparison.Ordinal) && !string.IsNullOrWhiteSpace(For(f.Key)))
            .Select(f => int.TryParse(f.Key.AsSpan()[(list.Length + 6)..f.Key.IndexOf(']', StringComparison.Ordinal)], CultureInfo.InvariantCulture, out var at) ? at + 1 : 0).DefaultIfEmpty().Max();

    /// <summary>Fields whose text is no number or no day.</summary>
    public IReadOnlyList<FieldError> Wrong() =>
    [
        .. from field in _form ?? (IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>>)[]
           let typed = field.Value.ToString()
           where field.Key.StartsWith("Form.", StringComparison.Ordinal) && !string.IsNullOrWhiteSpace(typed)
           let last = field.Key[(field.Key.LastIndexOf('.') + 1)..]
           let culture = CultureInfo.CurrentCulture
           let code = Decimals.Contains(last) ? (decimal.TryParse(typed, culture, out _) ? null : "customer.number_wrong")
               : Longs.Contains(last) ? (long.TryParse(typed, culture, out _) ? null : "customer.whole_number_wrong")
               : Ints.Contains(last) ? (int.TryParse(typed, culture, out _) ? null : "customer.whole_number_wrong")
               : Days.Contains(last) && !DateOnly.TryParse(typed, culture, out _) ? "customer.day_wrong" : null
           where code is not null
           select new FieldError(field.Key["Form.".Length..], code),
    ];
}
