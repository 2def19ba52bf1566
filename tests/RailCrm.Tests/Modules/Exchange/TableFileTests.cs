using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>What is read from a table, and what of one made to do harm.</summary>
public sealed class TableFileTests
{
    private const string Head = "externalNo,date,customer\n";

    static TableFileTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Book(string sheetData) => HostileFile.Zip(HostileFile.Parts(sheetData));

    private static readonly string HeadRow = HostileFile.Row(1, "externalNo", "date", "customer");

    [Fact]
    public void An_ordinary_workbook_is_read()
    {
        var read = HostileFile.Read(Book(HeadRow + HostileFile.Row(3, "A1", "2026-03-01", "甲公司")));

        var row = Assert.Single(read.Rows);
        Assert.Equal((3, "A1|2026-03-01|甲公司"), (row.Number, string.Join('|', row.Cells)));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("<row/>")]
    [InlineData("<a><b/></a>")]
    public void A_workbook_that_unpacks_to_a_thousandfold_is_refused(string filler)
    {
        Assert.Equal("import.xlsx_too_large", HostileFile.Read(HostileFile.Bomb(filler)).Code);
    }

    [Fact]
    public void A_workbook_that_hides_how_large_it_unpacks_is_refused_without_being_unpacked()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var read = HostileFile.Read(HostileFile.LieAboutSizes(HostileFile.Bomb(), 4_000));

        Assert.NotNull(read.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    }

    [Fact]
    public void A_workbook_with_65000_entries_is_refused()
    {
        var parts = HostileFile.Parts(HeadRow).Concat(Enumerable.Range(0, 65_000).Select(i => KeyValuePair.Create($"x/{i}", "")));

        Assert.Equal("import.xlsx_refused", HostileFile.Read(HostileFile.Zip(parts)).Code);
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("/etc/x")]
    [InlineData("xl\\..\\x")]
    public void A_workbook_with_an_entry_outside_itself_is_refused(string name)
    {
        Assert.Equal("import.xlsx_refused", HostileFile.Read(HostileFile.Zip(HostileFile.Parts(HeadRow).Append(new(name, "x")))).Code);
    }

    [Fact]
    public void An_encrypted_workbook_is_refused_with_what_to_do()
    {
        Assert.Equal("import.file_old_or_locked", HostileFile.Read(HostileFile.SayEncrypted(Book(HeadRow))).Code);
        Assert.Equal("import.file_old_or_locked", HostileFile.Read([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 1, 2, 3]).Code);
    }

    [Theory]
    [InlineData("<row r=\"2\"><c r=\"ZZZZZ9999999999\"><v>1</v></c></row>", "import.xlsx_cell_wrong", 2)]
    [InlineData("<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"A2\"><v>1</v></c></row>", "import.xlsx_cell_wrong", 2)]
    [InlineData("<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>", "import.too_many_columns", 2)]
    [InlineData("<row r=\"2000000\"><c r=\"A2000000\"><v>1</v></c></row>", "import.xlsx_cell_wrong", 2)]
    [InlineData("<row r=\"3\"/><row r=\"2\"/>", "import.xlsx_cell_wrong", 4)]
    [InlineData("<row r=\"2\"><c t=\"s\"><v>99</v></c></row>", "import.xlsx_cell_wrong", 2)]
    [InlineData("<row r=\"2\"><c><v>1</c></row>", "import.xlsx_broken", null)]
    public void An_impossible_cell_is_refused_with_its_row(string rows, string code, int? row)
    {
        var read = HostileFile.Read(Book(HeadRow + rows));

        Assert.Equal(code, read.Code);
        Assert.True(row is null || Convert.ToInt32(read.Args[0], CultureInfo.InvariantCulture) == row, $"{read.Args[0]}");
    }

    [Fact]
    public void Two_million_rows_in_one_sheet_are_refused_at_the_row_no_sheet_has()
    {
        var data = new StringBuilder(HeadRow);
        for (var i = 0; i < 2_000_000; i++)
        {
            data.Append("<row/>");
        }

        Assert.Equal(("import.xlsx_cell_wrong", "1048577"), HostileFile.Read(Book(data.ToString())) is { Code: var code, Args: [var row, ..] } ? (code, $"{row}") : default);
    }

    [Fact]
    public void Twenty_thousand_columns_are_refused_with_the_row_in_a_workbook_and_in_a_text()
    {
        var wide = string.Concat(Enumerable.Repeat("<c><v>1</v></c>", 20_000));

        Assert.Equal("import.too_many_columns", HostileFile.Read(Book($"{HeadRow}<row r=\"2\">{wide}</row>")).Code);
        var text = HostileFile.Read(Utf8(Head + new string(',', 20_000)));
        Assert.Equal(("import.too_many_columns", 2L), (text.Code, text.Args[0]));
    }

    public static TheoryData<string> XmlParts() => ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"];

    [Theory, MemberData(nameof(XmlParts))]
    public void A_document_type_in_any_part_is_refused_within_a_second(string part)
    {
        var parts = HostileFile.Parts(HeadRow);
        var entities = string.Concat(Enumerable.Range(1, 9).Select(i => $"<!ENTITY l{i} \"{string.Concat(Enumerable.Repeat($"&l{i - 1};", 10))}\">"));
        parts[part] = $"<!DOCTYPE x [<!ENTITY l0 \"lol\">{entities}]>" + parts[part].Replace("</", "&l9;</", StringComparison.Ordinal);
        var watch = Stopwatch.StartNew();

        var read = HostileFile.Read(HostileFile.Zip(parts));

        Assert.Equal("import.xlsx_broken", read.Code);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 1_000);
    }

    [Fact]
    public void Macros_links_and_formulas_are_passed_over_and_only_values_are_read()
    {
        var parts = HostileFile.Parts($"{HeadRow}<row r=\"2\"><c r=\"A2\" t=\"str\"><f>DDE(\"cmd\";\"/c calc\";\"1\")</f><v>A1</v></c><c r=\"B2\" t=\"str\"><f>[1]Sheet!A1</f><v>2026-03-01</v></c><c r=\"C2\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c></row>");
        parts["xl/vbaProject.bin"] = "Sub AutoOpen";
        parts["xl/externalLinks/externalLink1.xml"] = "<externalLink><ddeLink ddeService=\"cmd\"/></externalLink>";
        parts["xl/embeddings/oleObject1.bin"] = "\u00D0\u00CF";

        var row = Assert.Single(HostileFile.Read(HostileFile.Zip(parts)).Rows);

        Assert.Equal("A1|2026-03-01|#DIV/0!", string.Join('|', row.Cells));
    }

    [Fact]
    public void A_sheet_that_lies_outside_the_workbook_is_not_followed()
    {
        var parts = HostileFile.Parts(HeadRow);
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].Replace("worksheets/sheet1.xml\"", "file:///etc/passwd\" TargetMode=\"External\"", StringComparison.Ordinal);

        var read = HostileFile.Read(HostileFile.Zip(parts));

        Assert.DoesNotContain(read.Rows, r => r.Cells.Any(c => c.Contains("root", StringComparison.Ordinal)));
    }

    [Fact]
    public void Dates_percentages_and_escaped_characters_of_a_workbook_read_as_people_see_them()
    {
        var parts = HostileFile.Parts(HeadRow + "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>a_x0041_b</t></is></c><c r=\"B2\" s=\"1\"><v>46082</v></c><c r=\"C2\" s=\"2\"><v>0.125</v></c><c r=\"D2\"><v>0.30000000000000004</v></c><c r=\"E2\"><v>13800138000</v></c></row>");
        parts["xl/styles.xml"] = "<styleSheet><numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"170\"/><xf numFmtId=\"10\"/></cellXfs></styleSheet>";

        var row = Assert.Single(HostileFile.Read(HostileFile.Zip(parts)).Rows);

        Assert.Equal("aAb|2026-03-01|12.5%|0.3|13800138000", string.Join('|', row.Cells));
    }

    public static TheoryData<string> NoTables() => ["89504E470D0A1A0A0000", "255044462D312E37", "3C68746D6C3E3C7461626C653E", "7F454C460201", "000000000000", "4D5A90000300000004000000FFFF0000"];

    [Theory, MemberData(nameof(NoTables))]
    public void A_file_that_is_no_table_is_refused_by_what_it_holds(string bytes)
    {
        Assert.Equal("import.file_no_table", HostileFile.Read(Convert.FromHexString(bytes)).Code);
    }
}
