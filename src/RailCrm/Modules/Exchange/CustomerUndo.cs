using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Customers: a new one goes into the bin unless something hangs on it, a changed one gets back what was said of it.</summary>
internal sealed class CustomerUndo(CrmDb db, SaveCustomer save, GetCustomer get) : Undo<SaveCustomer.Input>(db)
{
    public const string Code = "customer";

    public override string Entity => Code;

    /// <summary>What is said of a customer now, with the lists about to be replaced; the others are left out.</summary>
    public static async Task<SaveCustomer.Input> Said(CrmDb db, Customer known, SaveCustomer.Input input, CancellationToken ct) =>
        (input.Shareholders ?? input.Products ?? (object?)input.MainStations ?? input.Sidings) is null ? CustomerRules.Of(known)
        : (await new GetCustomer(db).Run(known.Id, ct)).TryGet(out var whole, out _) ? Said(whole, input) : CustomerRules.Of(known);

    /// <summary>As the other, of a customer of which those lists have been read.</summary>
    public static SaveCustomer.Input Said(Customer whole, SaveCustomer.Input input)
    {
        var said = CustomerRules.Of(whole, withLists: true);
        said.Shareholders = input.Shareholders is null ? null : said.Shareholders;
        said.Products = input.Products is null ? null : said.Products;
        said.MainStations = input.MainStations is null ? null : said.MainStations;
        said.Sidings = input.Sidings is null ? null : said.Sidings;
        return said;
    }

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct) =>
        (await Db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).ToDictionary(c => c.Id, c => (c.Name, $"/customers/{c.Id}"));

    protected override async Task<(int Version, SaveCustomer.Input Said)?> Read(ImportedRow row, CancellationToken ct)
    {
        if (await Db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == row.EntityId, ct) is not { } customer)
        {
            return null;
        }

        var changed = row.Changes is null ? [] : Changes.Read(row.Changes).Keys.ToHashSet();
        return (customer.Version, await Said(Db, customer, new()
        {
            Shareholders = changed.Contains(nameof(SaveCustomer.Input.Shareholders)) ? [] : null,
            Products = changed.Contains(nameof(SaveCustomer.Input.Products)) ? [] : null,
            MainStations = changed.Contains(nameof(SaveCustomer.Input.MainStations)) ? [] : null,
            Sidings = changed.Contains(nameof(SaveCustomer.Input.Sidings)) ? [] : null,
        }, ct));
    }

    protected override async Task<Result<int>> Write(ImportedRow row, int version, SaveCustomer.Input old, CancellationToken ct) =>
        (await save.Run(row.EntityId, version, old, ct)).TryGet(out var customer, out var refusal) ? customer.Version : refusal;

    protected override async Task<FieldError?> TakeAway(long id, int version, CancellationToken ct)
    {
        if (await Db.Set<WaybillLine>().AnyAsync(w => w.CustomerId == id, ct) || await Db.Set<Contact>().AnyAsync(k => k.CustomerId == id, ct)
            || await Db.Set<Attachment>().AnyAsync(a => a.CustomerId == id, ct) || await Db.Set<Customer>().AnyAsync(c => c.ParentId == id, ct))
        {
            return new("", "import.revert_hangs");
        }

        return (await get.Bin(id, into: true, version, ct)).Refusal is { } refusal ? Refused(refusal) : null;
    }
}
