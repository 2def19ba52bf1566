using System.Globalization;
using Sylvan.Data.Csv;

namespace RailCrm.Modules.Reference;

/// <summary>A term of reference data: a code, and what it is called in both languages.</summary>
public record Term(string Code, string Chinese, string English)
{
    /// <summary>In the language of the reader.</summary>
    public string Name => InEnglish ? English : Chinese;

    internal static bool InEnglish => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en";
}

/// <summary>路局集团公司.</summary>
/// <param name="Code">The letter that ends its stations' telegraph codes.</param>
/// <param name="Chinese">Full name.</param>
/// <param name="English">Full name.</param>
/// <param name="DailyName">Name in daily use, 哈局.</param>
/// <param name="Seat">City of its seat.</param>
public sealed record Bureau(string Code, string Chinese, string English, string DailyName, string Seat) : Term(Code, Chinese, English);

/// <summary>A section (letter) or division (two digits) of GB/T 4754-2017.</summary>
/// <param name="Code">Letter or two digits.</param>
/// <param name="Chinese">Name.</param>
/// <param name="English">Name.</param>
/// <param name="Section">The letter it stands under; its own for a section.</param>
public sealed record Industry(string Code, string Chinese, string English, string Section) : Term(Code, Chinese, English);

/// <summary>A container type (箱型箱类).</summary>
/// <param name="Code">Size and type after ISO 6346, or the railway's own.</param>
/// <param name="Chinese">Name.</param>
/// <param name="English">Name.</param>
/// <param name="Trade">What the trade calls it, 40HQ.</param>
/// <param name="LengthFeet">Length in feet.</param>
/// <param name="HeightFeet">Height in feet; null where the railway states none.</param>
public sealed record ContainerType(string Code, string Chinese, string English, string Trade, int LengthFeet, decimal? HeightFeet) : Term(Code, Chinese, English);

/// <summary>A class of wagons (车种).</summary>
/// <param name="Code">The letters that begin its types.</param>
/// <param name="Chinese">Name.</param>
/// <param name="English">Name.</param>
/// <param name="Loads">Types whose marked load (标重, t) is published.</param>
public sealed record WagonClass(string Code, string Chinese, string English, IReadOnlyList<(string Type, int Tonnes)> Loads) : Term(Code, Chinese, English);

/// <summary>The tables that are built into the program.</summary>
internal static class Embedded
{
    /// <summary>The rows of a table, without its source and its header line.</summary>
    public static IReadOnlyList<string[]> Rows(string name)
    {
        using var stream = typeof(Embedded).Assembly.GetManifestResourceStream($"RailCrm.Modules.Reference.data.{name}.csv")!;
        using var reader = new StreamReader(stream);
        if (reader.Peek() == '#')
        {
            reader.ReadLine();
        }

        using var csv = CsvDataReader.Create(reader);
        var rows = new List<string[]>();
        while (csv.Read())
        {
            rows.Add([.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)]);
        }

        return rows;
    }
}
