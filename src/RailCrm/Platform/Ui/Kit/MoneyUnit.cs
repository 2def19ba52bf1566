namespace RailCrm.Platform.Ui.Kit;

/// <summary>The unit in which the person of this request reads money; 元 unless they chose 万元. A cookie keeps it, every figure follows.</summary>
public static class MoneyUnit
{
    /// <summary>The cookie's name; its value is <c>yuan</c> or <c>wan</c>.</summary>
    public const string Cookie = "money";

    private static readonly AsyncLocal<bool> Wan = new();

    /// <summary>Whether money is shown in 万元 (10,000 yuan).</summary>
    public static bool IsWan => Wan.Value;

    /// <summary>Holds for the rest of this request.</summary>
    public static void Use(string? value) => Wan.Value = value == "wan";
}
