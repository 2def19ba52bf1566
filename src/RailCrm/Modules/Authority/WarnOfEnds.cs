using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Authority;

/// <summary>Warns each night those who hold a grant and whoever gave it that it ends soon: once for each last day. What ends needs nobody: what it is worth is asked of the day.</summary>
internal static class WarnOfEnds
{
    public const string Kind = "authority";

    /// <summary>What an inbox line tells; its text is <c>inbox.kind_…</c>.</summary>
    public const string Told = "authority_ends";

    /// <summary>So many days before.</summary>
    public const int Days = 14;

    private const int MostPeople = 200;

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var (db, authorities) = (services.GetRequiredService<CrmDb>(), services.GetRequiredService<Authorities>());
        var warned = await db.Write(async () =>
        {
            await db.Alone("authority", ct);
            var (today, soon) = (authorities.Today, authorities.Today.AddDays(Days));
            var due = await db.Set<AuthorityGrant>().AsNoTracking().Where(g => g.RevokedAt == null && g.UntilOn >= today && g.UntilOn <= soon && (g.WarnedOf == null || g.WarnedOf != g.UntilOn)).OrderBy(g => g.Id).ToListAsync(ct);
            var all = due.Count == 0 ? new Dictionary<long, Grant>() : await authorities.Grants(null, ct);
            foreach (var grant in due)
            {
                var people = (await authorities.HoldersOf(all[grant.Id].Holder, MostPeople, ct)).Select(o => o.UserId).Append(grant.GrantedBy).Where(u => u != 0).Distinct();
                db.AddRange(people.Select(user => new InboxLine { UserId = user, Kind = Told, RecordKind = AuthorityModule.Record, RecordId = grant.Id, At = db.UtcNow }));
                await db.Set<AuthorityGrant>().Where(g => g.Id == grant.Id).ExecuteUpdateAsync(u => u.SetProperty(g => g.WarnedOf, grant.UntilOn), ct); // No change of the grant: neither its version nor its history tells.
            }

            await db.SaveChangesAsync(ct);
            return due.Count;
        }, ct);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"warned":{{warned}}}""");
    }
}
