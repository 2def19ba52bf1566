using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>What a merge and its undo both stand on: who may, what is held meanwhile, what is told, what follows.</summary>
internal static class MergeGround
{
    /// <summary>Of those ticked so many are shown where they are too many to be merged.</summary>
    public const int MostTicked = 50;

    /// <summary>Those that an address names to be merged, in its order: several with commas between them, or the name several times; of too many the first, to choose from.</summary>
    public static List<long> Asked(HttpRequest request) =>
        [.. request.Query["ids"].ToString().Split(',').Take(2 * MostTicked).Select(t => long.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0).Distinct().Take(MostTicked)];

    /// <summary>Those that an address names, with the one whose name was typed beside them; and why that is not taken, or that none was chosen.</summary>
    /// <param name="request">The request.</param>
    /// <param name="named">Finds one by what was typed.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<(List<long> Ids, Refusal? Wrong)> Asked(HttpRequest request, Func<string, CancellationToken, Task<long?>> named, CancellationToken ct)
    {
        var (ids, typed) = (Asked(request), request.Query["other"].ToString().Trim());
        if (ids.Count == 0 || typed.Length == 0)
        {
            return (ids, ids.Count == 1 && request.Query.ContainsKey("sent") ? new Refusal.Invalid("merge.choose_one", "other") : null);
        }

        var other = await named(typed, ct);
        return other is null ? (ids, new Refusal.Invalid("merge.other_unknown", "other"))
            : other == ids[0] ? (ids, new Refusal.Invalid("merge.other_same", "other")) : ([.. ids.Append(other.Value).Distinct()], null);
    }

    /// <summary>The summary that the history shows: which customers or contacts, how much of each kind and, where one was given, the reason before and after.</summary>
    public static string Changed(IEnumerable<string> others, IReadOnlyDictionary<string, long> counts, (string? Before, string? After)? reason = null, string what = "Customers")
    {
        var said = counts.ToDictionary(c => $"Moved.{c.Key}", c => new object?[] { null, c.Value });
        said[what] = [null, string.Join("；", others)];
        if (reason is var (before, after))
        {
            said[nameof(SaveCustomer.Input.DuplicateReason)] = [before, after];
        }

        return JsonSerializer.Serialize(said, Plainly);
    }

    private static readonly JsonSerializerOptions Plainly = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What follows for a customer whose fields and people changed at once: search, completeness, its likely duplicates.</summary>
    public static async Task Follow(CrmDb db, Customer customer, CancellationToken ct)
    {
        await CustomerSearch.Write(db, customer, ct);
        var score = Completeness.Score(customer, await Completeness.Lists.Of(db, customer.Id, ct));
        if (score != customer.Completeness)
        {
            customer.Completeness = score;
            await db.SaveChangesAsync(ct);
        }

        await RenewPairs.Of(db, customer.Id, ct);
        await RenewLater.Queue(db, new([], [], [customer.Id]), ct); // Its people are others now, and may be thousands.
    }

    /// <summary>Holds customers until the transaction ends, lowest first, so that no line is written for one that goes and two merges never wait for each other in a ring; and all parents, as <see cref="SaveCustomer"/> does. SQLite's writers are in turn anyway.</summary>
    public static async Task Hold(CrmDb db, IEnumerable<long> ids, CancellationToken ct)
    {
        if (db.IsPostgres)
        {
            var all = ids.ToArray();
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(728102)", ct);
            await db.Database.ExecuteSqlAsync($"SELECT id FROM customers WHERE id = ANY({all}) ORDER BY id FOR UPDATE", ct);
        }
    }

    /// <summary>Whether units of the actor's own every one of them: one that is only shared to the actor may be read, not merged.</summary>
    public static async Task<bool> Owned(CrmDb db, IEnumerable<Customer> customers, CancellationToken ct)
    {
        var units = customers.Select(c => c.UnitId).Distinct().ToList();
        return (await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).Select(u => u.Path).ToListAsync(ct)).TrueForAll(db.Scope.Covers);
    }
}
