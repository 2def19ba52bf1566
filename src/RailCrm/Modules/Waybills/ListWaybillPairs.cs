using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>The work list of waybill lines that are likely booked twice; and the word that they are two.</summary>
public sealed class ListWaybillPairs(CrmDb db, Runner runner)
{
    private const int MostLimit = 200;

    private static readonly Order<WaybillPair, WaybillPair> ByScore = Order<WaybillPair, WaybillPair>.ByNumber("score", p => p.Score, n => (int)n, p => (p.Score, p.Id));

    private readonly WaybillPairsFound _found = new(db, ByScore);

    /// <summary>What is asked for.</summary>
    /// <param name="Dismissed">Those that somebody called two, rather than the open ones.</param>
    /// <param name="Cursor">Where the page begins.</param>
    /// <param name="Limit">Pairs of a page, 1–200.</param>
    /// <param name="Unit">The customer is of this unit, or of one below it.</param>
    /// <param name="Least">As likely at least, 1–100.</param>
    /// <param name="Reason">What speaks for it, or against it: number, revenue, weight, sources, day, lane, goods, other_goods, other_weight, other_revenue.</param>
    public sealed record Query(bool Dismissed = false, string? Cursor = null, int Limit = 50, long? Unit = null, int? Least = null, string? Reason = null);

    /// <summary>One of a pair; money in fen. <paramref name="State"/> changes with every field; <paramref name="Lacks"/> names fields that are empty here and not in the other.</summary>
    public sealed record Side(
        long Id, string Source, string ExternalNo, DateOnly Date, long UnitId, string UnitName, string Service, string Origin, string Destination, string CommodityCategory, string? Commodity, string Mode,
        int Wagons, int Containers, long WeightKg, long RevenueFen, long CostFen, string? Contract, string? Note, string State, IReadOnlyList<string> Lacks);

    /// <summary>A pair: how likely it is one service, why, whether the actor may put either into the bin, and whether the customer lies there.</summary>
    public sealed record Item(
        long Id, long CustomerId, string CustomerNumber, string CustomerName, Side First, Side Second, int Score, IReadOnlyList<string> Reasons, DateTime FoundAt, DateTime? DismissedAt, string? DismissedBy, string? DismissedReason, bool CanBin, bool CustomerInBin);

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
        var wrong = query.Least is < 1 or > 100 ? nameof(Query.Least) : query.Reason is not null && !WaybillScore.Weights.ContainsKey(query.Reason) ? nameof(Query.Reason)
            : query.Unit is not null && (unit is null || !db.Scope.Covers(unit)) ? nameof(Query.Unit) : null;
        if (wrong is not null)
        {
            return new Refusal.Invalid("duplicates.filter_wrong", wrong);
        }

        var page = await _found.Page(query, unit, mark, ct);
        return new Listing<Item>(await Items(page.Items, ct), page.Next) { PreviousCursor = page.Previous };
    }

    private async Task<List<Item>> Items(IReadOnlyList<WaybillPair> pairs, CancellationToken ct)
    {
        var ids = pairs.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct().ToList();
        var lines = await db.Set<WaybillLine>().AsNoTracking().Where(w => EF.Parameter(ids).Contains(w.Id)).ToDictionaryAsync(w => w.Id, ct);
        var (customers, units, people) = (lines.Values.Select(w => w.CustomerId).Distinct().ToList(), lines.Values.Select(w => w.UnitId).Distinct().ToList(), pairs.Select(p => p.DismissedBy).OfType<long>().Distinct().ToList());
        var whose = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(customers).Contains(c.Id)).Select(c => new { c.Id, c.Number, c.Name, InBin = c.DeletedAt != null }).ToDictionaryAsync(c => c.Id, ct);
        var did = await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var names = people.Count == 0 ? [] : await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        var owned = (await Ownership.Of(db, customers, ct)).Owned;
        Side Of(WaybillLine w, WaybillLine other) => new(
            w.Id, w.Source, w.ExternalNo, w.Date, w.UnitId, did.GetValueOrDefault(w.UnitId, ""), w.Service, w.Origin, w.Destination, w.CommodityCategory, w.Commodity, w.Mode,
            w.Wagons, w.Containers, w.WeightKg, w.RevenueFen, w.CostFen, w.ContractNo, w.Note, GetWaybill.StateOf(w), [.. KeepWaybill.Lacks(w, other)]);
        return
        [
            .. from p in pairs
               where lines.ContainsKey(p.FirstId) && lines.ContainsKey(p.SecondId) && whose.ContainsKey(p.CustomerId)
               let both = (First: lines[p.FirstId], Second: lines[p.SecondId])
               select new Item(p.Id, p.CustomerId, whose[p.CustomerId].Number, whose[p.CustomerId].Name, Of(both.First, both.Second), Of(both.Second, both.First), p.Score, p.Reasons.Split(','), p.FoundAt, p.DismissedAt, names.GetValueOrDefault(p.DismissedBy ?? 0), p.DismissedReason, owned.Contains(p.CustomerId), whose[p.CustomerId].InBin),
        ];
    }

    /// <summary>Says that they are two, or takes that back. It holds until something that was compared changes.</summary>
    public async Task<Result<bool>> Dismiss(long id, bool two, string? reason, CancellationToken ct) => !db.Actor.May(Permission.WaybillsWrite) ? new Refusal.Forbidden() : await db.Write<Result<bool>>(async () =>
    {
        if (!PlainText.IsStorable(reason) || reason?.Length > WaybillPair.ReasonLength)
        {
            return new Refusal.Invalid("duplicates.reason_long", nameof(reason));
        }

        await db.Alone($"waybill-pair:{id}", ct);
        if (await db.Set<WaybillPair>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } pair)
        {
            return new Refusal.NotFound();
        }

        if ((pair.DismissedAt is not null) == two)
        {
            return two; // It is so already.
        }

        var (why, when, by) = two ? (PlainText.Trimmed(reason), db.UtcNow, db.Actor.UserId) : ((string?)null, (DateTime?)null, (long?)null);
        await db.Set<WaybillPair>().Where(p => p.Id == id).ExecuteUpdateAsync(u => u.SetProperty(p => p.DismissedAt, when).SetProperty(p => p.DismissedBy, by).SetProperty(p => p.DismissedReason, why), ct);
        var both = await db.Set<WaybillLine>().AsNoTracking().Where(w => w.Id == pair.FirstId || w.Id == pair.SecondId).ToListAsync(ct);
        foreach (var line in both)
        {
            db.Add(new AuditEntry(db.Actor, db.UtcNow, two ? "waybill_pair_dismissed" : "waybill_pair_reopened", nameof(WaybillLine), line.Id, line.CustomerId, Changed(both.Find(w => w != line)?.ExternalNo, pair.DismissedReason, why)));
        }

        await db.SaveChangesAsync(ct);
        return two;
    }, ct);

    private static string Changed(string? other, string? before, string? why)
    {
        var said = new Dictionary<string, string?[]> { [nameof(WaybillPair)] = [null, other] };
        if (before is not null || why is not null)
        {
            said[nameof(WaybillPair.DismissedReason)] = [before, why];
        }

        return System.Text.Json.JsonSerializer.Serialize(said, SaveWaybill.AuditJson);
    }

    /// <summary>The latest search; null where there was none yet.</summary>
    internal Task<Job?> LatestJob(CancellationToken ct) => db.Set<Job>().AsNoTracking().Where(j => j.Kind == SearchWaybillDuplicates.Job).OrderByDescending(j => j.Id).FirstOrDefaultAsync(ct);

    /// <summary>Searches now rather than at night; a search that waits or runs already is enough.</summary>
    internal async Task<Result<long>> SearchNow(CancellationToken ct)
    {
        if (!db.Actor.May(Permission.CustomersSupervise))
        {
            return new Refusal.Forbidden();
        }

        var job = await db.Write(async () =>
        {
            await db.Alone("job:" + SearchWaybillDuplicates.Job, ct);
            if (await LatestJob(ct) is { State: "queued" or "running" } running)
            {
                return running.Id;
            }

            var job = new Job { Kind = SearchWaybillDuplicates.Job, Input = StopJob.AskedBy(db.Actor.UserId), CreatedAt = db.UtcNow }; // The system's: it looks through everybody's lines.
            db.Add(job);
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "duplicates_searched", nameof(WaybillPair), 0));
            await db.SaveChangesAsync(ct);
            return job.Id;
        }, ct);
        runner.Wake();
        return job;
    }

    internal static async Task<IResult> Get(ListWaybillPairs useCase, CancellationToken ct, bool dismissed = false, string? cursor = null, int limit = 50, long? unit = null, int? least = null, string? reason = null) =>
        (await useCase.Run(new(dismissed, cursor, limit, unit, least, reason), ct)).Answer(TypedResults.Ok);

    /// <summary>The word on a pair.</summary>
    public sealed class Input
    {
        /// <summary>Why they are two.</summary>
        public string? Reason { get; set; }
    }

    internal static async Task<IResult> PostDismiss(long id, Input? input, ListWaybillPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: true, input?.Reason, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> PostReopen(long id, ListWaybillPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: false, null, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> GetJob(ListWaybillPairs useCase, CancellationToken ct) => await useCase.LatestJob(ct) is { } job
        ? TypedResults.Ok(new { job.State, job.RowsDone, job.RowsTotal, job.RowsRejected })
        : TypedResults.NotFound();
}
