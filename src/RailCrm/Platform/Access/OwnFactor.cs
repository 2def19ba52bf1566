using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>The second factor of accounts: an authenticator app, and codes for when it is lost.</summary>
public sealed class OwnFactor(CrmDb db, UserManager<User> users, Allowance allowance, IDataProtectionProvider protection)
{
    /// <summary>Recovery codes one has.</summary>
    public const int Codes = 10;

    /// <summary>Wrong passwords and codes on the own page in a quarter of an hour; the password page counts with it.</summary>
    private static readonly TimeSpan WaitsFor = TimeSpan.FromMinutes(15);

    private const int Tries = 5;

    private const int CodeLength = 16;

    private readonly IDataProtector _protector = protection.CreateProtector("railcrm.second-factor");

    /// <summary>What is typed on the own page.</summary>
    public sealed class Input
    {
        /// <summary>The present password.</summary>
        public string? Password { get; set; }

        /// <summary>The app's code.</summary>
        public string? Code { get; set; }
    }

    /// <summary>How it stands with the actor.</summary>
    /// <param name="Since">When the app was proven; null where there is none.</param>
    /// <param name="CodesLeft">Recovery codes not yet used.</param>
    /// <param name="Needed">Whether the role needs it.</param>
    /// <param name="Password">Whether the account has a password to be asked for.</param>
    public sealed record State(DateTime? Since, int CodesLeft, bool Needed, bool Password);

    /// <summary>How it stands with the actor.</summary>
    public async Task<State> Look(CancellationToken ct)
    {
        var me = db.Actor.UserId;
        return new(
            await db.Set<SecondFactor>().Where(f => f.UserId == me).Select(f => f.ConfirmedAt).SingleOrDefaultAsync(ct),
            await db.Set<RecoveryCode>().CountAsync(c => c.UserId == me && c.UsedAt == null, ct),
            await IsNeeded(me, ct),
            await db.Set<User>().AnyAsync(u => u.Id == me && u.PasswordHash != null, ct));
    }

    /// <summary>Whether an account has a second factor: the app, or a passkey.</summary>
    public static Task<bool> Has(CrmDb db, long userId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<User>().AnyAsync(u => u.Id == userId && (db.Set<SecondFactor>().Any(f => f.UserId == userId && f.ConfirmedAt != null) || db.Set<Passkey>().Any(p => p.UserId == userId)), ct);
    }

    private Task<bool> HasApp(long userId, CancellationToken ct) => db.Set<SecondFactor>().AnyAsync(f => f.UserId == userId && f.ConfirmedAt != null, ct);

    /// <summary>Whether the role needs one.</summary>
    internal Task<bool> IsNeeded(long userId, CancellationToken ct) => NeededBy(userId).AnyAsync(ct);

    /// <summary>Makes the secret that the app is to have; one that waits to be proven stays.</summary>
    public async Task<Result<bool>> Begin(CancellationToken ct) => await db.Write<Result<bool>>(async () =>
    {
        var me = db.Actor.UserId;
        await db.Alone($"factor:{me}", ct);
        if (await HasApp(me, ct))
        {
            return new Refusal.Conflict("factor.there_already");
        }

        if (await Waiting(ct) is null)
        {
            await db.Set<SecondFactor>().Where(f => f.UserId == me).ExecuteDeleteAsync(ct);
            db.Add(new SecondFactor { UserId = me, Secret = Convert.ToBase64String(_protector.Protect([.. BitConverter.GetBytes(db.UtcNow.Ticks), .. RandomNumberGenerator.GetBytes(Totp.SecretLength)])) });
            await db.SaveChangesAsync(ct);
        }

        return true;
    }, ct);

    /// <summary>The secret that waits to be proven; null where there is none, and where the app is proven, since nobody sees it again.</summary>
    public async Task<byte[]?> Waiting(CancellationToken ct)
    {
        var me = db.Actor.UserId;
        return await db.Set<SecondFactor>().Where(f => f.UserId == me && f.ConfirmedAt == null).Select(f => f.Secret).SingleOrDefaultAsync(ct) is { } secret && !IsOld(secret) ? Open(secret) : null;
    }

    /// <summary>A secret that waits too long is made anew: else whoever saw it on an unlocked screen would have it too.</summary>
    private bool IsOld(string secret)
    {
        try
        {
            return db.UtcNow - new DateTime(BitConverter.ToInt64(_protector.Unprotect(Convert.FromBase64String(secret))), DateTimeKind.Utc) > WaitsFor;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }

    /// <summary>Proves that the app has the secret: from now on it is asked for at sign-in. Other sessions end. Gives the recovery codes, which nobody sees again.</summary>
    public Task<Result<List<string>>> Confirm(Input input, string? session, CancellationToken ct) => Proven<List<string>>(input?.Password, session, async user =>
    {
        var factor = await db.Set<SecondFactor>().SingleOrDefaultAsync(f => f.UserId == user.Id && f.ConfirmedAt == null, ct);
        if (factor is null)
        {
            return new Refusal.Conflict("factor.there_already");
        }

        if (IsOld(factor.Secret))
        {
            return new Refusal.Conflict("factor.waited_long");
        }

        if (Open(factor.Secret) is not { } secret || Totp.Match(secret, Plain(input!.Code), db.UtcNow) is not { } step)
        {
            allowance.Take(Key(user.Id), Tries, SignIn.TriesWindow);
            return new Refusal.Invalid("factor.code_wrong", nameof(Input.Code));
        }

        (factor.ConfirmedAt, factor.LastStep) = (db.UtcNow, step);
        await EndOthers(user, session, ct);
        db.Add(new AuditEntry(db.Actor, db.UtcNow, "factor_enrolled", nameof(User), user.Id));
        return await NewCodes(user.Id, ct);
    }, ct);

    /// <summary>New recovery codes in place of the old ones.</summary>
    public Task<Result<List<string>>> Renew(Input input, string? session, CancellationToken ct) => Proven<List<string>>(input?.Password, session, async user =>
    {
        if (!await Has(db, user.Id, ct))
        {
            return new Refusal.NotFound();
        }

        db.Add(new AuditEntry(db.Actor, db.UtcNow, "recovery_codes_made", nameof(User), user.Id));
        return await NewCodes(user.Id, ct);
    }, ct);

    /// <summary>Does without the app again, where a passkey is left or the role allows; other sessions end.</summary>
    public Task<Result<List<string>>> Remove(Input input, string? session, CancellationToken ct) => Proven<List<string>>(input?.Password, session, async user =>
    {
        var left = await db.Set<Passkey>().AnyAsync(p => p.UserId == user.Id, ct);
        if (!left && await IsNeeded(user.Id, ct))
        {
            return new Refusal.Conflict("factor.needed_by_role");
        }

        await db.Set<SecondFactor>().Where(f => f.UserId == user.Id).ExecuteDeleteAsync(ct);
        if (!left)
        {
            await Forget(db, user.Id, ct);
        }

        await EndOthers(user, session, ct);
        db.Add(new AuditEntry(db.Actor, db.UtcNow, "factor_removed", nameof(User), user.Id));
        return new List<string>();
    }, ct);

    /// <summary>Takes app, passkeys and codes of an account away; within the transaction of whoever says why.</summary>
    public static async Task Forget(CrmDb db, long userId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        await db.Set<SecondFactor>().Where(f => f.UserId == userId).ExecuteDeleteAsync(ct);
        await db.Set<Passkey>().Where(p => p.UserId == userId).ExecuteDeleteAsync(ct);
        await db.Set<RecoveryCode>().Where(c => c.UserId == userId).ExecuteDeleteAsync(ct);
    }

    /// <summary>Whether this is the app's code or a recovery code of the account: <c>totp</c> or <c>recovery</c>, null where it is neither. Each is taken once, whoever asks at the same moment.</summary>
    public async Task<string?> Take(long userId, string? typed, CancellationToken ct)
    {
        var code = Plain(typed);
        var factor = await db.Set<SecondFactor>().AsNoTracking().SingleOrDefaultAsync(f => f.UserId == userId && f.ConfirmedAt != null, ct);
        if (factor is not null && Open(factor.Secret) is { } secret && Totp.Match(secret, code, db.UtcNow) is { } step)
        {
            return await db.Write(() => db.Set<SecondFactor>().Where(f => f.UserId == userId && f.LastStep < step).ExecuteUpdateAsync(s => s.SetProperty(f => f.LastStep, step), ct), ct) == 1 ? "totp" : null;
        }

        var (hash, now) = (Sessions.Hash(code), db.UtcNow);
        return code.Length == CodeLength && await db.Write(() => db.Set<RecoveryCode>().Where(c => c.UserId == userId && c.Hash == hash && c.UsedAt == null).ExecuteUpdateAsync(s => s.SetProperty(c => c.UsedAt, now), ct), ct) == 1 ? "recovery" : null;
    }

    private static string Key(long userId) => $"password:{userId}";

    /// <summary>Without the spaces and dashes that make it easier to read; wide letters and figures as narrow ones.</summary>
    private static string Plain(string? typed) => new([.. (typed ?? "").Select(c => c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c).Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant).Take(CodeLength + 1)]);

    private byte[]? Open(string secret)
    {
        try
        {
            return _protector.Unprotect(Convert.FromBase64String(secret))[sizeof(long)..];
        }
        catch (CryptographicException)
        {
            return null; // The key it was made with is gone: an administrator resets it, or a recovery code serves.
        }
    }

    private IQueryable<long> NeededBy(long userId) =>
        from r in db.Set<IdentityUserRole<long>>()
        join role in db.Set<Role>() on r.RoleId equals role.Id
        where r.UserId == userId && role.FactorSince != null
        select role.Id;

    /// <summary>Recovery codes in place of those before; not saved yet.</summary>
    internal async Task<List<string>> NewCodes(long userId, CancellationToken ct)
    {
        await db.Set<RecoveryCode>().Where(c => c.UserId == userId).ExecuteDeleteAsync(ct);
        List<string> codes = [.. Enumerable.Range(0, Codes).Select(_ => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", CodeLength))];
        db.AddRange(codes.Select(c => new RecoveryCode { UserId = userId, Hash = Sessions.Hash(c) }));
        return [.. codes.Select(c => string.Join('-', c.Chunk(4).Select(p => new string(p))))];
    }

    /// <summary>Ends all sessions of the account but one.</summary>
    internal async Task EndOthers(User user, string? session, CancellationToken ct)
    {
        user.SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
        await db.Set<Session>().Where(s => s.UserId == user.Id && s.Hash != session).ExecuteDeleteAsync(ct);
        await db.Set<Session>().Where(s => s.UserId == user.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.SecurityStamp, user.SecurityStamp), ct);
    }

    /// <summary>Does something for whoever proves again who he is: a session left open must not be a way to lock its owner out.</summary>
    /// <remarks>By the password; an account that has none, because a provider of identities speaks for it, signs in anew.</remarks>
    internal async Task<Result<T>> Proven<T>(string? password, string? session, Func<User, Task<Result<T>>> act, CancellationToken ct)
        where T : notnull
    {
        var me = db.Actor.UserId;
        return await db.Write<Result<T>>(async () =>
        {
            await db.Alone($"factor:{me}", ct);
            if (allowance.IsSpent(Key(me), Tries))
            {
                return new Refusal.Conflict("account.too_many_tries");
            }

            if (await db.Set<User>().SingleOrDefaultAsync(u => u.Id == me, ct) is not { } user)
            {
                return new Refusal.NotFound();
            }

            var since = db.UtcNow - WaitsFor;
            if (user.PasswordHash is null)
            {
                if (!await db.Set<Session>().AnyAsync(s => s.Hash == session && s.UserId == me && s.CreatedAt > since, ct))
                {
                    return new Refusal.Conflict("account.sign_in_anew");
                }
            }
            else if (!await users.CheckPasswordAsync(user, password ?? ""))
            {
                allowance.Take(Key(me), Tries, SignIn.TriesWindow);
                return new Refusal.Invalid("account.password_current_wrong", nameof(Input.Password));
            }

            var done = await act(user);
            await db.SaveChangesAsync(ct);
            return done;
        }, ct);
    }
}
