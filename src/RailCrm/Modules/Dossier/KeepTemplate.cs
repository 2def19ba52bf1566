using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Dossier;

/// <summary>The dossier's Word template: fetched, changed in Word, brought back, and put back to the product's own. Every version stays.</summary>
internal sealed class KeepTemplate(CrmDb db)
{
    /// <summary>The languages that have a template of their own.</summary>
    public static readonly IReadOnlyList<string> Languages = ["zh-CN", "en"];

    private const string Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    /// <summary>A version without its bytes.</summary>
    public sealed record Version(int Number, string FileName, bool IsOwn, DateTime CreatedAt, string CreatedByName);

    /// <summary>The last twenty versions, newest first.</summary>
    public Task<List<Version>> Versions(string language, CancellationToken ct) => db.Set<DocumentTemplate>().AsNoTracking().Where(t => t.Language == language).OrderByDescending(t => t.Number).Take(20)
        .Select(t => new Version(t.Number, t.FileName, t.Content != null, t.CreatedAt, t.CreatedByName)).ToListAsync(ct);

    /// <summary>The template in the language of the request: the newest, or the one of that number; null where there is no such.</summary>
    public async Task<byte[]?> Content(int? number, CancellationToken ct)
    {
        var language = Language();
        if (number == 0)
        {
            return DefaultTemplate.Bytes;
        }

        var found = await db.Set<DocumentTemplate>().AsNoTracking().Where(t => t.Language == language && (number == null || t.Number == number)).OrderByDescending(t => t.Number).Select(t => new { t.Content }).FirstOrDefaultAsync(ct);
        return found is null && number is not null ? null : found?.Content ?? DefaultTemplate.Bytes;
    }

    /// <summary>Takes a template in, or with <paramref name="sent"/> null goes back to the product's own. The same again makes no version.</summary>
    /// <param name="language">Its language.</param>
    /// <param name="seen">The newest number the sender saw: who changes what somebody else changed meanwhile is told.</param>
    /// <param name="fileName">What the sender calls it.</param>
    /// <param name="sent">The bytes.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<int>> Save(string? language, int seen, string fileName, byte[]? sent, CancellationToken ct)
    {
        if (language is null || !Languages.Contains(language))
        {
            return new Refusal.Invalid("documents.language_unknown", "language");
        }

        if (sent is not null && TemplateFile.Check(sent) is { Count: > 0 } wrong)
        {
            return new Refusal.InvalidMany(wrong);
        }

        var sha = sent is null ? "" : Convert.ToHexStringLower(SHA256.HashData(sent));
        return await db.Write<Result<int>>(async () =>
        {
            await db.Alone($"template:{language}", ct);
            var newest = await db.Set<DocumentTemplate>().AsNoTracking().Where(t => t.Language == language).OrderByDescending(t => t.Number).Select(t => new { t.Number, t.Sha256 }).FirstOrDefaultAsync(ct);
            if ((newest?.Sha256 ?? "") == sha)
            {
                return newest?.Number ?? 0;
            }

            if ((newest?.Number ?? 0) != seen)
            {
                return new Refusal.Stale();
            }

            var version = new DocumentTemplate { Language = language, Number = seen + 1, FileName = sent is null ? "" : Name(fileName), Content = sent, Sha256 = sha, CreatedAt = db.UtcNow, CreatedBy = db.Actor.UserId, CreatedByName = db.Actor.Name };
            db.Add(version);
            await db.SaveChangesAsync(ct);
            var changes = JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Language"] = [null, language], ["Number"] = [seen, version.Number], ["Sha256"] = [newest?.Sha256, sha] });
            db.Add(new AuditEntry(db.Actor, db.UtcNow, sent is null ? "deleted" : "updated", nameof(DocumentTemplate), version.Id, null, changes));
            await db.SaveChangesAsync(ct);
            return version.Number;
        }, ct);
    }

    private static string Language() => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? "en" : "zh-CN";

    /// <summary>Speaks a language for what follows in this request.</summary>
    public static void Speak(string language) => CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);

    private static string Name(string sent) => SafeName.Of(sent) is { Length: > 0 } name ? name : "template.docx";

    /// <summary>The file, to be changed in Word: the newest, a version by its number, or with 0 the product's own.</summary>
    public static async Task<IResult> Get(string? language, int? number, KeepTemplate useCase, CancellationToken ct)
    {
        if (language is null || !Languages.Contains(language))
        {
            return TypedResults.NotFound();
        }

        Speak(language);
        return await useCase.Content(number, ct) is { } bytes ? TypedResults.Bytes(bytes, Docx, $"{Texts.Get("documents.template")}-{language}.docx") : TypedResults.NotFound();
    }
}
