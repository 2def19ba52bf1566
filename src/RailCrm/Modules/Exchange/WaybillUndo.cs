using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Exchange;

/// <summary>Waybill lines, many at once and through the ledger, so that the monthly facts follow: a new one is taken away, a changed one is as it was.</summary>
internal sealed class WaybillUndo(CrmDb db, WaybillLedger ledger) : Undo(db)
{
    public const string Code = "waybill";

    public override string Entity => Code;

    /// <remarks>Own fields count where there are any: sums kept before lines had them stay true.</remarks>
    private static readonly JsonSerializerOptions Summed = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { type => type.Properties.FirstOrDefault(p => p.Name == nameof(WaybillLine.Custom))?.ShouldSerialize = (_, value) => value is not null } },
    };

    /// <summary>A sum over the content: a line has no version.</summary>
    public static int Sum(WaybillLine line) => BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(line, Summed)));

    public override async Task<FieldError?[]> Run(IReadOnlyList<ImportedRow> rows, CancellationToken ct)
    {
        var answers = new FieldError?[rows.Count];
        var left = Enumerable.Range(0, rows.Count).ToList();
        while (left.Count > 0)
        {
            // A line that several rows changed is taken back one row after the other.
            var now = left.DistinctBy(i => rows[i].EntityId).ToList();
            await Some(rows, now, answers, ct);
            left = [.. left.Except(now)];
        }

        return answers;
    }

    private async Task Some(IReadOnlyList<ImportedRow> rows, List<int> places, FieldError?[] answers, CancellationToken ct)
    {
        var ids = places.Select(i => rows[i].EntityId).ToArray();
        await HeldLines.Hold(Db, ids, places.SelectMany(i => Customers(rows[i])), ct);
        var lines = await Db.Set<WaybillLine>().AsNoTracking().Where(w => EF.Parameter(ids).Contains(w.Id)).ToDictionaryAsync(w => w.Id, ct);
        var formerly = await HeldLines.Formerly(Db, lines.Values, ct);
        var hanging = await Hanging([.. places.Where(i => rows[i].Changes is null).Select(i => rows[i].EntityId)], ct);
        var (gone, back) = (new List<long>(), new List<(int Place, ImportedRow Row, WaybillLine Old)>());
        foreach (var i in places)
        {
            var row = rows[i];
            if (!lines.TryGetValue(row.EntityId, out var line))
            {
                answers[i] = new("", "import.revert_gone");
            }
            else if (row.Changes is null)
            {
                answers[i] = !await IsAsItWas(row, formerly[line.Id], ct) ? new("", "import.revert_changed") : hanging.Contains(line.Id) ? new("", "import.revert_hangs") : null;
                gone.AddRange(answers[i] is null ? [line.Id] : Array.Empty<long>());
            }
            else if (formerly[line.Id].Select(l => Changes.Back(l, row.Changes).Old).FirstOrDefault(l => l is not null) is { } old)
            {
                back.Add((i, row, old));
            }
            else
            {
                answers[i] = new("", "import.revert_fields", string.Join(',', Changes.Back(line, row.Changes).ChangedSince));
            }
        }

        await LeadHome(back, answers, ct);
        await ledger.Delete(gone, ct); // Not into the bin: nobody deleted them one by one, and the file brings them again.
        var replaced = new Dictionary<int, WaybillLine>();
        var outcomes = await ledger.Write([.. back.Select(b => b.Old)], replaced, ct);
        await LineTrail.Write(Db, rows[0].ImportId, replaced.Select(r => (r.Value, back[r.Key].Old)), ct);
        foreach (var ((place, row, old), outcome) in back.Zip(outcomes))
        {
            answers[place] = outcome == LineOutcome.SharedStays ? new("", "waybill.shared_stays") : null; // Its customer went to another unit since.
            row.Version = answers[place] is null ? Sum(old) : row.Version;
        }
    }

    private async Task<bool> IsAsItWas(ImportedRow row, IEnumerable<WaybillLine> formerly, CancellationToken ct)
    {
        foreach (var line in formerly)
        {
            if (Sum(line) is var sum && (sum == row.Version || await IsFromHere(row, sum, ct)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The customers that a row's change tells of.</summary>
    private static IEnumerable<long> Customers(ImportedRow row) =>
        row.Changes is not null && Changes.Read(row.Changes).TryGetValue(nameof(WaybillLine.CustomerId), out var pair) ? pair.Select(p => p.GetInt64()) : [];

    /// <summary>Those lines that somebody gave notes, files or a mark since.</summary>
    private async Task<HashSet<long>> Hanging(List<long> lines, CancellationToken ct) => lines.Count == 0 ? [] :
    [
        .. await Db.Set<Note>().Where(n => n.RecordKind == RecordKind.Waybill && EF.Parameter(lines).Contains(n.RecordId)).Select(n => n.RecordId).ToListAsync(ct),
        .. await Db.Set<Attachment>().Where(a => a.RecordKind == RecordKind.Waybill && EF.Parameter(lines).Contains(a.RecordId)).Select(a => a.RecordId).ToListAsync(ct),
        .. await Db.Set<RecordMark>().Where(m => m.RecordKind == RecordKind.Waybill && EF.Parameter(lines).Contains(m.RecordId)).Select(m => m.RecordId).ToListAsync(ct),
    ];

    /// <summary>Leads lines to what their former customer became part of; refuses those whose customer is gone, or out of the actor's sight, by now.</summary>
    private async Task LeadHome(List<(int Place, ImportedRow Row, WaybillLine Old)> back, FieldError?[] answers, CancellationToken ct)
    {
        var asked = back.Select(b => b.Old.CustomerId).Distinct().ToList();
        var went = await MergedInto.Of(Db, asked, ct);
        var led = asked.Select(c => went.GetValueOrDefault(c, c)).Distinct().ToList();
        var seen = led.Count == 0 ? [] : await Db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(led).Contains(c.Id) && c.MergedIntoId == null).Select(c => c.Id).ToHashSetAsync(ct);
        foreach (var (place, _, old) in back)
        {
            old.CustomerId = went.GetValueOrDefault(old.CustomerId, old.CustomerId);
            answers[place] = seen.Contains(old.CustomerId) ? null : new("", "import.revert_gone");
        }

        back.RemoveAll(b => answers[b.Place] is not null);
    }

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct) =>
        (await Db.Set<WaybillLine>().AsNoTracking().Where(w => EF.Parameter(ids).Contains(w.Id)).Select(w => new { w.Id, w.Source, w.ExternalNo }).ToListAsync(ct)).ToDictionary(w => w.Id, w => ($"{w.ExternalNo} · {w.Source}", $"/waybills/{w.Id}"));
}
