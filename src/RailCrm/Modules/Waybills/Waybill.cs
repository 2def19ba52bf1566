using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>A line of a waybill (运单): one service rendered to one customer. Source and external number are unique together.</summary>
public sealed class WaybillLine : ICustomerBound
{
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

    internal sealed class Mapping : IEntityTypeConfiguration<WaybillLine>
    {
        public void Configure(EntityTypeBuilder<WaybillLine> builder)
        {
            builder.ToTable("waybill_lines");
            builder.Property(w => w.Source).HasMaxLength(50);
            builder.Property(w => w.ExternalNo).HasMaxLength(100);
            builder.Property(w => w.Note).HasMaxLength(1_000);
            builder.HasIndex(w => new { w.Source, w.ExternalNo }).IsUnique();
            builder.HasIndex(w => new { w.CustomerId, w.Date, w.Id });
            builder.HasOne<Customer>().WithMany().HasForeignKey(w => w.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>What one customer brought in one month, by unit, service, commodity category, mode and station pair. Kept in the transaction of each change.</summary>
public sealed class MonthlyFact : ICustomerBound
{
    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The month.</summary>
    public Month Month { get; set; }

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
            builder.ToTable("monthly_facts");
            builder.HasKey(f => new { f.CustomerId, f.Month, f.UnitId, f.Service, f.CommodityCategory, f.Mode, f.Origin, f.Destination });
        }
    }
}

/// <summary>The months of one customer, summed over everything else: what the dossier's curves read.</summary>
public sealed class CustomerMonth : ICustomerBound
{
    /// <inheritdoc/>
    public long CustomerId { get; set; }

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

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerMonth>
    {
        public void Configure(EntityTypeBuilder<CustomerMonth> builder)
        {
            builder.ToTable("customer_months");
            builder.HasKey(f => new { f.CustomerId, f.Month });
        }
    }
}

/// <summary>The months of all customers that one unit owns: what dashboards read. A customer's move takes its months along.</summary>
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
            builder.ToTable("owner_months");
            builder.HasKey(f => new { f.UnitId, f.Month });
        }
    }
}
