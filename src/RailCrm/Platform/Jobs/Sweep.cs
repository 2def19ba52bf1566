using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Jobs;

/// <summary>Takes away each night what nobody can need any more: old answers to repeated requests, sessions past their end, finished jobs of the nights before, what was chosen of views that are gone.</summary>
internal static class Sweep
{
    public const string Kind = "sweep";

    /// <summary>A request is repeated within minutes; a week is far beyond that.</summary>
    private static readonly TimeSpan KeysKept = TimeSpan.FromDays(7);

    private static readonly TimeSpan NightsKept = TimeSpan.FromDays(90);

    /// <summary>What was read so long ago stands in the record's history.</summary>
    private static readonly TimeSpan ReadKept = TimeSpan.FromDays(180);

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var (keys, sessions, nights) = (db.UtcNow - KeysKept, db.UtcNow - (await SecurityPolicy.Of(db, ct)).Absolute, db.UtcNow - NightsKept);
        await db.Write(() => db.Set<IdempotencyKey>().Where(k => k.CreatedAt < keys).ExecuteDeleteAsync(ct), ct);
        await db.Write(() => db.Set<Session>().Where(s => s.CreatedAt < sessions).ExecuteDeleteAsync(ct), ct);
        await db.Write(() => db.Set<Job>().Where(j => j.UserId == 0 && j.State == "completed" && j.FinishedAt < nights && j.Kind == Kind).ExecuteDeleteAsync(ct), ct);
        var hourly = services.GetServices<Schedule>().Where(s => s.Hourly).ToList();
        var (kinds, slots, week) = (hourly.ConvertAll(s => s.Kind), hourly.SelectMany(s => Enumerable.Range(0, 24).Select(s.SlotAt)).ToList(), BusinessCalendar.Day(keys));
        await db.Write(() => db.Set<Job>().Where(j => j.UserId == 0 && j.State == "completed" && j.FinishedAt < keys && EF.Parameter(kinds).Contains(j.Kind)).ExecuteDeleteAsync(ct), ct);
        await db.Write(() => db.Set<ScheduledSlot>().Where(s => EF.Parameter(slots).Contains(s.Kind) && s.Day < week).ExecuteDeleteAsync(ct), ct);
        var read = db.UtcNow - ReadKept;
        await db.Write(() => db.Set<InboxLine>().Where(l => l.ReadAt < read).ExecuteDeleteAsync(ct), ct);
        foreach (var list in services.GetServices<ListOf>())
        {
            var (key, own) = (list.Key, list.Views.Select(v => v.Key).Append("").ToList());
#pragma warning disable CA1305 // Translated to SQL.
            await db.Write(() => db.Set<ListChoice>().Where(c => c.List == key && !EF.Parameter(own).Contains(c.ViewKey) && !db.Set<SavedView>().Any(v => v.Id.ToString() == c.ViewKey)).ExecuteDeleteAsync(ct), ct);
#pragma warning restore CA1305
        }

        return "{}";
    }
}
