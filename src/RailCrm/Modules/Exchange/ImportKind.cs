using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

/// <summary>A field that a column may fill.</summary>
/// <param name="Name">As in <c>--map</c> and the API.</param>
/// <param name="Required">Whether a file without it is no use.</param>
/// <param name="Synonyms">What columns call it, Chinese and English.</param>
internal sealed record ImportField(string Name, bool Required, params string[] Synonyms)
{
    /// <summary>The group's own field that it fills; null for ours.</summary>
    public CustomField? Own { get; init; }

    /// <summary>Whether only whoever manages accounts has it, and chooses its column by hand: no header suggests it.</summary>
    public bool IsOrigin => Name is "createdBy" or "createdAt";

    /// <summary>Whether it says why a row is right that looks wrong: asked for where a row does.</summary>
    public bool IsReason => Name is "duplicateReason" or "creditCodeReason";

    /// <summary>The list and the name by which roles rule the field that it fills.</summary>
    /// <param name="kind">What the file holds.</param>
    public (string List, string Name) RuledIn(string kind) => (kind, Name) switch
    {
        ("customers", "contactMobile" or "contactPhone" or "contactEmail") => ("contacts", Name["contact".Length..]),
        ("customers", "employees") => (kind, "EmployeeCount"),
        ("customers", "marketShare") => (kind, "MarketSharePercent"),
        ("customers", "profile") => (kind, "CompanyProfile"),
        _ => (kind, char.ToUpperInvariant(Name[0]) + Name[1..]),
    };

    /// <summary>Text key of what it is called, where the pages of its kind have a word of their own.</summary>
    public string? TextKey { get; init; }

    /// <summary>What it is called.</summary>
    public string Label => Own?.Called ?? Platform.Text.Texts.Get(TextKey ?? $"import.field.{Name}");

    /// <summary>The header of its column in a template: what it is called, where a header of that text is known; else its first synonym.</summary>
    public string Header => Own is not null || Names.Contains(FieldMap.Plain(Label)) ? Label
        : System.Globalization.CultureInfo.CurrentUICulture.TwoLetterISOLanguageName != "en" && Synonyms is [var first, ..] ? first : Name;

    /// <summary>Every name of it as headers are compared by.</summary>
    public IReadOnlyList<string> Names { get; } = [FieldMap.Plain(Name), .. Synonyms.Select(FieldMap.Plain)];

    /// <summary>Text key of how it is written.</summary>
    public string Help => Written.Help;

    /// <summary>How a cell of it may look.</summary>
    public string Example => Written.Example;

    private (string Help, string Example) Written => Name switch
    {
        "date" => ("import.help.date", "2026-03-05"),
        "revenue" or "cost" => ("import.help.amount", "1234.50"),
        "weight" => ("import.help.weight", "60.5"),
        "wagons" or "containers" or "employees" => ("import.help.count", "3"),
        "teu" => ("import.help.number", "2"),
        "marketShare" => ("import.help.percent", "12.5"),
        "customer" => ("import.help.customer", "华东钢铁有限公司"),
        "unit" => ("import.help.unit", "HZ01"),
        "parent" => ("import.help.parent", "HZ"),
        "level" => ("import.help.level", "网点"),
        "month" => ("import.help.month", "2026-03"),
        "measure" => ("import.help.measure", "收入"),
        "floor" or "target" or "challenge" => ("import.help.target", "500000"),
        "service" => ("import.help.service", "运输"),
        "mode" => ("import.help.mode", "整车"),
        "transportModes" => ("import.help.modes", "整车、集装箱"),
        "origin" or "destination" or "station" => ("import.help.station", "高桥镇"),
        "externalNo" => ("import.help.key", "HY0012345"),
        "source" => ("import.help.source", "95306"),
        "number" => ("import.help.number_of_ours", "KH-0000123"),
        "creditCode" => ("import.help.credit_code", "91330000MA27XXXXXX"),
        _ when IsReason => ("import.help.reason", ""),
        "shareholders" => ("import.help.shareholders", "张三 60% 自然人; 李四 40%"),
        "products" => ("import.help.products", "热轧卷板, 年产 900000 吨, 库存 12000 吨, 2026-03-01; 钢坯"),
        "sendingStations" or "receivingStations" => ("import.help.stations", "高桥镇 400000 吨; 丰台西"),
        "sidings" => ("import.help.sidings", "钢厂专用线@高桥镇, 产权 钢厂, 1850 m, 4 股, 60 车/日, 2027-12-31"),
        "parentCustomer" => ("import.help.parent_customer", "华东钢铁集团有限公司"),
        "contactName" => ("import.help.contact", "王伟"),
        "staffNumber" => ("import.help.staff_number", "10086"),
        "account" => ("import.help.account", "wangwei"),
        "mobile" => ("import.help.mobile", "13800138000"),
        "contactMobile" => ("import.help.contact_part", "13800138000"),
        "birthday" => ("import.help.birthday", "1980-05-03"),
        "inactiveOn" => ("import.help.date", "2026-03-05"),
        "reportsTo" => ("import.help.reports_to", "王伟"),
        "decisionRole" => ("import.help.choice", "决策人"),
        "attitude" => ("import.help.choice", "支持"),
        "influence" => ("import.help.choice", "高"),
        "closeness" => ("import.help.choice", "熟悉"),
        "preferredWay" => ("import.help.choice", "微信"),
        "contactTitle" or "contactPhone" or "contactEmail" => ("import.help.contact_part", ""),
        "birthdayLunar" or "active" or "main" or "passenger" or "freight" => ("import.help.yes_no", "1"),
        "createdBy" => ("import.help.created_by", "wangwei"),
        "createdAt" => ("import.help.created_at", "2019-03-05 08:30"),
        "tags" => ("import.help.tags", "重点、煤炭"),
        "pool" => ("import.help.pool", ""),
        _ when Own is not null => ("import.help.own", Own.Choices.Select(c => c.Value).FirstOrDefault() ?? Own.Kind switch { CustomKind.Date => "2026-03-05", CustomKind.Money or CustomKind.Number => "1234.5", CustomKind.Station => "高桥镇", _ => "" }),
        _ => ("import.help.text", ""),
    };
}

/// <summary>What a file may hold.</summary>
/// <param name="Name">As on the command line and in the API.</param>
/// <param name="Permission">Needed beside that to import.</param>
/// <param name="Fields">Its fields.</param>
/// <param name="Take">Makes what takes the rows.</param>
internal sealed record ImportKind(string Name, string Permission, IReadOnlyList<ImportField> Fields, Func<IServiceProvider, FieldMap, Import, DayOrder, RowTaker> Take)
{
    private static readonly ImportField[] Origin = [new("createdBy", false, "建档人", "创建人", "author"), new("createdAt", false, "建档时间", "建档日期", "创建时间", "created")];

    public static readonly IReadOnlyList<ImportKind> All =
    [
        new("waybills", Platform.Access.Permission.WaybillsWrite,
        [
            new("source", false, "来源系统", "来源", "系统", "sourcesystem"),
            new("externalNo", true, "运单号", "运单编号", "运单号码", "外部编号", "货票号", "单号", "单据编号", "流水号", "waybillno", "waybillnumber", "waybill", "externalnumber", "number", "no"),
            new("date", true, "日期", "发运日期", "业务日期", "承运日期", "制单日期", "装车日期", "发货日期", "运单日期", "交易日期", "月份", "servicedate", "waybilldate", "shipdate", "month"),
            new("customer", true, "客户", "客户名称", "客户编号", "统一社会信用代码", "信用代码", "托运人", "托运人名称", "货主", "发货人", "发货单位", "customername", "customerno", "customernumber", "creditcode", "consignor", "shipper"),
            new("unit", false, "单位", "网点", "承运网点", "经办单位", "outlet", "unitcode", "performingunit"),
            new("service", false, "服务类型", "服务", "业务类型", "servicetype"),
            new("commodity", false, "品名", "品类", "货物", "货物名称", "commoditycategory", "goods", "product"),
            new("origin", false, "发站", "始发站", "装车站", "originstation", "from"),
            new("destination", false, "到站", "终到站", "卸车站", "destinationstation", "to"),
            new("mode", false, "运输方式", "运输类型", "办理种别", "transportmode"),
            new("wagons", false, "车数", "车辆数", "wagoncount"),
            new("containers", false, "箱数", "集装箱数", "containercount"),
            new("teu", false, "标箱", "标准箱", "teus"),
            new("weight", false, "重量", "运量", "计费重量", "吨数", "吨位", "货物重量", "货重", "tonnage", "tonnes", "chargeableweight"),
            new("revenue", false, "收入", "营业收入", "运输收入", "收入金额", "运费", "运杂费", "金额", "amount", "freight", "sales"),
            new("cost", false, "成本", "直接成本", "成本金额", "支出", "directcost"),
            new("contract", false, "合同号", "合同编号", "合同", "contractno"),
            new("note", false, "备注", "说明", "remark", "comment"),
        ], (services, map, import, order) => new WaybillTaker(services, map, import, order)),
        new("customers", Platform.Access.Permission.CustomersWrite,
        [
            new("number", false, "客户编号", "编号", "customernumber", "customerno"),
            new("name", true, "客户名称", "名称", "公司名称", "企业名称", "customername", "company") { TextKey = "customer.name" },
            new("shortName", false, "简称", "客户简称"),
            new("creditCode", false, "统一社会信用代码", "信用代码", "uscc", "taxnumber", "unifiedsocialcreditcode") { TextKey = "customer.credit_code" },
            new("unit", false, "所属单位", "单位", "网点", "unitcode", "outlet", "owningunit") { TextKey = "customer.unit" },
            new("creditCodeReason", false, "信用代码说明", "whythecreditcodeisright"),
            new("duplicateReason", false, "非重复说明", "重复确认", "whyitisnoduplicate", "notaduplicatebecause"),
            new("kind", false, "客户类型", "类型", "customertype"),
            new("phone", false, "电话", "联系电话", "telephone", "tel"),
            new("legalRepresentative", false, "法人代表", "法定代表人"),
            new("businessDirection", false, "经营方向", "经营范围", "主营业务", "lineofbusiness"),
            new("productionScale", false, "生产规模"),
            new("marketShare", false, "市场占有率"),
            new("employees", false, "职工人数", "员工人数", "employeecount"),
            new("ownership", false, "企业性质", "ownershiptype"),
            new("sizeClass", false, "企业规模", "规模"),
            new("industry", false, "所属行业", "行业", "行业代码", "industrycode") { TextKey = "customer.industry" },
            new("region", false, "所在地区", "地区", "地区代码", "regioncode") { TextKey = "customer.region" },
            new("transportModes", false, "主要运输方式", "运输方式"),
            new("transportCycle", false, "运输周期"),
            new("profile", false, "公司介绍", "companyprofile"),
            new("localCulture", false, "所在地文化"),
            new("localCustoms", false, "所在地习俗"),
            new("registeredAddress", false, "注册地址", "地址", "address"),
            new("businessAddress", false, "经营地址"),
            new("website", false, "网址", "url"),
            new("tags", false, "标签", "tag"),
            new("active", false, "是否在用", "在用", "是否启用", "启用", "stillserved"),
            new("pool", false, "公海", "publicpool"),
            new("parentCustomer", false, "上级公司", "母公司", "上级客户", "parentcompany"),
            new("shareholders", false, "主要股东", "股东", "股东及持股比例", "mainshareholders", "shareholder"),
            new("products", false, "主要产品", "产品", "mainproducts"),
            new("sendingStations", false, "主要发站", "发站", "mainsendingstations"),
            new("receivingStations", false, "主要到站", "到站", "mainreceivingstations"),
            new("sidings", false, "专用线", "siding"),
            new("contactName", false, "主联系人", "联系人", "联系人姓名", "maincontact", "contact"),
            new("contactTitle", false, "联系人职务", "职务", "contactpost"),
            new("contactMobile", false, "联系人手机", "手机", "手机号", "mobile"),
            new("contactPhone", false, "联系人固定电话", "固定电话", "landline"),
            new("contactEmail", false, "联系人邮箱", "邮箱", "电子邮箱", "email"),
            .. Origin,
        ], (services, map, import, order) => new CustomerTaker(services, map, import, order)),
        new("contacts", Platform.Access.Permission.CustomersWrite,
        [
            new("customer", true, "客户", "客户名称", "客户编号", "统一社会信用代码", "信用代码", "公司名称", "customername", "customernumber", "creditcode", "company"),
            new("name", true, "姓名", "联系人", "联系人姓名", "contact", "contactname") { TextKey = "contact.name" },
            new("mobile", false, "手机", "手机号", "联系人手机", "mobilephone"),
            new("title", false, "职务", "岗位", "jobtitle", "post"),
            new("phone", false, "固定电话", "电话", "座机", "landline", "telephone", "tel"),
            new("email", false, "邮箱", "电子邮箱", "mail"),
            new("main", false, "主联系人", "是否主联系人", "ismain", "maincontact"),
            new("active", false, "是否在用", "在用", "是否在职"),
            new("mobile2", false, "第二手机", "手机2", "备用手机", "secondmobile") { TextKey = "field.Mobile2" },
            new("phone2", false, "第二电话", "电话2", "备用电话", "secondphone") { TextKey = "field.Phone2" },
            new("email2", false, "第二邮箱", "邮箱2", "备用邮箱", "secondemail") { TextKey = "field.Email2" },
            new("weChat", false, "微信", "微信号", "wechatid") { TextKey = "field.WeChat" },
            new("preferredWay", false, "首选联系方式", "preferredwayofcontact") { TextKey = "field.PreferredWay" },
            new("preferredTime", false, "合适的联系时间", "联系时间", "goodtimetoreach") { TextKey = "field.PreferredTime" },
            new("decisionRole", false, "决策角色", "roleindecisions") { TextKey = "field.DecisionRole" },
            new("reportsTo", false, "上级", "直接上级", "汇报对象", "boss") { TextKey = "field.ReportsToId" },
            new("attitude", false, "态度", "对我态度", "attitudetous") { TextKey = "field.Attitude" },
            new("influence", false, "影响力") { TextKey = "field.Influence" },
            new("closeness", false, "关系亲疏", "亲疏", "distancetous") { TextKey = "field.Closeness" },
            new("competence", false, "业务能力", "abilityatwork") { TextKey = "field.Competence" },
            new("birthday", false, "生日", "出生日期", "birthdate") { TextKey = "field.Birthday" },
            new("birthdayLunar", false, "农历生日", "是否农历", "lunar", "lunarbirthday") { TextKey = "field.BirthdayLunar" },
            new("customs", false, "习俗与禁忌", "禁忌", "customstorespect") { TextKey = "field.Customs" },
            new("inactiveOn", false, "停用日期", "离职日期", "inactivesince") { TextKey = "field.InactiveOn" },
            new("inactiveReason", false, "停用原因", "离职原因", "whyinactive") { TextKey = "field.InactiveReason" },
            .. Origin,
        ], (services, map, import, order) => new ContactTaker(services, map, import, order)),
        new("employees", Platform.Access.Permission.OrganizationWrite,
        [
            new("staffNumber", false, "工号", "职工编号", "员工编号", "编号", "staffnumber", "employeenumber", "employeeno", "number"),
            new("name", true, "姓名", "职工姓名", "员工姓名", "employeename") { TextKey = "contact.name" },
            new("unit", false, "单位", "所属单位", "网点", "部门", "单位编码", "unitcode", "outlet", "department"),
            new("position", false, "岗位", "职务", "jobtitle", "title"),
            new("phone", false, "电话", "办公电话", "手机", "telephone", "tel", "mobile"),
            new("email", false, "邮箱", "电子邮箱", "mail"),
            new("account", false, "账号", "登录名", "用户名", "username", "login"),
        ], (services, map, import, _) => new EmployeeTaker(services, map, import)),
        new("org", Platform.Access.Permission.OrganizationWrite,
        [
            new("code", true, "单位编码", "编码", "代码", "单位代码", "机构编码", "机构代码", "组织编码", "unitcode", "unitno"),
            new("name", true, "单位名称", "名称", "单位", "机构名称", "组织名称", "unitname", "unit") { TextKey = "import.unit_name" },
            new("parent", false, "上级单位", "上级", "上级编码", "上级代码", "上级单位编码", "上级名称", "上级机构", "隶属单位", "所属单位", "parentcode", "parentunit", "parentname"),
            new("level", false, "级别", "层级", "单位级别", "机构级别", "单位类型", "unitlevel", "type"),
            new("station", false, "所在车站", "车站", "电报码", "stationcode", "stationname"),
        ], (services, map, import, _) => new UnitTaker(services, map, import)),
        new("stations", Platform.Access.Permission.OrganizationWrite,
        [
            new("telegraphCode", true, "电报码", "telecode", "telegraph"),
            new("name", true, "站名", "车站", "车站名称", "station", "stationname") { TextKey = "import.station_name" },
            new("pinyinCode", false, "拼音码"),
            new("pinyin", false, "拼音"),
            new("tmisCode", false, "tmis", "tmis码"),
            new("city", false, "城市", "地市"),
            new("provinceCode", false, "省份代码"),
            new("bureauCode", false, "路局", "局码", "bureau"),
            new("passenger", false, "客运"),
            new("freight", false, "货运"),
        ], (services, map, import, _) => new StationTaker(services, map, import)),
        new("targets", Platform.Access.Permission.CustomersSupervise,
        [
            new("unit", false, "单位", "单位编码", "单位名称", "网点", "unitcode", "unitname"),
            new("account", false, "账号", "登录名", "用户名", "人员", "客户经理", "username", "login"),
            new("month", true, "月份", "月", "年月", "targetmonth"),
            new("measure", false, "指标", "考核指标"),
            new("floor", false, "保底", "保底目标"),
            new("target", true, "目标", "目标值"),
            new("challenge", false, "挑战", "挑战目标"),
        ], (services, map, import, _) => new TargetTaker(services, map, import)),
    ];

    /// <summary>What the field of an error is called.</summary>
    public string Called(string errorField) => Fields.FirstOrDefault(f => f.Name == RejectedFile.FieldName(errorField))?.Label ?? ListImported.FieldText(errorField);

    /// <summary>The kind of that name, or null.</summary>
    public static ImportKind? Named(string? name) => All.FirstOrDefault(k => k.Name == name);

    /// <summary>The kind of that name with the fields that the actor may fill, the group's own among them; or null.</summary>
    public static ImportKind? Of(string? name, CustomFields fields, Actor actor) => Named(name) is not { } kind ? null
        : kind with { Fields = [.. kind.Fields.Where(f => !f.IsOrigin || actor.May(Platform.Access.Permission.ImportSupervise)), .. fields.Of(kind.Name, actor).Select(f => new ImportField(f.Key, false, f.EnglishName is null ? [f.Name] : [f.Name, f.EnglishName]) { Own = f })] };
}
