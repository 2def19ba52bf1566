using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;

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
        if (Db.IsPostgres)
        {
            await Db.Database.ExecuteSqlAsync($"SELECT 1 FROM waybill_lines WHERE id = ANY({ids}) FOR UPDATE", ct);
        }

        var lines = await Db.Set<WaybillLine>().AsNoTracking().Where(w => EF.Parameter(ids).Contains(w.Id)).ToDictionaryAsync(w => w.Id, ct);
        var (gone, back) = (new List<long>(), new List<(ImportedRow Row, WaybillLine Old)>());
        foreach (var i in places)
        {
            var row = rows[i];
            if (!lines.TryGetValue(row.EntityId, out var line))
            {
                answers[i] = new("", "import.revert_gone");
            }
            else if (row.Changes is null)
            {
                answers[i] = Sum(line) is var sum && (sum == row.Version || await IsFromHere(row, sum, ct)) ? null : new("", "import.revert_changed");
                gone.AddRange(answers[i] is null ? [line.Id] : Array.Empty<long>());
            }
            else if (Changes.Back(line, row.Changes) is { Old: { } old })
            {
                back.Add((row, old));
            }
            else
            {
                answers[i] = new("", "import.revert_fields", string.Join(',', Changes.Back(line, row.Changes).ChangedSince));
            }
        }

        await ledger.Delete(gone, ct); // Not into the bin: nobody deleted them one by one, and the file brings them again.
        await ledger.Write([.. back.Select(b => b.Old)], ct);
        back.ForEach(b => b.Row.Version = Sum(b.Old));
    }

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct) =>
        (await Db.Set<WaybillLine>().AsNoTracking().Where(w => EF.Parameter(ids).Contains(w.Id)).Select(w => new { w.Id, w.Source, w.ExternalNo }).ToListAsync(ct)).ToDictionary(w => w.Id, w => ($"{w.ExternalNo} · {w.Source}", $"/waybills/{w.Id}"));
}
