using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>Ties the actor's account to who the provider of identities says he is. Only ever asked for by whoever is signed in: an address of mail proves nobody.</summary>
internal sealed class OwnProvider(CrmDb db, OidcSettings settings, OwnFactor factor, IDataProtectionProvider protection)
{
    private static readonly TimeSpan Waits = TimeSpan.FromMinutes(10);

    private readonly IDataProtector _protector = protection.CreateProtector("railcrm.oidc-link");

    /// <param name="On">Whether there is a provider.</param>
    /// <param name="Linked">Whether the account is tied to it.</param>
    /// <param name="Managed">Whether the provider made the account, and says its role and unit.</param>
    /// <param name="Password">Whether the account has a password of its own.</param>
    public sealed record State(bool On, bool Linked, bool Managed, bool Password);

    public async Task<State> Look(CancellationToken ct)
    {
        var me = db.Actor.UserId;
        var user = await db.Set<User>().AsNoTracking().Where(u => u.Id == me).Select(u => new { u.ManagedBy, Password = u.PasswordHash != null }).SingleAsync(ct);
        return new(settings.IsOn, await db.Set<IdentityUserLogin<long>>().AnyAsync(l => l.UserId == me, ct), user.ManagedBy is not null, user.Password);
    }

    /// <summary>What leads to the provider, for a while and in this session alone: else another could tie his own identity to somebody's account.</summary>
    public Task<Result<string>> Begin(string? password, string? session, CancellationToken ct) => factor.Proven<string>(password, session, user =>
        Task.FromResult<Result<string>>(_protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{user.Id}|{db.UtcNow.Ticks}|{session}"))), ct);

    /// <summary>Whether this was made by <see cref="Begin"/> for the actor and the session.</summary>
    public bool IsBegun(string? token, string? session)
    {
        try
        {
            return token is { Length: > 0 } && _protector.Unprotect(token).Split('|') is [var id, var at, var by]
                && id == db.Actor.UserId.ToString(CultureInfo.InvariantCulture) && by == session && db.UtcNow - new DateTime(long.Parse(at, CultureInfo.InvariantCulture), DateTimeKind.Utc) < Waits;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Ties them, where the session that asked is still there and nobody else's account is that person.</summary>
    public async Task<Result<User>> Link(long userId, string? session, string issuer, string subject, CancellationToken ct) => await db.Write<Result<User>>(async () =>
    {
        await db.Alone($"oidc:{issuer}:{subject}", ct);
        var user = await db.Set<User>().SingleOrDefaultAsync(u => u.Id == userId && !u.Disabled && db.Set<Session>().Any(s => s.Hash == session && s.UserId == userId && s.SecurityStamp == u.SecurityStamp), ct);
        if (user is null)
        {
            return new Refusal.Conflict("oidc.failed");
        }

        var known = await db.Set<IdentityUserLogin<long>>().AsNoTracking().SingleOrDefaultAsync(l => l.LoginProvider == issuer && l.ProviderKey == subject, ct);
        if (known is not null || await db.Set<IdentityUserLogin<long>>().AnyAsync(l => l.UserId == userId, ct))
        {
            return known?.UserId == userId ? user : new Refusal.Conflict("oidc.taken");
        }

        db.Add(new IdentityUserLogin<long> { LoginProvider = issuer, ProviderKey = subject, UserId = userId });
        db.Add(new AuditEntry(Actor.Nobody with { UserId = user.Id, Name = user.UserName ?? "" }, db.UtcNow, "provider_linked", nameof(User), user.Id));
        await db.SaveChangesAsync(ct);
        return user;
    }, ct);

    /// <summary>Unties them; an account without a password of its own could then not be entered at all, and stays tied.</summary>
    public Task<Result<User>> Unlink(string? password, string? session, CancellationToken ct) => factor.Proven<User>(password, session, async user =>
    {
        if (user.PasswordHash is null || user.ManagedBy is not null)
        {
            return new Refusal.Conflict("oidc.managed");
        }

        if (await db.Set<IdentityUserLogin<long>>().Where(l => l.UserId == user.Id).ExecuteDeleteAsync(ct) > 0)
        {
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "provider_unlinked", nameof(User), user.Id));
        }

        return user;
    }, ct);
}
