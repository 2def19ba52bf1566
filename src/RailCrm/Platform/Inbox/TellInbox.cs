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
    private static readonly HashSet<string> Untold = ["NormalizedName", "NamePinyin", "NameInitials", "PhoneDigits", "Mobile2Digits", "Phone2Digits", "BirthdayKey", "UpdatedAt", "CreatedAt", "Completeness", "DeletedAt", "DeletedBy", "MergedIntoId", "Tier", "MobileDigits", "TeuHundredths"];

    /// <summary>A note was written: those mentioned, whoever is replied to, the followers.</summary>
    public static async Task Written(CrmDb db, Note note, long? repliedTo, IReadOnlyList<long> mentioned, CancellationToken ct)
    {
        var (customer, kind, record) = (note.CustomerId, note.RecordKind, note.RecordId);
        var followers = await db.Set<RecordMark>().Where(m => m.CustomerId == customer && m.Mark == RecordMark.Follow && (m.RecordKind == RecordKind.Customer || (m.RecordKind == kind && m.RecordId == record))).Select(m => m.UserId).ToListAsync(ct);
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

    /// <summary>A record that somebody changed.</summary>
    /// <param name="Kind">One of <see cref="RecordKind"/>.</param>
    /// <param name="CustomerId">The customer that it is or belongs to.</param>
    /// <param name="RecordId">The record; 0 where it is the customer itself.</param>
    /// <param name="Fields">The names of what changed; asked only where somebody follows it.</param>
    public sealed record Change(string Kind, long CustomerId, long RecordId, Func<IEnumerable<string>> Fields);

    /// <summary>The lines that follow from what changed of customers and of their audited records.</summary>
    public static Task<IReadOnlyList<InboxLine>> OfChanges(CrmDb db, IReadOnlyList<AuditEntry.Pending> changes, CancellationToken ct) => Of(db,
    [
        .. changes.Where(c => c.Action == "updated").Select(c => c.Entry.Entity switch
        {
            ICustomerRoot root => new Change(RecordKind.Customer, root.Id, 0, () => Fields(c.Changes)),
            IFollowed followed => new Change(followed.FollowedAs, followed.CustomerId, followed.Id, () => Fields(c.Changes)),
            _ => null,
        }).OfType<Change>(),
    ], ct);

    /// <summary>The lines for the followers of some records. What is still unread of the same record becomes one line, so that an import fills no inbox.</summary>
    /// <returns>Nothing where nobody follows them, which is nearly always.</returns>
    public static async Task<IReadOnlyList<InboxLine>> Of(CrmDb db, IReadOnlyList<Change> changes, CancellationToken ct)
    {
        if (changes.Count == 0)
        {
            return [];
        }

        var (customers, me) = (changes.Select(c => c.CustomerId).Distinct().ToList(), db.Actor.UserId);
        var follows = await db.Set<RecordMark>().AsNoTracking().Where(m => EF.Parameter(customers).Contains(m.CustomerId) && m.Mark == RecordMark.Follow && m.UserId != me).ToListAsync(ct);
        if (follows.Count == 0)
        {
            return [];
        }

        var (users, fields) = (follows.Select(f => f.UserId).Distinct().ToList(), changes.ToLookup(c => (c.Kind, c.CustomerId, c.RecordId), c => c.Fields));
        var unread = await db.Set<InboxLine>().AsNoTracking().Where(l => EF.Parameter(users).Contains(l.UserId) && l.ReadAt == null && EF.Parameter(customers).Contains(l.CustomerId) && l.Kind == InboxLine.Changed).ToListAsync(ct);
        var (replaced, lines) = (new List<long>(), new List<InboxLine>());
        foreach (var f in follows)
        {
            var changed = fields[(f.RecordKind, f.CustomerId, f.RecordId)].SelectMany(c => c()).Where(n => !Untold.Contains(n)).ToList();
            if (changed.Count == 0)
            {
                continue;
            }

            var before = unread.Where(l => (l.UserId, l.RecordKind, l.CustomerId, l.RecordId) == (f.UserId, f.RecordKind, f.CustomerId, f.RecordId)).ToList();
            replaced.AddRange(before.Select(l => l.Id));
            var names = before.SelectMany(l => (l.Detail ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)).Concat(changed).Distinct();
            lines.Add(new() { UserId = f.UserId, Kind = InboxLine.Changed, CustomerId = f.CustomerId, RecordKind = f.RecordKind, RecordId = f.RecordId, Detail = Whole(names), ActorId = me, At = db.UtcNow });
        }

        await db.Set<InboxLine>().Where(l => EF.Parameter(replaced).Contains(l.Id)).ExecuteDeleteAsync(ct);
        return lines;
    }

    /// <summary>As many of the names as there is room for: the half of one is no name, and nobody can tell whose it is to see.</summary>
    private static string Whole(IEnumerable<string> names) => names.Aggregate("", (all, name) => all.Length == 0 ? name : all.Length + 1 + name.Length <= DetailLength ? $"{all},{name}" : all);

    private static Dictionary<string, JsonElement>.KeyCollection Fields(string changes) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(changes)!.Keys;

    /// <summary>Those followers whose customers are about to move to another tier, as SQL over a table <c>n</c> (id, tier) joined with <c>customers c</c>.</summary>
    public static Task<int> OfTiers(CrmDb db, DateTime at, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO inbox_lines (user_id, kind, customer_id, record_kind, record_id, detail, actor_id, at)
        SELECT m.user_id, 'tier', c.id, 'customer', 0, c.tier || ',' || n.tier, 0, {at} FROM computed n JOIN customers c ON c.id = n.id JOIN record_marks m ON m.customer_id = c.id AND m.mark = 'follow' AND m.record_kind = 'customer' WHERE c.tier <> n.tier
        """, ct);
}
