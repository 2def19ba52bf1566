using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Ui;

/// <summary>Takes back that an old value was given back: by the change this was, asked in its turn for what stood before it.</summary>
internal static class RestoreUndo
{
    /// <summary>The form for it; null where nothing was changed by it, or something else was besides what an entry tells.</summary>
    /// <param name="db">The database.</param>
    /// <param name="entryId">The entry whose old value was given back.</param>
    /// <param name="field">The field, as the entry names it.</param>
    /// <param name="path">The page of the history.</param>
    /// <param name="held">What the record is now, as the page's form posts it: name and value.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Notice.Back?> Of(CrmDb db, long entryId, string field, string path, (string Name, string Value) held, CancellationToken ct)
    {
        var given = await db.Set<AuditEntry>().AsNoTracking().SingleAsync(a => a.Id == entryId, ct);
        var last = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == given.Entity && a.EntityId == given.EntityId).OrderByDescending(a => a.Id).FirstAsync(ct);
        return last is { Action: "updated" } && last.Id > given.Id && last.ActorId == db.Actor.UserId && Values(last, field) is [_, var now] && Values(given, field) is [var old, _] && JsonElement.DeepEquals(now, old)
            ? new(path, new Dictionary<string, string> { ["_handler"] = "restore", ["What"] = $"{last.Id.ToString(CultureInfo.InvariantCulture)}:{field}", [held.Name] = held.Value }) : null;
    }

    private static JsonElement[]? Values(AuditEntry entry, string field) => JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(entry.Changes)!.GetValueOrDefault(field);
}
