using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Options;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Http;

/// <summary>An answer kept under the key its caller gave, so that a repeated request has one effect.</summary>
public sealed class IdempotencyKey
{
    /// <summary>Whose key.</summary>
    public long UserId { get; set; }

    /// <summary>The caller's key.</summary>
    public string Key { get; set; } = "";

    /// <summary>SHA-256 of route and body: the same key for another request is refused.</summary>
    public string RequestHash { get; set; } = "";

    /// <summary>HTTP status answered.</summary>
    public int Status { get; set; }

    /// <summary>JSON answered.</summary>
    public string Body { get; set; } = "";

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<IdempotencyKey>
    {
        public void Configure(EntityTypeBuilder<IdempotencyKey> builder)
        {
            builder.ToTable("idempotency_keys");
            builder.HasKey(k => new { k.UserId, k.Key });
            builder.Property(k => k.Body).HasMaxLength(4_000_000);
        }
    }
}

/// <summary>Makes a POST with an <c>Idempotency-Key</c> happen once: key, effect, audit and answer are one transaction.</summary>
internal sealed class IdempotencyFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Request.Headers["Idempotency-Key"].ToString() is not { Length: > 0 } key)
        {
            return await next(context);
        }

        if (key.Length > 200)
        {
            return Answers.Problem(new Refusal.Invalid("common.idempotency_key_long", "Idempotency-Key"));
        }

        var db = http.RequestServices.GetRequiredService<CrmDb>();
        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var body = JsonSerializer.Serialize(context.Arguments.FirstOrDefault(a => a?.GetType().Name == "Input"), json);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(http.Request.Path + "\n" + body)));
        return await db.Write(async () =>
        {
            // Alone with the key: two at once would both find nothing, and the second would fail at whatever of the first one's is unique.
            await db.Alone($"key:{db.Actor.UserId}:{key}", http.RequestAborted);
            var known = await db.Set<IdempotencyKey>().AsNoTracking().SingleOrDefaultAsync(k => k.UserId == db.Actor.UserId && k.Key == key, http.RequestAborted);
            if (known is not null)
            {
                return known.RequestHash == hash
                    ? Results.Text(known.Body, "application/json", Encoding.UTF8, known.Status)
                    : Answers.Problem(new Refusal.Conflict("common.idempotency_key_reused"));
            }

            var answer = await next(context);
            var value = (answer as IValueHttpResult)?.Value;
            var status = (answer as IStatusCodeHttpResult)?.StatusCode ?? 200;
            if (status < 400)
            {
                db.Add(new IdempotencyKey { UserId = db.Actor.UserId, Key = key, RequestHash = hash, Status = status, Body = JsonSerializer.Serialize(value, json), CreatedAt = db.UtcNow });
                await db.SaveChangesAsync(http.RequestAborted);
            }

            return answer;
        }, http.RequestAborted);
    }
}
