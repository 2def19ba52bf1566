namespace RailCrm.Modules.Customers;

/// <summary>决策角色: what a person has to say in a decision for us.</summary>
public enum DecisionRole
{
    /// <summary>Decides (决策人).</summary>
    Decider,

    /// <summary>Must agree (审批人).</summary>
    Approver,

    /// <summary>Is listened to (影响者).</summary>
    Influencer,

    /// <summary>Buys (采购人).</summary>
    Buyer,

    /// <summary>Uses what we do (使用人).</summary>
    User,

    /// <summary>Lets others through, or not (把关人).</summary>
    Gatekeeper,
}

/// <summary>态度: how a person stands to us.</summary>
public enum Attitude
{
    /// <summary>For us, and says so.</summary>
    Supporter,

    /// <summary>Rather for us.</summary>
    Friendly,

    /// <summary>Neither.</summary>
    Neutral,

    /// <summary>Rather against us.</summary>
    Reserved,

    /// <summary>Against us.</summary>
    Opponent,
}

/// <summary>影响力: how much a person's word weighs at the customer.</summary>
public enum Influence
{
    /// <summary>Much.</summary>
    High,

    /// <summary>Some.</summary>
    Medium,

    /// <summary>Little.</summary>
    Low,
}

/// <summary>关系亲疏: how near a person is to us.</summary>
public enum Closeness
{
    /// <summary>Well known, seen often.</summary>
    Close,

    /// <summary>Known.</summary>
    Known,

    /// <summary>Met.</summary>
    Met,

    /// <summary>Never met.</summary>
    Unmet,
}

/// <summary>首选联系方式: how a person wants to be reached.</summary>
public enum ContactWay
{
    /// <summary>By mobile.</summary>
    Mobile,

    /// <summary>By landline.</summary>
    Phone,

    /// <summary>By WeChat.</summary>
    WeChat,

    /// <summary>By mail.</summary>
    Email,

    /// <summary>In person.</summary>
    Visit,
}
