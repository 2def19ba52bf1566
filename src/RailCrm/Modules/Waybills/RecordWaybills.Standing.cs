using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;

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
}
