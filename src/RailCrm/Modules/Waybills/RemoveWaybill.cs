using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Waybills;

/// <summary>Removes a waybill line from the bin for good, with its notes, files and marks. The trail keeps what it was and who removed it.</summary>
internal sealed class RemoveWaybill(CrmDb db)
{
    /// <summary>Removes it and tells its number.</summary>
    public async Task<Result<string>> Run(long id, CancellationToken ct) => !db.Actor.May(Permission.WaybillsRemove) ? new Refusal.Forbidden() : await db.Write<Result<string>>(async () =>
    {
        if (await WaybillBin.Held(db, [id], ct) is not [var binned])
        {
            return new Refusal.NotFound();
        }

        if (!(await Ownership.Of(db, [binned.CustomerId], ct)).Owned.Contains(binned.CustomerId))
        {
            return new Refusal.Forbidden("waybill.shared_stays");
        }

        await RecordMoves.Forget(db, RecordKind.Waybill, id, ct);
        await db.Set<BinnedLine>().Where(b => b.Id == id).ExecuteDeleteAsync(ct);
        db.Add(SaveWaybill.Told(db, "deleted", binned.Line(), null));
        await db.SaveChangesAsync(ct);
        return binned.ExternalNo;
    }, ct);

    public static async Task<IResult> Delete(long id, RemoveWaybill useCase, CancellationToken ct) => (await useCase.Run(id, ct)).Answer(_ => TypedResults.NoContent());
}
