using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>Takes a person on, changes what is known of them, and lets them leave and come back.</summary>
internal sealed class SaveEmployee(CrmDb db, ChangeAccount accounts)
{
    public sealed class Input
    {
        public string? Number { get; set; }
        public string? Name { get; set; }
        public long? UnitId { get; set; }
        public string? Position { get; set; }
        public string? Phone { get; set; }
        public string? Email { get; set; }

        /// <summary>Sign-in name of the person's account, if there is one.</summary>
        public string? Account { get; set; }

        /// <summary>Whether the account goes to the new unit too, so that the person sees what is there.</summary>
        public bool MoveAccount { get; set; }
    }

    /// <summary>The person, where the unit lies in the scope.</summary>
    public async Task<Employee?> Find(long id, CancellationToken ct)
    {
        var units = PathRange.Of(db.Scope).Of(db);
        return await db.Set<Employee>().SingleOrDefaultAsync(e => e.Id == id && units.Any(u => u.Id == e.UnitId), ct);
    }

    public Task<Result<Employee>> Run(long? id, int? version, Input input, CancellationToken ct) => Run(id, version, input, write: true, ct);

    /// <summary>As the other; without <paramref name="write"/> only says whether it would be refused.</summary>
    public async Task<Result<Employee>> Run(long? id, int? version, Input input, bool write, CancellationToken ct)
    {
        try
        {
            return write ? await db.Write(() => Save(id, version, input, write, ct), ct) : await Save(id, version, input, write, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505", ConstraintName: "ix_employees_number" })
        {
            return new Refusal.Invalid("employee.number_taken", nameof(Input.Number)); // Two at once: the other was first.
        }
    }

    private async Task<Result<Employee>> Save(long? id, int? version, Input input, bool write, CancellationToken ct)
    {
        var employee = id is null ? new Employee() : await Find(id.Value, ct);
        if (employee is null)
        {
            return new Refusal.NotFound();
        }

        if (id is not null && version is not null && employee.Version != version)
        {
            return new Refusal.Stale();
        }

        var errors = new List<FieldError>();
        string? Text(string? typed, int most, string field, string code, bool needed)
        {
            var text = PlainText.Trimmed(typed);
            if ((needed && text is null) || text?.Length > most || !PlainText.IsStorable(text))
            {
                errors.Add(new(field, code, most));
            }

            return text;
        }

        var number = Text(input.Number, Employee.NumberLength, nameof(Input.Number), "employee.number_needed", needed: true);
        var name = Text(input.Name, Employee.NameLength, nameof(Input.Name), "employee.name_needed", needed: true);
        var position = Text(input.Position, Employee.TextLength, nameof(Input.Position), "employee.text_long", needed: false);
        var phone = Text(input.Phone, Employee.TextLength, nameof(Input.Phone), "employee.text_long", needed: false);
        var email = Text(input.Email, Employee.TextLength, nameof(Input.Email), "employee.text_long", needed: false);
        var account = Text(input.Account, 200, nameof(Input.Account), "employee.text_long", needed: false);
        if (number is not null && await db.Set<Employee>().AnyAsync(e => e.Number == number && e.Id != employee.Id, ct))
        {
            errors.Add(new(nameof(Input.Number), "employee.number_taken"));
        }

        if (input.UnitId is not { } unitId || !await PathRange.Of(db.Scope).Of(db).AnyAsync(u => u.Id == unitId && (u.Active || u.Id == employee.UnitId), ct))
        {
            errors.Add(new(nameof(Input.UnitId), "employee.unit_outside"));
            unitId = 0;
        }

        var user = account is null ? null : await accounts.Named(account, ct);
        if (account is not null && user is null)
        {
            errors.Add(new(nameof(Input.Account), "employee.account_unknown"));
        }
        else if (user is not null && await db.Set<Employee>().AnyAsync(e => e.UserId == user.Id && e.Id != employee.Id, ct))
        {
            errors.Add(new(nameof(Input.Account), "employee.account_taken"));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        if (!write)
        {
            return employee;
        }

        if (input.MoveAccount && user is not null && user.UnitId != unitId && (await accounts.Edit(user.Id, user.DisplayName, unitId, ct)).Refusal is { } refused)
        {
            return refused;
        }

        (employee.Number, employee.Name, employee.UnitId, employee.Position, employee.Phone, employee.Email, employee.UserId) = (number!, name!, unitId, position, phone, email, user?.Id);
        if (id is null)
        {
            db.Add(employee);
        }

        await db.SaveChangesAsync(ct);
        return employee;
    }

    /// <summary>Leaves, or comes back.</summary>
    /// <param name="id">The person.</param>
    /// <param name="leaves">True to leave.</param>
    /// <param name="disableAccount">Whether the account ends too; asks for the permission to do so.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<Result<Employee>> Leave(long id, bool leaves, bool disableAccount, CancellationToken ct) => await db.Write<Result<Employee>>(async () =>
    {
        if (await Find(id, ct) is not { } employee)
        {
            return new Refusal.NotFound();
        }

        if (!leaves && !await db.Set<OrgUnit>().AnyAsync(u => u.Id == employee.UnitId && u.Active, ct))
        {
            return new Refusal.Conflict("employee.return_unit_closed");
        }

        if (leaves && disableAccount && employee.UserId is { } userId && (await accounts.Disable(userId, ct)).Refusal is { } refused)
        {
            return refused;
        }

        employee.Active = !leaves;
        await db.SaveChangesAsync(ct);
        return employee;
    }, ct);
}
