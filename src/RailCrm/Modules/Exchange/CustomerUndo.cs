using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

/// <summary>Customers: a new one goes into the bin unless something hangs on it, a changed one gets back what was said of it.</summary>
internal sealed class CustomerUndo(CrmDb db, CustomFields fields, SaveCustomer save, GetCustomer get) : Undo<SaveCustomer.Input>(db)
{
    public const string Code = "customer";

    public override string Entity => Code;

    /// <summary>What is said of a customer now, with the lists about to be replaced; the others are left out.</summary>
    public static async Task<SaveCustomer.Input> Said(CrmDb db, CustomFields fields, Customer known, SaveCustomer.Input input, CancellationToken ct) =>
        (input.Shareholders ?? input.Products ?? (object?)input.MainStations ?? input.Sidings) is not null && await new GetCustomer(db, fields).Stored(known.Id, ct) is { } whole ? Said(db, fields, whole, input) : Said(db, fields, known, input);

    /// <summary>As the other, of a customer of which those lists have been read.</summary>
    public static SaveCustomer.Input Said(CrmDb db, CustomFields fields, Customer whole, SaveCustomer.Input input)
    {
        var said = CustomerRules.Of(whole, withLists: true);
        said.Custom = Own(fields.Said("customers", whole.Custom, db.Actor), input.Custom);
        said.Shareholders = input.Shareholders is null ? null : said.Shareholders;
        said.Products = input.Products is null ? null : said.Products;
        said.MainStations = input.MainStations is null ? null : said.MainStations;
        said.Sidings = input.Sidings is null ? null : said.Sidings;
        return said;
    }

    /// <summary>Of the group's own fields those that are spoken of.</summary>
    public static Dictionary<string, string?>? Own(Dictionary<string, string?>? said, Dictionary<string, string?>? spokenOf) => spokenOf is null ? null : spokenOf.Keys.ToDictionary(k => k, k => said?.GetValueOrDefault(k));

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct) =>
        (await Db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).ToDictionary(c => c.Id, c => (c.Name, $"/customers/{c.Id}"));

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Binned(IReadOnlyCollection<long> ids, CancellationToken ct) => !Db.Actor.May(Permission.CustomersDelete) ? await base.Binned(ids, ct)
        : (await Db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id) && c.DeletedAt != null).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).ToDictionary(c => c.Id, c => (c.Name, $"/customers/{c.Id}/bin"));

    protected override async Task<(int Version, SaveCustomer.Input Said)?> Read(ImportedRow row, CancellationToken ct)
    {
        if (await Db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == row.EntityId, ct) is not { } customer)
        {
            return null;
        }

        var changed = row.Changes is null ? [] : Changes.Read(row.Changes);
        return (customer.Version, await Said(Db, fields, customer, new()
        {
            Custom = changed.TryGetValue(nameof(SaveCustomer.Input.Custom), out var own) ? own[0].Deserialize<Dictionary<string, string?>>() : null,
            Shareholders = changed.ContainsKey(nameof(SaveCustomer.Input.Shareholders)) ? [] : null,
            Products = changed.ContainsKey(nameof(SaveCustomer.Input.Products)) ? [] : null,
            MainStations = changed.ContainsKey(nameof(SaveCustomer.Input.MainStations)) ? [] : null,
            Sidings = changed.ContainsKey(nameof(SaveCustomer.Input.Sidings)) ? [] : null,
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
