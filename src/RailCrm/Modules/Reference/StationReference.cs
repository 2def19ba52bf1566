using System.Text.Json.Nodes;
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
        await FindStations.Named(db, typed.EndsWith('站') && typed.Length > 1 ? typed[..^1] : typed, ct) is var (_, name) ? JsonValue.Create(name) : null;

    public Task<Dictionary<long, string>> Names(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => Task.FromResult(new Dictionary<long, string>());
}
