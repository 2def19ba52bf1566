using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Organization;

/// <summary>The roles and what each allows. A change holds from everybody's next request on.</summary>
internal sealed class EditRoles(CrmDb db)
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 30;

    public sealed record Item(long Id, string Name, IReadOnlyList<string> Permissions, int Accounts, DateTime? FactorSince = null, string? Fields = null, string? Stamp = null)
    {
        /// <summary>A role that the product brings keeps its name and stays.</summary>
        public bool BuiltIn => Permission.DefaultRoles.ContainsKey(Name);

        public string Label => LabelOf(Name);
    }

    public sealed class Input
    {
        public string? Name { get; set; }
        public List<string> Permissions { get; set; } = [];

        /// <summary>Field → right, both by their codes; null leaves them as they are.</summary>
        public Dictionary<string, string>? Fields { get; set; }

        /// <summary>The role's stamp when the form was shown; null where that does not matter.</summary>
        public string? Stamp { get; set; }
    }

    /// <summary>The name people read: of a built-in role in their language.</summary>
    public static string LabelOf(string? name) => name is null ? "" : Texts.Find($"role.{name}") ?? name;

    public async Task<IReadOnlyList<Item>> List(CancellationToken ct)
    {
        var roles = await db.Set<Role>().AsNoTracking().OrderBy(r => r.Id).Select(r => new { r.Id, r.Name, r.FactorSince, r.Fields, r.ConcurrencyStamp, Accounts = db.Set<IdentityUserRole<long>>().Count(u => u.RoleId == r.Id) }).ToListAsync(ct);
        var permissions = (await db.Set<RolePermission>().AsNoTracking().ToListAsync(ct)).ToLookup(p => p.RoleId, p => p.Permission);
        return [.. roles.Select(r => new Item(r.Id, r.Name ?? "", [.. Permission.Grantable.Intersect(permissions[r.Id])], r.Accounts, r.FactorSince, r.Fields, r.ConcurrencyStamp))];
    }

    /// <summary>Creates a role where <paramref name="id"/> is null, else changes it.</summary>
    public async Task<Result<Role>> Save(long? id, Input input, CancellationToken ct) => await db.Write<Result<Role>>(async () =>
    {
        if (await Refused(id, ct) is { } refused)
        {
            return refused;
        }

        var role = id is null ? new Role() : await db.Set<Role>().SingleOrDefaultAsync(r => r.Id == id, ct);
        if (role is null)
        {
            return new Refusal.NotFound();
        }

        if (id is not null && input.Stamp is not null && role.ConcurrencyStamp != input.Stamp)
        {
            return new Refusal.Stale();
        }

        var builtIn = id is not null && Permission.DefaultRoles.ContainsKey(role.Name ?? "");
        var name = builtIn ? role.Name : PlainText.Trimmed(input.Name);
        var wanted = Permission.Grantable.Intersect(input.Permissions).ToList();
        var errors = await Check(id, name, wanted, input.Permissions, ct);
        var rules = input.Fields is null ? role.Fields : Rules(input.Fields, errors);
        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        var had = id is null ? [] : await db.Set<RolePermission>().Where(p => p.RoleId == id).ToListAsync(ct);
        if (had.Any(p => p.Permission == Permission.System) && !wanted.Contains(Permission.System) && await IsOnlyRoleWithSystem(role.Id, ct))
        {
            return new Refusal.Conflict("accounts.last_system");
        }

        var before = (role.Name, role.Fields, Permissions: string.Join(", ", Permission.Grantable.Intersect(had.Select(p => p.Permission))));
        (role.Name, role.NormalizedName, role.Fields, role.ConcurrencyStamp) = (name, name!.ToUpperInvariant(), rules, Guid.NewGuid().ToString());
        if (id is null)
        {
            db.Add(role);
            await db.SaveChangesAsync(ct);
        }

        db.RemoveRange(had.Where(p => !wanted.Contains(p.Permission)));
        db.AddRange(wanted.Except(had.Select(p => p.Permission)).Select(p => new RolePermission { RoleId = role.Id, Permission = p }));
        Tell(id is null ? "created" : "updated", role.Id, new() { ["Name"] = [before.Name, role.Name], ["Permissions"] = [before.Permissions, string.Join(", ", wanted)], ["FieldRights"] = [Said(before.Fields), Said(role.Fields)] });
        await db.SaveChangesAsync(ct);
        return role;
    }, ct);

    /// <summary>Removes a role that nobody has.</summary>
    public async Task<Result<Role>> Delete(long id, CancellationToken ct) => await db.Write<Result<Role>>(async () =>
    {
        if (await Refused(id, ct) is { } refused)
        {
            return refused;
        }

        if (await db.Set<Role>().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } role)
        {
            return new Refusal.NotFound();
        }

        if (Permission.DefaultRoles.ContainsKey(role.Name ?? ""))
        {
            return new Refusal.Conflict("roles.built_in_stays");
        }

        if (await db.Set<IdentityUserRole<long>>().AnyAsync(r => r.RoleId == id, ct))
        {
            return new Refusal.Conflict("roles.in_use");
        }

        if (await db.Set<ClaimMapping>().AnyAsync(m => m.RoleId == id, ct))
        {
            return new Refusal.Conflict("roles.mapped");
        }

        db.RemoveRange(await db.Set<RolePermission>().Where(p => p.RoleId == id).ToListAsync(ct));
        db.Remove(role);
        Tell("deleted", id, new() { ["Name"] = [role.Name, null] });
        await db.SaveChangesAsync(ct);
        return role;
    }, ct);

    /// <summary>Has the people of a role need a second factor, or no longer. The own role may be made stricter, never less so.</summary>
    public async Task<Result<Role>> NeedFactor(long id, bool needed, CancellationToken ct) => await db.Write<Result<Role>>(async () =>
    {
        if (await Refused(id, ct) is { } refused && (!needed || refused.Code != "roles.own"))
        {
            return refused;
        }

        if (await db.Set<Role>().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } role)
        {
            return new Refusal.NotFound();
        }

        if (role.FactorSince is not null != needed)
        {
            var before = role.FactorSince;
            (role.FactorSince, role.ConcurrencyStamp) = (needed ? db.UtcNow : null, Guid.NewGuid().ToString());
            Tell("updated", id, new() { ["FactorSince"] = [before, role.FactorSince] });
            await db.SaveChangesAsync(ct);
        }

        return role;
    }, ct);

    /// <summary>What is kept of fields, as the trail says it: the names of fields and rights are codes there, as permissions are.</summary>
    private static string? Said(string? rules) => rules?.Replace(";", ", ", StringComparison.Ordinal).Replace("=", ": ", StringComparison.Ordinal);

    private static string? Rules(Dictionary<string, string> asked, List<FieldError> errors)
    {
        var rules = new Dictionary<RuledField, FieldRight>();
        foreach (var (key, right) in asked)
        {
            if (RuledField.All.FirstOrDefault(f => f.Key == key) is { } field && Enum.TryParse<FieldRight>(right, ignoreCase: true, out var known) && field.Rights.Contains(known))
            {
                rules[field] = known;
            }
            else
            {
                errors.Add(new(nameof(Input.Fields), "roles.field_unknown", key, right));
            }
        }

        return FieldRights.Write(rules);
    }

    private void Tell(string action, long id, Dictionary<string, object?[]> changes) =>
        db.Add(new AuditEntry(db.Actor, db.UtcNow, action, nameof(Role), id, null, JsonSerializer.Serialize(changes.Where(c => !Equals(c.Value[0], c.Value[1])).ToDictionary())));

    /// <summary>Roles are the whole group's, and nobody widens the one he has.</summary>
    private async Task<Refusal?> Refused(long? id, CancellationToken ct) =>
        !db.Actor.May(Permission.Security) || db.Scope.Width != ScopeWidth.All ? new Refusal.Forbidden("roles.group_only")
        : id is not null && await db.Set<IdentityUserRole<long>>().AnyAsync(r => r.RoleId == id && r.UserId == db.Actor.UserId, ct) ? new Refusal.Forbidden("roles.own")
        : null;

    private async Task<List<FieldError>> Check(long? id, string? name, List<string> wanted, List<string> asked, CancellationToken ct)
    {
        var (normal, errors) = (name?.ToUpperInvariant(), new List<FieldError>());
        if (name is null || name.Length > NameLength || !PlainText.IsStorable(name) || name.Any(char.IsControl))
        {
            errors.Add(new(nameof(Input.Name), "roles.name_needed", NameLength));
        }
        else if (await db.Set<Role>().AnyAsync(r => r.NormalizedName == normal && r.Id != id, ct) || (id is null && Permission.DefaultRoles.Keys.Any(k => LabelOf(k) == name)))
        {
            errors.Add(new(nameof(Input.Name), "roles.name_taken"));
        }

        if (wanted.Intersect(Permission.Offices).Count() > 1)
        {
            errors.Add(new(nameof(Input.Permissions), "roles.offices_apart"));
        }

        if (Permission.Mixes(wanted))
        {
            errors.Add(new(nameof(Input.Permissions), "roles.office_sees", string.Join(Texts.Get("roles.comma"), wanted.Intersect(Permission.Business).Select(p => Texts.Get($"permission.{p}")))));
        }

        if (asked.Except(Permission.Grantable).Any())
        {
            errors.Add(new(nameof(Input.Permissions), "roles.permission_unknown"));
        }

        return errors;
    }

    private async Task<bool> IsOnlyRoleWithSystem(long roleId, CancellationToken ct)
    {
        var holders = await (
            from r in db.Set<IdentityUserRole<long>>()
            join u in db.Set<User>() on r.UserId equals u.Id
            join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId
            where p.Permission == Permission.System && !u.Disabled
            select r.RoleId).Distinct().ToListAsync(ct);
        return holders is [var only] && only == roleId;
    }
}
