using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Waybills;

/// <summary>Keeps one line of a likely pair and puts the other into the bin, which gives its figures back; empty fields of the one take the other's value where that is asked for. Both by the rules of the form.</summary>
internal sealed class KeepWaybill(CrmDb db, SaveWaybill save, WorkOnWaybills works)
{
    /// <summary>What can be taken over: whether a line has it, and how it is.</summary>
    private static readonly (string Key, Func<WaybillLine, bool> Has, Action<WaybillDraft, WaybillDraft> Take)[] Fields =
    [
        ("commodity", w => !string.IsNullOrEmpty(w.Commodity) || w.CommodityCategory.Length > 0, (to, from) => to.Commodity = from.Commodity),
        ("mode", w => w.Mode.Length > 0, (to, from) => to.Mode = from.Mode),
        ("wagons", w => w.Wagons != 0, (to, from) => to.Wagons = from.Wagons),
        ("containers", w => w.Containers != 0 || w.TeuHundredths != 0, (to, from) => (to.Containers, to.Teu) = (from.Containers, from.Teu)),
        ("weight", w => w.WeightKg != 0, (to, from) => to.WeightKg = from.WeightKg),
        ("revenue", w => w.RevenueFen != 0, (to, from) => to.RevenueFen = from.RevenueFen),
        ("cost", w => w.CostFen != 0, (to, from) => to.CostFen = from.CostFen),
        ("contract", w => !string.IsNullOrEmpty(w.ContractNo), (to, from) => to.Contract = from.Contract),
        ("note", w => !string.IsNullOrEmpty(w.Note), (to, from) => to.Note = from.Note),
    ];

    /// <summary>Which line stays.</summary>
    public sealed class Input
    {
        /// <summary>The line that stays.</summary>
        public long Keep { get; set; }

        /// <summary>Fields that are empty in it and take the other's value: commodity, mode, wagons, containers, weight, revenue, cost, contract, note.</summary>
        public IReadOnlyList<string>? Fill { get; set; }

        /// <summary>The line that stays, as it was seen; as it is where missing.</summary>
        public string? KeptState { get; set; }

        /// <summary>The line that goes, as it was seen; as it is where missing.</summary>
        public string? OtherState { get; set; }
    }

    /// <summary>What stayed and what went.</summary>
    public sealed record Answer(long Kept, long Binned);

    /// <summary>The fields that are empty in one line and not in another.</summary>
    public static IEnumerable<string> Lacks(WaybillLine line, WaybillLine other) => Fields.Where(f => !f.Has(line) && f.Has(other)).Select(f => f.Key);

    /// <summary>Does it, in one transaction. Everything that could refuse it is asked before anything is written.</summary>
    public async Task<Result<Answer>> Run(long pairId, Input input, CancellationToken ct) => !db.Actor.May(Permission.WaybillsWrite) ? new Refusal.Forbidden() : await db.Write<Result<Answer>>(async () =>
    {
        if (await db.Set<WaybillPair>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == pairId, ct) is not { } pair)
        {
            return new Refusal.NotFound();
        }

        if (input.Keep != pair.FirstId && input.Keep != pair.SecondId)
        {
            return new Refusal.Invalid("waybillpairs.keep_wrong", nameof(Input.Keep));
        }

        var (stays, goes) = (input.Keep, pair.FirstId + pair.SecondId - input.Keep);
        await HeldLines.Hold(db, [pair.FirstId, pair.SecondId], [], ct);
        await HeldLines.Going(db, [goes], ct);
        var lines = await db.Set<WaybillLine>().AsNoTracking().Where(w => w.Id == stays || w.Id == goes).ToDictionaryAsync(w => w.Id, ct);
        if (!lines.TryGetValue(stays, out var kept) || !lines.TryGetValue(goes, out var other))
        {
            return new Refusal.NotFound();
        }

        if ((input.KeptState ?? GetWaybill.StateOf(kept)) != GetWaybill.StateOf(kept) || (input.OtherState ?? GetWaybill.StateOf(other)) != GetWaybill.StateOf(other))
        {
            return new Refusal.Stale();
        }

        if (!(await Ownership.Of(db, [kept.CustomerId, other.CustomerId], ct)).Owned.IsSupersetOf([kept.CustomerId, other.CustomerId]))
        {
            return new Refusal.Forbidden("waybill.shared_stays");
        }

        var fill = Fields.Where(f => input.Fill?.Contains(f.Key) == true && !f.Has(kept) && f.Has(other)).ToList();
        if (input.Fill?.Except(Fields.Select(f => f.Key)).Any() == true)
        {
            return new Refusal.Invalid("waybillpairs.fill_wrong", nameof(Input.Fill));
        }

        if (fill.Count > 0 && await works.Draft(stays, ct) is { } draft && await works.Draft(goes, ct) is { } from)
        {
            fill.ForEach(f => f.Take(draft, from));
            if (!(await save.Run(stays, null, draft, ct)).TryGet(out _, out var refusal))
            {
                return refusal;
            }
        }

        return (await save.Delete(goes, null, ct)).TryGet(out _, out var why) ? new Answer(stays, goes) : throw new InvalidOperationException($"Line {goes} was held and could not be put into the bin: {why.Code}.");
    }, ct);

    public static async Task<IResult> Post(long id, Input input, KeepWaybill useCase, CancellationToken ct) => (await useCase.Run(id, input, ct)).Answer(TypedResults.Ok);
}
