using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Classification;

/// <summary>What another rule would make of the customers of the group, as their figures stand now. Writes nothing.</summary>
public sealed class PreviewTiers(CrmDb db)
{
    /// <summary>How many customers a tier holds now, and how many it would hold.</summary>
    public sealed record Count(CustomerTier Tier, long Before, long After);

    /// <summary>By tier, and how many customers would pass from one into another.</summary>
    public sealed record Answer(IReadOnlyList<Count> Tiers, long Moving);

    private sealed record Row(string Before, string After, long Customers);

    /// <summary>Counts; refused for whoever may not change the rule.</summary>
    /// <remarks>One pass over the figures that each customer carries, so that no fact is read. A customer without lines is a prospective one already; whose tier is set by hand stays out.</remarks>
    public async Task<Result<Answer>> Run(SetTierRule.Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!SetTierRule.MayChange(db.Actor))
        {
            return new Refusal.Forbidden("tiers.group_only");
        }

        if (SetTierRule.Check(input) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        var rule = new TierRule(input.Basis, input.MediumFen, input.LargeFen, input.DropPercent);
        var (measured, previous) = input.Basis == TierBasis.Revenue ? ("trailing12revenue_fen", "previous12revenue_fen") : ("trailing12gross_profit_fen", "previous12gross_profit_fen");
#pragma warning disable EF1002 // Numbers and names of ours; nothing typed by anybody.
        var rows = await db.Database.SqlQueryRaw<Row>($"""
            SELECT before, after, CAST(count(*) AS bigint) AS customers
            FROM (SELECT tier AS before, {rule.Sql("tier = 'Prospective'", measured, previous)} AS after FROM customers c WHERE deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM tier_overrides o WHERE o.customer_id = c.id AND o.until_on >= '{BusinessCalendar.Day(db.UtcNow):yyyy-MM-dd}')) t
            GROUP BY before, after
            """).ToListAsync(ct);
#pragma warning restore EF1002
        long Sum(Func<Row, bool> which) => rows.Where(which).Sum(r => r.Customers);
        return new Answer(
            [.. new[] { CustomerTier.Large, CustomerTier.Medium, CustomerTier.Small, CustomerTier.AtRisk, CustomerTier.Prospective }.Select(t => new Count(t, Sum(r => r.Before == t.ToString()), Sum(r => r.After == t.ToString())))],
            Sum(r => r.Before != r.After));
    }
}
