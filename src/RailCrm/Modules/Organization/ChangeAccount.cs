using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Organization;

/// <summary>Creates accounts and changes them: unit, role, password, whether they may sign in. The rules of who may are in docs/decisions/0005.</summary>
public sealed class ChangeAccount(CrmDb db, UserManager<User> users, IEnumerable<IHandsOver> hands)
{
    private const int PasswordLength = 16;

    /// <summary>What a new account needs; its role comes from the security administrator.</summary>
    public sealed class Input
    {
        /// <summary>Sign-in name; Chinese names are usual.</summary>
        public string? UserName { get; set; }

        /// <summary>The name people read.</summary>
        public string? DisplayName { get; set; }

        /// <summary>Where the account works, and so what it sees.</summary>
        public long? UnitId { get; set; }
    }

    /// <summary>An account with a password made for it, shown once.</summary>
    public sealed record Made(long Id, string UserName, string Password);

    private Actor Actor => db.Actor;

    /// <summary>The account, where its unit lies in the scope.</summary>
    public async Task<User?> Find(long id, CancellationToken ct)
    {
        var units = PathRange.Of(db.Scope).Of(db);
        return await db.Set<User>().SingleOrDefaultAsync(u => u.Id == id && units.Any(x => x.Id == u.UnitId), ct);
    }

    /// <summary>The account of that sign-in name, where its unit lies in the scope.</summary>
    public async Task<User?> Named(string name, CancellationToken ct)
    {
        var (normal, units) = (users.NormalizeName(name), PathRange.Of(db.Scope).Of(db));
        return await db.Set<User>().SingleOrDefaultAsync(u => u.NormalizedUserName == normal && units.Any(x => x.Id == u.UnitId), ct);
    }

    /// <summary>Makes an account without a role: it may sign in and change its password, nothing else.</summary>
    public async Task<Result<Made>> Create(Input input, CancellationToken ct) => await db.Write<Result<Made>>(async () =>
    {
        ArgumentNullException.ThrowIfNull(input);
        var (name, errors) = (PlainText.Trimmed(input.UserName), new List<FieldError>());
        if (name is null || name.Length > 50 || !PlainText.IsStorable(name) || name.Any(char.IsControl))
        {
            errors.Add(new(nameof(Input.UserName), "accounts.user_name_needed", 50));
        }

        errors.AddRange(await CheckPlace(input.DisplayName, input.UnitId, null, ct));
        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        var password = NewPassword();
        var user = new User { UserName = name, DisplayName = input.DisplayName!.Trim(), UnitId = input.UnitId!.Value, MustChangePassword = true };
        var result = await users.CreateAsync(user, password);
        return result.Succeeded ? new Made(user.Id, name!, password) : new Refusal.InvalidMany([.. result.Errors.Select(e => IdentityErrors.Field(e, nameof(Input.UserName), nameof(Input.UserName)))]);
    }, ct);

    /// <summary>Another name shown, another unit. What the account sees follows at its next request.</summary>
    public Task<Result<User>> Edit(long id, string? displayName, long unitId, CancellationToken ct) => Change(id, Permission.System, async user =>
    {
        if (await CheckPlace(displayName, unitId, user.UnitId, ct) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        // In another unit none of it would fit any more.
        if (unitId != user.UnitId && await Hanging(user.Id, ct) is { Count: > 0 } hangs)
        {
            return new Refusal.InvalidMany([new(nameof(Input.UnitId), "accounts.hangs_moves", Said(hangs))]);
        }

        (user.DisplayName, user.UnitId) = (displayName!.Trim(), unitId);
        return null;
    }, ct);

    /// <summary>Ends the account: its sessions at once, its tokens while it is disabled.</summary>
    public Task<Result<User>> Disable(long id, CancellationToken ct) => Change(id, Permission.System, async user =>
    {
        if (user.Id == Actor.UserId)
        {
            return new Refusal.Forbidden("accounts.not_yourself");
        }

        if (await LastOffice(user.Id, [], ct) is { } last)
        {
            return last;
        }

        if (await Hanging(user.Id, ct) is { Count: > 0 } hangs)
        {
            return new Refusal.InvalidMany([new(nameof(User.Disabled), "accounts.hangs_on", Said(hangs))]);
        }

        user.Disabled = true;
        await EndSessions(user, ct);
        return null;
    }, ct);

    private static string Said(IEnumerable<(string TextKey, int Count)> hangs) => string.Join(Texts.Get("customer.list_comma"), hangs.Select(h => $"{Texts.Get(h.TextKey)} {h.Count}"));

    /// <summary>What must go to others before an account can end; nothing where it can.</summary>
    public async Task<IReadOnlyList<(string TextKey, int Count)>> Hanging(long userId, CancellationToken ct)
    {
        var found = new List<(string, int)>();
        foreach (var hand in hands.Where(h => h.HoldsAccount))
        {
            found.Add((hand.TextKey, await hand.Count(db, userId, ct)));
        }

        return found.FindAll(h => h.Item2 > 0);
    }

    /// <summary>Lets the account sign in again.</summary>
    public Task<Result<User>> Enable(long id, CancellationToken ct) => Change(id, Permission.System, async user =>
    {
        if (!await db.Set<OrgUnit>().AnyAsync(u => u.Id == user.UnitId && u.Active, ct))
        {
            return new Refusal.Conflict("accounts.unit_closed");
        }

        user.Disabled = false;
        return null;
    }, ct);

    /// <summary>Ends the lock that wrong passwords brought.</summary>
    public Task<Result<User>> Unlock(long id, CancellationToken ct) => Change(id, Permission.Accounts, user =>
    {
        (user.LockoutEnd, user.AccessFailedCount) = (null, 0);
        return Task.FromResult<Refusal?>(null);
    }, ct);

    /// <summary>A new password, shown once, to be changed at the next sign-in; sessions end and tokens are taken back.</summary>
    /// <remarks>Refused for whoever holds an office the actor does not: a password one sets is an account one can use.</remarks>
    public async Task<Result<Made>> ResetPassword(long id, CancellationToken ct)
    {
        var password = NewPassword();
        var result = await Change(id, Permission.Accounts, async user =>
        {
            if (user.Id == Actor.UserId)
            {
                return new Refusal.Forbidden("accounts.own_password");
            }

            if ((await Holds(user.Id, ct)).Intersect(Permission.Offices).Any(o => !Actor.May(o)))
            {
                return new Refusal.Forbidden("accounts.above_you");
            }

            if (user.ManagedBy is not null)
            {
                return new Refusal.Conflict("accounts.managed");
            }

            // Every door that somebody may have made who knew the old password.
            await db.Set<Passkey>().Where(p => p.UserId == user.Id).ExecuteDeleteAsync(ct);
            await db.Set<IdentityUserLogin<long>>().Where(l => l.UserId == user.Id).ExecuteDeleteAsync(ct);
            if (!await OwnFactor.Has(db, user.Id, ct))
            {
                await db.Set<RecoveryCode>().Where(c => c.UserId == user.Id).ExecuteDeleteAsync(ct);
            }

            user.PasswordHash = users.PasswordHasher.HashPassword(user, password);
            (user.MustChangePassword, user.LockoutEnd, user.AccessFailedCount) = (true, null, 0);
            await EndSessions(user, ct);
            await db.Set<ApiToken>().Where(t => t.UserId == user.Id && t.RevokedAt == null).ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, db.UtcNow), ct);
            db.Add(new AuditEntry(Actor, db.UtcNow, "password_reset", nameof(User), user.Id));
            return null;
        }, ct);
        return result.TryGet(out var changed, out var refusal) ? new Made(changed.Id, changed.UserName!, password) : refusal;
    }

    /// <summary>Takes app and recovery codes away from who has lost them; sessions end, and the person is told at the next sign-in.</summary>
    /// <remarks>By whoever might reset the password, for the same reason.</remarks>
    public Task<Result<User>> ResetFactor(long id, CancellationToken ct) => Change(id, Permission.Accounts, async user =>
    {
        if (user.Id == Actor.UserId)
        {
            return new Refusal.Forbidden("accounts.own_factor");
        }

        if ((await Holds(user.Id, ct)).Intersect(Permission.Offices).Any(o => !Actor.May(o)))
        {
            return new Refusal.Forbidden("accounts.factor_above_you");
        }

        if (!await OwnFactor.Has(db, user.Id, ct))
        {
            return new Refusal.Conflict("accounts.no_factor");
        }

        await OwnFactor.Forget(db, user.Id, ct);
        await EndSessions(user, ct);
        db.Add(new AuditEntry(Actor, db.UtcNow, "factor_reset", nameof(User), user.Id));
        return null;
    }, ct);

    /// <summary>Unties the account from the provider of identities, so that whoever is that person there gets in no more; sessions end, passkeys and tokens are taken back. The password of its own stays.</summary>
    /// <remarks>By whoever might reset the password. An account that the provider made has no other door: it is disabled instead.</remarks>
    public Task<Result<User>> Untie(long id, CancellationToken ct) => Change(id, Permission.Accounts, async user =>
    {
        if (user.Id == Actor.UserId)
        {
            return new Refusal.Forbidden("accounts.own_provider");
        }

        if ((await Holds(user.Id, ct)).Intersect(Permission.Offices).Any(o => !Actor.May(o)))
        {
            return new Refusal.Forbidden("accounts.factor_above_you");
        }

        if (user.ManagedBy is not null || user.PasswordHash is null)
        {
            return new Refusal.Conflict("accounts.managed");
        }

        if (await db.Set<IdentityUserLogin<long>>().Where(l => l.UserId == user.Id).ExecuteDeleteAsync(ct) == 0)
        {
            return new Refusal.Conflict("accounts.not_tied");
        }

        // The password alone stays: doors that whoever came in from there may have made close too.
        await db.Set<Passkey>().Where(p => p.UserId == user.Id).ExecuteDeleteAsync(ct);
        await db.Set<ApiToken>().Where(t => t.UserId == user.Id && t.RevokedAt == null).ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, db.UtcNow), ct);
        await EndSessions(user, ct);
        db.Add(new AuditEntry(Actor, db.UtcNow, "provider_unlinked", nameof(User), user.Id));
        return null;
    }, ct);

    /// <summary>Whether the actor gives roles: the security administrator, and while there is none, the system administrator, to appoint the first.</summary>
    public async Task<bool> MayGiveRoles(CancellationToken ct) => Actor.May(Permission.Security) || (Actor.May(Permission.System) && await IsBootstrap(ct));

    /// <summary>Gives the account one role in place of the one it had; its sessions end, so that nothing old is still on a screen.</summary>
    public Task<Result<User>> GiveRole(long id, long roleId, CancellationToken ct) => Change(id, Permission.Accounts, async user =>
    {
        var role = await db.Set<Role>().SingleOrDefaultAsync(r => r.Id == roleId, ct);
        if (role is null)
        {
            return new Refusal.Invalid("accounts.role_unknown", "RoleId");
        }

        var given = await db.Set<RolePermission>().Where(p => p.RoleId == roleId).Select(p => p.Permission).ToListAsync(ct);
        var bootstrap = !Actor.May(Permission.Security);
        if (bootstrap && (!await IsBootstrap(ct) || !given.Contains(Permission.Security)))
        {
            return new Refusal.Forbidden("accounts.roles_by_security");
        }

        if (user.Id == Actor.UserId)
        {
            return new Refusal.Forbidden("accounts.role_own");
        }

        if (Permission.Mixes(given))
        {
            return new Refusal.Forbidden("accounts.role_mixed");
        }

        // Below the group nobody hands out an office he does not hold, nor touches one who holds it.
        var held = await Holds(user.Id, ct);
        if (db.Scope.Width != ScopeWidth.All && given.Concat(held).Intersect(Permission.Offices).Any(o => !Actor.May(o)))
        {
            return new Refusal.Forbidden("accounts.role_above");
        }

        if (await LastOffice(user.Id, given, ct) is { } last)
        {
            return last;
        }

        var before = await db.Set<IdentityUserRole<long>>().Where(r => r.UserId == user.Id).ToListAsync(ct);
        var beforeIds = before.Select(b => b.RoleId).ToList();
        if (beforeIds is [var same] && same == roleId)
        {
            return null;
        }

        var names = await db.Set<Role>().Where(r => EF.Parameter(beforeIds).Contains(r.Id)).Select(r => r.Name).ToListAsync(ct);
        db.RemoveRange(before);
        db.Add(new IdentityUserRole<long> { UserId = user.Id, RoleId = roleId });
        db.Add(new AuditEntry(Actor, db.UtcNow, "role_given", nameof(User), user.Id, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Role"] = [names.Count == 0 ? null : string.Join(", ", names), role.Name] })));
        await EndSessions(user, ct);
        return null;
    }, ct);

    /// <summary>Without a system or a security administrator nobody could ever make one again, so the last of each stays.</summary>
    internal async Task<Refusal?> LastOffice(long userId, IReadOnlyCollection<string> keeps, CancellationToken ct)
    {
        await db.Alone("offices", ct); // Of two who take the last two away at once, one comes second.
        foreach (var (office, text) in new[] { (Permission.System, "accounts.last_system"), (Permission.Security, "accounts.last_security") })
        {
            if (!keeps.Contains(office) && await Holders(office).Take(2).ToListAsync(ct) is [var only] && only == userId)
            {
                return new Refusal.Conflict(text);
            }
        }

        return null;
    }

    private async Task<bool> IsBootstrap(CancellationToken ct) => !await Holders(Permission.Security).AnyAsync(ct);

    private IQueryable<long> Holders(string permission) => (
        from u in db.Set<User>()
        join r in db.Set<IdentityUserRole<long>>() on u.Id equals r.UserId
        join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId
        where p.Permission == permission && !u.Disabled
        select u.Id).Distinct();

    private Task<List<string>> Holds(long userId, CancellationToken ct) => (
        from r in db.Set<IdentityUserRole<long>>()
        join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId
        where r.UserId == userId
        select p.Permission).Distinct().ToListAsync(ct);

    private async Task<Result<User>> Change(long id, string permission, Func<User, Task<Refusal?>> change, CancellationToken ct)
    {
        if (!Actor.May(permission))
        {
            return new Refusal.Forbidden();
        }

        try
        {
            return await db.Write<Result<User>>(async () =>
            {
                if (await Find(id, ct) is not { } user)
                {
                    return new Refusal.NotFound();
                }

                if (await change(user) is { } refusal)
                {
                    return refusal;
                }

                user.ConcurrencyStamp = Guid.NewGuid().ToString();
                await db.SaveChangesAsync(ct);
                return user;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    /// <summary>Ends every session of an account.</summary>
    internal async Task EndSessions(User user, CancellationToken ct)
    {
        user.SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
        await db.Set<Session>().Where(s => s.UserId == user.Id).ExecuteDeleteAsync(ct);
    }

    private async Task<List<FieldError>> CheckPlace(string? displayName, long? unitId, long? presentUnitId, CancellationToken ct)
    {
        var (name, errors) = (PlainText.Trimmed(displayName), new List<FieldError>());
        if (name is null || name.Length > Employee.NameLength || !PlainText.IsStorable(name))
        {
            errors.Add(new(nameof(Input.DisplayName), "account.display_name_needed", Employee.NameLength));
        }

        if (unitId is null || !await PathRange.Of(db.Scope).Of(db).AnyAsync(u => u.Id == unitId && (u.Active || u.Id == presentUnitId), ct))
        {
            errors.Add(new(nameof(Input.UnitId), "employee.unit_outside"));
        }

        return errors;
    }

    /// <summary>Letters and digits that cannot be mistaken for one another: it is read out on the phone.</summary>
    private static string NewPassword() => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", PasswordLength);
}
