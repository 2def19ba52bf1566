using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Classification;

/// <summary>Which customers passed from one tier into another lately, within the actor's scope; and how the rule itself changed.</summary>
public sealed class ListTierChanges(CrmDb db)
{
    private const int PageSize = 50;

    /// <summary>How far back is looked, in changes of the whole group: an outlet where nothing moved must not walk them all.</summary>
    private const int Window = 20_000;

    /// <summary>A customer's move.</summary>
    public sealed record Item(long Id, DateTime At, long CustomerId, string Number, string Name, CustomerTier Before, CustomerTier After, long RevenueFen);

    /// <summary>A change of the rule: field → before and after, as the audit trail keeps them.</summary>
    public sealed record RuleChange(DateTime At, string Actor, IReadOnlyDictionary<string, (string? Before, string? After)> Fields);

    /// <summary>The latest first; <paramref name="into"/> a tier where one is named, before the change <paramref name="before"/> where the page goes on.</summary>
    public async Task<(IReadOnlyList<Item> Items, long? Next)> Run(CustomerTier? into, long? before, CancellationToken ct)
    {
        var last = await db.Set<TierChange>().IgnoreQueryFilters().MaxAsync(t => (long?)t.Id, ct) ?? 0;
        var (low, high) = (last - Window, before ?? long.MaxValue);
        var moves = db.Set<TierChange>().AsNoTracking().Where(t => t.Id > low && t.Id < high);
        moves = into is { } tier ? moves.Where(t => t.After == tier) : moves;
        var rows = await (
            from t in moves
            join c in db.Set<Customer>() on t.CustomerId equals c.Id
            orderby t.Id descending
            select new Item(t.Id, t.At, c.Id, c.Number, c.Name, t.Before, t.After, t.RevenueFen)).Take(PageSize + 1).ToListAsync(ct);
        return ([.. rows.Take(PageSize)], rows.Count > PageSize ? rows[PageSize - 1].Id : null);
    }

    /// <summary>The last twenty changes of the rule, the latest first.</summary>
    public async Task<IReadOnlyList<RuleChange>> OfRule(CancellationToken ct)
    {
        var entries = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(TierRule)).OrderByDescending(a => a.Id).Take(20).ToListAsync(ct);
        return
        [
            .. entries.Select(e => new RuleChange(e.At, e.ActorName, JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(e.Changes)!
                .ToDictionary(f => f.Key, f => (Text(f.Value[0]), Text(f.Value[1]))))),
        ];
    }

    /// <summary>The latest classing of everybody; null where there was none yet.</summary>
    public Task<Job?> LatestJob(CancellationToken ct) => db.Set<Job>().AsNoTracking().Where(j => j.Kind == ClassificationModule.Job).OrderByDescending(j => j.Id).FirstOrDefaultAsync(ct);

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.ToString();

    internal static async Task<IResult> GetJob(ListTierChanges useCase, CancellationToken ct) => await useCase.LatestJob(ct) is { } job
        ? TypedResults.Ok(new { job.State, job.RowsDone, job.RowsTotal, job.RowsRejected })
        : TypedResults.NotFound();
}
