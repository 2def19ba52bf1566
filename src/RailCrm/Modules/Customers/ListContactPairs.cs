using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>The work list of contacts that are likely one person: a pair is shown only to whoever sees both; and the word that they are two.</summary>
public sealed class ListContactPairs(CrmDb db, Runner runner)
{
    private const int MostLimit = 200;

    private static readonly Order<ContactPair, ContactPair> ByScore = Order<ContactPair, ContactPair>.ByNumber("score", p => p.Score, n => (int)n, p => (p.Score, p.Id));

    /// <summary>What is asked for.</summary>
    /// <param name="Dismissed">Those that somebody called two, rather than the open ones.</param>
    /// <param name="Cursor">Where the page begins.</param>
    /// <param name="Limit">Pairs of a page, 1–200.</param>
    public sealed record Query(bool Dismissed = false, string? Cursor = null, int Limit = 50);

    /// <summary>One of a pair.</summary>
    public sealed record Side(long Id, string Name, long CustomerId, string Customer, string? Title, string? Mobile, string? Phone, string? Email);

    /// <summary>A pair: how likely it is one person, why, and whether the actor may merge it.</summary>
    public sealed record Item(long Id, Side First, Side Second, int Score, IReadOnlyList<string> Reasons, DateTime FoundAt, DateTime? DismissedAt, string? DismissedBy, bool CanMerge);

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

        var all = db.Set<ContactPair>().AsNoTracking().Where(p => (p.DismissedAt != null) == query.Dismissed);
        var page = await ByScore.Page(await Seen(all, ct), descending: true, mark, query.Limit, q => q, ct);
        var ids = page.Items.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct().ToList();
        var sides = await (from k in db.Set<Contact>() join c in db.Set<Customer>() on k.CustomerId equals c.Id where EF.Parameter(ids).Contains(k.Id)
            select new Side(k.Id, k.Name, c.Id, c.Name, k.Title, k.Mobile, k.Phone, k.Email)).ToDictionaryAsync(s => s.Id, ct);
        var whose = await Ownership.Of(db, [.. sides.Values.Select(s => s.CustomerId).Distinct()], ct);
        var people = page.Items.Select(p => p.DismissedBy).OfType<long>().Distinct().ToList();
        var names = people.Count == 0 ? [] : await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        return new Listing<Item>([.. from p in page.Items
            where sides.ContainsKey(p.FirstId) && sides.ContainsKey(p.SecondId)
            select new Item(p.Id, sides[p.FirstId], sides[p.SecondId], p.Score, p.Reasons.Split(','), p.FoundAt, p.DismissedAt, names.GetValueOrDefault(p.DismissedBy ?? 0), whose.Gives(sides[p.FirstId].CustomerId, sides[p.SecondId].CustomerId) || whose.Gives(sides[p.SecondId].CustomerId, sides[p.FirstId].CustomerId))], page.Next) { PreviousCursor = page.Previous };
    }

    /// <summary>The pairs of which both are seen. An outlet's are gathered by its people; a wider reader walks the order and tests each, and where that leads nowhere gathers too.</summary>
    private async Task<Found<ContactPair>> Seen(IQueryable<ContactPair> all, CancellationToken ct)
    {
        IQueryable<ContactPair>? gathered = null; // Once, however often it is asked for.
        async Task<IQueryable<ContactPair>> Gathered()
        {
            if (gathered is not null)
            {
                return gathered;
            }

            var mine = await db.Set<Customer>().Select(c => c.Id).ToListAsync(ct);
            var seen = await db.Set<Contact>().Where(k => EF.Parameter(mine).Contains(k.CustomerId)).Select(k => k.Id).ToHashSetAsync(ct);
            var people = seen.ToList();
            var pairs = await all.Where(p => EF.Parameter(people).Contains(p.FirstId)).Select(p => new { p.Id, p.SecondId }).ToListAsync(ct);
            var ids = pairs.Where(p => seen.Contains(p.SecondId)).Select(p => p.Id).ToList();
            return gathered = all.Where(p => EF.Parameter(ids).Contains(p.Id));
        }

        return db.Scope.Width == ScopeWidth.Narrow
            ? new(await Gathered())
            : new(Both(all), db.Scope.Width == ScopeWidth.All ? null : async _ => await Gathered(), all);
    }

    /// <summary>A contact whose customer lies in the bin is out of sight with it.</summary>
    private IQueryable<ContactPair> Both(IQueryable<ContactPair> pairs) => pairs.Where(p =>
        db.Set<Contact>().Any(k => k.Id == p.FirstId && db.Set<Customer>().Any(c => c.Id == k.CustomerId)) && db.Set<Contact>().Any(k => k.Id == p.SecondId && db.Set<Customer>().Any(c => c.Id == k.CustomerId)));

    /// <summary>Says that they are two, or takes that back. It holds until something that was compared changes.</summary>
    public async Task<Result<bool>> Dismiss(long id, bool two, CancellationToken ct) => !db.Actor.May(Permission.CustomersWrite) ? new Refusal.Forbidden() : await db.Write<Result<bool>>(async () =>
    {
        var pair = await Both(db.Set<ContactPair>()).SingleOrDefaultAsync(p => p.Id == id, ct);
        if (pair is null)
        {
            return new Refusal.NotFound();
        }

        if ((pair.DismissedAt is not null) == two)
        {
            return two; // It is so already.
        }

        (pair.DismissedAt, pair.DismissedBy) = two ? (db.UtcNow, db.Actor.UserId) : ((DateTime?)null, (long?)null);
        var both = await db.Set<Contact>().AsNoTracking().Where(k => k.Id == pair.FirstId || k.Id == pair.SecondId).ToListAsync(ct);
        foreach (var contact in both)
        {
            db.Add(new AuditEntry(db.Actor, db.UtcNow, two ? "contact_pair_dismissed" : "contact_pair_reopened", nameof(Contact), contact.Id, contact.CustomerId, MergeGround.Changed(both.Where(k => k != contact).Select(k => k.Name), new Dictionary<string, long>(), what: "Contacts")));
        }

        await db.SaveChangesAsync(ct);
        return two;
    }, ct);

    /// <summary>The latest search; null where there was none yet.</summary>
    internal Task<Job?> LatestJob(CancellationToken ct) => db.Set<Job>().AsNoTracking().Where(j => j.Kind == SearchContactDuplicates.Job).OrderByDescending(j => j.Id).FirstOrDefaultAsync(ct);

    /// <summary>Searches now rather than at night; a search that waits or runs already is enough.</summary>
    internal async Task<Result<long>> SearchNow(CancellationToken ct)
    {
        if (!db.Actor.May(Permission.CustomersSupervise))
        {
            return new Refusal.Forbidden();
        }

        var job = await db.Write(async () =>
        {
            await db.Alone("job:" + SearchContactDuplicates.Job, ct);
            if (await LatestJob(ct) is { State: "queued" or "running" } running)
            {
                return running.Id;
            }

            var job = new Job { Kind = SearchContactDuplicates.Job, Input = StopJob.AskedBy(db.Actor.UserId), CreatedAt = db.UtcNow }; // The system's: it looks through everybody's contacts.
            db.Add(job);
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "duplicates_searched", nameof(ContactPair), 0));
            await db.SaveChangesAsync(ct);
            return job.Id;
        }, ct);
        runner.Wake();
        return job;
    }

    internal static async Task<IResult> Get(ListContactPairs useCase, CancellationToken ct, bool dismissed = false, string? cursor = null, int limit = 50) =>
        (await useCase.Run(new(dismissed, cursor, limit), ct)).Answer(TypedResults.Ok);

    internal static async Task<IResult> PostDismiss(long id, ListContactPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: true, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> PostReopen(long id, ListContactPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: false, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> GetJob(ListContactPairs useCase, CancellationToken ct) => await useCase.LatestJob(ct) is { } job
        ? TypedResults.Ok(new { job.State, job.RowsDone, job.RowsTotal, job.RowsRejected })
        : TypedResults.NotFound();
}
