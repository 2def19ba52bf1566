using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Managers;

/// <summary>The book of who answers for which customer. Every appointment and every end of one goes through here, with all that follows: sight and the right to change (<see cref="CustomerGrant"/>), the levels that a customer carries, the audit trail, a line in the inbox.</summary>
/// <remarks>Looks past the scope on purpose: at a customer there is one main manager at a level, whoever looks. What the actor may do is decided before.</remarks>
public sealed class ManagerBook(CrmDb db)
{
    /// <summary>What stands in <see cref="Responsibility.EndReason"/> where nobody wrote one.</summary>
    public static readonly IReadOnlySet<string> OwnReasons = new HashSet<string> { "replaced", "promoted", "moved", "undone", "handover", "pool" };

    internal static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private readonly Dictionary<long, List<Responsibility>> _open = []; // By customer: hundreds are changed at once, and each is asked for several times.
    private readonly List<Responsibility> _ended = [];
    private readonly List<Responsibility> _added = [];

    /// <summary>Who decided it: the actor, unless somebody else did and the actor carries it out.</summary>
    public long ApprovedBy { get; init; } = db.Actor.UserId;

    /// <summary>Today in Beijing.</summary>
    public DateOnly Today { get; } = BusinessCalendar.Day(db.UtcNow);

    private IQueryable<Responsibility> All => db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]);

    /// <summary>Holds customers where they are, so that nobody moves one or appoints there before this transaction ends; in the order of their keys, so that two do not wait for each other. What is read of their place must be read after.</summary>
    public async Task Hold(IReadOnlyCollection<long> customers, CancellationToken ct)
    {
        if (db.IsPostgres && customers.Count > 0)
        {
            var ids = customers.Distinct().ToArray();
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM customers WHERE id = ANY({ids}) ORDER BY id FOR NO KEY UPDATE", ct);
        }
    }

    /// <summary>Holds people in their units, and their accounts open, before this transaction ends.</summary>
    public async Task HoldPeople(IReadOnlyCollection<long> people, CancellationToken ct)
    {
        if (db.IsPostgres && people.Count > 0)
        {
            var ids = people.Distinct().ToArray();
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE id = ANY({ids}) ORDER BY id FOR SHARE", ct);
        }
    }

    /// <summary>Reads who answers for some customers, to be changed, and holds the customers.</summary>
    public async Task Read(IReadOnlyCollection<long> customers, CancellationToken ct)
    {
        var today = Today;
        await Hold(customers, ct);
        (await All.Where(r => EF.Parameter(customers).Contains(r.CustomerId) && (r.Until == null || r.Until > today)).ToListAsync(ct)).ForEach(Open);
    }

    private void Open(Responsibility responsibility) => (_open.TryGetValue(responsibility.CustomerId, out var theirs) ? theirs : _open[responsibility.CustomerId] = []).Add(responsibility);

    /// <summary>Who holds a duty at a customer now.</summary>
    public IEnumerable<Responsibility> Of(long customerId) => _open.GetValueOrDefault(customerId)?.Where(r => r.Holds(Today)) ?? [];

    /// <summary>The main manager at a level.</summary>
    public Responsibility? Main(long customerId, UnitLevel level) => Of(customerId).FirstOrDefault(r => r.Duty == Duty.Main && r.Level == level);

    /// <summary>Appoints somebody. A main manager takes the place of the one before, on the same day, so that there is neither gap nor overlap; a deputy who becomes the main one is no deputy any more.</summary>
    public Responsibility Appoint(long customerId, (long Id, UnitLevel Level) who, Duty duty, DateOnly from, DateOnly? until, string? reason, long? mergeId = null)
    {
        if (duty == Duty.Main)
        {
            if (Main(customerId, who.Level) is { } before)
            {
                End(before, from, "replaced");
            }

            foreach (var deputy in Of(customerId).Where(r => r.UserId == who.Id).ToList())
            {
                End(deputy, from < deputy.From ? deputy.From : from, "promoted");
            }
        }

        var made = new Responsibility { CustomerId = customerId, Level = who.Level, UserId = who.Id, Duty = duty, From = from, Until = until, Reason = reason, ApprovedBy = ApprovedBy, ApprovedAt = db.UtcNow, MergeId = mergeId };
        _added.Add(made);
        Open(made);
        return made;
    }

    /// <summary>Ends a duty on a day.</summary>
    public void End(Responsibility responsibility, DateOnly day, string reason)
    {
        (responsibility.PlannedUntil, responsibility.Until, responsibility.EndReason, responsibility.EndedBy, responsibility.EndedAt) = (responsibility.Until, day, reason, ApprovedBy, db.UtcNow);
        _ended.Add(responsibility);
        _open.GetValueOrDefault(responsibility.CustomerId)?.Remove(responsibility);
    }

    /// <summary>Ends what no longer fits: a manager's unit is no longer the one at his level above the customer, because the customer, the person or the unit moved.</summary>
    public async Task EndMisplaced(IReadOnlyCollection<long>? customers, IReadOnlyCollection<long>? people, CancellationToken ct)
    {
        var today = Today;
        var rows = db.Set<Responsibility>().Where(r => r.Until == null || r.Until > today);
        rows = customers is null ? rows : rows.Where(r => EF.Parameter(customers).Contains(r.CustomerId));
        rows = people is null ? rows : rows.Where(r => EF.Parameter(people).Contains(r.UserId));
        if (db.IsPostgres)
        {
            await Hold(await rows.IgnoreQueryFilters([CrmDb.ScopeFilter]).Select(r => r.CustomerId).Distinct().ToListAsync(ct), ct);
        }

        var misplaced = await (
            from r in rows
            join c in db.Set<Customer>() on r.CustomerId equals c.Id
            join cu in db.Set<OrgUnit>() on c.UnitId equals cu.Id
            join u in db.Set<User>() on r.UserId equals u.Id
            join mu in db.Set<OrgUnit>() on u.UnitId equals mu.Id
#pragma warning disable CA1514 // Translated to SQL: the length is another path's.
            where r.Level != mu.Level || cu.Path.Substring(0, mu.Path.Length) != mu.Path
#pragma warning restore CA1514
            select r).IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).ToListAsync(ct);
        foreach (var row in misplaced)
        {
            End(row, today < row.From ? row.From : today, "moved");
        }

        await Save(tell: true, ct);
    }

    /// <summary>Writes what was appointed and ended, with what follows. Within a transaction of the caller's.</summary>
    /// <param name="tell">Whether those concerned find a line in their inbox.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="DbUpdateException">Somebody else appointed a main manager at the same moment.</exception>
    public async Task Save(bool tell, CancellationToken ct)
    {
        if (_ended.Count + _added.Count == 0)
        {
            return;
        }

        var people = _ended.Concat(_added).Select(r => r.UserId).Distinct().ToList();
        var names = await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => $"{u.DisplayName} ({u.UserName})", ct);
        db.AddRange(_ended.Select(r => Told(r, "relieved", new() { ["Manager"] = [names[r.UserId], null], ["Level"] = [$"{r.Level}", null], ["Duty"] = [$"{r.Duty}", null], ["Until"] = [null, $"{r.Until:yyyy-MM-dd}"], ["EndReason"] = [null, r.EndReason] })));
        await db.SaveChangesAsync(ct); // The one before gives the place free, then the next takes it.
        db.AddRange(_added.Select(r => Told(r, "appointed", new() { ["Manager"] = [null, names[r.UserId]], ["Level"] = [null, $"{r.Level}"], ["Duty"] = [null, $"{r.Duty}"], ["From"] = [null, $"{r.From:yyyy-MM-dd}"], ["Until"] = [null, r.Until is null ? null : $"{r.Until:yyyy-MM-dd}"], ["Reason"] = [null, r.Reason] })));
        db.AddRange(_added);
        if (tell)
        {
            Tell(_added, InboxLine.Entrusted);
            var again = _added.Select(a => (a.UserId, a.CustomerId)).ToHashSet();
            Tell(_ended.Where(e => !again.Contains((e.UserId, e.CustomerId))), InboxLine.Relieved);
        }

        await db.SaveChangesAsync(ct);
        await Project([.. _ended.Concat(_added).Select(r => r.CustomerId).Distinct()], ct);
        _ended.Clear();
        _added.Clear();
    }

    private AuditEntry Told(Responsibility r, string action, Dictionary<string, string?[]> changes) => new(db.Actor, db.UtcNow, action, nameof(Responsibility), r.CustomerId, r.CustomerId,
        JsonSerializer.Serialize(changes.Where(c => c.Value[0] != c.Value[1]).ToDictionary(), Json));

    /// <summary>One line for each person, however many the customers are: the first of them, and how many.</summary>
    private void Tell(IEnumerable<Responsibility> rows, string kind) => db.AddRange(
        from r in rows
        where r.UserId != db.Actor.UserId
        group r.CustomerId by r.UserId into told
        select new InboxLine
        {
            UserId = told.Key, Kind = kind, CustomerId = told.First(), RecordKind = RecordKind.Customer, RecordId = 0, ActorId = db.Actor.UserId, At = db.UtcNow,
            Detail = told.Distinct().Skip(1).Any() ? told.Distinct().Count().ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
        });

    /// <summary>Makes sight and the levels of some customers what the book says.</summary>
    public async Task Project(IReadOnlyCollection<long> customers, CancellationToken ct)
    {
        var today = Today;
        var open = await All.AsNoTracking().Where(r => EF.Parameter(customers).Contains(r.CustomerId) && r.From <= today && (r.Until == null || r.Until > today)).ToListAsync(ct);
        var held = await db.Set<CustomerGrant>().Where(g => EF.Parameter(customers).Contains(g.CustomerId) && (g.Reason == CustomerGrant.Manager || g.Reason == CustomerGrant.Deputy)).ToListAsync(ct);
        var wanted = open.GroupBy(r => (r.CustomerId, r.UserId)).ToDictionary(g => g.Key, g => (
            Reason: g.Any(r => r.Duty == Duty.Main) ? CustomerGrant.Manager : CustomerGrant.Deputy,
            Until: g.Any(r => r.Until is null) ? (DateTime?)null : BusinessCalendar.StartOfDay(g.Max(r => r.Until!.Value))));
        foreach (var grant in held)
        {
            if (grant.UserId is { } user && wanted.Remove((grant.CustomerId, user), out var now))
            {
                (grant.Reason, grant.Until) = now;
            }
            else
            {
                db.Remove(grant);
            }
        }

        db.AddRange(wanted.Select(w => new CustomerGrant { CustomerId = w.Key.CustomerId, UserId = w.Key.UserId, Reason = w.Value.Reason, Until = w.Value.Until }));
        await db.SaveChangesAsync(ct);
        var shared = open.GroupBy(r => r.CustomerId).Where(g => g.Select(r => r.UserId).Distinct().Skip(1).Any()).Select(g => g.Key).ToList();
        await db.Set<SoleKnown>().IgnoreQueryFilters().Where(s => EF.Parameter(shared).Contains(s.CustomerId)).ExecuteDeleteAsync(ct);
        var levels = open.Where(r => r.Duty == Duty.Main).GroupBy(r => r.CustomerId).ToDictionary(g => g.Key, g => g.Select(r => r.Level).Distinct().Sum(ManagerRule.Bit));
        foreach (var alike in customers.GroupBy(c => levels.GetValueOrDefault(c)))
        {
            var (ids, now) = (alike.ToList(), alike.Key);
            await db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(c => EF.Parameter(ids).Contains(c.Id) && c.ManagerLevels != now).ExecuteUpdateAsync(s => s.SetProperty(c => c.ManagerLevels, now), ct);
        }
    }
}
