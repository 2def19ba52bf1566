using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Organization.Employee>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Organization;

/// <summary>The people of the units in the reader's scope. A group employs thousands, not millions: their names are walked through.</summary>
internal sealed class EmployeeList : ListOf<Employee>
{
    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
    private static readonly NamesOf Accounts = (db, ids, ct) => db.Set<User>().Where(u => EF.Parameter(ids).Contains(u.Id) && Seen(db).Any(e => e.UserId == u.Id)).ToDictionaryAsync(u => u.Id, u => u.UserName ?? "", ct);

    public override string Key => "employees";
    public override string Path => "/employees";
    public override string TextKey => "employee.title";
    public override string Permission => Platform.Access.Permission.OrganizationRead;
    public override string Order => "name";
    public override bool HasNames => false;
    public override bool HasBoard => false;
    public override string SearchKey => "employee.search";
    public override IReadOnlyList<string> Columns { get; } = ["name", "number", "unit", "position", "phone", "account", "active"];
    public override IReadOnlyList<string> Quick { get; } = ["number", "unit", "position", "active"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("here", "employee.here", "active=true") { Opens = true }, new("left", "employee.left", "active=false"), new("all", "list.view_all", "")];

    protected override IReadOnlyList<ListField<Employee>> Declared => Own;

    private static readonly IReadOnlyList<ListField<Employee>> Own =
    [
        F.Of("name", "employee.name", K.Text, e => e.Name).Sorted().Indexed().Named(),
        F.Of("id", "list.id", K.Number, e => e.Id).Indexed().Hidden(),
        F.Of("number", "employee.number", K.Text, e => e.Number).Indexed().SortedNear().Copied(),
        F.Of("unit", "employee.unit", K.Reference, e => e.UnitId).Asked(["=", "=="], Unit).Refers(Units).Grouped(),
        F.Of("position", "employee.position", K.Text, e => e.Position).Indexed().SortedNear().Grouped(),
        F.Of("phone", "employee.phone", K.Text, e => e.Phone).Indexed().Copied(),
        F.Of("email", "employee.email", K.Text, e => e.Email).Indexed().Copied(),
        F.Of("account", "employee.account", K.Reference, e => e.UserId).Refers(Accounts),
        F.Of("active", "employee.here", K.Flag, e => e.Active).Indexed().Grouped(),
    ];

    /// <summary>A unit takes those below it along, unless exactly that is asked for.</summary>
    private static async Task<Result<Condition<Employee>>> Unit(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var ids = asked.Values.Select(v => long.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).ToList();
        var units = await PathRange.Of(db.Scope).Of(db).Where(u => EF.Parameter(ids).Contains(u.Id)).ToListAsync(ct);
        foreach (var unit in asked.Operator == "==" ? [] : units.ToList())
        {
            units.AddRange(await PathRange.Below(unit.Path).Of(db).ToListAsync(ct));
        }

        var all = units.Select(u => u.Id).Distinct().ToList();
        return new Condition<Employee>(e => EF.Parameter(all).Contains(e.UnitId), null);
    }

    protected override IQueryable<Employee> Rows(CrmDb db) => Seen(db);

    private static IQueryable<Employee> Seen(CrmDb db)
    {
        var units = PathRange.Of(db.Scope).Of(db);
        return db.Set<Employee>().AsNoTracking().Where(e => units.Any(u => u.Id == e.UnitId));
    }

    /// <summary>Those the actor sees, here and left, by name, pinyin, initials or the beginning of a number; null where nobody can be called that.</summary>
    internal static IQueryable<Employee>? Named(CrmDb db, string typed)
    {
        var text = typed.Normalize(NormalizationForm.FormKC).Trim();
#pragma warning disable CA1308 // Pinyin is kept in lower case.
        var small = text.ToLowerInvariant();
#pragma warning restore CA1308
        return text.Length is 0 or > Employee.NameLength || !PlainText.IsStorable(text) ? null
            : Seen(db).Where(e => e.Name.Contains(text) || e.Number.StartsWith(text) || e.Pinyin.StartsWith(small) || e.Initials.Contains(small));
    }

    protected override async Task<Searched<Employee>> Search(CrmDb db, string typed, CancellationToken ct) => new(Named(db, typed) is { } found ? await found.Select(e => e.Id).ToListAsync(ct) : [], []);

    public override Task<Dictionary<long, string>> NamesOfRows(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => Rows(db).Where(e => EF.Parameter(ids).Contains(e.Id)).ToDictionaryAsync(e => e.Id, e => e.Name, ct);
}
