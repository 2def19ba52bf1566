using RailCrm.Kernel;
using RailCrm.Modules.Exchange;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>What a cell's text means.</summary>
public sealed class CellTests
{
    [Theory]
    [InlineData("1,234.50", "收入", 123_450L)]
    [InlineData("￥１２.３万元", "收入", 12_300_000L)]
    [InlineData("12.3", "收入(万元)", 12_300_000L)]
    [InlineData("1.5", "revenueFen", null)]
    [InlineData("150", "revenueFen", 150L)]
    [InlineData("(300)", "收入", -30_000L)]
    [InlineData("（300）", "收入", -30_000L)]
    [InlineData("-0", "收入", 0L)]
    [InlineData("−5", "收入", -500L)]
    [InlineData("+5元", "收入", 500L)]
    [InlineData("１，２３４", "收入", 123_400L)]
    [InlineData("0.005", "收入", null)]
    [InlineData("1e308", "收入", null)]
    [InlineData("NaN", "收入", null)]
    [InlineData("∞", "收入", null)]
    [InlineData("1,23", "收入", null)]
    [InlineData("1,234,56", "收入", null)]
    [InlineData("1.2.3", "收入", null)]
    [InlineData("--5", "收入", null)]
    [InlineData("(-5)", "收入", null)]
    [InlineData("5 吨", "收入", null)]
    [InlineData("99999999999999.99", "收入", null)]
    [InlineData("9999999999999999999999999999999999999", "收入", null)]
    [InlineData("89999999999999.99", "收入", 8_999_999_999_999_999L)]
    public void An_amount_is_exact_to_the_fen_or_refused(string cell, string header, long? fen)
    {
        var wrong = CellText.Fen(CellText.Clean(cell)!, CellText.YuanOf(header), out var read);

        Assert.Equal(fen, wrong is null ? read : null);
    }

    [Theory]
    [InlineData("60.5", "重量", 60_500L)]
    [InlineData("60.5", "重量(kg)", 61L)]
    [InlineData("60,500 kg", "重量", 60_500L)]
    [InlineData("60.5吨", "重量（公斤）", 60_500L)]
    [InlineData("1.2", "weight", 1_200L)]
    [InlineData("1.2", "weightKg", 1L)]
    [InlineData("0.3", "运量(万吨)", 3_000_000L)]
    [InlineData("5元", "重量", null)]
    public void A_weight_is_in_tonnes_unless_cell_or_header_say_otherwise(string cell, string header, long? kg)
    {
        var wrong = CellText.Kg(CellText.Clean(cell)!, CellText.KgOf(header), out var read);

        Assert.Equal(kg, wrong is null ? read : null);
    }

    [Theory]
    [InlineData("2026-03-05", "2026-03-05")]
    [InlineData("2026-3-5", "2026-03-05")]
    [InlineData("2026/3/5", "2026-03-05")]
    [InlineData("2026.03.05", "2026-03-05")]
    [InlineData("20260305", "2026-03-05")]
    [InlineData("2026年3月5日", "2026-03-05")]
    [InlineData("２０２６年３月５日", "2026-03-05")]
    [InlineData("2026年3月", "2026-03-01")]
    [InlineData("2026-03", "2026-03-01")]
    [InlineData("202603", "2026-03-01")]
    [InlineData("2026/3/5 14:30", "2026-03-05")]
    [InlineData("2026-03-05T14:30:00", "2026-03-05")]
    [InlineData("2026年3月5日 08:00", "2026-03-05")]
    [InlineData("46086", "2026-03-05")]
    [InlineData("5-Mar-2026", "2026-03-05")]
    [InlineData("2024-02-29", "2024-02-29")]
    [InlineData("2026-02-29", null)]
    [InlineData("2026-13-01", null)]
    [InlineData("2026-03-05x", null)]
    [InlineData("第三天", null)]
    [InlineData("13/13/2026", null)]
    [InlineData("0", null)]
    public void A_date_is_read_as_people_write_it(string cell, string? day)
    {
        var wrong = CellDay.Read(CellText.Clean(cell)!, DayOrder.None, out var read);

        Assert.Equal(day, wrong is null ? read.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    [Theory]
    [InlineData("3/5/2026 31/12/2026", DayOrder.DayFirst, 5, 3)]
    [InlineData("3/5/2026 12/31/2026", DayOrder.MonthFirst, 3, 5)]
    [InlineData("3/5/2026 4/5/2026", DayOrder.Unknown, 3, 5)]
    [InlineData("3-5-2026 13.5.2026", DayOrder.DayFirst, 5, 3)]
    [InlineData("3/5/2026 12/31/2026 31/12/2026", DayOrder.Mixed, 0, 0)]
    [InlineData("2026-03-05 2026/3/5", DayOrder.None, 3, 5)]
    public void Which_number_is_the_day_is_told_by_the_whole_column(string column, DayOrder order, int month, int day)
    {
        var learnt = column.Split(' ').Aggregate(DayOrder.None, CellDay.Learn);

        Assert.Equal(order, learnt);
        var wrong = CellDay.Read("3/5/2026", learnt, out var read);
        Assert.Equal(month == 0 ? (0, 0) : (month, day), wrong is null ? (read.Month, read.Day) : (0, 0));
    }

    [Fact]
    public void A_text_that_no_store_keeps_is_read_as_it_is_and_not_thrown_over()
    {
        // Not as data of a theory, which cannot carry half a surrogate pair either.
        foreach (var cell in new[] { "a\0b", "a\uD800b", "\uDC00" })
        {
            Assert.Equal(cell, CellText.Clean(cell));
            Assert.False(PlainText.IsStorable(cell));
        }
    }

    [Theory]
    [InlineData("  ＡＢ１２　", "AB12")]
    [InlineData("\t00123\u00A0", "00123")]
    [InlineData("\u3000", null)]
    [InlineData("", null)]
    public void A_code_is_read_in_half_width_without_outer_spaces(string cell, string? code)
    {
        Assert.Equal(code, CellText.Clean(cell));
    }

    [Fact]
    public void A_name_stays_as_it_was_written()
    {
        Assert.Equal("华东（上海）公司 ①𠮷🚂", CellText.Written(" 华东（上海）公司 ①𠮷🚂 "));
    }
}
