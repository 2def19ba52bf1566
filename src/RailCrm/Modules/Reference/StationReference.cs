using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Reference;

/// <summary>A custom field that names a station: by telegraph code or name; kept by its name, as everywhere.</summary>
internal sealed class StationReference : ICustomReference
{
    public CustomKind Kind => CustomKind.Station;

    public string? Lookup => "/api/v1/lookup/stations?q=";

    public string? Href(long id) => null;

    public async Task<JsonNode?> Find(CrmDb db, string typed, long customerId, CancellationToken ct) =>
        await FindStations.Named(db, Plain(typed), ct) is var (_, name) ? JsonValue.Create(name) : null;

    public async Task<Dictionary<(string Typed, long CustomerId), JsonNode>> FindAll(CrmDb db, IReadOnlyCollection<(string Typed, long CustomerId)> asked, CancellationToken ct)
    {
        var names = asked.Select(a => Plain(a.Typed)).Distinct().ToList();
        var codes = names.ConvertAll(n => n.ToUpperInvariant());
        var byCode = (await db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(codes).Contains(s.TelegraphCode)).Select(s => new { s.TelegraphCode, s.Name }).ToListAsync(ct)).ToLookup(s => s.TelegraphCode, s => s.Name);
        var known = await db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(names).Contains(s.Name)).Select(s => s.Name).ToHashSetAsync(ct);
        string? Name(string typed) => byCode[typed.ToUpperInvariant()].FirstOrDefault() ?? (known.Contains(typed) ? typed : null);
        return asked.Where(a => Name(Plain(a.Typed)) is not null).ToDictionary(a => a, a => (JsonNode)JsonValue.Create(Name(Plain(a.Typed)))!);
    }

    private static string Plain(string typed) => typed.EndsWith('站') && typed.Length > 1 ? typed[..^1] : typed;

    public Task<Dictionary<long, string>> Names(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => Task.FromResult(new Dictionary<long, string>());
}
