using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Customers;

/// <summary>The work list of likely duplicates: a pair is shown only to whoever sees both; and the word that they are two.</summary>
public sealed class ListPairs(CrmDb db, Runner runner)
{
    private readonly CustomerPairs _pairs = new(db);

    /// <summary>One of a pair.</summary>
    public sealed record Side(long Id, string Number, string Name, string UnitName, string? CreditCode, string? Phone, string? Address, CustomerTier Tier, long Trailing12RevenueFen)
    {
        /// <summary>Whether the address is the registered one.</summary>
        internal bool Registered { get; init; }
    }

    /// <summary>A pair: how likely it is one customer, and why.</summary>
    public sealed record Item(long Id, Side First, Side Second, int Score, IReadOnlyList<string> Reasons, DateTime FoundAt, DateTime? DismissedAt, string? DismissedBy, string? DismissedReason);

    /// <summary>The likeliest first.</summary>
    public async Task<Result<Listing<Item>>> Run(PairQuery query, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!(await _pairs.Page(query, ct)).TryGet(out var page, out var refusal))
        {
            return refusal;
        }

        var ids = page.Items.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct().ToList();
        var sides = await (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(ids).Contains(c.Id)
            select new Side(c.Id, c.Number, c.Name, u.Name, c.CreditCode, c.Phone, c.BusinessAddress ?? c.RegisteredAddress, c.Tier, c.Trailing12RevenueFen) { Registered = c.BusinessAddress == null }).ToDictionaryAsync(s => s.Id, Covered, ct);
        var names = await _pairs.Judges(page.Items, ct);
        return new Listing<Item>([.. page.Items.Where(p => sides.ContainsKey(p.FirstId) && sides.ContainsKey(p.SecondId) && PairReasons.Told(db.Actor.Fields, "customers", p.Reasons).Length > 0).Select(p => new Item(p.Id, sides[p.FirstId], sides[p.SecondId], p.Score, PairReasons.Told(db.Actor.Fields, "customers", p.Reasons), p.FoundAt, p.DismissedAt, names.GetValueOrDefault(p.DismissedBy ?? 0), p.DismissedReason))], page.Next) { PreviousCursor = page.Previous };
    }

    /// <summary>Without what is kept from the reader.</summary>
    private Side Covered(Side side) => db.Actor.Fields.IsFree ? side : db.Actor.Fields.Cover("customers", side with { Address = db.Actor.Fields.Told("customers", side.Registered ? nameof(Customer.RegisteredAddress) : nameof(Customer.BusinessAddress), side.Address) });

    /// <summary>Says that they are two, or takes that back. It holds until something that was compared changes.</summary>
    public Task<Result<bool>> Dismiss(long id, bool two, string? reason, CancellationToken ct) => _pairs.Judge(id, two, reason, ct);

    /// <summary>The latest search; null where there was none yet.</summary>
    internal Task<Job?> LatestJob(CancellationToken ct) => _pairs.LatestJob(ct);

    /// <summary>Searches now rather than at night.</summary>
    internal Task<Result<long>> SearchNow(CancellationToken ct) => _pairs.SearchNow(runner, ct);

    internal static async Task<IResult> Get(ListPairs useCase, CancellationToken ct, bool dismissed = false, string? cursor = null, int limit = 50, long? unit = null, int? least = null, string? reason = null) =>
        (await useCase.Run(new(dismissed, cursor, limit, unit, least, reason), ct)).Answer(TypedResults.Ok);

    internal static async Task<IResult> PostDismiss(long id, PairJudgement? input, ListPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: true, input?.Reason, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> PostReopen(long id, ListPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: false, null, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> GetJob(ListPairs useCase, CancellationToken ct) => await useCase.LatestJob(ct) is { } job
        ? TypedResults.Ok(new { job.State, job.RowsDone, job.RowsTotal, job.RowsRejected })
        : TypedResults.NotFound();
}

/// <summary>The word on a pair.</summary>
public sealed class PairJudgement
{
    /// <summary>Why they are two.</summary>
    public string? Reason { get; set; }
}

/// <summary>What was said of a pair: whether it is two.</summary>
public sealed record PairJudged(long Id, bool Dismissed);
