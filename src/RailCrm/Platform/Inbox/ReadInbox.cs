using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Platform.Inbox;

/// <summary>A person's inbox. Scope and permission are asked again each time it is shown: a record that the person no longer sees takes its lines along.</summary>
internal sealed class ReadInbox(CrmDb db, CustomFields fields, RecordKinds records, ExportWork exports)
{
    private const int Length = 50;

    /// <summary>Beyond this the bell says no number.</summary>
    public const int MostCounted = 99;

    /// <param name="Line">The line.</param>
    /// <param name="Record">What it is about.</param>
    /// <param name="Text">The note it is about, as it was typed.</param>
    /// <param name="Who">Who did it; null is the system.</param>
    public sealed record Shown(InboxLine Line, RecordFound Record, string? Text, string? Who)
    {
        /// <summary>The note as people read it.</summary>
        public string? Said { get; init; }

        /// <summary>Where it leads: the notes of the record, its history, or the record.</summary>
        public string Href => Line is { Kind: InboxLine.Entrusted, Detail: not null } ? "/customers?mine=true" : Line.NoteId is { } note ? $"{Record.Notes}#note-{note.ToString(CultureInfo.InvariantCulture)}" : Line is { Kind: InboxLine.Changed, RecordKind: RecordKind.Customer or RecordKind.Contact } ? $"{Record.Href}/history" : Record.Href;
    }

    /// <summary>A line as the API tells it.</summary>
    public sealed record Answer(long Id, string Kind, string RecordKind, long RecordId, string Title, long? NoteId, string? Text, string? Detail, string? Actor, DateTime At, DateTime? ReadAt);

    /// <summary>Newest first, those older than <paramref name="before"/>.</summary>
    public async Task<(IReadOnlyList<Shown> Lines, long? Next)> Run(bool unread, long? before, CancellationToken ct)
    {
        var lines = await Mine(unread, before, Length + 1, ct);
        var next = lines.Count > Length ? lines[Length - 1].Id : (long?)null;
        var files = before is null ? await exports.Ready(unread, ct) : [];
        IReadOnlyList<Shown> shown = [.. (await Seen([.. lines.Take(Length)], ct)).Concat(files.Select(Told)).OrderByDescending(s => s.Line.At)];
        var mentioned = await Mentions.Known(db, [.. shown.Select(s => s.Line.NoteId).OfType<long>()], ct);
        return ([.. shown.Select(s => s with { Said = s.Text is null ? null : Mentions.Read(s.Text, mentioned) })], next);
    }

    /// <summary>Unread lines about what the actor still sees, at most one more than <see cref="MostCounted"/>.</summary>
    public async Task<int> Unread(CancellationToken ct) =>
        (await Mine(unread: true, null, MostCounted + 1, ct) is { Count: > 0 } lines ? (await Seen(lines, ct)).Count : 0) + (await exports.Ready(unread: true, ct)).Count;

    /// <summary>A file that is there, as a line tells of it.</summary>
    private static Shown Told(ExportWork.Seen file) => new(InboxLine.OfExport(file.Job), new(file.Job.Id, 0, file.File!.Name, $"/lists/{file.List.Key}/export/{file.Job.Id}"), null, null);

    /// <summary>Marks one as read, or all; answers how many were not yet.</summary>
    public async Task<Result<int>> Read(long? id, CancellationToken ct)
    {
        if (db.Actor.ReadsOnly)
        {
            return new Refusal.Forbidden();
        }

        var (me, now) = (db.Actor.UserId, db.UtcNow);
        if (id < 0)
        {
            return await exports.Read(-id, ct);
        }

        var read = await db.Write(async () =>
        {
            var count = 0;
            foreach (var own in Own)
            {
                var lines = own.Where(l => l.UserId == me && l.ReadAt == null && (id == null || l.Id == id));
                count += await lines.ExecuteUpdateAsync(u => u.SetProperty(l => l.ReadAt, now), ct);
            }

            return count;
        }, ct);
        return read + (id is null ? await exports.Read(null, ct) : 0);
    }

    /// <summary>The list whose own fields a line may name.</summary>
    internal static string ListOf(InboxLine line) => line.RecordKind + "s";

    /// <summary>Takes fields off a line that the person's roles do not show; false where nothing is left of it.</summary>
    private bool Tells(InboxLine line)
    {
        if (line is { Kind: InboxLine.Changed, Detail: { Length: > 0 } detail })
        {
            line.Detail = string.Join(',', detail.Split(',').Where(f => fields.Sees(ListOf(line), f, db.Actor)));
        }

        return line is not { Kind: InboxLine.Changed, Detail: "" };
    }

    /// <summary>Lines of customers in the scope, and those of what people see by taking part in it: apart, since a condition on the scope is one for a whole statement.</summary>
    private IEnumerable<IQueryable<InboxLine>> Own
    {
        get
        {
            yield return db.Set<InboxLine>();
            if (db.Scope.Width != ScopeWidth.All)
            {
                yield return db.Set<InboxLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(l => EF.Parameter(records.PastScope).Contains(l.RecordKind));
            }
        }
    }

    private async Task<List<InboxLine>> Mine(bool unread, long? before, int most, CancellationToken ct)
    {
        var (me, found) = (db.Actor.UserId, new List<InboxLine>());
        foreach (var own in Own)
        {
            var lines = own.AsNoTracking().Where(l => l.UserId == me);
            lines = unread ? lines.Where(l => l.ReadAt == null) : lines;
            lines = before is { } from ? lines.Where(l => l.Id < from) : lines;
            found.AddRange(await lines.OrderByDescending(l => l.Id).Take(most).ToListAsync(ct));
        }

        return [.. found.DistinctBy(l => l.Id).OrderByDescending(l => l.Id).Take(most)];
    }

    private async Task<IReadOnlyList<Shown>> Seen(IReadOnlyList<InboxLine> all, CancellationToken ct)
    {
        var lines = all.Where(Tells).ToList();
        var found = await records.Many(db, lines.Select(RecordKinds.Of), ct);
        var ids = lines.Select(l => l.NoteId).OfType<long>().ToList();
        var notes = ids.Count == 0 ? [] : await db.Set<Note>().Where(n => EF.Parameter(ids).Contains(n.Id)).ToDictionaryAsync(n => n.Id, n => n.Text, ct);
        var actors = lines.Select(l => l.ActorId).Distinct().ToList();
        var names = await db.Set<User>().Where(u => EF.Parameter(actors).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        return [.. lines.Where(l => found.ContainsKey(RecordKinds.Of(l)) && (l.NoteId is not { } note || notes.ContainsKey(note))).Select(l => new Shown(l, found[RecordKinds.Of(l)], l.NoteId is { } note ? notes[note] : null, names.GetValueOrDefault(l.ActorId)))];
    }

    public static async Task<IResult> Get(bool? unread, string? cursor, ReadInbox useCase, CancellationToken ct)
    {
        long? before = null;
        if (cursor is not null)
        {
            if (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var from))
            {
                return Answers.Problem(new Refusal.Invalid("note.cursor_wrong", nameof(cursor)));
            }

            before = from;
        }

        var (lines, next) = await useCase.Run(unread == true, before, ct);
        return TypedResults.Ok(new Listing<Answer>([.. lines.Select(s => new Answer(s.Line.Id, s.Line.Kind, s.Line.RecordKind, s.Record.Id, s.Record.Title, s.Line.NoteId, s.Text, s.Line.Detail, s.Who, s.Line.At, s.Line.ReadAt))], next?.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>For the browser that follows a line's link. One that is not there, or read, or another's, is answered alike.</summary>
    public static async Task<IResult> PostRead(long id, ReadInbox useCase, CancellationToken ct) => (await useCase.Read(id, ct)).Answer(_ => TypedResults.NoContent());
}
