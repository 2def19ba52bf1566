using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Text;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Dossier;

/// <summary>The template that comes with the product, in the reader's language: a cover, what is known section by section, every list as a table whose row repeats.</summary>
/// <remarks>Made from the catalogue of values rather than kept as a file, so that a new value stands in it by itself and both languages stay alike.</remarks>
internal static class DefaultTemplate
{
    private const string W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private const string R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const int PageTwips = 9_638; // A4 less margins of 20 mm.
    private const int LabelTwips = 2_400;

    private static readonly DateTime Beginning = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly ConcurrentDictionary<string, byte[]> Made = new();

    /// <summary>The .docx in the language of the request.</summary>
    public static byte[] Bytes => Made.GetOrAdd(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName, _ => Make());

    private static byte[] Make() => SteadyZip.Pack(
    [
        Part("[Content_Types].xml", """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>"""),
        Part("_rels/.rels", """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"""),
        Part("word/_rels/document.xml.rels", """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/></Relationships>"""),
        Part("word/styles.xml", Styles()), Part("word/footer1.xml", Footer()), Part("word/document.xml", Document()),
    ], Beginning);

    private static (string, byte[]) Part(string name, string xml) => (name, Encoding.UTF8.GetBytes("""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""" + xml));

    private static string Document()
    {
        var body = new StringBuilder();
        body.Append(Paragraph("Subtitle", $"{Mark("group.name")} · {Texts.Get("dossier.document")}")).Append(Paragraph("Title", Mark("customer.name"))).Append(Paragraph(null, Texts.Get("documents.as_of", Mark("customer.updated"))));
        foreach (var (title, fields) in DossierField.Sections)
        {
            // The heading over figures is a value itself, so that it goes with them where the reader may not see figures.
            body.Append(Paragraph("Heading1", fields[0].Name == "figures.title" ? Mark(fields[0].Name) : Texts.Get(title)))
                .Append(Table([LabelTwips, PageTwips - LabelTwips], null, fields.Where(f => f.Name is not ("group.name" or "figures.title" or "customer.updated")).Select(f => new[] { (Texts.Get(f.TextKey), false), (Mark(f.Name), f.Part == "figures") }), labels: true));
        }

        foreach (var list in DossierList.All)
        {
            // The title stands in the table: a list that is left out takes it along.
            body.Append(Paragraph("Spacer", ""))
                .Append(Table(Widths(list.Columns.Count), (Texts.Get(list.TextKey), [.. list.Columns.Select(c => (Texts.Get(c.TextKey), c.Number))]), [[.. list.Columns.Select(c => (Mark($"{list.Code}.{c.Code}"), c.Number))]], labels: false));
        }

        return $"""<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>""";
    }

    private static string Mark(string name) => $$$"""{{{{{name}}}}}""";

    /// <summary>All alike, the first twice as wide.</summary>
    private static int[] Widths(int columns) => [.. Enumerable.Range(0, columns).Select(c => PageTwips / (columns + 1) * (c == 0 ? 2 : 1))];

    private static string Table(int[] widths, (string Title, (string Text, bool Number)[] Heads)? head, IEnumerable<(string Text, bool Number)[]> rows, bool labels)
    {
        var table = new StringBuilder("""<w:tbl><w:tblPr><w:tblStyle w:val="Dossier"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>""");
        table.AppendJoin("", widths.Select(w => string.Create(CultureInfo.InvariantCulture, $"""<w:gridCol w:w="{w}"/>"""))).Append("</w:tblGrid>");
        if (head is var (title, heads))
        {
            table.Append(CultureInfo.InvariantCulture, $"""<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{widths.Sum()}" w:type="dxa"/><w:gridSpan w:val="{widths.Length}"/></w:tcPr>{Paragraph("Heading2", title)}</w:tc></w:tr>""");
            Row(table, widths, heads, "<w:tblHeader/>", _ => "Head");
        }

        foreach (var row in rows)
        {
            Row(table, widths, row, "", c => labels && c == 0 ? "Head" : "Cell");
        }

        return table.Append("</w:tbl>").ToString();
    }

    private static void Row(StringBuilder table, int[] widths, (string Text, bool Number)[] cells, string header, Func<int, string> style)
    {
        table.Append(CultureInfo.InvariantCulture, $"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>");
        foreach (var (n, (text, number)) in cells.Index())
        {
            table.Append(CultureInfo.InvariantCulture, $"""<w:tc><w:tcPr><w:tcW w:w="{widths[n]}" w:type="dxa"/></w:tcPr>{Paragraph(style(n), text, number)}</w:tc>""");
        }

        table.Append("</w:tr>");
    }

    private static string Paragraph(string? style, string text, bool right = false) =>
        $"""<w:p><w:pPr>{(style is null ? "" : $"""<w:pStyle w:val="{style}"/>""")}{(right ? """<w:jc w:val="right"/>""" : "")}</w:pPr>{(text.Length == 0 ? "" : $"""<w:r><w:t xml:space="preserve">{SecurityElement.Escape(text)}</w:t></w:r>""")}</w:p>""";

    private static string Footer()
    {
        static string Field(string code) => $"""<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>""";
        return $"""<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:t xml:space="preserve">{SecurityElement.Escape(Texts.Get("dossier.confidential"))}</w:t></w:r><w:r><w:tab/></w:r>{Field("PAGE")}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{Field("NUMPAGES")}</w:p></w:ftr>""";
    }

    private static string Styles()
    {
        static string Style(string id, string name, string paragraph, string run) =>
            $"""<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>""";
        return $"""
            <w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="Microsoft YaHei" w:cs="Calibri"/><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="80" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>
            <w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
            {Style("Title", "Title", """<w:spacing w:before="120" w:after="120"/>""", """<w:b/><w:color w:val="1B5CAB"/><w:sz w:val="44"/>""")}{Style("Subtitle", "Subtitle", """<w:spacing w:after="0"/>""", """<w:color w:val="546173"/><w:sz w:val="24"/>""")}
            {Style("Heading1", "heading 1", """<w:keepNext/><w:spacing w:before="320" w:after="100"/><w:outlineLvl w:val="0"/>""", """<w:b/><w:color w:val="1B5CAB"/><w:sz w:val="28"/>""")}{Style("Heading2", "heading 2", """<w:keepNext/><w:spacing w:before="60" w:after="60"/><w:outlineLvl w:val="1"/>""", """<w:b/><w:sz w:val="23"/>""")}
            {Style("Cell", "Table Cell", """<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>""", """<w:sz w:val="19"/>""")}{Style("Head", "Table Head", """<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>""", """<w:color w:val="546173"/><w:sz w:val="19"/>""")}{Style("Spacer", "Spacer", """<w:spacing w:before="0" w:after="120"/>""", """<w:sz w:val="12"/>""")}
            {Style("Footer", "footer", """<w:tabs><w:tab w:val="right" w:pos="9638"/></w:tabs>""", """<w:color w:val="546173"/><w:sz w:val="17"/>""")}
            <w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>
            <w:style w:type="table" w:styleId="Dossier"><w:name w:val="Dossier"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="4" w:space="0" w:color="D4DBE3"/><w:bottom w:val="single" w:sz="4" w:space="0" w:color="D4DBE3"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="D4DBE3"/></w:tblBorders></w:tblPr></w:style></w:styles>
            """;
    }
}
