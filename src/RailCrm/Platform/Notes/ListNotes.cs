using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Records;

namespace RailCrm.Platform.Notes;

/// <summary>The notes of a record, pinned first, then newest first, each with its replies. A customer's are also those of its contacts and waybills.</summary>
internal sealed class ListNotes(CrmDb db, RecordKinds records)
{
    private const int Length = 30;

    internal const int MostPinned = 50;

    /// <summary>A note as the API tells it.</summary>
    public sealed record Answer(long Id, string RecordKind, long RecordId, long? ReplyTo, string Text, bool Pinned, long AuthorId, DateTime CreatedAt, DateTime? EditedAt, int Version)
    {
        public static Answer Of(Note n) => new(n.Id, n.RecordKind, RecordKinds.Of(n).Id, n.ParentId, n.Text, n.Pinned, n.AuthorId, n.CreatedAt, n.EditedAt, n.Version);
    }

    /// <param name="Record">Where it hangs.</param>
    /// <param name="Notes">Those of this page.</param>
    /// <param name="Replies">By the note they reply to.</param>
    /// <param name="Authors">By id.</param>
    /// <param name="Mentioned">Normalized sign-in name → the name people read.</param>
    /// <param name="Elsewhere">The contacts and waybills among them.</param>
    /// <param name="Next">Where the next page begins.</param>
    public sealed record Page(RecordFound Record, IReadOnlyList<Note> Notes, ILookup<long, Note> Replies, IReadOnlyDictionary<long, string> Authors, IReadOnlyDictionary<string, string> Mentioned, IReadOnlyDictionary<(string, long), RecordFound> Elsewhere, long? Next);

    /// <summary>How many notes of a record the actor sees, replies aside.</summary>
    public static Task<int> Count(CrmDb db, string kind, long id, CancellationToken ct)
    {
        var waybills = db.Actor.May(Permission.WaybillsRead);
        return On(db.Set<Note>().There(db), kind, id).CountAsync(n => n.ParentId == null && (waybills || n.RecordKind != RecordKind.Waybill), ct);
    }

    /// <param name="kind">One of <see cref="RecordKind"/>.</param>
    /// <param name="id">The record.</param>
    /// <param name="before">Only notes older than this one.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Page>> Run(string kind, long id, long? before, CancellationToken ct)
    {
        if (await records.One(db, kind, id, ct) is not { } record)
        {
            return new Refusal.NotFound();
        }

        var kinds = records.Of(db.Actor);
        var notes = On(db.Set<Note>().AsNoTracking().There(db), kind, id).Where(n => n.ParentId == null && EF.Parameter(kinds).Contains(n.RecordKind));
        var page = await (before is { } from ? notes.Where(n => n.Id < from) : notes).Where(n => !n.Pinned).OrderByDescending(n => n.Id).Take(Length + 1).ToListAsync(ct);
        var next = page.Count > Length ? page[Length - 1].Id : (long?)null;
        var pinned = before is null ? await notes.Where(n => n.Pinned).OrderByDescending(n => n.Id).Take(MostPinned).ToListAsync(ct) : [];
        List<Note> shown = [.. pinned, .. page.Take(Length)];
        var ids = shown.Select(n => n.Id).ToList();
        var replies = await db.Set<Note>().AsNoTracking().Where(n => n.ParentId != null && EF.Parameter(ids).Contains(n.ParentId!.Value)).OrderBy(n => n.Id).ToListAsync(ct);
        ids.AddRange(replies.Select(r => r.Id));
        var writers = shown.Concat(replies).Select(n => n.AuthorId).Distinct().ToList();
        var people = await db.Set<User>().Where(u => EF.Parameter(writers).Contains(u.Id)).Select(u => new { u.Id, u.NormalizedUserName, u.DisplayName }).ToListAsync(ct);
        var authors = people.ToDictionary(u => u.Id, u => u.DisplayName);
        var mentioned = await Mentions.Known(db, ids, ct);
        people.ForEach(u => mentioned.TryAdd(u.NormalizedUserName!, u.DisplayName)); // Whoever mentions himself is told nothing, and has a name all the same.
        return new Page(record, shown, replies.ToLookup(r => r.ParentId!.Value), authors, mentioned,
            await records.Many(db, shown.Where(n => RecordKinds.Of(n) != (kind, id)).Select(RecordKinds.Of), ct), next);
    }

    private static IQueryable<Note> On(IQueryable<Note> notes, string kind, long id) =>
        kind == RecordKind.Customer ? notes.Where(n => n.CustomerId == id) : notes.Where(n => n.RecordKind == kind && n.RecordId == id);

    /// <summary>The customer's, or with <paramref name="recordKind"/> and <paramref name="recordId"/> those of its contact or waybill.</summary>
    public static async Task<IResult> Get(long id, string? recordKind, long? recordId, string? cursor, ListNotes useCase, CancellationToken ct)
    {
        if (cursor is not null && !long.TryParse(cursor, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))
        {
            return Answers.Problem(new Refusal.Invalid("note.cursor_wrong", nameof(cursor)));
        }

        var before = cursor is null ? (long?)null : long.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
        var found = await useCase.Run(recordKind ?? RecordKind.Customer, recordKind is null ? id : recordId ?? 0, before, ct);
        return found.TryGet(out var page, out var refusal) && page.Record.CustomerId == id
            ? TypedResults.Ok(new Listing<Answer>([.. page.Notes.SelectMany(n => page.Replies[n.Id].Prepend(n)).Select(Answer.Of)], page.Next?.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            : Answers.Problem(refusal ?? new Refusal.NotFound());
    }
}
