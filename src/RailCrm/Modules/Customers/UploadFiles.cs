using Microsoft.AspNetCore.Antiforgery;
using RailCrm.Kernel;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Customers;

/// <summary>The upload of the pages: several files at once, each kept or refused for itself. A script that shows the progress is told where to go on instead of being led there.</summary>
internal static class UploadFiles
{
    public static Task<IResult> Post(long id, string? recordKind, long? recordId, long? of, string? returnUrl, HttpContext http, KeepAttachment useCase, IAntiforgery antiforgery, CancellationToken ct) =>
        Each(http, antiforgery, LocalUrl.Or(returnUrl, $"/customers/{id}/attachments"), async (name, content, form) =>
            (await useCase.Run(id, new(recordKind ?? RecordKind.Customer, recordKind is null ? id : recordId ?? 0, form["sameName"] != "both", of), name, content, ct)).Refusal);

    /// <summary>Keeps each file of a form and leads on, with a line that tells what was kept or why not.</summary>
    /// <param name="http">The request with the form.</param>
    /// <param name="antiforgery">Asked here, so that a file too long is said in words.</param>
    /// <param name="here">Where it goes on.</param>
    /// <param name="keep">Keeps one; answers why not.</param>
    public static async Task<IResult> Each(HttpContext http, IAntiforgery antiforgery, string here, Func<string, Stream, IFormCollection, Task<Refusal?>> keep)
    {
        try
        {
            await antiforgery.ValidateRequestAsync(http);
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var refused = new List<string>();
            foreach (var file in form.Files)
            {
                await using var content = file.OpenReadStream();
                if (await keep(file.FileName, content, form) is { } refusal)
                {
                    refused.Add($"{FileKinds.Name(file.FileName)}: {refusal.Said()}");
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

        return http.Request.Headers.Accept == "application/json" ? TypedResults.Ok(new { to = here }) : TypedResults.LocalRedirect(here);
    }
}
