using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace RailCrm.Platform.Files;

/// <summary>Rows into a workbook, one after the other: the archive is written as the rows come and nothing is kept, however many there are. What one sheet does not hold goes on in the next, below the same header.</summary>
/// <remarks>By hand because the Open XML library keeps a whole part in memory. Text is typed as text, so that none can be a formula; numbers are numbers.</remarks>
internal static class XlsxWriter
{
    /// <summary>Rows a sheet holds below its header.</summary>
    public const int MostRows = 1_048_575;

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const int Chunk = 32_000;

    /// <summary>Order of <see cref="CellFormat"/>: number format, font.</summary>
    private static readonly (int Format, int Font)[] Styles = [(49, 0), (49, 1), (4, 0), (3, 0), (164, 0), (165, 0), (0, 0)];

    /// <summary>Writes text rows, the first of them the header.</summary>
    public static Task Copy(IEnumerable<string[]> rows, Stream output, CancellationToken ct) => Write(Texts(rows), output, ct);

    /// <summary>Sheets that so many rows below the header take.</summary>
    public static long Sheets(long rows) => Math.Max(1, (rows + MostRows - 1) / MostRows);

    /// <summary>Writes all rows, the header first.</summary>
    public static async Task Write(IAsyncEnumerable<Cell[]> rows, Stream output, CancellationToken ct, int most = MostRows)
    {
        // The archive writes synchronously when a part ends, which a response does not allow: its bytes wait here and are sent on chunk by chunk.
        await using var waiting = new WaitingBytes();
        using (var zip = new ZipArchive(waiting, ZipArchiveMode.Create, leaveOpen: true))
        {
            var sheets = await Fill(zip, waiting, rows, output, most, ct);
            Part(zip, "xl/styles.xml", Style());
            Part(zip, "xl/workbook.xml", $"""<workbook xmlns="{Main}" xmlns:r="{Relations}"><sheets>{string.Concat(Enumerable.Range(1, sheets).Select(n => $"""<sheet name="{(n == 1 ? "RailCRM" : $"RailCRM {n}")}" sheetId="{n}" r:id="rId{n}"/>"""))}</sheets></workbook>""");
            Part(zip, "xl/_rels/workbook.xml.rels", Links([.. Enumerable.Range(1, sheets).Select(n => ("worksheet", $"worksheets/sheet{n}.xml")), ("styles", "styles.xml")]));
            Part(zip, "_rels/.rels", Links(("officeDocument", "xl/workbook.xml")));
            Part(zip, "[Content_Types].xml", $"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{string.Concat(Enumerable.Range(1, sheets).Select(n => $"""<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"""))}<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>""");
        }

        await waiting.Send(output, ct);
    }

    /// <summary>The sheets; answers how many.</summary>
    private static async Task<int> Fill(ZipArchive zip, WaitingBytes waiting, IAsyncEnumerable<Cell[]> rows, Stream output, int most, CancellationToken ct)
    {
        var (sheets, below, text, header) = (1, 0, new StringBuilder(Chunk * 2), (Cell[]?)null);
        var sheet = Begin(zip, text, sheets);
        try
        {
            await foreach (var row in rows.WithCancellation(ct))
            {
                if (below == most)
                {
                    End(text, sheet);
                    (sheet, below) = (Begin(zip, text, ++sheets), 0);
                    Append(text, header!);
                }

                Append(text, row);
                (header, below) = header is null ? (row, 0) : (header, below + 1);
                if (text.Length >= Chunk)
                {
                    Flush(text, sheet);
                    await waiting.Send(output, ct);
                }
            }

            End(text, sheet);
        }
        finally
        {
            await sheet.DisposeAsync(); // Before the archive, which would wait for it.
        }

        return sheets;
    }

    private static Stream Begin(ZipArchive zip, StringBuilder text, int number)
    {
        text.Append(CultureInfo.InvariantCulture, $"""<worksheet xmlns="{Main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15" defaultColWidth="16"/><sheetData>""");
        return zip.CreateEntry($"xl/worksheets/sheet{number}.xml", CompressionLevel.Fastest).Open();
    }

    private static void End(StringBuilder text, Stream sheet)
    {
        text.Append("</sheetData></worksheet>");
        Flush(text, sheet);
        sheet.Dispose();
    }

    private static void Append(StringBuilder text, Cell[] row)
    {
        text.Append("<row>");
        foreach (var cell in row)
        {
            Append(text, cell);
        }

        text.Append("</row>");
    }

    private static void Append(StringBuilder text, Cell cell)
    {
        if (cell.Number is { } number)
        {
            text.Append(CultureInfo.InvariantCulture, $"<c s=\"{(int)cell.Format}\"><v>{number:0.############}</v></c>");
        }
        else if (string.IsNullOrEmpty(cell.Text))
        {
            text.Append("<c/>");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"<c s=\"{(int)cell.Format}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
            for (var i = 0; i < cell.Text.Length; i++)
            {
                var c = cell.Text[i];
                _ = c switch
                {
                    '_' when IsEscape(cell.Text.AsSpan(i)) => text.Append("_x005F_"), // A text that looks like an escaped character is none.
                    '&' => text.Append("&amp;"),
                    '<' => text.Append("&lt;"),
                    '>' => text.Append("&gt;"),
                    '\r' => text.Append("&#13;"), // A bare one would be read back as a line feed.
                    < ' ' and not ('\t' or '\n') or '\uFFFE' or '\uFFFF' => text.Append('\uFFFD'),
                    _ => text.Append(c),
                };
            }

            text.Append("</t></is></c>");
        }
    }

    private static bool IsEscape(ReadOnlySpan<char> text) => text is ['_', 'x', _, _, _, _, '_', ..] && text[2..6].IndexOfAnyExcept(System.Buffers.SearchValues.Create("0123456789abcdefABCDEF")) < 0;

    private static void Flush(StringBuilder text, Stream sheet)
    {
        sheet.Write(Encoding.UTF8.GetBytes(text.ToString()));
        text.Clear();
    }

    private static void Part(ZipArchive zip, string name, string xml)
    {
        using var part = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        part.Write(Encoding.UTF8.GetBytes($"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{xml}"""));
    }

    private static string Links(params (string Kind, string Target)[] to) =>
        $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{string.Concat(to.Select((t, i) => $"""<Relationship Id="rId{i + 1}" Type="{Relations}/{t.Kind}" Target="{t.Target}"/>"""))}</Relationships>""";

    /// <remarks>Text cells carry quotePrefix: a spreadsheet shows them as typed with an apostrophe and never takes them for a formula, edited or not.</remarks>
    private static string Style() =>
        $"""<styleSheet xmlns="{Main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="#,##0.000"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/></numFmts><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="{Styles.Length}">{string.Concat(Styles.Select((s, i) => $"""<xf numFmtId="{s.Format}" fontId="{s.Font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"{(i == 0 ? " quotePrefix=\"1\"" : "")}/>"""))}</cellXfs></styleSheet>""";

    private static async IAsyncEnumerable<Cell[]> Texts(IEnumerable<string[]> rows)
    {
        var header = true;
        foreach (var row in rows)
        {
            yield return [.. row.Select(c => new Cell(c, null, header ? CellFormat.Header : CellFormat.Text))];
            header = false;
        }

        await Task.CompletedTask;
    }
}
