using Microsoft.AspNetCore.Antiforgery;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Customers;

/// <summary>Files kept with a customer: brought, listed, fetched, put into the bin and out again. Whoever sees the customer sees them.</summary>
internal sealed class KeepAttachment(CrmDb db, AttachmentStore store)
{
    /// <summary>An attachment as the API tells it.</summary>
    public sealed record Answer(long Id, string FileName, string ContentType, long SizeBytes, string Sha256, DateTime CreatedAt)
    {
        public static Answer Of(Attachment a) => new(a.Id, a.FileName, a.ContentType, a.SizeBytes, a.Sha256, a.CreatedAt);
    }

    /// <summary>Newest first; with <paramref name="binned"/> those in the bin instead.</summary>
    public async Task<Result<List<Attachment>>> Of(long customerId, bool binned, CancellationToken ct)
    {
        if (!await db.Set<Customer>().AnyAsync(c => c.Id == customerId, ct))
        {
            return new Refusal.NotFound();
        }

        return await db.Set<Attachment>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(a => a.CustomerId == customerId && (a.DeletedAt != null) == binned)
            .OrderByDescending(a => a.Id).Take(500).ToListAsync(ct);
    }

    /// <summary>Keeps a file. The same bytes under the same name are one attachment, however often they are sent.</summary>
    public async Task<Result<Attachment>> Run(long customerId, string sentName, Stream content, CancellationToken ct)
    {
        if (!await db.Set<Customer>().AnyAsync(c => c.Id == customerId, ct))
        {
            return new Refusal.NotFound();
        }

        var name = FileKinds.Name(sentName);
        if (name.Length == 0 || !PlainText.IsStorable(name) || FileKinds.Deceives(name))
        {
            return new Refusal.Invalid("attachment.name_wrong", "file");
        }

        if (FileKinds.ContentType(name) is not { } contentType)
        {
            return new Refusal.InvalidMany([new("file", "attachment.kind_refused", FileKinds.Extensions)]);
        }

        if (await store.Keep(content, head => FileKinds.Fits(name, head), ct) is not var (sha, size, kept))
        {
            return new Refusal.InvalidMany([new("file", "attachment.too_big", AttachmentStore.MostBytes / 1024 / 1024)]);
        }

        if (!kept)
        {
            return new Refusal.Invalid(size == 0 ? "attachment.empty" : "attachment.mismatch", "file");
        }

        return await db.Write<Result<Attachment>>(async () =>
        {
            if (db.IsPostgres)
            {
                await db.Database.ExecuteSqlAsync($"SELECT 1 FROM customers WHERE id = {customerId} FOR NO KEY UPDATE", ct); // Two at once keep one.
            }

            var same = await db.Set<Attachment>().AsNoTracking().FirstOrDefaultAsync(a => a.CustomerId == customerId && a.Sha256 == sha && a.FileName == name, ct);
            if (same is not null)
            {
                return same;
            }

            var attachment = new Attachment { CustomerId = customerId, FileName = name, ContentType = contentType, SizeBytes = size, Sha256 = sha, CreatedAt = db.UtcNow, CreatedBy = db.Actor.UserId };
            db.Add(attachment);
            await db.SaveChangesAsync(ct);
            return attachment;
        }, ct);
    }

    /// <summary>Into the bin, or out of it. The bytes stay.</summary>
    public async Task<Result<Attachment>> Bin(long customerId, long id, bool into, CancellationToken ct) => await db.Write<Result<Attachment>>(async () =>
    {
        var attachment = await db.Set<Customer>().AnyAsync(c => c.Id == customerId, ct)
            ? await db.Set<Attachment>().IgnoreQueryFilters([CrmDb.BinFilter]).SingleOrDefaultAsync(a => a.Id == id && a.CustomerId == customerId && (a.DeletedAt == null) == into, ct)
            : null;
        if (attachment is null)
        {
            return new Refusal.NotFound();
        }

        attachment.DeletedAt = into ? db.UtcNow : null;
        await db.SaveChangesAsync(ct);
        return attachment;
    }, ct);

    public static async Task<IResult> GetAll(long id, KeepAttachment useCase, CancellationToken ct) =>
        (await useCase.Of(id, binned: false, ct)).Answer(all => TypedResults.Ok(new Listing<Answer>([.. all.Select(Answer.Of)], null)));

    /// <summary>The bytes, always to be saved and never to be run: as attachment, sandboxed, not to be sniffed.</summary>
    public static async Task<IResult> GetContent(long id, long attachmentId, CrmDb db, AttachmentStore store, HttpContext http, CancellationToken ct)
    {
        var attachment = await db.Set<Customer>().AnyAsync(c => c.Id == id, ct)
            ? await db.Set<Attachment>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == attachmentId && a.CustomerId == id, ct)
            : null;
        if (attachment is null)
        {
            return Answers.Problem(new Refusal.NotFound());
        }

        if (await store.Open(attachment.Sha256, ct) is not { } content)
        {
            return Answers.Problem(new Refusal.Conflict("attachment.damaged"));
        }

        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        return TypedResults.Stream(content, attachment.ContentType, attachment.FileName);
    }

    public static async Task<IResult> Post(long id, HttpContext http, KeepAttachment useCase, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType || (await http.Request.ReadFormAsync(ct)).Files.GetFile("file") is not { } file)
        {
            return Answers.Problem(new Refusal.Invalid("attachment.multipart", "file"));
        }

        await using var content = file.OpenReadStream();
        return (await useCase.Run(id, file.FileName, content, ct)).Answer(a => TypedResults.Created($"/api/v1/customers/{id}/attachments/{a.Id}", Answer.Of(a)));
    }

    public static async Task<IResult> Delete(long id, long attachmentId, KeepAttachment useCase, CancellationToken ct) =>
        (await useCase.Bin(id, attachmentId, into: true, ct)).Answer(_ => TypedResults.NoContent());

    public static async Task<IResult> PostRestore(long id, long attachmentId, KeepAttachment useCase, CancellationToken ct) =>
        (await useCase.Bin(id, attachmentId, into: false, ct)).Answer(a => TypedResults.Ok(Answer.Of(a)));

    /// <summary>The upload of the page: several files at once, each kept or refused for itself.</summary>
    public static async Task<IResult> PostFromPage(long id, HttpContext http, KeepAttachment useCase, IAntiforgery antiforgery, CancellationToken ct)
    {
        var here = $"/customers/{id}/attachments";
        try
        {
            await antiforgery.ValidateRequestAsync(http);
            var form = await http.Request.ReadFormAsync(ct);
            var refused = new List<string>();
            foreach (var file in form.Files)
            {
                await using var content = file.OpenReadStream();
                if (!(await useCase.Run(id, file.FileName, content, ct)).TryGet(out _, out var refusal))
                {
                    var why = refusal is Refusal.InvalidMany many ? Texts.Get(many.Errors[0].Code, many.Errors[0].Args) : Texts.Get(refusal.Code, refusal.Args);
                    refused.Add($"{FileKinds.Name(file.FileName)}: {why}");
                }
            }

            (form.Files.Count == 0 ? new Notice(Texts.Get("attachment.multipart"), IsError: true)
                : refused.Count == 0 ? new Notice(Texts.Get("attachment.kept", form.Files.Count)) : new Notice(string.Join(' ', refused), IsError: true)).Leave(http);
        }
        catch (AntiforgeryValidationException)
        {
            return TypedResults.BadRequest();
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException)
        {
            new Notice(Texts.Get("attachment.too_big", AttachmentStore.MostBytes / 1024 / 1024), IsError: true).Leave(http);
        }

        return TypedResults.Redirect(here);
    }
}
