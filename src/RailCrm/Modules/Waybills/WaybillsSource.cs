using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Waybills;

/// <summary>Waybill lines in the palette: by their number in the source, whole or begun.</summary>
internal sealed class WaybillsSource : IPaletteSource
{
    private const int Fewest = 4;

    /// <summary>Sources whose numbers are looked at from a beginning on: one seek for each spelling.</summary>
    private const int MostSources = 12;

    /// <summary>Numbers of a source that begin so and are looked at.</summary>
    private const int MostRead = 200;

    public string Kind => "waybill";

    public string TextKey => "palette.waybills";

    public string Permission => Platform.Access.Permission.WaybillsRead;

    public int Order => 30;

    public string? RecordsAt => "/waybills/";

    public string? AllAt(string text) => QueryHelpers.AddQueryString("/waybills", "q", text);

    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct)
    {
        var (db, text) = (question.Db, question.Text);
        if (text.Length < Fewest || !text.Any(char.IsAsciiDigit) || text.Any(char.IsWhiteSpace))
        {
            return [];
        }

        var sources = await WaybillWay.Sources(db, ct);
        string[] written = [.. new[] { text, text.ToUpperInvariant() }.Distinct()];
        var found = await Read(db, db.Set<WaybillLine>().Where(w => EF.Parameter(sources).Contains(w.Source) && EF.Parameter(written).Contains(w.ExternalNo))).Take(question.Most).ToListAsync(ct);
        foreach (var (source, from) in sources.Take(MostSources).SelectMany(s => written.Select(t => (s, t))))
        {
            if (found.Count >= question.Most)
            {
                break;
            }

            var to = from + Compare.Greatest;
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
            // Past the scope first: among millions of other people's numbers one would look long for six of one's own.
            var ids = await db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(w => w.Source == source && string.Compare(w.ExternalNo, from) > 0 && string.Compare(w.ExternalNo, to) < 0)
                .OrderBy(w => w.ExternalNo).Select(w => w.Id).Take(MostRead).ToListAsync(ct);
#pragma warning restore CA1309
            found.AddRange(await Read(db, db.Set<WaybillLine>().Where(w => EF.Parameter(ids).Contains(w.Id)).OrderBy(w => w.ExternalNo)).Take(question.Most).ToListAsync(ct));
        }

        return [.. found.DistinctBy(w => w.Id).Take(question.Most).Select(Hit)];
    }

    public async Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        [.. (await Read(db, db.Set<WaybillLine>().Where(w => EF.Parameter(ids).Contains(w.Id))).ToListAsync(ct)).Select(Hit)];

    private sealed record Row(long Id, string ExternalNo, DateOnly Date, string? Customer);

    private static IQueryable<Row> Read(CrmDb db, IQueryable<WaybillLine> lines) =>
        lines.Select(w => new Row(w.Id, w.ExternalNo, w.Date, db.Set<Customer>().Where(c => c.Id == w.CustomerId).Select(c => c.Name).FirstOrDefault()));

    private static PaletteHit Hit(Row w) => new(w.ExternalNo, string.Join(" · ", new[] { w.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), w.Customer }.OfType<string>()), $"/waybills/{w.Id}", "train") { Id = w.Id };
}
