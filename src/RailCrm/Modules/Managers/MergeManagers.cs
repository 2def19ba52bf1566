using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>Managers in a merge: those of the customer that goes help at the one that stays, or answer for it where nobody of their level does, so that nobody loses sight of the business; who answered for the one that goes stays its own past.</summary>
internal sealed class MergeManagers : ICustomerChildren
{
    public string Kind => "managers";

    public string? TextKey => "manager.title";

    public bool GoesWithCustomer => true;

    public IReadOnlyList<(Type Entity, string Property)> Covers => [(typeof(Responsibility), nameof(Responsibility.CustomerId))];

    public async Task<long> Count(CrmDb db, long customerId, CancellationToken ct)
    {
        var today = Kernel.BusinessCalendar.Day(db.UtcNow);
        return await All(db).LongCountAsync(r => r.CustomerId == customerId && (r.Until == null || r.Until > today), ct);
    }

    public async Task<long> Move(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        var (book, theirs) = (new ManagerBook(db), new ManagerBook(db));
        await book.Hold([move.SurvivorId, move.LoserId], ct);
        await book.Read([move.SurvivorId], ct);
        await theirs.Read([move.LoserId], ct);
        var people = theirs.Of(move.LoserId).Select(r => r.UserId).Distinct().ToList();
        await book.HoldPeople(people, ct);
        var path = await Path(db, move.SurvivorId, ct);
        var places = await (from u in db.Set<User>() join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id where EF.Parameter(people).Contains(u.Id) select new { u.Id, unit.Path, unit.Level }).ToListAsync(ct);
        var joining = places.Where(p => path.StartsWith(p.Path, StringComparison.Ordinal) && !book.Of(move.SurvivorId).Any(r => r.UserId == p.Id)).ToList();
        foreach (var person in joining)
        {
            var until = theirs.Of(move.LoserId).Where(r => r.UserId == person.Id).Select(r => r.Until).Aggregate((a, b) => a is null || b is null ? null : a > b ? a : b);
            var leads = theirs.Main(move.LoserId, person.Level)?.UserId == person.Id && book.Main(move.SurvivorId, person.Level) is null;
            book.Appoint(move.SurvivorId, (person.Id, person.Level), leads ? Duty.Main : Duty.Deputy, book.Today, leads ? null : until, null, move.MergeId);
        }

        await book.Save(tell: false, ct); // A merge that is taken back leaves no trace.
        return joining.Count;
    }

    public async Task<long> GiveBack(CrmDb db, CustomerMove move, CancellationToken ct)
    {
        // Those that the merge brought and nobody touched since leave no trace; one that was ended or became the main manager meanwhile is history.
        var gone = await All(db).Where(r => r.MergeId == move.MergeId && r.CustomerId == move.SurvivorId && r.EndedBy == null).ExecuteDeleteAsync(ct);
        await new ManagerBook(db).Project([move.SurvivorId, move.LoserId], ct);
        return gone;
    }

    /// <summary>A merge may bring the survivor into another unit, where its managers no longer fit; taken back, they are what they were unless somebody else is by now.</summary>
    public async Task Settle(CrmDb db, CustomersMoved moved, CancellationToken ct)
    {
        var ended = All(db).Where(r => r.CustomerId == moved.SurvivorId && r.EndReason == "moved");
        if (!moved.Undone)
        {
            await MovedRows.Note(db, moved.MergeId, Kind, moved.SurvivorId, moved.SurvivorId, await ended.Where(r => r.EndedAt >= moved.At).Select(r => r.Id).OrderBy(id => id).ToListAsync(ct), ct);
            return;
        }

        var noted = await MovedRows.Noted(db, moved.MergeId, Kind, moved.SurvivorId, moved.SurvivorId, ct);
        var (book, id) = (new ManagerBook(db), moved.SurvivorId);
        await book.Read([id], ct);
        var rows = await ended.AsNoTracking().Where(r => EF.Parameter(noted).Contains(r.Id)).OrderBy(r => r.Id).ToListAsync(ct);
        var people = rows.Select(r => r.UserId).Distinct().ToList();
        await book.HoldPeople(people, ct);
        var (fit, path) = (await ManagerCandidates.Fit(db, people, ct), await Path(db, id, ct));
        var places = await (from u in db.Set<User>() join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id where EF.Parameter(people).Contains(u.Id) select new { u.Id, u.DisplayName, unit.Path, unit.Level }).ToDictionaryAsync(u => u.Id, ct);
        var gone = new List<string>();
        foreach (var row in rows.Where(r => r.PlannedUntil is not { } until || until > book.Today))
        {
            var place = places[row.UserId];
            if (book.Of(id).Any(r => r.UserId == row.UserId && (r.Duty == Duty.Main || r.Duty == row.Duty)))
            {
                continue; // Appointed anew meanwhile.
            }

            if (!fit.Contains(row.UserId) || place.Level != row.Level || !path.StartsWith(place.Path, StringComparison.Ordinal) || (row.Duty == Duty.Main && book.Main(id, row.Level) is not null))
            {
                gone.Add(place.DisplayName);
                continue;
            }

            book.Appoint(id, (row.UserId, row.Level), row.Duty, book.Today, row.PlannedUntil, null);
        }

        await book.Save(tell: true, ct);
        await book.Project([id, .. moved.LoserIds], ct);
        if (gone.Count > 0)
        {
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "managers_lost", nameof(Customer), id, id, JsonSerializer.Serialize(new Dictionary<string, string?[]> { ["Manager"] = [string.Join("、", gone), null] }, ManagerBook.Json)));
            await db.SaveChangesAsync(ct);
        }
    }

    private static Task<string> Path(CrmDb db, long customerId, CancellationToken ct) =>
        (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where c.Id == customerId select u.Path).IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).SingleAsync(ct);

    private static IQueryable<Responsibility> All(CrmDb db) => db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]);
}
