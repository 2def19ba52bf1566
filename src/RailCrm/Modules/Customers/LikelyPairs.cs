using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>What is asked of a work list of likely pairs.</summary>
/// <param name="Dismissed">Those that somebody called two, rather than the open ones.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Limit">Pairs of a page, 1–200.</param>
/// <param name="Unit">One of the two is of this unit, or of one below it.</param>
/// <param name="Least">As likely at least, 1–100.</param>
/// <param name="Reason">What speaks for it, or against it: a code of <see cref="DuplicateScore"/> or <see cref="ContactScore"/>.</param>
public sealed record PairQuery(bool Dismissed = false, string? Cursor = null, int Limit = 50, long? Unit = null, int? Least = null, string? Reason = null);

/// <summary>The work list of pairs of one kind: how those that a reader asks for are found, by the records of few customers or on a walk along the likeliest first that never goes far (<see cref="PairWalk{TPair}"/>); the word on one of them; and the search for more.</summary>
internal abstract class LikelyPairs<TPair>(CrmDb db) where TPair : LikelyPair
{
    private const int MostLimit = 200;

    private static readonly Order<TPair, TPair> ByScore = Order<TPair, TPair>.ByNumber("score", p => p.Score, n => (int)n, p => (p.Score, p.Id));

    private readonly PairWalk<TPair> _walk = new(ByScore);

    /// <summary>The reader's.</summary>
    protected CrmDb Db { get; } = db;

    /// <summary>The kind of job that searches.</summary>
    protected abstract string JobKind { get; }

    /// <summary>Whose fields the reasons are of.</summary>
    protected abstract string List { get; }

    /// <summary>Every set of reasons a stored pair may have that holds one, as it is stored; none where there is no such reason.</summary>
    protected abstract IEnumerable<string> SetsWith(string reason);

    /// <summary>Those of which the reader sees both.</summary>
    public abstract IQueryable<TPair> Both(IQueryable<TPair> pairs);

    /// <summary>Those that whoever sees all units is shown.</summary>
    protected virtual IQueryable<TPair> Living(IQueryable<TPair> pairs) => pairs;

    /// <summary>Those of which one is of these units.</summary>
    protected abstract IQueryable<TPair> InUnits(IQueryable<TPair> pairs, IQueryable<long> units);

    /// <summary>The keys of the records, of which pairs are, of some customers; no more than one beyond <see cref="PairsOfFew.Most"/>.</summary>
    protected abstract Task<List<long>> Records(List<long> customers, CancellationToken ct);

    /// <summary>Writes the word on a pair into the trail of both, with the reason before and after where one was given.</summary>
    protected abstract Task Tell(TPair pair, bool two, (string? Before, string? After)? why, CancellationToken ct);

    /// <summary>One page, the likeliest first.</summary>
    public async Task<Result<PageOf<TPair>>> Page(PairQuery query, CancellationToken ct)
    {
        if (!Mark.TryRead(query.Cursor, "-score", out var mark))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(PairQuery.Cursor));
        }

        if (query.Limit is < 1 or > MostLimit)
        {
            return new Refusal.Invalid("duplicates.limit_range", nameof(PairQuery.Limit));
        }

        var sets = query.Reason is null ? null : SetsWith(query.Reason).ToList();
        var unit = query.Unit is { } asked ? await Db.Set<OrgUnit>().Where(u => u.Id == asked).Select(u => u.Path).SingleOrDefaultAsync(ct) : null;
        var wrong = query.Least is < 1 or > 100 ? nameof(PairQuery.Least) : sets is { Count: 0 } || (query.Reason is { } why && !PairReasons.Tells(Db.Actor.Fields, List, why)) ? nameof(PairQuery.Reason) : query.Unit is not null && (unit is null || !Db.Scope.Covers(unit)) ? nameof(PairQuery.Unit) : null;
        if (wrong is not null)
        {
            return new Refusal.Invalid("duplicates.filter_wrong", wrong);
        }

        var open = query.Dismissed ? Db.Set<TPair>().AsNoTracking().Where(p => p.DismissedAt != null) : Db.Set<TPair>().AsNoTracking().Where(p => p.DismissedAt == null);
        open = query.Least is { } least ? open.Where(p => p.Score >= least) : open;
        var wanted = sets is null ? open : open.Where(p => EF.Parameter(sets).Contains(p.Reasons));
        if ((unit is not null || Db.Scope.Width != ScopeWidth.All) && await Gathered(wanted, unit, ct) is { } gathered)
        {
            return await ByScore.Page(Asked(gathered, unit), descending: true, mark, query.Limit, q => q, ct);
        }

        // Each set of reasons is a walk in an index of its own: along the score alone a rare one lies behind half a million pairs. Of those called two there are few.
        var parts = sets is null || query.Dismissed ? [new Part<TPair>(Asked(wanted, unit), open)] : sets.ConvertAll(set => open.Where(p => p.Reasons == set)).ConvertAll(rows => new Part<TPair>(Asked(rows, unit), rows));
        return await _walk.Page(parts, mark, query.Limit, ct);
    }

    /// <summary>Those of which the reader sees both and one is of the unit.</summary>
    private IQueryable<TPair> Asked(IQueryable<TPair> pairs, string? unitPath)
    {
        var units = unitPath is null ? null : PathRange.Below(unitPath).Of(Db).Select(u => u.Id);
        var rows = units is null ? pairs : InUnits(pairs, units);
        return Db.Scope.Width == ScopeWidth.All ? Living(rows) : Both(rows);
    }

    /// <summary>Those of few customers' records, the reader's or a unit's; null where there are many.</summary>
    private async Task<IQueryable<TPair>?> Gathered(IQueryable<TPair> wanted, string? unitPath, CancellationToken ct)
    {
        if (await PairsOfFew.Customers(Db, Db.Set<Customer>(), unitPath, ct) is not { } customers || await Records(customers, ct) is not { Count: <= PairsOfFew.Most } theirs)
        {
            return null;
        }

        var ids = await wanted.Where(p => EF.Parameter(theirs).Contains(p.FirstId)).Select(p => p.Id).Take(PairsOfFew.Most + 1).ToListAsync(ct);
        ids = unitPath is null ? ids : [.. ids.Union(await wanted.Where(p => EF.Parameter(theirs).Contains(p.SecondId)).Select(p => p.Id).Take(PairsOfFew.Most + 1).ToListAsync(ct))];
        return ids.Count > PairsOfFew.Most ? null : wanted.Where(p => EF.Parameter(ids).Contains(p.Id));
    }

    /// <summary>The names of those who dismissed pairs.</summary>
    public async Task<IReadOnlyDictionary<long, string>> Judges(IEnumerable<TPair> pairs, CancellationToken ct)
    {
        var people = pairs.Select(p => p.DismissedBy).OfType<long>().Distinct().ToList();
        return people.Count == 0 ? new Dictionary<long, string>() : await Db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
    }

    /// <summary>Says that the records of a pair are two, or takes that back. It holds until something that was compared changes.</summary>
    public async Task<Result<bool>> Judge(long id, bool two, string? reason, CancellationToken ct) => !Db.Actor.May(Permission.CustomersWrite) ? new Refusal.Forbidden() : await Db.Write<Result<bool>>(async () =>
    {
        if (!PlainText.IsStorable(reason) || reason?.Length > LikelyPair.ReasonLength)
        {
            return new Refusal.Invalid("duplicates.reason_long", nameof(reason));
        }

        var pair = await Both(Db.Set<TPair>()).SingleOrDefaultAsync(p => p.Id == id, ct);
        if (pair is null)
        {
            return new Refusal.NotFound();
        }

        if ((pair.DismissedAt is not null) == two)
        {
            return two; // It is so already.
        }

        var (why, before) = (two ? PlainText.Trimmed(reason) : null, pair.DismissedReason);
        (pair.DismissedAt, pair.DismissedBy, pair.DismissedReason) = two ? (Db.UtcNow, Db.Actor.UserId, why) : ((DateTime?)null, (long?)null, (string?)null);
        await Tell(pair, two, why is null && before is null ? null : (before, why), ct);
        await Db.SaveChangesAsync(ct);
        return two;
    }, ct);

    /// <summary>The latest search; null where there was none yet.</summary>
    public Task<Job?> LatestJob(CancellationToken ct) => Db.Set<Job>().AsNoTracking().Where(j => j.Kind == JobKind).OrderByDescending(j => j.Id).FirstOrDefaultAsync(ct);

    /// <summary>Searches now rather than at night; a search that waits or runs already is enough.</summary>
    public async Task<Result<long>> SearchNow(Runner runner, CancellationToken ct)
    {
        if (!Db.Actor.May(Permission.CustomersSupervise))
        {
            return new Refusal.Forbidden();
        }

        var job = await Db.Write(async () =>
        {
            await Db.Alone("job:" + JobKind, ct);
            if (await LatestJob(ct) is { State: "queued" or "running" } running)
            {
                return running.Id;
            }

            var job = new Job { Kind = JobKind, Input = StopJob.AskedBy(Db.Actor.UserId), CreatedAt = Db.UtcNow }; // The system's: it looks through everybody's records.
            Db.Add(job);
            Db.Add(new AuditEntry(Db.Actor, Db.UtcNow, "duplicates_searched", typeof(TPair).Name, 0));
            await Db.SaveChangesAsync(ct);
            return job.Id;
        }, ct);
        runner.Wake();
        return job;
    }
}

/// <summary>The pairs of customers.</summary>
internal sealed class CustomerPairs(CrmDb db) : LikelyPairs<DuplicatePair>(db)
{
    /// <inheritdoc/>
    protected override string JobKind => SearchDuplicates.Job;

    /// <inheritdoc/>
    protected override string List => "customers";

    /// <inheritdoc/>
    protected override IEnumerable<string> SetsWith(string reason) => DuplicateScore.SetsWith(reason);

    /// <inheritdoc/>
    public override IQueryable<DuplicatePair> Both(IQueryable<DuplicatePair> pairs) => pairs.Where(p => Db.Set<Customer>().Any(c => c.Id == p.FirstId) && Db.Set<Customer>().Any(c => c.Id == p.SecondId));

    /// <inheritdoc/>
    protected override IQueryable<DuplicatePair> InUnits(IQueryable<DuplicatePair> pairs, IQueryable<long> units) =>
        pairs.Where(p => Db.Set<Customer>().Any(c => c.Id == p.FirstId && units.Contains(c.UnitId)) || Db.Set<Customer>().Any(c => c.Id == p.SecondId && units.Contains(c.UnitId)));

    /// <inheritdoc/>
    protected override Task<List<long>> Records(List<long> customers, CancellationToken ct) => Task.FromResult(customers);

    /// <inheritdoc/>
    protected override async Task Tell(DuplicatePair pair, bool two, (string? Before, string? After)? why, CancellationToken ct)
    {
        foreach (var (one, other) in new[] { (pair.FirstId, pair.SecondId), (pair.SecondId, pair.FirstId) })
        {
            var name = await Db.Set<Customer>().Where(c => c.Id == other).Select(c => c.Number + " " + c.Name).SingleAsync(ct);
            Db.Add(new AuditEntry(Db.Actor, Db.UtcNow, two ? "pair_dismissed" : "pair_reopened", nameof(Customer), one, one, MergeGround.Changed([name], new Dictionary<string, long>(), why)));
        }
    }
}

/// <summary>The pairs of contacts. A contact whose customer lies in the bin is out of sight with it.</summary>
internal sealed class ContactPairs(CrmDb db) : LikelyPairs<ContactPair>(db)
{
    /// <inheritdoc/>
    protected override string JobKind => SearchContactDuplicates.Job;

    /// <inheritdoc/>
    protected override string List => "contacts";

    /// <inheritdoc/>
    protected override IEnumerable<string> SetsWith(string reason) => ContactScore.SetsWith(reason);

    /// <inheritdoc/>
    public override IQueryable<ContactPair> Both(IQueryable<ContactPair> pairs) => pairs.Where(p =>
        Db.Set<Contact>().Any(k => k.Id == p.FirstId && Db.Set<Customer>().Any(c => c.Id == k.CustomerId)) && Db.Set<Contact>().Any(k => k.Id == p.SecondId && Db.Set<Customer>().Any(c => c.Id == k.CustomerId)));

    /// <inheritdoc/>
    protected override IQueryable<ContactPair> Living(IQueryable<ContactPair> pairs) => Both(pairs);

    /// <inheritdoc/>
    protected override IQueryable<ContactPair> InUnits(IQueryable<ContactPair> pairs, IQueryable<long> units) => pairs.Where(p =>
        Db.Set<Contact>().Any(k => k.Id == p.FirstId && Db.Set<Customer>().Any(c => c.Id == k.CustomerId && units.Contains(c.UnitId)))
        || Db.Set<Contact>().Any(k => k.Id == p.SecondId && Db.Set<Customer>().Any(c => c.Id == k.CustomerId && units.Contains(c.UnitId))));

    /// <inheritdoc/>
    protected override Task<List<long>> Records(List<long> customers, CancellationToken ct) => Db.Set<Contact>().Where(k => EF.Parameter(customers).Contains(k.CustomerId)).Select(k => k.Id).Take(PairsOfFew.Most + 1).ToListAsync(ct);

    /// <inheritdoc/>
    protected override async Task Tell(ContactPair pair, bool two, (string? Before, string? After)? why, CancellationToken ct)
    {
        var both = await Db.Set<Contact>().AsNoTracking().Where(k => k.Id == pair.FirstId || k.Id == pair.SecondId).ToListAsync(ct);
        foreach (var contact in both)
        {
            Db.Add(new AuditEntry(Db.Actor, Db.UtcNow, two ? "contact_pair_dismissed" : "contact_pair_reopened", nameof(Contact), contact.Id, contact.CustomerId, MergeGround.Changed(both.Where(k => k != contact).Select(k => k.Name), new Dictionary<string, long>(), why, what: "Contacts")));
        }
    }
}
