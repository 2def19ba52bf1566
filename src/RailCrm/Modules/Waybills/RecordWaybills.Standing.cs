using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>What stands there already under the numbers of a batch, as far as a draft cannot be judged without it.</summary>
public sealed partial class RecordWaybills
{
    /// <summary>How much drafts say of their lines.</summary>
    internal enum Extent
    {
        /// <summary>Everything but the own fields, which the caller sees to.</summary>
        WithoutOwn,

        /// <summary>Everything; own fields that are not named stay as they are.</summary>
        Whole,

        /// <summary>What a file's cells say: an empty one changes nothing of a line that is there.</summary>
        Filled,
    }

    /// <summary>A line that is there, its customer and its unit by what people call them.</summary>
    private sealed record Standing(WaybillLine Line, string? Customer, string UnitCode, string UnitName)
    {
        public bool IsDoneBy(string unit) => new[] { UnitCode, UnitName }.Any(name => string.Equals(Key(name), Key(unit), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The lines, by number, of drafts that name a unit no new line may have or, of a file, leave out whose it is or when.</summary>
    private async Task<Dictionary<string, Standing>> Stand(string source, IReadOnlyList<WaybillDraft> drafts, Extent extent, CancellationToken ct)
    {
        var numbers = drafts.Where(d => (!string.IsNullOrWhiteSpace(d.Unit) && !_units!.ContainsKey(Key(d.Unit))) || (extent == Extent.Filled && (d.Date is null || string.IsNullOrWhiteSpace(d.Customer))))
            .Select(d => d.ExternalNo?.Trim()).OfType<string>().Where(n => n.Length > 0 && PlainText.IsStorable(n)).Distinct().ToList();
        if (numbers.Count == 0)
        {
            return [];
        }

        var lines = await db.Set<WaybillLine>().AsNoTracking().Where(w => w.Source == source && EF.Parameter(numbers).Contains(w.ExternalNo)).ToListAsync(ct);
        var (ofCustomers, ofUnits) = (lines.Select(l => l.CustomerId).Distinct().ToList(), lines.Select(l => l.UnitId).Distinct().ToList());
        var customers = await db.Set<Customer>().Where(c => EF.Parameter(ofCustomers).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Number, ct);
        var units = await db.Set<OrgUnit>().AsNoTracking().Where(u => EF.Parameter(ofUnits).Contains(u.Id)).Select(u => new { u.Id, u.Code, u.Name }).ToDictionaryAsync(u => u.Id, ct);
        return lines.ToDictionary(l => l.ExternalNo, l => new Standing(l, customers.GetValueOrDefault(l.CustomerId), units[l.UnitId].Code, units[l.UnitId].Name));
    }

    /// <summary>Of a file's rows the day and the customer of the line that is there, where a row leaves them empty.</summary>
    private static void Fill(IReadOnlyList<WaybillDraft> drafts, Dictionary<string, Standing> standing)
    {
        foreach (var draft in standing.Count == 0 ? [] : drafts)
        {
            if (standing.TryGetValue(draft.ExternalNo?.Trim() ?? "", out var known))
            {
                draft.Date ??= known.Line.Date;
                draft.Customer = string.IsNullOrWhiteSpace(draft.Customer) ? known.Customer : draft.Customer;
            }
        }
    }

    /// <summary>Own fields that are none, or none the actor may see.</summary>
    private IEnumerable<FieldError> Unknown(WaybillDraft draft) =>
        draft.Custom is null ? [] : draft.Custom.Keys.Except(fields.Of("waybills", db.Actor).Select(f => f.Key)).Select(key => new FieldError($"Custom.{key}", "fields.unknown", key));

    /// <summary>Takes out the changes of lines whose customer is only shared to the writer, before anything is written. What changes nothing may be told again.</summary>
    private async Task Spare(string source, Prepared prepared, CancellationToken ct)
    {
        var (answers, lines, places, _) = prepared;
        if (db.Scope.Width == ScopeWidth.All || lines.Count == 0)
        {
            return;
        }

        var numbers = lines.Select(l => l.ExternalNo).Distinct().ToList();
        var known = await db.Set<WaybillLine>().Where(w => w.Source == source && EF.Parameter(numbers).Contains(w.ExternalNo)).Select(w => new { w.ExternalNo, w.CustomerId }).ToListAsync(ct);
        var held = await Ownership.Of(db, known.Select(k => k.CustomerId).ToHashSet(), ct);
        var shared = known.Where(k => !held.Changes(k.CustomerId)).Select(k => k.ExternalNo).ToHashSet(StringComparer.Ordinal);
        var looked = shared.Count == 0 ? [] : await ledger.Look(lines, prepared.Complete, ct);
        for (var i = looked.Length - 1; i >= 0; i--)
        {
            if (looked[i] == LineOutcome.Updated && shared.Contains(lines[i].ExternalNo))
            {
                answers[places[i]] = answers[places[i]] with { Errors = [new(nameof(WaybillDraft.Customer), "waybill.shared_reads")] };
                lines.RemoveAt(i);
                places.RemoveAt(i);
            }
        }
    }
}
