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
    private Task<int>? _rows;
    private Task<Totals?>? _totals;

    /// <summary>How many, counted no further than one beyond what the list counts.</summary>
    public Task<int> Rows => _rows ??= Read(db => list.Count(db, view, list.MostCounted, ct));

    /// <summary>What they add up to; null where nothing tells it in time.</summary>
    public Task<Totals?> Totals => _totals ??= Read(db => list.Total(db, view, ct));

    private async Task<T> Read<T>(Func<CrmDb, Task<T>> read)
    {
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        return await read(services.ServiceProvider.GetRequiredService<CrmDb>());
    }
}
