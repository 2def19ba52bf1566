using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Sharing;

/// <summary>共享: a customer is shared beyond what the one who asks may do alone. The heads of its unit decide.</summary>
internal sealed class CustomerShare : IApprovalKind
{
    public const string Name = "customer.share";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, NumberHandling = JsonNumberHandling.Strict, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What is asked for.</summary>
    /// <param name="CustomerId">The customer.</param>
    /// <param name="UserId">The person it shall be shared with; or null for a unit.</param>
    /// <param name="UnitId">The unit; or null for a person.</param>
    /// <param name="Writes">Whether it may be changed.</param>
    /// <param name="Until">The first day without it; null for ever.</param>
    /// <param name="Met">What was typed when the customer was met beyond the applicant's scope: the approval is called by it, since its name is none of the applicant's business yet. Null where he sees it.</param>
    public sealed record Asked(long CustomerId, long? UserId, long? UnitId, bool Writes = false, DateOnly? Until = null, string? Met = null);

    string IApprovalKind.Kind => Name;

    string IApprovalKind.TitleKey => Name;

    string IApprovalKind.AskPermission => Permission.CustomersWrite;

    public static string Payload(Asked asked) => JsonSerializer.Serialize(asked, Json);

    public async Task<Result<ApprovalSubject>> Check(CrmDb db, string payload, CancellationToken ct)
    {
        if (Read(payload) is not { } asked || (asked.Met is not null && db.Scope.Width != ScopeWidth.All)) // Who is in his own scope has met nothing beyond it.
        {
            return new Refusal.Invalid("approval.payload_wrong", "payload");
        }

        var customer = await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == asked.CustomerId, ct) ?? await MergedInto.Of(db, asked.CustomerId, ct);
        if (customer is null)
        {
            return new Refusal.NotFound();
        }

        if (await Recipient.Of(db, asked.UserId, asked.UnitId, ct) is not { } to)
        {
            return new Refusal.Invalid("share.with_unknown", "With");
        }

        if ((await db.Set<OrgUnit>().Where(u => u.Id == customer.UnitId).Select(u => u.Path).SingleAsync(ct)).StartsWith(to.Path, StringComparison.Ordinal))
        {
            return new Refusal.Invalid("share.sees_already", "With");
        }

        if (asked.Until is { } until && until <= BusinessCalendar.Day(db.UtcNow))
        {
            return new Refusal.Invalid("share.until_past", "Until");
        }

        DateTime? end = asked.Until is { } day ? BusinessCalendar.StartOfDay(day) : null;
        if (await ShareBook.Open(db).AnyAsync(g => g.CustomerId == customer.Id && g.UserId == to.UserId && g.UnitId == to.UnitId && (g.Writes || !asked.Writes) && (g.Until == null || g.Until >= end), ct))
        {
            return new Refusal.Conflict("share.already");
        }

        return new ApprovalSubject(customer.Id, customer.UnitId, to.UserId is null ? "unit" : "account", (to.UserId ?? to.UnitId)!.Value, asked.Met is null ? $"{customer.Number} {customer.Name}" : $"“{asked.Met}”", null,
        [
            (asked.Writes ? "share.to_write" : "share.to_read", "—", to.Name),
            ("share.until", "—", asked.Until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "∞"),
        ]);
    }

    public async Task<Result<bool>> Grant(CrmDb db, Approval approval, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(approval);
        if (Read(approval.Payload) is not { } asked || await Recipient.Of(db, asked.UserId, asked.UnitId, ct) is not { } to)
        {
            return new Refusal.Invalid("approval.payload_wrong", "payload");
        }

        var book = new ShareBook(db);
        await book.Alone(approval.CustomerId, ct);
        await book.Give(approval.CustomerId, to, asked.Writes, asked.Until, approval.Reason[..Math.Min(approval.Reason.Length, CustomerGrant.WhyLength)], approval.Id, ct);
        return true;
    }

    private static Asked? Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Asked>(payload, Json) is { CustomerId: > 0 } asked && (asked.UserId is > 0) != (asked.UnitId is > 0) && asked.Met is null or { Length: <= AskShare.MetLength } ? asked : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
