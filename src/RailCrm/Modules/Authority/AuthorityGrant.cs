using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Authority;

/// <summary>授权: up to which limit a unit's heads, a role or a person decide on something, from a day to a day, given by whoever holds as much. What it is worth today is worked out from all those above it and never kept (<see cref="AuthorityRules"/>).</summary>
public sealed class AuthorityGrant : IAudited, IVersioned
{
    /// <summary>Longest reason.</summary>
    public const int WhyLength = 500;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>On what.</summary>
    public AuthorityAction Action { get; set; }

    /// <summary>Up to how much: fen, hundredths of a percent or days, as the action is counted.</summary>
    public long Limit { get; set; }

    /// <summary>From which grant it was given on; null where the group set it. Never changes, so that no ring can form.</summary>
    public long? ParentId { get; set; }

    /// <summary>Whose heads hold it; of a role the unit at or below which it holds; of a person where he works.</summary>
    public long UnitId { get; set; }

    /// <summary>The role that holds it; null where heads or a person do.</summary>
    public long? RoleId { get; set; }

    /// <summary>At which level the role's people work; null where heads or a person hold it.</summary>
    public UnitLevel? Level { get; set; }

    /// <summary>The person who holds it; null where heads or a role do.</summary>
    public long? UserId { get; set; }

    /// <summary>First day.</summary>
    public DateOnly FromOn { get; set; }

    /// <summary>Last day; null for ever.</summary>
    public DateOnly? UntilOn { get; set; }

    /// <summary>Who gave it.</summary>
    public long GrantedBy { get; set; }

    /// <summary>When (UTC).</summary>
    public DateTime GrantedAt { get; set; }

    /// <summary>Why it was given, or last changed or revoked.</summary>
    public string Why { get; set; } = "";

    /// <summary>When it was revoked (UTC); null while it was not. A revoked one stays as it was.</summary>
    public DateTime? RevokedAt { get; set; }

    /// <summary>The last day of which its people were warned, so that they are told once.</summary>
    public DateOnly? WarnedOf { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<AuthorityGrant>
    {
        public void Configure(EntityTypeBuilder<AuthorityGrant> builder)
        {
            builder.ToTable("authority_grants");
            builder.Property(g => g.Action).HasConversion<string>().HasMaxLength(20);
            builder.Property(g => g.Level).HasConversion<string>().HasMaxLength(20);
            builder.Property(g => g.Why).HasMaxLength(WhyLength);
            builder.HasIndex(g => g.Action);
            builder.HasIndex(g => g.UnitId);
            builder.HasIndex(g => g.ParentId);
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(g => g.UnitId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<AuthorityGrant>().WithMany().HasForeignKey(g => g.ParentId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
