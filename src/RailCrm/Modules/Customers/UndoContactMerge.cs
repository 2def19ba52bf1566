using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>Takes a merge of contacts back: what moved and still is where it was goes home, what came later stays with the survivor; fields changed since then are kept.</summary>
internal sealed class UndoContactMerge(CrmDb db, SaveContact save, CustomFields own)
{
    /// <summary>Fields that are made from another and go with it.</summary>
    private static readonly Dictionary<string, string> Source = new()
    {
        [nameof(Contact.MobileDigits)] = nameof(Contact.Mobile), [nameof(Contact.PhoneDigits)] = nameof(Contact.Phone), [nameof(Contact.Mobile2Digits)] = nameof(Contact.Mobile2), [nameof(Contact.Phone2Digits)] = nameof(Contact.Phone2),
        [nameof(Contact.BirthdayKey)] = nameof(Contact.Birthday), [nameof(Contact.BirthdayLunar)] = nameof(Contact.Birthday), [nameof(Contact.InactiveOn)] = nameof(Contact.Active), [nameof(Contact.InactiveReason)] = nameof(Contact.Active),
    };

    /// <summary>What went back.</summary>
    /// <param name="SurvivorId">The contact that had stayed.</param>
    /// <param name="LoserIds">Those that came back.</param>
    /// <param name="Kept">Fields of the survivor that were changed since and stay as they are.</param>
    public sealed record Answer(long SurvivorId, IReadOnlyList<long> LoserIds, IReadOnlyList<string> Kept);

    /// <summary>Does it, in one transaction.</summary>
    public async Task<Result<Answer>> Run(long mergeId, CancellationToken ct)
    {
        if (!db.Actor.May(Permission.CustomersWrite))
        {
            return new Refusal.Forbidden();
        }

        try
        {
            return await db.Write(() => Undo(mergeId, ct), ct);
        }
        catch (DbUpdateConcurrencyException) when (db.Database.CurrentTransaction is null) // In another's transaction all of it is given up.
        {
            return new Refusal.Stale();
        }
    }

    private async Task<Result<Answer>> Undo(long mergeId, CancellationToken ct)
    {
        if (await db.Set<ContactMerge>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == mergeId, ct) is not { } seen)
        {
            return new Refusal.NotFound();
        }

        List<long> ids = [seen.SurvivorId, .. seen.LosersSaid.Select(l => l.Id)];
        var people = db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => EF.Parameter(ids).Contains(k.Id));
        var held = await people.Select(k => k.CustomerId).Distinct().ToListAsync(ct);
        await MergeGround.Hold(db, held, ct);
        var (merge, contacts) = (await db.Set<ContactMerge>().SingleOrDefaultAsync(m => m.Id == mergeId, ct), await people.ToDictionaryAsync(k => k.Id, ct));
        if (merge is null || !contacts.TryGetValue(merge.SurvivorId, out var survivor))
        {
            return new Refusal.NotFound();
        }

        var owners = contacts.Values.Select(k => k.CustomerId).Distinct().ToList();
        var customers = await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(owners).Contains(c.Id)).ToListAsync(ct);
        var whose = await Ownership.Of(db, customers, ct);
        if (contacts.Count < ids.Count || customers.Exists(c => !whose.Changes(c.Id)))
        {
            return new Refusal.Forbidden("merge.contacts_outside");
        }

        if (merge.UndoneAt is not null || merge.UndoUntil < db.UtcNow)
        {
            return new Refusal.Conflict(merge.UndoneAt is not null ? "merge.undone_already" : "merge.undo_late");
        }

        if (contacts.Values.Any(k => k.ErasedAt is not null))
        {
            return new Refusal.Conflict("personal.erased_no_undo");
        }

        var losers = merge.LosersSaid.Select(l => contacts[l.Id]).ToList();
        if (survivor.DeletedAt is not null || customers.Count < owners.Count || losers.Exists(k => k.PartOfId != survivor.Id))
        {
            return new Refusal.Conflict("merge.contacts_gone");
        }

        return owners.Exists(id => !held.Contains(id)) ? new Refusal.Stale() : await Write(merge, survivor, losers, customers, ct);
    }

    private async Task<Answer> Write(ContactMerge merge, Contact survivor, List<Contact> losers, List<Customer> customers, CancellationToken ct)
    {
        var moved = merge.MovedList;
        await RecordMoves.HandBack(db, RecordKind.Contact, survivor.Id, moved.Where(m => m.Table is not (ContactMerge.Earlier or ContactMerge.Below)), losers.ToDictionary(k => k.Id, k => k.CustomerId), ct);
        foreach (var (_, from, ids) in moved.Where(m => m.Table == ContactMerge.Earlier))
        {
            await db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(k => k.PartOfId == survivor.Id && EF.Parameter(ids).Contains(k.Id)).ExecuteUpdateAsync(u => u.SetProperty(k => k.PartOfId, from), ct);
        }

        foreach (var (_, from, ids) in moved.Where(m => m.Table == ContactMerge.Below))
        {
            var below = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(k => (k.ReportsToId == survivor.Id || k.ReportsToId == null) && EF.Parameter(ids).Contains(k.Id)).ToListAsync(ct);
            below.ForEach(k => k.ReportsToId = from);
        }

        var kept = UndoFields.Restore(db.Entry(survivor), merge.FieldList, Source, []);
        kept.AddRange(await UndoFields.RestoreOwn(db, own, "contacts", merge.FieldList, survivor, survivor.Id, ct));
        db.Entry(survivor).Property(k => k.Name).IsModified = true;
        await db.SaveChangesAsync(ct);
        foreach (var loser in losers)
        {
            var (id, customer) = (loser.Id, loser.CustomerId);
            (loser.DeletedAt, loser.DeletedBy, loser.PartOfId) = (null, null, null);
            loser.IsMain = merge.LosersSaid.First(l => l.Id == id).WasMain && loser.Active && !losers.Exists(k => k != loser && k.CustomerId == customer && k.IsMain) && !await db.Set<Contact>().AnyAsync(k => k.CustomerId == customer && k.IsMain && k.Id != id, ct);
            foreach (var key in await own.TakenOf(db, "contacts", loser.Custom, id, ct))
            {
                loser.Custom = CustomValue.With(loser.Custom, key, null); // Another holds alone by now what it had.
                kept.Add($"Custom.{key}");
            }
        }

        (merge.UndoneAt, merge.UndoneBy) = (db.UtcNow, db.Actor.UserId);
        List<Contact> all = [survivor, .. losers];
        foreach (var contact in all)
        {
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "contact_unmerged", nameof(Contact), contact.Id, contact.CustomerId, MergeGround.Changed(all.Where(k => k != contact).Select(k => k.Name), new Dictionary<string, long>(), what: "Contacts")));
        }

        await db.SaveChangesAsync(ct);
        foreach (var customer in customers)
        {
            await save.Follow(customer, ct);
        }

        foreach (var contact in all)
        {
            await ContactSearch.Write(db, contact, ct);
            await RenewContactPairs.Of(db, contact, ct);
        }

        return new(survivor.Id, [.. losers.Select(k => k.Id)], [.. kept.Distinct().Where(f => own.Sees("contacts", f, db.Actor))]);
    }

    internal static async Task<IResult> Post(long id, UndoContactMerge useCase, CancellationToken ct) =>
        (await useCase.Run(id, ct)).Answer(a => TypedResults.Ok(a));
}
