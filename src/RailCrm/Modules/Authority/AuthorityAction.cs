using System.Globalization;
using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Authority;

/// <summary>What somebody decides up to a limit.</summary>
public enum AuthorityAction
{
    /// <summary>折扣: percent off the price.</summary>
    Discount,

    /// <summary>授信额度: how much a customer may owe.</summary>
    CreditLimit,

    /// <summary>账期: how long.</summary>
    CreditDays,

    /// <summary>合同金额: what a contract is worth.</summary>
    ContractAmount,

    /// <summary>核销: what is no longer asked for.</summary>
    WriteOff,

    /// <summary>低于底价: percent below the floor.</summary>
    BelowFloor,
}

/// <summary>What a limit is counted in.</summary>
public enum Measure
{
    /// <summary>Money.</summary>
    Fen,

    /// <summary>Hundredths of a percent.</summary>
    BasisPoints,

    /// <summary>Days.</summary>
    Days,
}

/// <summary>Limits and amounts as people read and type them.</summary>
public static class AuthorityAmount
{
    private const long MostBasisPoints = 10_000;
    private const long MostFen = 10_000_000_000_000;
    private const long MostDays = 3_650;

    /// <summary>What an action is counted in.</summary>
    public static Measure MeasureOf(AuthorityAction action) => action switch
    {
        AuthorityAction.Discount or AuthorityAction.BelowFloor => Measure.BasisPoints,
        AuthorityAction.CreditLimit or AuthorityAction.ContractAmount or AuthorityAction.WriteOff => Measure.Fen,
        AuthorityAction.CreditDays => Measure.Days,
    };

    /// <summary>The highest that can be said: all of it, a hundred billion yuan, ten years.</summary>
    public static long Most(AuthorityAction action) => MeasureOf(action) switch { Measure.BasisPoints => MostBasisPoints, Measure.Fen => MostFen, Measure.Days => MostDays };

    /// <summary>Reads percent, yuan or days as typed, 50万 and 8.5% included; false where it is none, nothing, or beyond <see cref="Most"/>.</summary>
    public static bool TryRead(AuthorityAction action, string? typed, out long amount)
    {
        amount = 0;
        var (units, times) = MeasureOf(action) switch { Measure.BasisPoints => (TypedNumber.Percent, 100m), Measure.Fen => (TypedNumber.Yuan, 100m), Measure.Days => (["天", "d", "days"], 1m) };
        if (!TypedNumber.TryRead(typed, units, out var number) || number <= 0 || number > Most(action) / times || !decimal.IsInteger(number * times))
        {
            return false;
        }

        amount = (long)(number * times);
        return true;
    }

    /// <summary>As a field shows it, and as it is kept in words: percent, yuan or days, without the unit.</summary>
    public static string Plain(AuthorityAction action, long amount) => (MeasureOf(action) == Measure.Days ? amount : amount / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>With its unit; money in the reader's.</summary>
    public static string Said(AuthorityAction action, long amount) => MeasureOf(action) switch
    {
        Measure.BasisPoints => $"{(amount / 100m).ToString("0.##", CultureInfo.CurrentCulture)} %",
        Measure.Fen => $"{Figures.InUnit(amount).ToString("#,##0.######", CultureInfo.CurrentCulture)} {Figures.Unit}",
        Measure.Days => Texts.Get("authority.n_days", amount),
    };

    /// <summary>What an action is called.</summary>
    public static string Called(AuthorityAction action) => Texts.Get($"authority.action_{Snake(action)}");

    /// <summary>The key of its name with the unit that it is counted in.</summary>
    public static string LabelKey(AuthorityAction action) => $"authority.label_{Snake(action)}";

    private static string Snake(AuthorityAction action) => JsonNamingPolicy.SnakeCaseLower.ConvertName(action.ToString());
}
