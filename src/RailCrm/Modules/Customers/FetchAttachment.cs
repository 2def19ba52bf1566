using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>Hands out the bytes of an attachment: to be saved, or for the few kinds that are safe to be looked at within the page.</summary>
internal static class FetchAttachment
{
    private const string Pdf = "application/pdf";

    /// <summary>For bytes that are saved, and for pictures: nothing of it runs.</summary>
    private const string Sandbox = "default-src 'none'; sandbox";

    /// <summary>For a PDF within our own page. Not sandboxed: browsers show no PDF then; their viewer runs nothing of ours, and the file may load nothing.</summary>
    private const string PdfPolicy = "default-src 'none'; frame-ancestors 'self'";

    /// <summary>Whether a page can show it.</summary>
    public static bool CanShow(string contentType) => contentType == Pdf || FileKinds.IsPicture(contentType);

    /// <summary>The bytes, always to be saved and never to be run: as attachment, sandboxed, not to be sniffed.</summary>
    public static async Task<IResult> GetContent(long id, long attachmentId, KeepAttachment attachments, AttachmentStore store, HttpContext http, CancellationToken ct) =>
        await attachments.One(id, attachmentId, ct) is { } found ? await Send(found, found.Sha256, found.Revision, show: false, store, http, ct) : Answers.Problem(new Refusal.NotFound());

    /// <summary>An earlier version's.</summary>
    public static async Task<IResult> GetVersion(long id, long attachmentId, int revision, KeepAttachment attachments, CrmDb db, AttachmentStore store, HttpContext http, CancellationToken ct)
    {
        var found = await attachments.One(id, attachmentId, ct);
        var sha = found is null ? null : found.Revision == revision ? found.Sha256 : await db.Set<AttachmentVersion>().Where(v => v.AttachmentId == attachmentId && v.Revision == revision).Select(v => v.Sha256).SingleOrDefaultAsync(ct);
        return sha is null ? Answers.Problem(new Refusal.NotFound()) : await Send(found!, sha, revision, show: false, store, http, ct);
    }

    /// <summary>A picture or a PDF to be looked at. A bare address of it shows nothing else either.</summary>
    public static async Task<IResult> GetPreview(long id, long attachmentId, KeepAttachment attachments, AttachmentStore store, HttpContext http, CancellationToken ct) =>
        await attachments.One(id, attachmentId, ct) is { } found && CanShow(found.ContentType) ? await Send(found, found.Sha256, found.Revision, show: true, store, http, ct) : TypedResults.NotFound();

    private static Task<IResult> Send(Attachment attachment, string sha, int revision, bool show, AttachmentStore store, HttpContext http, CancellationToken ct) => Send(
        revision == attachment.Revision || show ? attachment.FileName : $"{Path.GetFileNameWithoutExtension(attachment.FileName)} v{revision}{Path.GetExtension(attachment.FileName)}", attachment.ContentType, sha, show, store, http, ct);

    /// <summary>Sends bytes that were kept, to be saved or to be looked at.</summary>
    internal static async Task<IResult> Send(string name, string contentType, string sha, bool show, AttachmentStore store, HttpContext http, CancellationToken ct)
    {
        if (await store.Open(sha, ct) is not { } content)
        {
            return Answers.Problem(new Refusal.Conflict("attachment.damaged"));
        }

        http.Response.Headers.ContentSecurityPolicy = show && contentType == Pdf ? PdfPolicy : Sandbox;
        if (show)
        {
            var shown = new ContentDispositionHeaderValue("inline");
            shown.SetHttpFileName(name);
            http.Response.Headers.ContentDisposition = shown.ToString();
            return TypedResults.Stream(content, contentType);
        }

        return TypedResults.Stream(content, contentType, name);
    }
}
