using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Dossier;

/// <summary>A list that a template's table row may name as <c>{{code.column}}</c>; the row is repeated for each line.</summary>
/// <param name="Code">Its name.</param>
/// <param name="TextKey">What people call it.</param>
/// <param name="Columns">Its columns: name, what people call it, whether it is a number.</param>
/// <param name="Of">Its lines, each a value a column.</param>
/// <param name="Permission">Who may see it.</param>
internal sealed record DossierList(string Code, string TextKey, IReadOnlyList<(string Code, string TextKey, bool Number)> Columns, Func<DossierSource, IEnumerable<string?[]>> Of, string Permission = Permission.CustomersRead)
{
    /// <summary>Months of waybills shown, up to the last that has any.</summary>
    private const int MostMonths = 36;

    public static readonly IReadOnlyList<DossierList> All =
    [
        new("contacts", "dossier.contacts", [("name", "dossier.contact_name", false), ("title", "dossier.contact_title", false), ("mobile", "contact.mobile", false), ("phone", "dossier.contact_phone", false), ("email", "dossier.contact_email", false), ("main", "dossier.contact_main", false)],
            s => s.Contacts.Select(k => new[] { k.Name, k.Title, k.Mobile, k.Phone, k.Email, k.IsMain ? Texts.Get("ui.yes") : null })),
        new("shareholders", "customer.shareholders", [("name", "shareholder.name", false), ("kind", "shareholder.kind", false), ("share", "shareholder.share", true)],
            s => s.Said.Shareholders!.Select(r => new[] { r.Name, r.Kind, CustomerText.Percent(r.SharePercent) })),
        new("products", "customer.products", [("name", "product.name", false), ("output", "product.output", true), ("stock", "product.stock", true), ("as_of", "product.as_of", false)],
            s => s.Said.Products!.Select(r => new[] { r.Name, CustomerText.Count(r.AnnualOutput, r.Unit), CustomerText.Count(r.StockOnHand, r.Unit), CustomerText.Day(r.AsOf) })),
        new("stations", "customer.main_stations", [("name", "station.name", false), ("role", "station.role", false), ("tonnes", "station.tonnes", true)],
            s => s.Said.MainStations!.Select(r => new[] { r.Station, CustomerText.Of(r.Role!.Value), CustomerText.Count(r.YearlyTonnes) })),
        new("sidings", "customer.sidings", [("name", "siding.name", false), ("station", "siding.station", false), ("owner", "siding.owner", false), ("length", "siding.length", true), ("tracks", "siding.tracks", true), ("wagons", "siding.wagons", true), ("expires", "siding.expires", false)],
            s => s.Said.Sidings!.Select(r => new[] { r.Name, r.ConnectionStation, r.Owner, CustomerText.Count(r.LengthMetres), CustomerText.Count(r.Tracks), CustomerText.Count(r.WagonsPerDay), CustomerText.Day(r.AgreementExpiresOn) })),
        new("own", "fields.title", [("name", "fields.name", false), ("value", "fields.value", false)], s => s.Own.Select(o => new[] { o.Name, o.Text })),
        new("years", "documents.years", Business("year", "documents.year"), s => Sums(s, m => m.Year.ToString("0000", CultureInfo.InvariantCulture)), Platform.Access.Permission.WaybillsRead),
        new("months", "documents.months", Business("month", "dossier.month"), s => Sums(s, m => m.ToString()).Take(MostMonths), Platform.Access.Permission.WaybillsRead),
        new("files", "attachment.title", [("name", "attachment.file", false), ("size", "attachment.size", true), ("added", "attachment.when", false)],
            s => s.Files.Select(a => new[] { a.FileName, Figures.Bytes(a.SizeBytes), BusinessCalendar.ToBeijing(a.CreatedAt).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) })),
    ];

    /// <summary>Every column of every list by its name.</summary>
    public static readonly IReadOnlyDictionary<string, (DossierList List, int Column)> ByName = All.SelectMany(l => l.Columns.Select((c, n) => ($"{l.Code}.{c.Code}", (l, n)))).ToDictionary();

    private static (string, string, bool)[] Business(string first, string textKey) =>
        [(first, textKey, false), ("revenue", "documents.revenue", true), ("cost", "documents.cost", true), ("profit", "documents.profit", true), ("margin", "dossier.margin", true), ("tonnes", "dossier.weight_t", true), ("lines", "dossier.lines", true)];

    /// <summary>Sums of the facts by period, the latest first.</summary>
    private static IEnumerable<string?[]> Sums(DossierSource source, Func<Month, string> period) =>
        from g in source.Facts.GroupBy(f => period(f.Month)).OrderByDescending(g => g.Key, StringComparer.Ordinal)
        let s = ShowDossier.Sums.Of(g)
        select new[] { g.Key, DossierField.Yuan(s.RevenueFen), DossierField.Yuan(s.CostFen), DossierField.Yuan(s.GrossProfitFen), Figures.Percent(s.Margin), Figures.Tonnes(s.WeightKg), Figures.Count(s.Lines) };
}
