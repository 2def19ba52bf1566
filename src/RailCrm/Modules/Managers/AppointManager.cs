using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Managers;

/// <summary>Appoints a manager of one customer, or ends a duty. Each level is appointed by whoever's scope holds its unit, so an outlet appoints its own and nobody above it (逐级授权).</summary>
internal sealed class AppointManager(CrmDb db)
{
    /// <summary>An appointment as it is said.</summary>
    public sealed class Input
    {
        /// <summary>Who: sign-in name, employee number, or a name that only one bears. The level is that of the person's unit.</summary>
        public string? Person { get; set; }

        /// <summary>Main or deputy.</summary>
        public Duty Duty { get; set; }

        /// <summary>First day; today where none is said. Never ahead, and never before the one whose place is taken.</summary>
        public DateOnly? From { get; set; }

        /// <summary>A deputy's first day without it; a main manager stays until the next.</summary>
        public DateOnly? Until { get; set; }

        /// <summary>Why; needed where somebody's place is taken.</summary>
        public string? Reason { get; set; }

        /// <summary>The main managers one saw, by level and the key of the duty; 0 for none. Another one meanwhile is a conflict. Not looked at where it is not said.</summary>
        public IReadOnlyDictionary<UnitLevel, long>? Seen { get; set; }
    }

    /// <summary>An end as it is said.</summary>
    public sealed class Ending
    {
        /// <summary>The first day without it; today where none is said.</summary>
        public DateOnly? Until { get; set; }

        /// <summary>Why.</summary>
        public string? Reason { get; set; }
    }

    /// <summary>Appoints somebody.</summary>
    public async Task<Result<Responsibility>> Run(long customerId, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            return await db.Write(() => Appoint(customerId, input, ct), ct);
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505", ConstraintName: "ix_responsibilities_main" })
        {
            db.ChangeTracker.Clear();
            return new Refusal.Conflict("manager.changed_meanwhile");
        }
    }

    private async Task<Result<Responsibility>> Appoint(long customerId, Input input, CancellationToken ct)
    {
        var book = new ManagerBook(db);
        await book.Hold([customerId], ct);
        if (await UnitPath(customerId, ct) is not { } path)
        {
            return new Refusal.NotFound();
        }

        var errors = new List<FieldError>();
        var reason = PlainText.Trimmed(input.Reason);
        if (reason is { Length: > Responsibility.ReasonLength } || (reason is not null && !PlainText.IsStorable(reason)))
        {
            errors.Add(new(nameof(Input.Reason), "manager.reason_long", Responsibility.ReasonLength));
        }

        if (!Enum.IsDefined(input.Duty))
        {
            errors.Add(new(nameof(Input.Duty), "manager.duty_wrong"));
        }

        var from = input.From ?? book.Today;
        if (from > book.Today)
        {
            errors.Add(new(nameof(Input.From), "manager.from_ahead"));
        }

        if (input.Until is { } end && (input.Duty == Duty.Main || end <= book.Today || end <= from))
        {
            errors.Add(new(nameof(Input.Until), input.Duty == Duty.Main ? "manager.until_main" : "manager.until_past"));
        }

        if (!(await ManagerCandidates.Find(db, input.Person, ManagerCandidates.Line(db, path), nameof(Input.Person), ct)).TryGet(out var person, out var unknown))
        {
            return errors.Count == 0 ? unknown : new Refusal.InvalidMany([.. errors, .. unknown is Refusal.InvalidMany many ? many.Errors : [new FieldError(nameof(Input.Person), unknown.Code)]]);
        }

        await book.HoldPeople([person.Id], ct);
        if (!await ManagerCandidates.Stays(db, person, ct))
        {
            return new Refusal.InvalidMany([new(nameof(Input.Person), "manager.person_unfit", person.Name)]);
        }

        await book.Read([customerId], ct);
        var before = book.Main(customerId, person.Level);
        if (input.Duty == Duty.Main && input.Seen?.TryGetValue(person.Level, out var seen) == true && seen != (before?.Id ?? 0))
        {
            return new Refusal.Conflict("manager.changed_meanwhile");
        }

        var own = book.Of(customerId).Where(r => r.UserId == person.Id).ToList();
        if (own.Exists(r => r.Duty == Duty.Main || r.Duty == input.Duty))
        {
            errors.Add(new(nameof(Input.Person), "manager.already", person.Name));
        }
        else if (input.Duty == Duty.Main && before is not null)
        {
            if (from < before.From)
            {
                errors.Add(new(nameof(Input.From), "manager.from_before", before.From.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
            }

            if (reason is null)
            {
                errors.Add(new(nameof(Input.Reason), "manager.reason_missing"));
            }
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        if (input.Duty == Duty.Main && before is null && await LastDay(customerId, person.Level, ct) is { } last && from < last)
        {
            return new Refusal.InvalidMany([new(nameof(Input.From), "manager.from_before", last.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))]);
        }

        book.Appoint(customerId, (person.Id, person.Level), input.Duty, from, input.Until, reason);
        await book.Save(tell: true, ct);
        return book.Of(customerId).First(r => r.UserId == person.Id && r.Duty == input.Duty);
    }

    /// <summary>Ends a duty.</summary>
    public Task<Result<Responsibility>> End(long customerId, long id, Ending input, CancellationToken ct) => db.Write<Result<Responsibility>>(async () =>
    {
        ArgumentNullException.ThrowIfNull(input);
        var book = new ManagerBook(db);
        await book.Read([customerId], ct);
        if (await UnitPath(customerId, ct) is not { } path)
        {
            return new Refusal.NotFound();
        }

        if (book.Of(customerId).FirstOrDefault(r => r.Id == id) is not { } held)
        {
            return new Refusal.NotFound();
        }

        if (!ManagerCandidates.Line(db, path).Any(u => u == Unit(path, held.Level)))
        {
            return new Refusal.Forbidden("manager.level_above");
        }

        var errors = new List<FieldError>();
        var reason = PlainText.Trimmed(input.Reason);
        if (reason is null || reason.Length > Responsibility.ReasonLength || !PlainText.IsStorable(reason))
        {
            errors.Add(new(nameof(Ending.Reason), reason is null ? "manager.end_reason_missing" : "manager.reason_long", Responsibility.ReasonLength));
        }

        var until = input.Until ?? book.Today;
        if (until > book.Today || until < held.From)
        {
            errors.Add(new(nameof(Ending.Until), until > book.Today ? "manager.until_ahead" : "manager.until_before"));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        book.End(held, until, reason!);
        await book.Save(tell: true, ct);
        return held;
    }, ct);

    /// <summary>The unit at a level of a path; 0 where it lies above.</summary>
    private static long Unit(string path, UnitLevel level) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) is var ids && ids.Length >= (int)level ? long.Parse(ids[(int)level - 1], System.Globalization.CultureInfo.InvariantCulture) : 0;

    /// <summary>The path of the unit of a customer that the actor sees.</summary>
    private Task<string?> UnitPath(long customerId, CancellationToken ct) =>
        (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where c.Id == customerId select u.Path).SingleOrDefaultAsync(ct);

    /// <summary>The day the last main manager of a level ended, so that the past does not overlap.</summary>
    private Task<DateOnly?> LastDay(long customerId, UnitLevel level, CancellationToken ct) =>
        db.Set<Responsibility>().Where(r => r.CustomerId == customerId && r.Level == level && r.Duty == Duty.Main).MaxAsync(r => r.Until, ct);

    internal static async Task<IResult> Post(long id, Input input, AppointManager useCase, ListManagers list, CancellationToken ct) =>
        (await useCase.Run(id, input, ct)).TryGet(out var made, out var refusal) ? TypedResults.Created($"/api/v1/customers/{id}/managers", await list.Answered(made, ct)) : Answers.Problem(refusal);

    internal static async Task<IResult> PostEnd(long id, long responsibilityId, Ending input, AppointManager useCase, ListManagers list, CancellationToken ct) =>
        (await useCase.End(id, responsibilityId, input, ct)).TryGet(out var ended, out var refusal) ? TypedResults.Ok(await list.Answered(ended, ct)) : Answers.Problem(refusal);
}
