using System.Collections.Frozen;
using System.Text;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Waybills;

/// <summary>Finds the category (品类, 01–25 and 99) of goods by code, by the category's name in either language, or by a small dictionary of usual goods.</summary>
/// <remarks>A name ends with what the goods are (动力煤, 水洗煤): the longest ending that is known decides. What is not known stays without category.</remarks>
internal static class CommodityCategories
{
    private static readonly string[] Codes = [.. Enumerable.Range(1, 25).Append(99).Select(n => n.ToString("00", System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Goods that a railway carries every day. Facts of the trade; no list can be complete.</summary>
    private static readonly (string Code, string Goods)[] Usual =
    [
        ("01", "煤 原煤 动力煤 无烟煤 烟煤 褐煤 焦煤 炼焦煤 精煤 洗精煤 块煤 末煤 电煤 煤泥 coal"), ("02", "石油 原油 汽油 柴油 煤油 燃料油 润滑油 液化石油气 液化气 沥青 石脑油 petroleum oil diesel gasoline"),
        ("03", "焦炭 冶金焦 焦粉 焦丁 兰炭 石油焦 coke"), ("04", "铁矿石 铁矿 铁精矿 铁精粉 铁矿粉 锰矿 铬矿 铜精矿 铅精矿 锌精矿 铝土矿 铝矾土 金属矿石 球团矿 ore"),
        ("05", "钢 钢材 钢坯 钢板 钢管 钢筋 卷板 卷钢 热轧卷 冷轧卷 线材 型钢 盘圆 螺纹钢 生铁 铁合金 硅铁 铝锭 电解铝 铜 铜板 阴极铜 锌锭 铅锭 废钢 steel aluminium"), ("06", "石灰石 白云石 萤石 石墨 高岭土 石英砂 石英石 硫铁矿 膨润土 滑石 非金属矿石"),
        ("07", "磷矿 磷矿石 磷矿粉 phosphate"), ("08", "砂 河砂 碎石 石子 石料 砖 瓦 石灰 石膏 矿渣 水渣 粉煤灰 大理石 花岗岩 陶瓷 瓷砖 玻璃 建材 gravel sand"), ("09", "水泥 熟料 水泥熟料 cement"),
        ("10", "木材 原木 板材 锯材 胶合板 木片 竹 timber wood"), ("11", "粮食 小麦 玉米 大米 稻谷 水稻 大豆 高粱 面粉 豆粕 大麦 grain wheat corn rice soybeans"), ("12", "棉 棉花 皮棉 籽棉 cotton"),
        ("13", "化肥 尿素 磷酸二铵 磷铵 复合肥 钾肥 氯化钾 氮肥 磷肥 农药 fertiliser fertilizer urea"), ("14", "盐 工业盐 原盐 食盐 食用盐 salt"),
        ("15", "化工品 纯碱 烧碱 硫酸 盐酸 甲醇 乙醇 聚乙烯 聚丙烯 聚氯乙烯 pvc 塑料 树脂 橡胶 轮胎 煤焦油 硫磺 电石 氧化铝 chemicals plastic rubber"), ("16", "金属制品 五金 钢丝绳 铸件 钢结构 紧固件"),
        ("17", "机械 工业机械 设备 机械设备 汽车 商品车 汽车配件 挖掘机 machinery cars"), ("18", "电气 电子 家电 电器 变压器 电缆 光伏组件 电池 electronics"), ("19", "农机 农业机具 拖拉机 收割机"),
        ("20", "水果 蔬菜 鲜活 肉 冻肉 鱼 水产品 鸡蛋 牛奶 活畜 苹果 香蕉 fruit vegetables meat"), ("21", "农副产品 土豆 马铃薯 红薯 食糖 白糖 糖 油菜籽 花生 饲料 茶叶 木薯 sugar feed"),
        ("22", "饮料 啤酒 白酒 酒 矿泉水 食品 食用油 植物油 烟 卷烟 烟草 罐头 beverages food beer"), ("23", "纺织品 布 服装 纱 棉纱 化纤 皮革 毛皮 鞋 textiles clothes"), ("24", "纸 纸张 纸浆 卷筒纸 新闻纸 文具 图书 paper pulp"),
        ("25", "药 药品 医药 中药材 医疗器械 medicine"), ("99", "集装箱货物 快件 包裹 日用品 百货 搬家货物 行李 杂货 parcels"),
    ];

    private static readonly FrozenDictionary<string, string> Known = Load();
    private static readonly int Longest = Known.Keys.Max(k => k.Length);

    /// <summary>The category's code; empty where nothing tells it.</summary>
    public static string Of(string? goods)
    {
        var text = Plain(goods);
        if (text.Length == 0)
        {
            return "";
        }

        if (Known.TryGetValue(text, out var code))
        {
            return code;
        }

        // Not single Latin letters or words within words: an English name must match whole, or by its last word.
        if (char.IsAscii(text[^1]))
        {
            return Known.GetValueOrDefault(text[(text.LastIndexOf(' ') + 1)..], "");
        }

        for (var start = Math.Max(1, text.Length - Longest); start < text.Length; start++)
        {
            if (Known.TryGetValue(text[start..], out code))
            {
                return code;
            }
        }

        return "";
    }

    /// <summary>Whether the text is a category's code and names no goods.</summary>
    public static bool IsCode(string? text) => Array.IndexOf(Codes, text?.Trim()) >= 0;

#pragma warning disable CA1308 // Compared in lower case.
    private static string Plain(string? text) => (text ?? "").Normalize(NormalizationForm.FormKC).Trim().ToLowerInvariant();
#pragma warning restore CA1308

    private static FrozenDictionary<string, string> Load()
    {
        var known = new Dictionary<string, string>();
        foreach (var code in Codes)
        {
            known[code] = code;
            foreach (var name in Texts.Both($"commodity.{code}"))
            {
                known[Plain(name)] = code;
            }
        }

        foreach (var (code, goods) in Usual)
        {
            foreach (var name in goods.Split(' '))
            {
                known.TryAdd(name, code);
            }
        }

        return known.ToFrozenDictionary();
    }
}
