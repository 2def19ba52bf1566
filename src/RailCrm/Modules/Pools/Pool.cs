using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Pools;

/// <summary>When a customer of one tier falls into a pool: whichever comes first; null never.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="FollowUpDays">Days without a note.</param>
/// <param name="WaybillMonths">Whole months without a waybill.</param>
public sealed record PoolRule([property: JsonConverter(typeof(JsonStringEnumConverter<CustomerTier>))] CustomerTier Tier, int? FollowUpDays, int? WaybillMonths);

/// <summary>公海: customers of a unit that nobody answers for, to be claimed by those who work there or below.</summary>
public sealed class Pool : IAudited, IVersioned
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 50;

    /// <summary>Longest list of stations, lanes or industries.</summary>
    public const int ListLength = 1_000;

    /// <summary>What can be hidden from those who see a customer only because it lies in the pool.</summary>
    public static readonly IReadOnlyList<string> Hideable = ["phone", "contacts", "address", "creditCode", "figures"];

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>The unit: its own customers and those of the units below may lie in it.</summary>
    public long UnitId { get; set; }

    /// <summary>Its name, one in the group.</summary>
    public string Name { get; set; } = "";

    /// <summary>Whether customers still come into it; those in it can be claimed anyway.</summary>
    public bool Active { get; set; } = true;

    /// <summary>Tiers it is for, apart by commas; null for all.</summary>
    public string? Tiers { get; set; }

    /// <summary>Industries it is for, codes apart by commas; a section takes its divisions along. Null for all.</summary>
    public string? Industries { get; set; }

    /// <summary>Stations it is for, one of which is a main station of the customer; null for all.</summary>
    public string? Stations { get; set; }

    /// <summary>Lanes it is for, as sending–receiving station with a hyphen, both main stations of the customer; null for all.</summary>
    public string? Lanes { get; set; }

    /// <summary>The rules by tier, JSON; empty where customers come in by hand alone.</summary>
    public string Rules { get; set; } = "[]";

    /// <summary>Days between the warning and the day a customer falls in.</summary>
    public int WarnDays { get; set; } = 7;

    /// <summary>Days from an appointment or a claim during which no customer falls in.</summary>
    public int ProtectDays { get; set; } = 30;

    /// <summary>Days during which the former manager cannot claim it.</summary>
    public int CoolDownDays { get; set; } = 30;

    /// <summary>Customers one person may claim in a calendar month; null for any number.</summary>
    public int? ClaimsPerMonth { get; set; }

    /// <summary>Customers beyond his own sight that one person may look at in a day; null for any number.</summary>
    public int? ViewsPerDay { get; set; }

    /// <summary>Whether a claim takes the consent of the heads of the pool's unit.</summary>
    public bool NeedsConsent { get; set; }

    /// <summary>What is hidden, codes of <see cref="Hideable"/> apart by commas.</summary>
    public string? Hidden { get; set; } = string.Join(',', Hideable);

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>The rules, read.</summary>
    public IReadOnlyList<PoolRule> RuleList => JsonSerializer.Deserialize<List<PoolRule>>(Rules) ?? [];

    /// <summary>Parts of a list that is kept as text.</summary>
    public static IReadOnlyList<string> Parts(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Whether it hides something.</summary>
    public bool Hides(string what) => Parts(Hidden).Contains(what);

    internal sealed class Mapping : IEntityTypeConfiguration<Pool>
    {
        public void Configure(EntityTypeBuilder<Pool> builder)
        {
            builder.ToTable("pools");
            builder.Property(p => p.Name).HasMaxLength(NameLength);
            builder.Property(p => p.Industries).HasMaxLength(ListLength);
            builder.Property(p => p.Stations).HasMaxLength(ListLength);
            builder.Property(p => p.Lanes).HasMaxLength(ListLength);
            builder.Property(p => p.Rules).HasMaxLength(1_000);
            builder.Ignore(p => p.RuleList);
            builder.HasIndex(p => p.Name).IsUnique();
            builder.HasIndex(p => p.UnitId);
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(p => p.UnitId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
