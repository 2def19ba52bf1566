using Microsoft.AspNetCore.Antiforgery;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Customers;

/// <summary>The upload of the pages: several files at once, each kept or refused for itself. A script that shows the progress is told where to go on instead of being led there.</summary>
internal static class UploadFiles
{
    public static async Task<IResult> Post(long id, string? recordKind, long? recordId, long? of, string? returnUrl, HttpContext http, KeepAttachment useCase, IAntiforgery antiforgery, CancellationToken ct)
    {
        var here = LocalUrl.Or(returnUrl, $"/customers/{id}/attachments");
        try
        {
            await antiforgery.ValidateRequestAsync(http);
            var form = await http.Request.ReadFormAsync(ct);
            var to = new KeepAttachment.Target(recordKind ?? RecordKind.Customer, recordKind is null ? id : recordId ?? 0, form["sameName"] != "both", of);
            var refused = new List<string>();
            foreach (var file in form.Files)
            {
                await using var content = file.OpenReadStream();
                if (!(await useCase.Run(id, to, file.FileName, content, ct)).TryGet(out _, out var refusal))
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
