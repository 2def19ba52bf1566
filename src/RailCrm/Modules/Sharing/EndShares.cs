using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Sharing;

/// <summary>Takes away each night the shares whose day has come, and writes that into the history. Sight ended with the day itself: the scope condition looks at the date.</summary>
internal static class EndShares
{
    public const string Kind = "shares";

    private const int AtOnce = 500;

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var (db, ended, more) = (services.GetRequiredService<CrmDb>(), 0, true);
        while (more)
        {
            var gone = await db.Write(() => Batch(db, ct), ct);
            (ended, more) = (ended + gone, gone == AtOnce);
            db.ChangeTracker.Clear();
        }

        return string.Create(CultureInfo.InvariantCulture, $$"""{"ended":{{ended}}}""");
    }

    private static async Task<int> Batch(CrmDb db, CancellationToken ct)
    {
        var (now, book) = (db.UtcNow, new ShareBook(db));
        var due = await db.Set<CustomerGrant>().AsNoTracking().Where(g => g.Reason == CustomerGrant.Shared && g.Until <= now).OrderBy(g => g.Until).ThenBy(g => g.Id).Take(AtOnce).Select(g => new { g.Id, g.CustomerId }).ToListAsync(ct);
        foreach (var customer in due.Select(g => g.CustomerId).Distinct().Order())
        {
            await book.Alone(customer, ct); // In one order, so that nobody waits for another in a circle.
        }

        var ids = due.ConvertAll(g => g.Id);
        await book.End(await db.Set<CustomerGrant>().Where(g => EF.Parameter(ids).Contains(g.Id)).OrderBy(g => g.Id).ToListAsync(ct), _ => ShareBook.Expired, ct);
        await db.SaveChangesAsync(ct);
        return due.Count;
    }
}
