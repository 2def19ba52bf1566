using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>A contact goes to work at another customer: it moves there with its history, notes and files; the customer that it leaves keeps a line of it. Only for whoever may change both.</summary>
internal sealed class MoveContact(CrmDb db, SaveContact save)
{
    /// <summary>Where to, and when.</summary>
    public sealed class Input
    {
        /// <summary>The customer, as the look-up puts it: number, key or whole name.</summary>
        public string? To { get; set; }

        /// <summary>The last day at the customer that is left; today where it is missing.</summary>
        public DateOnly? Until { get; set; }

        /// <summary>The title there; missing keeps none.</summary>
        public string? Title { get; set; }
    }

    /// <summary>Moves it if it still has <paramref name="version"/>.</summary>
    public async Task<Result<Contact>> Run(long customerId, long contactId, int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!db.Actor.May(Permission.CustomersWrite))
        {
            return new Refusal.Forbidden();
        }

        var today = BusinessCalendar.Day(db.UtcNow);
        var until = input.Until ?? today;
        if (until > today || until.Year < 1950)
        {
            return new Refusal.InvalidMany([new(nameof(input.Until), "contact.until_wrong")]);
        }

        if (SaveContact.Check(new() { Name = "x", Title = input.Title }) is [var wrong, ..])
        {
            return new Refusal.InvalidMany([wrong]);
        }

        if (!PlainText.IsStorable(input.To) || PlainText.Trimmed(input.To) is not { } typed || await Lookups.Customer(db, typed, ct) is not { } to)
        {
            return new Refusal.InvalidMany([new(nameof(input.To), "contact.customer_unknown")]);
        }

        if (to == customerId)
        {
            return new Refusal.InvalidMany([new(nameof(input.To), "contact.move_same")]);
        }

        try
        {
            return await db.Write(() => Move(customerId, contactId, version, to, until, PlainText.Trimmed(input.Title), ct), ct);
        }
        catch (DbUpdateConcurrencyException) when (db.Database.CurrentTransaction is null)
        {
            return new Refusal.Stale();
        }
    }

    private async Task<Result<Contact>> Move(long customerId, long contactId, int? version, long to, DateOnly until, string? title, CancellationToken ct)
    {
        List<long> both = [customerId, to];
        await MergeGround.Hold(db, both, ct);
        var customers = await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(both).Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        if (customers.Count < 2 || await db.Set<Contact>().SingleOrDefaultAsync(k => k.Id == contactId && k.CustomerId == customerId, ct) is not { } contact)
        {
            return new Refusal.NotFound();
        }

        var whose = await Ownership.Of(db, customers.Values, ct);
        if (!whose.Gives(customerId, to))
        {
            return new Refusal.Forbidden("contact.move_outside");
        }

        if (version is not null && contact.Version != version)
        {
            return new Refusal.Stale();
        }

        if (contact.ErasedAt is not null)
        {
            return new Refusal.Conflict("personal.erased_stays");
        }

        if (until < await db.Set<FormerContact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(f => f.ContactId == contactId).MaxAsync(f => (DateOnly?)f.Until, ct))
        {
            return new Refusal.InvalidMany([new(nameof(Input.Until), "contact.move_before")]);
        }

        var since = await db.Set<FormerContact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(f => f.ContactId == contactId).MaxAsync(f => (DateOnly?)f.Until, ct);
        db.Add(new FormerContact { CustomerId = customerId, ContactId = contactId, Name = contact.Name, Title = contact.Title, From = since, Until = until });
        await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => k.ReportsToId == contactId).ExecuteUpdateAsync(u => u.SetProperty(k => k.ReportsToId, (long?)null).SetProperty(k => k.Version, k => k.Version + 1), ct);
        (contact.CustomerId, contact.Title, contact.ReportsToId) = (to, title, null);
        (contact.Active, contact.InactiveOn, contact.InactiveReason) = (true, null, null); // Who left the one works at the other.
        contact.IsMain = !await db.Set<Contact>().AnyAsync(k => k.CustomerId == to && k.IsMain, ct);
        foreach (var customer in both)
        {
            // Each company's history tells of the person, and not of the other company: whoever reads it may not see that one.
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "contact_moved", nameof(Contact), contactId, customer, MergeGround.Changed([$"{contact.Name}{(customer == to ? " ←" : " →")}"], new Dictionary<string, long>(), what: "Contacts")));
        }

        await db.SaveChangesAsync(ct);
        await RecordMoves.Follow(db, RecordKind.Contact, typeof(Contact), [contactId], ct);
        await save.Follow(customers[customerId], ct);
        await save.Follow(customers[to], ct, contact);
        return contact;
    }
}
