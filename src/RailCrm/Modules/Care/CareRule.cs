using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Care;

/// <summary>How long before a day one is reminded, and how much a person may be given in a year. One row, set by the group.</summary>
public sealed class CareRule : IAudited, IVersioned
{
    /// <summary>The longest lead time, in days: pages look no further.</summary>
    public const int MostDays = 60;

    /// <inheritdoc/>
    public long Id { get; private set; } = 1;

    /// <summary>So many days before.</summary>
    public int LeadDays { get; set; } = 7;

    /// <summary>Above it, in fen a person and calendar year, a compliance note is needed; null where there is no such limit.</summary>
    public long? NoteAboveFen { get; set; }

    /// <summary>Above it nothing is taken; null where there is no such limit.</summary>
    public long? MostFen { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>The rule that holds; the default, of version 0, where none was set.</summary>
    internal static async Task<CareRule> Read(CrmDb db, CancellationToken ct) => await db.Set<CareRule>().AsNoTracking().SingleOrDefaultAsync(ct) ?? new();

    internal sealed class Mapping : IEntityTypeConfiguration<CareRule>
    {
        public void Configure(EntityTypeBuilder<CareRule> builder)
        {
            builder.ToTable("care_rule");
            builder.Property(r => r.Id).ValueGeneratedNever();
        }
    }
}

/// <summary>That somebody was reminded of a contact's day of a year: once, however often the night comes.</summary>
internal sealed class CareTold
{
    /// <summary>The contact.</summary>
    public long ContactId { get; set; }

    /// <summary>The day that comes.</summary>
    public DateOnly On { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<CareTold>
    {
        public void Configure(EntityTypeBuilder<CareTold> builder)
        {
            builder.ToTable("care_told");
            builder.HasKey(t => new { t.ContactId, t.On });
            builder.HasIndex(t => t.On);
        }
    }
}

/// <summary>Sets the rule.</summary>
internal sealed class SetCareRule(CrmDb db)
{
    /// <summary>What may be said.</summary>
    public sealed class Input
    {
        /// <summary>Days before.</summary>
        public int? LeadDays { get; set; }

        /// <summary>Yuan a person and year above which a note is needed.</summary>
        public string? NoteAbove { get; set; }

        /// <summary>Yuan a person and year above which nothing is taken.</summary>
        public string? Most { get; set; }
    }

    /// <summary>Whether the actor may change what holds for the whole group.</summary>
    public static bool MayChange(Actor actor) => actor.May(Permission.OrganizationWrite) && actor.Scope.Width == ScopeWidth.All;

    /// <summary>Sets it if it still has <paramref name="version"/> (0 where none was ever set).</summary>
    public async Task<Result<CareRule>> Run(int version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!MayChange(db.Actor))
        {
            return new Refusal.Forbidden("care.rule_group_only");
        }

        var errors = new List<FieldError>();
        if (input.LeadDays is not (>= 1 and <= CareRule.MostDays))
        {
            errors.Add(new(nameof(input.LeadDays), "care.lead_wrong", CareRule.MostDays));
        }

        var (note, most) = (LogGesture.Fen(input.NoteAbove, nameof(input.NoteAbove), errors), LogGesture.Fen(input.Most, nameof(input.Most), errors));
        if (most < note)
        {
            errors.Add(new(nameof(input.Most), "care.limits_crossed"));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            return await db.Write<Result<CareRule>>(async () =>
            {
                var rule = await db.Set<CareRule>().SingleOrDefaultAsync(ct);
                if (version != (rule?.Version ?? 0))
                {
                    return new Refusal.Stale();
                }

                if (rule is null)
                {
                    db.Add(rule = new() { Version = 1 });
                }

                (rule.LeadDays, rule.NoteAboveFen, rule.MostFen) = (input.LeadDays!.Value, note, most);
                await db.SaveChangesAsync(ct);
                return rule;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return new Refusal.Stale(); // The first rule, set by two at once.
        }
    }
}
