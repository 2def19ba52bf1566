using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Waybills;

/// <summary>A line's fields as they are typed where they stand: a day, tonnes, and money in the unit in which the reader sees it.</summary>
internal static class WaybillCell
{
    /// <summary>A field of a draft as one would type it.</summary>
    public static string Of(WaybillDraft draft, string input) => input switch
    {
        nameof(WaybillDraft.Date) => Day(draft.Date),
        nameof(WaybillDraft.Teu) => draft.Teu?.ToString("0.##", CultureInfo.InvariantCulture) ?? "",
        nameof(WaybillDraft.WeightKg) => Tonnes(draft.WeightKg),
        nameof(WaybillDraft.RevenueFen) => Money(draft.RevenueFen),
        nameof(WaybillDraft.CostFen) => Money(draft.CostFen),
        _ => TypedValue.Of(draft, input),
    };

    /// <summary>The same for whoever may read it in another unit of money: amounts say theirs.</summary>
    public static string Kept(WaybillDraft draft, string input) => input switch
    {
        nameof(WaybillDraft.RevenueFen) => Yuan(draft.RevenueFen),
        nameof(WaybillDraft.CostFen) => Yuan(draft.CostFen),
        _ => Of(draft, input),
    };

    /// <summary>What was typed, with the unit of whoever typed it where it says none: a work on many rows reads it when nobody looks.</summary>
    public static string? InUnit(string input, string? typed) =>
        input is nameof(WaybillDraft.RevenueFen) or nameof(WaybillDraft.CostFen) && TypedNumber.TryRead(typed, TypedNumber.Yuan, out _, out var saysUnit) && !saysUnit ? $"{typed!.Trim()} {(MoneyUnit.IsWan ? "万元" : "元")}" : typed;

    private static string Yuan(long? fen) => fen is { } number ? $"{(number / 100m).ToString("0.##", CultureInfo.InvariantCulture)} 元" : "";

    /// <summary>Sets it, read as the form reads it; false where the text is none of its kind.</summary>
    public static bool Set(WaybillDraft draft, string input, string? text)
    {
        var unit = MoneyUnit.IsWan ? "wan" : "yuan";
        WaybillForm? form = input switch
        {
            nameof(WaybillDraft.Date) => new() { Date = text },
            nameof(WaybillDraft.Wagons) => new() { Wagons = text },
            nameof(WaybillDraft.Containers) => new() { Containers = text },
            nameof(WaybillDraft.Teu) => new() { Teu = text },
            nameof(WaybillDraft.WeightKg) => new() { Weight = text },
            nameof(WaybillDraft.RevenueFen) => new() { Revenue = text, RevenueUnit = unit },
            nameof(WaybillDraft.CostFen) => new() { Cost = text, CostUnit = unit },
            _ => null,
        };
        if (form is null)
        {
            return TypedValue.Set(draft, input, text);
        }

        if (!form.Read("").TryGet(out var read, out _))
        {
            return false;
        }

        switch (input)
        {
            case nameof(WaybillDraft.Date):
                draft.Date = read.Date;
                break;
            case nameof(WaybillDraft.Wagons):
                draft.Wagons = read.Wagons;
                break;
            case nameof(WaybillDraft.Containers):
                draft.Containers = read.Containers;
                break;
            case nameof(WaybillDraft.Teu):
                draft.Teu = read.Teu;
                break;
            case nameof(WaybillDraft.WeightKg):
                draft.WeightKg = read.WeightKg;
                break;
            case nameof(WaybillDraft.RevenueFen):
                draft.RevenueFen = read.RevenueFen;
                break;
            default:
                draft.CostFen = read.CostFen;
                break;
        }

        return true;
    }

    /// <summary>A stored day.</summary>
    public static string Day(object? day) => (day as DateOnly?)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Stored hundredths of a TEU.</summary>
    public static string Teu(object? hundredths) => hundredths is int number ? (number / 100m).ToString("0.##", CultureInfo.InvariantCulture) : "";

    /// <summary>Stored kilograms in tonnes.</summary>
    public static string Tonnes(object? kg) => kg is long number ? (number / 1000m).ToString("0.###", CultureInfo.InvariantCulture) : "";

    /// <summary>Stored fen in the reader's unit.</summary>
    public static string Money(object? fen) => fen is long number ? Figures.InUnit(number).ToString("0.######", CultureInfo.InvariantCulture) : "";
}
