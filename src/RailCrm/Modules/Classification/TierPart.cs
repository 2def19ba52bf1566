using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Customer>;

namespace RailCrm.Modules.Classification;

/// <summary>What the list of customers asks of tiers: whose is set by hand.</summary>
internal sealed class TierPart : CustomerListPart
{
    internal override IReadOnlyList<F> Fields { get; } = [F.Only("tierBy", "tiers.by", FieldKind.Choice, ["="], Ask).Coded(Said, () => [("hand", Said("hand")!)])];

    private static string? Said(string code) => Platform.Text.Texts.Get("tiers.by_hand");

    private static Task<Result<Condition<Customer>>> Ask(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var today = BusinessCalendar.Day(db.UtcNow);
        return Task.FromResult<Result<Condition<Customer>>>(asked.Values.Any(v => v != "hand") ? new Refusal.InvalidMany([new(asked.Field, "tiers.by_unknown")])
            : new Condition<Customer>(c => db.Set<TierOverride>().Any(o => o.CustomerId == c.Id && o.UntilOn >= today), db.Set<TierOverride>().Where(o => o.UntilOn >= today).Select(o => o.CustomerId)));
    }
}
