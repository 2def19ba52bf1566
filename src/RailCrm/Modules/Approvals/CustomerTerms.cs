using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>特批: consent to terms for one customer beyond what the applicant may grant himself, such as a discount or a longer credit. Whoever's authority covers it decides; the approval is the consent, and changes nothing by itself.</summary>
internal sealed class CustomerTerms : IApprovalKind
{
    public const string Name = "customer.terms";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, NumberHandling = JsonNumberHandling.Strict, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) } };

    /// <summary>What is asked for.</summary>
    /// <param name="CustomerId">The customer.</param>
    /// <param name="Action">On what.</param>
    /// <param name="Amount">How much, as the action is counted.</param>
    /// <param name="Until">The last day; null for ever.</param>
    public sealed record Asked(long CustomerId, AuthorityAction Action, long Amount, DateOnly? Until = null);

    public string Kind => Name;

    public string TitleKey => Name;

    public string AskPermission => Permission.CustomersWrite;

    public bool ByAuthority => true;

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

        if (asked.Amount <= 0 || asked.Amount > AuthorityAmount.Most(asked.Action))
        {
            return new Refusal.InvalidMany([new("Amount", "approval.terms_wrong", AuthorityAmount.Said(asked.Action, AuthorityAmount.Most(asked.Action)))]);
        }

        if (asked.Until < BusinessCalendar.Day(db.UtcNow))
        {
            return new Refusal.Invalid("approval.terms_past", "Until");
        }

        long? fen = AuthorityAmount.MeasureOf(asked.Action) == Measure.Fen ? asked.Amount : null;
        return new ApprovalSubject(customer.Id, customer.UnitId, "terms", (long)asked.Action + 1, $"{customer.Number} {customer.Name}", fen,
        [
            (AuthorityAmount.LabelKey(asked.Action), "—", AuthorityAmount.Plain(asked.Action, asked.Amount)),
            ("approval.terms_until", "—", asked.Until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "∞"),
        ], new(asked.Action, asked.Amount));
    }

    public Task<Result<bool>> Grant(CrmDb db, Approval approval, CancellationToken ct) => Task.FromResult<Result<bool>>(true);

    private static Asked? Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Asked>(payload, Json) is { CustomerId: > 0 } asked && Enum.IsDefined(asked.Action) ? asked : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
