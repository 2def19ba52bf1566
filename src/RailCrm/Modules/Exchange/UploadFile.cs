using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes a file in, whatever it is called and whoever sends it: under a generated name, within limits, of a kind we read.</summary>
public sealed class UploadFile(CrmDb db, Settings settings, UploadLimit limit, CustomFields fields)
{
    /// <summary>Where the files of imports lie.</summary>
    internal static string Folder(Settings settings) => Directory.CreateDirectory(Path.Combine(settings.Home, "imports")).FullName;

    internal static string PathOf(Settings settings, Import import) => Path.Combine(Folder(settings), import.StoredName);

    /// <summary>Stores a file under a name of ours; nothing is read into the database yet.</summary>
    /// <param name="kind">Name of an <see cref="ImportKind"/>; auto for the one that the columns fit best.</param>
    /// <param name="fileName">What the user calls it.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Import>> Run(string? kind, string fileName, Stream content, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        List<ImportKind> kinds = [.. ImportKind.All.Where(k => kind == KindFit.Recognise ? db.Actor.May(k.Permission) : k.Name == kind)];
        if (kinds.Count == 0 && kind != KindFit.Recognise)
        {
            return new Refusal.Invalid("import.kind_unknown", "kind");
        }

        if (!kinds.Exists(k => db.Actor.May(k.Permission)))
        {
            return new Refusal.Forbidden();
        }

        var name = FileName(fileName);
        var extension = Extension(name);
        if (extension is not (".csv" or ".txt" or ".xlsx"))
        {
            return new Refusal.Invalid("import.extension", "file");
        }

        var import = new Import { Kind = kinds[0].Name, FileName = name, StoredName = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}.data", UserId = db.Actor.UserId, CreatedAt = db.UtcNow };
        var path = PathOf(settings, import);
        var kept = false;
        try
        {
            if (await Store(content, path, ct) is { } tooLarge)
            {
                return new Refusal.Invalid(tooLarge, "file");
            }

            var file = TableFile.Open(path, null, kinds[0]);
            if (file.IsXlsx != (extension == ".xlsx"))
            {
                return new Refusal.Invalid(file.IsXlsx ? "import.is_workbook" : "import.is_text", "file");
            }

            import.Kind = kinds.Count == 1 ? kinds[0].Name : KindFit.Of(file, fields, db.Actor)[0].Kind;
            _ = file.As(ImportKind.Named(import.Kind)!).Rows().Take(1).Count();
            kept = true;
        }
        catch (TableFileException e)
        {
            return new Refusal.InvalidMany([new("file", e.Code, e.Args)]);
        }
        finally
        {
            if (!kept)
            {
                File.Delete(path);
            }
        }

        db.Add(import);
        await db.SaveChangesAsync(ct);
        return import;
    }

    /// <summary>What the user calls the file, fit to be shown: no folders, no characters that hide or turn what follows; at most 200 characters, the end of them.</summary>
    internal static string FileName(string typed)
    {
        var plain = typed[(typed.LastIndexOfAny(['/', '\\']) + 1)..];
        var shown = string.Concat(plain.EnumerateRunes().Where(r => !Rune.IsControl(r) && Rune.GetUnicodeCategory(r) != System.Globalization.UnicodeCategory.Format && r != Rune.ReplacementChar)).Trim().TrimEnd('.', ' ');
        return shown.Length == 0 ? "file" : shown.Length <= 200 ? shown : char.IsLowSurrogate(shown[^200]) ? shown[^199..] : shown[^200..];
    }

#pragma warning disable CA1308 // Extensions are compared in lower case.
    private static string Extension(string name) => Path.GetExtension(name).ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>Writes to the disk while it comes; stops where it grows past the limit or the disk would fill.</summary>
    /// <returns>Null, or the text key of why it stopped.</returns>
    private async Task<string?> Store(Stream content, string path, CancellationToken ct)
    {
        var most = limit.MostBytesNow;
        if (content.CanSeek && content.Length > most)
        {
            return content.Length > limit.MostBytes ? "import.file_large" : "import.disk_full";
        }

        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: true);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            long written = 0;
            for (int read; (read = await content.ReadAsync(buffer, ct)) > 0;)
            {
                written += read;
                if (written > most)
                {
                    return written > limit.MostBytes ? "import.file_large" : "import.disk_full";
                }

                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Takes an upload that nobody asks for again away.</summary>
    internal async Task Discard(Import import, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        await db.Write(async () =>
        {
            await db.Set<ImportEdit>().Where(e => e.ImportId == import.Id).ExecuteDeleteAsync(ct);
            db.Remove(import);
            return await db.SaveChangesAsync(ct);
        }, ct);
        ReviewFile.Delete(PathOf(settings, import));
        File.Delete(PathOf(settings, import));
    }

    /// <summary>The form of a request, or the refusal of one that is too large, too slow or no form.</summary>
    internal static async Task<(IFormCollection? Form, int Status, string Code)> ReadForm(HttpContext http, CancellationToken ct)
    {
        try
        {
            return http.Request.HasFormContentType ? (await http.Request.ReadFormAsync(ct), 200, "") : (null, StatusCodes.Status400BadRequest, "import.multipart");
        }
        catch (BadHttpRequestException e) when (e.StatusCode is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout)
        {
            return (null, e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "import.file_large" : "import.too_slow");
        }
        catch (InvalidDataException)
        {
            return (null, StatusCodes.Status413PayloadTooLarge, "import.file_large"); // A part larger than the form allows.
        }
        catch (IOException)
        {
            return (null, StatusCodes.Status400BadRequest, "import.broken_off");
        }
    }

    internal static async Task<IResult> PostFromPage(HttpContext http, UploadFile useCase, CancellationToken ct)
    {
        // The check of the form's token reads the form, so what was wrong with that comes first.
        var unchecked_ = http.Features.Get<IAntiforgeryValidationFeature>();
        if (unchecked_ is { IsValid: false, Error.InnerException: not (BadHttpRequestException or InvalidDataException) })
        {
            return TypedResults.BadRequest();
        }

        var (form, _, code) = unchecked_ is { IsValid: false } ? (null, 0, unchecked_.Error?.InnerException is BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } ? "import.too_slow" : "import.file_large") : await ReadForm(http, ct);
        object?[] args = [];
        if (form?.Files.GetFile("file") is { Length: > 0 } file)
        {
            await using var content = file.OpenReadStream();
            if ((await useCase.Run(form["kind"], file.FileName, content, ct)).TryGet(out var import, out var refusal))
            {
                return TypedResults.Redirect($"/imports/{import.Id}");
            }

            (code, args) = refusal is Refusal.InvalidMany { Errors: [var first, ..] } ? (first.Code, first.Args) : (refusal.Code, refusal.Args);
        }

        new Notice(Texts.Get(code.Length > 0 ? code : "import.file_missing", args), IsError: true).Leave(http);
        return TypedResults.Redirect($"/imports?kind={Uri.EscapeDataString(form?["kind"].ToString() ?? "")}");
    }
}
