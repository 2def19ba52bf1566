using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Sharing;

/// <summary>With whom a customer is shared: those who work in one unit, or one person of the group. Units and colleagues are no secret within the group; customers are.</summary>
/// <param name="UserId">The person; null for a unit.</param>
/// <param name="UnitId">The unit; null for a person.</param>
/// <param name="Name">What it is called; of a person with the account.</param>
/// <param name="Path">The path of the unit, or of the person's.</param>
internal sealed partial record Recipient(long? UserId, long? UnitId, string Name, string Path)
{
    private const int Most = 12;

    private const int LongestTyped = 100;

    /// <summary>Enabled accounts whose role sees customers.</summary>
    private static IQueryable<User> People(CrmDb db) => db.Set<User>().Where(u => !u.Disabled
        && (from r in db.Set<IdentityUserRole<long>>() join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId where r.UserId == u.Id && p.Permission == Permission.CustomersRead select r).Any());

    private static IQueryable<Recipient> Of(CrmDb db, IQueryable<User> people) =>
        from u in people join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id orderby u.Id select new Recipient(u.Id, null, u.DisplayName + " (" + u.UserName + ")", unit.Path);

    /// <summary>By key; null where it is not there, closed, or sees no customers at all.</summary>
    public static async Task<Recipient?> Of(CrmDb db, long? userId, long? unitId, CancellationToken ct) => (userId, unitId) switch
    {
        ({ } user, null) => await Of(db, People(db).Where(u => u.Id == user)).SingleOrDefaultAsync(ct),
        (null, { } unit) => await db.Set<OrgUnit>().Where(u => u.Id == unit && u.Active).Select(u => new Recipient(null, u.Id, u.Name, u.Path)).SingleOrDefaultAsync(ct),
        _ => null,
    };

    /// <summary>What <see cref="Find"/> understands as the very one; null where it is gone.</summary>
    public static async Task<string?> Account(CrmDb db, long? userId, long? unitId, CancellationToken ct) =>
        userId is { } user ? await db.Set<User>().Where(u => u.Id == user).Select(u => u.DisplayName + " (" + u.UserName + ")").SingleOrDefaultAsync(ct) : await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Code).SingleOrDefaultAsync(ct);

    /// <summary>Whom somebody meant: a unit by code or name; a person by sign-in name, as the look-up writes it, by employee number, or by a name that only one bears.</summary>
    public static async Task<Result<Recipient>> Find(CrmDb db, string? typed, string field, CancellationToken ct)
    {
        var text = (typed ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length is 0 or > LongestTyped || !PlainText.IsStorable(text))
        {
            return new Refusal.Invalid(text.Length == 0 ? "share.with_missing" : "share.with_unknown", field);
        }

        var (upper, written) = (text.ToUpperInvariant(), NameAndAccount().Match(text));
        var (shown, account) = (written.Groups[1].Value, written.Groups[2].Value.ToUpperInvariant());
        var units = db.Set<OrgUnit>().Where(u => u.Active).OrderBy(u => u.Id);
        var found = await units.Where(u => u.Code == text).Select(u => new Recipient(null, u.Id, u.Name, u.Path)).Take(2).ToListAsync(ct);
        found = found.Count > 0 ? found : await Of(db, People(db).Where(u => u.NormalizedUserName == upper || (u.NormalizedUserName == account && u.DisplayName == shown))).Take(2).ToListAsync(ct);
        found = found.Count > 0 ? found : await Of(db, People(db).Where(u => db.Set<Employee>().Any(e => e.UserId == u.Id && e.Number == text))).Take(2).ToListAsync(ct);
        found = found.Count > 0 ? found : [.. await units.Where(u => u.Name == text).Select(u => new Recipient(null, u.Id, u.Name, u.Path)).Take(2).ToListAsync(ct), .. await Of(db, People(db).Where(u => u.DisplayName == text)).Take(2).ToListAsync(ct)];
        return found switch
        {
            [var one] => one,
            [] => new Refusal.Invalid("share.with_unknown", field),
            _ => new Refusal.Invalid("share.with_ambiguous", field),
        };
    }

    /// <summary>Units and people of the group while one types.</summary>
    internal static async Task<IResult> Get(string? q, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length > LongestTyped || !PlainText.IsStorable(text))
        {
            return LookupAnswer.None;
        }

        var units = await db.Set<OrgUnit>().AsNoTracking().Where(u => u.Active).OrderBy(u => u.Path).Select(u => new { u.Id, u.Code, u.Name }).ToListAsync(ct);
        var places = units.ConvertAll(u => (Item: new LookupItem(u.Id, u.Code, u.Name, $"{Texts.Get("share.unit")} · {u.Code}"), u.Name, u.Code));
        if (text.Length == 0)
        {
            return LookupAnswer.Recent(await opened.Chosen(db, "recipients", ct), places.Select(p => p.Item), Most);
        }

        var people = await (from u in People(db) join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id orderby u.Id select new { u.DisplayName, u.UserName, Unit = unit.Name }).ToListAsync(ct);
        return LookupAnswer.Of(places.Concat(people.Select(p => (Item: new LookupItem(0, $"{p.DisplayName} ({p.UserName})", $"{p.DisplayName} ({p.UserName})", p.Unit), Name: p.DisplayName, Code: p.UserName!)))
            .Select(p => (p.Item, Rank: TextMatch.Rank(text, p.Name) ?? TextMatch.Rank(text, p.Code))).Where(p => p.Rank is not null).OrderBy(p => p.Rank).ThenBy(p => p.Item.Label!.Length).Take(Most).Select(p => p.Item));
    }

    [GeneratedRegex(@"^(.+?) ?[(（]([^()（）]+)[)）]$", RegexOptions.CultureInvariant)]
    private static partial Regex NameAndAccount();
}
