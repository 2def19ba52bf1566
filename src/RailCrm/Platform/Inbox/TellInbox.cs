using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Platform.Inbox;

/// <summary>Puts lines into inboxes, in the transaction of what they tell. Nobody is told of what he did himself, and of a note only once.</summary>
internal static class TellInbox
{
    public const int DetailLength = 1_000;

    /// <summary>Fields that follow from others, or that a line of its own tells.</summary>
    private static readonly HashSet<string> Untold = ["NormalizedName", "NamePinyin", "NameInitials", "PhoneDigits", "UpdatedAt", "CreatedAt", "Completeness", "DeletedAt", "DeletedBy", "MergedIntoId", "Tier"];

    /// <summary>A note was written: those mentioned, whoever is replied to, the followers.</summary>
    public static async Task Written(CrmDb db, Note note, long? repliedTo, IReadOnlyList<long> mentioned, CancellationToken ct)
    {
        var customer = note.CustomerId;
        var followers = await db.Set<RecordMark>().Where(m => m.CustomerId == customer && m.Mark == RecordMark.Follow).Select(m => m.UserId).ToListAsync(ct);
        List<(long User, string Kind)> told = [.. mentioned.Select(u => (u, InboxLine.Mention)), .. repliedTo is { } author ? [(author, InboxLine.Reply)] : Array.Empty<(long, string)>(), .. followers.Select(u => (u, InboxLine.Noted))];
        await Add(db, note, told.DistinctBy(t => t.User), ct);
    }

    /// <summary>People who were not mentioned before.</summary>
    public static Task Mentioned(CrmDb db, Note note, IEnumerable<long> people, CancellationToken ct) => Add(db, note, people.Select(u => (u, InboxLine.Mention)), ct);

    private static async Task Add(CrmDb db, Note note, IEnumerable<(long User, string Kind)> told, CancellationToken ct)
    {
        db.AddRange(told.Where(t => t.User != db.Actor.UserId && t.User != 0).Select(t => new InboxLine
        {
            UserId = t.User, Kind = t.Kind, CustomerId = note.CustomerId, RecordKind = note.RecordKind, RecordId = note.RecordId, NoteId = note.Id, ActorId = db.Actor.UserId, At = db.UtcNow,
        }));
        await db.SaveChangesAsync(ct);
    }

    /// <summary>The lines that follow from changed customers, for their followers. What is still unread of the same customer becomes one line, so that an import fills no inbox.</summary>
    /// <returns>Nothing where nobody follows them, which is nearly always.</returns>
    public static async Task<IReadOnlyList<InboxLine>> OfChanges(CrmDb db, IReadOnlyList<AuditEntry.Pending> changes, CancellationToken ct)
    {
        var changed = changes.Where(c => c is { Action: "updated", Entry.Entity: ICustomerRoot }).Select(c => (c.Entry.Entity.Id, Fields: Fields(c.Changes))).Where(c => c.Fields.Count > 0).ToDictionary(c => c.Id, c => c.Fields);
        if (changed.Count == 0)
        {
            return [];
        }

        var (ids, me) = (changed.Keys.ToList(), db.Actor.UserId);
        var follows = await db.Set<RecordMark>().AsNoTracking().Where(m => EF.Parameter(ids).Contains(m.CustomerId) && m.Mark == RecordMark.Follow && m.UserId != me).ToListAsync(ct);
        if (follows.Count == 0)
        {
            return [];
        }

        var users = follows.Select(f => f.UserId).Distinct().ToList();
        var unread = await db.Set<InboxLine>().AsNoTracking().Where(l => EF.Parameter(users).Contains(l.UserId) && l.ReadAt == null && EF.Parameter(ids).Contains(l.CustomerId) && l.Kind == InboxLine.Changed).ToListAsync(ct);
        var replaced = new List<long>();
        var lines = follows.ConvertAll(f =>
        {
            var before = unread.Where(l => l.UserId == f.UserId && l.CustomerId == f.CustomerId).ToList();
            replaced.AddRange(before.Select(l => l.Id));
            var fields = before.SelectMany(l => (l.Detail ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)).Concat(changed[f.CustomerId]).Distinct();
            return new InboxLine { UserId = f.UserId, Kind = InboxLine.Changed, CustomerId = f.CustomerId, RecordKind = RecordKind.Customer, Detail = Whole(fields), ActorId = db.Actor.UserId, At = db.UtcNow };
        });
        await db.Set<InboxLine>().Where(l => EF.Parameter(replaced).Contains(l.Id)).ExecuteDeleteAsync(ct);
        return lines;
    }

    /// <summary>As many of the names as there is room for: the half of one is no name, and nobody can tell whose it is to see.</summary>
    private static string Whole(IEnumerable<string> names) => names.Aggregate("", (all, name) => all.Length == 0 ? name : all.Length + 1 + name.Length <= DetailLength ? $"{all},{name}" : all);

    private static List<string> Fields(string changes) => [.. JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(changes)!.Keys.Where(k => !Untold.Contains(k))];

    /// <summary>Those followers whose customers are about to move to another tier, as SQL over a table <c>n</c> (id, tier) joined with <c>customers c</c>.</summary>
    public static Task<int> OfTiers(CrmDb db, DateTime at, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO inbox_lines (user_id, kind, customer_id, record_kind, record_id, detail, actor_id, at)
        SELECT m.user_id, 'tier', c.id, 'customer', 0, c.tier || ',' || n.tier, 0, {at} FROM computed n JOIN customers c ON c.id = n.id JOIN record_marks m ON m.customer_id = c.id AND m.mark = 'follow' WHERE c.tier <> n.tier
        """, ct);
}
