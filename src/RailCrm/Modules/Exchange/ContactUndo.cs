using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

/// <summary>Contacts: a new one goes into the bin, a changed one gets back what was said of it; whoever was called first before is so again.</summary>
internal sealed class ContactUndo(CrmDb db, CustomFields fields, SaveContact save) : Undo<SaveContact.Input>(db)
{
    public const string Code = "contact";

    public override string Entity => Code;

    /// <summary>Writes a contact, and tells all that comes of it: whoever was called first may stop being so.</summary>
    /// <param name="db">The database.</param>
    /// <param name="fields">The group's own fields.</param>
    /// <param name="save">Writes it.</param>
    /// <param name="customerId">Whose.</param>
    /// <param name="before">What is known of it; null where it is new.</param>
    /// <param name="formerMain">Another who is called first until now.</param>
    /// <param name="input">What is said.</param>
    /// <param name="origin">Who made it before it came here; of a new one alone.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Result<List<Made>>> Write(CrmDb db, CustomFields fields, SaveContact save, long customerId, Contact? before, Contact? formerMain, SaveContact.Input input, Origin? origin, CancellationToken ct)
    {
        if (!(await save.Run(customerId, before?.Id, before?.Version, input, origin, ct)).TryGet(out var contact, out var refusal))
        {
            return refusal;
        }

        List<Made> made = [];
        if (formerMain is not null && contact.IsMain)
        {
            var after = Of(formerMain, null);
            after.IsMain = false;
            made.Add(new(Code, formerMain.Id, formerMain.Version + 1, Changes.Of(Of(formerMain, null), after)));
        }

        if (before is null || contact.Version != before.Version)
        {
            made.Add(new(Code, contact.Id, contact.Version, before is null ? null : Changes.Of(Of(before, Own(before)), Of(contact, Own(contact)))));
        }

        return made;

        Dictionary<string, string?>? Own(Contact of) => CustomerUndo.Own(fields.Said("contacts", of.Custom, db.Actor), input.Custom);
    }

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct) =>
        (await Db.Set<Contact>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).Select(c => new { c.Id, c.CustomerId, c.Name }).ToListAsync(ct)).ToDictionary(c => c.Id, c => (c.Name, $"/customers/{c.CustomerId}/contacts/{c.Id}"));

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Binned(IReadOnlyCollection<long> ids, CancellationToken ct) => !Db.Actor.May(Permission.CustomersWrite) ? await base.Binned(ids, ct)
        : (await Db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id) && c.DeletedAt != null).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).ToDictionary(c => c.Id, c => (c.Name, $"/contacts/bin?q={Uri.EscapeDataString(c.Name)}"));

    protected override async Task<(int Version, SaveContact.Input Said)?> Read(ImportedRow row, CancellationToken ct) =>
        await Db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == row.EntityId, ct) is { } contact ? (contact.Version, Of(contact, row.Changes is not null && Changes.Read(row.Changes).TryGetValue(nameof(SaveContact.Input.Custom), out var own) ? CustomerUndo.Own(fields.Said("contacts", contact.Custom, Db.Actor), own[0].Deserialize<Dictionary<string, string?>>()) : null)) : null;

    protected override async Task<Result<int>> Write(ImportedRow row, int version, SaveContact.Input old, CancellationToken ct)
    {
        var owner = await Owner(row.EntityId, ct);
        var main = old.IsMain == true ? await Db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.CustomerId == owner && k.IsMain && k.Id != row.EntityId, ct) : null;
        if (!(await save.Run(owner, row.EntityId, version, old, ct)).TryGet(out var contact, out var refusal))
        {
            return refusal;
        }

        if (main is not null)
        {
            // Whoever the same row made and called first is not so any more: that is our doing, and no reason to keep them.
            await Db.Set<ImportedRow>().Where(r => r.ImportId == row.ImportId && r.Action == "created" && r.Row == row.Row && r.Entity == Code && r.EntityId == main.Id && r.Version == main.Version)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.Version, main.Version + 1), ct);
        }

        return contact.Version;
    }

    protected override async Task<FieldError?> TakeAway(long id, int version, CancellationToken ct) =>
        (await save.Bin(await Owner(id, ct), id, into: true, version, ct)).Refusal is { } refusal ? Refused(refusal) : null;

    private static SaveContact.Input Of(Contact c, Dictionary<string, string?>? own)
    {
        var said = SaveContact.Said(c);
        said.Custom = own;
        return said;
    }

    private Task<long> Owner(long id, CancellationToken ct) => Db.Set<Contact>().Where(c => c.Id == id).Select(c => c.CustomerId).SingleOrDefaultAsync(ct);
}
