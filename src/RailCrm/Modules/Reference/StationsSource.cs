using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Reference;

/// <summary>Stations in the palette: by whatever a clerk types of one.</summary>
internal sealed class StationsSource : IPaletteSource
{
    /// <inheritdoc/>
    public string Kind => "station";

    /// <inheritdoc/>
    public string TextKey => "palette.stations";

    /// <inheritdoc/>
    public string Permission => Platform.Access.Permission.OrganizationRead;

    /// <inheritdoc/>
    public int Order => 55;

    /// <inheritdoc/>
    public string? RecordsAt => "/reference/stations/";

    /// <inheritdoc/>
    public string? AllAt(string text) => QueryHelpers.AddQueryString("/reference", "q", text);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct) =>
        [.. (await new FindStations(question.Db).Run(question.Text, question.Most, ct)).Select(s => Hit(s.Id, s.Name, s.TelegraphCode, s.City))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        [.. (await db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(ids).Contains(s.Id)).Select(s => new { s.Id, s.Name, s.TelegraphCode, s.City }).ToListAsync(ct)).Select(s => Hit(s.Id, s.Name, s.TelegraphCode, s.City))];

    private static PaletteHit Hit(long id, string name, string code, string? city) => new(name, city is null ? code : $"{code} · {city}", $"/reference/stations/{id}", "train") { Id = id };
}
