using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Organization;

/// <summary>Units in the palette: by name, pinyin, initials or code. A group has some thousand, so they are looked through.</summary>
internal sealed class UnitsSource : IPaletteSource
{
    public string Kind => "unit";

    public string TextKey => "palette.units";

    public string Permission => Platform.Access.Permission.OrganizationRead;

    public int Order => 40;

    public string? RecordsAt => "/organization/";

    public string? AllAt(string text) => QueryHelpers.AddQueryString("/organization", "q", text);

    private sealed record Row(long Id, string Code, string Name, bool Active);

    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct)
    {
        var units = await Read(PathRange.Of(question.Db.Scope).Of(question.Db)).ToListAsync(ct);
        var found = Best(u => TextMatch.Rank(question.Text, u.Name) ?? (u.Code.StartsWith(question.Text, StringComparison.OrdinalIgnoreCase) ? TextMatch.Begins : null));
        return [.. found.Count > 0 ? found.Select(u => Hit(u)) : Best(u => NearTerms.IsNear(question.Text, u.Name) ? TextMatch.Has : null).Select(u => Hit(u, near: true))];

        List<Row> Best(Func<Row, int?> rank) => [.. units.Select(u => (Unit: u, Rank: rank(u))).Where(u => u.Rank is not null)
            .OrderBy(u => u.Rank).ThenBy(u => question.Place(u.Unit.Id)).ThenBy(u => u.Unit.Name.Length).ThenBy(u => u.Unit.Id).Take(question.Most).Select(u => u.Unit)];
    }

    public async Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        [.. (await Read(PathRange.Of(db.Scope).Of(db).Where(u => EF.Parameter(ids).Contains(u.Id))).ToListAsync(ct)).Select(u => Hit(u))];

    private static IQueryable<Row> Read(IQueryable<OrgUnit> units) => units.Select(u => new Row(u.Id, u.Code, u.Name, u.Active));

    private static PaletteHit Hit(Row u, bool near = false) => new(u.Name, u.Code, $"/organization/{u.Id}", "sitemap") { Id = u.Id, Near = near };
}

/// <summary>People of the group in the palette: by name, pinyin, initials or number.</summary>
internal sealed class EmployeesSource : IPaletteSource
{
    public string Kind => "employee";

    public string TextKey => "palette.employees";

    public string Permission => Platform.Access.Permission.OrganizationRead;

    public int Order => 50;

    public string? RecordsAt => "/employees/";

    public string? AllAt(string text) => QueryHelpers.AddQueryString("/employees", "q", text);

    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct)
    {
        var found = await Read(question.Db, EmployeeList.Named(question.Db, question.Text), ct);
        // Another character of the same sound is how a name is mostly mistyped.
        var isNear = found.Count == 0 && question.Text.Length > 1 && !question.Text.All(char.IsAscii);
        found = isNear ? await Read(question.Db, EmployeeList.Named(question.Db, Pinyin.Full(question.Text)), ct) : found;
        return [.. found.OrderBy(e => TextMatch.Rank(question.Text, e.Name) ?? 3).ThenBy(e => question.Place(e.Id)).ThenBy(e => e.Name, StringComparer.Ordinal).Take(question.Most)
            .Select(e => new PaletteHit(e.Name, string.Join(" · ", new[] { e.UnitName, e.Position, e.Number }.OfType<string>()), $"/employees/{e.Id}", "users") { Id = e.Id, Near = isNear })];
    }

    private sealed record Row(long Id, string Name, string? Number, string? Position, string UnitName);

    private static async Task<List<Row>> Read(CrmDb db, IQueryable<Employee>? named, CancellationToken ct) => named is null ? [] : await (
        from e in named.Where(e => e.Active).OrderBy(e => e.Name).ThenBy(e => e.Id).Take(50)
        join u in db.Set<OrgUnit>() on e.UnitId equals u.Id
        select new Row(e.Id, e.Name, e.Number, e.Position, u.Name)).ToListAsync(ct);

    public async Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => await (
        from e in db.Set<Employee>().Where(e => EF.Parameter(ids).Contains(e.Id))
        join u in PathRange.Of(db.Scope).Of(db) on e.UnitId equals u.Id
        select new PaletteHit(e.Name, u.Name, $"/employees/{e.Id}", "users") { Id = e.Id }).ToListAsync(ct);
}

/// <summary>Accounts in the palette of those who look after them: by sign-in name or the name shown. A group has some thousand, so they are looked through.</summary>
internal sealed class AccountsSource : IPaletteSource
{
    public string Kind => "account";

    public string TextKey => "palette.accounts";

    public string Permission => Platform.Access.Permission.Accounts;

    public int Order => 60;

    public string? RecordsAt => "/accounts/";

    public string? AllAt(string text) => QueryHelpers.AddQueryString("/accounts", "q", text);

    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct) =>
        [.. (await Read(question.Db, question.Db.Set<User>()).ToListAsync(ct)).Select(a => (Account: a, Rank: new[] { TextMatch.Rank(question.Text, a.UserName), TextMatch.Rank(question.Text, a.DisplayName) }.Min())).Where(a => a.Rank is not null)
            .OrderBy(a => a.Rank).ThenBy(a => question.Place(a.Account.Id)).ThenBy(a => a.Account.Id).Take(question.Most).Select(a => Hit(a.Account))];

    public async Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        [.. (await Read(db, db.Set<User>().Where(u => EF.Parameter(ids).Contains(u.Id))).ToListAsync(ct)).Select(Hit)];

    private sealed record Row(long Id, string UserName, string DisplayName, string UnitName);

    private static IQueryable<Row> Read(CrmDb db, IQueryable<User> accounts) =>
        from a in accounts
        join u in PathRange.Of(db.Scope).Of(db) on a.UnitId equals u.Id
        select new Row(a.Id, a.UserName!, a.DisplayName, u.Name);

    private static PaletteHit Hit(Row a) => new(a.UserName, $"{a.DisplayName} · {a.UnitName}", $"/accounts/{a.Id}", "shield-lock") { Id = a.Id };
}
