using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>Tells who someone is by name and password, and where the account has one, by its second factor.</summary>
/// <remarks>An unknown name, a wrong password, a locked and a disabled account answer alike: the same words, the same status, and the time of one password hash.</remarks>
internal sealed class SignIn(CrmDb db, UserManager<User> users, Allowance allowance, OwnFactor factor, OwnPasskeys passkeys, IOptions<IdentityOptions> options)
{
    /// <summary>Failures with one name from one address, before the password is no longer looked at.</summary>
    public const int TriesFromOneAddress = 10;

    /// <summary>Passkeys from one address that opened nothing, all people behind it together.</summary>
    private const int PasskeysFromOneAddress = 50;

    /// <summary>The window in which they count.</summary>
    public static readonly TimeSpan TriesWindow = TimeSpan.FromMinutes(15);

    /// <summary>Failures from one address that are written to the audit trail in a minute: a flood must not fill the disk.</summary>
    private const int RecordedPerMinute = 20;

    /// <summary>Whose name and password these are.</summary>
    /// <param name="User">The account.</param>
    /// <param name="NeedsSecond">Whether a code is asked for before anybody is signed in.</param>
    public sealed record Known(User User, bool NeedsSecond);

    /// <summary>The account, or null where this is nobody who may come in.</summary>
    /// <param name="name">What was typed as name.</param>
    /// <param name="password">What was typed as password.</param>
    /// <param name="address">The other end of the connection; a header cannot change it.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<Known?> Run(string? name, string? password, IPAddress? address, CancellationToken ct)
    {
        name = (name ?? "").Trim();
        var user = name.Length is > 0 and <= 200 && PlainText.IsStorable(name) ? await users.FindByNameAsync(name) : null;
        var key = $"sign-in:{address}:{users.NormalizeName(name)}";
        if (allowance.IsSpent(key, TriesFromOneAddress) || user is null || user.Disabled || user.ManagedBy is not null || user.LockoutEnd > db.UtcNow)
        {
            // An account that the provider of identities manages has no other door: who is taken out there is out here.
            users.PasswordHasher.HashPassword(new(), password ?? "");
            allowance.Take(key, TriesFromOneAddress, TriesWindow);
            await Record("sign_in_failed", user, address, ct);
            return null;
        }

        if (!await users.CheckPasswordAsync(user, password ?? ""))
        {
            allowance.Take(key, TriesFromOneAddress, TriesWindow);
            await CountFailure(user, address, ct);
            return null;
        }

        if (await OwnFactor.Has(db, user.Id, ct))
        {
            return new(user, true); // Nothing is forgiven yet: wrong codes count on.
        }

        await Enter(user, key, address, null, ct);
        return new(user, false);
    }

    /// <summary>The account whose password was right before, where this is its code; null where it is not, or may not come in any more.</summary>
    /// <param name="userId">The account.</param>
    /// <param name="stamp">Its security stamp when the password was right.</param>
    /// <param name="code">What was typed.</param>
    /// <param name="address">The other end of the connection.</param>
    /// <param name="ct">Gives up.</param>
    public Task<User?> Second(long userId, string stamp, string? code, IPAddress? address, CancellationToken ct) => Guess(userId, stamp, () => factor.Take(userId, code, ct), address, ct);

    /// <summary>The account whose password was right before, where one of its passkeys answered; else null.</summary>
    public Task<User?> Second(long userId, string stamp, OwnPasskeys.Input answer, HttpContext http, CancellationToken ct) =>
        Guess(userId, stamp, async () => await passkeys.Take(userId, answer.State, answer.Credential, http, ct) is null ? null : "passkey", http.Connection.RemoteIpAddress, ct);

    /// <summary>Whose passkey answered, where he may come in: it asks the person's finger or face, and so is both factors; else null.</summary>
    public async Task<User?> ByPasskey(OwnPasskeys.Input answer, HttpContext http, CancellationToken ct)
    {
        var address = http.Connection.RemoteIpAddress;
        var key = $"sign-in:{address}:passkey";
        var user = await passkeys.Take(null, answer.State, answer.Credential, http, ct); // However many came before from an address, which may be everybody's proxy: nobody guesses a signature.
        if (user is null || user.Disabled || user.ManagedBy is not null || user.LockoutEnd > db.UtcNow)
        {
            allowance.Take(key, PasskeysFromOneAddress, TriesWindow);
            await Record("sign_in_failed", user, address, ct);
            return null;
        }

        await Enter(user, key, address, "passkey", ct);
        return user;
    }

    /// <summary>Somebody for whom the provider of identities speaks; null where he may not come in. Our own second factor is asked for where the account has one and the provider asked for none.</summary>
    public async Task<Known?> ByProvider(long userId, bool strong, IPAddress? address, CancellationToken ct)
    {
        var user = await db.Set<User>().AsNoTracking().SingleAsync(u => u.Id == userId, ct);
        if (user.Disabled || user.LockoutEnd > db.UtcNow)
        {
            await Record("sign_in_failed", user, address, ct);
            return null;
        }

        if (!strong && await OwnFactor.Has(db, userId, ct))
        {
            return new(user, true);
        }

        await Enter(user, $"sign-in:{address}:{user.NormalizedUserName}", address, strong ? "provider-mfa" : "provider", ct);
        return new(user, false);
    }

    /// <summary>Somebody for whom the provider of identities speaks and who has no account that fits.</summary>
    public Task Refused(IPAddress? address, CancellationToken ct) => Record("sign_in_failed", null, address, ct);

    private Task<User?> Guess(long userId, string stamp, Func<Task<string?>> take, IPAddress? address, CancellationToken ct) => db.Write(async () =>
    {
        await db.Alone($"second:{userId}", ct); // One guess after the other: none is compared before those before it are counted.
        return await Compare(userId, stamp, take, address, ct);
    }, ct);

    private async Task<User?> Compare(long userId, string stamp, Func<Task<string?>> take, IPAddress? address, CancellationToken ct)
    {
        if (await db.Set<User>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, ct) is not { } user || user.SecurityStamp != stamp)
        {
            return null;
        }

        var key = $"sign-in:{address}:{user.NormalizedUserName}";
        if (allowance.IsSpent(key, TriesFromOneAddress) || user.Disabled || user.LockoutEnd > db.UtcNow)
        {
            allowance.Take(key, TriesFromOneAddress, TriesWindow);
            await Record("second_factor_failed", user, address, ct);
            return null;
        }

        if (await take() is not { } by)
        {
            allowance.Take(key, TriesFromOneAddress, TriesWindow);
            await CountFailure(user, address, ct, "second_factor_failed");
            return null;
        }

        await Enter(user, key, address, by, ct);
        return user;
    }

    private Task<int> Enter(User user, string key, IPAddress? address, string? by, CancellationToken ct)
    {
        allowance.Forget(key);
        return db.Write(async () =>
        {
            await db.Set<User>().Where(u => u.Id == user.Id && u.AccessFailedCount > 0).ExecuteUpdateAsync(s => s.SetProperty(u => u.AccessFailedCount, 0), ct);
            db.Add(Entry("signed_in", user, address, by));
            return await db.SaveChangesAsync(ct);
        }, ct);
    }

    /// <summary>Counts in the row itself, so that many wrong guesses at once are all counted.</summary>
    private Task<int> CountFailure(User user, IPAddress? address, CancellationToken ct, string action = "sign_in_failed") => db.Write(async () =>
    {
        await db.Set<User>().Where(u => u.Id == user.Id).ExecuteUpdateAsync(s => s.SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount + 1), ct);
        var locks = options.Value.Lockout;
        DateTimeOffset until = new(DateTime.SpecifyKind(db.UtcNow, DateTimeKind.Utc) + locks.DefaultLockoutTimeSpan);
        var locked = await db.Set<User>().Where(u => u.Id == user.Id && u.AccessFailedCount >= locks.MaxFailedAccessAttempts)
            .ExecuteUpdateAsync(s => s.SetProperty(u => u.LockoutEnd, until).SetProperty(u => u.AccessFailedCount, 0), ct);
        if (locked > 0)
        {
            db.Add(Entry("locked_out", user, address));
        }

        await Record(action, user, address, ct);
        return locked;
    }, ct);

    private async Task Record(string action, User? user, IPAddress? address, CancellationToken ct)
    {
        if (allowance.Take($"sign-in-record:{address}", RecordedPerMinute, TimeSpan.FromMinutes(1)))
        {
            db.Add(Entry(action, user, address));
        }

        await db.SaveChangesAsync(ct);
    }

    /// <remarks>A name that nobody has is not kept: it is often a password typed into the wrong field.</remarks>
    private AuditEntry Entry(string action, User? user, IPAddress? address, string? by = null) => new(
        Actor.Nobody with { UserId = user?.Id ?? 0, Name = user?.UserName ?? "" }, db.UtcNow, action, nameof(User), user?.Id ?? 0, null,
        JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Address"] = [null, address?.ToString()], ["Factor"] = [null, by] }.Where(f => f.Key != "Factor" || by is not null).ToDictionary()));
}
