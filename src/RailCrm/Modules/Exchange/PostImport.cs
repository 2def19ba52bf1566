using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary><c>POST /api/v1/imports</c>: takes a file in and starts it; with an <c>Idempotency-Key</c> once, however often it is sent.</summary>
internal sealed class PostImport(CrmDb db, UploadFile upload, StartImport start)
{
    private static readonly JsonSerializerOptions Json = new() { AllowDuplicateProperties = false };

    /// <summary>What a request asks for beside its file.</summary>
    private sealed record Wish(string Kind, string? MappingJson, Dictionary<string, string>? Mapping, bool CreateCustomers, string? Encoding, string? Source, string? Mode)
    {
        public StartImport.Choice Choice => new(Mapping, CreateCustomers, Encoding, Source, Mode);
    }

    public static async Task<IResult> Post(HttpContext http, PostImport useCase, CancellationToken ct)
    {
        var (form, status, code) = await UploadFile.ReadForm(http, ct);
        if (form is null)
        {
            return TypedResults.Problem(Texts.Get(code), statusCode: status, type: $"urn:railcrm:{code}");
        }

        if (form.Files.GetFile("file") is not { } file)
        {
            return Answers.Problem(new Refusal.Invalid("import.multipart", "file"));
        }

        var json = form["mapping"].ToString() is { Length: > 0 } text ? text : null;
        Dictionary<string, string?>? mapping;
        try
        {
            mapping = json is null ? null : JsonSerializer.Deserialize<Dictionary<string, string?>>(json, Json);
        }
        catch (JsonException)
        {
            return Answers.Problem(new Refusal.Invalid("import.mapping_json", "mapping"));
        }

        var key = http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        if (key?.Length > 200)
        {
            return Answers.Problem(new Refusal.Invalid("common.idempotency_key_long", "Idempotency-Key"));
        }

        var wish = new Wish(form["kind"].ToString(), json, mapping?.ToDictionary(m => m.Key, m => m.Value ?? ""), form["createCustomers"].ToString() is "true" or "1" or "on",
            form["encoding"].ToString() is { Length: > 0 } e ? e : null, form["source"].ToString() is { Length: > 0 } s ? s : null, form["mode"].ToString() is { Length: > 0 } m ? m : null);
        var answer = key is null ? await useCase.Run(wish, file, ct) : await useCase.Once(key, wish, file, ct);
        return answer.Answer(id => TypedResults.Accepted($"/api/v1/imports/{id}", new Accepted(id)));
    }

    /// <summary>The answer: the import to ask after.</summary>
    internal sealed record Accepted(long Id);

    private async Task<Result<long>> Run(Wish wish, IFormFile file, CancellationToken ct)
    {
        await using var content = file.OpenReadStream();
        if (!(await upload.Run(wish.Kind, file.FileName, content, ct)).TryGet(out var import, out var refusal))
        {
            return refusal;
        }

        if ((await start.Run(import.Id, wish.Choice, claimed: false, ct)).TryGet(out _, out refusal))
        {
            return import.Id;
        }

        await upload.Discard(import, ct);
        return refusal;
    }

    private async Task<Result<long>> Once(string key, Wish wish, IFormFile file, CancellationToken ct)
    {
        var hash = await Hash(wish, file, ct);
        if (await Kept(key, ct) is { } kept)
        {
            return kept.RequestHash == hash ? JsonSerializer.Deserialize<Accepted>(kept.Body, JsonSerializerOptions.Web)!.Id : new Refusal.Conflict("common.idempotency_key_reused");
        }

        await using var content = file.OpenReadStream();
        if (!(await upload.Run(wish.Kind, file.FileName, content, ct)).TryGet(out var import, out var refusal))
        {
            return refusal;
        }

        try
        {
            var started = await db.Write<Result<long>>(async () =>
            {
                await db.Alone($"key:{db.Actor.UserId}:{key}", ct);
                if (await Kept(key, ct) is not null)
                {
                    return new Refusal.Conflict(""); // The same request beside us was first.
                }

                if (!(await start.Run(import.Id, wish.Choice, claimed: false, ct)).TryGet(out _, out var refused))
                {
                    return refused;
                }

                db.Add(new IdempotencyKey { UserId = db.Actor.UserId, Key = key, RequestHash = hash, Status = StatusCodes.Status202Accepted, Body = JsonSerializer.Serialize(new Accepted(import.Id), JsonSerializerOptions.Web), CreatedAt = db.UtcNow });
                await db.SaveChangesAsync(ct);
                return import.Id;
            }, ct);
            if (started.TryGet(out _, out refusal))
            {
                return started;
            }
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505", TableName: "remembered_mappings" })
        {
            refusal = new Refusal.Conflict("");
        }

        await upload.Discard(import, ct);
        return refusal is Refusal.Conflict { Code: "" } ? await Once(key, wish, file, ct) : refusal;
    }

    private Task<IdempotencyKey?> Kept(string key, CancellationToken ct) =>
        db.Set<IdempotencyKey>().AsNoTracking().SingleOrDefaultAsync(k => k.UserId == db.Actor.UserId && k.Key == key, ct);

    private static async Task<string> Hash(Wish wish, IFormFile file, CancellationToken ct)
    {
        await using var content = file.OpenReadStream();
        var bytes = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{wish.Kind}\n{wish.MappingJson}\n{wish.CreateCustomers}\n{wish.Encoding}\n{wish.Source}\n{wish.Mode}\n{file.FileName}\n{bytes}")));
    }
}
