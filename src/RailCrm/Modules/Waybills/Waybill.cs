using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Waybills;

/// <summary>A line of a waybill (运单): one service rendered to one customer. Source and external number are unique together.</summary>
public sealed class WaybillLine : ICustomerBound, ICustomised
{
    /// <inheritdoc/>
    public string? Custom { get; set; }

    /// <summary>Services (服务类型): 运输, 仓储, 装卸, 短驳, 包装, 加工, 总包, 其他.</summary>
    public static readonly IReadOnlyList<string> Services = ["transport", "warehousing", "handling", "shortHaul", "packaging", "processing", "totalLogistics", "other"];

    /// <summary>Modes: 整车, 集装箱, 批量零散, 公路, 水运, 多式联运.</summary>
    public static readonly IReadOnlyList<string> Modes = ["carload", "container", "lessThanCarload", "road", "water", "multimodal"];

    /// <summary>Longest source.</summary>
    public const int SourceLength = 50;

    /// <summary>Longest external number.</summary>
    public const int ExternalNoLength = 100;

    /// <summary>Longest station.</summary>
    public const int StationLength = 50;

    /// <summary>Longest name of goods.</summary>
    public const int CommodityLength = 100;

    /// <summary>Longest contract number.</summary>
    public const int ContractLength = 100;

    /// <summary>Longest note.</summary>
    public const int NoteLength = 1_000;

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>The system it came from.</summary>
    public string Source { get; set; } = "";

    /// <summary>Its number there.</summary>
    public string ExternalNo { get; set; } = "";

    /// <summary>The day of the service.</summary>
    public DateOnly Date { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The unit that did the work.</summary>
    public long UnitId { get; set; }

    /// <summary>transport, warehousing, handling, shortHaul, packaging, processing, totalLogistics or other.</summary>
    public string Service { get; set; } = "transport";

    /// <summary>Two digits, 01–25 or 99; empty where unknown.</summary>
    public string CommodityCategory { get; set; } = "";

    /// <summary>Goods as named in the source.</summary>
    public string? Commodity { get; set; }

    /// <summary>Sending station; empty where unknown.</summary>
    public string Origin { get; set; } = "";

    /// <summary>Receiving station; empty where unknown.</summary>
    public string Destination { get; set; } = "";

    /// <summary>carload, container, lessThanCarload, road, water, multimodal; empty where unknown.</summary>
    public string Mode { get; set; } = "";

    /// <summary>Wagons.</summary>
    public int Wagons { get; set; }

    /// <summary>Containers.</summary>
    public int Containers { get; set; }

    /// <summary>Twenty-foot equivalents, hundredths.</summary>
    public int TeuHundredths { get; set; }

    /// <summary>Weight, kg.</summary>
    public long WeightKg { get; set; }

    /// <summary>Revenue without VAT, fen.</summary>
    public long RevenueFen { get; set; }

    /// <summary>Direct cost, fen.</summary>
    public long CostFen { get; set; }

    /// <summary>Contract number, as given.</summary>
    public string? ContractNo { get; set; }

    /// <summary>Note.</summary>
    public string? Note { get; set; }

    /// <summary>The same line of another customer.</summary>
    internal WaybillLine Of(long customerId)
    {
        var other = (WaybillLine)MemberwiseClone();
        other.CustomerId = customerId;
        return other;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<WaybillLine>
    {
        public void Configure(EntityTypeBuilder<WaybillLine> builder)
        {
            builder.ToTable("waybill_lines");
            builder.Property(w => w.Source).HasMaxLength(SourceLength);
            builder.Property(w => w.ExternalNo).HasMaxLength(ExternalNoLength);
            builder.Property(w => w.Service).HasMaxLength(20);
            builder.Property(w => w.CommodityCategory).HasMaxLength(2);
            builder.Property(w => w.Commodity).HasMaxLength(CommodityLength);
            builder.Property(w => w.Origin).HasMaxLength(StationLength);
            builder.Property(w => w.Destination).HasMaxLength(StationLength);
            builder.Property(w => w.Mode).HasMaxLength(20);
            builder.Property(w => w.ContractNo).HasMaxLength(ContractLength);
            builder.Property(w => w.Note).HasMaxLength(NoteLength);
            builder.HasIndex(w => new { w.Source, w.ExternalNo }).IsUnique();
            builder.HasIndex(w => new { w.CustomerId, w.Date, w.Id });
            builder.HasIndex(w => new { w.Date, w.Id });
            builder.HasOne<Customer>().WithMany().HasForeignKey(w => w.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>How work was done, apart from whose it was and when: unit, service, commodity category, mode and station pair. A number instead of six columns keeps facts small.</summary>
public sealed class Lane
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>The unit that did the work.</summary>
    public long UnitId { get; set; }

    /// <summary>Service code.</summary>
    public string Service { get; set; } = "";

    /// <summary>Commodity category.</summary>
    public string CommodityCategory { get; set; } = "";

    /// <summary>Mode code.</summary>
    public string Mode { get; set; } = "";

    /// <summary>Sending station.</summary>
    public string Origin { get; set; } = "";

    /// <summary>Receiving station.</summary>
    public string Destination { get; set; } = "";

    internal sealed class Mapping : IEntityTypeConfiguration<Lane>
    {
        public void Configure(EntityTypeBuilder<Lane> builder)
        {
            builder.ToTable("lanes");
            builder.Property(l => l.Service).HasMaxLength(20);
            builder.Property(l => l.CommodityCategory).HasMaxLength(2);
            builder.Property(l => l.Mode).HasMaxLength(20);
            builder.Property(l => l.Origin).HasMaxLength(WaybillLine.StationLength);
            builder.Property(l => l.Destination).HasMaxLength(WaybillLine.StationLength);
            builder.HasIndex(l => new { l.UnitId, l.Service, l.CommodityCategory, l.Mode, l.Origin, l.Destination }).IsUnique();
        }
    }
}

/// <summary>What one customer brought in one month on one lane. Kept by <see cref="WaybillLedger"/> in the transaction of each change.</summary>
/// <remarks>The table is made by hand (migration WaybillFacts): clustered by its key on SQLite, so that a dossier reads neighbours.</remarks>
public sealed class MonthlyFact : ICustomerBound
{
    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The month.</summary>
    public Month Month { get; set; }

    /// <summary>The lane.</summary>
    public long LaneId { get; set; }

    /// <summary>Lines counted.</summary>
    public long Lines { get; set; }

    /// <summary>Revenue, fen.</summary>
    public long RevenueFen { get; set; }

    /// <summary>Cost, fen.</summary>
    public long CostFen { get; set; }

    /// <summary>Weight, kg.</summary>
    public long WeightKg { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<MonthlyFact>
    {
        public void Configure(EntityTypeBuilder<MonthlyFact> builder)
        {
            builder.ToTable("monthly_facts", t => t.ExcludeFromMigrations());
            builder.HasKey(f => new { f.CustomerId, f.Month, f.LaneId });
        }
    }
}

/// <summary>The months of all customers that one unit owns: what dashboards read. A customer's move takes its months along (a trigger, so that no path forgets).</summary>
public sealed class OwnerMonth
{
    /// <summary>The unit that owns the customers (not the one that did the work).</summary>
    public long UnitId { get; set; }

    /// <summary>The month.</summary>
    public Month Month { get; set; }

    /// <summary>Lines counted.</summary>
    public long Lines { get; set; }

    /// <summary>Revenue, fen.</summary>
    public long RevenueFen { get; set; }

    /// <summary>Cost, fen.</summary>
    public long CostFen { get; set; }

    /// <summary>Weight, kg.</summary>
    public long WeightKg { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<OwnerMonth>
    {
        public void Configure(EntityTypeBuilder<OwnerMonth> builder)
        {
            builder.ToTable("owner_months", t => t.ExcludeFromMigrations());
            builder.HasKey(f => new { f.UnitId, f.Month });
        }
    }
}

/// <summary>The months of a person: what was done for the customers on the days when the person answered for them as their main manager. Kept by <see cref="WaybillLedger"/> where lines change, and by triggers where responsibilities begin or end (docs/decisions/0022).</summary>
public sealed class ManagerMonth
{
    /// <summary>The main manager.</summary>
    public long UserId { get; set; }

    /// <summary>The month.</summary>
    public Month Month { get; set; }

    /// <summary>Lines counted.</summary>
    public long Lines { get; set; }

    /// <summary>Revenue, fen.</summary>
    public long RevenueFen { get; set; }

    /// <summary>Cost, fen.</summary>
    public long CostFen { get; set; }

    /// <summary>Weight, kg.</summary>
    public long WeightKg { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ManagerMonth>
    {
        public void Configure(EntityTypeBuilder<ManagerMonth> builder)
        {
            builder.ToTable("manager_months", t => t.ExcludeFromMigrations());
            builder.HasKey(f => new { f.UserId, f.Month });
        }
    }
}

/// <summary>How many living customers a unit owns of each tier, kept by a trigger: counting a million rows is slower than the page that shows the count.</summary>
public sealed class OwnerCount
{
    /// <summary>The unit that owns them.</summary>
    public long UnitId { get; set; }

    /// <summary>The tier.</summary>
    public CustomerTier Tier { get; set; }

    /// <summary>How many.</summary>
    public long Customers { get; set; }

    /// <summary>The sum of their completeness, percent.</summary>
    public long CompletenessSum { get; set; }

    /// <summary>What the organisation asks before it closes a unit.</summary>
    internal static readonly UnitDependents OfUnits = new("organization.n_customers", "organization.remedy_customers", id => $"/customers?unit={id}", Permission.CustomersRead, async (db, range, ct) => await (
        from c in db.Set<OwnerCount>()
        join u in range.Of(db) on c.UnitId equals u.Id
        group c by c.UnitId into g
        select new { g.Key, Count = g.Sum(c => c.Customers) }).ToDictionaryAsync(g => g.Key, g => g.Count, ct));

    internal sealed class Mapping : IEntityTypeConfiguration<OwnerCount>
    {
        public void Configure(EntityTypeBuilder<OwnerCount> builder)
        {
            builder.ToTable("owner_counts", t => t.ExcludeFromMigrations());
            builder.HasKey(c => new { c.UnitId, c.Tier });
            builder.Property(c => c.Tier).HasConversion<string>().HasMaxLength(20);
        }
    }
}

/// <summary>A customer whose figures changed since its trailing twelve months were last computed.</summary>
public sealed class FiguresDue
{
    /// <summary>The customer.</summary>
    public long CustomerId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FiguresDue>
    {
        public void Configure(EntityTypeBuilder<FiguresDue> builder)
        {
            builder.ToTable("figures_due", t => t.ExcludeFromMigrations());
            builder.HasKey(d => d.CustomerId);
            builder.Property(d => d.CustomerId).ValueGeneratedNever();
        }
    }
}
