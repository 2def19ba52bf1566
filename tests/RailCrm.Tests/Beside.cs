using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests;

/// <summary>Two at once, in an order that is no luck.</summary>
internal static class Beside
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Does <paramref name="first"/> in a transaction, begins <paramref name="second"/> meanwhile, and goes on with <paramref name="then"/> and the commit once that waits for the transaction or is over. SQLite's writers come one after the other.</summary>
    public static async Task<T> Run<T>(CrmApp app, Actor actor, Func<IServiceProvider, Task> first, Func<Task<T>> second, Func<IServiceProvider, Task>? then = null)
    {
        Task<T>? beside = null;
        await app.With<IServiceProvider, int>(actor, services => services.GetRequiredService<CrmDb>().Write(async () =>
        {
            var db = services.GetRequiredService<CrmDb>();
            await first(services);
            beside = Task.Run(second, Ct);
            for (var i = 0; db.IsPostgres && i < 3_000 && !beside.IsCompleted && !await db.Database.SqlQuery<bool>($"SELECT EXISTS (SELECT 1 FROM pg_locks l WHERE NOT l.granted AND pg_backend_pid() = ANY(pg_blocking_pids(l.pid))) AS \"Value\"").SingleAsync(Ct); i++)
            {
                await Task.Delay(10, Ct);
            }

            await (then?.Invoke(services) ?? Task.CompletedTask);
            return 0;
        }, Ct));
        return await beside!;
    }
}
