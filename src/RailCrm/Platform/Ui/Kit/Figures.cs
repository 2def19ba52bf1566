using System.Globalization;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>Money, weights and times as people read them.</summary>
public static class Figures
{
    /// <summary>Fen as yuan with two decimals, grouped by thousands.</summary>
    public static string Money(long fen) => (fen / 100m).ToString("N2", CultureInfo.CurrentCulture);

    /// <summary>Kilograms as tonnes, grouped.</summary>
    public static string Tonnes(long kg) => (kg / 1000m).ToString("N1", CultureInfo.CurrentCulture);

    /// <summary>An instant (UTC) by the clock in Beijing, to the minute.</summary>
    public static string Time(DateTime utc) => Kernel.BusinessCalendar.ToBeijing(utc).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
