using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Waybills;

/// <summary>What people did to a line, newest first, field by field.</summary>
internal sealed class WaybillHistory(CrmDb db, CustomFields fields, GetWaybill get, RestoreWaybillValue restore)
{
    private const int Length = 100;

    /// <summary>Which value is to come back.</summary>
    public sealed class Input
    {
        /// <summary>The field, as the history names it.</summary>
        public string? Field { get; set; }
    }

    /// <summary>A field's change, as stored.</summary>
    public sealed record Change(string Field, JsonElement Before, JsonElement After);

    /// <summary>One thing that happened, and the import that brought it; null where it was none.</summary>
    public sealed record Happening(AuditEntry Entry, IReadOnlyList<Change> Changes, long? Import);

    /// <summary>A page; <paramref name="Next"/> begins the one before it in time.</summary>
    public sealed record Page(IReadOnlyList<Happening> Events, long? Next);

    /// <summary>A page of the past of a line that is known to be seen.</summary>
    public async Task<Page> Run(long id, long? before, CancellationToken ct)
    {
        var past = db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(WaybillLine) && a.EntityId == id && a.Action != "printed"); // What was looked at is the auditor's.
        var page = await (before is null ? past : past.Where(a => a.Id < before)).OrderByDescending(a => a.Id).Take(Length + 1).ToListAsync(ct);
        return new([.. page.Take(Length).Select(Of).Where(h => h.Entry.Action != "updated" || h.Changes.Count > 0)], page.Count > Length ? page[Length - 1].Id : null);
    }

    private Happening Of(AuditEntry entry)
    {
        var changes = Changes(entry).ToList();
        return new(entry, [.. changes.Where(c => c.Field != LineTrail.Import)], changes.Find(c => c.Field == LineTrail.Import)?.After is { ValueKind: JsonValueKind.Number } import ? import.GetInt64() : null);
    }

    private IEnumerable<Change> Changes(AuditEntry entry) => JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(entry.Changes)!
        .Where(c => c.Value is [_, _] && c.Value[0].ToString() != c.Value[1].ToString() && fields.Sees("waybills", c.Key, db.Actor)).Select(c => new Change(c.Key, c.Value[0], c.Value[1]));

    /// <summary>As the API tells it.</summary>
    public async Task<Result<Listing<PastEvent>>> Tell(long id, string? cursor, CancellationToken ct)
    {
        long? before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null;
        if (before is null && !string.IsNullOrEmpty(cursor))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(cursor));
        }

        if (!(await get.Run(id, ct)).TryGet(out var line, out var refusal))
        {
            return refusal;
        }

        var may = db.Actor.May(Permission.WaybillsWrite) && (await Ownership.Of(db, [line.Line.CustomerId], ct)).Changes(line.Line.CustomerId);
        var page = await Run(id, before, ct);
        return new Listing<PastEvent>(
            [.. page.Events.Select(h => new PastEvent(h.Entry.Id, h.Entry.At, h.Entry.ActorName, h.Entry.Via, h.Entry.Action, h.Entry.Entity, id, [.. h.Changes.Select(c => new PastChange(c.Field, Text(c.Before), Text(c.After), may && restore.Can(h.Entry.Action, c.Field)))]))],
            page.Next?.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Gives a line one old value back; why not, where it does not.</summary>
    public async Task<Refusal?> Restore(long id, long entry, string? field, string? state, CancellationToken ct)
    {
        if (!(await get.Run(id, ct)).TryGet(out var line, out var refusal))
        {
            return refusal;
        }

        if (!await db.Set<AuditEntry>().AnyAsync(a => a.Id == entry && a.Entity == nameof(WaybillLine) && a.EntityId == id, ct))
        {
            return new Refusal.NotFound();
        }

        refusal = field is null ? null : (await restore.Run(id, state ?? line.State, entry, field, ct)).Refusal;
        return field is null || refusal is Refusal.NotFound ? new Refusal.InvalidMany([new(nameof(Input.Field), "history.field_unknown")]) : refusal;
    }

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.Null || value.ToString().Length == 0 ? null : value.ToString();

    public static async Task<IResult> Get(long id, WaybillHistory useCase, CancellationToken ct, string? cursor = null) => (await useCase.Tell(id, cursor, ct)).Answer(TypedResults.Ok);

    public static async Task<IResult> Post(long id, long entry, Input input, WaybillHistory useCase, GetWaybill get, HttpContext http, CancellationToken ct) =>
        await useCase.Restore(id, entry, input.Field, SaveWaybill.Asked(http), ct) is { } refusal ? Answers.Problem(refusal) : await GetWaybill.Get(id, get, http, ct);
}
