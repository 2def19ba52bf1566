using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>How the rows of the list of contacts are found and changed.</summary>
internal sealed partial class ContactList
{
    /// <summary>Beyond so many hits the index is left and the order walked instead.</summary>
    private const int Common = 5_000;

    /// <summary>More customers than this are looked at row by row rather than named.</summary>
    private const int Few = 8_000;

    internal override Task<Result<TableExport>> Whole(IServiceProvider services, View view, string format, CancellationToken ct) => services.GetRequiredService<ExportContacts>().Run(format, view, ct);

    /// <inheritdoc/>
    public override async Task<IReadOnlySet<long>> Fixed(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct)
    {
        if (db.Scope.Width == ScopeWidth.All)
        {
            return await base.Fixed(db, ids, ct);
        }

        var contacts = await db.Set<Contact>().Where(k => EF.Parameter(ids).Contains(k.Id)).Select(k => new { k.Id, k.CustomerId }).ToListAsync(ct);
        var held = await Ownership.Of(db, contacts.Select(k => k.CustomerId).ToHashSet(), ct);
        return contacts.Where(k => !held.Changes(k.CustomerId)).Select(k => k.Id).ToHashSet();
    }

    /// <summary>A contact whose customer lies in the bin is out of sight with it.</summary>
    protected override IQueryable<Contact> Rows(CrmDb db) => db.Set<Contact>().AsNoTracking().Where(k => db.Set<Customer>().Any(c => c.Id == k.CustomerId));

    protected override async Task<Searched<Contact>> Search(CrmDb db, string typed, CancellationToken ct)
    {
        if (SearchTerms.Query(typed) is not { } query)
        {
            return new([], []);
        }

        if (await SearchIndex.Contacts.Few(db, query, Common, ct) is { Count: < Common } ids)
        {
            return new(ids, KeptPhones.Contacts(db, typed));
        }

        return new(null, [ContactAsks.Found(typed), .. KeptPhones.Contacts(db, typed)]); // So many have it that the order meets one every few steps.
    }

    protected override async Task<IReadOnlyList<long>?> Within(CrmDb db, CancellationToken ct)
    {
        if (db.Scope.Width != ScopeWidth.Narrow || await db.Set<Customer>().Select(c => c.Id).Take(Few).ToListAsync(ct) is not { Count: < Few } customers)
        {
            return null;
        }

        return await db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(k => EF.Parameter(customers).Contains(k.CustomerId)).Select(k => k.Id).ToListAsync(ct);
    }

    public override async Task<Refusal?> Refuses(CrmDb db, WorkOrder order, CancellationToken ct) => await OwnWrong(db, order, ct) ?? WorkOnContacts.Refuses(this, order);

    /// <summary>Fields by which likely duplicates are found.</summary>
    private static readonly HashSet<string> Compared = [nameof(SaveContact.Input.Name), nameof(SaveContact.Input.Mobile), nameof(SaveContact.Input.Phone), nameof(SaveContact.Input.Email), nameof(SaveContact.Input.Mobile2), nameof(SaveContact.Input.Phone2), nameof(SaveContact.Input.Email2)];

    public override async Task Worked(IServiceProvider services, long jobId, WorkOrder order, CancellationToken ct)
    {
        if (order.Act == "edit" && Find(order.Field)?.Input is { } field && Compared.Contains(field))
        {
            var db = services.GetRequiredService<CrmDb>();
            await RenewLater.Queue(db, [], await WorkRow.Done(db, jobId, RenewLater.MostRows + 1, ct), ct);
        }
    }

    public override Task Work(IServiceProvider services, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct) => services.GetRequiredService<WorkOnContacts>().Run(this, order, rows, OwnSaid, ct);

    public override async Task<Result<Edited>> Edit(IServiceProvider services, long id, ListField field, string? value, string? was, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        if (await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == id, ct) is not { } contact)
        {
            return new Refusal.NotFound();
        }

        var input = SaveContact.Said(contact);
        input.Custom = OwnSaid(contact.Custom);
        if (!TypedValue.Same(TypedValue.Of(input, field.Input!), was))
        {
            return new Refusal.Stale();
        }

        if (!TypedValue.Set(input, field.Input!, value))
        {
            return new Refusal.InvalidMany([new(field.Input!, "list.value_wrong", field.Name, value)]);
        }

        // Whoever was called first until now is so again when this is taken back.
        var first = field.Key == "main" && input.IsMain == true ? await db.Set<Contact>().Where(k => k.CustomerId == contact.CustomerId && k.IsMain && k.Id != id).Select(k => (long?)k.Id).FirstOrDefaultAsync(ct) : null;
        return !(await services.GetRequiredService<SaveContact>().Run(contact.CustomerId, id, contact.Version, input, ct)).TryGet(out var saved, out var refusal) ? refusal
            : first is { } before ? Told(saved, field) with { Undo = new(before, "true", "false") } : Told(saved, field);
    }
}
