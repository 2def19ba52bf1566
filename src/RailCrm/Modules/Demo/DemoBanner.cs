using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Demo;

/// <summary>Says above every page that demo data is loaded. Looks into the database every few seconds at most, since another node may have loaded or removed it.</summary>
internal sealed class DemoBanner(IServiceScopeFactory scopes, TimeProvider clock) : ILayoutBanner
{
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(5);

    private volatile Seen _seen = new(DateTimeOffset.MinValue, false);

    private sealed record Seen(DateTimeOffset At, bool Loaded);

    public string Href => "/settings/demo";

    public string Permission => Platform.Access.Permission.System;

    public async ValueTask<string?> TextKey(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (now - _seen.At > Holds || now < _seen.At)
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("web");
            _seen = new(now, await scope.ServiceProvider.GetRequiredService<CrmDb>().Set<DemoRow>().AnyAsync(ct));
        }

        return _seen.Loaded ? "demo.banner" : null;
    }

    /// <summary>Looks again at the next page.</summary>
    public void Forget() => _seen = new(DateTimeOffset.MinValue, false);
}
