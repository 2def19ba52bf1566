namespace RailCrm.Modules.Customers;

/// <summary>What kind of body a customer is.</summary>
public enum CustomerKind
{
    /// <summary>企业.</summary>
    Company,

    /// <summary>个体工商户.</summary>
    SoleTrader,

    /// <summary>机关事业单位.</summary>
    PublicBody,
}

/// <summary>Ownership type (企业性质).</summary>
public enum OwnershipType
{
    /// <summary>国有.</summary>
    StateOwned,

    /// <summary>民营.</summary>
    Private,

    /// <summary>外资.</summary>
    Foreign,

    /// <summary>合资.</summary>
    JointVenture,

    /// <summary>集体.</summary>
    Collective,

    /// <summary>个体.</summary>
    Individual,

    /// <summary>事业单位.</summary>
    Institution,
}

/// <summary>Size class (大/中/小/微).</summary>
public enum SizeClass
{
    /// <summary>大型.</summary>
    Large,

    /// <summary>中型.</summary>
    Medium,

    /// <summary>小型.</summary>
    Small,

    /// <summary>微型.</summary>
    Micro,
}

/// <summary>Customer tier (客户分类): what a customer brings in over twelve months, unless it is at risk or has not traded.</summary>
public enum CustomerTier
{
    /// <summary>潜在客户.</summary>
    Prospective,

    /// <summary>小客户.</summary>
    Small,

    /// <summary>中客户.</summary>
    Medium,

    /// <summary>大客户.</summary>
    Large,

    /// <summary>风险客户.</summary>
    AtRisk,
}
