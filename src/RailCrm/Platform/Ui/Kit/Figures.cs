using System.Globalization;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>Money, weights, counts and times as people read them. Money follows the reader's <see cref="MoneyUnit"/>.</summary>
public static class Figures
{
    /// <summary>元 or 万元, to stand in a column's heading.</summary>
    public static string Unit => Texts.Get(MoneyUnit.IsWan ? "ui.unit_wan" : "ui.unit_yuan");

    /// <summary>Fen in the reader's unit: a chart's value.</summary>
    public static decimal InUnit(long fen) => fen / (MoneyUnit.IsWan ? 1_000_000m : 100m);

    /// <summary>Fen in the reader's unit with two decimals, grouped by thousands; in 万元 with four where two would show nothing.</summary>
    public static string Money(long fen) => InUnit(fen).ToString(MoneyUnit.IsWan && fen != 0 && Math.Abs(fen) < 10_000 ? "N4" : "N2", CultureInfo.CurrentCulture);

    /// <summary>A large amount short enough for a headline: 10,173.20 万, 1.02 亿, 101.73 M; below a million yuan in full, in 万元 always in it.</summary>
    public static string ShortMoney(long fen)
    {
        var english = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en";
        return (MoneyUnit.IsWan, Math.Abs(fen)) switch
        {
            (true, _) => $"{Money(fen)} {Texts.Get("ui.wan")}",
            (_, < 100_000_000) => Money(fen),
            _ when english => $"{(fen / 100_000_000m).ToString("N2", CultureInfo.CurrentCulture)} M",
            (_, < 1_000_000_000_000) => $"{(fen / 1_000_000m).ToString("N2", CultureInfo.CurrentCulture)} {Texts.Get("ui.wan")}",
            _ => $"{(fen / 10_000_000_000m).ToString("N2", CultureInfo.CurrentCulture)} 亿",
        };
    }

    /// <summary>A change of money, with its sign.</summary>
    public static string Change(long fen) => (fen > 0 ? "+" : "") + Money(fen);

    /// <summary>Kilograms as tonnes, grouped.</summary>
    public static string Tonnes(long kg) => (kg / 1000m).ToString("N1", CultureInfo.CurrentCulture);

    /// <summary>A count, grouped; 10,000+ where counting stopped there.</summary>
    public static string Count(long count, bool capped = false) => count.ToString("N0", CultureInfo.CurrentCulture) + (capped ? "+" : "");

    /// <summary>A ratio as a percentage; a dash where there is none.</summary>
    public static string Percent(decimal? ratio) => ratio?.ToString("P1", CultureInfo.CurrentCulture) ?? "—";

    /// <summary>A file's size.</summary>
    public static string Bytes(long bytes) => bytes < 1024 ? $"{bytes} B" : bytes < 1_048_576 ? $"{bytes / 1024m:0.#} KB" : bytes < 1_073_741_824 ? $"{bytes / 1_048_576m:0.#} MB" : $"{bytes / 1_073_741_824m:0.#} GB";

    /// <summary>A date.</summary>
    public static string Date(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "—";

    /// <summary>An instant (UTC) by the reader's clock (<see cref="ReaderZone"/>), to the minute.</summary>
    public static string Time(DateTime utc) => ReaderZone.At(utc).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>An instant (UTC) by the clock in Beijing: in documents and files, which are the same for everyone.</summary>
    public static string BeijingTime(DateTime utc) => Kernel.BusinessCalendar.ToBeijing(utc).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
