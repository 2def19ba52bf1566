using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Customers;

/// <summary>Finds the likely duplicates of what a bulk job, an import or a merge touched, soon after it and beside everybody's work; beyond <see cref="MostRows"/> the nightly search does.</summary>
public static class RenewLater
{
    /// <summary>The kind of job.</summary>
    public const string Kind = "pairs-renew";

    /// <summary>So many rows at most: each is compared with all that are near it.</summary>
    public const int MostRows = 5_000;

    private const int Batch = 1;

    /// <summary>Whose pairs are to be found.</summary>
    /// <param name="Customers">Customers.</param>
    /// <param name="Contacts">Contacts, and with each its customer.</param>
    /// <param name="PeopleOf">Customers whose contacts are now others.</param>
    internal sealed record Order(IReadOnlyList<long> Customers, IReadOnlyList<long> Contacts, IReadOnlyList<long> PeopleOf);

    private sealed record Place(int Customers, int Contacts);

    /// <summary>Asks for it, in the transaction that is open or in one of its own.</summary>
    public static Task Queue(CrmDb db, IReadOnlyList<long> customers, IReadOnlyList<long> contacts, CancellationToken ct) => Queue(db, new(customers, contacts, []), ct);

    internal static async Task Queue(CrmDb db, Order order, CancellationToken ct)
    {
        var count = order.Customers.Count + order.Contacts.Count + order.PeopleOf.Count;
        if (count is > 0 and <= MostRows)
        {
            db.Add(new Job { Kind = Kind, Input = JsonSerializer.Serialize(order), CreatedAt = db.UtcNow }); // The system's: a duplicate is one wherever it lies.
            await db.SaveChangesAsync(ct);
        }
    }

    /// <summary>Does it from its checkpoint, some rows a transaction.</summary>
    internal static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var (db, order) = (services.GetRequiredService<CrmDb>(), JsonSerializer.Deserialize<Order>(lease.Job.Input)!);
        var people = order.PeopleOf.Count == 0 ? [] : await People(db).Where(k => EF.Parameter(order.PeopleOf).Contains(k.CustomerId)).OrderBy(k => k.Id).Select(k => k.Id).Take(RenewContactPairs.MostAtCustomer).ToListAsync(ct);
        var contacts = order.Contacts.Concat(people).Distinct().ToList();
        var theirs = order.Contacts.Count == 0 ? [] : await People(db).Where(k => EF.Parameter(order.Contacts).Contains(k.Id)).Select(k => k.CustomerId).Distinct().OrderBy(id => id).ToListAsync(ct);
        var customers = order.Customers.Union(theirs).ToList();
        var at = lease.Job.Checkpoint is { } checkpoint ? JsonSerializer.Deserialize<Place>(checkpoint)! : new(0, 0);
        while (at.Customers < customers.Count || at.Contacts < contacts.Count)
        {
            var here = at;
            at = await db.Write(async () =>
            {
                var (some, persons) = (customers.Skip(here.Customers).Take(Batch).ToList(), contacts.Skip(here.Contacts).Take(here.Customers < customers.Count ? 0 : Batch).ToList());
                foreach (var id in some)
                {
                    await RenewPairs.Renew(db, id, ct);
                }

                foreach (var contact in await People(db).Where(k => EF.Parameter(persons).Contains(k.Id)).ToListAsync(ct))
                {
                    await RenewContactPairs.Renew(db, contact, ct);
                }

                var next = new Place(here.Customers + some.Count, here.Contacts + persons.Count);
                await lease.Advance(JsonSerializer.Serialize(next), next.Customers + next.Contacts, 0, customers.Count + contacts.Count, ct);
                return next;
            }, ct);
            db.ChangeTracker.Clear();
        }

        return "{}";
    }

    private static IQueryable<Contact> People(CrmDb db) => db.Set<Contact>().AsNoTracking();
}
