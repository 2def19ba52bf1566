using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Managers;

/// <summary>Who answers for a customer, level by level, and who did before.</summary>
internal sealed class ListManagers(CrmDb db)
{
    /// <summary>A duty with the names of those it speaks of; days in Beijing.</summary>
    public sealed record Held(long Id, UnitLevel Level, Duty Duty, long UserId, string UserName, string Name, DateOnly From, DateOnly? Until, string? Reason, string ApprovedBy, DateTime ApprovedAt, string? EndReason, string? EndedBy, bool Current);

    /// <summary>A level of a customer.</summary>
    /// <param name="Level">Which.</param>
    /// <param name="UnitId">The unit at that level; null where the customer lies above it.</param>
    /// <param name="UnitName">What it is called.</param>
    /// <param name="Needed">Whether the customer's tier asks for a manager here.</param>
    /// <param name="Main">Who answers for it.</param>
    /// <param name="Deputies">Who helps.</param>
    /// <param name="Appoints">Whether the actor appoints here.</param>
    public sealed record Rung(UnitLevel Level, long? UnitId, string? UnitName, bool Needed, Held? Main, IReadOnlyList<Held> Deputies, bool Appoints);

    /// <summary>All of a customer's, with the past, latest first. A stretch without a main manager is told as one.</summary>
    public sealed record Answer(IReadOnlyList<Rung> Levels, IReadOnlyList<Held> Past);

    /// <summary>Of a customer that the actor sees.</summary>
    public async Task<Result<Answer>> Run(long customerId, CancellationToken ct)
    {
        if (await (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where c.Id == customerId select new { c.Tier, u.Path }).SingleOrDefaultAsync(ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        var rows = await Named(await db.Set<Responsibility>().AsNoTracking().Where(r => r.CustomerId == customerId).ToListAsync(ct), ct);
        var needed = (await ManagerRule.Read(db, ct)).Of(customer.Tier);
        var line = customer.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        var units = await db.Set<OrgUnit>().Where(u => EF.Parameter(line).Contains(u.Id)).ToDictionaryAsync(u => u.Level, u => (u.Id, u.Name), ct);
        var own = db.Actor.May(Permission.ManagersAppoint) ? ManagerCandidates.Line(db, customer.Path) : [];
        return new Answer(
            [.. Enum.GetValues<UnitLevel>().OrderDescending().Select(level => units.TryGetValue(level, out var unit)
                ? new Rung(level, unit.Id, unit.Name, (needed & ManagerRule.Bit(level)) != 0, rows.Find(r => r.Current && r.Level == level && r.Duty == Duty.Main), rows.FindAll(r => r.Current && r.Level == level && r.Duty == Duty.Deputy), own.Contains(unit.Id))
                : new Rung(level, null, null, false, null, [], false))],
            [.. rows.Where(r => !r.Current).OrderByDescending(r => r.Until).ThenByDescending(r => r.Id)]);
    }

    /// <summary>Who alone knows a customer and by which signs, in words; null where several do, or nothing would be lost.</summary>
    public async Task<string?> Sole(long customerId, CancellationToken ct) => (await SoleKnown.Said(db, [customerId], ct)).GetValueOrDefault(customerId);

    /// <summary>One duty as the API tells it.</summary>
    public async Task<Held> Answered(Responsibility held, CancellationToken ct) => (await Named([held], ct))[0];

    private async Task<List<Held>> Named(IReadOnlyList<Responsibility> rows, CancellationToken ct)
    {
        var people = rows.SelectMany(r => new[] { r.UserId, r.ApprovedBy, r.EndedBy ?? 0 }).Distinct().ToList();
        var names = await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => (UserName: u.UserName!, u.DisplayName), ct);
        var today = BusinessCalendar.Day(db.UtcNow);
        return [.. rows.Select(r => new Held(r.Id, r.Level, r.Duty, r.UserId, names[r.UserId].UserName, names[r.UserId].DisplayName, r.From, r.Until, r.Reason, names.GetValueOrDefault(r.ApprovedBy).DisplayName ?? "system", r.ApprovedAt,
            r.EndReason, r.EndedBy is { } by ? names.GetValueOrDefault(by).DisplayName ?? "system" : null, r.Holds(today)))];
    }

    internal static async Task<IResult> Get(long id, ListManagers useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(a => TypedResults.Ok(a));
}
