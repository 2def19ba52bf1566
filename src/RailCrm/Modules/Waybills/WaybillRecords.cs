using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Waybills;

/// <summary>Waybill lines as records that notes, files and marks hang on.</summary>
internal static class WaybillRecords
{
    public static readonly RecordKind Waybills = new(RecordKind.Waybill, "record.waybill", "train", Permission.WaybillsRead, async (db, ids, ct) =>
        [.. (await db.Set<WaybillLine>().Where(w => EF.Parameter(ids).Contains(w.Id)).Select(w => new { w.Id, w.CustomerId, w.ExternalNo }).ToListAsync(ct)).Select(w => new RecordFound(w.Id, w.CustomerId, w.ExternalNo, $"/waybills/{w.Id.ToString(CultureInfo.InvariantCulture)}"))]);
}
