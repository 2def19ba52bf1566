using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using DocumentFormat.OpenXml.Wordprocessing;
using RailCrm.Modules.Dossier;

namespace RailCrm.Tests.Modules.Dossier;

/// <summary>The Word template: what may stand in it, and how values get into it.</summary>
public sealed class TemplateTests
{
    private const string W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private static readonly DateTime At = new(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc);

    private static DossierContent Content(string name = "甲公司", params string?[][] contacts) => new(
        DossierField.All.Keys.ToDictionary(k => k, k => k == "customer.name" ? name : (string?)$"[{k}]"),
        DossierList.All.ToDictionary(l => l.Code, l => l.Code == "contacts" ? contacts : (IReadOnlyList<string?[]>)[]), At, "甲", []);

    /// <summary>The product's own template with another body, other parts, or both.</summary>
    private static byte[] Docx(string? body = null, params (string Name, string Text)[] parts)
    {
        using var zip = new ZipArchive(new MemoryStream(DefaultTemplate.Bytes));
        var all = zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var reader = new StreamReader(e.Open());
            return reader.ReadToEnd();
        });
        if (body is not null)
        {
            all["word/document.xml"] = $"""<w:document xmlns:w="{W}"><w:body>{body}<w:p/></w:body></w:document>""";
        }

        foreach (var (name, text) in parts)
        {
            all[name] = text;
        }

        return SteadyZip.Pack(all.Select(p => (p.Key, Encoding.UTF8.GetBytes(p.Value))), At);
    }

    private static string P(params string[] runs) => $"<w:p>{string.Concat(runs.Select(r => $"""<w:r><w:t xml:space="preserve">{r}</w:t></w:r>"""))}</w:p>";

    private static string Row(params string[] cells) => $"<w:tr>{string.Concat(cells.Select(c => $"""<w:tc><w:tcPr><w:tcW w:w="100" w:type="dxa"/></w:tcPr>{c}</w:tc>"""))}</w:tr>";

    private static string Table(params string[] rows) => $"""<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol w:w="100"/></w:tblGrid>{string.Concat(rows)}</w:tbl>""";

    private static T In<T>(byte[] docx, Func<WordprocessingDocument, T> look)
    {
        using var document = WordprocessingDocument.Open(new MemoryStream(docx), false);
        return look(document);
    }

    private static List<string> Lines(byte[] docx) => In(docx, d => d.MainDocumentPart!.Document!.Body!.Descendants<Paragraph>().Select(p => string.Concat(p.Descendants().Select(e => e is Text t ? t.Text : e is Break ? "⏎" : e is TabChar ? "⇥" : ""))).Where(t => t.Length > 0).ToList());

    private static List<string> Codes(byte[] docx) => [.. TemplateFile.Check(docx).Select(e => e.Code)];

    [Theory, InlineData("zh-CN"), InlineData("en")]
    public void The_products_own_template_is_valid_empty_and_filled(string language)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
        try
        {
            var filled = FillTemplate.Run(DefaultTemplate.Bytes, Content("甲公司", ["王", "经理", "138", null, "a@example.com", null], ["李", null, null, null, null, null]));
            foreach (var docx in new[] { DefaultTemplate.Bytes, filled })
            {
                Assert.Empty(In(docx, d => new OpenXmlValidator(FileFormatVersions.Office2019).Validate(d).Select(e => $"{e.Path?.XPath}: {e.Description}").ToList()));
            }

            Assert.Empty(TemplateFile.Check(DefaultTemplate.Bytes));
            Assert.DoesNotContain(Lines(filled), l => l.Contains("{{", StringComparison.Ordinal));
            Assert.Contains("甲公司", Lines(filled));
            Assert.Contains("李", Lines(filled));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Fact]
    public void A_placeholder_is_found_however_Word_cut_it_into_runs()
    {
        var docx = Docx(P("客户 {", "{cust", "omer.na", "me}", "} 的档案 {{ customer.phone }}"));

        Assert.Empty(Codes(docx));
        Assert.Equal(["客户 甲公司 的档案 [customer.phone]"], Lines(FillTemplate.Run(docx, Content())));
    }

    [Fact]
    public void A_value_is_text_whatever_it_holds()
    {
        var docx = Docx(P("{{customer.name}}|{{customer.phone}}"));

        var filled = FillTemplate.Run(docx, Content("{{customer.phone}} {{{group.name}}} <w:b/>&amp;\u0001 一\r\n二\t三"));

        Assert.Equal(["{{customer.phone}} {{{group.name}}} <w:b/>&amp; 一⏎二⇥三|[customer.phone]"], Lines(filled));
        Assert.Empty(In(filled, d => new OpenXmlValidator(FileFormatVersions.Office2019).Validate(d).ToList()));
    }

    [Fact]
    public void A_row_that_names_a_list_is_repeated_and_one_line_says_that_there_is_none()
    {
        var docx = Docx(Table(Row(P("姓名"), P("电话")), Row(P("{{contacts.na", "me}} @ {{customer.name}}"), P("{{contacts.mobile}}"))) + Table(Row(P("{{products.name}}"))));

        var lines = Lines(FillTemplate.Run(docx, Content("甲公司", ["王{{contacts.email}}", null, "138", null, null, null], ["李", null, null, null, null, null])));

        Assert.Equal(["姓名", "电话", "王{{contacts.email}} @ 甲公司", "138", "李 @ 甲公司", "—", "暂无"], lines);
    }

    [Fact]
    public void What_the_reader_may_not_see_goes_with_its_row_its_line_or_its_table()
    {
        var all = Content();
        var content = all with { Fields = all.Fields.Where(f => !f.Key.StartsWith("figures.", StringComparison.Ordinal)).ToDictionary(), Lists = all.Lists.Where(l => l.Key is not ("years" or "months")).ToDictionary() };
        var docx = Docx(P("{{figures.title}}") + Table(Row(P("收入"), P("{{figures.revenue12}}")), Row(P("名称"), P("{{customer.name}}"))) + Table(Row(P("年份")), Row(P("{{years.year}}"))) + P("完"));

        Assert.Equal(["名称", "甲公司", "完"], Lines(FillTemplate.Run(docx, content)));
    }

    [Fact]
    public void Unknown_placeholders_are_named_with_their_paragraph()
    {
        var wrong = TemplateFile.Check(Docx(P("致 {{customer.nmae}}") + P("{{contacts.name}}") + Table(Row(P("{{contacts.name}}"), P("{{products.name}}")))));

        Assert.Equal(["documents.template_unknown", "documents.template_no_row", "documents.template_two_lists"], wrong.Select(w => w.Code));
        Assert.Equal(["customer.nmae", "致 {{customer.nmae}}"], wrong[0].Args);
    }

    [Theory]
    [InlineData("DDEAUTO cmd calc", false), InlineData("INCLUDETEXT \"\\\\\\\\evil\\\\x\"", false), InlineData("MACROBUTTON x y", false), InlineData("HYPERLINK \"http://evil\"", false), InlineData("PAGE {{customer.name}}", false)]
    [InlineData(" PAGE ", true), InlineData("TOC \\o \"1-3\"", true), InlineData("HYPERLINK \\l \"_Toc1\"", true)]
    public void Only_fields_that_stay_within_the_document_are_taken(string instruction, bool taken)
    {
        var halves = new[] { instruction[..(instruction.Length / 2)], instruction[(instruction.Length / 2)..] };
        var runs = string.Concat(halves.Select(h => $"""<w:r><w:instrText xml:space="preserve">{SecurityElement.Escape(h)}</w:instrText></w:r>"""));
        var docx = Docx($"""<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>""");
        var simple = Docx($"""<w:p><w:fldSimple w:instr="{SecurityElement.Escape(instruction)}"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>""");

        Assert.All([docx, simple], d => Assert.Equal(taken ? [] : ["documents.template_field"], Codes(d)));
    }

    private static string Rels(string kind, string target, bool external) =>
        $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"{(external ? " TargetMode=\"External\"" : "")}/></Relationships>""";

    [Fact]
    public void Nothing_from_outside_nothing_that_runs_and_nothing_embedded_is_taken()
    {
        using var zip = new ZipArchive(new MemoryStream(DefaultTemplate.Bytes));
        using var reader = new StreamReader(zip.GetEntry("[Content_Types].xml")!.Open());
        var types = reader.ReadToEnd();
        const string rels = "word/_rels/document.xml.rels";

        Assert.Equal(["documents.template_outside"], Codes(Docx(null, (rels, Rels("image", "http://evil/x.png", true)))));
        Assert.Equal(["documents.template_outside"], Codes(Docx(null, ("word/_rels/settings.xml.rels", Rels("attachedTemplate", "file:///x.dotm", true)))));
        Assert.Equal(["documents.template_part"], Codes(Docx(null, (rels, Rels("oleObject", "embeddings/o.bin", false)))));
        Assert.Equal(["documents.template_part"], Codes(Docx(null, (rels, Rels("aFChunk", "chunk.htm", false)))));
        Assert.Equal(["documents.template_part"], Codes(Docx(null, (rels, Rels("vbaProject", "vbaProject.bin", false)))));
        Assert.Equal(["documents.template_macro"], Codes(Docx(null, ("[Content_Types].xml", types.Replace("wordprocessingml.document.main+xml", "document.macroEnabled.main+xml", StringComparison.Ordinal)))));
        Assert.Equal(["documents.template_kind"], Codes(Docx(null, ("[Content_Types].xml", types.Replace("document.main+xml", "template.main+xml", StringComparison.Ordinal)))));
        Assert.Equal(["documents.template_broken"], Codes(Docx(null, ("word/styles.xml", """<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hostname">]><s>&x;</s>"""))));
        Assert.Equal(["documents.template_broken"], Codes(Docx(string.Concat(Enumerable.Repeat("<w:p>", 300)) + string.Concat(Enumerable.Repeat("</w:p>", 300)))));
        Assert.Equal(["documents.template_broken"], Codes("no archive at all"u8.ToArray()));
        Assert.Equal(["documents.template_large"], Codes(new byte[TemplateFile.MostBytes + 1]));
        Assert.Equal(["documents.template_bomb"], Codes(SteadyZip.Pack([("word/media/a.bin", new byte[45 * 1024 * 1024])], At)));
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd"), InlineData(@"C:\x\合同.pdf", "合同.pdf"), InlineData("CON.txt", "_CON.txt"), InlineData("a\u202Egpj.exe\u0007", "agpj.exe"), InlineData("what?.pdf", "what_.pdf"), InlineData(" .. ", "file")]
    public void A_name_in_an_archive_is_safe_on_every_system(string sent, string safe) => Assert.Equal(safe, SafeName.Of(sent));

    [Fact]
    public void Names_are_given_once_and_long_ones_are_cut_between_signs()
    {
        var names = SafeName.Distinct(["合同.pdf", "合同.PDF", "x/合同.pdf", new string('长', 300) + "𠮷.docx"]).ToList();

        Assert.Equal(["合同.pdf", "合同 (2).PDF", "合同 (3).pdf"], names.Take(3));
        Assert.True(Encoding.UTF8.GetByteCount(names[3]) is > 190 and <= 200);
        Assert.EndsWith("长.docx", names[3], StringComparison.Ordinal);
    }
}
