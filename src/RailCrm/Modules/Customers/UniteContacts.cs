using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>Makes one contact of two to five: chosen fields, and all that hangs on them. The others go to the bin as part of the one that stayed, which keeps its customer, and lead to it.</summary>
internal sealed class UniteContacts(CrmDb db, SaveContact save)
{
    /// <summary>What hangs on a contact and is worth telling: table, its name in the trail, what it is called.</summary>
    private static readonly (string Table, string Kind, string TextKey)[] Told =
        [("notes", "notes", "note.title"), ("customer_attachments", "attachments", "attachment.title"), ("record_marks", "marks", "contact.marks")];

    private static readonly string[] Silent = [nameof(Contact.Version)];

    private static readonly (string Name, Func<SaveContact.Input, object?> Said, Action<SaveContact.Input, SaveContact.Input> Take)[] Fields =
    [
        (nameof(SaveContact.Input.Name), i => i.Name, (to, from) => to.Name = from.Name), (nameof(SaveContact.Input.Title), i => i.Title, (to, from) => to.Title = from.Title),
        (nameof(SaveContact.Input.Mobile), i => i.Mobile, (to, from) => to.Mobile = from.Mobile), (nameof(SaveContact.Input.Phone), i => i.Phone, (to, from) => to.Phone = from.Phone),
        (nameof(SaveContact.Input.Email), i => i.Email, (to, from) => to.Email = from.Email), (nameof(SaveContact.Input.Active), i => i.Active, (to, from) => ContactFields.Take(to, from, nameof(Contact.Active), also: (t, f) => t.Active = f.Active)),
        .. ContactFields.More.Where(f => f.With is null).Select(f => (f.Name, (Func<SaveContact.Input, object?>)(i => f.Name == nameof(Contact.Birthday) ? ContactFields.SaidBirthday(i) : typeof(SaveContact.Input).GetProperty(f.Name)!.GetValue(i)), (Action<SaveContact.Input, SaveContact.Input>)((to, from) => ContactFields.Take(to, from, f.Name)))),
    ];

    /// <summary>What is to become one, and how.</summary>
    public sealed class Input
    {
        /// <summary>The contact that stays.</summary>
        public long SurvivorId { get; set; }

        /// <summary>Those that go; one to four.</summary>
        public List<long> LoserIds { get; set => field = value ?? []; } = [];

        /// <summary>Field → the contact whose value is kept. What is missing: the survivor's value, else the first that says something.</summary>
        public Dictionary<string, long> Choices { get; set => field = value ?? []; } = [];

        /// <summary>Contact → the version that was seen; one changed since then is not merged. Missing ones are not asked.</summary>
        public Dictionary<string, int> Versions { get; set => field = value ?? []; } = [];
    }

    /// <summary>What a merge did.</summary>
    public sealed record Answer(long Id, long CustomerId, long SurvivorId, IReadOnlyList<long> LoserIds, IReadOnlyDictionary<string, long> Moved, DateTime UndoUntil);

    /// <summary>Those that become one, the survivor first, and their customers.</summary>
    internal sealed record People(IReadOnlyList<Contact> Contacts, IReadOnlyDictionary<long, Customer> Customers);

    /// <summary>How it would be: the fields that differ, and all that would move.</summary>
    /// <param name="All">All of them.</param>
    /// <param name="Rows">The fields that differ.</param>
    /// <param name="Counts">What hangs on each: text key → count by contact, in their order.</param>
    internal sealed record Preview(People All, IReadOnlyList<MergeFields.Row> Rows, IReadOnlyList<(string TextKey, IReadOnlyList<long> Counts)> Counts);

    /// <summary>Shows how it would be.</summary>
    internal async Task<Result<Preview>> Look(long survivorId, IReadOnlyList<long> loserIds, CancellationToken ct)
    {
        if (!(await Read(survivorId, loserIds, tracked: false, ct)).TryGet(out var all, out var refusal) || !Differing(all.Contacts, new Dictionary<string, long>()).TryGet(out var rows, out refusal))
        {
            return refusal;
        }

        var counts = new List<(string, IReadOnlyList<long>)>();
        foreach (var (table, _, text) in Told)
        {
            var each = new List<long>();
            foreach (var contact in all.Contacts)
            {
                each.Add(await RecordMoves.Count(db, table, RecordKind.Contact, contact.Id, ct));
            }

            counts.Add((text, each));
        }

        return new Preview(all, rows, counts);
    }

    /// <summary>Does it, in one transaction.</summary>
    public async Task<Result<Answer>> Run(Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!db.Actor.May(Permission.CustomersWrite))
        {
            return new Refusal.Forbidden();
        }

        try
        {
            return await db.Write(() => Merge(input, ct), ct);
        }
        catch (DbUpdateConcurrencyException) when (db.Database.CurrentTransaction is null) // In another's transaction all of it is given up.
        {
            return new Refusal.Stale();
        }
    }

    private async Task<Result<Answer>> Merge(Input input, CancellationToken ct)
    {
        List<long> ids = [input.SurvivorId, .. input.LoserIds];
        var held = await db.Set<Contact>().Where(k => EF.Parameter(ids).Contains(k.Id)).Select(k => k.CustomerId).Distinct().ToListAsync(ct);
        await MergeGround.Hold(db, held, ct); // Whoever writes a contact, a note or a file of these customers waits.
        if (!(await Read(input.SurvivorId, input.LoserIds, tracked: true, ct)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        if (all.Contacts.Any(k => !held.Contains(k.CustomerId) || (input.Versions.TryGetValue(k.Id.ToString(CultureInfo.InvariantCulture), out var seen) && seen != k.Version)))
        {
            return new Refusal.Stale();
        }

        if (input.Choices.Keys.Select(k => RuledField.All.FirstOrDefault(f => f.List == "contacts" && f.Name.Equals(k, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(f => f is not null && !db.Actor.Fields.Edits(f.List, f.Name)) is { } kept)
        {
            return new Refusal.InvalidMany([new(kept.Name, "fields.kept", Platform.Text.Texts.Get(kept.TextKey))]);
        }

        return Differing(all.Contacts, input.Choices).TryGet(out var rows, out refusal) ? await Write(all, rows, ct) : refusal;
    }

    private async Task<Answer> Write(People all, IReadOnlyList<MergeFields.Row> rows, CancellationToken ct)
    {
        var (at, survivor, losers) = (db.UtcNow, all.Contacts[0], all.Contacts.Skip(1).ToList());
        var (said, own) = (all.Contacts.ToDictionary(k => k.Id, SaveContact.Said), all.Contacts.Select(k => (k.Id, k.Custom)).ToList());
        var merge = new ContactMerge
        {
            SurvivorId = survivor.Id, MergedAt = at, MergedBy = db.Actor.UserId, UndoUntil = at + CustomerMerge.Undoable,
            Losers = JsonSerializer.Serialize(losers.Select(k => new ContactMerge.Loser(k.Id, k.Name, k.IsMain))),
        };
        var merged = said[survivor.Id];
        merged.IsMain = survivor.IsMain || losers.Exists(k => k.IsMain && k.CustomerId == survivor.CustomerId);
        var moved = new List<RecordMoves.Handed>();
        foreach (var loser in losers)
        {
            moved.AddRange(await RecordMoves.Hand(db, RecordKind.Contact, loser.Id, survivor.Id, survivor.CustomerId, ct));
            moved.AddRange(await Earlier(loser.Id, survivor.Id, ct));
            moved.AddRange(await Below(loser.Id, survivor, ct));
            (loser.DeletedAt, loser.DeletedBy, loser.PartOfId, loser.IsMain) = (at, db.Actor.UserId, survivor.Id, false);
        }

        await db.SaveChangesAsync(ct); // First and by themselves: a value that one alone may have is held by one at a time.
        foreach (var field in Fields)
        {
            field.Take(merged, rows.FirstOrDefault(r => r.Name == field.Name) is { } row ? said[row.Chosen] : merged);
        }

        merged.ReportsToId = await Above(merged.ReportsToId, survivor, ct);
        SaveContact.Apply(merged, survivor, first: false);
        survivor.Custom = MergeFields.Custom(own, rows);
        db.ChangeTracker.DetectChanges();
        (merge.Fields, merge.Moved, merge.MovedRows) = (MergeFields.Changed(db.Entry(survivor), Silent), JsonSerializer.Serialize(moved), moved.Sum(m => m.Ids.Count));
        db.Entry(survivor).Property(k => k.Name).IsModified = true; // An open form of the survivor is out of date whatever was chosen.
        db.Add(merge);
        var counts = Told.ToDictionary(t => t.Kind, t => moved.Where(m => m.Table == t.Table).Sum(m => (long)m.Ids.Count)).Where(c => c.Value > 0).ToDictionary();
        Tell("contacts_merged", survivor, losers, counts);
        losers.ForEach(k => Tell("contact_merged_into", k, [survivor], []));
        await db.SaveChangesAsync(ct);
        foreach (var customer in all.Customers.Values)
        {
            await save.Follow(customer, ct, customer.Id == survivor.CustomerId ? survivor : null);
        }

        return new(merge.Id, survivor.CustomerId, survivor.Id, [.. losers.Select(k => k.Id)], counts, merge.UndoUntil);
    }

    /// <summary>Those that became part of one that goes become part of the one that stays.</summary>
    private async Task<IEnumerable<RecordMoves.Handed>> Earlier(long loser, long survivor, CancellationToken ct)
    {
        var parts = db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(k => k.PartOfId == loser);
        var ids = await parts.Select(k => k.Id).OrderBy(id => id).ToListAsync(ct);
        await parts.ExecuteUpdateAsync(u => u.SetProperty(k => k.PartOfId, survivor), ct);
        return ids.Count == 0 ? [] : [new(ContactMerge.Earlier, loser, ids)];
    }

    /// <summary>Those who report to one that goes report to the one that stays, or to nobody where that is at another customer.</summary>
    private async Task<IEnumerable<RecordMoves.Handed>> Below(long loser, Contact survivor, CancellationToken ct)
    {
        var below = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(k => k.ReportsToId == loser).OrderBy(k => k.Id).ToListAsync(ct);
        below.ForEach(k => k.ReportsToId = k.Id != survivor.Id && k.CustomerId == survivor.CustomerId ? survivor.Id : null);
        return below.Where(k => k.Id != survivor.Id).Select(k => k.Id).ToList() is { Count: > 0 } ids ? [new(ContactMerge.Below, loser, ids)] : [];
    }

    /// <summary>Whom the one that stays reports to: nobody who is not of its customer, is going, or comes to report to it.</summary>
    private async Task<long?> Above(long? asked, Contact survivor, CancellationToken ct)
    {
        var people = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(k => (k.CustomerId == survivor.CustomerId && k.ReportsToId != null) || k.Id == asked).Select(k => new { k.Id, k.ReportsToId, k.CustomerId }).ToDictionaryAsync(k => k.Id, ct);
        var seen = new HashSet<long>();
        for (var step = asked; step is { } id && people.TryGetValue(id, out var person) && seen.Add(id); step = person.ReportsToId)
        {
            if (id == survivor.Id)
            {
                return null;
            }
        }

        return asked is { } above && people.TryGetValue(above, out var at) && at.CustomerId == survivor.CustomerId ? asked : null;
    }

    private void Tell(string action, Contact contact, IEnumerable<Contact> others, Dictionary<string, long> counts) =>
        db.Add(new AuditEntry(db.Actor, db.UtcNow, action, nameof(Contact), contact.Id, contact.CustomerId, MergeGround.Changed(others.Select(k => k.Name), counts, what: "Contacts")));

    /// <summary>The fields in which they differ, each with the choice made or proposed.</summary>
    private static Result<IReadOnlyList<MergeFields.Row>> Differing(IReadOnlyList<Contact> contacts, IReadOnlyDictionary<string, long> choices)
    {
        var said = contacts.Select(SaveContact.Said).ToList();
        return MergeFields.Differing([.. contacts.Select(k => (k.Id, k.Custom))], Fields.Select(f => (f.Name, said.ConvertAll(s => f.Said(s) is "" ? null : f.Said(s)))), choices,
            (_, values) => contacts[Math.Max(0, values.FindIndex(v => v is not null))].Id);
    }

    /// <summary>All of them, the survivor first, at customers that the actor may change.</summary>
    private async Task<Result<People>> Read(long survivorId, IReadOnlyList<long> loserIds, bool tracked, CancellationToken ct)
    {
        List<long> ids = [survivorId, .. loserIds];
        if (loserIds.Count is 0 or >= CustomerMerge.Most || ids.Distinct().Count() < ids.Count)
        {
            return new Refusal.Invalid("merge.contacts_how_many", nameof(Input.LoserIds));
        }

        var rows = db.Set<Contact>().Where(k => EF.Parameter(ids).Contains(k.Id));
        var found = await (tracked ? rows : rows.AsNoTracking()).ToDictionaryAsync(k => k.Id, ct);
        var owners = found.Values.Select(k => k.CustomerId).Distinct().ToList();
        var customers = await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(owners).Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        if (found.Count < ids.Count || customers.Count < owners.Count)
        {
            return new Refusal.NotFound();
        }

        if (found.Values.Any(k => k.ErasedAt is not null))
        {
            return new Refusal.Conflict("personal.erased_stays");
        }

        var whose = await Ownership.Of(db, customers.Values, ct);
        return ids.TrueForAll(id => whose.Gives(found[id].CustomerId, found[survivorId].CustomerId)) ? new People([.. ids.Select(id => found[id])], customers) : new Refusal.Forbidden("merge.contacts_outside");
    }

    internal static async Task<IResult> Post(Input input, UniteContacts useCase, CancellationToken ct) =>
        (await useCase.Run(input, ct)).Answer(a => TypedResults.Ok(a));
}
