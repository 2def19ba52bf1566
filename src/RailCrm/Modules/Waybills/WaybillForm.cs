using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Waybills;

/// <summary>A waybill line as a form holds it: text, so that what was typed comes back whatever it was.</summary>
public sealed class WaybillForm
{
    /// <summary>Number; made by us where empty.</summary>
    public string? ExternalNo { get; set; }

    /// <summary>Day.</summary>
    public string? Date { get; set; }

    /// <summary>Number, credit code or name; the lookup gives number and name.</summary>
    public string? Customer { get; set; }

    /// <summary>Code of the unit that did the work.</summary>
    public string? Unit { get; set; }

    /// <summary>Code.</summary>
    public string? Service { get; set; }

    /// <summary>Goods.</summary>
    public string? Commodity { get; set; }

    /// <summary>Sending station.</summary>
    public string? Origin { get; set; }

    /// <summary>Receiving station.</summary>
    public string? Destination { get; set; }

    /// <summary>Code.</summary>
    public string? Mode { get; set; }

    /// <summary>Whole number.</summary>
    public string? Wagons { get; set; }

    /// <summary>Whole number.</summary>
    public string? Containers { get; set; }

    /// <summary>Two decimals.</summary>
    public string? Teu { get; set; }

    /// <summary>Tonnes, three decimals.</summary>
    public string? Weight { get; set; }

    /// <summary>Amount.</summary>
    public string? Revenue { get; set; }

    /// <summary>yuan or wan.</summary>
    public string? RevenueUnit { get; set; }

    /// <summary>Amount.</summary>
    public string? Cost { get; set; }

    /// <summary>yuan or wan.</summary>
    public string? CostUnit { get; set; }

    /// <summary>Contract number.</summary>
    public string? Contract { get; set; }

    /// <summary>Note.</summary>
    public string? Note { get; set; }

    /// <summary>The group's own fields: key → what one would type.</summary>
    public Dictionary<string, string?>? Custom { get; set; }

    internal static WaybillForm Of(GetWaybill.Answer answer, string unitCode)
    {
        var line = answer.Line;
        string? Said(decimal number) => number == 0 ? null : number.ToString("0.###", CultureInfo.InvariantCulture);
        return new()
        {
            ExternalNo = line.ExternalNo, Date = line.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Customer = $"{answer.CustomerNumber} {line.CustomerName}", Unit = unitCode, Service = line.Service,
            Commodity = line.Commodity ?? line.CommodityCategory, Origin = line.Origin, Destination = line.Destination, Mode = line.Mode, Wagons = Said(line.Wagons), Containers = Said(line.Containers), Teu = Said(line.Teu),
            Weight = Said(line.WeightKg / 1000m), Revenue = MoneyField.Text(line.RevenueFen), Cost = MoneyField.Text(line.CostFen), Contract = line.Contract, Note = line.Note,
        };
    }

    /// <summary>A customer as a lookup names it, number and name, by its number alone; anything else as it is.</summary>
    internal static string? Number(string? customer) => customer?.Trim() is { } who && who.StartsWith("KH-", StringComparison.OrdinalIgnoreCase) ? who.Split(' ', 2)[0] : customer;

    /// <summary>What it says, or which fields say nothing sensible. Everything further is <see cref="WaybillRules"/>' business.</summary>
    internal Result<WaybillDraft> Read(string ownNumber)
    {
        var errors = new List<FieldError>();
        decimal? Figure(string field, string? text, int decimals)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return null;
            }

            var plain = text.Normalize(System.Text.NormalizationForm.FormKC).Replace(",", "", StringComparison.Ordinal).Trim();
            if (decimal.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1_000_000_000 && decimal.Round(number, decimals) == number)
            {
                return number;
            }

            errors.Add(new(field, decimals == 0 ? "waybill.whole_wrong" : "import.number_wrong"));
            return null;
        }

        long? Fen(string field, string? text, string? unit)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return null;
            }

            if (MoneyField.TryRead(text, unit, out var fen))
            {
                return fen;
            }

            errors.Add(new(field, "import.amount_wrong"));
            return null;
        }

        DateOnly? date = null;
        if (!string.IsNullOrWhiteSpace(Date))
        {
            if (DateOnly.TryParseExact(Date.Trim(), ["yyyy-MM-dd", "yyyy/M/d", "yyyyMMdd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                date = day;
            }
            else
            {
                errors.Add(new(nameof(Date), "import.date_wrong"));
            }
        }

        var draft = new WaybillDraft
        {
            ExternalNo = string.IsNullOrWhiteSpace(ExternalNo) ? ownNumber : ExternalNo, Date = date,
            Customer = Number(Customer),
            Unit = Unit, Service = Service, Commodity = Commodity, Origin = Origin, Destination = Destination, Mode = string.IsNullOrEmpty(Mode) ? null : Mode,
            Wagons = (int?)Figure(nameof(Wagons), Wagons, 0), Containers = (int?)Figure(nameof(Containers), Containers, 0), Teu = Figure(nameof(Teu), Teu, 2), WeightKg = (long?)(Figure(nameof(Weight), Weight, 3) * 1000),
            RevenueFen = Fen(nameof(Revenue), Revenue, RevenueUnit), CostFen = Fen(nameof(Cost), Cost, CostUnit), Contract = Contract, Note = Note, Custom = Custom,
        };
        return errors.Count == 0 ? draft : new Refusal.InvalidMany(errors);
    }

    /// <summary>A refusal of the use case, its fields named as the form names them.</summary>
    internal static Refusal Named(Refusal refusal) => refusal is not Refusal.InvalidMany many ? refusal : new Refusal.InvalidMany(
    [
        .. many.Errors.Select(e => e with
        {
            Field = e.Field switch { nameof(WaybillDraft.WeightKg) => nameof(Weight), nameof(WaybillDraft.RevenueFen) => nameof(Revenue), nameof(WaybillDraft.CostFen) => nameof(Cost), var same => same },
        }),
    ]);
}
