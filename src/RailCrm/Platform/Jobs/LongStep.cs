using System.Data.Common;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Jobs;

/// <summary>A step of a job that may take far longer than a lease lasts, such as one statement that makes an index: the lease is renewed meanwhile.</summary>
internal static class LongStep
{
    /// <summary>Three times before the lease runs out.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(JobLease.Seconds / 3.0);

    /// <summary>Runs it. Where another worker took the job nevertheless, the step goes on to its end: it must be one that two may not do at once anyway.</summary>
    /// <param name="services">The job's.</param>
    /// <param name="lease">The job's.</param>
    /// <param name="step">What is done.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="looks">Whether the step looks by itself, where it is whole, if the job was asked to stop: nothing of it is broken off then.</param>
    public static async Task<T> Run<T>(IServiceProvider services, JobLease lease, Func<CancellationToken, Task<T>> step, CancellationToken ct, bool looks = false)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = step(stop.Token);
        while (await Task.WhenAny(running, Task.Delay(Every, stop.Token)) != running)
        {
            try
            {
                await using var scope = services.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
                scope.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("job");
                await lease.Renew(scope.ServiceProvider.GetRequiredService<CrmDb>(), stop.Token);
            }
            catch (OperationCanceledException)
            {
                if (!looks || ct.IsCancellationRequested)
                {
                    await stop.CancelAsync();
                    break;
                }

                // It was renewed nevertheless, for as long as the step takes to where it looks itself.
            }
            catch (LeaseLostException)
            {
                break;
            }
            catch (Exception e) when (e is DbException or InvalidOperationException)
            {
                // The database is busy or away for a moment; tried again, while the lease still holds.
            }
        }

        return await running;
    }
}
