using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Audit;

/// <summary>What the chain says of the trail.</summary>
/// <param name="Finding">sound, row_altered, row_removed, row_inserted, removal_untimely, seal_altered, seal_missing or witness_differs.</param>
/// <param name="Row">The first row that is not as it was sealed.</param>
/// <param name="Seal">The seal it belongs to, or that is wrong itself.</param>
/// <param name="Rows">Rows that were compared.</param>
/// <param name="Seals">Seals in the chain.</param>
/// <param name="Unsealed">Rows that no seal has yet.</param>
/// <param name="Removed">Rows taken away when their time was over, under a seal of that.</param>
/// <param name="Hash">The hash of the last seal, to be kept elsewhere.</param>
public sealed record Verdict(string Finding, long? Row, long? Seal, long Rows, long Seals, long Unsealed, long Removed, string? Hash)
{
    /// <summary>Whether nothing was found.</summary>
    public bool Sound => Finding == "sound";
}

/// <summary>Walks the chain from its beginning and compares every row with its seal; a seal at a time, so that a trail of any length takes the same memory.</summary>
internal sealed class VerifyTrail(CrmDb db, AuditWitness witness)
{
    private const int SealsAtOnce = 20;

    /// <summary>The first thing that is wrong, in the order of the chain.</summary>
    /// <param name="expected">A seal that was written down elsewhere.</param>
    /// <param name="tell">Told how many rows were compared, and how many there are.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<Verdict> Run((long Number, string Hash)? expected, Func<long, long, Task>? tell, CancellationToken ct)
    {
        var head = await SealTrail.Last(db, ct);
        var top = head?.Top ?? 0;
        var (seen, through) = (new Walk(), await Through(ct));
        var known = witness.Lines().Select(l => (l.Number, l.Hash)).Concat(expected is { } e ? [e] : []).ToLookup(l => l.Number, l => l.Hash);
        var total = await db.Set<AuditEntry>().LongCountAsync(a => a.Id <= top, ct);
        Verdict Says(string finding, long? row, long? seal) => new(finding, row, seal, seen.Rows, head?.Id ?? 0, 0, seen.Removed, head?.Hash);

        var before = "";
        for (long at = 0; at < (head?.Id ?? 0);)
        {
            var number = at;
            var seals = await db.Set<AuditSeal>().AsNoTracking().Where(s => s.Id > number && s.Id <= head!.Id).OrderBy(s => s.Id).Take(SealsAtOnce).ToListAsync(ct);
            foreach (var seal in seals)
            {
                at++;
                if (seal.Id != at)
                {
                    return Says("seal_missing", null, at);
                }

                if (seal.PreviousHash != before || seal.Hash != seal.Computed())
                {
                    return Says("seal_altered", null, at);
                }

                if (known[at].Any(h => h != seal.Hash))
                {
                    return Says("witness_differs", null, at);
                }

                before = seal.Hash;
                if (await Rows(seal, through, seen, ct) is { } wrong && (through = await Through(ct)) < at) // Taken away meanwhile, by the end of its time.
                {
                    return Says(wrong.Finding, wrong.Row == 0 ? null : wrong.Row, at);
                }
            }

            if (seals.Count == 0)
            {
                return Says("seal_missing", null, at + 1);
            }

            if (tell is not null)
            {
                await tell(seen.Rows, total);
            }
        }

        if (known.FirstOrDefault(l => l.Key > (head?.Id ?? 0)) is { } cut)
        {
            return Says("seal_missing", null, cut.Key);
        }

        if (await Between(seen, top, Gap.Read(head?.Open), ct) is { } between)
        {
            return Says("row_inserted", between, null);
        }

        var all = await db.Set<AuditEntry>().LongCountAsync(ct);
        return Says("sound", null, null) with { Unsealed = Math.Max(0, all - seen.Rows) };
    }

    private sealed class Walk
    {
        public long Rows { get; set; }
        public long Removed { get; set; }

        /// <summary>Events of erasures that were asked, and whether they tell of what was blanked.</summary>
        public Dictionary<long, bool> Erasures { get; } = [];

        /// <summary>The numbers sealed, which mostly follow one another.</summary>
        public List<IdRun> Covered { get; } = [];

        public void Cover(IdRun run)
        {
            if (Covered.Count > 0 && Covered[^1].To == run.From - 1)
            {
                Covered[^1] = Covered[^1] with { To = run.To };
            }
            else
            {
                Covered.Add(run);
            }
        }
    }

    private async Task<long> Through(CancellationToken ct) => await db.Set<AuditSeal>().Where(s => s.Kind == AuditSeal.OfRemoval).MaxAsync(s => (long?)s.Through, ct) ?? 0;

    /// <summary>Whether a seal of removal names what was old enough then and as many rows as were sealed: else anybody who writes one takes away what he likes.</summary>
    private async Task<bool> IsTimely(AuditSeal seal, CancellationToken ct)
    {
        var before = await db.Set<AuditSeal>().Where(s => s.Kind == AuditSeal.OfRemoval && s.Id < seal.Id).MaxAsync(s => (long?)s.Through, ct) ?? 0;
        var covered = db.Set<AuditSeal>().Where(s => s.Kind == AuditSeal.OfRows && s.Id > before && s.Id <= seal.Through);
        return seal.Through < seal.Id && seal.Through > before && seal.At <= db.UtcNow && seal.LastAt <= seal.At.AddDays(-SecurityPolicy.LeastAuditDays)
            && await covered.SumAsync(s => (long)s.Count, ct) == seal.Count && !await covered.AnyAsync(s => s.LastAt >= seal.LastAt, ct);
    }

    private async Task<(string Finding, long Row)?> Rows(AuditSeal seal, long through, Walk seen, CancellationToken ct)
    {
        if (seal.Kind == AuditSeal.OfRemoval)
        {
            seen.Removed += seal.Count;
            return await IsTimely(seal, ct) ? null : ("removal_untimely", 0);
        }

        if (seal.Id <= through)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var n = 0;
        foreach (var run in IdRun.Read(seal.Ids))
        {
            seen.Cover(run);
            var rows = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Id >= run.From && a.Id <= run.To).ToDictionaryAsync(a => a.Id, ct);
            var erased = (await db.Set<AuditErasure>().AsNoTracking().Where(e => e.EntryId >= run.From && e.EntryId <= run.To).OrderBy(e => e.Id).ToListAsync(ct)).ToLookup(e => e.EntryId);
            for (var id = run.From; id <= run.To; id++, n++)
            {
                if (!rows.TryGetValue(id, out var row))
                {
                    return ("row_removed", id);
                }

                var (found, mark) = (AuditSeal.HashOf(row), seal.Marks[(n * AuditSeal.MarkLength)..((n + 1) * AuditSeal.MarkLength)]);
                if (!found.AsSpan(0, AuditSeal.MarkLength).SequenceEqual(mark))
                {
                    if (!erased[id].Any() || await AuditErasure.Sealed(db, row, [.. erased[id]], mark, seen.Erasures, ct) is not { } before)
                    {
                        return ("row_altered", id);
                    }

                    found = before;
                }

                hash.AppendData(found);
                seen.Rows++;
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == seal.RowsHash ? null : ("row_altered", seal.FirstId);
    }

    /// <summary>A row with a number that the chain passed over, and that no writer can have brought late.</summary>
    private async Task<long?> Between(Walk seen, long top, List<Gap> open, CancellationToken ct)
    {
        if (await db.Set<AuditEntry>().LongCountAsync(a => a.Id <= top, ct) == seen.Rows)
        {
            return null;
        }

        var next = long.MinValue;
        foreach (var run in seen.Covered.OrderBy(r => r.From).Append(new(top + 1, top + 1)))
        {
            if (run.From > next)
            {
                var (from, to) = (next, run.From);
                await foreach (var id in db.Set<AuditEntry>().Where(a => a.Id >= from && a.Id < to).OrderBy(a => a.Id).Select(a => a.Id).AsAsyncEnumerable().WithCancellation(ct))
                {
                    if (!open.Exists(g => g.From <= id && id <= g.To))
                    {
                        return id;
                    }
                }
            }

            next = Math.Max(next, run.To + 1);
        }

        return null;
    }

    /// <summary>In a sentence, for the console.</summary>
    public static string Said(Verdict verdict)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{(verdict.Row is { } row ? $"row {row}" : "")}{(verdict is { Row: not null, Seal: not null } ? ", " : "")}{(verdict.Seal is { } seal ? $"seal {seal}" : "")}");
        return verdict.Finding switch
        {
            "row_altered" => $"A row was altered after it was sealed: {place}.",
            "row_removed" => $"A row was removed: {place}.",
            "row_inserted" => $"A row was inserted among sealed ones: {place}.",
            "seal_altered" => $"A seal was altered: {place}.",
            "removal_untimely" => $"Rows were taken away before their time: {place}.",
            "seal_missing" => $"A seal is missing: {place}. Where the database was restored from an older backup, move audit-seals.txt of the data folder away.",
            "witness_differs" => $"The chain is not the one that was written down: {place}.",
            _ => string.Create(CultureInfo.InvariantCulture, $"Sound: {verdict.Rows} rows in {verdict.Seals} seals, {verdict.Removed} removed at the end of their time, {verdict.Unsealed} not yet sealed."),
        };
    }
}
