using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Managers;

/// <summary>Who can be made a manager: an account that works, whose role may change customers, in a unit of the actor's scope.</summary>
internal static partial class ManagerCandidates
{
    private const int Most = 12;

    /// <summary>Somebody who can be appointed, and where he works.</summary>
    public sealed record Person(long Id, string UserName, string Name, long UnitId, UnitLevel Level, string Path, string UnitName)
    {
        /// <summary>As the look-up writes it and as it is understood again.</summary>
        public string Typed => $"{Name} ({UserName})";
    }

    /// <summary>All of them, or those whose unit is one of <paramref name="units"/>.</summary>
    public static Task<List<Person>> Of(CrmDb db, IReadOnlyCollection<long>? units, CancellationToken ct) => Of(db, Able(db), units, ct);

    /// <summary>Those of some people who can be appointed.</summary>
    public static Task<List<Person>> Among(CrmDb db, IReadOnlyCollection<long> people, CancellationToken ct) => Of(db, Able(db).Where(u => EF.Parameter(people).Contains(u.Id)), null, ct);

    private static async Task<List<Person>> Of(CrmDb db, IQueryable<User> able, IReadOnlyCollection<long>? units, CancellationToken ct, int? most = null)
    {
        var seen = PathRange.Of(db.Scope).Of(db);
        seen = units is null ? seen : seen.Where(u => EF.Parameter(units).Contains(u.Id));
        var people =
            from unit in seen
            join u in able on unit.Id equals u.UnitId
            orderby unit.Path, u.Id
            select new Person(u.Id, u.UserName!, u.DisplayName, unit.Id, unit.Level, unit.Path, unit.Name);
        return await (most is { } few ? people.Take(few) : people).ToListAsync(ct);
    }

    /// <summary>Those of some people whose account works and who may change customers.</summary>
    public static async Task<HashSet<long>> Fit(CrmDb db, IReadOnlyCollection<long> people, CancellationToken ct) =>
        [.. await Able(db).Where(u => EF.Parameter(people).Contains(u.Id)).Select(u => u.Id).ToListAsync(ct)];

    /// <summary>Whether somebody who was found still works where he did, now that he is held there.</summary>
    public static Task<bool> Stays(CrmDb db, Person person, CancellationToken ct) => Able(db).AnyAsync(u => u.Id == person.Id && u.UnitId == person.UnitId, ct);

    private static IQueryable<User> Able(CrmDb db) => db.Set<User>().Where(u => !u.Disabled && (from r in db.Set<IdentityUserRole<long>>() join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId where r.UserId == u.Id && p.Permission == Permission.CustomersWrite select r).Any());

    /// <summary>Whom somebody meant: by sign-in name, as the look-up writes it, by employee number, or by a name that only one of them bears.</summary>
    public static async Task<Result<Person>> Find(CrmDb db, string? typed, IReadOnlyCollection<long>? units, string field, CancellationToken ct)
    {
        var text = (typed ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length == 0)
        {
            return new Refusal.Invalid("manager.person_missing", field);
        }

        var written = NameAndAccount().Match(text);
        var (upper, account) = (text.ToUpperInvariant(), written.Success ? written.Groups[2].Value.ToUpperInvariant() : text.ToUpperInvariant());
        var people = await Of(db, Able(db).Where(u => u.NormalizedUserName == upper || u.NormalizedUserName == account || u.DisplayName == text || db.Set<Employee>().Any(e => e.UserId == u.Id && e.Number == text)), units, ct);
        if (people.Find(p => string.Equals(p.UserName, text, StringComparison.OrdinalIgnoreCase) || (written.Success && p.Name == written.Groups[1].Value && string.Equals(p.UserName, written.Groups[2].Value, StringComparison.OrdinalIgnoreCase))) is { } one)
        {
            return one;
        }

        var numbered = await db.Set<Employee>().Where(e => e.Number == text && e.UserId != null).Select(e => e.UserId).FirstOrDefaultAsync(ct);
        return people.FindAll(p => p.Id == numbered || p.Name == text) switch
        {
            [var only] => only,
            [] => new Refusal.InvalidMany([new(field, "manager.person_unfit", text)]),
            var several => new Refusal.InvalidMany([new(field, "customer.manager_ambiguous", text, string.Join(Texts.Get("customer.list_comma"), several.Select(s => s.UserName)))]),
        };
    }

    /// <summary>The units at which a customer can have a manager: its own and those above it, as far as the actor's scope reaches.</summary>
    public static IReadOnlyList<long> Line(CrmDb db, string unitPath)
    {
        var ids = unitPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return [.. ids.Select((id, n) => (Id: long.Parse(id, System.Globalization.CultureInfo.InvariantCulture), Path: string.Join('/', ids.Take(n + 1)) + "/")).Where(u => db.Scope.Covers(u.Path)).Select(u => u.Id)];
    }

    /// <summary>While one types; with a customer those alone who fit it.</summary>
    internal static async Task<IResult> Get(string? q, long? customer, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length > 50 || !PlainText.IsStorable(text))
        {
            return LookupAnswer.None;
        }

        IReadOnlyList<long>? line = null;
        if (customer is { } id)
        {
            var path = await (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where c.Id == id select u.Path).SingleOrDefaultAsync(ct);
            line = path is null ? [] : Line(db, path);
        }

        if (text.Length == 0)
        {
            var chosen = await opened.Chosen(db, "candidates", ct);
            var before = (await Of(db, Able(db).Where(u => EF.Parameter(chosen).Contains(u.Id)), line, ct)).Select(Item).ToList();
            return LookupAnswer.Recent(chosen, before.Count > 0 ? before : (await Nearest(db, line, ct)).Select(Item), Most);
        }

        var people = await Of(db, line, ct);
        static LookupItem Item(Person p) => new(p.Id, p.Typed, p.Typed, p.UnitName);
        return LookupAnswer.Of(people.Select(p => (Person: p, Rank: TextMatch.Rank(text, p.Name) ?? TextMatch.Rank(text, p.UserName))).Where(p => p.Rank is not null)
                .OrderBy(p => p.Rank).ThenBy(p => p.Person.Name.Length).ThenBy(p => p.Person.UserName, StringComparer.Ordinal).Take(Most).Select(p => Item(p.Person)));
    }

    /// <summary>A few while nothing is typed: those of the customer's own unit and then of the units above it, or without a customer those of the actor's unit and then unit by unit. Each read begins at units and takes the first few, so that nobody's colleagues are read whole.</summary>
    private static async Task<List<Person>> Nearest(CrmDb db, IReadOnlyList<long>? line, CancellationToken ct)
    {
        var found = new List<Person>();
        foreach (var unit in line?.Reverse() ?? [db.Actor.UnitId])
        {
            found.AddRange(found.Count < Most ? await Of(db, Able(db).Where(u => u.UnitId == unit), null, ct, Most - found.Count) : []);
        }

        var (own, left) = (db.Actor.UnitId, Most - found.Count);
        return line is null && left > 0 ? [.. found, .. await Of(db, Able(db).Where(u => u.UnitId != own), null, ct, left)] : found;
    }

    [GeneratedRegex(@"^(.+?) ?[(（]([^()（）]+)[)）]$", RegexOptions.CultureInvariant)]
    private static partial Regex NameAndAccount();
}
