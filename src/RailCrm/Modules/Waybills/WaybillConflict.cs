using System.Globalization;
using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Waybills;

/// <summary>Two edits of one waybill line: what one typed, what is stored by now, what the form began with. Compared by what the texts mean: 1,000 is 1000.</summary>
internal static class WaybillConflict
{
    private const string Own = "Custom.";

    /// <param name="Name">As the form names it.</param>
    /// <param name="TextKey">What it is called.</param>
    /// <param name="Means">What is compared.</param>
    /// <param name="Said">What people read.</param>
    /// <param name="Take">Puts what is stored into the form.</param>
    private sealed record Field(string Name, string TextKey, Func<WaybillDraft, object?> Means, Func<WaybillForm, WaybillDraft, string?> Said, Action<WaybillForm, WaybillForm> Take);

    private static readonly IReadOnlyList<Field> Fields =
    [
        new(nameof(WaybillForm.Customer), "import.field.customer", d => d.Customer, (f, _) => f.Customer, (to, from) => to.Customer = from.Customer),
        new(nameof(WaybillForm.Date), "import.field.date", d => d.Date, (_, d) => Figures.Date(d.Date), (to, from) => to.Date = from.Date),
        new(nameof(WaybillForm.Unit), "waybill.unit", d => d.Unit, (f, _) => f.Unit, (to, from) => to.Unit = from.Unit),
        new(nameof(WaybillForm.Service), "import.field.service", d => d.Service, (_, d) => Coded("service", d.Service), (to, from) => to.Service = from.Service),
        new(nameof(WaybillForm.Mode), "import.field.mode", d => d.Mode, (_, d) => Coded("mode", d.Mode), (to, from) => to.Mode = from.Mode),
        new(nameof(WaybillForm.Commodity), "import.field.commodity", d => d.Commodity, (f, _) => f.Commodity, (to, from) => to.Commodity = from.Commodity),
        new(nameof(WaybillForm.Origin), "import.field.origin", d => d.Origin, (f, _) => f.Origin, (to, from) => to.Origin = from.Origin),
        new(nameof(WaybillForm.Destination), "import.field.destination", d => d.Destination, (f, _) => f.Destination, (to, from) => to.Destination = from.Destination),
        new(nameof(WaybillForm.Weight), "waybill.weight_plain", d => d.WeightKg, (_, d) => Figure(d.WeightKg / 1000m, " t"), (to, from) => to.Weight = from.Weight),
        new(nameof(WaybillForm.Wagons), "import.field.wagons", d => d.Wagons, (_, d) => Figure(d.Wagons), (to, from) => to.Wagons = from.Wagons),
        new(nameof(WaybillForm.Containers), "import.field.containers", d => d.Containers, (_, d) => Figure(d.Containers), (to, from) => to.Containers = from.Containers),
        new(nameof(WaybillForm.Teu), "import.field.teu", d => d.Teu, (_, d) => Figure(d.Teu), (to, from) => to.Teu = from.Teu),
        new(nameof(WaybillForm.Revenue), "waybill.revenue_plain", d => d.RevenueFen, (_, d) => Yuan(d.RevenueFen), (to, from) => (to.Revenue, to.RevenueUnit) = (from.Revenue, from.RevenueUnit)),
        new(nameof(WaybillForm.Cost), "waybill.cost_plain", d => d.CostFen, (_, d) => Yuan(d.CostFen), (to, from) => (to.Cost, to.CostUnit) = (from.Cost, from.CostUnit)),
        new(nameof(WaybillForm.Contract), "import.field.contract", d => d.Contract, (f, _) => f.Contract, (to, from) => to.Contract = from.Contract),
        new(nameof(WaybillForm.Note), "import.field.note", d => d.Note, (f, _) => f.Note, (to, from) => to.Note = from.Note),
    ];

    /// <summary>What a form began with, and what had last been told of the line by then.</summary>
    public sealed record Start(WaybillForm Form, long? Told);

    /// <summary>What changed on either side. <paramref name="called"/>: what the group's own fields are called, by key, and what units are, by <c>Unit:</c> and their code.</summary>
    public static Conflict Between(WaybillForm mine, WaybillForm stored, WaybillForm? start, Func<string, string> called)
    {
        var (one, other, first) = (Read(mine), Read(stored), start is null ? null : Read(start));
        return Conflict.Of(
        [
            .. Fields.Select(f => new Conflict.Cell(new(f.Name, Texts.Get(f.TextKey), Say(f, mine, one, called), Say(f, stored, other, called)), Text(f.Means(one)), Text(f.Means(other)), first is null ? null : Text(f.Means(first)))),
            .. (mine.Custom?.Keys ?? Enumerable.Empty<string>()).Select(key => new Conflict.Cell(
                new(Own + key, called(key), PlainText.Trimmed(mine.Custom!.GetValueOrDefault(key)), PlainText.Trimmed(stored.Custom?.GetValueOrDefault(key))),
                Text(mine.Custom!.GetValueOrDefault(key)), Text(stored.Custom?.GetValueOrDefault(key)), start is null ? null : Text(start.Custom?.GetValueOrDefault(key)))),
        ]);
    }

    /// <summary>Puts what is stored into <paramref name="mine"/> for these fields.</summary>
    public static void Take(WaybillForm mine, WaybillForm stored, IReadOnlyCollection<string> fields)
    {
        foreach (var field in Fields.Where(f => fields.Contains(f.Name)))
        {
            field.Take(mine, stored);
        }

        foreach (var key in fields.Where(f => f.StartsWith(Own, StringComparison.Ordinal)).Select(f => f[Own.Length..]))
        {
            (mine.Custom ??= [])[key] = stored.Custom?.GetValueOrDefault(key);
        }
    }

    /// <summary>What a form began with, as it carries it along; null where that was tampered with.</summary>
    public static Start? Began(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? null : JsonSerializer.Deserialize<Start>(json) is { Form: not null } start ? start : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As the form carries it along.</summary>
    public static string Write(Start start) => JsonSerializer.Serialize(start);

    /// <summary>What a text that was stored or passed the form's own check means; nothing of one that was tampered with.</summary>
    private static WaybillDraft Read(WaybillForm form) => form.Read("").TryGet(out var draft, out _) ? draft : new();

    private static string? Say(Field field, WaybillForm form, WaybillDraft draft, Func<string, string> called) =>
        PlainText.Trimmed(field.Name == nameof(WaybillForm.Unit) && !string.IsNullOrEmpty(form.Unit) ? called($"{field.Name}:{form.Unit}") : field.Said(form, draft));

    /// <remarks>A figure that is not said is none.</remarks>
    private static string Text(object? value) => value switch
    {
        null or 0 or 0L or 0m => "",
        decimal number => number.ToString("0.###", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!.Trim(),
    };

    private static string? Coded(string texts, string? code) => string.IsNullOrEmpty(code) ? null : Texts.Find($"{texts}.{code}") ?? code;

    private static string? Figure(decimal? number, string unit = "") => number is null or 0 ? null : number.Value.ToString("#,0.###", CultureInfo.CurrentCulture) + unit;

    private static string? Yuan(long? fen) => Figure(fen / 100m, $" {Texts.Get("ui.unit_yuan")}");
}
