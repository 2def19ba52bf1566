using System.Globalization;
using System.IO.Compression;
using System.Xml;

namespace RailCrm.Modules.Exchange;

/// <summary>The first sheet of a workbook, as values. Reads the XML itself, because the file comes from strangers: no DTD, no links, no macros, every size counted while it is read.</summary>
internal static class XlsxTable
{
    private const int MostEntries = 2_000;
    private const long BombSize = 50L << 20;
    private const int BombRatio = 100;
    private const int MostRows = 1_048_576;

    /// <summary>Refuses archives that are no workbook or want to do harm.</summary>
    /// <exception cref="TableFileException">Says why.</exception>
    public static void Examine(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            if (zip.Entries.Count > MostEntries)
            {
                throw new TableFileException("import.xlsx_refused");
            }

            long unpacked = 0;
            foreach (var entry in zip.Entries)
            {
                if (entry.IsEncrypted)
                {
                    throw new TableFileException("import.file_old_or_locked");
                }

                if (entry.FullName.Contains("..", StringComparison.Ordinal) || entry.FullName.StartsWith('/') || entry.FullName.Contains('\\', StringComparison.Ordinal))
                {
                    throw new TableFileException("import.xlsx_refused");
                }

                unpacked += entry.Length;
                if (entry.Length > BombSize && entry.Length / Math.Max(1, entry.CompressedLength) > BombRatio)
                {
                    throw new TableFileException("import.xlsx_too_large");
                }
            }

            if (unpacked > XlsxParts.MostUnpacked)
            {
                throw new TableFileException("import.xlsx_too_large");
            }

            if (zip.GetEntry("xl/workbook.xml") is null)
            {
                throw new TableFileException("import.file_no_table");
            }
        }
        catch (InvalidDataException)
        {
            throw new TableFileException("import.xlsx_refused");
        }
    }

    /// <summary>All rows of the first sheet that hold anything.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="width">At least so many cells a row.</param>
    /// <exception cref="TableFileException">Names the row it cannot read.</exception>
    public static IEnumerable<TableRow> Rows(string path, int width)
    {
        using var zip = ZipFile.OpenRead(path);
        var (sheet, from1904) = Guard(0, () => XlsxParts.FirstSheet(zip));
        var shared = Guard(0, () => XlsxParts.SharedStrings(zip));
        var styles = Guard(0, () => XlsxParts.NumberStyles(zip));
        using var xml = Guard(0, () => XlsxParts.Reader(zip, sheet, XlsxParts.MostUnpacked));
        var cells = new List<string>();
        long number = 0;
        while (Guard(number, () => ToRow(xml)))
        {
            var before = number;
            number = Guard(before + 1, () => RowNumber(xml, before));
            Guard(number, () => Cells(xml, number, cells, shared, styles, from1904));
            if (cells.TrueForAll(string.IsNullOrWhiteSpace))
            {
                continue;
            }

            while (cells.Count < width)
            {
                cells.Add("");
            }

            yield return new(number, [.. cells]);
        }
    }

    private static bool ToRow(XmlReader xml)
    {
        while (xml.NodeType != XmlNodeType.Element || xml.LocalName != "row")
        {
            if (!XlsxParts.Next(xml))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Rows only rise, so that a row stands for itself when work is taken up again.</summary>
    private static long RowNumber(XmlReader xml, long before)
    {
        var number = xml.GetAttribute("r") is { } r ? long.TryParse(r, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0 : before + 1;
        return number <= before || number > MostRows ? throw new TableFileException("import.xlsx_cell_wrong", before + 1) : number;
    }

    /// <summary>Reads the cells of the row the reader stands on, and stands behind it.</summary>
    private static bool Cells(XmlReader xml, long number, List<string> cells, List<string> shared, Dictionary<int, XlsxNumberStyle> styles, bool from1904)
    {
        cells.Clear();
        if (xml.IsEmptyElement)
        {
            return xml.Read();
        }

        while (XlsxParts.Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "row"))
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "c")
            {
                continue;
            }

            var column = xml.GetAttribute("r") is { } reference ? Column(reference, number) : cells.Count;
            if (column < cells.Count)
            {
                throw new TableFileException("import.xlsx_cell_wrong", number); // Twice the same, or backwards.
            }

            if (column >= TableFile.MostColumns)
            {
                throw new TableFileException("import.too_many_columns", number, TableFile.MostColumns);
            }

            var (type, style) = (xml.GetAttribute("t"), int.TryParse(xml.GetAttribute("s"), CultureInfo.InvariantCulture, out var s) ? s : 0);
            var text = Value(xml, number);
            while (cells.Count < column)
            {
                cells.Add("");
            }

            cells.Add(type switch
            {
                "s" => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < shared.Count ? shared[i] : throw new TableFileException("import.xlsx_cell_wrong", number),
                "b" => text == "1" ? "TRUE" : "FALSE",
                "inlineStr" or "str" => XlsxParts.Unescaped(text),
                "e" or "d" => text,
                _ => Number(text, styles.GetValueOrDefault(style), from1904),
            });
        }

        return true;
    }

    /// <summary>The value of a cell: its v, or the t of its is. The formula beside it is passed over.</summary>
    private static string Value(XmlReader xml, long number)
    {
        if (xml.IsEmptyElement)
        {
            return "";
        }

        var text = "";
        var (wanted, phonetic) = (false, false);
        while (XlsxParts.Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "c"))
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    phonetic |= xml.LocalName == "rPh" && !xml.IsEmptyElement;
                    wanted = xml.LocalName is "v" or "t" && !xml.IsEmptyElement && !phonetic;
                    break;
                case XmlNodeType.EndElement:
                    phonetic &= xml.LocalName != "rPh";
                    wanted = false;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when wanted:
                    text += xml.Value;
                    if (text.Length > TableFile.LongestCell)
                    {
                        throw new TableFileException("import.cell_long", number);
                    }

                    break;
            }
        }

        return text;
    }

    private static string Number(string text, XlsxNumberStyle style, bool from1904)
    {
        if (text.Length == 0 || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return text;
        }

        if (style == XlsxNumberStyle.Date && number is >= 0 and < 2_957_003)
        {
            var at = DateTime.FromOADate(number + (from1904 ? 1462 : 0));
            return at.ToString(at.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        }

        if (Math.Abs(number) >= 1e27)
        {
            return text;
        }

        // To 15 digits, as the program that wrote it shows it: 0.1 + 0.2 is 0.3.
        return style == XlsxNumberStyle.Percent ? ((decimal)number * 100).ToString("0.##########", CultureInfo.InvariantCulture) + "%" : ((decimal)number).ToString(CultureInfo.InvariantCulture);
    }

    private static int Column(string reference, long row)
    {
        var column = 0;
        var letters = 0;
        while (letters < reference.Length && char.IsAsciiLetterUpper(reference[letters]) && letters < 4)
        {
            column = (column * 26) + reference[letters++] - 'A' + 1;
        }

        return letters is 0 or > 3 || letters == reference.Length ? throw new TableFileException("import.xlsx_cell_wrong", row)
            : column > TableFile.MostColumns ? throw new TableFileException("import.too_many_columns", row, TableFile.MostColumns)
            : column - 1;
    }

    private static T Guard<T>(long row, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is XmlException or InvalidDataException or NotSupportedException)
        {
            throw new TableFileException("import.xlsx_broken", row);
        }
    }
}
