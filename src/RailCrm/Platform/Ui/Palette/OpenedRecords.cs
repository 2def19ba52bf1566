using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Ui.Palette;

/// <summary>Remembers which records people opened. Kept in memory and written some seconds later, many at once: a page that is read must not wait for a write, and what a crash takes along is a few lines of a list.</summary>
internal sealed class OpenedRecords(IServiceScopeFactory scopes, TimeProvider clock, ILogger<OpenedRecords> log) : BackgroundService
{
    /// <summary>Records kept of a person.</summary>
    public const int MostOfAPerson = 50;

    /// <summary>More than this waiting, and the next are let go.</summary>
    private const int MostWaiting = 20_000;

    /// <summary>Before the kind of what is chosen in look-ups rather than opened; as many of those are kept, and neither drives out the other.</summary>
    private const string Look = "look.";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(long UserId, string Kind, long RecordId), DateTime> _waiting = [];

    /// <summary>A person opened a record.</summary>
    public void Opened(long userId, string kind, long recordId)
    {
        if (_waiting.Count < MostWaiting)
        {
            var now = clock.GetUtcNow().UtcDateTime;
            _waiting[(userId, kind, recordId)] = now.AddTicks(-(now.Ticks % 10)); // To the microsecond that both engines keep.
        }
    }

    /// <summary>A person took a row of a look-up, such as <c>stations</c>.</summary>
    public void Chosen(long userId, string lookup, long rowId) => Opened(userId, Look + lookup, rowId);

    /// <summary>What the actor chose in a look-up, latest first; then what <paramref name="opened"/> names among the records opened.</summary>
    public async Task<IReadOnlyList<long>> Chosen(CrmDb db, string lookup, CancellationToken ct, string? opened = null)
    {
        var (all, kind) = (await All(db, ct), Look + lookup);
        return [.. all.Where(r => r.Kind == kind).Concat(all.Where(r => r.Kind == opened)).Select(r => r.RecordId).Distinct()];
    }

    /// <summary>What the actor opened, latest first, with what is yet to be written.</summary>
    public async Task<IReadOnlyList<OpenedRecord>> Of(CrmDb db, CancellationToken ct)
        => [.. (await All(db, ct)).Where(r => !r.Kind.StartsWith(Look, StringComparison.Ordinal)).Take(MostOfAPerson)];

    private async Task<IReadOnlyList<OpenedRecord>> All(CrmDb db, CancellationToken ct)
    {
        var user = db.Actor.UserId;
        var written = await db.Set<OpenedRecord>().AsNoTracking().Where(r => r.UserId == user).ToListAsync(ct);
        return
        [
            .. _waiting.Where(w => w.Key.UserId == user).Select(w => new OpenedRecord { UserId = user, Kind = w.Key.Kind, RecordId = w.Key.RecordId, OpenedAt = w.Value }).Concat(written)
                .OrderByDescending(r => r.OpenedAt).DistinctBy(r => (r.Kind, r.RecordId)),
        ];
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        while (!stoppingToken.IsCancellationRequested)
        {
            await ((Task)timer.WaitForNextTickAsync(stoppingToken).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await Write(default); // At the end too: the host waits for it.
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogWarning(e, "What people opened could not be written.");
            }
        }
    }

    /// <summary>Writes what waits, in one transaction.</summary>
    public async Task Write(CancellationToken ct)
    {
        var batch = _waiting.ToArray();
        if (batch.Length == 0)
        {
            return;
        }

        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("job");
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        await db.Write(async () =>
        {
            foreach (var ((user, kind, record), at) in batch.OrderBy(b => b.Key)) // In one order, so that two nodes do not wait for each other.
            {
                await db.Database.ExecuteSqlAsync($"INSERT INTO opened_records (user_id, kind, record_id, opened_at) VALUES ({user}, {kind}, {record}, {at}) ON CONFLICT (user_id, kind, record_id) DO UPDATE SET opened_at = excluded.opened_at", ct);
            }

            foreach (var user in batch.Select(b => b.Key.UserId).Distinct())
            {
                var all = db.Set<OpenedRecord>().Where(r => r.UserId == user);
#pragma warning disable CA1310 // Translated to SQL.
                foreach (var mine in new[] { all.Where(r => r.Kind.StartsWith(Look)), all.Where(r => !r.Kind.StartsWith(Look)) })
#pragma warning restore CA1310
                {
                    if (await mine.OrderByDescending(r => r.OpenedAt).Skip(MostOfAPerson).Select(r => (DateTime?)r.OpenedAt).FirstOrDefaultAsync(ct) is { } old)
                    {
                        await mine.Where(r => r.OpenedAt <= old).ExecuteDeleteAsync(ct);
                    }
                }
            }

            return 0;
        }, ct);
        foreach (var one in batch)
        {
            _waiting.TryRemove(one); // Unless it was opened again meanwhile.
        }
    }
}

/// <summary>Tells <see cref="OpenedRecords"/> of each record's page that was shown to someone.</summary>
internal sealed class RememberOpened(RequestDelegate next, OpenedRecords opened)
{
    private List<(string Pattern, string Value, string Kind)>? _records;

    public async Task InvokeAsync(HttpContext http, CurrentActor current)
    {
        var endpoint = http.GetEndpoint() as RouteEndpoint; // Before the page runs: one that is not found runs another.
        await next(http);
        if (endpoint is not null && http.Response.StatusCode == StatusCodes.Status200OK && HttpMethods.IsGet(http.Request.Method) && current.Actor is { IsKnown: true, Via: "web", SeenBy: null }
            && endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null && endpoint.RoutePattern.RawText?.TrimStart('/') is { } pattern
            && Records(http).FirstOrDefault(r => pattern == r.Pattern || pattern.StartsWith(r.Pattern + "/", StringComparison.Ordinal)) is { Kind: not null } record
            && long.TryParse(http.Request.RouteValues[record.Value]?.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var id))
        {
            opened.Opened(current.Actor.UserId, record.Kind, id);
        }
    }

    /// <summary>Which addresses are records' is told by the sources, of which some belong to a request; a record below another comes before it.</summary>
    private List<(string Pattern, string Value, string Kind)> Records(HttpContext http) => _records ??=
        [.. http.RequestServices.GetServices<IPaletteSource>().Where(s => s.RecordsAt is not null).Select(s => ($"{s.RecordsAt!.TrimStart('/')}{{{s.RecordValue}:long}}", s.RecordValue, s.Kind)).OrderByDescending(r => r.Item1.Length)];
}
