using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Waybills;

/// <summary>Waybill lines into the bin and out of it, through the ledger, so that the monthly facts follow. Notes, files, stars and followers stay where they are meanwhile, unseen like the line, and are its own again when it comes back under its own key.</summary>
internal sealed class WaybillBin(CrmDb db, CustomFields fields, WaybillLedger ledger, IEnumerable<IFiguresChanged> followers)
{
    /// <summary>Puts lines that are held into the bin, in the transaction that is open.</summary>
    /// <param name="lines">The lines as they are.</param>
    /// <param name="jobId">The work on many that does it; null for one alone.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Put(IReadOnlyCollection<WaybillLine> lines, long? jobId, CancellationToken ct)
    {
        await ledger.Delete([.. lines.Select(l => l.Id)], ct);
        foreach (var line in lines)
        {
            db.Add(BinnedLine.Of(line, db.UtcNow, db.Actor.UserId, jobId));
            db.Add(SaveWaybill.Told(db, "binned", line, null));
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>Gives a line back, and what hangs on its figures follows.</summary>
    public async Task<Result<long>> Restore(long id, CancellationToken ct)
    {
        if (!db.Actor.May(Permission.WaybillsWrite))
        {
            return new Refusal.Forbidden();
        }

        if (!(await Restore([id], ct))[id].TryGet(out _, out var refusal))
        {
            return refusal;
        }

        foreach (var follower in followers)
        {
            await follower.Run(ct);
        }

        return id;
    }

    /// <summary>Gives lines back: for each key the line as it is again, or why it stays. Of several with one number it is the one deleted last.</summary>
    public async Task<IReadOnlyDictionary<long, Result<WaybillLine>>> Restore(IReadOnlyCollection<long> ids, CancellationToken ct) => await db.Write(async () =>
    {
        var answers = ids.Distinct().ToDictionary(id => id, _ => (Result<WaybillLine>)new Refusal.NotFound());
        var binned = await Held(db, ids, ct);
        var units = binned.Select(b => b.UnitId).Distinct().ToList();
        var there = (await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).Select(u => u.Id).ToListAsync(ct)).ToHashSet();
        var held = await Ownership.Of(db, binned.Select(b => b.CustomerId).ToHashSet(), ct);
        var (going, numbers, own) = (new List<WaybillLine>(), new HashSet<(string, string)>(), new HashSet<(string, string)>());
        foreach (var line in binned.OrderByDescending(b => b.DeletedAt).ThenByDescending(b => b.Id).Select(b => b.Line()))
        {
            var stays = !held.Owned.Contains(line.CustomerId) ? "waybill.shared_stays"
                : !numbers.Add((line.Source, line.ExternalNo)) ? "waybill.bin_number"
                : !there.Contains(line.UnitId) ? "waybill.bin_unit"
                : await fields.AnyTaken(db, "waybills", line.Custom, line.Id, own, ct) ? "waybill.bin_own" : null;
            if (stays is null)
            {
                going.Add(line);
            }
            else
            {
                answers[line.Id] = new Refusal.Conflict(stays);
            }
        }

        foreach (var line in going.OrderBy(l => l.Source, StringComparer.Ordinal).ThenBy(l => l.ExternalNo, StringComparer.Ordinal))
        {
            await db.Alone(SaveWaybill.Numbered(line.Source, line.ExternalNo), ct);
        }

        var back = await PutBack(going, ct);
        foreach (var line in going)
        {
            answers[line.Id] = back.Contains(line.Id) ? line : new Refusal.Conflict("waybill.bin_number");
        }

        await db.Set<BinnedLine>().Where(b => EF.Parameter(back).Contains(b.Id)).ExecuteDeleteAsync(ct);
        db.AddRange(going.Where(l => back.Contains(l.Id)).Select(l => SaveWaybill.Told(db, "restored", null, l)));
        await db.SaveChangesAsync(ct);
        await RenewWaybillPairs.Of(db, [.. going.Where(l => back.Contains(l.Id)).Select(WaybillScore.Subject.Of)], ct);
        return answers;
    }, ct);

    /// <remarks>On PostgreSQL an import may write a number between the look and the copy: then that is known at the second try.</remarks>
    private async Task<IReadOnlyCollection<long>> PutBack(List<WaybillLine> lines, CancellationToken ct)
    {
        const string Before = "put_back";
        for (var tries = 1; db.IsPostgres; tries++)
        {
            await db.Database.CurrentTransaction!.CreateSavepointAsync(Before, ct);
            try
            {
                return await ledger.PutBack(lines, ct);
            }
            catch (Npgsql.PostgresException e) when (e.SqlState == Npgsql.PostgresErrorCodes.UniqueViolation && tries < 3)
            {
                await db.Database.CurrentTransaction.RollbackToSavepointAsync(Before, ct);
            }
        }

        return await ledger.PutBack(lines, ct);
    }

    /// <summary>Those of the lines that lie in the bin and are within the scope, held until the transaction ends: of two who restore or remove one, the second finds it gone. Their customers first, as a merge holds them.</summary>
    internal static async Task<List<BinnedLine>> Held(CrmDb db, IReadOnlyCollection<long> ids, CancellationToken ct)
    {
        var wanted = ids.ToArray();
        var rows = db.Set<BinnedLine>().AsNoTracking().Where(b => EF.Parameter(wanted).Contains(b.Id));
        if (db.IsPostgres)
        {
            var customers = await rows.Select(b => b.CustomerId).Distinct().ToArrayAsync(ct);
            await db.Database.ExecuteSqlAsync($"SELECT id FROM customers WHERE id = ANY({customers}) ORDER BY id FOR SHARE", ct);
            await db.Database.ExecuteSqlAsync($"SELECT id FROM binned_lines WHERE id = ANY({wanted}) ORDER BY id FOR UPDATE", ct);
        }

        return await rows.ToListAsync(ct);
    }

    public static async Task<IResult> PostRestore(long id, WaybillBin useCase, GetWaybill get, HttpContext http, CancellationToken ct) =>
        (await useCase.Restore(id, ct)).TryGet(out _, out var refusal) ? await GetWaybill.Get(id, get, http, ct) : Answers.Problem(refusal);
}
