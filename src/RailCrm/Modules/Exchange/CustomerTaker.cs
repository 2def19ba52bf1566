using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

internal sealed partial class CustomerTaker(IServiceProvider services, FieldMap map, Import import, DayOrder order) : RowTaker(import)
{
    private readonly SaveCustomer _save = services.GetRequiredService<SaveCustomer>();
    private readonly SaveContact _saveContact = services.GetRequiredService<SaveContact>();
    private readonly CustomFields _fields = services.GetRequiredService<CustomFields>();
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();
    private readonly OriginCells _origin = new(services.GetRequiredService<CrmDb>(), map, import, order);
    private int _created;
    private bool? _anyMerged;

    public override int CustomersCreated => _created;

    public override int BatchSize => 500;

    public override async Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        var pooled = new List<(long CustomerId, Pool To, PoolWhy Why)>();
        await ReadPools(rows, hold: true, ct);
        for (var i = 0; i < rows.Count; i++)
        {
            var errors = new List<FieldError>();
            var (known, input, contact, origin) = await Read(rows[i], errors, ct);
            answers[i] = errors.Count > 0 ? new(null, Ruled(errors, input)) : known is null ? await Create(input, contact, origin, ct) : await Update(known, input, contact, ct);
            _db.ChangeTracker.Clear();
            if (answers[i] is { Outcome: "created", Made: [var customer, ..] } && PoolOf(rows[i]) is { } pool)
            {
                pooled.Add((customer.Id, pool, PoolWhy.Hand));
            }
        }

        if (pooled.Count > 0)
        {
            await new PoolBook(_db).Put(pooled, Import.FileName.Length > PoolStay.ReasonLength ? null : Import.FileName, ct);
            _db.ChangeTracker.Clear();
        }

        return answers;
    }

    private async Task<RowAnswer> Create(SaveCustomer.Input input, MainContact? contact, Origin? origin, CancellationToken ct)
    {
        List<Contact> people = contact is null ? [] : [_saveContact.First(contact.Input)];
        if (!(await _save.Create(input, people, origin, ct)).TryGet(out var customer, out var refusal))
        {
            return new(null, Errors(refusal, input));
        }

        _created++;
        return RowAnswer.Created with { Made = [new(CustomerUndo.Code, customer.Id, customer.Version), .. people.Select(p => new Made(ContactUndo.Code, p.Id, p.Version))] };
    }

    private async Task<RowAnswer> Update(Customer known, SaveCustomer.Input input, MainContact? contact, CancellationToken ct)
    {
        var before = await CustomerUndo.Said(_db, _fields, known, input, ct);
        if (!(await _save.Run(known.Id, known.Version, input, ct)).TryGet(out var customer, out var refusal))
        {
            return new(null, Errors(refusal, input));
        }

        List<Made> made = customer.Version == known.Version ? [] : [new(CustomerUndo.Code, customer.Id, customer.Version, Changes.Of(before, CustomerUndo.Said(_db, _fields, customer, input)))];
        _db.ChangeTracker.Clear();
        if (contact is not null)
        {
            // It was checked before the customer was written, so a refusal is no fault of the row: the batch is not kept.
            made.AddRange((await ContactUndo.Write(_db, _fields, _saveContact, customer.Id, contact.Before, contact.FormerMain, contact.Input, null, ct)).TryGet(out var written, out var late)
                ? written : throw new InvalidOperationException($"A contact that had been checked was refused: {late!.Code}"));
        }

        return made.Count == 0 ? RowAnswer.Unchanged : RowAnswer.Updated with { Made = made };
    }

    private static IReadOnlyList<FieldError> Errors(Refusal refusal, SaveCustomer.Input input) => refusal switch
    {
        Refusal.InvalidMany many => [.. many.Errors.Select(e => e with { Field = FieldOf(e.Field, input) })],
        Refusal.Invalid one => [new(FieldOf(one.Field, input), one.Code)],
        Refusal.NeedsConfirmation { Detail: IReadOnlyList<FindDuplicates.Match> and [var match, ..] } => [Similar(match, "name")],
        _ => [new("name", refusal.Code, refusal.Args)],
    };

    /// <summary>By name to whoever sees it; to others, whom to ask.</summary>
    internal static FieldError Similar(FindDuplicates.Match match, string field) => match.Name is null ? new(field, "waybill.customer_similar", match.UnitName)
        : new(match.Reason == "phone" && field == "name" ? "phone" : field, $"import.like_customer.{(match.Reason == "phone" ? "phone" : "name")}", match.Number, match.Name);

    /// <summary>The customer the row speaks of, by number, credit code or name, and what it says; an empty cell changes nothing.</summary>
    private async Task<(Customer? Known, SaveCustomer.Input Input, MainContact? Contact, Origin? Origin)> Read(TableRow row, List<FieldError> errors, CancellationToken ct)
    {
        string? Text(string field) => map.Clean(row, field);
        string? Written(string field) => map.Written(row, field);
        var (number, name) = (Text("number"), Written("name"));
        var code = Text("creditCode") is { } typed ? UnifiedSocialCreditCode.Normalise(typed) : null;
        var all = _db.Set<Customer>().AsNoTracking();
        var (known, merged) = ((Customer?)null, false);
        if (number is not null && PlainText.IsStorable(number))
        {
            known = (_ahead is null ? await all.SingleOrDefaultAsync(c => c.Number == number, ct) : _ahead.Numbers.GetValueOrDefault(number)) ?? await Merged([number], ct);
            merged = known is not null && known.Number != number;
            if (known is null)
            {
                errors.Add(new("number", "common.not_found"));
            }
        }
        else if (code is not null && PlainText.IsStorable(code) && (_ahead is null ? await all.SingleOrDefaultAsync(c => c.CreditCode == code, ct) : _ahead.Codes.GetValueOrDefault(code)) is { } byCode)
        {
            known = byCode;
        }
        else if (name is not null && PlainText.IsStorable(name))
        {
            var names = Names(name);
            var called = _ahead is null ? await all.Where(c => EF.Parameter(names).Contains(c.Name) && (code == null || c.CreditCode == null)).Take(2).ToListAsync(ct)
                : [.. names.SelectMany(n => _ahead.Names[n]).Where(c => code is null || c.CreditCode is null).Take(2)];
            known = called is [var byName] ? byName : null;
            if (called.Count == 0 && (code is null || !(_ahead is null ? await all.AnyAsync(c => EF.Parameter(names).Contains(c.Name), ct) : names.Exists(_ahead.Names.Contains))))
            {
                known = await Merged(names, ct);
                merged = known is not null;
            }
        }

        errors.AddRange(Kept(number is not null ? "number" : code is not null ? "creditCode" : "name", known is null) is { } kept && errors.Count == 0 ? [kept] : []);
        var input = known is null ? new() : CustomerRules.Of(known);
        input.Name = name ?? input.Name;
        input.CreditCode = code ?? input.CreditCode;
        input.ShortName = Written("shortName") ?? input.ShortName;
        input.Phone = Written("phone") ?? input.Phone;
        input.LegalRepresentative = Written("legalRepresentative") ?? input.LegalRepresentative;
        input.BusinessDirection = Written("businessDirection") ?? input.BusinessDirection;
        input.ProductionScale = Written("productionScale") ?? input.ProductionScale;
        input.IndustryCode = Text("industry") ?? input.IndustryCode;
        input.RegionCode = Text("region") ?? input.RegionCode;
        input.TransportCycle = Written("transportCycle") ?? input.TransportCycle;
        input.CompanyProfile = Written("profile") ?? input.CompanyProfile;
        input.LocalCulture = Written("localCulture") ?? input.LocalCulture;
        input.LocalCustoms = Written("localCustoms") ?? input.LocalCustoms;
        input.RegisteredAddress = Written("registeredAddress") ?? input.RegisteredAddress;
        input.BusinessAddress = Written("businessAddress") ?? input.BusinessAddress;
        input.Website = Written("website") ?? input.Website;
        input.Tags = Written("tags") ?? input.Tags;
        input.CreditCodeReason = Written("creditCodeReason") ?? input.CreditCodeReason;
        input.DuplicateReason = Written("duplicateReason");
        input.TransportModes = Modes(Text("transportModes"), errors) ?? input.TransportModes;
        input.Kind = Named<CustomerKind>("kind", "kind", errors, Text) ?? input.Kind;
        input.OwnershipType = Named<OwnershipType>("ownership", "ownership", errors, Text) ?? input.OwnershipType;
        input.SizeClass = Named<SizeClass>("sizeClass", "size", errors, Text) ?? input.SizeClass;
        if (Text("active") is { } active)
        {
            input.Active = CellText.YesNo(active);
            errors.AddRange(input.Active is null ? [new("active", "import.choice_unknown", "是 · 否 · yes · no")] : []);
        }

        if (Text("parentCustomer") is not null)
        {
            input.ParentId = await Parent(Written("parentCustomer")!, errors, ct) ?? input.ParentId;
        }

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
            var found = _ahead is null ? await _db.Set<OrgUnit>().AsNoTracking().Where(u => u.Code == unit || u.Name == unit).OrderByDescending(u => u.Code == unit).FirstOrDefaultAsync(ct)
                : _ahead.Units.Find(u => u.Code == unit) ?? _ahead.Units.Find(u => u.Name == unit);
            input.UnitId = found?.Id;
            errors.AddRange(found is null || !_db.Scope.Covers(found.Path) ? [new("unit", "waybill.unit_unknown")] : []);
        }

        if (Text("pool") is not null)
        {
            errors.AddRange(await Pooled(PoolOf(row), known, input.UnitId, ct) is { } cannot ? [new("pool", cannot)] : []);
        }

        input.Custom = Own(row);
        if (merged)
        {
            OnlyFill(input, known!);
        }
        else
        {
            await Lists(row, known, input, errors, ct);
        }

        var origin = await _origin.Read(row, errors, ct);
        return (known, input, await Contact(row, known, errors, ct), origin);
    }

    /// <summary>The customer that those of one of these old numbers or names became part of; null where there is none, or several.</summary>
    private async Task<Customer?> Merged(IReadOnlyList<string> asked, CancellationToken ct) => (_ahead is not null ? _ahead.Went.Where(w => asked.Contains(w.Number) || asked.Contains(w.Name)) : await Went(asked, ct)).Select(w => w.SurvivorId).Distinct().ToList() is not [var id] ? null
        : _ahead is not null ? _ahead.Stayed.GetValueOrDefault(id) : await _db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct);

    /// <summary>Those merged that bore one of these; asks for nothing where nobody ever merged any.</summary>
    private async Task<IReadOnlyList<MergedInto.Went>> Went(IReadOnlyList<string> asked, CancellationToken ct) =>
        asked.Count > 0 && (_anyMerged ??= await MergedInto.Any(_db, ct)) ? await MergedInto.Named(_db, asked, ct) : [];

    /// <summary>What the one that stayed has stays: the row speaks of one that went, and what of it is kept was chosen when they were merged.</summary>
    private void OnlyFill(SaveCustomer.Input input, Customer stayed)
    {
        var (has, own) = (CustomerRules.Of(stayed), _fields.Said("customers", stayed.Custom, _db.Actor));
        foreach (var property in typeof(SaveCustomer.Input).GetProperties())
        {
            property.SetValue(input, property.GetValue(has) is { } said and not "" ? said : property.GetValue(input));
        }

        (input.CreditCode, input.CreditCodeReason) = (stayed.CreditCode, stayed.CreditCodeReason); // A code names one company, and this is another's.
        input.Custom = input.Custom?.Where(o => string.IsNullOrEmpty(own?.GetValueOrDefault(o.Key))).ToDictionary() is { Count: > 0 } filled ? filled : null;
    }

    /// <summary>What the row says of the group's own fields; an empty cell changes nothing.</summary>
    private Dictionary<string, string?>? Own(TableRow row)
    {
        var said = _fields.Of("customers", _db.Actor).Select(f => (f.Key, Text: map.Written(row, f.Key))).Where(f => f.Text is not null).ToDictionary(f => f.Key, f => f.Text);
        return said.Count == 0 ? null : said;
    }

    /// <summary>A name as it was written, with narrow and with wide brackets: both are in use for the same company.</summary>
    internal static List<string> Names(string name)
    {
        var narrow = name.Normalize(NormalizationForm.FormKC);
        return [.. new[] { name.Normalize(NormalizationForm.FormC), narrow, narrow.Replace('(', '（').Replace(')', '）') }.Distinct()];
    }

    /// <summary>整车、集装箱 as the codes that are stored.</summary>
    private static string? Modes(string? typed, List<FieldError> errors)
    {
        var codes = (typed ?? "").Split([',', '、', ';', '；', '/', '|'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(m => (Typed: m, Code: WaybillRules.Mode(m) ?? Array.Find(CustomerRules.Modes, c => Platform.Text.Texts.Both($"mode.{c}").Contains(m, StringComparer.OrdinalIgnoreCase)))).ToList();
        if (codes.Find(c => c.Code is null) is { Typed: not null })
        {
            errors.Add(new("transportModes", "waybill.mode_unknown"));
            return null;
        }

        return codes.Count == 0 ? null : string.Join(',', codes.Select(c => c.Code).Distinct());
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
