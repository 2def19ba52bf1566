using System.Collections.Frozen;
using RailCrm.Kernel;

namespace RailCrm.Modules.Waybills;

/// <summary>A waybill line as some system tells it, not yet checked: customer and unit by what people call them, codes by any of their names. It is the whole line: what is left out is not known, and of a line that is there already it is taken away.</summary>
public sealed class WaybillDraft
{
    /// <summary>The line's number in its system.</summary>
    public string? ExternalNo { get; set; }

    /// <summary>The day of the service.</summary>
    public DateOnly? Date { get; set; }

    /// <summary>Credit code, number (KH-…) or registered name.</summary>
    public string? Customer { get; set; }

    /// <summary>Code or name of the unit that did the work; the customer's own where missing.</summary>
    public string? Unit { get; set; }

    /// <summary>The unit that a line had before and is given back: it did the work, though it may be closed since or none of the actor's.</summary>
    internal long? FormerUnit { get; set; }

    /// <summary>Service by code or name (运输 …); transport where missing.</summary>
    public string? Service { get; set; }

    /// <summary>Goods: category code, category or name.</summary>
    public string? Commodity { get; set; }

    /// <summary>Sending station: name, telegraph code or TMIS code.</summary>
    public string? Origin { get; set; }

    /// <summary>Receiving station.</summary>
    public string? Destination { get; set; }

    /// <summary>Mode by code or name (整车 …).</summary>
    public string? Mode { get; set; }

    /// <summary>Wagons.</summary>
    public int? Wagons { get; set; }

    /// <summary>The group's own fields: key → what one would type; an empty text takes the value away, one that is not named stays.</summary>
    public Dictionary<string, string?>? Custom { get; set; }

    /// <summary>Containers.</summary>
    public int? Containers { get; set; }

    /// <summary>Twenty-foot equivalents, two decimals.</summary>
    public decimal? Teu { get; set; }

    /// <summary>Weight, kg.</summary>
    public long? WeightKg { get; set; }

    /// <summary>Revenue without VAT, fen.</summary>
    public long? RevenueFen { get; set; }

    /// <summary>Direct cost, fen.</summary>
    public long? CostFen { get; set; }

    /// <summary>Contract number.</summary>
    public string? Contract { get; set; }

    /// <summary>Note.</summary>
    public string? Note { get; set; }

    /// <summary>Gives a line what stood there before, wherever this says nothing.</summary>
    internal void Keep(WaybillLine line, WaybillLine before)
    {
        static T Said<T>(string? text, T now, T stood) => string.IsNullOrWhiteSpace(text) ? stood : now;
        line.UnitId = Said(Unit, line.UnitId, before.UnitId);
        line.Service = Said(Service, line.Service, before.Service);
        line.Mode = Said(Mode, line.Mode, before.Mode);
        (line.Commodity, line.CommodityCategory) = Said(Commodity, (line.Commodity, line.CommodityCategory), (before.Commodity, before.CommodityCategory));
        line.Origin = Said(Origin, line.Origin, before.Origin);
        line.Destination = Said(Destination, line.Destination, before.Destination);
        line.Wagons = Wagons ?? before.Wagons;
        line.Containers = Containers ?? before.Containers;
        line.TeuHundredths = Teu is null ? before.TeuHundredths : line.TeuHundredths;
        line.WeightKg = WeightKg ?? before.WeightKg;
        line.RevenueFen = RevenueFen ?? before.RevenueFen;
        line.CostFen = CostFen ?? before.CostFen;
        line.ContractNo = Said(Contract, line.ContractNo, before.ContractNo);
        line.Note = Said(Note, line.Note, before.Note);
    }
}

/// <summary>What a line must satisfy by itself. No database here.</summary>
internal static class WaybillRules
{
    /// <summary>More than any waybill: 10¹⁵ fen, so that a thousand million of them still add up in 64 bits.</summary>
    private const long Most = 1_000_000_000_000_000;

    private static readonly DateOnly Earliest = new(1949, 10, 1);

    private static readonly FrozenDictionary<string, string> Services = Names(new()
    {
        ["transport"] = ["运输", "铁路运输", "货运", "freight"], ["warehousing"] = ["仓储", "storage", "warehouse"], ["handling"] = ["装卸"], ["shortHaul"] = ["短驳", "短途运输", "短搬", "drayage", "short haul"],
        ["packaging"] = ["包装", "packing"], ["processing"] = ["加工"], ["totalLogistics"] = ["总包", "全程物流", "物流总包", "total logistics", "contract logistics"], ["other"] = ["其他", "其它"],
    });

    private static readonly FrozenDictionary<string, string> Modes = Names(new()
    {
        ["carload"] = ["整车", "full wagon", "wagonload"], ["container"] = ["集装箱"], ["lessThanCarload"] = ["批量零散", "零散", "零担", "批量零散快运", "lcl", "less than carload"],
        ["road"] = ["公路", "汽运", "汽车", "truck"], ["water"] = ["水运", "水路", "海运", "ship"], ["multimodal"] = ["多式联运", "联运", "intermodal"],
    });

    public static List<FieldError> Check(WaybillDraft draft, DateOnly today)
    {
        var errors = new List<FieldError>();
        void Need(string field, bool there)
        {
            if (!there)
            {
                errors.Add(new(field, "waybill.missing"));
            }
        }

        void Short(string field, string? text, int longest)
        {
            if (!PlainText.IsStorable(text))
            {
                errors.Add(new(field, "customer.text_unstorable"));
            }
            else if (text?.Length > longest)
            {
                errors.Add(new(field, "customer.text_long", longest));
            }
        }

        void Amount(string field, long? amount, long least)
        {
            if (amount < least || amount > Most)
            {
                errors.Add(new(field, "waybill.amount_range"));
            }
        }

        Need(nameof(draft.ExternalNo), !string.IsNullOrWhiteSpace(draft.ExternalNo));
        Need(nameof(draft.Date), draft.Date is not null);
        Need(nameof(draft.Customer), !string.IsNullOrWhiteSpace(draft.Customer));
        if (draft.Date < Earliest || draft.Date > today.AddYears(1))
        {
            errors.Add(new(nameof(draft.Date), "waybill.date_range"));
        }

        if (draft.Service is not null && Service(draft.Service) is null)
        {
            errors.Add(new(nameof(draft.Service), "waybill.service_unknown"));
        }

        if (draft.Mode is not null && Mode(draft.Mode) is null)
        {
            errors.Add(new(nameof(draft.Mode), "waybill.mode_unknown"));
        }

        Short(nameof(draft.ExternalNo), draft.ExternalNo, WaybillLine.ExternalNoLength);
        Short(nameof(draft.Customer), draft.Customer, Customers.Customer.NameLength);
        Short(nameof(draft.Commodity), draft.Commodity, WaybillLine.CommodityLength);
        Short(nameof(draft.Origin), draft.Origin, WaybillLine.StationLength);
        Short(nameof(draft.Destination), draft.Destination, WaybillLine.StationLength);
        Short(nameof(draft.Contract), draft.Contract, WaybillLine.ContractLength);
        Short(nameof(draft.Note), draft.Note, WaybillLine.NoteLength);
        Amount(nameof(draft.Wagons), draft.Wagons, 0);
        Amount(nameof(draft.Containers), draft.Containers, 0);
        Amount(nameof(draft.WeightKg), draft.WeightKg, 0);
        Amount(nameof(draft.RevenueFen), draft.RevenueFen, -Most); // A correction may be negative.
        Amount(nameof(draft.CostFen), draft.CostFen, -Most);
        if (draft.Teu is { } teu && (teu is < 0 or > 1_000_000 || teu * 100 % 1 != 0))
        {
            errors.Add(new(nameof(draft.Teu), "waybill.teu_range"));
        }

        return errors;
    }

    /// <summary>The code of a service by any of its names; transport where none is given, null where it is unknown.</summary>
    public static string? Service(string? typed) => string.IsNullOrWhiteSpace(typed) ? "transport" : Services.GetValueOrDefault(typed.Trim());

    /// <summary>The code of a mode by any of its names; empty where none is given, null where it is unknown.</summary>
    public static string? Mode(string? typed) => string.IsNullOrWhiteSpace(typed) ? "" : Modes.GetValueOrDefault(typed.Trim());

    private static FrozenDictionary<string, string> Names(Dictionary<string, string[]> codes) =>
        codes.SelectMany(c => c.Value.Append(c.Key).Select(name => (name, c.Key))).ToFrozenDictionary(n => n.name, n => n.Key, StringComparer.OrdinalIgnoreCase);
}
