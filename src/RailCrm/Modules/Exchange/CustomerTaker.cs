using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

internal sealed partial class CustomerTaker(IServiceProvider services, FieldMap map) : RowTaker
{
    private readonly SaveCustomer _save = services.GetRequiredService<SaveCustomer>();
    private readonly SaveContact _saveContact = services.GetRequiredService<SaveContact>();
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
            var (known, input, contact) = await Read(rows[i], errors, ct);
            if (errors.Count > 0)
            {
                answers[i] = new(null, errors);
                continue;
            }

            var before = known?.Version;
            var saved = known is null
                ? await _save.Create(input, contact is null ? [] : [_saveContact.First(contact.Input)], ct)
                : await _save.Run(known.Id, known.Version, input, ct);
            _db.ChangeTracker.Clear();
            if (!saved.TryGet(out var customer, out var refusal))
            {
                answers[i] = new(null, Errors(refusal, input));
                continue;
            }

            if (known is not null && contact is not null && (await _saveContact.Run(customer.Id, contact.Id, null, contact.Input, ct)).Refusal is { } late)
            {
                // It was checked before the customer was written, so this is no fault of the row: the batch is not kept.
                throw new InvalidOperationException($"A contact that had been checked was refused: {late.Code}");
            }

            _db.ChangeTracker.Clear();
            _created += known is null ? 1 : 0;
            answers[i] = known is null ? RowAnswer.Created : customer.Version == before && contact is null ? RowAnswer.Unchanged : RowAnswer.Updated;
        }

        return answers;
    }

    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var errors = new List<FieldError>();
            var (_, input, _) = await Read(rows[i], errors, ct);
            errors.AddRange(CustomerRules.Check(input).Select(e => e with { Field = FieldOf(e.Field, input) }));
            answers[i] = new(null, errors);
        }

        return answers;
    }

    private static IReadOnlyList<FieldError> Errors(Refusal refusal, SaveCustomer.Input input) => refusal switch
    {
        Refusal.InvalidMany many => [.. many.Errors.Select(e => e with { Field = FieldOf(e.Field, input) })],
        Refusal.Invalid one => [new(FieldOf(one.Field, input), one.Code)],
        Refusal.NeedsConfirmation { Detail: IReadOnlyList<FindDuplicates.Match> and [var match, ..] } => [new("name", "waybill.customer_similar", match.UnitName)],
        _ => [new("name", refusal.Code, refusal.Args)],
    };

    /// <summary>The customer the row speaks of, by number, credit code or name, and what it says; an empty cell changes nothing.</summary>
    private async Task<(Customer? Known, SaveCustomer.Input Input, MainContact? Contact)> Read(TableRow row, List<FieldError> errors, CancellationToken ct)
    {
        string? Text(string field) => map.Clean(row, field);
        string? Written(string field) => map.Written(row, field);
        var (number, name) = (Text("number"), Written("name"));
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
        else if (name is not null && PlainText.IsStorable(name))
        {
            var names = Names(name);
            known = await all.Where(c => EF.Parameter(names).Contains(c.Name) && (code == null || c.CreditCode == null)).Take(2).ToListAsync(ct) is [var byName] ? byName : null;
        }

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
            input.Active = active.ToUpperInvariant() switch { "1" or "是" or "TRUE" or "YES" or "Y" => true, "0" or "否" or "FALSE" or "NO" or "N" => false, _ => null };
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
            var found = await _db.Set<OrgUnit>().AsNoTracking().Where(u => u.Code == unit || u.Name == unit).OrderByDescending(u => u.Code == unit).FirstOrDefaultAsync(ct);
            input.UnitId = found?.Id;
            errors.AddRange(found is null || !_db.Scope.Covers(found.Path) ? [new("unit", "waybill.unit_unknown")] : []);
        }

        await Lists(row, known, input, errors, ct);
        return (known, input, await Contact(row, known, errors, ct));
    }

    /// <summary>A name as it was written, with narrow and with wide brackets: both are in use for the same company.</summary>
    private static List<string> Names(string name)
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
