using System.Globalization;
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
    /// <summary>As typed, so that what is no number comes back to be mended.</summary>
    public sealed class Input
    {
        public string? AuditDays { get; set; }
        public string? IdleMinutes { get; set; }
        public string? AbsoluteHours { get; set; }
        public string? FactorDays { get; set; }
        public string? ExportRows { get; set; }
        public string? NightActs { get; set; }
        public string? Addresses { get; set; }
        public int Version { get; set; }

        public static Input Of(SecurityPolicy policy) => new()
        {
            AuditDays = Said(policy.AuditDays), IdleMinutes = Said(policy.IdleMinutes), AbsoluteHours = Said(policy.AbsoluteHours), FactorDays = Said(policy.FactorDays),
            ExportRows = Said(policy.ExportRows), NightActs = Said(policy.NightActs), Addresses = Said(policy.Addresses), Version = policy.Version,
        };

        private static string? Said(int? number) => number?.ToString(CultureInfo.InvariantCulture);
    }

    private static readonly string[] Minutes = ["分钟", "分", "minutes", "min"];
    private static readonly string[] Hours = ["小时", "hours", "h"];
    private static readonly string[] Days = ["天", "days", "day", "d"];

    private static readonly (string Field, Func<Input, string?> Typed, IReadOnlyList<string> Units, int Least, int Most)[] Limits =
    [
        (nameof(Input.IdleMinutes), i => i.IdleMinutes, Minutes, 5, 1_440), (nameof(Input.AbsoluteHours), i => i.AbsoluteHours, Hours, 1, 168), (nameof(Input.FactorDays), i => i.FactorDays, Days, 0, 90),
        (nameof(Input.AuditDays), i => i.AuditDays, Days, SecurityPolicy.LeastAuditDays, 36_500), (nameof(Input.ExportRows), i => i.ExportRows, ["行", "rows"], 1, 100_000_000),
        (nameof(Input.NightActs), i => i.NightActs, [], 1, 10_000), (nameof(Input.Addresses), i => i.Addresses, [], 2, 1_000),
    ];

    public async Task<Result<SecurityPolicy>> Run(Input input, CancellationToken ct)
    {
        if (!db.Actor.May(Permission.Security) || db.Scope.Width != ScopeWidth.All)
        {
            return new Refusal.Forbidden("roles.group_only");
        }

        var (errors, read) = (new List<FieldError>(), new Dictionary<string, int>());
        foreach (var (field, typed, units, least, most) in Limits)
        {
            if (TypedNumber.TryRead(typed(input), units, out var number) && decimal.IsInteger(number) && number >= least && number <= most)
            {
                read[field] = (int)number;
            }
            else if (field != nameof(Input.AuditDays) || !string.IsNullOrWhiteSpace(typed(input)))
            {
                errors.Add(new(field, "policy.out_of_range", least, most));
            }
        }

        if (read.TryGetValue(nameof(Input.IdleMinutes), out var idle) && read.TryGetValue(nameof(Input.AbsoluteHours), out var absolute) && idle > absolute * 60)
        {
            errors.Add(new(nameof(Input.IdleMinutes), "policy.idle_over", absolute * 60));
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

                (policy.AuditDays, policy.IdleMinutes, policy.AbsoluteHours) = (read.TryGetValue(nameof(Input.AuditDays), out var days) ? days : null, read[nameof(Input.IdleMinutes)], read[nameof(Input.AbsoluteHours)]);
                (policy.FactorDays, policy.ExportRows, policy.NightActs, policy.Addresses) = (read[nameof(Input.FactorDays)], read[nameof(Input.ExportRows)], read[nameof(Input.NightActs)], read[nameof(Input.Addresses)]);
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
