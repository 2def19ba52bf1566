using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>The actor's tokens: another system acts with one in the actor's name, never with more than the actor may at that moment.</summary>
internal sealed class ApiTokens(CrmDb db)
{
    /// <summary>Living tokens one person may have.</summary>
    public const int Most = 20;

    /// <summary>Longest name.</summary>
    public const int NameLength = 60;

    /// <summary>How many days a token may live; on the command line for ever too.</summary>
    public static readonly int[] Lives = [30, 90, 180, 365];

    public sealed class Input
    {
        public string? Name { get; set; }

        /// <summary>read, or read,write.</summary>
        public string Scopes { get; set; } = "read";

        /// <summary>One of <see cref="Lives"/>.</summary>
        public int Days { get; set; } = 90;
    }

    /// <summary>The living ones and those that ran out, newest first.</summary>
    public async Task<IReadOnlyList<ApiToken>> List(CancellationToken ct) =>
        await db.Set<ApiToken>().AsNoTracking().Where(t => t.UserId == db.Actor.UserId && t.RevokedAt == null).OrderByDescending(t => t.Id).ToListAsync(ct);

    /// <summary>Makes one; its secret is in the answer and nowhere else.</summary>
    /// <remarks>A name is used once at a time, so a form sent twice makes one token.</remarks>
    public async Task<Result<string>> Create(Input input, CancellationToken ct) => await db.Write<Result<string>>(async () =>
    {
        var name = PlainText.Trimmed(input.Name);
        var errors = new List<FieldError>();
        if (name is null || name.Length > NameLength || !PlainText.IsStorable(name))
        {
            errors.Add(new(nameof(Input.Name), "account.token_name_needed", NameLength));
        }

        if (input.Scopes is not ("read" or "read,write"))
        {
            errors.Add(new(nameof(Input.Scopes), "account.token_scopes_unknown"));
        }

        if (!Lives.Contains(input.Days))
        {
            errors.Add(new(nameof(Input.Days), "account.token_days_unknown"));
        }

        var living = await db.Set<ApiToken>().Where(t => t.UserId == db.Actor.UserId && t.RevokedAt == null).Select(t => t.Name).ToListAsync(ct);
        if (name is not null && living.Contains(name))
        {
            errors.Add(new(nameof(Input.Name), "account.token_name_taken"));
        }

        if (living.Count >= Most)
        {
            errors.Add(new(nameof(Input.Name), "account.token_too_many", Most));
        }

        return errors.Count > 0 ? new Refusal.InvalidMany(errors) : await Make(db, db.Actor.UserId, name!, input.Scopes, db.UtcNow.AddDays(input.Days), ct);
    }, ct);

    /// <summary>Makes a token for somebody and gives its secret.</summary>
    public static async Task<string> Make(CrmDb db, long userId, string name, string scopes, DateTime? expiresAt, CancellationToken ct) => await db.Write(async () =>
    {
        var secret = "rc_" + Sessions.NewSecret();
        var token = new ApiToken { Hash = Sessions.Hash(secret), UserId = userId, Name = name, Scopes = scopes, CreatedAt = db.UtcNow, ExpiresAt = expiresAt };
        db.Add(token);
        await db.SaveChangesAsync(ct);
        db.Add(new AuditEntry(db.Actor, db.UtcNow, "token_created", nameof(ApiToken), token.Id, null, JsonSerializer.Serialize(new Dictionary<string, object?[]>
        {
            ["Name"] = [null, name], ["UserId"] = [null, userId], ["Scopes"] = [null, scopes], ["ExpiresAt"] = [null, expiresAt],
        })));
        await db.SaveChangesAsync(ct);
        return secret;
    }, ct);

    /// <summary>Takes one back; it is dead at its next request.</summary>
    public async Task<Result<ApiToken>> Revoke(long id, CancellationToken ct) => await db.Write<Result<ApiToken>>(async () =>
    {
        var token = await db.Set<ApiToken>().SingleOrDefaultAsync(t => t.Id == id && t.UserId == db.Actor.UserId && t.RevokedAt == null, ct);
        if (token is null)
        {
            return new Refusal.NotFound();
        }

        token.RevokedAt = db.UtcNow;
        db.Add(new AuditEntry(db.Actor, db.UtcNow, "token_revoked", nameof(ApiToken), token.Id, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Name"] = [token.Name, null] })));
        await db.SaveChangesAsync(ct);
        return token;
    }, ct);
}
