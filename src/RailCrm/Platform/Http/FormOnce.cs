using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Http;

/// <summary>Makes a form that was sent twice (a double click, a reload, a bad network) happen once: the second sender is led to what the first one made.</summary>
/// <remarks>The key that <c>&lt;OnceKey /&gt;</c> renders counts together with what was filled in, so that whoever goes back and fills in something else makes something else.</remarks>
public sealed class FormOnce(CrmDb db)
{
    /// <summary>Name of the hidden field.</summary>
    public const string Field = "_once";

    /// <summary>Does the work and keeps the address it leads to, in one transaction; where the same form was done already, gives the address kept.</summary>
    /// <param name="http">The request with the form.</param>
    /// <param name="work">Does it; gives the address of what was made, or why it was refused (then nothing is kept).</param>
    public async Task<Result<string>> Run(HttpContext http, Func<Task<Result<string>>> work)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(work);
        if (Key(http.Request) is not { } key)
        {
            return await work();
        }

        return await db.Write<Result<string>>(async () =>
        {
            await db.Alone($"key:{db.Actor.UserId}:{key}", http.RequestAborted);
            if (await Kept(key, http.RequestAborted) is { } address)
            {
                return address;
            }

            var result = await work();
            if (result.TryGet(out var made, out _))
            {
                db.Add(new IdempotencyKey { UserId = db.Actor.UserId, Key = key, RequestHash = "", Status = StatusCodes.Status303SeeOther, Body = made, CreatedAt = db.UtcNow });
                await db.SaveChangesAsync(http.RequestAborted);
            }

            return result;
        }, http.RequestAborted);
    }

    private Task<string?> Kept(string key, CancellationToken ct) =>
        db.Set<IdempotencyKey>().AsNoTracking().Where(k => k.UserId == db.Actor.UserId && k.Key == key).Select(k => k.Body).SingleOrDefaultAsync(ct);

    private static string? Key(HttpRequest request)
    {
        if (!request.HasFormContentType || request.Form[Field].ToString() is not { Length: > 0 and <= 100 })
        {
            return null;
        }

        var filled = new StringBuilder(request.Path);
        foreach (var (name, values) in request.Form.Where(f => f.Key != "__RequestVerificationToken").OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            filled.Append('\n').Append(name).Append('=').AppendJoin('\t', values.ToArray());
        }

        return "form:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(filled.ToString())));
    }
}
