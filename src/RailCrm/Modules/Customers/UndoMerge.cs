using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>Takes a merge back: what moved and still is where it was goes home, what came later stays with the survivor; fields changed since then are kept.</summary>
internal sealed class UndoMerge(CrmDb db, CustomFields own, IEnumerable<ICustomerChildren> children)
{
    /// <summary>Fields that are made from another and go with it.</summary>
    private static readonly Dictionary<string, string> Source = new()
    {
        [nameof(Customer.NormalizedName)] = nameof(Customer.Name), [nameof(Customer.NamePinyin)] = nameof(Customer.Name), [nameof(Customer.NameInitials)] = nameof(Customer.Name),
        [nameof(Customer.PhoneDigits)] = nameof(Customer.Phone), [nameof(Customer.CreditCodeReason)] = nameof(Customer.CreditCode),
    };

    /// <summary>What went back.</summary>
    /// <param name="SurvivorId">The customer that had stayed.</param>
    /// <param name="LoserIds">Those that came back.</param>
    /// <param name="Returned">Kind → how much went back.</param>
    /// <param name="Kept">Fields of the survivor that were changed since and stay as they are.</param>
    public sealed record Answer(long SurvivorId, IReadOnlyList<long> LoserIds, IReadOnlyDictionary<string, long> Returned, IReadOnlyList<string> Kept);

    /// <summary>Does it, in one transaction.</summary>
    public async Task<Result<Answer>> Run(long mergeId, CancellationToken ct) =>
        MergeCustomers.Allowed(db.Actor) ? await db.Write(() => Undo(mergeId, ct), ct) : new Refusal.Forbidden();

    private async Task<Result<Answer>> Undo(long mergeId, CancellationToken ct)
    {
        var seen = await db.Set<CustomerMerge>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == mergeId, ct);
        if (seen is null)
        {
            return new Refusal.NotFound();
        }

        var loserIds = seen.LoserList.Select(l => l.Id).ToList();
        await MergeGround.Hold(db, [seen.SurvivorId, .. loserIds], ct);
        var merge = await db.Set<CustomerMerge>().SingleAsync(m => m.Id == mergeId, ct);
        var customers = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id == seen.SurvivorId || EF.Parameter(loserIds).Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        if (!customers.ContainsKey(seen.SurvivorId))
        {
            return new Refusal.NotFound();
        }

        if (customers.Count <= loserIds.Count || !await MergeGround.Owned(db, customers.Values, ct))
        {
            return new Refusal.Forbidden("merge.unit_outside");
        }

        var survivor = customers[merge.SurvivorId];
        var losers = loserIds.ConvertAll(id => customers[id]);
        if (merge.UndoneAt is not null || merge.UndoUntil < db.UtcNow)
        {
            return new Refusal.Conflict(merge.UndoneAt is not null ? "merge.undone_already" : "merge.undo_late");
        }

        if (survivor.DeletedAt is not null || losers.Exists(l => l.MergedIntoId != survivor.Id))
        {
            return new Refusal.Conflict("merge.survivor_gone");
        }

        return await Write(merge, survivor, losers, ct);
    }

    private async Task<Answer> Write(CustomerMerge merge, Customer survivor, List<Customer> losers, CancellationToken ct)
    {
        var (at, choices, returned) = (db.UtcNow, merge.ChoiceList, new Dictionary<string, long>());
        foreach (var loser in Enumerable.Reverse(losers))
        {
            foreach (var child in children.Reverse())
            {
                if (await child.GiveBack(db, new(merge.Id, loser.Id, survivor.Id, choices), ct) is > 0 and var went)
                {
                    returned[child.Kind] = returned.GetValueOrDefault(child.Kind) + went;
                }
            }
        }

        await Rejoin([survivor.Id, .. losers.Select(l => l.Id)], ct);

        // What was counted and moved in tables may have touched these rows too.
        foreach (var customer in losers.Append(survivor))
        {
            await db.Entry(customer).ReloadAsync(ct);
        }

        var kept = await Restore(merge, survivor, ct);
        survivor.UpdatedAt = at;
        db.Entry(survivor).Property(c => c.UpdatedAt).IsModified = true;
        await db.SaveChangesAsync(ct); // Gives the credit code free for the one that held it.
        foreach (var loser in losers)
        {
            (loser.DeletedAt, loser.DeletedBy, loser.MergedIntoId, loser.UpdatedAt) = (null, null, null, at);
            if (merge.LoserList.First(l => l.Id == loser.Id) is { CreditCode: { } code, CreditCodeReason: var reason })
            {
                await GiveCode(loser, code, reason, kept, ct);
            }

            await GiveUp(loser, kept, ct);
        }

        (merge.UndoneAt, merge.UndoneBy) = (at, db.Actor.UserId);
        await db.SaveChangesAsync(ct);
        foreach (var child in children)
        {
            await child.Settle(db, new(merge.Id, at, survivor.Id, [.. losers.Select(l => l.Id)], Undone: true), ct);
        }

        foreach (var customer in losers.Append(survivor))
        {
            await db.Entry(customer).ReloadAsync(ct);
            db.Add(new AuditEntry(db.Actor, at, "unmerged", nameof(Customer), customer.Id, customer.Id, MergeGround.Changed(losers.Append(survivor).Where(c => c != customer).Select(c => $"{c.Number} {c.Name}"), customer == survivor ? returned : [])));
            await MergeGround.Follow(db, customer, ct);
        }

        await db.SaveChangesAsync(ct);
        return new(survivor.Id, [.. losers.Select(l => l.Id)], returned, [.. kept.Distinct().Where(f => own.Sees("customers", f, db.Actor))]);
    }

    /// <summary>What came since the merge and belongs to what went home goes with it: a file's earlier versions, replies to a note.</summary>
    private async Task Rejoin(long[] customers, CancellationToken ct)
    {
        foreach (var one in customers)
        {
            await db.Database.ExecuteSqlAsync($"UPDATE attachment_versions SET customer_id = (SELECT a.customer_id FROM customer_attachments a WHERE a.id = attachment_versions.attachment_id) WHERE customer_id = {one} AND customer_id <> (SELECT a.customer_id FROM customer_attachments a WHERE a.id = attachment_versions.attachment_id)", ct);
            await db.Database.ExecuteSqlAsync($"UPDATE notes SET customer_id = (SELECT n.customer_id FROM notes n WHERE n.id = notes.parent_id) WHERE customer_id = {one} AND customer_id <> (SELECT n.customer_id FROM notes n WHERE n.id = notes.parent_id)", ct);
        }
    }

    /// <summary>Puts back what the merge changed and nobody has changed since; gives the fields that somebody has.</summary>
    private async Task<List<string>> Restore(CustomerMerge merge, Customer survivor, CancellationToken ct)
    {
        var changed = UndoFields.Restore(db.Entry(survivor), merge.FieldList, Source, await Prevented(merge.FieldList, survivor, ct));
        changed.AddRange(await UndoFields.RestoreOwn(db, own, "customers", merge.FieldList, survivor, survivor.Id, ct));
        return changed;
    }

    /// <summary>Fields that cannot be what they were: somebody holds the credit code by now, or the parent is gone or lies below.</summary>
    private async Task<List<string>> Prevented(Dictionary<string, CustomerMerge.FieldValue> fields, Customer survivor, CancellationToken ct)
    {
        var prevented = new List<string>();
        if (fields.TryGetValue(nameof(Customer.CreditCode), out var code) && code.Before.GetString() is { } held && await All.AnyAsync(c => c.CreditCode == held && c.Id != survivor.Id, ct))
        {
            prevented.Add(nameof(Customer.CreditCode));
        }

        if (fields.TryGetValue(nameof(Customer.ParentId), out var parent) && parent.Before.ValueKind == JsonValueKind.Number && !await CanBeAbove(parent.Before.GetInt64(), survivor.Id, ct))
        {
            prevented.Add(nameof(Customer.ParentId));
        }

        return prevented;
    }

    private IQueryable<Customer> All => db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).AsNoTracking();

    private async Task<bool> CanBeAbove(long parentId, long customerId, CancellationToken ct)
    {
        var seen = new HashSet<long>();
        for (long? above = parentId; above is { } one; )
        {
            if (one == customerId || !seen.Add(one) || await All.Where(c => c.Id == one).Select(c => new { c.ParentId }).SingleOrDefaultAsync(ct) is not { } found)
            {
                return false;
            }

            above = found.ParentId;
        }

        return true;
    }

    /// <summary>Takes from one that comes back what it cannot have beside what came since: an own value that another holds alone by now, a parent that lies below it by now.</summary>
    private async Task GiveUp(Customer loser, List<string> kept, CancellationToken ct)
    {
        foreach (var key in await own.TakenOf(db, "customers", loser.Custom, loser.Id, ct))
        {
            loser.Custom = CustomValue.With(loser.Custom, key, null);
            kept.Add($"Custom.{key}");
        }

        if (loser.ParentId is { } parent && !await CanBeAbove(parent, loser.Id, ct))
        {
            loser.ParentId = null;
            kept.Add(nameof(Customer.ParentId));
        }
    }

    private async Task GiveCode(Customer loser, string code, string? reason, List<string> kept, CancellationToken ct)
    {
        if (await db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).AnyAsync(c => c.CreditCode == code, ct))
        {
            kept.Add(nameof(Customer.CreditCode)); // Somebody holds it by now.
            return;
        }

        (loser.CreditCode, loser.CreditCodeReason) = (code, reason);
    }

    internal static async Task<IResult> Post(long id, UndoMerge useCase, CancellationToken ct) =>
        (await useCase.Run(id, ct)).Answer(a => TypedResults.Ok(a));
}
