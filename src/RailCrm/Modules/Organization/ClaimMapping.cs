using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>What a value of the provider's claim means here: a role, or a unit.</summary>
public sealed class ClaimMapping : IAudited
{
    /// <summary>Longest value.</summary>
    public const int ValueLength = 200;

    /// <summary>Key; of several that fit, the first made counts.</summary>
    public long Id { get; set; }

    /// <summary>role or unit.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The claim's value, such as a group's name or a department's code.</summary>
    public string Value { get; set; } = "";

    /// <summary>The role it means.</summary>
    public long? RoleId { get; set; }

    /// <summary>The unit it means.</summary>
    public long? UnitId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ClaimMapping>
    {
        public void Configure(EntityTypeBuilder<ClaimMapping> builder)
        {
            builder.ToTable("claim_mappings");
            builder.Property(m => m.Kind).HasMaxLength(10);
            builder.Property(m => m.Value).HasMaxLength(ValueLength);
            builder.HasIndex(m => new { m.Kind, m.Value }).IsUnique();
            builder.HasOne<Role>().WithMany().HasForeignKey(m => m.RoleId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(m => m.UnitId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>The security administrator of the group says what the provider's claims mean.</summary>
internal sealed class EditMappings(CrmDb db)
{
    public const string ToRole = "role";
    public const string ToUnit = "unit";

    public sealed class Input
    {
        public string? Value { get; set; }
        public long? Target { get; set; }
    }

    /// <param name="Office">Whether the role holds one of the three offices.</param>
    public sealed record Item(long Id, string Kind, string Value, string Target, bool Office);

    public async Task<IReadOnlyList<Item>> List(CancellationToken ct)
    {
        var rows = await (
            from m in db.Set<ClaimMapping>().AsNoTracking()
            from r in db.Set<Role>().Where(r => r.Id == m.RoleId).DefaultIfEmpty()
            from u in db.Set<OrgUnit>().Where(u => u.Id == m.UnitId).DefaultIfEmpty()
            orderby m.Id
            select new { m.Id, m.Kind, m.Value, Role = (string?)r!.Name, Unit = (string?)u!.Name, Office = db.Set<RolePermission>().Any(p => p.RoleId == m.RoleId && Permission.Offices.Contains(p.Permission)) }).ToListAsync(ct);
        return [.. rows.Select(r => new Item(r.Id, r.Kind, r.Value, r.Kind == ToRole ? EditRoles.LabelOf(r.Role) : r.Unit ?? "", r.Office))];
    }

    public async Task<Result<ClaimMapping>> Add(string kind, Input input, CancellationToken ct) => await db.Write<Result<ClaimMapping>>(async () =>
    {
        if (Refused is { } refused || (refused = await OwnDoor(kind, ct)) is not null)
        {
            return refused;
        }

        await db.Alone("claim-mappings", ct);
        var (value, errors) = (PlainText.Trimmed(input.Value), new List<FieldError>());
        if (value is null || value.Length > ClaimMapping.ValueLength || !PlainText.IsStorable(value))
        {
            errors.Add(new(nameof(Input.Value), "oidc.value_needed", ClaimMapping.ValueLength));
        }
        else if (await db.Set<ClaimMapping>().AnyAsync(m => m.Kind == kind && m.Value == value, ct))
        {
            errors.Add(new(nameof(Input.Value), "oidc.value_taken"));
        }

        if (!(kind == ToRole ? await db.Set<Role>().AnyAsync(r => r.Id == input.Target, ct) : await db.Set<OrgUnit>().AnyAsync(u => u.Id == input.Target && u.Active, ct)))
        {
            errors.Add(new(nameof(Input.Target), kind == ToRole ? "accounts.role_unknown" : "oidc.unit_needed"));
        }

        if (kind == ToRole && Permission.Mixes(await db.Set<RolePermission>().Where(p => p.RoleId == input.Target).Select(p => p.Permission).ToListAsync(ct)))
        {
            errors.Add(new(nameof(Input.Target), "accounts.role_mixed"));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        var mapping = new ClaimMapping { Kind = kind, Value = value!, RoleId = kind == ToRole ? input.Target : null, UnitId = kind == ToRole ? null : input.Target };
        db.Add(mapping);
        await db.SaveChangesAsync(ct);
        return mapping;
    }, ct);

    public async Task<Result<ClaimMapping>> Remove(long id, CancellationToken ct) => await db.Write<Result<ClaimMapping>>(async () =>
    {
        if (Refused is { } refused)
        {
            return refused;
        }

        if (await db.Set<ClaimMapping>().SingleOrDefaultAsync(m => m.Id == id, ct) is not { } mapping)
        {
            return new Refusal.NotFound();
        }

        if (await OwnDoor(mapping.Kind, ct) is { } own)
        {
            return own;
        }

        db.Remove(mapping);
        await db.SaveChangesAsync(ct);
        return mapping;
    }, ct);

    /// <summary>Whoever has his own role from the provider would change it by what he maps, which nobody may.</summary>
    private async Task<Refusal?> OwnDoor(string kind, CancellationToken ct) =>
        kind == ToRole && await db.Set<User>().AnyAsync(u => u.Id == db.Actor.UserId && u.ManagedBy != null, ct) ? new Refusal.Forbidden("accounts.role_own") : null;

    private Refusal? Refused => db.Actor.May(Permission.Security) && db.Scope.Width == ScopeWidth.All && !db.Actor.ReadsOnly ? null : new Refusal.Forbidden("roles.group_only");
}
