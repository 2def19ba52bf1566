using RailCrm.Platform.Data;

namespace RailCrm.Platform.Audit;

/// <summary>Whoever opens the sheet of a record to print it takes it away, as an export does: that stands in the trail. What the browser does with the sheet nobody can know.</summary>
internal static class PrintTrail
{
    public static Task<int> Note(CrmDb db, string entity, long id, long customerId, CancellationToken ct) => db.Write(() =>
    {
        db.Add(new AuditEntry(db.Actor, db.UtcNow, "printed", entity, id, customerId));
        return db.SaveChangesAsync(ct);
    }, ct);
}
