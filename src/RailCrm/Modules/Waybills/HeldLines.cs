using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>What every change of lines that are there already stands on: they are held until it ends, and a merge of their customer is no change of theirs.</summary>
internal static class HeldLines
{
    /// <summary>Holds lines on PostgreSQL, their customers and <paramref name="others"/> first and all of them lowest first, as a merge does: neither waits for what the other has. SQLite's writers come one after the other.</summary>
    /// <remarks>No stronger than an edit needs: whoever only points at a line, as a pair does, goes on meanwhile.</remarks>
    public static async Task Hold(CrmDb db, long[] ids, IEnumerable<long> others, CancellationToken ct)
    {
        if (!db.IsPostgres)
        {
            return;
        }

        long[] customers = [.. (await db.Set<WaybillLine>().Where(w => EF.Parameter(ids).Contains(w.Id)).Select(w => w.CustomerId).Distinct().ToListAsync(ct)).Union(others)];
        await db.Database.ExecuteSqlAsync($"SELECT id FROM customers WHERE id = ANY({customers}) ORDER BY id FOR SHARE", ct);
        await db.Database.ExecuteSqlAsync($"SELECT id FROM waybill_lines WHERE id = ANY({ids}) ORDER BY id FOR NO KEY UPDATE", ct);
    }

    /// <summary>Holds lines that go: whoever pointed at one ends first, and nobody points at it any more (<see cref="RenewWaybillPairs"/> leaves it out). Before any figures or pairs are written, so that no ring closes.</summary>
    public static Task Going(CrmDb db, long[] ids, CancellationToken ct) =>
        db.IsPostgres ? db.Database.ExecuteSqlAsync($"SELECT id FROM waybill_lines WHERE id = ANY({ids}) ORDER BY id FOR UPDATE", ct) : Task.CompletedTask;

    /// <summary>Lines as they may have been summed up: as they are, and as they were before their customer became part of the one they have now.</summary>
    public static async Task<ILookup<long, WaybillLine>> Formerly(CrmDb db, IReadOnlyCollection<WaybillLine> lines, CancellationToken ct)
    {
        var went = await MergedInto.Losers(db, lines.Select(l => l.CustomerId).ToHashSet(), ct);
        return lines.SelectMany(l => went[l.CustomerId].Select(loser => l.Of(loser)).Prepend(l)).ToLookup(l => l.Id);
    }
}
