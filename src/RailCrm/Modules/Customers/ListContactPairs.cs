using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Customers;

/// <summary>The work list of contacts that are likely one person: a pair is shown only to whoever sees both; and the word that they are two.</summary>
public sealed class ListContactPairs(CrmDb db, Runner runner)
{
    private readonly ContactPairs _pairs = new(db);

    /// <summary>One of a pair.</summary>
    public sealed record Side(long Id, string Name, long CustomerId, string Customer, string UnitName, string? Title, string? Mobile, string? Phone, string? Email);

    /// <summary>A pair: how likely it is one person, why, and whether the actor may merge it.</summary>
    public sealed record Item(long Id, Side First, Side Second, int Score, IReadOnlyList<string> Reasons, DateTime FoundAt, DateTime? DismissedAt, string? DismissedBy, string? DismissedReason, bool CanMerge);

    /// <summary>The likeliest first.</summary>
    public async Task<Result<Listing<Item>>> Run(PairQuery query, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!(await _pairs.Page(query, ct)).TryGet(out var page, out var refusal))
        {
            return refusal;
        }

        var ids = page.Items.SelectMany(p => new[] { p.FirstId, p.SecondId }).Distinct().ToList();
        var sides = await (from k in db.Set<Contact>() join c in db.Set<Customer>() on k.CustomerId equals c.Id join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(ids).Contains(k.Id)
            select new Side(k.Id, k.Name, c.Id, c.Name, u.Name, k.Title, k.Mobile, k.Phone, k.Email)).ToDictionaryAsync(s => s.Id, s => db.Actor.Fields.Cover("contacts", s), ct);
        var whose = await Ownership.Of(db, [.. sides.Values.Select(s => s.CustomerId).Distinct()], ct);
        var names = await _pairs.Judges(page.Items, ct);
        return new Listing<Item>([.. from p in page.Items
            let reasons = PairReasons.Told(db.Actor.Fields, "contacts", p.Reasons)
            where reasons.Length > 0 && sides.ContainsKey(p.FirstId) && sides.ContainsKey(p.SecondId)
            let customers = (First: sides[p.FirstId].CustomerId, Second: sides[p.SecondId].CustomerId)
            select new Item(p.Id, sides[p.FirstId], sides[p.SecondId], p.Score, reasons, p.FoundAt, p.DismissedAt, names.GetValueOrDefault(p.DismissedBy ?? 0), p.DismissedReason, whose.Gives(customers.First, customers.Second) || whose.Gives(customers.Second, customers.First))], page.Next) { PreviousCursor = page.Previous };
    }

    /// <summary>Says that they are two, or takes that back. It holds until something that was compared changes.</summary>
    public Task<Result<bool>> Dismiss(long id, bool two, string? reason, CancellationToken ct) => _pairs.Judge(id, two, reason, ct);

    /// <summary>The latest search; null where there was none yet.</summary>
    internal Task<Job?> LatestJob(CancellationToken ct) => _pairs.LatestJob(ct);

    /// <summary>Searches now rather than at night.</summary>
    internal Task<Result<long>> SearchNow(CancellationToken ct) => _pairs.SearchNow(runner, ct);

    internal static async Task<IResult> Get(ListContactPairs useCase, CancellationToken ct, bool dismissed = false, string? cursor = null, int limit = 50, long? unit = null, int? least = null, string? reason = null) =>
        (await useCase.Run(new(dismissed, cursor, limit, unit, least, reason), ct)).Answer(TypedResults.Ok);

    internal static async Task<IResult> PostDismiss(long id, PairJudgement? input, ListContactPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: true, input?.Reason, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> PostReopen(long id, ListContactPairs useCase, CancellationToken ct) => (await useCase.Dismiss(id, two: false, null, ct)).Answer(two => TypedResults.Ok(new PairJudged(id, two)));

    internal static async Task<IResult> GetJob(ListContactPairs useCase, CancellationToken ct) => await useCase.LatestJob(ct) is { } job
        ? TypedResults.Ok(new { job.State, job.RowsDone, job.RowsTotal, job.RowsRejected })
        : TypedResults.NotFound();
}
