using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>An attachment's name and its versions: renamed, listed, an earlier one made current again. No version is ever lost by that: two change places.</summary>
internal sealed class ChangeAttachment(CrmDb db, KeepAttachment attachments)
{
    /// <summary>What may be said of an attachment.</summary>
    public sealed class Input
    {
        /// <summary>Its new name, of the same kind of file.</summary>
        public string FileName { get; set; } = "";
    }

    /// <summary>A version as the API tells it.</summary>
    public sealed record Answer(int Revision, long SizeBytes, string Sha256, DateTime CreatedAt, long CreatedBy, bool IsCurrent);

    /// <summary>The current version as one of the past.</summary>
    public static AttachmentVersion Past(Attachment a) => new()
    {
        AttachmentId = a.Id, CustomerId = a.CustomerId, RecordKind = a.RecordKind, RecordId = a.RecordId, Revision = a.Revision, SizeBytes = a.SizeBytes, Sha256 = a.Sha256, CreatedAt = a.CreatedAt, CreatedBy = a.CreatedBy,
    };

    /// <summary>All versions, the newest first.</summary>
    public async Task<Result<IReadOnlyList<Answer>>> Versions(long customerId, long id, CancellationToken ct)
    {
        if (await attachments.One(customerId, id, ct) is not { } now)
        {
            return new Refusal.NotFound();
        }

        var past = await db.Set<AttachmentVersion>().AsNoTracking().Where(v => v.AttachmentId == id).ToListAsync(ct);
        return past.Append(Past(now)).OrderByDescending(v => v.Revision).Select(v => new Answer(v.Revision, v.SizeBytes, v.Sha256, v.CreatedAt, v.CreatedBy, v.Revision == now.Revision)).ToList();
    }

    /// <summary>Another name; the kind of file stays, because the bytes do.</summary>
    public async Task<Result<Attachment>> Rename(long customerId, long id, int? version, string asked, CancellationToken ct)
    {
        var name = FileKinds.Name(asked);
        return name.Length == 0 || !PlainText.IsStorable(name) || FileKinds.Deceives(name) ? new Refusal.Invalid("attachment.name_wrong", nameof(Input.FileName))
            : await Change(customerId, id, version, attachment =>
            {
                if (FileKinds.ContentType(name) != attachment.ContentType)
                {
                    return Task.FromResult<Refusal?>(new Refusal.Invalid("files.keep_extension", nameof(Input.FileName)));
                }

                attachment.FileName = name;
                return Task.FromResult<Refusal?>(null);
            }, ct);
    }

    /// <summary>Makes an earlier version the current one; the one that was takes its place among the past.</summary>
    public Task<Result<Attachment>> MakeCurrent(long customerId, long id, int? version, int revision, CancellationToken ct) => Change(customerId, id, version, async attachment =>
    {
        if (await db.Set<AttachmentVersion>().SingleOrDefaultAsync(v => v.AttachmentId == id && v.Revision == revision, ct) is not { } earlier)
        {
            return revision == attachment.Revision ? null : new Refusal.NotFound();
        }

        db.Remove(earlier);
        db.Add(Past(attachment));
        (attachment.Revision, attachment.SizeBytes, attachment.Sha256, attachment.CreatedAt, attachment.CreatedBy) = (earlier.Revision, earlier.SizeBytes, earlier.Sha256, earlier.CreatedAt, earlier.CreatedBy);
        return null;
    }, ct);

    private async Task<Result<Attachment>> Change(long customerId, long id, int? version, Func<Attachment, Task<Refusal?>> change, CancellationToken ct)
    {
        try
        {
            return await db.Write<Result<Attachment>>(async () =>
            {
                if (await attachments.One(customerId, id, ct) is not { } attachment)
                {
                    return new Refusal.NotFound();
                }

                if (version is not null && attachment.Version != version)
                {
                    return new Refusal.Stale();
                }

                if ((await attachments.Prevents(attachment, ct) ?? await change(attachment)) is { } refusal)
                {
                    return refusal;
                }

                await db.SaveChangesAsync(ct);
                return attachment;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    public static async Task<IResult> Put(long id, long attachmentId, Input input, ChangeAttachment useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Rename(id, attachmentId, Platform.Http.Versions.Asked(http), input.FileName, ct)).Answer(a => TypedResults.Ok(KeepAttachment.Answer.Of(a)));

    public static async Task<IResult> GetVersions(long id, long attachmentId, ChangeAttachment useCase, CancellationToken ct) =>
        (await useCase.Versions(id, attachmentId, ct)).Answer(all => TypedResults.Ok(new Listing<Answer>(all, null)));

    public static async Task<IResult> PostCurrent(long id, long attachmentId, int revision, ChangeAttachment useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.MakeCurrent(id, attachmentId, Platform.Http.Versions.Asked(http), revision, ct)).Answer(a => TypedResults.Ok(KeepAttachment.Answer.Of(a)));
}
