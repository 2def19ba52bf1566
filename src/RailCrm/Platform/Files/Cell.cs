using System.Globalization;

namespace RailCrm.Platform.Files;

/// <summary>How a cell reads in a workbook; in a .csv all are plain.</summary>
internal enum CellFormat
{
    /// <summary>As it is.</summary>
    Text,

    /// <summary>The name of a column.</summary>
    Header,

    /// <summary>Two decimals and thousands.</summary>
    Money,

    /// <summary>Thousands, no decimals.</summary>
    Whole,

    /// <summary>Three decimals and thousands.</summary>
    Tonnes,

    /// <summary>A day.</summary>
    Day,

    /// <summary>As many decimals as there are.</summary>
    Number,
}

/// <summary>A cell of a table that is taken away: text stays text whatever it begins with, a number stays a number.</summary>
internal readonly record struct Cell(string? Text, decimal? Number, CellFormat Format)
{
    /// <summary>Text.</summary>
    public static Cell Of(string? text) => new(text, null, CellFormat.Text);

    /// <summary>Fen, as yuan.</summary>
    public static Cell Money(long fen) => new(null, fen / 100m, CellFormat.Money);

    /// <summary>Kilograms, as tonnes.</summary>
    public static Cell Tonnes(long kg) => new(null, kg / 1000m, CellFormat.Tonnes);

    /// <summary>A whole number; empty where there is none.</summary>
    public static Cell Whole(long? number) => new(null, number, CellFormat.Whole);

    /// <summary>A number; empty where there is none.</summary>
    public static Cell Of(decimal? number) => new(null, number, CellFormat.Number);

    /// <summary>A day: counted from 30 December 1899, as workbooks do.</summary>
    public static Cell Day(DateOnly day) => new(null, day.DayNumber - new DateOnly(1899, 12, 30).DayNumber, CellFormat.Day);

    /// <summary>As a .csv holds it; <see cref="CsvLineWriter"/> guards it.</summary>
    public string Plain() => (Number, Format) switch
    {
        (null, _) => Text ?? "",
        ({ } n, CellFormat.Day) => new DateOnly(1899, 12, 30).AddDays((int)n).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ({ } n, CellFormat.Money) => n.ToString("0.00", CultureInfo.InvariantCulture),
        ({ } n, _) => n.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
