using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>What all rows of a view add up to.</summary>
/// <param name="Rows">How many there are.</param>
/// <param name="Sums">Their sums, by the field's key.</param>
public sealed record Totals(long Rows, IReadOnlyDictionary<string, long> Sums);

/// <summary>How many rows a view has and what they add up to: read once for all who tell it, while the rows stand there already, and with services of its own, since the page's database may still be in use.</summary>
internal sealed class ViewCount(IServiceScopeFactory scopes, Actor actor, ListOf list, View view, CancellationToken ct)
{
    /// <summary>How many, counted no further than one beyond what the list counts.</summary>
    public Task<int> Rows => _rows.Value;

    /// <summary>What they add up to; null where nothing tells it in time.</summary>
    public Task<Totals?> Totals => _totals.Value;

    private readonly Lazy<Task<int>> _rows = new(() => Read(scopes, actor, db => list.Count(db, view, list.MostCounted, ct), ct));
    private readonly Lazy<Task<Totals?>> _totals = new(() => Read(scopes, actor, db => list.Total(db, view, ct), ct));

    /// <remarks>On a thread of its own: SQLite answers without ever yielding, and the rows would wait for it.</remarks>
    private static Task<T> Read<T>(IServiceScopeFactory scopes, Actor actor, Func<CrmDb, Task<T>> read, CancellationToken ct) => Task.Run(async () =>
    {
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        return await read(services.ServiceProvider.GetRequiredService<CrmDb>());
    }, ct);
}
