using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace RailCrm.Modules.Exchange;

/// <summary>How the cells of a style show their number.</summary>
internal enum XlsxNumberStyle
{
    Plain,
    Date,
    Percent,
}

/// <summary>The parts of a workbook that its sheet needs to be understood: which it is, the texts and the styles its cells refer to.</summary>
internal static partial class XlsxParts
{
    /// <summary>Bytes that all parts together may unpack to.</summary>
    public const long MostUnpacked = 1L << 30;

    /// <summary>Of the texts the cells share, an object counted as twenty characters: some 100 MB of memory.</summary>
    private const int MostSharedCharacters = 48 << 20;

    /// <summary>Largest part beside the sheet and its texts.</summary>
    private const long MostPart = 16L << 20;

    private const int MostStyles = 65_536;

    /// <summary>The part of the first sheet that is shown, and whether its days count from 1904.</summary>
    public static (string Part, bool From1904) FirstSheet(ZipArchive zip)
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

    /// <summary>The texts that cells refer to.</summary>
    public static List<string> SharedStrings(ZipArchive zip)
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

    /// <summary>Which cell styles show a date or a percentage: the built-in formats of ECMA-376 18.8.30, and own ones with year, month or day, or %, in them.</summary>
    public static Dictionary<int, XlsxNumberStyle> NumberStyles(ZipArchive zip)
    {
        var styles = new Dictionary<int, XlsxNumberStyle>();
        if (zip.GetEntry("xl/styles.xml") is null)
        {
            return styles;
        }

        using var xml = Reader(zip, "xl/styles.xml", MostPart);
        var own = new Dictionary<int, XlsxNumberStyle>();
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
                own[id] = DateFormat().IsMatch(code) ? XlsxNumberStyle.Date : code.Contains('%', StringComparison.Ordinal) ? XlsxNumberStyle.Percent : XlsxNumberStyle.Plain;
            }
            else if (xml.LocalName == "cellXfs")
            {
                inStyles = true;
            }
            else if (inStyles && xml.LocalName == "xf" && index < MostStyles)
            {
                var format = int.TryParse(xml.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var f) ? f : 0;
                styles[index++] = own.TryGetValue(format, out var named) ? named
                    : format is (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 50 and <= 58) ? XlsxNumberStyle.Date
                    : format is 9 or 10 ? XlsxNumberStyle.Percent : XlsxNumberStyle.Plain;
            }
        }

        return styles;
    }

    /// <summary>Reads a part; whatever the archive says, no more than so many bytes of it.</summary>
    public static XmlReader Reader(ZipArchive zip, string part, long most)
    {
        var entry = zip.GetEntry(part) ?? throw new TableFileException("import.file_no_table");
        return XmlReader.Create(
            new UnpackedPart(entry.Open(), Math.Min(entry.Length, most)),
            new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, IgnoreComments = true, IgnoreProcessingInstructions = true });
    }

    /// <summary>The next node.</summary>
    /// <remarks>No part of a workbook is nested deeper than a dozen levels.</remarks>
    public static bool Next(XmlReader xml) => xml.Depth > 40 ? throw new XmlException() : xml.Read();

    /// <summary>Workbooks write a character that XML does not allow as _x000D_.</summary>
    public static string Unescaped(string text) => text.Contains("_x", StringComparison.Ordinal)
        ? Escaped().Replace(text, m => ((char)ushort.Parse(m.ValueSpan[2..6], System.Globalization.NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString())
        : text;

    [GeneratedRegex("_x[0-9A-Fa-f]{4}_", RegexOptions.NonBacktracking)]
    private static partial Regex Escaped();

    [GeneratedRegex("[ymdYMD年月日]", RegexOptions.NonBacktracking)]
    private static partial Regex DateFormat();

    [GeneratedRegex("\"[^\"]*\"|\\[[^\\]]*\\]|\\\\.", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();
}
