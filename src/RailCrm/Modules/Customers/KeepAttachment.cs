using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>Files kept with a customer, or with a contact or waybill of it: brought, listed, fetched, put into the bin and out again. Whoever sees the record sees them.</summary>
internal sealed class KeepAttachment(CrmDb db, AttachmentStore store, RecordKinds records, FileQuotas quotas)
{
    /// <summary>An attachment as the API tells it.</summary>
    public sealed record Answer(long Id, string FileName, string ContentType, long SizeBytes, string Sha256, DateTime CreatedAt, string RecordKind, long RecordId, int Revision, int Version)
    {
        public static Answer Of(Attachment a) => new(a.Id, a.FileName, a.ContentType, a.SizeBytes, a.Sha256, a.CreatedAt, a.RecordKind, RecordKinds.Of(a).Id, a.Revision, a.Version);
    }

    /// <summary>Where an upload goes.</summary>
    /// <param name="Kind">One of <see cref="RecordKind"/>.</param>
    /// <param name="Id">The record.</param>
    /// <param name="AsVersion">A file of the same name there gets a new version; else both are kept.</param>
    /// <param name="Of">The attachment that gets a new version, whatever the file is called.</param>
    public sealed record Target(string Kind, long Id, bool AsVersion = false, long? Of = null);

    /// <summary>Newest first; a customer's are those of its contacts and waybills too; with <paramref name="binned"/> those in the bin instead.</summary>
    public async Task<Result<List<Attachment>>> Of(string kind, long id, bool binned, CancellationToken ct)
    {
        if (await records.One(db, kind, id, ct) is null)
        {
            return new Refusal.NotFound();
        }

        var kinds = records.Of(db.Actor);
        return await On(db.Set<Attachment>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().There(db), kind, id).Where(a => (a.DeletedAt != null) == binned && EF.Parameter(kinds).Contains(a.RecordKind))
            .OrderByDescending(a => a.Id).Take(500).ToListAsync(ct);
    }

    /// <summary>How many files of a record the actor sees.</summary>
    public static Task<int> Count(CrmDb db, string kind, long id, CancellationToken ct)
    {
        var waybills = db.Actor.May(Permission.WaybillsRead);
        return On(db.Set<Attachment>().There(db), kind, id).CountAsync(a => waybills || a.RecordKind != RecordKind.Waybill, ct);
    }

    private static IQueryable<Attachment> On(IQueryable<Attachment> attachments, string kind, long id) =>
        kind == RecordKind.Customer ? attachments.Where(a => a.CustomerId == id) : attachments.Where(a => a.RecordKind == kind && a.RecordId == id);

    /// <summary>One attachment of a customer, if the actor sees the record it hangs on.</summary>
    public async Task<Attachment?> One(long customerId, long id, CancellationToken ct) =>
        await records.One(db, RecordKind.Customer, customerId, ct) is not null
        && await db.Set<Attachment>().There(db).SingleOrDefaultAsync(a => a.Id == id && a.CustomerId == customerId, ct) is { } attachment && records.Of(db.Actor).Contains(attachment.RecordKind) ? attachment : null;

    /// <summary>Why it may not be changed: a customer that is only shared to the actor may be given files, and those alone be changed.</summary>
    public async Task<Refusal?> Prevents(Attachment attachment, CancellationToken ct) =>
        attachment.CreatedBy == db.Actor.UserId ? null : (await Ownership.Of(db, [attachment.CustomerId], ct)).Prevents(attachment.CustomerId, moves: false);

    /// <summary>Keeps a file. The same bytes under the same name are one attachment, however often they are sent.</summary>
    public async Task<Result<Attachment>> Run(long customerId, Target to, string sentName, Stream content, CancellationToken ct)
    {
        var of = to.Of is { } asked ? await One(customerId, asked, ct) : null;
        // What people see by taking part in it keeps documents of its own, with its trail.
        if (records.PastScope.Contains(to.Kind) || await records.One(db, to.Kind, to.Id, ct) is not { CustomerId: > 0 } record || record.CustomerId != customerId || (to.Of is not null && of is null))
        {
            return new Refusal.NotFound();
        }

        if (!(await store.Take(sentName, content, of?.ContentType, ct)).TryGet(out var taken, out var wrong))
        {
            return wrong;
        }

        var (name, contentType, sha, size) = taken;
        return await db.Write<Result<Attachment>>(async () =>
        {
            if (db.IsPostgres)
            {
                await db.Database.ExecuteSqlAsync($"SELECT 1 FROM customers WHERE id = {customerId} FOR NO KEY UPDATE", ct); // Two at once keep one.
            }

            // While the bytes came, the record may have moved on and the file have got a version.
            if (of is not null)
            {
                await db.Entry(of).ReloadAsync(ct);
            }

            var now = await records.One(db, to.Kind, to.Id, ct);
            if (now is { Erased: true })
            {
                return new Refusal.Conflict("personal.erased_stays");
            }

            if (now?.CustomerId != customerId || of is { DeletedAt: not null } || (of is not null && db.Entry(of).State == EntityState.Detached))
            {
                return new Refusal.NotFound();
            }

            var there = db.Set<Attachment>().Where(a => a.CustomerId == customerId && a.RecordKind == to.Kind && a.RecordId == (to.Kind == RecordKind.Customer ? 0 : to.Id) && a.FileName == name);
            if (of is null && await there.FirstOrDefaultAsync(a => a.Sha256 == sha, ct) is { } same)
            {
                return same;
            }

            await db.Alone($"blob:{sha}", ct);
            if (!await store.Has(sha, ct))
            {
                return new Refusal.Conflict("files.again"); // The nightly sweep took the same bytes at this very moment.
            }

            if (await quotas.Refuses(customerId, size, ct) is { } full)
            {
                return full;
            }

            var attachment = of ?? (to.AsVersion ? await there.OrderByDescending(a => a.Id).FirstOrDefaultAsync(ct) : null);
            if (attachment is null)
            {
                attachment = db.Add(new Attachment { CustomerId = customerId, RecordKind = to.Kind, RecordId = to.Kind == RecordKind.Customer ? 0 : to.Id, FileName = name }).Entity;
            }
            else if (attachment.Sha256 == sha)
            {
                return attachment;
            }
            else
            {
                db.Add(ChangeAttachment.Past(attachment));
                attachment.Revision = Math.Max(attachment.Revision, await db.Set<AttachmentVersion>().Where(v => v.AttachmentId == attachment.Id).MaxAsync(v => (int?)v.Revision, ct) ?? 0) + 1;
            }

            (attachment.ContentType, attachment.SizeBytes, attachment.Sha256, attachment.CreatedAt, attachment.CreatedBy) = (contentType, size, sha, db.UtcNow, db.Actor.UserId);
            await db.SaveChangesAsync(ct);
            return attachment;
        }, ct);
    }

    /// <summary>Into the bin, or out of it. The bytes stay.</summary>
    public async Task<Result<Attachment>> Bin(long customerId, long id, bool into, CancellationToken ct)
    {
        try
        {
            return await db.Write<Result<Attachment>>(async () =>
            {
                var attachment = await records.One(db, RecordKind.Customer, customerId, ct) is not null
                    ? await db.Set<Attachment>().IgnoreQueryFilters([CrmDb.BinFilter]).SingleOrDefaultAsync(a => a.Id == id && a.CustomerId == customerId && (a.DeletedAt == null) == into, ct)
                    : null;
                if (attachment is null || !records.Of(db.Actor).Contains(attachment.RecordKind))
                {
                    return new Refusal.NotFound();
                }

                if (await Prevents(attachment, ct) is { } shared)
                {
                    return shared;
                }

                attachment.DeletedAt = into ? db.UtcNow : null;
                await db.SaveChangesAsync(ct);
                return attachment;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    /// <summary>The customer's, or with <paramref name="recordKind"/> and <paramref name="recordId"/> those of its contact or waybill.</summary>
    public static async Task<IResult> GetAll(long id, string? recordKind, long? recordId, KeepAttachment useCase, CancellationToken ct) =>
        (await useCase.Of(recordKind ?? RecordKind.Customer, recordKind is null ? id : recordId ?? 0, binned: false, ct)).Answer(all => TypedResults.Ok(new Listing<Answer>([.. all.Where(a => a.CustomerId == id).Select(Answer.Of)], null)));

    /// <summary>A file in the field <c>file</c>. <paramref name="sameName"/> = version makes it a new version of the one of that name; <paramref name="of"/> names the one.</summary>
    public static async Task<IResult> Post(long id, string? recordKind, long? recordId, string? sameName, long? of, HttpContext http, KeepAttachment useCase, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType || (await http.Request.ReadFormAsync(ct)).Files.GetFile("file") is not { } file)
        {
            return Answers.Problem(new Refusal.Invalid("attachment.multipart", "file"));
        }

        await using var content = file.OpenReadStream();
        return (await useCase.Run(id, new(recordKind ?? RecordKind.Customer, recordKind is null ? id : recordId ?? 0, sameName == "version", of), file.FileName, content, ct)).Answer(a => TypedResults.Created($"/api/v1/customers/{id}/attachments/{a.Id}", Answer.Of(a)));
    }

    public static async Task<IResult> Delete(long id, long attachmentId, KeepAttachment useCase, CancellationToken ct) =>
        (await useCase.Bin(id, attachmentId, into: true, ct)).Answer(_ => TypedResults.NoContent());

    public static async Task<IResult> PostRestore(long id, long attachmentId, KeepAttachment useCase, CancellationToken ct) =>
        (await useCase.Bin(id, attachmentId, into: false, ct)).Answer(a => TypedResults.Ok(Answer.Of(a)));
}
