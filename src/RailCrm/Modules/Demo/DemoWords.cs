using System.Globalization;
using RailCrm.Kernel;

namespace RailCrm.Modules.Demo;

/// <summary>What the demo enterprise is made of: trades, names and stations. Persons and companies are invented; stations are real.</summary>
internal static class DemoWords
{
    /// <summary>A trade (GB/T 4754 division) with the goods it ships.</summary>
    /// <param name="Industry">Division code.</param>
    /// <param name="Word">How such a company calls itself.</param>
    /// <param name="Category">Commodity category of what it ships.</param>
    /// <param name="Goods">What it ships.</param>
    /// <param name="Mode">How, mostly.</param>
    /// <param name="YuanATonne">What a tonne brings us, yuan.</param>
    /// <param name="Peak">The strongest month of its year, 1–12; 0 for none.</param>
    public sealed record Trade(string Industry, string Word, string Category, string Goods, string Mode, int YuanATonne, int Peak);

    /// <summary>A station, with the subsidiary that has an outlet there.</summary>
    public sealed record Place(string? OutletOf, string TelegraphCode, string Name, string PinyinCode, string Pinyin, string TmisCode, string City, string ProvinceCode, string BureauCode, bool Passenger, string RegionCode);

    public static readonly Trade[] Trades =
    [
        new("06", "煤业", "01", "动力煤", "carload", 95, 12), new("25", "石化", "02", "成品油", "carload", 140, 0), new("25", "焦化", "03", "冶金焦", "carload", 105, 11),
        new("08", "矿业", "04", "铁矿石", "carload", 88, 0), new("31", "钢铁", "05", "热轧卷板", "carload", 120, 4), new("32", "铝业", "05", "铝锭", "container", 165, 0),
        new("10", "矿产", "06", "石灰石", "carload", 62, 5), new("26", "磷化", "07", "磷矿石", "carload", 84, 3), new("30", "建材", "08", "玻璃", "carload", 90, 5),
        new("30", "水泥", "09", "水泥熟料", "carload", 70, 5), new("20", "木业", "10", "原木", "carload", 118, 0), new("13", "粮油", "11", "玉米", "container", 135, 10),
        new("17", "棉业", "12", "皮棉", "container", 260, 11), new("26", "化肥", "13", "尿素", "carload", 112, 3), new("26", "化工", "15", "聚丙烯", "container", 185, 0),
        new("33", "金属制品", "16", "钢结构件", "carload", 150, 6), new("35", "重工", "17", "工程机械", "carload", 310, 4), new("38", "电器", "18", "空调", "container", 340, 5),
        new("01", "农产", "21", "白糖", "container", 170, 1), new("15", "饮品", "22", "啤酒", "container", 190, 6), new("14", "食品", "22", "罐头", "lessThanCarload", 210, 1),
        new("22", "纸业", "24", "文化用纸", "container", 155, 9), new("27", "医药", "25", "中成药", "lessThanCarload", 520, 12), new("51", "商贸", "99", "日用百货", "lessThanCarload", 230, 11),
    ];

    public static readonly string[] Subsidiaries = ["华北", "东北", "华东", "华中", "华南", "西部"];

    private const string Brands = "恒瑞盛泰鑫源宏达安顺嘉禾永昌博远中联同益天成广泽金茂华信德润海川万通佳友新程凯丰润和光彩兴隆正阳长青瑞祥国栋宝丰聚贤";
    private const string Surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
    private const string Given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚建国志华文玉兰春梅海燕晓东红斌鹏宇欣怡博浩子轩雨桐";

    public static string Brand(Random dice) => $"{Pick(dice, Brands)}{Pick(dice, Brands)}";

    public static string Person(Random dice) => $"{Pick(dice, Surnames)}{Pick(dice, Given)}{(dice.Next(3) > 0 ? Pick(dice, Given) : "")}";

    /// <summary>A credit code that passes every check; unique as long as <paramref name="n"/> is.</summary>
    public static string CreditCode(string regionCode, int n)
    {
        var organisation = "MA" + n.ToString("X6", CultureInfo.InvariantCulture); // Hexadecimal digits lie within the code's alphabet.
        var first = $"91{regionCode}{organisation}{UnifiedSocialCreditCode.OrganisationCheckDigit(organisation)}";
        return first + UnifiedSocialCreditCode.CheckDigit(first);
    }

    public static IReadOnlyList<Place> Places()
    {
        using var reader = new StreamReader(typeof(DemoWords).Assembly.GetManifestResourceStream("RailCrm.Modules.Demo.stations.csv")!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(','))
            .Select(c => new Place(c[0].Length == 0 ? null : c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9] == "1", c[10]))];
    }

    public static T Pick<T>(Random dice, IReadOnlyList<T> from) => from[dice.Next(from.Count)];

    private static char Pick(Random dice, string from) => from[dice.Next(from.Length)];
}
