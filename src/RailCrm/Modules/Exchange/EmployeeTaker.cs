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
    private readonly HashSet<string> _above = [];

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
        if (Kept(number is null ? "account" : "staffNumber", found is null && !_above.Contains(number ?? "")) is { } kept)
        {
            return new(null, [kept]);
        }

        var before = found is null ? new() : EmployeeUndo.Of(found, user);
        var input = found is null ? new SaveEmployee.Input() : EmployeeUndo.Of(found, user);
        input.Number = number ?? input.Number;
        input.Name = map.Written(row, "name") ?? input.Name;
        input.Position = map.Written(row, "position") ?? input.Position;
        input.Phone = map.Written(row, "phone") ?? input.Phone;
        input.Email = map.Written(row, "email") ?? input.Email;
        input.Account = account ?? input.Account;
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
            return new(null, errors);
        }

        var answer = found is null && _above.Add(number!) ? RowAnswer.Created : RowAnswer.Updated;
        return write ? answer with { Made = [new(EmployeeUndo.Code, employee.Id, employee.Version, found is null ? null : Changes.Of(before, EmployeeUndo.Of(employee, input.Account)))] } : answer;
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
