using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;

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

    /// <summary>A line that is there, and its customer by its number.</summary>
    private sealed record Standing(WaybillLine Line, string? Customer);

    /// <summary>The lines, by number, of a file's rows that leave out whose it is or when.</summary>
    private async Task<Dictionary<string, Standing>> Stand(string source, IReadOnlyList<WaybillDraft> drafts, Extent extent, CancellationToken ct)
    {
        var numbers = drafts.Where(d => extent == Extent.Filled && (d.Date is null || string.IsNullOrWhiteSpace(d.Customer)))
            .Select(d => d.ExternalNo?.Trim()).OfType<string>().Where(n => n.Length > 0 && PlainText.IsStorable(n)).Distinct().ToList();
        if (numbers.Count == 0)
        {
            return [];
        }

        var lines = await db.Set<WaybillLine>().AsNoTracking().Where(w => w.Source == source && EF.Parameter(numbers).Contains(w.ExternalNo)).ToListAsync(ct);
        var ofCustomers = lines.Select(l => l.CustomerId).Distinct().ToList();
        var customers = await db.Set<Customer>().Where(c => EF.Parameter(ofCustomers).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Number, ct);
        return lines.ToDictionary(l => l.ExternalNo, l => new Standing(l, customers.GetValueOrDefault(l.CustomerId)));
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
