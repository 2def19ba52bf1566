using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Personal;
using RailCrm.Platform.Records;

namespace RailCrm.Platform.Notes;

/// <summary>Notes of a record: written, replied to, changed by their author, pinned, put into the bin and out again. Whoever sees the record sees them.</summary>
internal sealed class KeepNotes(CrmDb db, RecordKinds records, Seers seers)
{
    /// <summary>What may be said of a note.</summary>
    public sealed class Input
    {
        /// <summary>Plain text; missing leaves it as it is.</summary>
        public string? Text { get; set; }

        /// <summary>Stands on top; missing leaves it as it is.</summary>
        public bool? Pinned { get; set; }

        /// <summary>The note it replies to.</summary>
        public long? ReplyTo { get; set; }

        /// <summary>contact or waybill, with <see cref="RecordId"/>; missing is the customer itself.</summary>
        public string? RecordKind { get; set; }

        /// <summary>The contact or waybill.</summary>
        public long? RecordId { get; set; }
    }

    /// <summary>A new note on a record, or a reply to one of its notes.</summary>
    public async Task<Result<Note>> Write(string kind, long recordId, Input input, CancellationToken ct, long? customerId = null)
    {
        if (await records.One(db, kind, recordId, ct) is not { CustomerId: > 0 } record || (customerId is not null && record.CustomerId != customerId))
        {
            return new Refusal.NotFound();
        }

        if (Wrong(input.Text ?? "") is { } wrong)
        {
            return wrong;
        }

        return await db.Write<Result<Note>>(async () =>
        {
            if (db.IsPostgres)
            {
                await db.Database.ExecuteSqlAsync($"SELECT 1 FROM customers WHERE id = {record.CustomerId} FOR KEY SHARE", ct); // A merge of it is waited for.
            }

            if (await records.One(db, kind, recordId, ct) is not { } now || now.CustomerId != record.CustomerId)
            {
                return new Refusal.NotFound();
            }

            if (now.Erased)
            {
                return new Refusal.Conflict("personal.erased_stays");
            }

            var to = input.ReplyTo is { } asked ? await db.Set<Note>().AsNoTracking().SingleOrDefaultAsync(n => n.Id == asked && n.CustomerId == record.CustomerId, ct) : null;
            if (input.ReplyTo is not null && (to is null || !records.Of(db.Actor).Contains(to.RecordKind) || (kind != RecordKind.Customer && RecordKinds.Of(to) != (kind, recordId))))
            {
                return new Refusal.NotFound();
            }

            if (to is not null && await OfErased(to, ct))
            {
                return new Refusal.Conflict("personal.erased_stays");
            }

            var note = new Note
            {
                CustomerId = record.CustomerId, RecordKind = to?.RecordKind ?? kind, RecordId = to?.RecordId ?? (kind == RecordKind.Customer ? 0 : recordId), ParentId = to?.ParentId ?? to?.Id,
                Text = Clean(input.Text!), Pinned = to is null && input.Pinned == true, AuthorId = db.Actor.UserId, CreatedAt = db.UtcNow,
            };
            if (note.Pinned && await Full(note, ct))
            {
                return new Refusal.Conflict("note.pinned_full");
            }

            db.Add(note);
            await db.SaveChangesAsync(ct);
            await WordList.Record(db, nameof(Note), note.Id, note.CustomerId, ct, note.Text);
            await TellInbox.Written(db, note, to?.AuthorId, await Mentioned(note, ct), ct);
            return note;
        }, ct);
    }

    /// <summary>Changes the text (its author only) or whether it is pinned, if it still has <paramref name="version"/>.</summary>
    public async Task<Result<Note>> Change(long customerId, long id, int? version, Input input, CancellationToken ct)
    {
        if (input.Text is not null && Wrong(input.Text) is { } wrong)
        {
            return wrong;
        }

        try
        {
            return await db.Write<Result<Note>>(async () =>
            {
                if (await Own(customerId, id, binned: false, ct) is not { } note)
                {
                    return new Refusal.NotFound();
                }

                if (input.Text is not null && note.AuthorId != db.Actor.UserId)
                {
                    return new Refusal.Forbidden("note.not_yours");
                }

                if (version is not null && note.Version != version)
                {
                    return new Refusal.Stale();
                }

                if (input.Text is not null && await OfErased(note, ct))
                {
                    return new Refusal.Conflict("personal.erased_stays");
                }

                if (input.Pinned == true && !note.Pinned && note.ParentId is null && await Full(note, ct))
                {
                    return new Refusal.Conflict("note.pinned_full");
                }

                var known = await Mentioned(note, ct);
                note.Pinned = note.ParentId is null && (input.Pinned ?? note.Pinned);
                if (input.Text is not null && Clean(input.Text) != note.Text)
                {
                    (note.Text, note.EditedAt) = (Clean(input.Text), db.UtcNow);
                }

                await db.SaveChangesAsync(ct);
                await WordList.Record(db, nameof(Note), note.Id, note.CustomerId, ct, input.Text);
                await TellInbox.Mentioned(db, note, (await Mentioned(note, ct)).Except(known), ct); // Whoever is new in it.
                return note;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    private async Task<bool> OfErased(Note note, CancellationToken ct) => RecordKinds.Of(note) is var (kind, id) && (await records.One(db, kind, id, ct))?.Erased == true;

    /// <summary>Into the bin, or out of it: one's own, or anybody's for a supervisor.</summary>
    public async Task<Result<Note>> Bin(long customerId, long id, bool into, int? version, CancellationToken ct)
    {
        try
        {
            return await db.Write<Result<Note>>(async () =>
            {
                if (await Own(customerId, id, binned: !into, ct) is not { } note)
                {
                    return new Refusal.NotFound();
                }

                if (note.AuthorId != db.Actor.UserId && !db.Actor.May(Permission.CustomersSupervise))
                {
                    return new Refusal.Forbidden("note.not_yours");
                }

                if (version is not null && note.Version != version)
                {
                    return new Refusal.Stale();
                }

                note.DeletedAt = into ? db.UtcNow : null;
                await db.SaveChangesAsync(ct);
                return note;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    /// <summary>The note, if the actor sees what it hangs on.</summary>
    private async Task<Note?> Own(long customerId, long id, bool binned, CancellationToken ct) =>
        await records.One(db, RecordKind.Customer, customerId, ct) is not null
        && await db.Set<Note>().IgnoreQueryFilters([CrmDb.BinFilter]).There(db).SingleOrDefaultAsync(n => n.Id == id && n.CustomerId == customerId && (n.DeletedAt != null) == binned, ct) is { } note
        && records.Of(db.Actor).Contains(note.RecordKind) ? note : null;

    /// <summary>Whether as many of the customer's notes are pinned as its page shows.</summary>
    private async Task<bool> Full(Note note, CancellationToken ct) => await db.Set<Note>().CountAsync(n => n.CustomerId == note.CustomerId && n.Pinned, ct) >= ListNotes.MostPinned;

    private async Task<IReadOnlyList<long>> Mentioned(Note note, CancellationToken ct)
    {
        var people = await seers.Named(note.CustomerId, Mentions.Candidates(note.Text), ct);
        var meant = Mentions.Meant(note.Text, people.ToDictionary(u => u.NormalizedUserName!, u => u.DisplayName, StringComparer.Ordinal));
        return [.. people.Where(u => meant.Contains(u.NormalizedUserName!)).Select(u => u.Id)];
    }

    private static string Clean(string text) => text.ReplaceLineEndings("\n").TrimEnd();

    private static Refusal? Wrong(string text) =>
        string.IsNullOrWhiteSpace(text) ? new Refusal.Invalid("note.text_missing", nameof(Input.Text))
        : !PlainText.IsStorable(text) ? new Refusal.Invalid("note.text_unstorable", nameof(Input.Text))
        : Clean(text).EnumerateRunes().Count() > Note.TextLength ? new Refusal.InvalidMany([new(nameof(Input.Text), "note.text_long", Note.TextLength)])
        : null;

    public static async Task<IResult> Post(long id, Input input, KeepNotes useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Write(input.RecordKind ?? RecordKind.Customer, input.RecordKind is null or RecordKind.Customer ? id : input.RecordId ?? 0, input, ct, customerId: id)).Answer(n =>
        {
            Versions.Tell(http, n.Version);
            return TypedResults.Created($"/api/v1/customers/{id}/notes/{n.Id}", ListNotes.Answer.Of(n));
        });

    public static async Task<IResult> Put(long id, long noteId, Input input, KeepNotes useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Change(id, noteId, Versions.Asked(http), input, ct)).Answer(n =>
        {
            Versions.Tell(http, n.Version);
            return TypedResults.Ok(ListNotes.Answer.Of(n));
        });

    public static async Task<IResult> Delete(long id, long noteId, KeepNotes useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Bin(id, noteId, into: true, Versions.Asked(http), ct)).Answer(_ => TypedResults.NoContent());

    public static async Task<IResult> PostRestore(long id, long noteId, KeepNotes useCase, CancellationToken ct) =>
        (await useCase.Bin(id, noteId, into: false, null, ct)).Answer(n => TypedResults.Ok(ListNotes.Answer.Of(n)));
}
