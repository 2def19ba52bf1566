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
    private const int MostSharedCharacters = 64 << 20;
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

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

    /// <summary>All rows of the first sheet.</summary>
    /// <exception cref="TableFileException">Names the row it cannot read.</exception>
    public static IEnumerable<TableRow> Rows(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        var (sheet, from1904) = Guard(0, () => FirstSheet(zip));
        var shared = Guard(0, () => SharedStrings(zip));
        var dates = Guard(0, () => DateStyles(zip));
        using var xml = Reader(zip, sheet);
        long number = 0;
        while (Guard(number, () => ToRow(xml)))
        {
            var row = number;
            var cells = Guard(row + 1, () => Cells(xml, ref row, shared, dates, from1904));
            number = row;
            yield return new(number, cells);
        }
    }

    private static bool ToRow(XmlReader xml)
    {
        while (xml.NodeType != XmlNodeType.Element || xml.LocalName != "row")
        {
            if (!xml.Read())
            {
                return false;
            }
        }

        return true;
    }

    private static string[] Cells(XmlReader xml, ref long number, List<string> shared, HashSet<int> dates, bool from1904)
    {
        number = xml.GetAttribute("r") is { } r ? long.TryParse(r, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0 : number + 1;
        if (number is < 1 or > MostRows)
        {
            throw new TableFileException("import.xlsx_cell_wrong", number);
        }

        var cells = new List<string>();
        using var row = xml.ReadSubtree();
        row.Read();
        while (row.Read())
        {
            if (row.NodeType != XmlNodeType.Element || row.LocalName != "c")
            {
                continue;
            }

            var column = row.GetAttribute("r") is { } reference ? Column(reference, number) : cells.Count;
            var (type, style) = (row.GetAttribute("t"), int.TryParse(row.GetAttribute("s"), CultureInfo.InvariantCulture, out var s) ? s : 0);
            var text = Text(row);
            var value = type switch
            {
                "s" => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < shared.Count ? shared[i] : throw new TableFileException("import.xlsx_cell_wrong", number),
                "b" => text == "1" ? "TRUE" : "FALSE",
                "inlineStr" or "str" or "e" or "d" => text,
                _ => Number(text, dates.Contains(style), from1904),
            };
            if (value.Length > TableFile.LongestCell)
            {
                throw new TableFileException("import.cell_long", number);
            }

            while (cells.Count < column)
            {
                cells.Add("");
            }

            if (cells.Count == column)
            {
                cells.Add(value);
            }
        }

        return [.. cells];
    }

    /// <summary>The value of a cell: its v, or the t of its is. The formula beside it is passed over.</summary>
    private static string Text(XmlReader row)
    {
        if (row.IsEmptyElement)
        {
            return "";
        }

        var text = new StringBuilder();
        using var cell = row.ReadSubtree();
        cell.Read();
        var wanted = false;
        while (cell.Read())
        {
            if (cell.NodeType == XmlNodeType.Element)
            {
                wanted = cell.LocalName is "v" or "t";
            }
            else if (cell.NodeType == XmlNodeType.EndElement)
            {
                wanted = false;
            }
            else if (wanted && cell.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
            {
                text.Append(cell.Value);
            }
        }

        return text.ToString();
    }

    private static string Number(string text, bool isDate, bool from1904)
    {
        if (text.Length == 0 || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return text;
        }

        if (isDate && number is >= 0 and < 2_958_466)
        {
            var at = DateTime.FromOADate(number + (from1904 ? 1462 : 0));
            return at.ToString(at.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        }

        // To 15 digits, as the program that wrote it shows it: 0.1 + 0.2 is 0.3.
        return Math.Abs(number) < 1e27 ? ((decimal)number).ToString(CultureInfo.InvariantCulture) : text;
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
        using (var xml = Reader(zip, "xl/workbook.xml"))
        {
            while (xml.Read())
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
            using var xml = Reader(zip, "xl/_rels/workbook.xml.rels");
            while (xml.Read())
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

        using var xml = Reader(zip, "xl/sharedStrings.xml");
        var text = new StringBuilder();
        var (inText, phonetic) = (false, false);
        long characters = 0;
        while (xml.Read())
        {
            switch (xml.NodeType, xml.LocalName)
            {
                case (XmlNodeType.Element, "si"):
                    text.Clear();
                    if (xml.IsEmptyElement)
                    {
                        strings.Add("");
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
                    strings.Add(text.ToString());
                    characters += text.Length;
                    if (characters > MostSharedCharacters)
                    {
                        throw new TableFileException("import.xlsx_too_large");
                    }

                    break;
                case (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace, _) when inText && !phonetic:
                    text.Append(xml.Value);
                    break;
            }
        }

        return strings;
    }

    /// <summary>Which cell styles show a date: the built-in formats of ECMA-376 18.8.30 and own ones with year, month or day in them.</summary>
    private static HashSet<int> DateStyles(ZipArchive zip)
    {
        var dates = new HashSet<int>();
        if (zip.GetEntry("xl/styles.xml") is null)
        {
            return dates;
        }

        using var xml = Reader(zip, "xl/styles.xml");
        var own = new HashSet<int>();
        var (inStyles, index) = (false, 0);
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "cellXfs")
            {
                break;
            }

            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (xml.LocalName == "numFmt" && int.TryParse(xml.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var id) && DateFormat().IsMatch(Literal().Replace(xml.GetAttribute("formatCode") ?? "", "")))
            {
                own.Add(id);
            }
            else if (xml.LocalName == "cellXfs")
            {
                inStyles = true;
            }
            else if (inStyles && xml.LocalName == "xf")
            {
                if (int.TryParse(xml.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var format) && (format is (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 50 and <= 58) || own.Contains(format)))
                {
                    dates.Add(index);
                }

                index++;
            }
        }

        return dates;
    }

    private static XmlReader Reader(ZipArchive zip, string part) => XmlReader.Create(
        new CountedStream((zip.GetEntry(part) ?? throw new TableFileException("import.file_no_table")).Open()),
        new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, IgnoreComments = true, IgnoreProcessingInstructions = true });

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

    [GeneratedRegex("[ymdYMD年月日]", RegexOptions.NonBacktracking)]
    private static partial Regex DateFormat();

    [GeneratedRegex("\"[^\"]*\"|\\[[^\\]]*\\]|\\\\.", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();

    /// <summary>Counts what really comes out of the archive, whatever its directory says.</summary>
    private sealed class CountedStream(Stream inner) : Stream
    {
        private long _read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            _read += read;
            return _read > MostUnpacked ? throw new TableFileException("import.xlsx_too_large") : read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
