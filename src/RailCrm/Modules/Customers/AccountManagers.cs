using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Customers;

/// <summary>客户经理: whoever holds a grant as manager today. The list shows them, finds customers by one, and looks them up by name.</summary>
internal static partial class AccountManagers
{
    private const int Most = 12;

    /// <summary>People looked through for a lookup; a group has fewer.</summary>
    private const int MostRead = 5_000;

    /// <summary>The managers of a page's customers, by the customer.</summary>
    public static readonly NamesOf Of = async (db, customers, ct) =>
    {
        var now = db.UtcNow;
        var held = await (
            from g in db.Set<CustomerGrant>()
            join u in db.Set<User>() on g.UserId equals u.Id
            join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id
            where EF.Parameter(customers).Contains(g.CustomerId) && g.Reason == CustomerGrant.Manager && (g.Until == null || g.Until > now)
            orderby unit.Path.Length descending, g.Id // From the outlet up.
            select new { g.CustomerId, u.DisplayName }).ToListAsync(ct);
        return held.GroupBy(m => m.CustomerId).ToDictionary(m => m.Key, m => string.Join(Texts.Get("customer.list_comma"), m.Select(h => h.DisplayName).Distinct()));
    };

    /// <summary>Customers of one manager, by sign-in name, employee number or display name; with no name those that have none. A display name that several of them bear is refused: who is meant must be said.</summary>
    public static async Task<Result<Condition<Customer>>> Ask(CrmDb db, string field, string name, CancellationToken ct)
    {
        var now = db.UtcNow;
        if (name.Length == 0)
        {
            return new Condition<Customer>(c => db.Set<CustomerGrant>().Any(g => g.CustomerId == c.Id && g.UserId != null && g.Reason == CustomerGrant.Manager && (g.Until == null || g.Until > now)), null).Not();
        }

        var named = await Named(db, name, ct);
        if (named.Count > 1)
        {
            return new Refusal.InvalidMany([new(field, "customer.manager_ambiguous", name, string.Join(Texts.Get("customer.list_comma"), named.Select(n => n.UserName)))]);
        }

        var people = named.ConvertAll(n => (long?)n.Id);
        return new Condition<Customer>(
            c => db.Set<CustomerGrant>().Any(g => g.CustomerId == c.Id && EF.Parameter(people).Contains(g.UserId) && g.Reason == CustomerGrant.Manager && (g.Until == null || g.Until > now)),
            db.Set<CustomerGrant>().Where(g => EF.Parameter(people).Contains(g.UserId) && g.Reason == CustomerGrant.Manager && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).Distinct());
    }

    /// <summary>The very account, alone or as the look-up writes it, before everybody who is called so; of several namesakes those who manage a customer that the actor sees.</summary>
    private static async Task<List<(long Id, string UserName)>> Named(CrmDb db, string typed, CancellationToken ct)
    {
        var (users, written) = (db.Set<User>(), NameAndAccount().Match(typed));
        var (account, shown) = (written.Groups[2].Value.ToUpperInvariant(), written.Groups[1].Value);
        var upper = typed.ToUpperInvariant();
        var found = await users.Where(u => u.NormalizedUserName == upper || (u.NormalizedUserName == account && u.DisplayName == shown)).Select(u => new { u.Id, u.UserName }).ToListAsync(ct);
        found = found.Count > 0 ? found : await users.Where(u => db.Set<Employee>().Any(e => e.UserId == u.Id && e.Number == typed)).Select(u => new { u.Id, u.UserName }).ToListAsync(ct);
        found = found.Count > 0 ? found : await users.Where(u => u.DisplayName == typed).OrderBy(u => u.UserName).Select(u => new { u.Id, u.UserName }).ToListAsync(ct);
        if (found.Count > 1)
        {
            var (ids, now) = (found.ConvertAll(f => (long?)f.Id), db.UtcNow);
            var held = await db.Set<CustomerGrant>().Where(g => EF.Parameter(ids).Contains(g.UserId) && g.Reason == CustomerGrant.Manager && (g.Until == null || g.Until > now) && db.Set<Customer>().Any(c => c.Id == g.CustomerId)).Select(g => g.UserId).Distinct().ToListAsync(ct);
            found.RemoveAll(f => !held.Contains(f.Id));
        }

        return found.ConvertAll(f => (f.Id, f.UserName!));
    }

    [GeneratedRegex(@"^(.+?) ?[(（]([^()（）]+)[)）]$", RegexOptions.CultureInvariant)]
    private static partial Regex NameAndAccount();

    /// <summary>Managers within the actor's units, by name, pinyin, initials or sign-in name, while one types.</summary>
    public static async Task<IResult> Get(string? q, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length > 50 || !PlainText.IsStorable(text))
        {
            return LookupAnswer.None;
        }

        var units = PathRange.Of(db.Scope).Of(db).Select(u => u.Id);
        var people = await db.Set<User>().Where(u => units.Contains(u.UnitId) && db.Set<CustomerGrant>().Any(g => g.UserId == u.Id && g.Reason == CustomerGrant.Manager)).OrderBy(u => u.Id).Select(u => new { u.Id, u.UserName, u.DisplayName }).Take(MostRead).ToListAsync(ct);
        static LookupItem Item(long id, string? userName, string name) => new(id, $"{name} ({userName})", $"{name} ({userName})", null);
        if (text.Length == 0)
        {
            return LookupAnswer.Recent(await opened.Chosen(db, "managers", ct), people.Select(p => Item(p.Id, p.UserName, p.DisplayName)));
        }

        return LookupAnswer.Of(people.Select(p => (Person: p, Rank: TextMatch.Rank(text, p.DisplayName) ?? TextMatch.Rank(text, p.UserName!))).Where(p => p.Rank is not null)
            .OrderBy(p => p.Rank).ThenBy(p => p.Person.DisplayName.Length).ThenBy(p => p.Person.UserName, StringComparer.Ordinal).Take(Most)
            .Select(p => Item(p.Person.Id, p.Person.UserName, p.Person.DisplayName)));
    }
}
