using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Records;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Approvals;

/// <summary>移交: a customer goes to another unit, which may lie outside the scope of whoever asks and of whoever grants it.</summary>
internal sealed class CustomerTransfer(CustomFields fields) : IApprovalKind
{
    public const string Name = "customer.transfer";

    private const int Most = 12;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict };

    /// <summary>What is asked for.</summary>
    /// <param name="CustomerId">The customer.</param>
    /// <param name="UnitId">The unit that shall own it.</param>
    public sealed record Asked(long CustomerId, long UnitId);

    public string Kind => Name;

    public string TitleKey => Name;

    public string AskPermission => Permission.CustomersWrite;

    public static string Payload(long customerId, long unitId) => JsonSerializer.Serialize(new Asked(customerId, unitId), Json);

    public async Task<Result<ApprovalSubject>> Check(CrmDb db, string payload, CancellationToken ct)
    {
        if (Read(payload) is not { } asked)
        {
            return new Refusal.Invalid("approval.payload_wrong", "payload");
        }

        // One that became part of another meanwhile goes there with it.
        var customer = await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == asked.CustomerId, ct) ?? await MergedInto.Of(db, asked.CustomerId, ct);
        if (customer is null)
        {
            return new Refusal.NotFound();
        }

        if ((await Ownership.Of(db, [customer], ct)).Prevents(customer.Id, moves: false) is { } shared)
        {
            return shared;
        }

        var names = await db.Set<OrgUnit>().Where(u => u.Id == customer.UnitId || (u.Id == asked.UnitId && u.Active)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return !names.TryGetValue(asked.UnitId, out var to) ? new Refusal.Invalid("approval.unit_unknown", "UnitId")
            : asked.UnitId == customer.UnitId ? new Refusal.Invalid("approval.same_unit", "UnitId")
            : new ApprovalSubject(customer.Id, customer.UnitId, RecordKind.Customer, 0, $"{customer.Number} {customer.Name}", null, [("approval.owning_unit", names[customer.UnitId], to)]);
    }

    public async Task<Result<bool>> Grant(CrmDb db, Approval approval, CancellationToken ct) =>
        Read(approval.Payload) is not { } asked ? new Refusal.Invalid("approval.payload_wrong", "payload")
        : (await new SaveCustomer(db, fields).Move(approval.CustomerId, asked.UnitId, ct)).TryGet(out _, out var refusal) ? true : refusal;

    private static Asked? Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Asked>(payload, Json) is { CustomerId: > 0, UnitId: > 0 } asked ? asked : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The open units of the whole group by name, pinyin, initials or code: a customer may go where its people see nothing, and what units are called is no secret within the group.</summary>
    internal static async Task<IResult> Units(string? q, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var typed = (q ?? "").Normalize(System.Text.NormalizationForm.FormKC).Trim();
        if (typed.Length > 100 || !PlainText.IsStorable(typed))
        {
            return LookupAnswer.None;
        }

        var units = await db.Set<OrgUnit>().AsNoTracking().Where(u => u.Active).OrderBy(u => u.Path).Select(u => new { u.Id, u.Code, u.Name }).ToListAsync(ct);
        return typed.Length == 0
            ? LookupAnswer.Recent(await opened.Chosen(db, "units", ct), units.Select(u => new LookupItem(u.Id, u.Code, u.Name, u.Code)), Most)
            : LookupAnswer.Of(units.Select(u => (Unit: u, Rank: TextMatch.Rank(typed, u.Name) ?? TextMatch.Rank(typed, u.Code))).Where(u => u.Rank is not null).OrderBy(u => u.Rank).Take(Most).Select(u => new LookupItem(u.Unit.Id, u.Unit.Code, u.Unit.Name, u.Unit.Code)));
    }

    /// <summary>The open unit of that code or name; null where there is none.</summary>
    internal static Task<long?> UnitOf(CrmDb db, string typed, CancellationToken ct) =>
        db.Set<OrgUnit>().Where(u => u.Active && (u.Code == typed || u.Name == typed)).OrderBy(u => u.Code != typed).ThenBy(u => u.Id).Select(u => (long?)u.Id).FirstOrDefaultAsync(ct);
}
