using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Authority;

/// <summary>委托: a colleague decides instead of somebody on leave, from a day to a day: on what waits for him, and within his authority.</summary>
public sealed class ApprovalDeputy : IAudited, IVersioned
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>Who is on leave.</summary>
    public long UserId { get; set; }

    /// <summary>Who decides instead.</summary>
    public long DeputyId { get; set; }

    /// <summary>First day.</summary>
    public DateOnly FromOn { get; set; }

    /// <summary>Last day.</summary>
    public DateOnly UntilOn { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ApprovalDeputy>
    {
        public void Configure(EntityTypeBuilder<ApprovalDeputy> builder)
        {
            builder.ToTable("approval_deputies");
            builder.HasIndex(d => new { d.UserId, d.UntilOn });
        }
    }
}
