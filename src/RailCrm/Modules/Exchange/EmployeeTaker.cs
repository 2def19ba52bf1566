using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes employees, by staff number, else by account; an empty cell changes nothing.</summary>
internal sealed class EmployeeTaker(IServiceProvider services, FieldMap map, Import import) : RowTaker(import)
{
    private readonly SaveEmployee _save = services.GetRequiredService<SaveEmployee>();
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();

    public override int BatchSize => 200;

    public override Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct) => Each(rows, write: true, ct);

    public override Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct) => Each(rows, write: false, ct);

    private async Task<RowAnswer[]> Each(IReadOnlyList<TableRow> rows, bool write, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            answers[i] = await One(rows[i], write, ct);
            _db.ChangeTracker.Clear();
        }

        return answers;
    }

    private async Task<RowAnswer> One(TableRow row, bool write, CancellationToken ct)
    {
        var errors = new List<FieldError>();
        var (number, account) = (map.Clean(row, "staffNumber"), map.Clean(row, "account"));
        var (found, user) = await Known(number, account, ct);
        if (Kept(number is null ? "account" : "staffNumber", found is null && Above.Of("number", number) is null) is { } kept)
        {
            return new(null, [kept]);
        }

        var before = found is null ? new() : EmployeeUndo.Of(found, user);
        var input = Told(row, found is null ? new() : EmployeeUndo.Of(found, user));
        IReadOnlyList<FieldError> warnings = found is not null && number is not null ? Named(map.Written(row, "name"), found.Name, "import.person_differs") : [];
        if (map.Clean(row, "unit") is { } typed)
        {
            var units = PathRange.Of(_db.Scope).Of(_db);
            input.UnitId = PlainText.IsStorable(typed) ? await units.Where(u => u.Code == typed || u.Name == typed).OrderByDescending(u => u.Code == typed).Select(u => (long?)u.Id).FirstOrDefaultAsync(ct) : null;
            errors.AddRange(input.UnitId is null ? [new("unit", "waybill.unit_unknown")] : []);
        }
        else if (found is null)
        {
            errors.Add(new("unit", "waybill.missing"));
        }

        var said = found is null || Changes.Of(before, input) != "{}";
        if (!said && errors.Count == 0)
        {
            return RowAnswer.Unchanged;
        }

        if (!(await _save.Run(found?.Id, found?.Version, input, write && errors.Count == 0, ct)).TryGet(out var employee, out var refusal) || errors.Count > 0)
        {
            errors.AddRange(Errors(refusal).Where(e => errors.All(known => known.Field != FieldOf(e.Field))).Select(e => e with { Field = FieldOf(e.Field) }));
            return new(null, errors) { Warnings = warnings };
        }

        var first = found is null && !write ? Above.Of("number", number) : null;
        var (signIn, both) = (account?.ToUpperInvariant(), $"{input.Number}:{account?.ToUpperInvariant()}");
        if (!write && Above.Of("account", signIn) is { } taken && Above.Of("both", both) is null)
        {
            return new(null, [new("account", "import.account_of_row", taken)]);
        }

        warnings = first is not null && Above.Of("name", $"{number}:{input.Name}") is null ? [new("name", "import.staff_number_of_row", first)] : warnings;
        var answer = found is not null ? RowAnswer.Updated with { Warnings = warnings } : first is null ? RowAnswer.Created : RowAnswer.Updated with { Warnings = warnings, Above = true, AboveRow = first.Value };
        Above.Add(row.Number, "number", number);
        Above.Add(row.Number, "account", signIn);
        Above.Add(row.Number, "both", both);
        Above.Add(row.Number, "name", $"{number}:{input.Name}");
        return write ? answer with { Made = [new(EmployeeUndo.Code, employee.Id, employee.Version, found is null ? null : Changes.Of(before, EmployeeUndo.Of(employee, input.Account)))] } : answer;
    }

    public override async Task<Meeting?[]> Meet(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        List<string> Said(string field) => [.. rows.Select(r => map.Clean(r, field)).OfType<string>().Where(PlainText.IsStorable).Distinct()];
        var (numbers, accounts, typed) = (Said("staffNumber"), Said("account"), Said("unit"));
        var units = PathRange.Of(_db.Scope).Of(_db);
        var found = await (from e in _db.Set<Employee>().AsNoTracking()
                           join u in _db.Set<User>() on e.UserId equals u.Id into users
                           from user in users.DefaultIfEmpty()
                           where units.Any(u => u.Id == e.UnitId) && (EF.Parameter(numbers).Contains(e.Number) || (user != null && EF.Parameter(accounts).Contains(user.UserName!)))
                           select new { Employee = e, UserName = user == null ? null : user.UserName }).ToListAsync(ct);
        var theirs = found.Select(f => f.Employee.UnitId).Distinct().ToList();
        var named = await units.AsNoTracking().Where(u => EF.Parameter(theirs).Contains(u.Id) || EF.Parameter(typed).Contains(u.Code) || EF.Parameter(typed).Contains(u.Name)).Select(u => new { u.Id, u.Code, u.Name }).ToListAsync(ct);
        return [.. rows.Select(row =>
        {
            var (number, account, unit) = (map.Clean(row, "staffNumber"), map.Clean(row, "account"), map.Clean(row, "unit"));
            if (found.Find(f => number is not null ? f.Employee.Number == number : account is not null && f.UserName == account) is not { } known)
            {
                return null;
            }

            var (before, now) = (EmployeeUndo.Of(known.Employee, known.UserName), Told(row, EmployeeUndo.Of(known.Employee, known.UserName)));
            var was = named.Find(u => u.Id == before.UnitId)?.Name;
            return new Meeting($"{before.Name} · {before.Number}", $"/employees/{known.Employee.Id}", [.. CellChange.Of(
                ("staffNumber", before.Number, now.Number), ("name", before.Name, now.Name), ("position", before.Position, now.Position), ("phone", before.Phone, now.Phone), ("email", before.Email, now.Email),
                ("account", before.Account, now.Account), ("unit", was, unit is null ? was : (named.Find(u => u.Code == unit) ?? named.Find(u => u.Name == unit))?.Name ?? unit))]);
        })];
    }

    private SaveEmployee.Input Told(TableRow row, SaveEmployee.Input input)
    {
        input.Number = map.Clean(row, "staffNumber") ?? input.Number;
        input.Name = map.Written(row, "name") ?? input.Name;
        input.Position = map.Written(row, "position") ?? input.Position;
        input.Phone = map.Written(row, "phone") ?? input.Phone;
        input.Email = map.Written(row, "email") ?? input.Email;
        input.Account = map.Clean(row, "account") ?? input.Account;
        return input;
    }

    /// <summary>The person the row speaks of, and the sign-in name of their account. One outside the scope is not looked at: the number is then found to be taken.</summary>
    private async Task<(Employee? Employee, string? Account)> Known(string? number, string? account, CancellationToken ct)
    {
        if (!PlainText.IsStorable(number) || !PlainText.IsStorable(account) || (number ?? account) is null)
        {
            return default;
        }

        var units = PathRange.Of(_db.Scope).Of(_db);
        var all = _db.Set<Employee>().AsNoTracking().Where(e => units.Any(u => u.Id == e.UnitId));
        var found = number is not null
            ? await all.SingleOrDefaultAsync(e => e.Number == number, ct)
            : await all.SingleOrDefaultAsync(e => _db.Set<User>().Any(u => u.Id == e.UserId && u.UserName == account), ct);
        return (found, found?.UserId is null ? null : await _db.Set<User>().Where(u => u.Id == found.UserId).Select(u => u.UserName).SingleAsync(ct));
    }

    private static string FieldOf(string field) => field == nameof(SaveEmployee.Input.Number) ? "staffNumber" : RejectedFile.FieldName(field);

    private static IEnumerable<FieldError> Errors(Refusal? refusal) => refusal switch
    {
        null => [],
        Refusal.InvalidMany many => many.Errors,
        Refusal.Invalid one => [new(one.Field, one.Code)],
        _ => [new("staffNumber", refusal.Code, refusal.Args)],
    };
}
