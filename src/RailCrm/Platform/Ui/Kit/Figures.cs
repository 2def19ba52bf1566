using System.Globalization;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>Money, weights and times as people read them.</summary>
public static class Figures
{
    /// <summary>Fen as yuan with two decimals, grouped by thousands.</summary>
    public static string Money(long fen) => (fen / 100m).ToString("N2", CultureInfo.CurrentCulture);

    /// <summary>A large amount short enough for a headline: 10,173.20 万 or 101.73 M; below a million yuan in full.</summary>
    public static string ShortMoney(long fen) => Math.Abs(fen) < 100_000_000 ? Money(fen)
        : CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? $"{(fen / 100_000_000m).ToString("N2", CultureInfo.CurrentCulture)} M" : $"{(fen / 1_000_000m).ToString("N2", CultureInfo.CurrentCulture)} 万";

    /// <summary>Kilograms as tonnes, grouped.</summary>
    public static string Tonnes(long kg) => (kg / 1000m).ToString("N1", CultureInfo.CurrentCulture);

    /// <summary>An instant (UTC) by the clock in Beijing, to the minute.</summary>
    public static string Time(DateTime utc) => Kernel.BusinessCalendar.ToBeijing(utc).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
