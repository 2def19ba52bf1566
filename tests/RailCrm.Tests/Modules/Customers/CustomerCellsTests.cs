using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Lists of a customer in one cell.</summary>
public sealed class CustomerCellsTests
{
    /// <summary>Texts that could be taken for a separator, a number, a word of ours or a quote.</summary>
    public static TheoryData<string> Names() =>
    [
        "张三", "华东（集团）有限公司", "甲;乙", "甲；乙、丙", "甲, 乙", "50% Club", "3M 60%", "甲 60", "甲（60%）", "\"甲\"", "甲\"", "a@b", "＠", "年产 5 吨", "2026-03-01", "60 车", "=1+1", "-甲", "'甲", "甲\r\n乙", "Ab-c & D. (E)", "𠮷野家", "\uE000\uE001", "(甲)", "（自然人）", "甲:", "t",
    ];

    [Theory, MemberData(nameof(Names))]
    public void What_is_written_is_read_as_it_was(string name)
    {
        ShareholderRow[] shareholders = [new() { Name = name, SharePercent = 60.25m, Kind = name }, new() { Name = "乙", SharePercent = 0 }, new() { Name = name, SharePercent = 1 }];
        StationRow[] stations = [new() { Role = StationRole.Receiving, Station = name, YearlyTonnes = 400_000 }, new() { Role = StationRole.Receiving, Station = name }];
        ProductRow[] products = [new() { Name = name, AnnualOutput = 900_000, StockOnHand = 0, Unit = name, AsOf = new(2026, 3, 1) }, new() { Name = name }, new() { Name = "丙", Unit = name }, new() { Name = "丁", StockOnHand = 5 }];
        SidingRow[] sidings = [new() { Name = name, ConnectionStation = name, Owner = name, LengthMetres = 1_850, Tracks = 4, WagonsPerDay = 60, AgreementExpiresOn = new(2027, 12, 31) }, new() { Name = name, ConnectionStation = "高桥镇" }];

        Same(shareholders, CustomerCells.Shareholders(CustomerCells.Of(shareholders)!, out _), s => (s.Name, s.SharePercent, s.Kind));
        Same(stations, CustomerCells.Stations(CustomerCells.Of(stations)!, StationRole.Receiving, out _), s => (s.Role, s.Station, s.YearlyTonnes));
        Same(products, CustomerCells.Products(CustomerCells.Of(products)!, out _), p => (p.Name, p.AnnualOutput, p.StockOnHand, p.Unit, p.AsOf));
        Same(sidings, CustomerCells.Sidings(CustomerCells.Of(sidings)!, out _), s => (s.Name, s.ConnectionStation, s.Owner, s.LengthMetres, s.Tracks, s.WagonsPerDay, s.AgreementExpiresOn));

        static void Same<TRow, TFields>(IEnumerable<TRow> written, List<TRow>? read, Func<TRow, TFields> fields) => Assert.Equal(written.Select(fields), read?.Select(fields));
    }

    [Theory]
    [InlineData("张三 60%; 李四 40%", "张三/60/|李四/40/")]
    [InlineData("张三60％（自然人）、李四：40%", "张三/60/自然人|李四/40/")]
    [InlineData("张三(60%)，华东（集团）有限公司 39.5% 法人\n甲 0.5", "张三/60/|华东（集团）有限公司/39.5/法人|甲/0.5/")]
    [InlineData("张三", "张三//")]
    [InlineData("60%", "/60/")]
    [InlineData(" ; ", "")]
    [InlineData("张三 1.2.3%", null)]
    [InlineData("张三 \"60%", null)]
    public void Shareholders_are_read_as_people_write_them(string cell, string? read) =>
        Assert.Equal(read, CustomerCells.Shareholders(cell, out _) is { } rows ? string.Join('|', rows.Select(r => $"{r.Name}/{r.SharePercent?.ToString(global::System.Globalization.CultureInfo.InvariantCulture)}/{r.Kind}")) : null);

    [Theory]
    [InlineData("高桥镇 400000 吨; 丰台西", "高桥镇/400000|丰台西/")]
    [InlineData("高桥镇 400,000, 丰台西：10万吨、杭州北（５００t）", "高桥镇/400000|丰台西/100000|杭州北/500")]
    [InlineData("高桥镇40万吨", "高桥镇/400000")]
    [InlineData("高桥镇 0.5 吨", null)]
    public void Stations_are_read_as_people_write_them(string cell, string? read) =>
        Assert.Equal(read, CustomerCells.Stations(cell, StationRole.Sending, out _) is { } rows ? string.Join('|', rows.Select(r => $"{r.Station}/{r.YearlyTonnes}")) : null);

    [Theory]
    [InlineData("热轧卷板, 年产 900000 吨, 库存 12,000 吨, 2026/3/1; 钢坯", "热轧卷板/900000/12000/吨/2026-03-01|钢坯////")]
    [InlineData("热轧卷板 900000吨，stock: 5", "热轧卷板/900000/5/吨/")]
    [InlineData("煤, 单位 万吨", "煤///万吨/")]
    [InlineData("煤, 年产 5 吨, 库存 5 车", null)]
    [InlineData("煤, 很多", null)]
    public void Products_are_read_as_people_write_them(string cell, string? read) =>
        Assert.Equal(read, CustomerCells.Products(cell, out _) is { } rows ? string.Join('|', rows.Select(r => $"{r.Name}/{r.AnnualOutput}/{r.StockOnHand}/{r.Unit}/{r.AsOf:yyyy-MM-dd}")) : null);

    [Theory]
    [InlineData("钢厂专用线@高桥镇, 产权 钢厂, 1850m, 4股道, 60 车/日, 2027-12-31; 煤场线", "钢厂专用线/高桥镇/钢厂/1850/4/60/2027-12-31|煤场线//////")]
    [InlineData("钢厂专用线＠高桥镇，1.85公里，owner: A B", "钢厂专用线/高桥镇/A B/1850///")]
    [InlineData("线@站@站", null)]
    [InlineData("线@站, 钢厂", null)]
    public void Sidings_are_read_as_people_write_them(string cell, string? read) =>
        Assert.Equal(read, CustomerCells.Sidings(cell, out _) is { } rows ? string.Join('|', rows.Select(r => $"{r.Name}/{r.ConnectionStation}/{r.Owner}/{r.LengthMetres}/{r.Tracks}/{r.WagonsPerDay}/{r.AgreementExpiresOn:yyyy-MM-dd}")) : null);

    [Fact]
    public void What_cannot_be_read_is_named()
    {
        Assert.Null(CustomerCells.Products("钢坯; 煤, \"很多\"", out var wrong));
        Assert.Equal("煤, 很多", wrong);
    }
}
