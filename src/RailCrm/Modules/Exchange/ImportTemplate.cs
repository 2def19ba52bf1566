using System.IO.Compression;
using System.Security;
using System.Text;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>A workbook to fill in: a sheet with the columns an import understands, and one that explains them, in the reader's language.</summary>
internal static class ImportTemplate
{
    private const string Spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006";

    public static IResult Get(string kind, CustomFields fields, CurrentActor current)
    {
        if (ImportKind.Of(kind, fields, current.Actor) is not { } known)
        {
            return TypedResults.NotFound();
        }

        string[] headers = [.. known.Fields.Where(f => !f.IsOrigin).Select(f => f.Header)]; // What no header suggests stands on the sheet that explains alone.
        string[][] explained =
        [
            [Texts.Get("import.template_column"), Texts.Get("import.required"), Texts.Get("import.template_how"), Texts.Get("import.template_values"), Texts.Get("import.template_example"), Texts.Get("import.template_also")],
            .. known.Fields.Select(f => new[] { f.Header, f.Required ? Texts.Get("import.template_yes") : "", Texts.Get(f.Help), string.Join(Texts.Get("import.comma"), (f.Own?.Choices ?? Interpreted.Known(f.Name)).Select(v => v.Text)), f.Example, string.Join(", ", f.Synonyms.Prepend(f.Name)) }),
        ];
        return TypedResults.File(Book([(Texts.Get($"import.kind.{known.Name}"), [headers], 18), (Texts.Get("import.template_sheet"), explained, 32)]), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", $"railcrm-{known.Name}.xlsx");
    }

    /// <summary>Every cell a text, the first row bold and in sight.</summary>
    private static byte[] Book(IReadOnlyList<(string Name, string[][] Rows, int Width)> sheets)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Part(zip, "[Content_Types].xml", $"<Types xmlns=\"{Package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
                + string.Concat(sheets.Select((_, i) => $"<Override PartName=\"/xl/worksheets/sheet{i + 1}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>")) + "</Types>");
            Part(zip, "_rels/.rels", $"<Relationships xmlns=\"{Package}/relationships\"><Relationship Id=\"rId1\" Type=\"{Relationships}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
            Part(zip, "xl/workbook.xml", $"<workbook xmlns=\"{Spreadsheet}\" xmlns:r=\"{Relationships}\"><sheets>{string.Concat(sheets.Select((s, i) => $"<sheet name=\"{SecurityElement.Escape(s.Name)}\" sheetId=\"{i + 1}\" r:id=\"rId{i + 1}\"/>"))}</sheets></workbook>");
            Part(zip, "xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Package}/relationships\">{string.Concat(sheets.Select((_, i) => $"<Relationship Id=\"rId{i + 1}\" Type=\"{Relationships}/worksheet\" Target=\"worksheets/sheet{i + 1}.xml\"/>"))}<Relationship Id=\"rId99\" Type=\"{Relationships}/styles\" Target=\"styles.xml\"/></Relationships>");
            Part(zip, "xl/styles.xml", $"<styleSheet xmlns=\"{Spreadsheet}\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
                + "<borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"2\"><xf numFmtId=\"49\" applyNumberFormat=\"1\"/><xf numFmtId=\"49\" fontId=\"1\" applyFont=\"1\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>");
            foreach (var ((_, rows, width), i) in sheets.Select((s, i) => (s, i)))
            {
                Part(zip, $"xl/worksheets/sheet{i + 1}.xml", $"<worksheet xmlns=\"{Spreadsheet}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"
                    + $"<cols><col min=\"1\" max=\"{rows[0].Length}\" width=\"{width}\" customWidth=\"1\"/></cols><sheetData>{string.Concat(rows.Select(Row))}</sheetData></worksheet>");
            }
        }

        return file.ToArray();
    }

    private static string Row(string[] cells, int index) =>
        $"<row r=\"{index + 1}\">{string.Concat(cells.Select(c => $"<c t=\"inlineStr\" s=\"{(index == 0 ? 1 : 0)}\"><is><t xml:space=\"preserve\">{SecurityElement.Escape(c)}</t></is></c>"))}</row>";

    private static void Part(ZipArchive zip, string name, string xml)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
        entry.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>" + xml));
    }
}
