using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Waybills;

/// <summary>Gives one field of a line the value it had before a change: by the rules of the form, audited as any other edit, refused where the line is no longer as seen.</summary>
internal sealed class RestoreWaybillValue(CrmDb db, CustomFields fields, WorkOnWaybills works, SaveWaybill save)
{
    /// <summary>Source and number of a line never change.</summary>
    private static readonly HashSet<string> Restorable =
    [
        nameof(WaybillLine.Date), nameof(WaybillLine.CustomerId), nameof(WaybillLine.UnitId), nameof(WaybillLine.Service), nameof(WaybillLine.Mode), nameof(WaybillLine.Commodity), nameof(WaybillLine.CommodityCategory), nameof(WaybillLine.Origin),
        nameof(WaybillLine.Destination), nameof(WaybillLine.Wagons), nameof(WaybillLine.Containers), nameof(WaybillLine.TeuHundredths), nameof(WaybillLine.WeightKg), nameof(WaybillLine.RevenueFen), nameof(WaybillLine.CostFen), nameof(WaybillLine.ContractNo),
        nameof(WaybillLine.Note),
    ];

    /// <summary>Whether a change of this field can be turned back.</summary>
    public bool Can(string action, string field) => action == "updated" && (Own(field) is not null || Restorable.Contains(field));

    /// <summary>Gives <paramref name="field"/> of a line the value from before the change <paramref name="entryId"/>.</summary>
    /// <param name="id">The line.</param>
    /// <param name="state">As <see cref="GetWaybill"/> gave it.</param>
    /// <param name="entryId">The audit entry.</param>
    /// <param name="field">The field, as the entry names it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<long>> Run(long id, string? state, long entryId, string field, CancellationToken ct)
    {
        if (await works.Draft(id, ct) is not { } draft || await db.Set<AuditEntry>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == entryId && a.Entity == nameof(WaybillLine) && a.EntityId == id, ct) is not { } entry
            || !Can(entry.Action, field) || JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(entry.Changes)!.GetValueOrDefault(field) is not [var before, _])
        {
            return new Refusal.NotFound();
        }

        return await Set(draft, entry, field, before, ct) ?? await save.Run(id, state ?? "", draft, ct);
    }

    private CustomField? Own(string field) => field.StartsWith("Custom.", StringComparison.Ordinal) ? fields.Of("waybills", db.Actor).FirstOrDefault(f => f.Key == field[7..]) : null;

    private async Task<Refusal?> Set(WaybillDraft draft, AuditEntry entry, string field, JsonElement before, CancellationToken ct)
    {
        string? Text() => before.ValueKind == JsonValueKind.Null || before.GetString() is not { Length: > 0 } text ? null : text;
        switch (field)
        {
            case nameof(WaybillLine.Date):
                draft.Date = before.Deserialize<DateOnly>();
                break;
            case nameof(WaybillLine.CustomerId):
                var customer = before.GetInt64();
                draft.Customer = await db.Set<Customer>().Where(c => c.Id == customer).Select(c => c.Number).SingleOrDefaultAsync(ct);
                return draft.Customer is null ? new Refusal.InvalidMany([new(nameof(draft.Customer), "waybill.customer_unknown")]) : null;
            case nameof(WaybillLine.UnitId):
                var unit = before.GetInt64();
                (draft.Unit, draft.FormerUnit) = (await db.Set<OrgUnit>().Where(u => u.Id == unit).Select(u => u.Code).SingleOrDefaultAsync(ct), unit);
                return draft.Unit is null ? new Refusal.InvalidMany([new(nameof(draft.Unit), "waybill.unit_unknown")]) : null;
            case nameof(WaybillLine.Service):
                draft.Service = Text();
                break;
            case nameof(WaybillLine.Mode):
                draft.Mode = Text();
                break;
            case nameof(WaybillLine.Commodity) or nameof(WaybillLine.CommodityCategory):
                draft.Commodity = Goods(entry, draft.Commodity);
                break;
            case nameof(WaybillLine.Origin):
                draft.Origin = Text();
                break;
            case nameof(WaybillLine.Destination):
                draft.Destination = Text();
                break;
            case nameof(WaybillLine.Wagons):
                draft.Wagons = before.GetInt32();
                break;
            case nameof(WaybillLine.Containers):
                draft.Containers = before.GetInt32();
                break;
            case nameof(WaybillLine.TeuHundredths):
                draft.Teu = before.GetInt32() / 100m;
                break;
            case nameof(WaybillLine.WeightKg):
                draft.WeightKg = before.GetInt64();
                break;
            case nameof(WaybillLine.RevenueFen):
                draft.RevenueFen = before.GetInt64();
                break;
            case nameof(WaybillLine.CostFen):
                draft.CostFen = before.GetInt64();
                break;
            case nameof(WaybillLine.ContractNo):
                draft.Contract = Text();
                break;
            case nameof(WaybillLine.Note):
                draft.Note = Text();
                break;
            default:
                (draft.Custom ??= [])[field[7..]] = CustomValue.Typed(Own(field)!, before);
                break;
        }

        return null;
    }

    /// <summary>The goods from before a change. Name and category go together, since the one tells the other: by the name where there was one, else by the category.</summary>
    private static string? Goods(AuditEntry entry, string? now)
    {
        var changes = JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(entry.Changes)!;
        var name = changes.TryGetValue(nameof(WaybillLine.Commodity), out var named) ? named[0].GetString() : CommodityCategories.IsCode(now) ? null : now;
        return !string.IsNullOrEmpty(name) ? name : changes.TryGetValue(nameof(WaybillLine.CommodityCategory), out var category) && category[0].GetString() is { Length: > 0 } code ? code : null;
    }
}
