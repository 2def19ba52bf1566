using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Customers;

/// <summary>An enterprise that buys, bought or may buy our services (客户); the root of its dossier (一户一档).</summary>
public sealed class Customer : ICustomerRoot, IAudited, IVersioned, IBinned, ICustomised
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 200;

    /// <summary>Longest free text.</summary>
    public const int TextLength = 4_000;

    /// <inheritdoc cref="IAudited.Id"/>
    public long Id { get; set; }

    /// <summary>Human number, KH-0000001; never reused.</summary>
    public string Number { get; set; } = "";

    /// <inheritdoc/>
    public long UnitId { get; set; }

    /// <summary>Registered name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Name in daily use.</summary>
    public string? ShortName { get; set; }

    /// <summary>The name as <see cref="CompanyName"/> makes it, for duplicates.</summary>
    public string NormalizedName { get; set; } = "";

    /// <summary>Pinyin of the name, for order and search.</summary>
    public string NamePinyin { get; set; } = "";

    /// <summary>Initials of the name in every reading, for search where a term is too common for the index.</summary>
    public string NameInitials { get; set; } = "";

    /// <summary>Unified social credit code; unique over the whole group, binned ones included.</summary>
    public string? CreditCode { get; set; }

    /// <summary>Why a code whose check digit fails was taken.</summary>
    public string? CreditCodeReason { get; set; }

    /// <summary>Company, sole trader or public body.</summary>
    public CustomerKind Kind { get; set; }

    /// <summary>The group company it belongs to.</summary>
    public long? ParentId { get; set; }

    /// <summary>法人代表.</summary>
    public string? LegalRepresentative { get; set; }

    /// <summary>经营方向.</summary>
    public string? BusinessDirection { get; set; }

    /// <summary>生产规模.</summary>
    public string? ProductionScale { get; set; }

    /// <summary>市场占有率 in hundredths of a percent, 0–10,000.</summary>
    public int? MarketShareBasisPoints { get; set; }

    /// <summary>职工人数.</summary>
    public int? EmployeeCount { get; set; }

    /// <summary>企业性质.</summary>
    public OwnershipType? OwnershipType { get; set; }

    /// <summary>大/中/小/微.</summary>
    public SizeClass? SizeClass { get; set; }

    /// <summary>GB/T 4754 section or division.</summary>
    public string? IndustryCode { get; set; }

    /// <summary>GB/T 2260 region, six digits.</summary>
    public string? RegionCode { get; set; }

    /// <summary>主要运输方式: codes joined by commas (carload, container, lessThanCarload, road, water, multimodal).</summary>
    public string? TransportModes { get; set; }

    /// <summary>运输周期, as text: daily, weekly, monthly, seasonal or free.</summary>
    public string? TransportCycle { get; set; }

    /// <summary>公司介绍.</summary>
    public string? CompanyProfile { get; set; }

    /// <summary>所在地文化.</summary>
    public string? LocalCulture { get; set; }

    /// <summary>所在地习俗.</summary>
    public string? LocalCustoms { get; set; }

    /// <summary>Registered address.</summary>
    public string? RegisteredAddress { get; set; }

    /// <summary>Where the business is done.</summary>
    public string? BusinessAddress { get; set; }

    /// <summary>Web site, http or https.</summary>
    public string? Website { get; set; }

    /// <summary>Switchboard.</summary>
    public string? Phone { get; set; }

    /// <summary>Digits of <see cref="Phone"/>, for search and duplicates.</summary>
    public string? PhoneDigits { get; set; }

    /// <summary>Tags, each with a leading and a closing comma: <c>,a,b,</c>.</summary>
    public string? Tags { get; set; }

    /// <summary>How much of the dossier is known, 0–100.</summary>
    public int Completeness { get; set; }

    /// <summary>The class it falls in.</summary>
    public CustomerTier Tier { get; set; }

    /// <summary>The levels at which it has a main manager, each a bit: 2 group, 4 subsidiary, 8 outlet. Kept so that gaps are read off an index.</summary>
    public int ManagerLevels { get; set; }

    /// <summary>Revenue of the trailing twelve months, fen.</summary>
    public long Trailing12RevenueFen { get; set; }

    /// <summary>Gross profit of the trailing twelve months, fen.</summary>
    public long Trailing12GrossProfitFen { get; set; }

    /// <summary>Weight of the trailing twelve months, kg.</summary>
    public long Trailing12WeightKg { get; set; }

    /// <summary>Revenue of the twelve months before those, fen.</summary>
    public long Previous12RevenueFen { get; set; }

    /// <summary>Gross profit of the twelve months before those, fen.</summary>
    public long Previous12GrossProfitFen { get; set; }

    /// <summary>Trailing less previous twelve months, fen: kept so that the movers are read off an index.</summary>
    public long RevenueChangeFen { get; set; }

    /// <summary>UTC; of a record that an import brought along with its past, the original time.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>The account that made it, or that an import names as its author; 0 is the system, null where nobody kept it.</summary>
    public long? CreatedBy { get; set; }

    /// <summary>UTC.</summary>
    public DateTime UpdatedAt { get; set; }

    /// <inheritdoc/>
    public DateTime? DeletedAt { get; set; }

    /// <summary>Who put it into the bin.</summary>
    public long? DeletedBy { get; set; }

    /// <summary>The customer it was merged into; null where it was not. It lies in the bin then, and its address leads there.</summary>
    public long? MergedIntoId { get; set; }

    /// <summary>False when it is no longer served.</summary>
    public bool Active { get; set; } = true;

    /// <inheritdoc/>
    public string? Custom { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>主要股东.</summary>
    public List<Shareholder> Shareholders { get; set; } = [];

    /// <summary>Main products with yearly output and stock.</summary>
    public List<CustomerProduct> Products { get; set; } = [];

    /// <summary>主要到发站.</summary>
    public List<MainStation> MainStations { get; set; } = [];

    /// <summary>专用线 it loads or unloads on.</summary>
    public List<CustomerSiding> Sidings { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<Customer>
    {
        public void Configure(EntityTypeBuilder<Customer> builder)
        {
            builder.ToTable("customers");
            builder.Property(c => c.Number).HasMaxLength(20);
            builder.Property(c => c.Name).HasMaxLength(NameLength);
            builder.Property(c => c.CreditCode).HasMaxLength(18);
            builder.Property(c => c.NamePinyin).HasMaxLength(1_000);
            builder.Property(c => c.NameInitials).HasMaxLength(2_000);
            builder.Property(c => c.Tags).HasMaxLength(1_000);
            builder.Property(c => c.CompanyProfile).HasMaxLength(TextLength);
            builder.Property(c => c.LocalCulture).HasMaxLength(TextLength);
            builder.Property(c => c.LocalCustoms).HasMaxLength(TextLength);
            builder.Property(c => c.BusinessDirection).HasMaxLength(1_000);
            builder.Property(c => c.ProductionScale).HasMaxLength(1_000);
            builder.Property(c => c.RegisteredAddress).HasMaxLength(500);
            builder.Property(c => c.BusinessAddress).HasMaxLength(500);
            builder.Property(c => c.Website).HasMaxLength(500);
            builder.Property(c => c.Kind).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.OwnershipType).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.SizeClass).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.Tier).HasConversion<string>().HasMaxLength(20);
            builder.HasIndex(c => c.Number).IsUnique();
            builder.HasIndex(c => c.CreditCode).IsUnique();
            builder.HasIndex(c => c.NormalizedName);
            builder.HasIndex(c => c.PhoneDigits);
            // The indexes of the usual orders carry what customers are most filtered by: a walk along them looks at the rows it shows, and at no others.
            builder.HasIndex(c => new { c.Name, c.Id, c.Tier, c.IndustryCode, c.RegionCode, c.SizeClass, c.Active, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_name");
            builder.HasIndex(c => new { c.Tier, c.Name, c.Id, c.IndustryCode, c.RegionCode, c.SizeClass, c.Active, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_tier_name");
            builder.HasIndex(c => new { c.IndustryCode, c.Name, c.Id, c.Tier, c.RegionCode, c.SizeClass, c.Active, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_industry_name");
            builder.HasIndex(c => new { c.RegionCode, c.Name, c.Id, c.Tier, c.IndustryCode, c.SizeClass, c.Active, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_region_name");
            builder.HasIndex(c => new { c.Trailing12RevenueFen, c.Id, c.Tier, c.IndustryCode, c.RegionCode, c.SizeClass, c.Active, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_revenue");
            builder.HasIndex(c => new { c.Tier, c.Trailing12RevenueFen, c.Id, c.IndustryCode, c.RegionCode, c.SizeClass, c.Active, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_tier_revenue");
            builder.HasIndex(c => new { c.UpdatedAt, c.Id, c.Tier, c.IndustryCode, c.RegionCode, c.SizeClass, c.Active, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_updated");
            builder.HasIndex(c => new { c.CreatedAt, c.Id, c.Tier, c.IndustryCode, c.RegionCode, c.SizeClass, c.Active, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_created");
            builder.HasIndex(c => new { c.Completeness, c.Id, c.Tier, c.IndustryCode, c.RegionCode, c.SizeClass, c.Active, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_completeness");
            builder.HasIndex(c => new { c.UnitId, c.Name, c.Id });
            // Counts, groups and sums without reading a row; and with all else that customers are filtered or sorted by, for a subsidiary's lie scattered over every order, and are few enough to be sorted off this.
            builder.HasIndex(c => new { c.UnitId, c.Tier, c.IndustryCode, c.RegionCode, c.SizeClass, c.OwnershipType, c.Kind, c.Active, c.Trailing12RevenueFen, c.Trailing12GrossProfitFen, c.Trailing12WeightKg, c.RevenueChangeFen, c.Completeness, c.Name, c.Id, c.UpdatedAt, c.CreatedAt, c.CreditCode, c.EmployeeCount, c.CreatedBy }).HasFilter("deleted_at IS NULL").HasDatabaseName(GroupCustomers.Index);
            builder.HasIndex(c => new { c.Tier, c.ManagerLevels, c.Name, c.Id, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_by_managers");
            builder.HasIndex(c => new { c.RevenueChangeFen, c.Id });
            builder.HasIndex(c => new { c.DeletedAt, c.Id, c.Name, c.Number, c.UnitId, c.DeletedBy }).HasFilter("deleted_at IS NOT NULL").HasDatabaseName(BinList.Index); // The bin, newest first, with what it is filtered by.
            builder.HasIndex(c => new { c.Trailing12GrossProfitFen, c.Id });
            builder.HasIndex(c => new { c.Trailing12WeightKg, c.Id });
            builder.HasIndex(c => c.Kind).HasFilter("kind <> 'Company'"); // Nearly all are companies.
            builder.HasIndex(c => c.OwnershipType);
            builder.HasIndex(c => c.SizeClass);
            builder.HasIndex(c => c.EmployeeCount);
            builder.HasIndex(c => c.CreatedBy);
            builder.HasIndex(c => new { c.Active, c.Name, c.Id, c.Tier, c.IndustryCode, c.RegionCode, c.SizeClass, c.Completeness, c.UnitId, c.DeletedAt }).HasDatabaseName("ix_customers_inactive_name").HasFilter("NOT active"); // Few are; those who still are need no index of their own.
            builder.HasIndex(c => c.MergedIntoId).HasFilter("merged_into_id IS NOT NULL"); // No foreign key: SQLite would make the whole table anew for it.
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(c => c.UnitId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<Customer>().WithMany().HasForeignKey(c => c.ParentId).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany(c => c.Shareholders).WithOne().HasForeignKey(s => s.CustomerId);
            builder.HasMany(c => c.Products).WithOne().HasForeignKey(s => s.CustomerId);
            builder.HasMany(c => c.MainStations).WithOne().HasForeignKey(s => s.CustomerId);
            builder.HasMany(c => c.Sidings).WithOne().HasForeignKey(s => s.CustomerId);
        }
    }
}
