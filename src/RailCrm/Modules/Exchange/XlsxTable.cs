using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace RailCrm.Modules.Exchange;

/// <summary>The first sheet of a workbook, as values. Reads the XML itself, because the file comes from strangers: no DTD, no links, no macros, every size counted while it is read.</summary>
internal static partial class XlsxTable
{
    private const int MostEntries = 2_000;
    private const long MostUnpacked = 1L << 30;
    private const long BombSize = 50L << 20;
    private const int BombRatio = 100;
    private const int MostRows = 1_048_576;

    /// <summary>Of the texts the cells share, an object counted as twenty characters: some 100 MB of memory.</summary>
    private const int MostSharedCharacters = 48 << 20;

    /// <summary>Largest part beside the sheet and its texts.</summary>
    private const long MostPart = 16L << 20;

    private const int MostStyles = 65_536;

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

            if (unpacked > MostUnpacked)
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
        var (sheet, from1904) = Guard(0, () => FirstSheet(zip));
        var shared = Guard(0, () => SharedStrings(zip));
        var styles = Guard(0, () => NumberStyles(zip));
        using var xml = Guard(0, () => Reader(zip, sheet, MostUnpacked));
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
            if (!Next(xml))
            {
                return false;
            }
        }

        return true;
    }

    /// <remarks>No part of a workbook is nested deeper than a dozen levels.</remarks>
    private static bool Next(XmlReader xml) => xml.Depth > 40 ? throw new XmlException() : xml.Read();

    /// <summary>Rows only rise, so that a row stands for itself when work is taken up again.</summary>
    private static long RowNumber(XmlReader xml, long before)
    {
        var number = xml.GetAttribute("r") is { } r ? long.TryParse(r, System.Globalization.NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0 : before + 1;
        return number <= before || number > MostRows ? throw new TableFileException("import.xlsx_cell_wrong", before + 1) : number;
    }

    /// <summary>Reads the cells of the row the reader stands on, and stands behind it.</summary>
    private static bool Cells(XmlReader xml, long number, List<string> cells, List<string> shared, Dictionary<int, NumberStyle> styles, bool from1904)
    {
        cells.Clear();
        if (xml.IsEmptyElement)
        {
            return xml.Read();
        }

        while (Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "row"))
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
                "s" => int.TryParse(text, System.Globalization.NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < shared.Count ? shared[i] : throw new TableFileException("import.xlsx_cell_wrong", number),
                "b" => text == "1" ? "TRUE" : "FALSE",
                "inlineStr" or "str" => Unescaped(text),
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
        while (Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "c"))
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

    /// <summary>Workbooks write a character that XML does not allow as _x000D_.</summary>
    private static string Unescaped(string text) => text.Contains("_x", StringComparison.Ordinal)
        ? Escaped().Replace(text, m => ((char)ushort.Parse(m.ValueSpan[2..6], System.Globalization.NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString())
        : text;

    private static string Number(string text, NumberStyle style, bool from1904)
    {
        if (text.Length == 0 || !double.TryParse(text, System.Globalization.NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return text;
        }

        if (style == NumberStyle.Date && number is >= 0 and < 2_957_003)
        {
            var at = DateTime.FromOADate(number + (from1904 ? 1462 : 0));
            return at.ToString(at.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        }

        if (Math.Abs(number) >= 1e27)
        {
            return text;
        }

        // To 15 digits, as the program that wrote it shows it: 0.1 + 0.2 is 0.3.
        return style == NumberStyle.Percent ? ((decimal)number * 100).ToString("0.##########", CultureInfo.InvariantCulture) + "%" : ((decimal)number).ToString(CultureInfo.InvariantCulture);
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

    private static (string Part, bool From1904) FirstSheet(ZipArchive zip)
    {
        string? id = null;
        var from1904 = false;
        using (var xml = Reader(zip, "xl/workbook.xml", MostPart))
        {
            while (Next(xml))
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "workbookPr")
                {
                    from1904 = xml.GetAttribute("date1904") is "1" or "true";
                }
                else if (id is null && xml.NodeType == XmlNodeType.Element && xml.LocalName == "sheet" && xml.GetAttribute("state") is null or "visible")
                {
                    id = xml.GetAttribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships") ?? xml.GetAttribute("id", "http://purl.oclc.org/ooxml/officeDocument/relationships");
                }
            }
        }

        if (zip.GetEntry("xl/_rels/workbook.xml.rels") is not null)
        {
            using var xml = Reader(zip, "xl/_rels/workbook.xml.rels", MostPart);
            while (Next(xml))
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Relationship" && xml.GetAttribute("Id") == id && xml.GetAttribute("TargetMode") != "External")
                {
                    var target = xml.GetAttribute("Target") ?? "";
                    return (target.StartsWith('/') ? target[1..] : "xl/" + target, from1904);
                }
            }
        }

        return ("xl/worksheets/sheet1.xml", from1904);
    }

    private static List<string> SharedStrings(ZipArchive zip)
    {
        var strings = new List<string>();
        if (zip.GetEntry("xl/sharedStrings.xml") is null)
        {
            return strings;
        }

        using var xml = Reader(zip, "xl/sharedStrings.xml", MostUnpacked);
        var text = new StringBuilder();
        var (inText, phonetic) = (false, false);
        long characters = 0;
        while (Next(xml))
        {
            switch (xml.NodeType, xml.LocalName)
            {
                case (XmlNodeType.Element, "si"):
                    text.Clear();
                    if (xml.IsEmptyElement)
                    {
                        strings.Add("");
                        characters += 20;
                    }

                    break;
                case (XmlNodeType.Element, "rPh"):
                    phonetic = !xml.IsEmptyElement;
                    break;
                case (XmlNodeType.EndElement, "rPh"):
                    phonetic = false;
                    break;
                case (XmlNodeType.Element, "t"):
                    inText = !xml.IsEmptyElement;
                    break;
                case (XmlNodeType.EndElement, "t"):
                    inText = false;
                    break;
                case (XmlNodeType.EndElement, "si"):
                    strings.Add(Unescaped(text.ToString()));
                    characters += text.Length + 20;
                    if (characters > MostSharedCharacters)
                    {
                        throw new TableFileException("import.xlsx_too_large");
                    }

                    break;
                case (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace, _) when inText && !phonetic:
                    text.Append(xml.Value);
                    if (text.Length > TableFile.LongestCell)
                    {
                        throw new TableFileException("import.xlsx_refused");
                    }

                    break;
            }
        }

        return strings;
    }

    /// <summary>How the cells of a style show their number.</summary>
    private enum NumberStyle
    {
        Plain,
        Date,
        Percent,
    }

    /// <summary>Which cell styles show a date or a percentage: the built-in formats of ECMA-376 18.8.30, and own ones with year, month or day, or %, in them.</summary>
    private static Dictionary<int, NumberStyle> NumberStyles(ZipArchive zip)
    {
        var styles = new Dictionary<int, NumberStyle>();
        if (zip.GetEntry("xl/styles.xml") is null)
        {
            return styles;
        }

        using var xml = Reader(zip, "xl/styles.xml", MostPart);
        var own = new Dictionary<int, NumberStyle>();
        var (inStyles, index) = (false, 0);
        while (Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "cellXfs"))
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (xml.LocalName == "numFmt" && int.TryParse(xml.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var id))
            {
                var code = Literal().Replace(xml.GetAttribute("formatCode") ?? "", "");
                own[id] = DateFormat().IsMatch(code) ? NumberStyle.Date : code.Contains('%', StringComparison.Ordinal) ? NumberStyle.Percent : NumberStyle.Plain;
            }
            else if (xml.LocalName == "cellXfs")
            {
                inStyles = true;
            }
            else if (inStyles && xml.LocalName == "xf" && index < MostStyles)
            {
                var format = int.TryParse(xml.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var f) ? f : 0;
                styles[index++] = own.TryGetValue(format, out var named) ? named
                    : format is (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 50 and <= 58) ? NumberStyle.Date
                    : format is 9 or 10 ? NumberStyle.Percent : NumberStyle.Plain;
            }
        }

        return styles;
    }

    private static XmlReader Reader(ZipArchive zip, string part, long most)
    {
        var entry = zip.GetEntry(part) ?? throw new TableFileException("import.file_no_table");
        return XmlReader.Create(
            new UnpackedPart(entry.Open(), Math.Min(entry.Length, most)),
            new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, IgnoreComments = true, IgnoreProcessingInstructions = true });
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

    [GeneratedRegex("_x[0-9A-Fa-f]{4}_", RegexOptions.NonBacktracking)]
    private static partial Regex Escaped();

    [GeneratedRegex("[ymdYMD年月日]", RegexOptions.NonBacktracking)]
    private static partial Regex DateFormat();

    [GeneratedRegex("\"[^\"]*\"|\\[[^\\]]*\\]|\\\\.", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();
}
