using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>A field that a column may fill.</summary>
/// <param name="Name">As in <c>--map</c> and the API.</param>
/// <param name="Required">Whether a file without it is no use.</param>
/// <param name="Synonyms">What columns call it, Chinese and English.</param>
internal sealed record ImportField(string Name, bool Required, params string[] Synonyms);

/// <summary>What a file may hold.</summary>
/// <param name="Name">As on the command line and in the API.</param>
/// <param name="Permission">Needed beside that to import.</param>
/// <param name="Fields">Its fields.</param>
/// <param name="Take">Makes what takes the rows.</param>
internal sealed record ImportKind(string Name, string Permission, IReadOnlyList<ImportField> Fields, Func<IServiceProvider, FieldMap, Import, RowTaker> Take)
{
    public static readonly IReadOnlyList<ImportKind> All =
    [
        new("waybills", Platform.Access.Permission.WaybillsWrite,
        [
            new("source", false, "来源系统", "来源", "系统", "sourcesystem"),
            new("externalNo", true, "运单号", "运单编号", "外部编号", "货票号", "单号", "waybillno", "waybill", "externalnumber", "number", "no"),
            new("date", true, "日期", "发运日期", "业务日期", "承运日期", "制单日期", "月份", "servicedate", "month"),
            new("customer", true, "客户", "客户名称", "客户编号", "统一社会信用代码", "信用代码", "托运人", "货主", "customername", "customerno", "creditcode", "consignor"),
            new("unit", false, "单位", "网点", "承运网点", "经办单位", "outlet", "unitcode", "performingunit"),
            new("service", false, "服务类型", "服务", "业务类型", "servicetype"),
            new("commodity", false, "品名", "品类", "货物", "货物名称", "commoditycategory", "goods", "product"),
            new("origin", false, "发站", "始发站", "装车站", "originstation", "from"),
            new("destination", false, "到站", "终到站", "卸车站", "destinationstation", "to"),
            new("mode", false, "运输方式", "运输类型", "办理种别", "transportmode"),
            new("wagons", false, "车数", "车辆数", "wagoncount"),
            new("containers", false, "箱数", "集装箱数", "containercount"),
            new("teu", false, "标箱", "标准箱", "teus"),
            new("weight", false, "重量", "运量", "计费重量", "吨数", "货物重量", "tonnage", "chargeableweight"),
            new("revenue", false, "收入", "营业收入", "运费", "金额", "运输收入", "amount", "freight"),
            new("cost", false, "成本", "直接成本", "directcost"),
            new("contract", false, "合同号", "合同编号", "合同", "contractno"),
            new("note", false, "备注", "说明", "remark", "comment"),
        ], (services, map, import) => new WaybillTaker(services, map, import)),
        new("customers", Platform.Access.Permission.CustomersWrite,
        [
            new("number", false, "客户编号", "编号", "customernumber", "customerno"),
            new("name", true, "客户名称", "名称", "公司名称", "企业名称", "customername", "company"),
            new("shortName", false, "简称"),
            new("creditCode", false, "统一社会信用代码", "信用代码", "uscc", "taxnumber"),
            new("unit", false, "所属单位", "单位", "网点", "unitcode", "outlet"),
            new("kind", false, "客户类型"),
            new("phone", false, "电话", "联系电话", "telephone", "tel"),
            new("legalRepresentative", false, "法人代表", "法定代表人"),
            new("businessDirection", false, "经营方向", "经营范围", "主营业务", "lineofbusiness"),
            new("productionScale", false, "生产规模"),
            new("marketShare", false, "市场占有率"),
            new("employees", false, "职工人数", "员工人数", "employeecount"),
            new("ownership", false, "企业性质", "ownershiptype"),
            new("sizeClass", false, "企业规模"),
            new("industry", false, "所属行业", "行业", "行业代码", "industrycode"),
            new("region", false, "地区", "所在地区", "地区代码", "regioncode"),
            new("transportCycle", false, "运输周期"),
            new("profile", false, "公司介绍", "companyprofile"),
            new("localCulture", false, "所在地文化"),
            new("localCustoms", false, "所在地习俗"),
            new("registeredAddress", false, "注册地址", "地址", "address"),
            new("businessAddress", false, "经营地址"),
            new("website", false, "网址", "url"),
            new("tags", false, "标签", "tag"),
        ], (services, map, _) => new CustomerTaker(services, map)),
        new("org", Platform.Access.Permission.OrganizationWrite,
        [
            new("code", true, "编码", "单位编码", "机构编码", "unitcode"),
            new("name", true, "名称", "单位名称", "机构名称", "unitname"),
            new("parent", false, "上级", "上级编码", "上级单位", "上级单位编码", "parentcode"),
            new("station", false, "车站", "所在车站", "stationcode"),
        ], (services, map, _) => new UnitTaker(services, map)),
        new("stations", Platform.Access.Permission.OrganizationWrite,
        [
            new("telegraphCode", true, "电报码", "telecode", "telegraph"),
            new("name", true, "站名", "车站", "车站名称", "station", "stationname"),
            new("pinyinCode", false, "拼音码"),
            new("pinyin", false, "拼音"),
            new("tmisCode", false, "tmis", "tmis码"),
            new("city", false, "城市", "地市"),
            new("provinceCode", false, "省份代码"),
            new("bureauCode", false, "路局", "局码", "bureau"),
            new("passenger", false, "客运"),
            new("freight", false, "货运"),
        ], (services, map, _) => new StationTaker(services, map)),
    ];

    /// <summary>The kind of that name, or null.</summary>
    public static ImportKind? Named(string? name) => All.FirstOrDefault(k => k.Name == name);
}

/// <summary>Which columns fill which field; several columns are joined by a dash.</summary>
internal sealed class FieldMap
{
    private readonly Dictionary<string, (int[] Columns, string Header)> _fields = [];

    /// <summary>Field → column headers, in their order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers { get; }

    private FieldMap(ImportKind kind, IReadOnlyList<string> columns, IReadOnlyDictionary<string, IReadOnlyList<string>> headers)
    {
        Headers = headers;
        foreach (var (field, names) in headers.Where(h => kind.Fields.Any(f => f.Name == h.Key)))
        {
            _fields[field] = ([.. names.Select(n => columns.ToList().IndexOf(n))], string.Join(' ', names));
        }
    }

    /// <summary>Checks what a user chose against the columns there are.</summary>
    /// <param name="kind">What the file holds.</param>
    /// <param name="columns">The file's headers.</param>
    /// <param name="chosen">Field → column, or columns joined by +.</param>
    public static Result<FieldMap> Of(ImportKind kind, IReadOnlyList<string> columns, IReadOnlyDictionary<string, string> chosen)
    {
        var errors = new List<FieldError>();
        var headers = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (field, text) in chosen.Where(c => !string.IsNullOrWhiteSpace(c.Value)))
        {
            if (kind.Fields.All(f => f.Name != field))
            {
                errors.Add(new(field, "import.field_unknown", field));
                continue;
            }

            // A column may itself have a plus in its name.
            var names = columns.Contains(text.Trim()) ? [text.Trim()] : text.Split('+', StringSplitOptions.TrimEntries);
            var found = names.Select(n => columns.FirstOrDefault(c => string.Equals(c, n.Normalize(NormalizationForm.FormKC), StringComparison.OrdinalIgnoreCase))).ToList();
            if (found.Contains(null))
            {
                errors.Add(new(field, "import.column_unknown", names[found.IndexOf(null)]));
                continue;
            }

            headers[field] = found!;
        }

        errors.AddRange(kind.Fields.Where(f => f.Required && !headers.ContainsKey(f.Name) && errors.All(e => e.Field != f.Name)).Select(f => new FieldError(f.Name, "import.field_missing", f.Name)));
        return errors.Count > 0 ? new Refusal.InvalidMany(errors) : new FieldMap(kind, columns, headers);
    }

    /// <summary>What the headers suggest: a field's own name or one of its synonyms, with or without a unit in brackets; each column once.</summary>
    public static Dictionary<string, string> Guess(ImportKind kind, IReadOnlyList<string> columns)
    {
        var guessed = new Dictionary<string, string>();
        var taken = new HashSet<string>();
        foreach (var field in kind.Fields)
        {
            string[] names = [field.Name, .. field.Synonyms];
            foreach (var name in names.Select(Plain))
            {
                if (columns.FirstOrDefault(c => !taken.Contains(c) && (Plain(c) == name || Plain(WithoutUnit(c)) == name)) is { } column)
                {
                    guessed[field.Name] = column;
                    taken.Add(column);
                    break;
                }
            }
        }

        return guessed;
    }

    /// <summary>The text of a field in a row, joined by dashes where several columns fill it; null where it is empty or not filled.</summary>
    public string? Text(TableRow row, string field)
    {
        if (!_fields.TryGetValue(field, out var at))
        {
            return null;
        }

        return at.Columns is [var one]
            ? CellText.Clean(row.Cells[one])
            : at.Columns.Select(c => CellText.Clean(row.Cells[c])).ToArray() is var parts && parts.Contains(null) ? null : string.Join('-', parts);
    }

    /// <summary>The header of a field, for its unit.</summary>
    public string Header(string field) => _fields.TryGetValue(field, out var at) ? at.Header : "";

    private static string Plain(string header) => new([.. header.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(char.IsLetterOrDigit)]);

    private static string WithoutUnit(string header)
    {
        var text = header.Normalize(NormalizationForm.FormKC);
        var bracket = text.IndexOfAny(['(', '[', '【', '/']);
        text = bracket > 0 ? text[..bracket] : text;
        foreach (var unit in new[] { "_fen", "_yuan", "_kg", "_t", "Fen", "Yuan", "Kg", "Tonnes" })
        {
            text = text.EndsWith(unit, StringComparison.Ordinal) ? text[..^unit.Length] : text;
        }

        return text;
    }
}

/// <summary>What became of a row.</summary>
/// <param name="Outcome">created, updated or unchanged; null where it was rejected.</param>
/// <param name="Errors">Why it was rejected.</param>
internal sealed record RowAnswer(string? Outcome, IReadOnlyList<FieldError> Errors);

/// <summary>Takes the rows of one import, batch by batch.</summary>
internal abstract class RowTaker
{
    /// <summary>Customers made on the way.</summary>
    public virtual int CustomersCreated => 0;

    /// <summary>Rows of one transaction.</summary>
    public abstract int BatchSize { get; }

    /// <summary>Writes a batch in the transaction that is open.</summary>
    public abstract Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct);

    /// <summary>Says what would be wrong, and writes nothing.</summary>
    public abstract Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct);
}

internal sealed class WaybillTaker(IServiceProvider services, FieldMap map, Import import) : RowTaker
{
    private readonly RecordWaybills _record = services.GetRequiredService<RecordWaybills>();

    public override int CustomersCreated => _record.CustomersCreated;

    public override int BatchSize => 5_000;

    public override async Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var (answers, drafts) = Read(rows);
        foreach (var source in drafts.GroupBy(d => d.Source))
        {
            var written = await _record.Run(source.Key, [.. source.Select(d => d.Draft)], import.CreateCustomers, ct);
            foreach (var (place, answer) in source.Zip(written, (d, w) => (d.Place, w)))
            {
                answers[place] = new(answer.Outcome switch { LineOutcome.Created => "created", LineOutcome.Updated => "updated", LineOutcome.Unchanged => "unchanged", _ => null }, answer.Errors);
            }
        }

        return answers;
    }

    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var (answers, drafts) = Read(rows);
        var looked = await _record.Preview([.. drafts.Select(d => d.Draft)], import.CreateCustomers, ct);
        foreach (var (place, answer) in drafts.Zip(looked, (d, w) => (d.Place, w)))
        {
            answers[place] = new(null, answer.Errors);
        }

        return answers;
    }

    private (RowAnswer[] Answers, List<(int Place, string Source, WaybillDraft Draft)> Drafts) Read(IReadOnlyList<TableRow> rows)
    {
        var answers = new RowAnswer[rows.Count];
        var drafts = new List<(int, string, WaybillDraft)>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var errors = new List<FieldError>();
            var draft = new WaybillDraft
            {
                ExternalNo = map.Text(row, "externalNo"), Customer = map.Text(row, "customer"), Unit = map.Text(row, "unit"), Service = map.Text(row, "service"),
                Commodity = map.Text(row, "commodity"), Origin = map.Text(row, "origin"), Destination = map.Text(row, "destination"), Mode = map.Text(row, "mode"),
                Contract = map.Text(row, "contract"), Note = map.Text(row, "note"),
                Date = map.Text(row, "date") is { } day ? CellText.TryDay(day, out var read) ? read : Wrong<DateOnly>(errors, "date", "import.date_wrong") : null,
                Wagons = Whole(row, "wagons", errors), Containers = Whole(row, "containers", errors),
                Teu = map.Text(row, "teu") is { } teu ? CellText.TryNumber(teu, out var boxes) ? boxes : Wrong<decimal>(errors, "teu", "import.number_wrong") : null,
                WeightKg = map.Text(row, "weight") is { } weight ? CellText.Kg(weight, map.Header("weight"), out var kg) is { } bad ? Wrong<long>(errors, "weight", bad) : kg : null,
                RevenueFen = Fen(row, "revenue", errors), CostFen = Fen(row, "cost", errors),
            };
            var source = map.Text(row, "source") ?? import.Source;
            if (source.Length > WaybillLine.SourceLength || !PlainText.IsStorable(source))
            {
                errors.Add(new("source", "waybill.source_wrong"));
            }

            if (errors.Count > 0)
            {
                answers[i] = new(null, errors);
            }
            else
            {
                drafts.Add((i, source, draft));
            }
        }

        return (answers, drafts);
    }

    private long? Fen(TableRow row, string field, List<FieldError> errors) =>
        map.Text(row, field) is not { } text ? null : CellText.Fen(text, map.Header(field), out var fen) is { } bad ? Wrong<long>(errors, field, bad) : fen;

    private int? Whole(TableRow row, string field, List<FieldError> errors) =>
        map.Text(row, field) is not { } text ? null : CellText.TryNumber(text, out var n) && decimal.IsInteger(n) && Math.Abs(n) < 1_000_000_000 ? (int)n : Wrong<int>(errors, field, "import.number_wrong");

    private static T? Wrong<T>(List<FieldError> errors, string field, string code) where T : struct
    {
        errors.Add(new(field, code));
        return null;
    }
}

internal sealed class CustomerTaker(IServiceProvider services, FieldMap map) : RowTaker
{
    private readonly SaveCustomer _save = services.GetRequiredService<SaveCustomer>();
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();
    private int _created;

    public override int CustomersCreated => _created;

    public override int BatchSize => 500;

    public override async Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var errors = new List<FieldError>();
            var (known, input) = await Read(rows[i], errors, ct);
            if (errors.Count > 0)
            {
                answers[i] = new(null, errors);
                continue;
            }

            var before = known?.Version;
            var saved = await _save.Run(known?.Id, known?.Version, input, ct);
            _db.ChangeTracker.Clear();
            if (saved.TryGet(out var customer, out var refusal))
            {
                _created += known is null ? 1 : 0;
                answers[i] = new(known is null ? "created" : customer.Version == before ? "unchanged" : "updated", []);
            }
            else
            {
                answers[i] = new(null, Errors(refusal));
            }
        }

        return answers;
    }

    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var errors = new List<FieldError>();
            var (_, input) = await Read(rows[i], errors, ct);
            errors.AddRange(CustomerRules.Check(input));
            answers[i] = new(null, errors);
        }

        return answers;
    }

    private static IReadOnlyList<FieldError> Errors(Refusal refusal) => refusal switch
    {
        Refusal.InvalidMany many => many.Errors,
        Refusal.Invalid one => [new(one.Field, one.Code)],
        Refusal.NeedsConfirmation { Detail: IReadOnlyList<FindDuplicates.Match> and [var match, ..] } => [new("name", "waybill.customer_similar", match.UnitName)],
        _ => [new("name", refusal.Code, refusal.Args)],
    };

    /// <summary>The customer the row speaks of, by number, credit code or name, and what it says; an empty cell changes nothing.</summary>
    private async Task<(Customer? Known, SaveCustomer.Input Input)> Read(TableRow row, List<FieldError> errors, CancellationToken ct)
    {
        string? Text(string field) => map.Text(row, field);
        var (number, name) = (Text("number"), Text("name"));
        var code = Text("creditCode") is { } typed ? UnifiedSocialCreditCode.Normalise(typed) : null;
        var all = _db.Set<Customer>().AsNoTracking();
        Customer? known = null;
        if (number is not null && PlainText.IsStorable(number))
        {
            known = await all.SingleOrDefaultAsync(c => c.Number == number, ct);
            if (known is null)
            {
                errors.Add(new("number", "common.not_found"));
            }
        }
        else if (code is not null && PlainText.IsStorable(code) && await all.SingleOrDefaultAsync(c => c.CreditCode == code, ct) is { } byCode)
        {
            known = byCode;
        }
        else if (name is not null && PlainText.IsStorable(name) && await all.Where(c => c.Name == name && (code == null || c.CreditCode == null)).Take(2).ToListAsync(ct) is [var byName])
        {
            known = byName;
        }

        var input = known is null ? new() : CustomerRules.Of(known);
        input.Name = name ?? input.Name;
        input.CreditCode = code ?? input.CreditCode;
        input.ShortName = Text("shortName") ?? input.ShortName;
        input.Phone = Text("phone") ?? input.Phone;
        input.LegalRepresentative = Text("legalRepresentative") ?? input.LegalRepresentative;
        input.BusinessDirection = Text("businessDirection") ?? input.BusinessDirection;
        input.ProductionScale = Text("productionScale") ?? input.ProductionScale;
        input.IndustryCode = Text("industry") ?? input.IndustryCode;
        input.RegionCode = Text("region") ?? input.RegionCode;
        input.TransportCycle = Text("transportCycle") ?? input.TransportCycle;
        input.CompanyProfile = Text("profile") ?? input.CompanyProfile;
        input.LocalCulture = Text("localCulture") ?? input.LocalCulture;
        input.LocalCustoms = Text("localCustoms") ?? input.LocalCustoms;
        input.RegisteredAddress = Text("registeredAddress") ?? input.RegisteredAddress;
        input.BusinessAddress = Text("businessAddress") ?? input.BusinessAddress;
        input.Website = Text("website") ?? input.Website;
        input.Tags = Text("tags") ?? input.Tags;
        input.Kind = Named<CustomerKind>("kind", "kind", errors, Text) ?? input.Kind;
        input.OwnershipType = Named<OwnershipType>("ownership", "ownership", errors, Text) ?? input.OwnershipType;
        input.SizeClass = Named<SizeClass>("sizeClass", "size", errors, Text) ?? input.SizeClass;
        if (Text("employees") is { } employees)
        {
            input.EmployeeCount = CellText.TryNumber(employees, out var count) && decimal.IsInteger(count) && count is >= 0 and <= 10_000_000 ? (int)count : null;
            errors.AddRange(input.EmployeeCount is null ? [new("employees", "customer.count_range")] : []);
        }

        if (Text("marketShare") is { } share)
        {
            input.MarketSharePercent = CellText.TryNumber(share.TrimEnd('%'), out var percent) ? percent : null;
            errors.AddRange(input.MarketSharePercent is null ? [new("marketShare", "import.number_wrong")] : []);
        }

        if (Text("unit") is { } unit)
        {
            var found = await _db.Set<OrgUnit>().AsNoTracking().Where(u => u.Code == unit || u.Name == unit).OrderByDescending(u => u.Code == unit).FirstOrDefaultAsync(ct);
            input.UnitId = found?.Id;
            errors.AddRange(found is null || !_db.Scope.Covers(found.Path) ? [new("unit", "waybill.unit_unknown")] : []);
        }

        return (known, input);
    }

    /// <summary>A choice by its code or by what it is called in either language.</summary>
    private static T? Named<T>(string field, string texts, List<FieldError> errors, Func<string, string?> text) where T : struct, Enum
    {
        if (text(field) is not { } typed)
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            var key = $"{texts}.{JsonNamingPolicy.CamelCase.ConvertName(value.ToString())}";
            if (string.Equals(typed, value.ToString(), StringComparison.OrdinalIgnoreCase) || Platform.Text.Texts.Both(key).Contains(typed, StringComparer.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        errors.Add(new(field, "import.choice_unknown", string.Join(" · ", Enum.GetValues<T>().Select(v => Platform.Text.Texts.Get($"{texts}.{JsonNamingPolicy.CamelCase.ConvertName(v.ToString())}")))));
        return null;
    }
}
