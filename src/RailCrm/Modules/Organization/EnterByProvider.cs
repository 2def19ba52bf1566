using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>Lets in whom the provider of identities speaks for: by the link that the person made, or with an account made on the first sign-in where the mapping gives role and unit.</summary>
/// <remarks>Known by issuer and subject alone. A mail address or a name that happens to be the same opens no account.</remarks>
internal sealed class EnterByProvider(CrmDb db, UserManager<User> users, ChangeAccount accounts, SignIn door)
{
    private const int NameLength = 50;

    /// <summary>Who somebody is to the provider.</summary>
    /// <param name="Issuer">The provider, as its tokens name it.</param>
    /// <param name="Subject">The person, as the provider numbers him.</param>
    /// <param name="UserName">What he signs in with there.</param>
    /// <param name="Name">The name people read.</param>
    /// <param name="Roles">Values of the claim that roles are read off.</param>
    /// <param name="Units">Values of the claim that the unit is read off.</param>
    /// <param name="Strong">Whether the provider asked for more than one factor.</param>
    public sealed record Identity(string Issuer, string Subject, string? UserName, string? Name, IReadOnlyList<string> Roles, IReadOnlyList<string> Units, bool Strong)
    {
        public static Identity? Of(ClaimsPrincipal? principal, OidcSettings settings) =>
            principal?.FindFirst("sub") is { Value: { Length: > 0 and <= ClaimMapping.ValueLength } subject, Issuer: { Length: > 0 and <= ClaimMapping.ValueLength } issuer } && PlainText.IsStorable(subject)
                ? new(issuer, subject, PlainText.Trimmed(principal.FindFirstValue("preferred_username")), PlainText.Trimmed(principal.FindFirstValue("name")), Values(principal, settings.RoleClaim), Values(principal, settings.UnitClaim), principal.FindAll("amr").Any(c => c.Value == "mfa"))
                : null;

        private static List<string> Values(ClaimsPrincipal principal, string claim) => [.. principal.FindAll(claim).Select(c => c.Value).Where(PlainText.IsStorable).Distinct().Take(1_000)];
    }

    /// <summary>Who comes in, and whether a factor of ours is asked for; refused where nobody does.</summary>
    public async Task<Result<SignIn.Known>> Run(Identity who, IPAddress? address, CancellationToken ct)
    {
        var found = await db.Write<Result<User>>(async () =>
        {
            await db.Alone($"oidc:{who.Issuer}:{who.Subject}", ct);
            var (role, unit) = await Meant(who, ct);
            var id = await db.Set<IdentityUserLogin<long>>().Where(l => l.LoginProvider == who.Issuer && l.ProviderKey == who.Subject).Select(l => l.UserId).SingleOrDefaultAsync(ct);
            if (await db.Set<User>().SingleOrDefaultAsync(u => u.Id == id, ct) is not { } user)
            {
                return role is { } first && unit is { } place ? await Create(who, first, place, ct) : new Refusal.Forbidden("oidc.unknown");
            }

            return user.ManagedBy == who.Issuer && !user.Disabled && await Follow(user, role, unit, ct) is { } refusal ? refusal : user;
        }, ct);
        if (!found.TryGet(out var known, out var refused))
        {
            await door.Refused(address, ct);
            return refused;
        }

        return await door.ByProvider(known.Id, who.Strong, address, ct) is { } entered ? entered : new Refusal.Forbidden("oidc.out");
    }

    /// <summary>What the claims mean here: of several that fit, the first that was said.</summary>
    private async Task<(long? Role, long? Unit)> Meant(Identity who, CancellationToken ct)
    {
        var all = await db.Set<ClaimMapping>().AsNoTracking().OrderBy(m => m.Id).ToListAsync(ct);
        var role = all.Find(m => m.Kind == EditMappings.ToRole && who.Roles.Contains(m.Value))?.RoleId;
        var units = all.Where(m => m.Kind == EditMappings.ToUnit && who.Units.Contains(m.Value)).Select(m => m.UnitId).ToList();
        var open = await db.Set<OrgUnit>().AsNoTracking().Where(u => EF.Parameter(units).Contains(u.Id) && u.Active).Select(u => u.Id).ToListAsync(ct);
        return (role, units.Find(u => u is { } id && open.Contains(id)));
    }

    private async Task<Result<User>> Create(Identity who, long role, long unit, CancellationToken ct)
    {
        var wanted = who.UserName is { Length: <= NameLength - 4 } name && PlainText.IsStorable(name) && !name.Any(char.IsControl) ? name : who.Subject[..Math.Min(who.Subject.Length, NameLength - 4)];
        var free = wanted;
        for (var n = 2; await users.FindByNameAsync(free) is not null; n++)
        {
            free = $"{wanted}-{n}"; // Another person's name, who is not this one.
        }

        var shown = who.Name is { Length: <= Employee.NameLength } said && PlainText.IsStorable(said) ? said : free;
        var user = new User { UserName = free, DisplayName = shown, UnitId = unit, ManagedBy = who.Issuer };
        if (await users.CreateAsync(user) is { Succeeded: false })
        {
            return new Refusal.Forbidden("oidc.unknown");
        }

        db.Add(new IdentityUserLogin<long> { LoginProvider = who.Issuer, ProviderKey = who.Subject, UserId = user.Id });
        await Give(user, role, [], ct);
        await db.SaveChangesAsync(ct);
        return user;
    }

    /// <summary>Has the provider's word hold for an account that it made; the last of an office stays, and so does a unit on which work hangs.</summary>
    private async Task<Refusal?> Follow(User user, long? role, long? unit, CancellationToken ct)
    {
        await db.Alone("offices", ct);
        var before = await db.Set<IdentityUserRole<long>>().Where(r => r.UserId == user.Id).ToListAsync(ct);
        user.ConcurrencyStamp = Guid.NewGuid().ToString(); // Who gives a role at this moment is told that it changed.
        if (!(before is [var one] && one.RoleId == role) && (before.Count > 0 || role is not null))
        {
            var given = await db.Set<RolePermission>().Where(p => p.RoleId == role).Select(p => p.Permission).ToListAsync(ct);
            if (await accounts.LastOffice(user.Id, given, ct) is null)
            {
                await Give(user, role, before, ct);
                await accounts.EndSessions(user, ct);
            }
        }

        if (unit is { } place && place != user.UnitId && (await accounts.Hanging(user.Id, ct)).Count == 0)
        {
            user.UnitId = place;
        }

        await db.SaveChangesAsync(ct);
        return await db.Set<IdentityUserRole<long>>().AnyAsync(r => r.UserId == user.Id, ct) ? null : new Refusal.Forbidden("oidc.no_role");
    }

    private async Task Give(User user, long? role, List<IdentityUserRole<long>> before, CancellationToken ct)
    {
        var ids = before.ConvertAll(b => b.RoleId);
        var names = await db.Set<Role>().Where(r => EF.Parameter(ids).Contains(r.Id) || r.Id == role).ToDictionaryAsync(r => r.Id, r => r.Name, ct);
        db.RemoveRange(before);
        if (role is { } id)
        {
            db.Add(new IdentityUserRole<long> { UserId = user.Id, RoleId = id });
        }

        db.Add(new AuditEntry(db.Actor, db.UtcNow, "role_given", nameof(User), user.Id, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Role"] = [ids.Count == 0 ? null : string.Join(", ", ids.Select(i => names[i])), role is { } now ? names[now] : null] })));
    }
}
