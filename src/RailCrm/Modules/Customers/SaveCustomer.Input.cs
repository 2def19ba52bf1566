namespace RailCrm.Modules.Customers;

public sealed partial class SaveCustomer
{
    /// <summary>What may be said of a customer. What is not here (tier, figures, completeness) is computed, never typed.</summary>
    public sealed class Input
    {
        /// <summary>Registered name.</summary>
        public string Name { get; set; } = "";

        /// <summary>Owning unit; the actor's own where missing.</summary>
        public long? UnitId { get; set; }

        /// <summary>Name in daily use.</summary>
        public string? ShortName { get; set; }

        /// <summary>Unified social credit code.</summary>
        public string? CreditCode { get; set; }

        /// <summary>Why a code whose check digit fails is right all the same.</summary>
        public string? CreditCodeReason { get; set; }

        /// <summary>Why it is no duplicate, although one of the same name or phone exists.</summary>
        public string? DuplicateReason { get; set; }

        /// <summary>Company, sole trader or public body.</summary>
        public CustomerKind? Kind { get; set; }

        /// <summary>法人代表.</summary>
        public string? LegalRepresentative { get; set; }

        /// <summary>经营方向.</summary>
        public string? BusinessDirection { get; set; }

        /// <summary>生产规模.</summary>
        public string? ProductionScale { get; set; }

        /// <summary>市场占有率, percent with two decimals.</summary>
        public decimal? MarketSharePercent { get; set; }

        /// <summary>职工人数.</summary>
        public int? EmployeeCount { get; set; }

        /// <summary>企业性质.</summary>
        public OwnershipType? OwnershipType { get; set; }

        /// <summary>大/中/小/微.</summary>
        public SizeClass? SizeClass { get; set; }

        /// <summary>GB/T 4754 code.</summary>
        public string? IndustryCode { get; set; }

        /// <summary>GB/T 2260 code.</summary>
        public string? RegionCode { get; set; }

        /// <summary>主要运输方式: carload, container, lessThanCarload, road, water, multimodal, separated by commas.</summary>
        public string? TransportModes { get; set; }

        /// <summary>运输周期: daily, weekly, monthly, seasonal, or in words.</summary>
        public string? TransportCycle { get; set; }

        /// <summary>公司介绍.</summary>
        public string? CompanyProfile { get; set; }

        /// <summary>所在地文化.</summary>
        public string? LocalCulture { get; set; }

        /// <summary>所在地习俗.</summary>
        public string? LocalCustoms { get; set; }

        /// <summary>Registered address.</summary>
        public string? RegisteredAddress { get; set; }

        /// <summary>Business address.</summary>
        public string? BusinessAddress { get; set; }

        /// <summary>http or https.</summary>
        public string? Website { get; set; }

        /// <summary>Phone.</summary>
        public string? Phone { get; set; }

        /// <summary>Tags, separated by commas.</summary>
        public string? Tags { get; set; }

        /// <summary>The company it belongs to, one that the actor sees; null for none. A parent the actor may not see stays whatever is said.</summary>
        public long? ParentId { get; set; }

        /// <summary>False when it is no longer served; missing leaves it as it is.</summary>
        public bool? Active { get; set; }

        /// <summary>The group's own fields (自定义字段): key → what one would type; missing, or a key missing, changes nothing, an empty text takes a value away.</summary>
        public Dictionary<string, string?>? Custom { get; set; }

        /// <summary>主要股东. As with every list here: missing changes nothing, present replaces the whole list.</summary>
        public List<ShareholderRow>? Shareholders { get; set; }

        /// <summary>Main products with yearly output and stock.</summary>
        public List<ProductRow>? Products { get; set; }

        /// <summary>主要到发站.</summary>
        public List<StationRow>? MainStations { get; set; }

        /// <summary>专用线. A row of name and station only refers to the siding; one that says more sets its facts.</summary>
        public List<SidingRow>? Sidings { get; set; }
    }
}
