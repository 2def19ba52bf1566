using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Organization;

/// <summary>The units in the actor's scope, as a tree in order of path.</summary>
public sealed class ListUnits(CrmDb db)
{
    public sealed record Item(long Id, long? ParentId, string Code, string Name, UnitLevel Level, string? StationCode, bool Active);

    /// <summary>What a filter offers.</summary>
    /// <param name="Items">The units.</param>
    /// <param name="Cut">Whether outlets are left out until their subsidiary is chosen.</param>
    public sealed record Choice(IReadOnlyList<Item> Items, bool Cut)
    {
        /// <summary>Nothing to choose from yet.</summary>
        public static readonly Choice None = new([], false);

        /// <summary>As options of a select, each below the one above it.</summary>
        public IEnumerable<(string Value, string Text)> Options => Items.Select(u => (u.Id.ToString(CultureInfo.InvariantCulture), Indented(u)));

        /// <summary>The name of a unit, or its number where it is not offered.</summary>
        public string NameOf(long? id) => Items.FirstOrDefault(u => u.Id == id)?.Name ?? id?.ToString(CultureInfo.InvariantCulture) ?? "";

        private static string Indented(Item unit) => new string('\u3000', unit.Level switch { UnitLevel.Group => 0, UnitLevel.Subsidiary => 1, UnitLevel.Outlet => 2 }) + unit.Name;
    }

    /// <summary>More units than this are no list to choose from.</summary>
    private const int Few = 100;

    /// <remarks>A group has at most some thousand units, so they come in one answer.</remarks>
    public async Task<IReadOnlyList<Item>> Run(CancellationToken ct) => await Read(Inside(), ct);

    /// <summary>The units for a filter to choose from: all where they are few; else those above the outlets, and the outlets of the subsidiaries that <paramref name="chosen"/> belong to.</summary>
    public async Task<Choice> Near(CancellationToken ct, params IReadOnlyList<long?> chosen)
    {
        var first = await Read(Inside().OrderBy(u => u.Level == UnitLevel.Outlet).ThenBy(u => u.Path).Take(Few + 1), ct); // The ones above the outlets first.
        if (first.Count <= Few)
        {
            return new(first, Cut: false);
        }

        var ids = chosen.OfType<long>().ToList();
        if (ids.Count == 0 && first.Any(u => u.Level == UnitLevel.Outlet))
        {
            return new([.. first.Where(u => u.Level != UnitLevel.Outlet)], Cut: true);
        }

        var near = await Inside().Where(u => EF.Parameter(ids).Contains(u.Id)).Select(u => u.Level == UnitLevel.Outlet ? u.ParentId : u.Id).ToListAsync(ct);
        return new(await Read(Inside().Where(u => u.Level != UnitLevel.Outlet || EF.Parameter(near).Contains(u.ParentId)), ct), Cut: true);
    }

    private IQueryable<OrgUnit> Inside() => PathRange.Of(db.Scope).Of(db).AsNoTracking();

    private static async Task<IReadOnlyList<Item>> Read(IQueryable<OrgUnit> units, CancellationToken ct) =>
        await units.OrderBy(u => u.Path).Select(u => new Item(u.Id, u.ParentId, u.Code, u.Name, u.Level, u.StationCode, u.Active)).ToListAsync(ct);

    /// <summary>Active units by name, pinyin, initials or code, for a field that takes a code; where nothing is typed those chosen last.</summary>
    internal static async Task<IResult> Lookup(string? q, ListUnits useCase, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var typed = (q ?? "").Normalize(System.Text.NormalizationForm.FormKC).Trim();
        if (typed.Length > 100 || !PlainText.IsStorable(typed))
        {
            return LookupAnswer.None;
        }

        var units = (await useCase.Run(ct)).Where(u => u.Active);
        static LookupItem Item(Item u) => new(u.Id, u.Code, u.Name, u.Code);
        return typed.Length == 0
            ? LookupAnswer.Recent(await opened.Chosen(db, "units", ct), units.Select(Item), 12)
            : LookupAnswer.Of(units.Select(u => (Unit: u, Rank: TextMatch.Rank(typed, u.Name) ?? TextMatch.Rank(typed, u.Code))).Where(u => u.Rank is not null).OrderBy(u => u.Rank).Take(12).Select(u => Item(u.Unit))); // As deep as they lie in the tree.
    }

    public static async Task<IResult> Get(ListUnits useCase, CancellationToken ct) =>
        TypedResults.Ok(new Listing<Item>(await useCase.Run(ct), null));
}
