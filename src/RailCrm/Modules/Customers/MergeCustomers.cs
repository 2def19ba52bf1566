using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>Makes one customer of two to five: chosen fields, and all that hangs on them. The others go to the bin as merged and lead to the one that stayed.</summary>
internal sealed class MergeCustomers(CrmDb db, GetCustomer getCustomer, IEnumerable<ICustomerChildren> children)
{
    private static readonly string[] Silent = [nameof(Customer.Version), nameof(Customer.UpdatedAt), nameof(Customer.Completeness)];

    /// <summary>Merging puts customers away and changes one: it takes both permissions.</summary>
    public static bool Allowed(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.May(Permission.CustomersDelete) && actor.May(Permission.CustomersWrite);
    }

    /// <summary>What is to become one, and how.</summary>
    public sealed class Input
    {
        /// <summary>The customer that stays.</summary>
        public long SurvivorId { get; set; }

        /// <summary>Those that go; one to four.</summary>
        public List<long> LoserIds { get; set => field = value ?? []; } = [];

        /// <summary>Field → the customer whose value is kept; 0 unites tags and lists. What is missing: the survivor's value, else the fullest dossier's; tags and lists are united, shareholders are not.</summary>
        public Dictionary<string, long> Choices { get; set => field = value ?? []; } = [];

        /// <summary>Customer → the version that was seen; a customer changed since then is not merged. Missing ones are not asked.</summary>
        public Dictionary<string, int> Versions { get; set => field = value ?? []; } = [];
    }

    /// <summary>What a merge did.</summary>
    public sealed record Answer(long Id, long SurvivorId, IReadOnlyList<long> LoserIds, IReadOnlyDictionary<string, long> Moved, DateTime UndoUntil);

    /// <summary>How it would be: the fields that differ, and all that would move.</summary>
    /// <param name="Customers">All of them with their lists, the survivor first.</param>
    /// <param name="Rows">The fields that differ.</param>
    /// <param name="Counts">What hangs on each: text key → count by customer, in their order.</param>
    internal sealed record Preview(IReadOnlyList<Customer> Customers, IReadOnlyList<MergeFields.Row> Rows, IReadOnlyList<(string TextKey, IReadOnlyList<long> Counts)> Counts);

    /// <summary>Shows how it would be.</summary>
    internal async Task<Result<Preview>> Look(long survivorId, IReadOnlyList<long> loserIds, CancellationToken ct)
    {
        if (!(await Read(survivorId, loserIds, ct)).TryGet(out var customers, out var refusal) || !MergeFields.Differing(customers, new Dictionary<string, long>()).TryGet(out var rows, out refusal))
        {
            return refusal;
        }

        var counts = new List<(string, IReadOnlyList<long>)>();
        foreach (var child in children.Where(c => c.TextKey is not null))
        {
            var each = new List<long>();
            foreach (var customer in customers)
            {
                each.Add(await child.Count(db, customer.Id, ct));
            }

            counts.Add((child.TextKey!, each));
        }

        return new Preview([.. customers.Select(c => db.Actor.Fields.Cover("customers", c))], rows, [.. counts.Where(c => c.Item2.Any(n => n > 0))]);
    }

    /// <summary>Does it, in one transaction.</summary>
    public async Task<Result<Answer>> Run(Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!Allowed(db.Actor))
        {
            return new Refusal.Forbidden();
        }

        try
        {
            return await db.Write(() => Merge(input, ct), ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    private async Task<Result<Answer>> Merge(Input input, CancellationToken ct)
    {
        await MergeGround.Hold(db, [input.SurvivorId, .. input.LoserIds], ct);
        if (!(await Read(input.SurvivorId, input.LoserIds, ct)).TryGet(out var customers, out var refusal))
        {
            return refusal;
        }

        if (customers.Any(c => input.Versions.TryGetValue(c.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), out var seen) && seen != c.Version))
        {
            return new Refusal.Stale();
        }

        if (input.Choices.Keys.Select(k => RuledField.All.FirstOrDefault(f => f.List == "customers" && f.Name.Equals(k, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(f => f is not null && !db.Actor.Fields.Edits(f.List, f.Name)) is { } kept)
        {
            return new Refusal.InvalidMany([new(kept.Name, "fields.kept", Platform.Text.Texts.Get(kept.TextKey))]);
        }

        if (!MergeFields.Differing(customers, input.Choices).TryGet(out var rows, out refusal))
        {
            return refusal;
        }

        var merged = MergeFields.Merged(customers, rows);
        if (await Wrong(customers, rows, merged, ct) is { } wrong)
        {
            return wrong;
        }

        return await Write(customers, rows, merged, ct);
    }

    private async Task<Answer> Write(IReadOnlyList<Customer> customers, IReadOnlyList<MergeFields.Row> rows, SaveCustomer.Input merged, CancellationToken ct)
    {
        var (at, losers, survivorId) = (db.UtcNow, customers.Skip(1).Select(c => c.Id).ToList(), customers[0].Id);
        var stored = await db.Set<Customer>().Where(c => c.Id == survivorId || EF.Parameter(losers).Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        var survivor = stored[survivorId];
        var code = string.IsNullOrWhiteSpace(merged.CreditCode) ? null : UnifiedSocialCreditCode.Normalise(merged.CreditCode);
        var merge = new CustomerMerge
        {
            SurvivorId = survivorId, MergedAt = at, MergedBy = db.Actor.UserId, UndoUntil = at + CustomerMerge.Undoable,
            Losers = JsonSerializer.Serialize(losers.Select(id => new CustomerMerge.Loser(id, stored[id].Number, stored[id].Name, stored[id].CreditCode == code ? code : null, stored[id].CreditCode == code ? stored[id].CreditCodeReason : null))),
            Choices = JsonSerializer.Serialize(rows.ToDictionary(r => r.Name, r => r.Chosen)),
        };
        db.Add(merge);
        foreach (var loser in losers.Select(id => stored[id]))
        {
            // First and by themselves: a credit code is held by one customer at a time.
            (loser.DeletedAt, loser.DeletedBy, loser.MergedIntoId, loser.UpdatedAt) = (at, db.Actor.UserId, survivorId, at);
            (loser.CreditCode, loser.CreditCodeReason) = loser.CreditCode == code ? (null, null) : (loser.CreditCode, loser.CreditCodeReason);
        }

        await db.SaveChangesAsync(ct);
        CustomerRules.Apply(merged, survivor, merged.UnitId!.Value, at);
        survivor.ParentId = merged.ParentId;
        survivor.Custom = MergeFields.Custom([.. customers.Select(c => (c.Id, c.Custom))], rows);
        db.ChangeTracker.DetectChanges();
        merge.Fields = MergeFields.Changed(db.Entry(survivor), Silent);
        db.Entry(survivor).Property(c => c.UpdatedAt).IsModified = true; // An open form of the survivor is out of date whatever was chosen.
        await db.SaveChangesAsync(ct);

        var counts = new Dictionary<string, long>();
        foreach (var loser in losers)
        {
            foreach (var child in children)
            {
                if (await child.Move(db, new(merge.Id, loser, survivorId, rows.ToDictionary(r => r.Name, r => r.Chosen)), ct) is > 0 and var moved)
                {
                    counts[child.Kind] = counts.GetValueOrDefault(child.Kind) + moved;
                }
            }
        }

        foreach (var child in children)
        {
            await child.Settle(db, new(merge.Id, at, survivorId, losers, Undone: false), ct);
        }

        merge.Counts = JsonSerializer.Serialize(counts);
        Tell("merged", survivor.Id, losers.Select(id => $"{stored[id].Number} {stored[id].Name}"), counts);
        foreach (var loser in losers)
        {
            Tell("merged_into", loser, [$"{survivor.Number} {survivor.Name}"], []);
        }

        await db.SaveChangesAsync(ct);
        await MergeGround.Follow(db, survivor, ct);
        return new(merge.Id, survivorId, losers, counts, merge.UndoUntil);
    }

    private void Tell(string action, long customerId, IEnumerable<string> others, Dictionary<string, long> counts) =>
        db.Add(new AuditEntry(db.Actor, db.UtcNow, action, nameof(Customer), customerId, customerId, MergeGround.Changed(others, counts)));

    /// <summary>All of them with their lists, the survivor first, every one owned by a unit of the actor's.</summary>
    private async Task<Result<IReadOnlyList<Customer>>> Read(long survivorId, IReadOnlyList<long> loserIds, CancellationToken ct)
    {
        if (loserIds.Count is 0 or >= CustomerMerge.Most || loserIds.Append(survivorId).Distinct().Count() <= loserIds.Count)
        {
            return new Refusal.Invalid("merge.how_many", nameof(Input.LoserIds));
        }

        var customers = new List<Customer>();
        foreach (var id in loserIds.Prepend(survivorId))
        {
            if (await getCustomer.Stored(id, ct) is not { } customer)
            {
                return new Refusal.NotFound();
            }

            customers.Add(customer);
        }

        return await MergeGround.Owned(db, customers, ct) ? customers : new Refusal.Forbidden("merge.unit_outside");
    }

    private async Task<Refusal?> Wrong(IReadOnlyList<Customer> customers, IReadOnlyList<MergeFields.Row> rows, SaveCustomer.Input merged, CancellationToken ct)
    {
        if (rows.Any(r => r.Name == nameof(SaveCustomer.Input.Shareholders) && r.Chosen == MergeFields.United) && customers.SelectMany(c => c.Shareholders).DistinctBy(s => s.Name).Sum(s => s.ShareBasisPoints) > 10_000)
        {
            return new Refusal.Invalid("merge.shares_over", nameof(SaveCustomer.Input.Shareholders));
        }

        if (merged.Tags?.Length > 500)
        {
            return new Refusal.Invalid("merge.tags_long", nameof(SaveCustomer.Input.Tags));
        }

        var all = db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]);
        for (var above = merged.ParentId; above is not null; above = await all.Where(c => c.Id == above).Select(c => c.ParentId).SingleAsync(ct))
        {
            if (customers.Any(c => c.Id == above))
            {
                return new Refusal.Invalid("merge.parent_ring", nameof(SaveCustomer.Input.ParentId)); // The children of those that go become the survivor's.
            }
        }

        return null;
    }

    internal static async Task<IResult> Post(Input input, MergeCustomers useCase, CancellationToken ct) =>
        (await useCase.Run(input, ct)).Answer(a => TypedResults.Ok(a));
}
