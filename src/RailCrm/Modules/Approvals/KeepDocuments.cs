using Microsoft.AspNetCore.Antiforgery;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Approvals;

/// <summary>Documents of an approval: brought by the applicant and by whoever decides while it is open, seen by whoever sees it. Bringing and taking away run by the <see cref="ApprovalDesk"/>, as those who decide need not see the customer.</summary>
internal sealed class KeepDocuments(CrmDb db, ApprovalFlow flow, AttachmentStore store, FileQuotas quotas)
{
    /// <summary>Documents of one approval.</summary>
    public const int Most = 20;

    /// <summary>Those of an approval that the caller knows to be seen, oldest first.</summary>
    public async Task<IReadOnlyList<DocumentShown>> Of(Approval approval, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(approval);
        var all = await db.Set<ApprovalDocument>().AsNoTracking().Where(d => d.ApprovalId == approval.Id).OrderBy(d => d.Id).ToListAsync(ct);
        var people = all.Select(d => d.CreatedBy).Distinct().ToList();
        var names = await db.Set<Platform.Access.User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        var decided = all.Count == 0 ? null : await Decided(approval.Id, ct);
        return [.. all.Select(d => new DocumentShown(d.Id, d.FileName, d.ContentType, d.SizeBytes, d.Sha256, d.CreatedAt, names.GetValueOrDefault(d.CreatedBy), !db.Actor.ReadsOnly && Holds(approval, d, decided) is null))];
    }

    /// <summary>Whether the actor may bring one: he asked for it, or is or was asked, and it is open. Who reads a copy brings none.</summary>
    public async Task<bool> Brings(Approval approval, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(approval);
        var me = db.Actor.UserId;
        return approval.IsOpen && !db.Actor.ReadsOnly && (approval.ApplicantId == me || await db.Set<ApprovalStep>().AnyAsync(s => s.ApprovalId == approval.Id && (s.UserId == me || s.ForId == me), ct));
    }

    /// <summary>Keeps a file. The same bytes under the same name are one document, however often they are sent.</summary>
    public async Task<Result<Approval>> Add(long id, string sentName, Stream content, CancellationToken ct)
    {
        if (!(await store.Take(sentName, content, null, ct)).TryGet(out var taken, out var wrong))
        {
            return wrong;
        }

        Task<bool> Kept() => db.Set<ApprovalDocument>().AnyAsync(d => d.ApprovalId == id && d.FileName == taken.Name && d.Sha256 == taken.Sha256, ct);
        if (await flow.Find(id, ct) is { } now && await Brings(now, ct) && await Kept())
        {
            return now; // Sent again: nothing changes, its version neither.
        }

        return await flow.Change(id, null, async approval =>
        {
            if (!await Brings(approval, ct))
            {
                return new Refusal.Conflict(approval.IsOpen ? "approval.not_part" : "approval.closed");
            }

            if (await Kept())
            {
                return null;
            }

            if (await db.Set<ApprovalDocument>().CountAsync(d => d.ApprovalId == id, ct) >= Most)
            {
                return new Refusal.InvalidMany([new("file", "approval.documents_full", Most)]);
            }

            await db.Alone($"blob:{taken.Sha256}", ct);
            if (!await store.Has(taken.Sha256, ct))
            {
                return new Refusal.Conflict("files.again"); // The nightly sweep took the same bytes at this very moment.
            }

            if (await quotas.Refuses(approval.CustomerId, taken.Size, ct) is { } full)
            {
                return full;
            }

            db.Add(new ApprovalDocument { ApprovalId = id, FileName = taken.Name, ContentType = taken.ContentType, SizeBytes = taken.Size, Sha256 = taken.Sha256, CreatedAt = db.UtcNow, CreatedBy = db.Actor.UserId });
            flow.Trail(approval, "document_added", comment: Named(taken.Name, taken.Sha256));
            return null;
        }, ct);
    }

    /// <summary>Takes one away: who brought it, while nobody has decided since, so that what somebody decided by stays.</summary>
    public Task<Result<Approval>> Remove(long id, long documentId, CancellationToken ct) => flow.Change(id, null, async approval =>
    {
        if (await db.Set<ApprovalDocument>().SingleOrDefaultAsync(d => d.Id == documentId && d.ApprovalId == id, ct) is not { } document)
        {
            return new Refusal.NotFound();
        }

        if (Holds(approval, document, await Decided(id, ct)) is { } held)
        {
            return held;
        }

        db.Remove(document);
        flow.Trail(approval, "document_removed", comment: Named(document.FileName, document.Sha256));
        return null;
    }, ct);

    /// <summary>A document as the trail names it: by its bytes too, as another may come under the same name.</summary>
    private static string Named(string name, string sha256) => $"{name} · {sha256[..12]}";

    /// <summary>When somebody decided last.</summary>
    private Task<DateTime?> Decided(long id, CancellationToken ct) =>
        db.Set<ApprovalStep>().Where(s => s.ApprovalId == id && (s.State == StepState.Granted || s.State == StepState.Returned || s.State == StepState.Refused)).MaxAsync(s => s.DecidedAt, ct);

    /// <summary>Why a document stays; null where the actor may take it away.</summary>
    private Refusal.Conflict? Holds(Approval approval, ApprovalDocument document, DateTime? decided) =>
        !approval.IsOpen ? new Refusal.Conflict("approval.closed") : document.CreatedBy != db.Actor.UserId ? new Refusal.Conflict("approval.document_others")
        : decided >= document.CreatedAt ? new Refusal.Conflict("approval.document_decided") : null;

    internal static async Task<IResult> GetAll(long id, GetApproval get, KeepDocuments useCase, CancellationToken ct) =>
        (await get.Run(id, ct)).TryGet(out var approval, out var refusal) ? TypedResults.Ok(new Listing<DocumentShown>(await useCase.Of(approval, ct), null)) : Answers.Problem(refusal);

    internal static async Task<IResult> GetContent(long id, long documentId, GetApproval get, CrmDb db, AttachmentStore store, HttpContext http, CancellationToken ct) =>
        await get.Sees(id, ct) && await db.Set<ApprovalDocument>().AsNoTracking().SingleOrDefaultAsync(d => d.Id == documentId && d.ApprovalId == id, ct) is { } document
            ? await FetchAttachment.Send(document.FileName, document.ContentType, document.Sha256, show: false, store, http, ct) : Answers.Problem(new Refusal.NotFound());

    /// <remarks>By the services that the desk's filter put there, as the other two.</remarks>
    internal static async Task<IResult> Post(long id, HttpContext http, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType || (await http.Request.ReadFormAsync(ct)).Files.GetFile("file") is not { } file)
        {
            return Answers.Problem(new Refusal.Invalid("attachment.multipart", "file"));
        }

        await using var content = file.OpenReadStream();
        return await Told(id, http, await http.RequestServices.GetRequiredService<KeepDocuments>().Add(id, file.FileName, content, ct), ct);
    }

    internal static async Task<IResult> Delete(long id, long documentId, HttpContext http, CancellationToken ct) =>
        await Told(id, http, await http.RequestServices.GetRequiredService<KeepDocuments>().Remove(id, documentId, ct), ct);

    private static async Task<IResult> Told(long id, HttpContext http, Result<Approval> done, CancellationToken ct) => done.TryGet(out var approval, out var refusal)
        ? TypedResults.Ok(new Listing<DocumentShown>(await http.RequestServices.GetRequiredService<KeepDocuments>().Of(approval, ct), null)) : Answers.Problem(refusal);

    /// <summary>The upload of the page.</summary>
    internal static Task<IResult> PostForm(long id, HttpContext http, ApprovalDesk desk, IAntiforgery antiforgery, CancellationToken ct) =>
        UploadFiles.Each(http, antiforgery, $"/approvals/{id}", async (name, content, _) => (await desk.Act<KeepDocuments>(id, k => k.Add(id, name, content, ct), ct)).Refusal);
}
