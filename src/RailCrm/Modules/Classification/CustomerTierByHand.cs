using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Classification;

/// <summary>分类调整: a customer's tier is set by hand until a day, or left to the rule again.</summary>
internal sealed class CustomerTierByHand(TimeProvider clock) : IApprovalKind
{
    public const string Name = "customer.tier";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, NumberHandling = JsonNumberHandling.Strict, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) } };

    /// <summary>What is asked for.</summary>
    /// <param name="CustomerId">The customer.</param>
    /// <param name="Tier">The tier; null for the rule's.</param>
    /// <param name="Until">Its last day.</param>
    public sealed record Asked(long CustomerId, CustomerTier? Tier, DateOnly? Until = null);

    public string Kind => Name;

    public string TitleKey => "tiers.kind";

    public string AskPermission => Permission.CustomersWrite;

    public static string Payload(Asked asked) => JsonSerializer.Serialize(asked, Json);

    public async Task<Result<ApprovalSubject>> Check(CrmDb db, string payload, CancellationToken ct)
    {
        if (Read(payload) is not { } asked)
        {
            return new Refusal.Invalid("approval.payload_wrong", "payload");
        }

        var customer = await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == asked.CustomerId, ct) ?? await MergedInto.Of(db, asked.CustomerId, ct);
        if (customer is null)
        {
            return new Refusal.NotFound();
        }

        var (held, today) = (await TierOverride.Of(db, customer.Id, ct), clock.Today());
        if (asked.Tier is null ? held is null : asked.Tier == customer.Tier && held?.UntilOn == asked.Until)
        {
            return new Refusal.Invalid(asked.Tier is null ? "tiers.by_rule_already" : "tiers.same_tier", "Tier");
        }

        if (asked.Tier is not null && (asked.Until is not { } until || until < today || until > today.AddDays(TierOverride.MostDays)))
        {
            return new Refusal.InvalidMany([new("Until", "tiers.until_wrong", today.AddDays(TierOverride.MostDays).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))]);
        }

        return new ApprovalSubject(customer.Id, customer.UnitId, RecordKind.Customer, 0, $"{customer.Number} {customer.Name}", null,
        [
            ("tiers.tier", Said(customer.Tier, held?.UntilOn), asked.Tier is { } tier ? Said(tier, asked.Until) : Platform.Text.Texts.Get("tiers.by_rule")),
        ]);
    }

    private static string Said(CustomerTier tier, DateOnly? until) => CustomerText.Of(tier) + (until is { } day ? string.Create(CultureInfo.InvariantCulture, $" ≤ {day:yyyy-MM-dd}") : "");

    public async Task<Result<bool>> Grant(CrmDb db, Approval approval, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(approval);
        if (Read(approval.Payload) is not { } asked)
        {
            return new Refusal.Invalid("approval.payload_wrong", "payload");
        }

        var id = approval.CustomerId;
        await db.Set<TierOverride>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(o => o.CustomerId == id).ExecuteDeleteAsync(ct);
        if (asked.Tier is { } tier)
        {
            db.Add(new TierOverride { CustomerId = id, Tier = tier, UntilOn = asked.Until!.Value, ApprovalId = approval.Id });
            await db.SaveChangesAsync(ct);
        }

        await new ClassifyCustomers(db, clock).One(id, ct);
        return true;
    }

    private static Asked? Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Asked>(payload, Json) is { CustomerId: > 0 } asked && (asked.Tier is not { } tier || Enum.IsDefined(tier)) ? asked : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
