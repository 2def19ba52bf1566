using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;

namespace RailCrm.Modules.Waybills;

/// <summary>Which lines drafts of a file speak of, and what they would make of them.</summary>
public sealed partial class RecordWaybills
{
    /// <summary>A line that is there.</summary>
    /// <param name="Before">As it is.</param>
    /// <param name="After">As it would be; null where what is said of it is not right.</param>
    /// <param name="NewCustomer">The customer it names, where nobody knows that one yet.</param>
    internal sealed record Met(WaybillLine Before, WaybillLine? After, string? NewCustomer);

    /// <summary>One answer for each draft, null where there is no such line in sight; a few reads for all of them. What the drafts leave out is filled in.</summary>
    internal async Task<Met?[]> Meet(string source, IReadOnlyList<WaybillDraft> drafts, CancellationToken ct)
    {
        var numbers = drafts.Select(d => d.ExternalNo?.Trim()).OfType<string>().Where(n => n.Length > 0 && PlainText.IsStorable(n)).Distinct().ToList();
        var there = await db.Set<WaybillLine>().AsNoTracking().Where(w => w.Source == source && EF.Parameter(numbers).Contains(w.ExternalNo)).ToDictionaryAsync(w => w.ExternalNo, ct);
        var unknown = new Dictionary<int, string>();
        await Look(drafts, ct);
        for (var i = 0; i < drafts.Count; i++)
        {
            if (there.ContainsKey(drafts[i].ExternalNo?.Trim() ?? "") && !string.IsNullOrWhiteSpace(drafts[i].Customer) && !_customers.ContainsKey(Key(drafts[i].Customer!)))
            {
                (unknown[i], drafts[i].Customer) = (drafts[i].Customer!, null); // The rest of it is judged as the customer's who has it.
            }
        }

        var prepared = await Prepare(source, drafts, createCustomers: null, Extent.Filled, ct);
        var after = new WaybillLine?[drafts.Count];
        for (var i = 0; i < prepared.Lines.Count; i++)
        {
            if (there.TryGetValue(prepared.Lines[i].ExternalNo, out var before))
            {
                prepared.Complete(i, before);
                after[prepared.Places[i]] = prepared.Lines[i];
            }
        }

        return [.. drafts.Select((d, i) => there.TryGetValue(d.ExternalNo?.Trim() ?? "", out var before) ? new Met(before, after[i], unknown.GetValueOrDefault(i)) : null)];
    }
}
