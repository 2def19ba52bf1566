using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Jobs;

/// <summary>A job of every day or hour, from an hour in Beijing on. Registered by its module; a day missed because nothing ran is made up when something runs.</summary>
/// <param name="Kind">The kind of job.</param>
/// <param name="HourOfDay">0–23.</param>
/// <param name="Hourly">Again in each hour after that one; an hour missed is not made up, since the next one does its work.</param>
public sealed record Schedule(string Kind, int HourOfDay, bool Hourly = false)
{
    /// <summary>The name of a day's slot, or of an hour's in it.</summary>
    internal string SlotAt(int hour) => Hourly ? $"{Kind}@{hour.ToString("00", CultureInfo.InvariantCulture)}" : Kind;

    /// <summary>Enqueues the day's job where its hour has come and nobody has done so: one row a job and day, whoever inserts it first.</summary>
    internal static async Task<bool> Enqueue(CrmDb db, Schedule schedule, TimeProvider clock, CancellationToken ct)
    {
        var now = BusinessCalendar.ToBeijing(clock.GetUtcNow().UtcDateTime);
        var day = DateOnly.FromDateTime(now);
        var slot = schedule.SlotAt(now.Hour);
        if (now.Hour < schedule.HourOfDay || await db.Set<ScheduledSlot>().AnyAsync(s => s.Kind == slot && s.Day == day, ct))
        {
            return false;
        }

        try
        {
            return await db.Write(async () =>
            {
                db.Add(new ScheduledSlot { Kind = slot, Day = day });
                db.Add(new Job { Kind = schedule.Kind, CreatedAt = db.UtcNow });
                return await db.SaveChangesAsync(ct) > 0;
            }, ct);
        }
        catch (DbUpdateException)
        {
            return false; // Another node was first.
        }
    }
}

/// <summary>That a day's job was enqueued.</summary>
public sealed class ScheduledSlot
{
    /// <summary>The kind of job, and of one that runs by the hour the hour.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The day, in Beijing.</summary>
    public DateOnly Day { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ScheduledSlot>
    {
        public void Configure(EntityTypeBuilder<ScheduledSlot> builder)
        {
            builder.ToTable("scheduled_slots");
            builder.HasKey(s => new { s.Kind, s.Day });
            builder.Property(s => s.Kind).HasMaxLength(50);
        }
    }
}
