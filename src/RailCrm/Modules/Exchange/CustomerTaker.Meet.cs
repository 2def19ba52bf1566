using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;

namespace RailCrm.Modules.Exchange;

/// <summary>Which customers rows speak of, and what they would change of them; read a batch at a time.</summary>
internal sealed partial class CustomerTaker
{
    private static readonly string[] ListFields = ["shareholders", "products", "sendingStations", "receivingStations", "sidings"];
    private static readonly string[] ContactFields = ["contactName", "contactTitle", "contactMobile", "contactPhone", "contactEmail"];

    /// <summary>Null while rows are written: then each sees what those above it made.</summary>
    private Ahead? _ahead;

    /// <summary>What the rows of a batch may speak of, read in a few queries.</summary>
    /// <param name="Went">Customers that were merged, by whose old number or name rows may speak of them.</param>
    /// <param name="Stayed">The ones they became part of, by their keys.</param>
    private sealed record Ahead(Dictionary<string, Customer> Numbers, Dictionary<string, Customer> Codes, ILookup<string, Customer> Names, ILookup<long, Contact> Contacts, List<OrgUnit> Units, IReadOnlyList<MergedInto.Went> Went, Dictionary<long, Customer> Stayed);

    private async Task<Ahead> LookAhead(IReadOnlyList<TableRow> rows, bool withLists, CancellationToken ct)
    {
        List<string> Said(Func<TableRow, string?> read) => [.. rows.Select(read).OfType<string>().Where(PlainText.IsStorable).Distinct()];
        var all = _db.Set<Customer>().AsNoTracking();
        all = withLists && ListFields.Any(f => map[f] is not null) ? all.AsSplitQuery().Include(c => c.Shareholders).Include(c => c.Products).Include(c => c.MainStations).Include(c => c.Sidings).ThenInclude(s => s.Siding) : all;
        var numbers = Said(r => map.Clean(r, "number"));
        var byNumber = numbers.Count == 0 ? [] : await all.Where(c => EF.Parameter(numbers).Contains(c.Number)).ToListAsync(ct);
        var codes = Said(r => map.Clean(r, "creditCode") is { } code ? UnifiedSocialCreditCode.Normalise(code) : null);
        var byCode = codes.Count == 0 ? [] : await all.Where(c => EF.Parameter(codes).Contains(c.CreditCode!)).ToListAsync(ct);
        var names = Said(r => map.Clean(r, "number") is null ? map.Written(r, "name") : null).SelectMany(Names).Distinct().ToList();
        var byName = names.Count == 0 ? [] : await all.Where(c => EF.Parameter(names).Contains(c.Name)).ToListAsync(ct);
        var went = await Went([.. numbers.Except(byNumber.Select(c => c.Number)), .. names.Except(byName.Select(c => c.Name))], ct);
        var into = went.Select(w => w.SurvivorId).Distinct().ToList();
        var stayed = into.Count == 0 ? [] : await all.Where(c => EF.Parameter(into).Contains(c.Id)).ToListAsync(ct);
        var ids = ContactFields.Any(f => map[f] is not null) ? byNumber.Concat(byCode).Concat(byName).Concat(stayed).Select(c => c.Id).Distinct().ToList() : [];
        var people = ids.Count == 0 ? [] : await _db.Set<Contact>().AsNoTracking().Where(k => EF.Parameter(ids).Contains(k.CustomerId)).OrderByDescending(k => k.IsMain).ThenBy(k => k.Id).ToListAsync(ct);
        var units = Said(r => map.Clean(r, "unit"));
        var named = units.Count == 0 ? [] : await _db.Set<OrgUnit>().AsNoTracking().Where(u => EF.Parameter(units).Contains(u.Code) || EF.Parameter(units).Contains(u.Name)).OrderBy(u => u.Id).ToListAsync(ct);
        return new(byNumber.ToDictionary(c => c.Number), byCode.ToDictionary(c => c.CreditCode!), byName.ToLookup(c => c.Name), people.ToLookup(k => k.CustomerId), named, went, stayed.ToDictionary(c => c.Id));
    }

    public override async Task<Meeting?[]> Meet(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var met = new (Customer? Known, SaveCustomer.Input Input, MainContact? Contact)[rows.Count];
        _ahead = await LookAhead(rows, withLists: true, ct);
        await ReadPools(rows, hold: false, ct);
        for (var i = 0; i < rows.Count; i++)
        {
            var (known, input, contact, _) = await Read(rows[i], [], ct);
            met[i] = (known, input, contact);
        }

        _ahead = null;
        var names = await CalledIn(met.Where(m => m.Known is not null).Select(m => (m.Known!, m.Input)).ToList(), ct);
        var own = await OwnChanges.Of(_db, _fields, "customers", [.. met.Select(m => new OwnChanges.Row(m.Known?.Custom, m.Known is null ? null : m.Input.Custom, m.Known?.Id ?? 0, m.Known?.Id ?? 0))], ct);
        return [.. met.Select((m, i) => m.Known is null ? null
            : new Meeting(Lookups.Text(m.Known.Number, m.Known.Name), $"/customers/{m.Known.Id}", [.. CellChange.Of(Fields(m.Known, m.Input, names)), .. CellChange.Of(Fields(m.Contact)), .. own[i]]))];
    }

    private static IEnumerable<(string Field, string? Before, string? After)> Fields(Customer known, SaveCustomer.Input input, IReadOnlyDictionary<string, string> names)
    {
        foreach (var (field, before, after) in CustomerConflict.Changes(input, CustomerRules.Of(known, withLists: true), names))
        {
            if (field == nameof(SaveCustomer.Input.MainStations))
            {
                // One list of the record, two columns of the file.
                foreach (var role in Enum.GetValues<StationRole>())
                {
                    yield return (role == StationRole.Sending ? "sendingStations" : "receivingStations",
                        CustomerText.Said(CustomerRules.Of(known, withLists: true).MainStations!.FindAll(s => s.Role == role), field), CustomerText.Said(input.MainStations!.FindAll(s => (s.Role ?? StationRole.Sending) == role), field));
                }
            }
            else
            {
                yield return (RejectedFile.FieldName(FieldOf(field, input)), before, after);
            }
        }
    }

    private static IEnumerable<(string Field, string? Before, string? After)> Fields(MainContact? contact) => contact is null ? [] :
    [
        ("contactName", contact.Before is { IsMain: true } ? contact.Before.Name : contact.FormerMain?.Name, contact.Input.Name),
        ("contactTitle", contact.Before?.Title, contact.Input.Title), ("contactMobile", contact.Before?.Mobile, contact.Input.Mobile),
        ("contactPhone", contact.Before?.Phone, contact.Input.Phone), ("contactEmail", contact.Before?.Email, contact.Input.Email),
    ];

    /// <summary>What the units and the companies above are called, as <c>field:key</c>.</summary>
    private async Task<Dictionary<string, string>> CalledIn(List<(Customer Known, SaveCustomer.Input Input)> met, CancellationToken ct)
    {
        var units = met.SelectMany(m => new[] { m.Known.UnitId, m.Input.UnitId ?? 0 }).Distinct().ToList();
        var parents = met.SelectMany(m => new[] { m.Known.ParentId, m.Input.ParentId }).OfType<long>().Distinct().ToList();
        var names = units.Count == 0 ? [] : await _db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => $"{nameof(SaveCustomer.Input.UnitId)}:{u.Id}", u => u.Name, ct);
        foreach (var parent in parents.Count == 0 ? [] : await _db.Set<Customer>().Where(c => EF.Parameter(parents).Contains(c.Id)).Select(c => new { c.Id, c.Name }).ToListAsync(ct))
        {
            names[$"{nameof(SaveCustomer.Input.ParentId)}:{parent.Id}"] = parent.Name;
        }

        return names;
    }
}
