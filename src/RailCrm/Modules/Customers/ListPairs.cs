using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>The work list of likely duplicates: a pair is shown only to whoever sees both; and the word that they are two.</summary>
public sealed class ListPairs(CrmDb db, Runner runner)
{
    private const int MostLimit = 200;

    private static readonly Order<DuplicatePair, DuplicatePair> ByScore = Order<DuplicatePair, DuplicatePair>.ByNumber("score", p => p.Score, n => (int)n, p => (p.Score, p.Id));

    private readonly PairsFound _found = new(db, ByScore);

    /// <summary>What is asked for.</summary>
    /// <param name="Dismissed">Those that somebody called two, rather than the open ones.</param>
    /// <param name="Cursor">Where the page begins.</param>
    /// <param name="Limit">Pairs of a page, 1–200.</param>
    /// <param name="Unit">One of the two is of this unit, or of one below it.</param>
    /// <param name="Least">As likely at least, 1–100.</param>
    /// <param name="Reason">What speaks for it, or against it: name, pinyin, part, phone, address, code, other_code.</param>
    public sealed record Query(bool Dismissed = false, string? Cursor = null, int Limit = 50, long? Unit = null, int? Least = null, string? Reason = null);

    /// <summary>One of a pair.</summary>
    public sealed record Side(long Id, string Number, string Name, string UnitName, string? CreditCode, string? Phone, string? Address, CustomerTier Tier, long Trailing12RevenueFen);

    /// <summary>A pair: how likely it is one customer, and why.</summary>
    public sealed record Item(long Id, Side First, Side Second, int Score, IReadOnlyList<string> Reasons, DateTime FoundAt, DateTime? DismissedAt, string? DismissedBy, string? DismissedReason);

    /// <summary>The likeliest first.</summary>
    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!Mark.TryRead(query.Cursor, "-score", out var mark))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(Query.Cursor));
        }

        if (query.Limit is < 1 or > MostLimit)
        {
            return new Refusal.Invalid("duplicates.limit_range", nameof(Query.Limit));
        }

        var unit = query.Unit is { } asked ? await db.Set<OrgUnit>().Where(u => u.Id == asked).Select(u => u.Path).SingleOrDefaultAsync(ct) : null;
        if ((query.Unit is not null && (unit is null || !db.Scope.Covers(unit))) || query.Least is < 1 or > 100 || (query.Reason is not null && !DuplicateScore.Weights.ContainsKey(query.Reason)))
        {
            return new Refusal.Invalid("duplicates.filter_wrong", query.Least is < 1 or > 100 ? nameof(Query.Least) : query.Reason is not null && !DuplicateScore.Weights.ContainsKey(query.Reason) ? nameof(Query.Reason) : nameof(Query.Unit));
        }

        var page = await _found.Page(query, unit, mark, ct);
        var sides = await Sides(page.Items, ct);
        var people = page.Items.Select(p => p.DismissedBy).OfType<long>().Distinct().ToList();
        var names = people.Count == 0 ? [] : await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        return new Listing<Item>([.. page.Items.Where(p => sides.ContainsKey(p.FirstId) && sides.ContainsKey(p.SecondId)).Select(p => new Item(p.Id, sides[p.FirstId], sides[p.SecondId], p.Score, p.Reasons.Split(','), p.FoundAt, p.DismissedAt, names.GetValueOrDefault(p.DismissedBy ?? 0), p.DismissedReason))], page.Next) { PreviousCursor = page.Previous };
    }

    private async Task<Dictionary<long, Side>> Sides(IReadOnlyList<DuplicatePair> pairs, CancellationToken ct)
    {
        var ids = pairs.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct().ToList();
        return await (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(ids).Contains(c.Id)
            select new Side(c.Id, c.Number, c.Name, u.Name, c.CreditCode, c.Phone, c.BusinessAddress ?? c.RegisteredAddress, c.Tier, c.Trailing12RevenueFen)).ToDictionaryAsync(s => s.Id, ct);
    }

    /// <summary>Says that they are two, or takes that back. It holds until something that was compared changes.</summary>
    public async Task<Result<bool>> Dismiss(long id, bool two, string? reason, CancellationToken ct) => await db.Write<Result<bool>>(async () =>
    {
        if (!PlainText.IsStorable(reason) || reason?.Length > DuplicatePair.ReasonLength)
        {
            return new Refusal.Invalid("duplicates.reason_long", nameof(reason));
        }

        var pair = await _found.Both(db.Set<DuplicatePair>()).SingleOrDefaultAsync(p => p.Id == id, ct);
        if (pair is null)
        {
            return new Refusal.NotFound();
        }

        if ((pair.DismissedAt is not null) == two)
        {
            return two; // It is so already.
        }

        var (why, before) = (two ? PlainText.Trimmed(reason) : null, pair.DismissedReason);
        (pair.DismissedAt, pair.DismissedBy, pair.DismissedReason) = two ? (db.UtcNow, db.Actor.UserId, why) : ((DateTime?)null, (long?)null, (string?)null);
        foreach (var (one, other) in new[] { (pair.FirstId, pair.SecondId), (pair.SecondId, pair.FirstId) })
        {
            var name = await db.Set<Customer>().Where(c => c.Id == other).Select(c => c.Number + " " + c.Name).SingleAsync(ct);
            db.Add(new AuditEntry(db.Actor, db.UtcNow, two ? "pair_dismissed" : "pair_reopened", nameof(Customer), one, one, MergeGround.Changed([name], new Dictionary<string, long>(), why is null && before is null ? null : (before, why))));
        }

        await db.SaveChangesAsync(ct);
        return two;
    }, ct);

    /// <summary>The latest search; null where there was none yet.</summary>
    internal Task<Job?> LatestJob(CancellationToken ct) => db.Set<Job>().AsNoTracking().Where(j => j.Kind == SearchDuplicates.Job).OrderByDescending(j => j.Id).FirstOrDefaultAsync(ct);

    /// <summary>Searches now rather than at night; a search that waits or runs already is enough.</summary>
    internal async Task<Result<long>> SearchNow(CancellationToken ct)
    {
        if (!db.Actor.May(Permission.CustomersSupervise))
        {
            return new Refusal.Forbidden();
        }

        var job = await db.Write(async () =>
        {
            await db.Alone("job:" + SearchDuplicates.Job, ct);
            if (await LatestJob(ct) is { State: "queued" or "running" } running)
            {
                return running.Id;
            }

            var job = new Job { Kind = SearchDuplicates.Job, Input = StopJob.AskedBy(db.Actor.UserId), CreatedAt = db.UtcNow }; // The system's: it looks through everybody's customers.
            db.Add(job);
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "duplicates_searched", nameof(DuplicatePair), 0));
            await db.SaveChangesAsync(ct);
            return job.Id;
        }, ct);
        runner.Wake();
        return job;
    }

    internal static async Task<IResult> Get(ListPairs useCase, CancellationToken ct, bool dismissed = false, string? cursor = null, int limit = 50, long? unit = null, int? least = null, string? reason = null) =>
        (await useCase.Run(new(dismissed, cursor, limit, unit, least, reason), ct)).Answer(TypedResults.Ok);

    /// <summary>The word on a pair.</summary>
    public sealed class Input
    {
        /// <summary>Why they are two.</summary>
        public string? Reason { get; set; }
    }

    internal static async Task<IResult> PostDismiss(long id, Input? input, ListPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: true, input?.Reason, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> PostReopen(long id, ListPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: false, null, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> GetJob(ListPairs useCase, CancellationToken ct) => await useCase.LatestJob(ct) is { } job
        ? TypedResults.Ok(new { job.State, job.RowsDone, job.RowsTotal, job.RowsRejected })
        : TypedResults.NotFound();
}

/// <summary>What was said of a pair: whether it is two.</summary>
public sealed record PairJudged(long Id, bool Dismissed);
