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
    public sealed record State(DateTime? Since, int CodesLeft, bool Needed);

    /// <summary>How it stands with the actor.</summary>
    public async Task<State> Look(CancellationToken ct)
    {
        var me = db.Actor.UserId;
        return new(
            await db.Set<SecondFactor>().Where(f => f.UserId == me).Select(f => f.ConfirmedAt).SingleOrDefaultAsync(ct),
            await db.Set<RecoveryCode>().CountAsync(c => c.UserId == me && c.UsedAt == null, ct),
            await NeededBy(me).AnyAsync(ct));
    }

    /// <summary>Whether an account has a second factor.</summary>
    public static Task<bool> Has(CrmDb db, long userId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<SecondFactor>().AnyAsync(f => f.UserId == userId && f.ConfirmedAt != null, ct);
    }

    /// <summary>Makes the secret that the app is to have; one that waits to be proven stays.</summary>
    public async Task<Result<bool>> Begin(CancellationToken ct) => await db.Write<Result<bool>>(async () =>
    {
        var me = db.Actor.UserId;
        await db.Alone($"factor:{me}", ct);
        if (await Has(db, me, ct))
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
    public Task<Result<List<string>>> Confirm(Input input, string? session, CancellationToken ct) => ByPassword(input, async user =>
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

        if (Open(factor.Secret) is not { } secret || Totp.Match(secret, Plain(input.Code), db.UtcNow) is not { } step)
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
    public Task<Result<List<string>>> Renew(Input input, CancellationToken ct) => ByPassword(input, async user =>
    {
        if (!await Has(db, user.Id, ct))
        {
            return new Refusal.NotFound();
        }

        db.Add(new AuditEntry(db.Actor, db.UtcNow, "recovery_codes_made", nameof(User), user.Id));
        return await NewCodes(user.Id, ct);
    }, ct);

    /// <summary>Does without it again, where the role allows; other sessions end.</summary>
    public Task<Result<List<string>>> Remove(Input input, string? session, CancellationToken ct) => ByPassword(input, async user =>
    {
        if (await NeededBy(user.Id).AnyAsync(ct))
        {
            return new Refusal.Conflict("factor.needed_by_role");
        }

        await Forget(db, user.Id, ct);
        await EndOthers(user, session, ct);
        db.Add(new AuditEntry(db.Actor, db.UtcNow, "factor_removed", nameof(User), user.Id));
        return new List<string>();
    }, ct);

    /// <summary>Takes app and codes of an account away; within the transaction of whoever says why.</summary>
    public static async Task Forget(CrmDb db, long userId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        await db.Set<SecondFactor>().Where(f => f.UserId == userId).ExecuteDeleteAsync(ct);
        await db.Set<RecoveryCode>().Where(c => c.UserId == userId).ExecuteDeleteAsync(ct);
    }

    /// <summary>Whether this is the app's code or a recovery code of the account: <c>totp</c> or <c>recovery</c>, null where it is neither. Each is taken once, whoever asks at the same moment.</summary>
    public async Task<string?> Take(long userId, string? typed, CancellationToken ct)
    {
        var code = Plain(typed);
        if (await db.Set<SecondFactor>().AsNoTracking().SingleOrDefaultAsync(f => f.UserId == userId && f.ConfirmedAt != null, ct) is not { } factor)
        {
            return null;
        }

        if (Open(factor.Secret) is { } secret && Totp.Match(secret, code, db.UtcNow) is { } step)
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

    private async Task<List<string>> NewCodes(long userId, CancellationToken ct)
    {
        await db.Set<RecoveryCode>().Where(c => c.UserId == userId).ExecuteDeleteAsync(ct);
        List<string> codes = [.. Enumerable.Range(0, Codes).Select(_ => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", CodeLength))];
        db.AddRange(codes.Select(c => new RecoveryCode { UserId = userId, Hash = Sessions.Hash(c) }));
        return [.. codes.Select(c => string.Join('-', c.Chunk(4).Select(p => new string(p))))];
    }

    private async Task EndOthers(User user, string? session, CancellationToken ct)
    {
        user.SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
        await db.Set<Session>().Where(s => s.UserId == user.Id && s.Hash != session).ExecuteDeleteAsync(ct);
        await db.Set<Session>().Where(s => s.UserId == user.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.SecurityStamp, user.SecurityStamp), ct);
    }

    /// <remarks>The password is asked again: a session left open must not be a way to lock its owner out.</remarks>
    private async Task<Result<List<string>>> ByPassword(Input input, Func<User, Task<Result<List<string>>>> act, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        var me = db.Actor.UserId;
        return await db.Write<Result<List<string>>>(async () =>
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

            if (!await users.CheckPasswordAsync(user, input.Password ?? ""))
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
