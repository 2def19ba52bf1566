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
            var all = await authorities.Grants(null, ct);
            var ends = all.Values.Select(g => (g.Id, g.Holder, AuthorityRules.Worth(all, g, today).Until)).Where(g => g.Until >= today && g.Until <= soon).ToDictionary(g => g.Id); // With one above it ends what was given on from it.
            List<long> ids = [.. ends.Keys];
            var due = (await db.Set<AuthorityGrant>().AsNoTracking().Where(g => EF.Parameter(ids).Contains(g.Id)).OrderBy(g => g.Id).Select(g => new { g.Id, g.GrantedBy, g.WarnedOf }).ToListAsync(ct)).FindAll(g => g.WarnedOf != ends[g.Id].Until);
            foreach (var grant in due)
            {
                var (_, holder, until) = ends[grant.Id];
                var people = (await authorities.HoldersOf(holder, MostPeople, ct)).Select(o => o.UserId).Append(grant.GrantedBy).Where(u => u != 0).Distinct();
                db.AddRange(people.Select(user => new InboxLine { UserId = user, Kind = Told, RecordKind = AuthorityModule.Record, RecordId = grant.Id, At = db.UtcNow }));
                await db.Set<AuthorityGrant>().Where(g => g.Id == grant.Id).ExecuteUpdateAsync(u => u.SetProperty(g => g.WarnedOf, until), ct); // No change of the grant: neither its version nor its history tells.
            }

            await db.SaveChangesAsync(ct);
            return due.Count;
        }, ct);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"warned":{{warned}}}""");
    }
}
