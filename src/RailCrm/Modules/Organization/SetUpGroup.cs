using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>Makes the group and its first administrator in an empty database.</summary>
public sealed class SetUpGroup(CrmDb db, UserManager<User> users, SetUpCode setUpCode)
{
    /// <summary>What the set-up page asks.</summary>
    public sealed class Input
    {
        /// <summary>The code printed on the console.</summary>
        [Required] public string Code { get; set; } = "";

        /// <summary>The group's name.</summary>
        [Required, StringLength(OrgUnit.NameLength)] public string GroupName { get; set; } = "";

        /// <summary>The first administrator's sign-in.</summary>
        [Required, StringLength(50)] public string UserName { get; set; } = "";

        /// <summary>At least 12 characters; a sentence is good.</summary>
        [Required, StringLength(200)] public string Password { get; set; } = "";

        /// <summary>zh-CN or en.</summary>
        public string Language { get; set; } = "zh-CN";
    }

    /// <summary>Whether there is nobody yet who could sign in.</summary>
    public async Task<bool> IsNeeded(CancellationToken ct) => !await db.Set<User>().AnyAsync(ct);

    /// <summary>Sets up; refused where the code is wrong or someone was faster.</summary>
    public async Task<Result<User>> Run(Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        return setUpCode.Matches(input.Code)
            ? await Found(input.GroupName, "GROUP", input.UserName, input.Password, input.Language, ct)
            : new Refusal.Invalid("setup.code_wrong", nameof(Input.Code));
    }

    /// <summary>Makes roles, group and administrator in one transaction. Also the command line's and the demo's way in, which need no code.</summary>
    public async Task<Result<User>> Found(string groupName, string code, string userName, string password, string? language, CancellationToken ct) =>
        await db.Write<Result<User>>(async () =>
        {
            if (!await IsNeeded(ct))
            {
                return new Refusal.Conflict("setup.done_already");
            }

            await Roles.EnsureDefaults(db, ct);
            var group = await db.Set<OrgUnit>().SingleOrDefaultAsync(u => u.ParentId == null, ct);
            if (group is null)
            {
                group = new OrgUnit(null, code, groupName.Trim());
                await OrgUnit.Add(db, group, ct);
            }

            return await CreateUser(new User { UserName = userName.Trim(), DisplayName = userName.Trim(), UnitId = group.Id, Language = language }, password, "admin", ct);
        }, ct);

    /// <summary>An account with one role; refused with every rule the name or password breaks.</summary>
    public async Task<Result<User>> CreateUser(User user, string password, string role, CancellationToken ct) =>
        await db.Write<Result<User>>(async () =>
        {
            ArgumentNullException.ThrowIfNull(user);
            user.PasswordChangedAt = db.UtcNow;
            var result = await users.CreateAsync(user, password);
            if (!result.Succeeded)
            {
                return new Refusal.InvalidMany([.. result.Errors.Select(e => IdentityErrors.Field(e, nameof(Input.UserName), nameof(Input.Password)))]);
            }

            var roleId = await db.Set<Role>().Where(r => r.Name == role).Select(r => r.Id).SingleAsync(ct);
            db.Add(new IdentityUserRole<long> { UserId = user.Id, RoleId = roleId });
            await db.SaveChangesAsync(ct);
            return user;
        }, ct);
}

/// <summary>The roles a group starts with.</summary>
public static class Roles
{
    private const string Administrator = "admin";
    private const string Data = "data";

    /// <summary>Adds the default roles that are missing, with their permissions, and gives the administrator what came with a newer version; changes nothing else of those that are there.</summary>
    public static async Task EnsureDefaults(CrmDb db, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        await db.Alone("roles:defaults", ct); // Nodes start side by side.
        await Upgrade(db, ct);
        var known = await db.Set<Role>().Select(r => r.NormalizedName).ToListAsync(ct); // A group's own "Data" keeps its name, and ours waits until it is free.
        foreach (var (name, permissions) in Permission.DefaultRoles.Where(r => !known.Contains(r.Key.ToUpperInvariant())))
        {
            var role = new Role { Name = name, NormalizedName = name.ToUpperInvariant() };
            db.Add(role);
            await db.SaveChangesAsync(ct);
            db.AddRange(permissions.Select(p => new RolePermission { RoleId = role.Id, Permission = p }));
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>Gives the built-in administrator each permission but the offices that the role never had; those that see customers only where it saw some before offices and business were kept apart, which nobody takes from it unasked. One that somebody took from it stands in the trail, and stays away; so does this gift, once it is made.</summary>
    private static async Task Upgrade(CrmDb db, CancellationToken ct)
    {
        if (await db.Set<Role>().AsNoTracking().SingleOrDefaultAsync(r => r.Name == Administrator, ct) is not { } role)
        {
            return;
        }

        var has = await db.Set<RolePermission>().Where(p => p.RoleId == role.Id).Select(p => p.Permission).ToListAsync(ct);
        var lacks = Permission.DefaultRoles[Permission.Mixes(has) ? Data : Administrator].Except(Permission.Offices).Except(has).ToList();
        if (lacks.Count == 0)
        {
            return;
        }

        var told = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(Role) && a.EntityId == role.Id).Select(a => a.Changes).ToListAsync(ct);
        var fresh = lacks.Where(p => told.TrueForAll(t => !t.Contains(p, StringComparison.Ordinal))).ToList();
        if (fresh.Count > 0)
        {
            db.AddRange(fresh.Select(p => new RolePermission { RoleId = role.Id, Permission = p }));
            var changes = new Dictionary<string, string[]> { ["Permissions"] = [Said(has), Said([.. has, .. fresh])] };
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "updated", nameof(Role), role.Id, null, JsonSerializer.Serialize(changes)));
        }

        static string Said(IReadOnlyList<string> permissions) => string.Join(", ", Permission.Grantable.Intersect(permissions));
    }
}
