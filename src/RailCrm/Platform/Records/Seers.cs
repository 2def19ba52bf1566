using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Records;

/// <summary>Who may see a customer: the same condition as the scope's, asked from the other side.</summary>
internal sealed class Seers(CrmDb db)
{
    private const int Most = 8;

    /// <summary>People read for a lookup; a group has fewer above one outlet.</summary>
    private const int MostRead = 3_000;

    /// <summary>The accounts that may see the customer.</summary>
    public async Task<IQueryable<User>> Of(long customerId, CancellationToken ct)
    {
        var path = await (from c in db.Set<ScopeCustomer>() join u in db.Set<ScopeUnit>() on c.UnitId equals u.Id where c.Id == customerId select u.Path).SingleOrDefaultAsync(ct) ?? "";
        var above = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture)).ToList();
        var now = db.UtcNow;
        return db.Set<User>().AsNoTracking().Where(u => !u.Disabled
            && (EF.Parameter(above).Contains(u.UnitId) || db.Set<ScopeGrant>().Any(g => g.CustomerId == customerId && (g.UserId == u.Id || g.UnitId == u.UnitId) && (g.Until == null || g.Until > now)))
            && db.Set<IdentityUserRole<long>>().Any(r => r.UserId == u.Id && db.Set<RolePermission>().Any(p => p.RoleId == r.RoleId && p.Permission == Permission.CustomersRead)));
    }

    /// <summary>Those of the accounts with these normalized names who may see the customer.</summary>
    public async Task<IReadOnlyList<User>> Named(long customerId, IReadOnlyList<string> names, CancellationToken ct) =>
        names.Count == 0 ? [] : await (await Of(customerId, ct)).Where(u => EF.Parameter(names).Contains(u.NormalizedUserName!)).ToListAsync(ct);

    /// <summary>People to mention, by name, pinyin, initials or sign-in name, while one types.</summary>
    public static async Task<IResult> Get(long? customer, string? q, Seers seers, RecordKinds records, CrmDb db, CancellationToken ct)
    {
        if (customer is not { } id)
        {
            return TypedResults.Ok(new { items = Array.Empty<object>() });
        }

        if (await records.One(db, RecordKind.Customer, id, ct) is null)
        {
            return Http.Answers.Problem(new Refusal.NotFound());
        }

        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length > 50 || !PlainText.IsStorable(text))
        {
            return TypedResults.Ok(new { items = Array.Empty<object>() });
        }

        var people = await (await seers.Of(id, ct)).Where(u => u.Id != db.Actor.UserId).OrderBy(u => u.Id).Select(u => new { u.UserName, u.DisplayName }).Take(MostRead).ToListAsync(ct);
        return TypedResults.Ok(new
        {
            items = people.Select(u => (u.UserName, u.DisplayName, Rank: text.Length == 0 ? 0 : TextMatch.Rank(text, u.DisplayName) ?? TextMatch.Rank(text, u.UserName!)))
                .Where(u => u.Rank is not null).OrderBy(u => u.Rank).ThenBy(u => u.DisplayName.Length).ThenBy(u => u.UserName, StringComparer.Ordinal).Take(Most)
                .Select(u => new { value = u.UserName, label = u.DisplayName, hint = "@" + u.UserName }),
        });
    }
}
