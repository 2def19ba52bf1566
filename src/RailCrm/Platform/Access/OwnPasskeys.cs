using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>The passkeys of accounts: taken in and given up by their owners, and proven at the door.</summary>
internal sealed class OwnPasskeys(CrmDb db, IPasskeyHandler<User> handler, OwnFactor factor, Allowance allowance, IDataProtectionProvider protection)
{
    /// <summary>Passkeys one may have.</summary>
    public const int Most = 20;

    /// <summary>Longest answer of a device that is looked at.</summary>
    private const int MostCharacters = 32_000;

    /// <summary>Time to touch the device.</summary>
    public static readonly TimeSpan Waits = TimeSpan.FromMinutes(5);

    private readonly IDataProtector _protector = protection.CreateProtector("railcrm.passkey");

    public sealed class Input
    {
        public long? Id { get; set; }
        public string? Name { get; set; }
        public string? Password { get; set; }

        /// <summary>The challenge, as <see cref="Offer"/> sealed it.</summary>
        public string? State { get; set; }

        /// <summary>What the device answered.</summary>
        public string? Credential { get; set; }
    }

    public sealed record Item(long Id, string Name, DateTime CreatedAt, DateTime? UsedAt, bool BackedUp);

    /// <summary>A challenge for the browser, and the same sealed, to come back with the answer.</summary>
    public sealed record Offer(JsonNode Options, string State);

    public Task<List<Item>> List(CancellationToken ct) =>
        db.Set<Passkey>().AsNoTracking().Where(p => p.UserId == db.Actor.UserId).OrderBy(p => p.Id).Select(p => new Item(p.Id, p.Name, p.CreatedAt, p.UsedAt, p.BackedUp)).ToListAsync(ct);

    /// <summary>What an account has to answer with: an app, a passkey.</summary>
    public async Task<(bool App, bool Passkey)> Of(long userId, CancellationToken ct) =>
        (await db.Set<SecondFactor>().AnyAsync(f => f.UserId == userId && f.ConfirmedAt != null, ct), await db.Set<Passkey>().AnyAsync(p => p.UserId == userId, ct));

    /// <summary>The challenge by which a new one is made, to whoever proves again who he is.</summary>
    public Task<Result<Offer>> Begin(Input input, HttpContext http, CancellationToken ct) => factor.Proven<Offer>(input.Password, Sessions.Current(http), async user =>
    {
        if (await db.Set<Passkey>().CountAsync(p => p.UserId == user.Id, ct) >= Most)
        {
            return new Refusal.InvalidMany([new("", "passkey.too_many", Most)]);
        }

        var made = await handler.MakeCreationOptionsAsync(new() { Id = user.Id.ToString(CultureInfo.InvariantCulture), Name = user.UserName ?? "", DisplayName = user.DisplayName }, http);
        return new Offer(JsonNode.Parse(made.CreationOptionsJson)!, Seal("new", user, made.AttestationState));
    }, ct);

    /// <summary>Takes a new one in; other sessions end. Gives recovery codes where there were none, which nobody sees again.</summary>
    public async Task<Result<List<string>>> Add(Input input, HttpContext http, CancellationToken ct)
    {
        var name = PlainText.Trimmed(input.Name);
        if (name is null || name.Length > Passkey.NameLength || !PlainText.IsStorable(name))
        {
            return new Refusal.InvalidMany([new(nameof(Input.Name), "passkey.name_needed", Passkey.NameLength)]);
        }

        return await db.Write<Result<List<string>>>(async () =>
        {
            var me = db.Actor.UserId;
            await db.Alone($"factor:{me}", ct);
            if (await db.Set<User>().SingleOrDefaultAsync(u => u.Id == me, ct) is not { } user || Opened("new", user, input.State) is not { } state || input.Credential is not { Length: > 0 and < MostCharacters } credential)
            {
                return new Refusal.Conflict("passkey.over");
            }

            var result = await handler.PerformAttestationAsync(new() { HttpContext = http, CredentialJson = credential, AttestationState = state });
            if (!result.Succeeded)
            {
                return new Refusal.Conflict("passkey.refused");
            }

            var (made, first) = (result.Passkey, !await OwnFactor.Has(db, me, ct));
            db.Add(new Passkey
            {
                UserId = me, Name = name, CredentialId = Base64Url.EncodeToString(made.CredentialId), PublicKey = made.PublicKey, SignCount = made.SignCount, CreatedAt = db.UtcNow,
                Transports = string.Join(',', made.Transports ?? []), BackupEligible = made.IsBackupEligible, BackedUp = made.IsBackedUp,
            });
            await factor.EndOthers(user, Sessions.Current(http), ct);
            Tell("passkey_added", [null, name]);
            var codes = first ? await factor.NewCodes(me, ct) : [];
            await db.SaveChangesAsync(ct);
            return codes;
        }, ct);
    }

    /// <summary>Another name for one of them.</summary>
    public async Task<Result<Passkey>> Rename(Input input, CancellationToken ct) => await db.Write<Result<Passkey>>(async () =>
    {
        var name = PlainText.Trimmed(input.Name);
        if (name is null || name.Length > Passkey.NameLength || !PlainText.IsStorable(name))
        {
            return new Refusal.InvalidMany([new(nameof(Input.Name), "passkey.name_needed", Passkey.NameLength)]);
        }

        if (await db.Set<Passkey>().SingleOrDefaultAsync(p => p.Id == input.Id && p.UserId == db.Actor.UserId, ct) is not { } key)
        {
            return new Refusal.NotFound();
        }

        if (key.Name != name)
        {
            Tell("passkey_renamed", [key.Name, name]);
            key.Name = name;
            await db.SaveChangesAsync(ct);
        }

        return key;
    }, ct);

    /// <summary>Does without one of them; the last stays where the role needs a second factor. Other sessions end.</summary>
    public Task<Result<Passkey>> Remove(Input input, string? session, CancellationToken ct) => factor.Proven<Passkey>(input.Password, session, async user =>
    {
        if (await db.Set<Passkey>().SingleOrDefaultAsync(p => p.Id == input.Id && p.UserId == user.Id, ct) is not { } key)
        {
            return new Refusal.NotFound();
        }

        var last = !await db.Set<Passkey>().AnyAsync(p => p.UserId == user.Id && p.Id != key.Id, ct) && !await db.Set<SecondFactor>().AnyAsync(f => f.UserId == user.Id && f.ConfirmedAt != null, ct);
        if (last && await factor.IsNeeded(user.Id, ct))
        {
            return new Refusal.Conflict("factor.needed_by_role");
        }

        db.Remove(key);
        if (last)
        {
            await db.Set<RecoveryCode>().Where(c => c.UserId == user.Id).ExecuteDeleteAsync(ct);
        }

        await factor.EndOthers(user, session, ct);
        Tell("passkey_removed", [key.Name, null]);
        return key;
    }, ct);

    /// <summary>The challenge of the door: to anybody, or as second factor to the one whose password was right.</summary>
    public async Task<Offer> AtDoor(long? userId, HttpContext http, CancellationToken ct)
    {
        var user = userId is null ? null : await db.Set<User>().SingleAsync(u => u.Id == userId, ct);
        var made = await handler.MakeRequestOptionsAsync(user, http);
        return new(JsonNode.Parse(made.RequestOptionsJson)!, Seal("door", user, made.AssertionState));
    }

    /// <summary>Whose passkey answered the challenge; null where none did. Each challenge is answered once, and a count that does not grow opens nothing.</summary>
    public async Task<User?> Take(long? userId, string? sealedState, string? credential, HttpContext http, CancellationToken ct)
    {
        var wanted = userId is null ? null : await db.Set<User>().SingleOrDefaultAsync(u => u.Id == userId, ct);
        if (Opened("door", wanted, sealedState) is not { } state || credential is not { Length: > 0 and < MostCharacters })
        {
            return null;
        }

        var result = await handler.PerformAssertionAsync(new() { HttpContext = http, CredentialJson = credential, AssertionState = state });
        if (!result.Succeeded || (userId is not null && result.User.Id != userId))
        {
            return null;
        }

        var (id, count, backedUp, now) = (Base64Url.EncodeToString(result.Passkey.CredentialId), (long)result.Passkey.SignCount, result.Passkey.IsBackedUp, db.UtcNow);
        return await db.Write(() => db.Set<Passkey>().Where(p => p.CredentialId == id && p.UserId == result.User.Id && (p.SignCount < count || (p.SignCount == 0 && count == 0)))
            .ExecuteUpdateAsync(s => s.SetProperty(p => p.SignCount, count).SetProperty(p => p.BackedUp, backedUp).SetProperty(p => p.UsedAt, now), ct), ct) == 1 ? result.User : null;
    }

    private string Seal(string purpose, User? user, string? state) =>
        _protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{purpose}|{user?.Id ?? 0}|{user?.SecurityStamp}|{db.UtcNow.Ticks}|{state}"));

    private string? Opened(string purpose, User? user, string? text)
    {
        try
        {
            return text is { Length: > 0 and < MostCharacters } && _protector.Unprotect(text).Split('|', 5) is [var what, var id, var stamp, var at, var state]
                && what == purpose && id == (user?.Id ?? 0).ToString(CultureInfo.InvariantCulture) && stamp == (user?.SecurityStamp ?? "")
                && db.UtcNow - new DateTime(long.Parse(at, CultureInfo.InvariantCulture), DateTimeKind.Utc) < Waits
                && allowance.Take($"passkey:{Sessions.Hash(text)}", 1, Waits)
                ? state
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private void Tell(string action, object?[] name) =>
        db.Add(new AuditEntry(db.Actor, db.UtcNow, action, nameof(User), db.Actor.UserId, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Name"] = name })));
}
