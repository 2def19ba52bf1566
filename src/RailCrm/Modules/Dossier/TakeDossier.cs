using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Dossier;

/// <summary>A customer's dossier taken away: as a Word document, as a PDF, or with all attachments as an archive. Whoever took it stands in the audit trail, also where the reader left halfway.</summary>
internal sealed class TakeDossier(CrmDb db, ReadDossier read, KeepTemplate templates, PdfMaker pdf, AttachmentStore store)
{
    public static readonly IReadOnlyList<string> Formats = ["docx", "zip", "pdf"];

    /// <summary>The file, or why there is none.</summary>
    public async Task<Result<Taken>> Run(long customerId, string? format, CancellationToken ct)
    {
        if (!Formats.Contains(format) || (format == "pdf" && !pdf.IsThere))
        {
            return new Refusal.Invalid("documents.format_unknown", "format");
        }

        if (!(await read.Run(customerId, ct)).TryGet(out var content, out var refusal))
        {
            return refusal;
        }

        if (format == "pdf")
        {
            return await pdf.Make(DossierSheet.Of(content), ct) is { } made ? new Taken(db, customerId, format, content.FileName, (output, _) => output.WriteAsync(made, ct).AsTask()) : new Refusal.Conflict("documents.pdf_failed");
        }

        var word = FillTemplate.Run((await templates.Content(null, ct))!, content);
        return new Taken(db, customerId, format!, content.FileName, format == "docx"
            ? (output, stop) => output.WriteAsync(word, stop).AsTask()
            : (output, stop) => DossierArchive.Write(output, content, [($"{Texts.Get("dossier.document")}.docx", word), ($"{Texts.Get("dossier.document")}.html", Encoding.UTF8.GetBytes(DossierSheet.Of(content)))], store, stop));
    }

    /// <summary>Sends the file; a refusal is told on the page it came from.</summary>
    public static async Task<IResult> Post(long id, [FromForm] string? format, HttpContext http, TakeDossier useCase, CancellationToken ct)
    {
        if ((await useCase.Run(id, format, ct)).TryGet(out var taken, out var refusal))
        {
            return taken;
        }

        if (refusal is Refusal.NotFound)
        {
            return TypedResults.NotFound();
        }

        new Notice(Texts.Get(refusal.Code, refusal.Args), IsError: true).Leave(http);
        return TypedResults.LocalRedirect($"/customers/{id}/print");
    }

    /// <summary>A file on its way.</summary>
    internal sealed class Taken(CrmDb db, long customerId, string format, string name, Func<Stream, CancellationToken, Task> write) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (response, ct) = (httpContext.Response, httpContext.RequestAborted);
            response.ContentType = format switch { "zip" => "application/zip", "pdf" => "application/pdf", _ => "application/vnd.openxmlformats-officedocument.wordprocessingml.document" };
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName($"{SafeName.Of(name)}.{format}");
            response.Headers.ContentDisposition = disposition.ToString();
            var whole = false;
            try
            {
                await write(response.Body, ct);
                whole = true;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // The reader has left; the audit below says so.
            }
            finally
            {
                var changes = new Dictionary<string, object?[]> { ["Format"] = [null, format] };
                if (!whole)
                {
                    changes["Whole"] = [null, false]; // Only said where it is not so: the customer's history shows it to people.
                }

                db.Add(new AuditEntry(db.Actor, db.UtcNow, "exported", nameof(Customer), customerId, customerId, JsonSerializer.Serialize(changes)));
                await db.SaveChangesAsync(CancellationToken.None);
            }
        }
    }
}
