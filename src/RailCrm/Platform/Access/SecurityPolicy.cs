using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>What the security administrator sets for the whole group: one row, and until it is there the usual values.</summary>
public sealed class SecurityPolicy : IAudited, IVersioned
{
    /// <summary>Fewest days the trail is kept: 等保 asks for six months.</summary>
    public const int LeastAuditDays = 200;

    /// <summary>Always 1.</summary>
    public long Id { get; set; } = 1;

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>Days the audit trail is kept; null for ever, since the histories of records are read off it.</summary>
    public int? AuditDays { get; set; }

    /// <summary>A session unused for so many minutes is over.</summary>
    public int IdleMinutes { get; set; } = 240;

    /// <summary>A session is over after so many hours, used or not.</summary>
    public int AbsoluteHours { get; set; } = 14;

    /// <summary>Days in which people of a role that needs a second factor may still do without.</summary>
    public int FactorDays { get; set; } = 14;

    /// <summary>Rows one person takes away in a day, from which on the auditor is shown it.</summary>
    public int ExportRows { get; set; } = 10_000;

    /// <summary>Refusals, looks at what was hidden and exports of one person in a night, likewise.</summary>
    public int NightActs { get; set; } = 20;

    /// <summary>Addresses from which one person signs in in a day, likewise.</summary>
    public int Addresses { get; set; } = 4;

    /// <summary><see cref="IdleMinutes"/>.</summary>
    public TimeSpan Idle => TimeSpan.FromMinutes(IdleMinutes);

    /// <summary><see cref="AbsoluteHours"/>.</summary>
    public TimeSpan Absolute => TimeSpan.FromHours(AbsoluteHours);

    /// <summary>The group's.</summary>
    public static async Task<SecurityPolicy> Of(CrmDb db, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return await db.Set<SecurityPolicy>().AsNoTracking().SingleOrDefaultAsync(ct) ?? new();
    }

    internal sealed class Mapping : IEntityTypeConfiguration<SecurityPolicy>
    {
        public void Configure(EntityTypeBuilder<SecurityPolicy> builder)
        {
            builder.ToTable("security_policies");
            builder.Property(p => p.Id).ValueGeneratedNever();
            builder.Ignore(p => p.Idle).Ignore(p => p.Absolute);
        }
    }
}

/// <summary>The security administrator changes what holds for all.</summary>
internal sealed class SetSecurityPolicy(CrmDb db)
{
    public sealed class Input
    {
        public int? AuditDays { get; set; }
        public int? IdleMinutes { get; set; }
        public int? AbsoluteHours { get; set; }
        public int? FactorDays { get; set; }
        public int? ExportRows { get; set; }
        public int? NightActs { get; set; }
        public int? Addresses { get; set; }
        public int Version { get; set; }
    }

    private static readonly (string Field, Func<Input, int?> Value, int Least, int Most)[] Limits =
    [
        (nameof(Input.IdleMinutes), i => i.IdleMinutes, 5, 1_440), (nameof(Input.AbsoluteHours), i => i.AbsoluteHours, 1, 168), (nameof(Input.FactorDays), i => i.FactorDays, 0, 90),
        (nameof(Input.ExportRows), i => i.ExportRows, 1, 100_000_000), (nameof(Input.NightActs), i => i.NightActs, 1, 10_000), (nameof(Input.Addresses), i => i.Addresses, 2, 1_000),
    ];

    public async Task<Result<SecurityPolicy>> Run(Input input, CancellationToken ct)
    {
        if (!db.Actor.May(Permission.Security) || db.Scope.Width != ScopeWidth.All)
        {
            return new Refusal.Forbidden("roles.group_only");
        }

        var errors = Limits.Where(l => l.Value(input) is not { } given || given < l.Least || given > l.Most).Select(l => new FieldError(l.Field, "policy.out_of_range", l.Least, l.Most)).ToList();
        if (input.AuditDays is < SecurityPolicy.LeastAuditDays or > 36_500)
        {
            errors.Add(new(nameof(Input.AuditDays), "policy.out_of_range", SecurityPolicy.LeastAuditDays, 36_500));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            return await db.Write<Result<SecurityPolicy>>(async () =>
            {
                await db.Alone("security-policy", ct);
                var policy = await db.Set<SecurityPolicy>().SingleOrDefaultAsync(ct);
                if ((policy?.Version ?? 0) != input.Version)
                {
                    return new Refusal.Stale();
                }

                if (policy is null)
                {
                    db.Add(policy = new() { Version = 1 });
                }

                (policy.AuditDays, policy.IdleMinutes, policy.AbsoluteHours, policy.FactorDays) = (input.AuditDays, input.IdleMinutes!.Value, input.AbsoluteHours!.Value, input.FactorDays!.Value);
                (policy.ExportRows, policy.NightActs, policy.Addresses) = (input.ExportRows!.Value, input.NightActs!.Value, input.Addresses!.Value);
                await db.SaveChangesAsync(ct);
                return policy;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }
}
