using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Pools;

/// <summary>公海领取: a customer leaves a pool only with the consent of the heads of the pool's unit. Whoever asked gets it.</summary>
internal sealed class CustomerRelease : IApprovalKind
{
    public const string Name = "customer.release";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, NumberHandling = JsonNumberHandling.Strict };

    /// <summary>What is asked for.</summary>
    /// <param name="StayId">The customer's stay in the pool.</param>
    public sealed record Asked(long StayId);

    string IApprovalKind.Kind => Name;

    string IApprovalKind.TitleKey => Name;

    bool IApprovalKind.IsRace => true;

    string IApprovalKind.AskPermission => Permission.CustomersWrite;

    public static string Payload(long stayId) => JsonSerializer.Serialize(new Asked(stayId), Json);

    public async Task<Result<ApprovalSubject>> Check(CrmDb db, string payload, CancellationToken ct)
    {
        if (Read(payload) is not { } asked)
        {
            return new Refusal.Invalid("approval.payload_wrong", "payload");
        }

        // Where a customer lies in a pool, whoever may claim it sees it: what is asked again is asked beyond the scope too.
        return await (from s in PoolBook.Open(db) join p in PoolBook.Seen(db) on s.PoolId equals p.Id where s.Id == asked.StayId && s.Customer.DeletedAt == null select new { s.Customer.Id, s.Customer.Number, s.Customer.Name, Pool = p }).SingleOrDefaultAsync(ct) is not { } found ? new Refusal.NotFound()
            : new ApprovalSubject(found.Id, found.Pool.UnitId, "pool_stay", asked.StayId, $"{found.Number} {found.Name}", null, [("pool.one", found.Pool.Name, "—")]);
    }

    public async Task<Refusal?> Prevents(CrmDb db, string payload, CancellationToken ct)
    {
        var claims = new ClaimCustomer(db);
        return Read(payload) is not { } asked || await claims.Find(asked.StayId, ct) is not { } ground ? new Refusal.NotFound()
            : !ground.Pool.NeedsConsent ? new Refusal.Conflict("pool.no_consent")
            : await claims.Prevents(ground, await claims.Me(ct), ct);
    }

    public async Task<Result<bool>> Grant(CrmDb db, Approval approval, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(approval);
        return Read(approval.Payload) is not { } asked ? new Refusal.Invalid("approval.payload_wrong", "payload")
            : (await new ClaimCustomer(db).Take(asked.StayId, approval.ApplicantId, ct)).TryGet(out _, out var refusal) ? true
            : refusal.Code == "pool.gone" ? refusal : new Refusal.Conflict("pool.applicant_cannot"); // What else prevents it is said to whoever claims, not to whoever consents.
    }

    private static Asked? Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Asked>(payload, Json) is { StayId: > 0 } asked ? asked : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
