using System.Globalization;
using RailCrm.Modules.Customers;

namespace RailCrm.Modules.Demo;

/// <summary>What one demo customer says of itself: most the basics, fewer all of it, so that completeness differs from one to the next.</summary>
internal sealed class DemoRecord(SaveCustomer.Input input, DemoWords.Trade trade, DemoWords.Place place, DemoWords.Place[] to, double size, string brand, int n, DateOnly today, Random dice)
{
    private static readonly string[] Cultures = ["重信用，看重长期合作", "商会氛围浓，重同乡情谊", "国企传统深厚，办事讲程序", "民营经济活跃，决策快", "多民族聚居，尊重各族习惯", "港口城市，惯与外商往来"];
    private static readonly string[] Customs = ["春节前后停产约两周", "重中秋与端午，节前发货集中", "接站以茶待客，先叙后谈", "清真饮食，宴请须留意", "年底对账，腊月不谈新约", "秋收季用工紧张，装车放缓"];
    private static readonly string[] Roads = ["兴业路", "铁西街", "工业大道", "物流园路", "站前路", "滨江路"];

    public void Basics()
    {
        input.CreditCode = DemoWords.CreditCode(place.RegionCode, 0x100000 + n);
        input.ShortName = brand + trade.Word;
        input.LegalRepresentative = DemoWords.Person(dice);
        input.TransportModes = trade.Mode + (dice.Next(3) == 0 ? ",road" : dice.Next(8) == 0 ? ",multimodal" : "");
        input.SizeClass = size > 0.2 ? SizeClass.Large : size > 0.05 ? SizeClass.Medium : size < 0.02 ? SizeClass.Micro : SizeClass.Small;
        input.OwnershipType = input.Kind == CustomerKind.SoleTrader ? OwnershipType.Individual : dice.Next(10) switch { < 3 => OwnershipType.StateOwned, < 8 => OwnershipType.Private, 8 => OwnershipType.JointVenture, _ => OwnershipType.Foreign };
        input.MainStations = [new() { Role = StationRole.Sending, Station = place.Name, YearlyTonnes = (long)(size * 400_000) }];
        input.MainStations.AddRange(to.Where(_ => dice.Next(4) > 0).Select(t => new StationRow { Role = StationRole.Receiving, Station = t.Name, YearlyTonnes = (long)(size * 120_000) }));
    }

    /// <summary>More of it for some. <paramref name="sidings"/>: those there are already, which others may use too.</summary>
    public void Further(HashSet<string> sidings)
    {
        if (dice.Next(100) < 70)
        {
            input.BusinessDirection = $"{trade.Goods}的生产与销售";
            input.EmployeeCount = (int)(30 + (size * 4_000));
            input.RegisteredAddress = $"{place.City}市开发区{DemoWords.Pick(dice, Roads)}{1 + dice.Next(300)}号";
            input.TransportCycle = size > 0.1 ? "daily" : trade.Peak == 0 ? "weekly" : dice.Next(3) == 0 ? "seasonal" : "monthly";
        }

        if (dice.Next(100) < 60)
        {
            input.Products = [new() { Name = trade.Goods, AnnualOutput = (long)(size * 600_000), StockOnHand = (long)(size * 20_000), Unit = "吨", AsOf = today.AddDays(-10 - dice.Next(80)) }];
            if (size > 0.1 && dice.Next(2) == 0)
            {
                input.Products.Add(new() { Name = $"{trade.Goods}副产品", AnnualOutput = (long)(size * 90_000), Unit = "吨", AsOf = today.AddDays(-40) });
            }
        }

        if (input.Kind == CustomerKind.Company && dice.Next(100) < 55)
        {
            Owners();
        }

        if (trade.Mode == "carload" && size > 0.02 && dice.Next(100) < 45)
        {
            Siding(sidings);
        }

        if (dice.Next(100) < 45)
        {
            input.MarketSharePercent = Math.Round((decimal)(size * 30), 2);
            input.ProductionScale = string.Create(CultureInfo.InvariantCulture, $"年产{trade.Goods}{1 + (int)(size * 300)}万吨");
            input.CompanyProfile = $"{input.Name}位于{place.City}，主营{trade.Goods}，自有装车能力，常年经{place.Name}站发运。";
            input.LocalCulture = DemoWords.Pick(dice, Cultures);
            input.LocalCustoms = DemoWords.Pick(dice, Customs);
            input.BusinessAddress = $"{place.City}市{DemoWords.Pick(dice, Roads)}{1 + dice.Next(200)}号";
            input.Website = size > 0.1 ? string.Create(CultureInfo.InvariantCulture, $"https://www.example.com/{n}") : null;
            input.Tags = dice.Next(3) switch { 0 => "战略合作", 1 => "重点培育", _ => "年度框架,重点培育" };
        }
    }

    private void Owners()
    {
        var first = 34 + dice.Next(40);
        input.Shareholders = [new() { Name = input.LegalRepresentative, SharePercent = first, Kind = "自然人" }];
        if (dice.Next(3) > 0)
        {
            input.Shareholders.Add(new() { Name = $"{place.City}{DemoWords.Brand(dice)}投资有限公司", SharePercent = Math.Min(100 - first, 20 + dice.Next(30)), Kind = "法人" });
        }

        if (input.OwnershipType == OwnershipType.StateOwned)
        {
            input.Shareholders[0] = new() { Name = $"{place.City}市国有资产监督管理委员会", SharePercent = first, Kind = "国家" };
        }
    }

    private void Siding(HashSet<string> sidings)
    {
        string[] kinds = ["储运", "货场", "园区", "厂区"];
        var name = $"{place.Name}{DemoWords.Pick(dice, kinds)}专用线";
        var row = new SidingRow { Name = name, ConnectionStation = place.Name };
        if (sidings.Add(name))
        {
            (row.Owner, row.LengthMetres, row.Tracks, row.WagonsPerDay, row.AgreementExpiresOn) = (input.Name, 600 + (dice.Next(40) * 50), 1 + dice.Next(5), 10 + dice.Next(90), today.AddMonths(2 + dice.Next(40)));
        }

        input.Sidings = [row];
    }
}
