using System.Text;
using RailCrm.Platform.Files;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>What is read from separated text, and how one of ours is written.</summary>
public sealed class CsvFileTests
{
    private const string Head = "externalNo,date,customer\n";

    static CsvFileTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("gb18030", false)]
    public void A_text_is_read_in_its_encoding_whatever_ends_its_lines(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        const string Text = "运单号,日期,客户\r\nA1,2026-03-01,华东钢铁\nA2,2026-03-02,\"一\r\n二\"\rA3,2026-03-03,\"引\"\"号\"\r\n";

        var read = HostileFile.Read([.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)]);

        Assert.Null(read.Code);
        Assert.Equal(["运单号", "日期", "客户"], read.Headers);
        Assert.Equal([(2L, "华东钢铁"), (3L, "一\r\n二"), (5L, "引\"号")], read.Rows.Select(r => (r.Number, r.Cells[2])));
    }

    [Fact]
    public void A_letter_cut_between_two_pieces_does_not_make_a_file_another_encoding()
    {
        for (var padding = 0; padding < 4; padding++)
        {
            var text = Head + new string('x', padding) + string.Concat(Enumerable.Repeat("运单号𠮷,2026-03-01,甲公司\n", 12_000));

            Assert.Equal("运单号𠮷", HostileFile.Read(Utf8(text)).Rows[^1].Cells[0]);
        }
    }

    [Fact]
    public void A_line_of_50_MB_is_refused_with_its_line()
    {
        var content = Utf8(Head + "A1,2026-03-01,x\n" + new string('x', 50_000_000));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var read = HostileFile.Read(content);

        Assert.Equal(("import.line_long", 3L), (read.Code, read.Args[0]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    [Theory]
    [InlineData("A1,2026-03-01,x\nA2,\"2026-03-02,y\nA3,2026-03-03,z\n", 3)]
    [InlineData("A1,2026-03-01,x\n\"A2\"?,2026-03-02,y\n", 3)]
    [InlineData("\"A1\nA\",2026-03-01,x\nA2,2026-03-02,\"y", 4)]
    public void A_quote_that_is_not_closed_is_refused_with_the_line_it_was_opened_in(string rows, long line)
    {
        var read = HostileFile.Read(Utf8(Head + rows));

        Assert.Equal(("import.quote_open", line), (read.Code, read.Args[0]));
    }

    [Fact]
    public void A_quote_open_for_megabytes_is_refused_with_the_line_it_was_opened_in()
    {
        var read = HostileFile.Read(Utf8(Head + "A1,2026-03-01,x\nA2,\"" + string.Concat(Enumerable.Repeat("2026-03-02,y\n", 200_000))));

        Assert.Equal(("import.quote_open", 3L), (read.Code, read.Args[0]));
    }

    [Fact]
    public void Bytes_that_do_not_belong_to_the_named_encoding_are_refused_rather_than_lost()
    {
        var read = HostileFile.Read([.. Utf8(Head), 0xC3, 0x28, .. Utf8(",2026-03-01,x\n")], "utf-8");

        Assert.Equal("import.encoding_wrong", read.Code);
    }

    [Fact]
    public void A_title_above_the_header_empty_rows_columns_and_repeated_headers_are_passed_over()
    {
        const string Text = "2026年3月运单明细表,,,,\n制表人：张三,,,,\n,,,,\n运单号,日期,客户,,\nA1,2026-03-01,甲公司,,\n,,,,\n运单号,日期,客户,,\nA2,2026-03-02,乙公司,,\n,,,,\n";

        var read = HostileFile.Read(Utf8(Text));

        Assert.Equal(["运单号", "日期", "客户"], read.Headers);
        Assert.Equal([(5L, "A1"), (8L, "A2")], read.Rows.Select(r => (r.Number, r.Cells[0])));
    }

    [Fact]
    public void A_title_is_told_from_a_header_of_unknown_words_by_how_much_of_the_row_it_fills()
    {
        var read = HostileFile.Read(Utf8("Quarterly list,,\nfoo,bar,baz\n1,2,3\n"));

        Assert.Equal(["foo", "bar", "baz"], read.Headers);
    }

    [Theory]
    [InlineData("a;b;c\n1,5;2,5;x\n", ';')]
    [InlineData("a\tb\tc\n1\t2\tx,y,z,w\n", '\t')]
    [InlineData("题目\na,b,c\n1,2,x\n", ',')]
    public void The_separator_is_found(string text, char separator)
    {
        var read = HostileFile.Read(Utf8(text));

        Assert.Equal(3, read.Headers.Count);
        Assert.Equal(separator == ';' ? "1,5" : "1", read.Rows[0].Cells[0]);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("  =1+1", "'  =1+1")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("＋1", "'＋1")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("'=1", "''=1")]
    [InlineData("-12.50", "-12.50")]
    [InlineData("+86", "+86")]
    [InlineData("'tis", "'tis")]
    [InlineData("a=1", "a=1")]
    [InlineData("", "")]
    public void A_cell_that_would_run_is_written_as_text_and_comes_back_as_it_was(string cell, string written)
    {
        Assert.Equal(written, FormulaGuard.Guard(cell));
        Assert.Equal(cell, FormulaGuard.Strip(written));

        using var text = new StringWriter();
        var line = new CsvLineWriter(text, ',');
        line.Write(["externalNo", "date", "note"]);
        line.Write(["A1", "2026-03-01", cell]);
        Assert.Equal(cell, HostileFile.Read(Utf8(text.ToString())).Rows[0].Cells[2]);
    }

    [Fact]
    public void Digits_kept_as_text_by_a_formula_are_digits()
    {
        Assert.Equal("00123", HostileFile.Read(Utf8(Head + "\"=\"\"00123\"\"\",2026-03-01,x\n")).Rows[0].Cells[0]);
    }
}
