using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes people at customers, by customer and mobile, else by customer and name; an empty cell changes nothing.</summary>
internal sealed class ContactTaker(IServiceProvider services, FieldMap map, Import import, DayOrder order) : RowTaker(import)
{
    private readonly SaveContact _save = services.GetRequiredService<SaveContact>();
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();
    private readonly CustomFields _fields = services.GetRequiredService<CustomFields>();
    private readonly OriginCells _origin = new(services.GetRequiredService<CrmDb>(), map, import, order);

    public override int BatchSize => 500;

    public override Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct) => Each(rows, write: true, ct);

    public override Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct) => Each(rows, write: false, ct);

    public override async Task<Meeting?[]> Meet(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var customers = await Customers(rows, ct);
        var ids = customers.Values.OfType<long>().Distinct().ToList();
        var people = ids.Count == 0 ? Enumerable.Empty<Contact>().ToLookup(k => k.CustomerId) : (await _db.Set<Contact>().AsNoTracking().Where(k => EF.Parameter(ids).Contains(k.CustomerId)).OrderBy(k => k.Id).ToListAsync(ct)).ToLookup(k => k.CustomerId);
        var names = ids.Count == 0 ? [] : await _db.Set<Customer>().Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
        var met = rows.Select(row => map.Written(row, "customer") is { } typed && PlainText.IsStorable(typed) && customers.GetValueOrDefault(Key(typed)) is { } id && Known(row, people[id]) is { } same ? (Same: same, Input: Said(row, same, (id, [.. people[id]]), [])) : default).ToList();
        var own = await OwnChanges.Of(_db, _fields, "contacts", [.. met.Select(m => new OwnChanges.Row(m.Same?.Custom, m.Input?.Custom, m.Same?.CustomerId ?? 0, m.Same?.Id ?? 0))], ct);
        return [.. met.Select((m, i) => m.Same is null ? null : new Meeting($"{m.Same.Name} · {names.GetValueOrDefault(m.Same.CustomerId)}", $"/customers/{m.Same.CustomerId}/contacts/{m.Same.Id}", [.. CellChange.Of(Fields(m.Same, m.Input!)), .. own[i]]))];
    }

    private static IEnumerable<(string Field, string? Before, string? After)> Fields(Contact same, SaveContact.Input said) =>
    [
        ("name", same.Name, said.Name), ("title", same.Title, said.Title), ("mobile", same.Mobile, said.Mobile), ("phone", same.Phone, said.Phone), ("email", same.Email, said.Email),
        ("main", CustomerText.Said(same.IsMain, "main"), CustomerText.Said(said.IsMain ?? same.IsMain, "main")), ("active", CustomerText.Said(same.Active, "active"), CustomerText.Said(said.Active ?? same.Active, "active")),
        .. ContactFields.More.Select(f => (f.Key, ContactFields.Said(SaveContact.Said(same), f, id => $"{id}"), ContactFields.Said(said, f, id => $"{id}"))),
    ];

    private async Task<RowAnswer[]> Each(IReadOnlyList<TableRow> rows, bool write, CancellationToken ct)
    {
        var customers = await Customers(rows, ct);
        var answers = new RowAnswer[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            answers[i] = await One(rows[i], customers, write, ct);
            _db.ChangeTracker.Clear();
        }

        return answers;
    }

    private async Task<RowAnswer> One(TableRow row, Dictionary<string, long?> customers, bool write, CancellationToken ct)
    {
        var (customer, name, mobile) = (map.Written(row, "customer"), map.Written(row, "name"), map.Written(row, "mobile"));
        var errors = new List<FieldError>();
        long? id = null;
        if (customer is null)
        {
            errors.Add(new("customer", "waybill.missing"));
        }
        else if (!PlainText.IsStorable(customer))
        {
            errors.Add(new("customer", "customer.text_unstorable"));
        }
        else if (!customers.TryGetValue(Key(customer), out id) || id is null)
        {
            errors.Add(new("customer", customers.ContainsKey(Key(customer)) ? "waybill.customer_ambiguous" : "waybill.customer_unknown"));
        }

        var stored = id is null ? [] : await _db.Set<Contact>().AsNoTracking().Where(k => k.CustomerId == id).OrderBy(k => k.Id).ToListAsync(ct);
        var digits = PhoneNumber.Digits(mobile);
        var same = Known(row, stored);
        var input = Said(row, same, (id ?? 0, stored), errors);
        var warnings = same is not null && digits is not null && same.MobileDigits == digits ? Named(name, same.Name, "import.person_differs") : [];
        var origin = await _origin.Read(row, errors, ct);
        errors.AddRange(SaveContact.Check(input));
        errors.AddRange(id is not null && Kept(digits is null ? "name" : "mobile", same is null) is { } kept ? [kept] : []);
        if (errors.Count > 0)
        {
            return new(null, errors) { Warnings = warnings };
        }

        if (same is not null && Same(same, input.Custom) && ContactFields.Same(SaveContact.Said(same), input) && (same.Name, same.Title, same.Mobile, same.Phone, same.Email, same.IsMain, same.Active) == (input.Name, input.Title, input.Mobile, input.Phone, input.Email, input.IsMain ?? same.IsMain, input.Active ?? same.Active))
        {
            return RowAnswer.Unchanged;
        }

        if (!write)
        {
            return same is null ? New(row.Number, id!.Value, digits, input.Name) : RowAnswer.Updated with { Warnings = warnings };
        }

        return (await ContactUndo.Write(_db, _fields, _save, id!.Value, same, stored.Find(k => k.IsMain && k != same), input, origin, ct)).TryGet(out var made, out var refusal)
            ? (same is null ? RowAnswer.Created : made.Count > 0 ? RowAnswer.Updated : RowAnswer.Unchanged) with { Made = made }
            : new(null, refusal is Refusal.InvalidMany many ? many.Errors : [new("name", refusal.Code, refusal.Args)]);
    }

    /// <summary>A row whose person is not there yet: the first makes them, and those below find them as the run will, by mobile, else by a name that has none beside it.</summary>
    private RowAnswer New(long row, long customerId, string? digits, string name)
    {
        var (mobile, named) = (digits is null ? null : $"{customerId}:{digits}", $"{customerId}:{name}");
        var first = digits is null ? Above.Of("person", named) : Above.Of("mobile", mobile) ?? Above.Of("bare", named);
        var isNamed = first is null || Above.Of("person", named) is not null;
        Above.Add(row, "mobile", mobile);
        Above.Add(row, "person", named);
        Above.Add(row, "bare", first is null && digits is null ? named : null);
        return first is null ? RowAnswer.Created : RowAnswer.Updated with { Above = true, AboveRow = first.Value, Warnings = isNamed ? [] : [new("name", "import.mobile_of_row", first)] };
    }

    /// <summary>Whom of a customer's people the row speaks of: by mobile, else by name.</summary>
    private Contact? Known(TableRow row, IEnumerable<Contact> stored)
    {
        var (name, digits) = (map.Written(row, "name"), PhoneNumber.Digits(map.Written(row, "mobile")));
        return (digits is null ? null : stored.FirstOrDefault(k => k.MobileDigits == digits)) ?? stored.FirstOrDefault(k => k.Name == name && (digits is null || k.MobileDigits is null));
    }

    private SaveContact.Input Said(TableRow row, Contact? same, (long Customer, IReadOnlyList<Contact> All) people, List<FieldError> errors)
    {
        var said = same is null ? new() : SaveContact.Said(same);
        (said.Name, said.Title, said.Mobile) = (map.Written(row, "name") ?? said.Name, map.Written(row, "title") ?? said.Title, map.Written(row, "mobile") ?? said.Mobile);
        (said.Phone, said.Email) = (map.Written(row, "phone") ?? said.Phone, map.Written(row, "email") ?? said.Email);
        (said.IsMain, said.Active, said.Custom) = (YesNo(row, "main", errors), YesNo(row, "active", errors), Own(row));
        foreach (var field in ContactFields.More)
        {
            if (map.Written(row, field.Key) is { } typed)
            {
                Set(said, row, field, typed, people, errors);
            }
        }

        if ((said.Active ?? same?.Active ?? true) && (said.InactiveOn is not null || said.InactiveReason is not null))
        {
            (said.InactiveOn, said.InactiveReason) = (null, null);
        }

        return said;
    }

    private void Set(SaveContact.Input said, TableRow row, ContactFields.Field field, string typed, (long Customer, IReadOnlyList<Contact> All) people, List<FieldError> errors)
    {
        var type = typeof(SaveContact.Input).GetProperty(field.Name)!.PropertyType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (field.Name == nameof(Contact.ReportsToId))
        {
            var called = people.All.Where(k => k.Name == typed || (PhoneNumber.Digits(typed) is { Length: >= 5 } digits && k.MobileDigits == digits)).ToList();
            said.ReportsToId = called.Count == 1 ? called[0].Id : said.ReportsToId;
            errors.AddRange(called.Count == 1 || Above.Of("person", $"{people.Customer}:{typed}") is not null ? [] : [new(field.Key, "contact.reports_unknown")]);
        }
        else if (type == typeof(bool))
        {
            said.BirthdayLunar = YesNo(row, field.Key, errors) ?? said.BirthdayLunar;
        }
        else if (type == typeof(DateOnly))
        {
            var wrong = CellDay.Read(map.Clean(row, field.Key) ?? typed, order, out var day);
            said.InactiveOn = wrong is null ? day : said.InactiveOn;
            errors.AddRange(wrong is null ? [] : [new(field.Key, wrong)]);
        }
        else if (!TypedValue.Set(said, field.Name, type.IsEnum ? Coded(type, typed) : field.Name == nameof(Contact.Birthday) && Birthday.TryRead(typed, true, out var day) ? day.ToString() : typed))
        {
            errors.Add(new(field.Key, "import.choice_unknown", string.Join(" · ", Enum.GetValues(type).Cast<Enum>().Select(CustomerText.Of))));
        }
    }

    /// <summary>The code of a choice that was written in words of either language.</summary>
    private static string Coded(Type type, string typed) =>
        Enum.GetValues(type).Cast<Enum>().FirstOrDefault(v => CustomerText.Both(v).Contains(typed.Trim(), StringComparer.OrdinalIgnoreCase))?.ToString() ?? typed;

    /// <summary>What the row says of the group's own fields; an empty cell changes nothing.</summary>
    private Dictionary<string, string?>? Own(TableRow row)
    {
        var said = _fields.Of("contacts", _db.Actor).Select(f => (f.Key, Text: map.Written(row, f.Key))).Where(f => f.Text is not null).ToDictionary(f => f.Key, f => f.Text);
        return said.Count == 0 ? null : said;
    }

    private bool Same(Contact stored, Dictionary<string, string?>? own) => own is null || (_fields.Said("contacts", stored.Custom, _db.Actor) is var said && own.All(o => o.Value == said?.GetValueOrDefault(o.Key)));

    private bool? YesNo(TableRow row, string field, List<FieldError> errors)
    {
        var typed = map.Clean(row, field);
        var said = CellText.YesNo(typed);
        errors.AddRange(typed is not null && said is null ? [new(field, "import.choice_unknown", "是 · 否 · yes · no")] : []);
        return said;
    }

    /// <summary>The customers of a batch in a few reads: by number, credit code and name, also of those merged; null where two have the name.</summary>
    private async Task<Dictionary<string, long?>> Customers(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var typed = rows.Select(r => map.Written(r, "customer")).OfType<string>().Where(PlainText.IsStorable).Select(Key).Distinct().ToList();
        var found = new Dictionary<string, long?>();
        var all = _db.Set<Customer>().AsNoTracking();
        var names = typed.SelectMany(CustomerTaker.Names).Distinct().ToList();
        foreach (var same in (await all.Where(c => EF.Parameter(names).Contains(c.Name)).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).GroupBy(c => Key(c.Name)))
        {
            found[same.Key] = same.Count() == 1 ? same.First().Id : null;
        }

        var codes = typed.Select(UnifiedSocialCreditCode.Normalise).Where(c => c.Length == 18).Distinct().ToList();
        foreach (var c in await all.Where(c => EF.Parameter(codes).Contains(c.CreditCode!)).Select(c => new { c.Id, c.CreditCode }).ToListAsync(ct))
        {
            found[Key(c.CreditCode!)] = c.Id;
        }

        var numbers = typed.Where(t => t.StartsWith("KH-", StringComparison.Ordinal)).ToList();
        foreach (var c in await all.Where(c => EF.Parameter(numbers).Contains(c.Number)).Select(c => new { c.Id, c.Number }).ToListAsync(ct))
        {
            found[Key(c.Number)] = c.Id;
        }

        // What is still unknown may be the old number or name of one that became part of another.
        var texts = typed.Where(t => !found.ContainsKey(t)).ToHashSet();
        foreach (var same in (await MergedInto.Named(_db, [.. texts.SelectMany(CustomerTaker.Names).Distinct()], ct))
            .SelectMany(m => new[] { (Key: Key(m.Number), m.SurvivorId), (Key: Key(m.Name), m.SurvivorId) }).Where(m => texts.Contains(m.Key)).Distinct().GroupBy(m => m.Key))
        {
            found[same.Key] = same.Count() == 1 ? same.First().SurvivorId : null;
        }

        return found;
    }

    private static string Key(string typed) => typed.Normalize(System.Text.NormalizationForm.FormKC).Trim().ToUpperInvariant();
}
