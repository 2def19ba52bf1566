using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>The views a person has of a list: those that come with it, those shared with the person's units, and the person's own.</summary>
public sealed partial class SavedViews(CrmDb db)
{
    /// <summary>A person keeps at most so many views of one list.</summary>
    public const int Most = 100;

    /// <summary>A view to choose.</summary>
    /// <param name="Key">As it stands in an address.</param>
    /// <param name="Name">What it is called.</param>
    /// <param name="Address">What it asks for.</param>
    /// <param name="Own">Whether the person may change it.</param>
    /// <param name="Shared">Whether others see it too.</param>
    /// <param name="Stored">Where it is kept; null for one that comes with the list.</param>
    /// <param name="Pinned">Stands above the list.</param>
    /// <param name="IsDefault">Opens with it.</param>
    public sealed record Choice(string Key, string Name, string Address, bool Own, bool Shared, SavedView? Stored, bool Pinned, bool IsDefault)
    {
        /// <summary>Whether it comes with the list.</summary>
        public bool IsSystem => Stored is null;

        /// <summary>Whether the list opens with it for whoever has chosen no other.</summary>
        public bool Opens { get; init; }

        /// <summary>Whether the person may take it away: the owner, and who supervises the unit it is shared with.</summary>
        public bool Removable { get; init; } = Own;

        /// <summary>What the unit is called with which it is shared; null where it is not.</summary>
        public string? UnitName { get; init; }

        /// <summary>That unit's code.</summary>
        public string? UnitCode { get; init; }

        /// <summary>Whether it is shared with a unit below the person's own, so that it is looked after and not chosen from.</summary>
        public bool IsLower { get; init; }

        /// <summary>Whose it is, where it is another's below.</summary>
        public string? OwnerName { get; init; }
    }

    /// <summary>All a person may choose from, and how the person likes the list (by an empty key) and its views laid out where those do not say.</summary>
    public sealed record Choices(IReadOnlyList<Choice> Views, IReadOnlyDictionary<string, ListLook> Looks)
    {
        /// <summary>By which key a view's layout is kept: a view that asks for nothing is the list itself.</summary>
        public static string KeyOf(Choice? view) => view is { Address.Length: > 0 } ? view.Key : "";

        /// <summary>How a view is laid out where it does not say so itself; what is not chosen for it is as in the list.</summary>
        public ListLook LookOf(Choice? view)
        {
            var (own, list) = (Looks.GetValueOrDefault(KeyOf(view), ListLook.None), Looks.GetValueOrDefault("", ListLook.None));
            return new(own.Columns ?? list.Columns, own.Dense ?? list.Dense);
        }

        /// <summary>The view of a key; null where there is none.</summary>
        public Choice? Find(string? key) => key is null ? null : Views.FirstOrDefault(v => v.Key == key);
    }

    /// <summary>What is kept of a view.</summary>
    public sealed class Input
    {
        /// <summary>Its name.</summary>
        public string? Name { get; set; }

        /// <summary>The address it keeps.</summary>
        public string? Address { get; set; }

        /// <summary>Whether everybody in a unit and below it shall see it.</summary>
        public bool Share { get; set; }

        /// <summary>That unit, by code or name: the person's own or one below it. Emptied, the person's own; missing, the unit it is shared with already, else the person's own.</summary>
        public string? Unit { get; set; }

        /// <summary>Whether it shall open with the list.</summary>
        public bool IsDefault { get; set; }
    }

    /// <summary>All views of a list that the actor may choose from.</summary>
    public async Task<Choices> Of(ListOf list, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(list);
        var (key, me) = (list.Key, db.Actor.UserId);
        var units = db.Actor.UnitPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(u => (long?)long.Parse(u, CultureInfo.InvariantCulture)).ToList();
        var stored = await db.Set<SavedView>().AsNoTracking().Where(v => v.List == key && v.OwnerId == me).Concat(db.Set<SavedView>().AsNoTracking().Where(v => v.List == key && EF.Parameter(units).Contains(v.UnitId) && v.OwnerId != me)).ToListAsync(ct);
        var chosen = await db.Set<ListChoice>().AsNoTracking().Where(c => c.UserId == me && c.List == key).ToDictionaryAsync(c => c.ViewKey, ct);
        var shared = stored.Select(v => v.UnitId).OfType<long>().Distinct().ToList();
        var named = shared.Count == 0 ? [] : await db.Set<OrgUnit>().AsNoTracking().Where(u => EF.Parameter(shared).Contains(u.Id)).Select(u => new { u.Id, u.Code, u.Name }).ToDictionaryAsync(u => u.Id, ct);
        Choice Made(string view, string name, string address, SavedView? kept) => new(
            view, name, address, kept?.OwnerId == me, kept?.UnitId is not null, kept, chosen.TryGetValue(view, out var choice) ? choice.Pinned : kept is null, choice?.IsDefault == true)
        {
            UnitName = kept?.UnitId is { } with ? named.GetValueOrDefault(with)?.Name : null, UnitCode = kept?.UnitId is { } at ? named.GetValueOrDefault(at)?.Code : null,
            Removable = kept is not null && (kept.OwnerId == me || (kept.UnitId == db.Actor.UnitId && db.Actor.May(Permission.CustomersSupervise))),
        };
        return new(
            [.. list.Views.Select(v => Made(v.Key, Text.Texts.Get(v.TextKey), v.Address, null) with { Opens = v.Opens }), .. stored.OrderBy(v => v.Name, StringComparer.CurrentCulture).Select(v => Made(Key(v.Id), v.Name, v.Address, v))],
            chosen.Where(c => c.Value.Columns is not null).ToDictionary(c => c.Key, c => ListLook.Read(c.Value.Columns)));
    }

    /// <summary>Keeps a view as a new one, or in place of one's own that still has <paramref name="version"/>.</summary>
    public async Task<Result<SavedView>> Save(ListOf list, long? id, int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(input);
        var name = PlainText.Trimmed(input.Name);
        if (name is null || name.Length > SavedView.NameLength || !PlainText.IsStorable(name))
        {
            return new Refusal.Invalid("list.view_name_wrong", nameof(input.Name));
        }

        if (!View.TryRead(list, QueryHelpers.ParseQuery(input.Address).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), out var view) || view.Kept(list) is not { Length: <= SavedView.AddressLength } address)
        {
            return new Refusal.Invalid("list.filter_wrong", nameof(input.Address));
        }

        return await db.Write<Result<SavedView>>(async () =>
        {
            var (key, me) = (list.Key, db.Actor.UserId);
            var kept = id is null ? new SavedView { List = key, OwnerId = me } : await db.Set<SavedView>().SingleOrDefaultAsync(v => v.Id == id && v.List == key && v.OwnerId == me, ct);
            if (kept is null)
            {
                return new Refusal.NotFound();
            }

            if (id is not null && version is not null && kept.Version != version)
            {
                return new Refusal.Stale();
            }

            var others = await db.Set<SavedView>().Where(v => v.List == key && v.OwnerId == me && v.Id != kept.Id).Select(v => v.Name).ToListAsync(ct);
            if (others.Contains(name) || (id is null && others.Count >= Most))
            {
                return new Refusal.Invalid(others.Contains(name) ? "list.view_name_taken" : "list.views_full", nameof(input.Name));
            }

            if (!(await SharedWith(input, kept.UnitId, ct)).TryGet(out var unit, out var refusal))
            {
                return refusal;
            }

            (kept.Name, kept.Address, kept.UnitId, kept.UpdatedAt) = (name, address.TrimStart('?'), unit.Id, db.UtcNow);
            if (id is null)
            {
                db.Add(kept);
            }

            await db.SaveChangesAsync(ct);
            if (id is null)
            {
                await Choose(key, Key(kept.Id), true, c => c.Pinned = true, ct);
            }

            if (input.IsDefault)
            {
                await Default(key, Key(kept.Id), true, ct);
            }

            return kept;
        }, ct);
    }

    /// <summary>Keeps a copy of a view one may choose as one's own, named so that it is told from the others.</summary>
    public async Task<Result<SavedView>> Copy(ListOf list, string view, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(list);
        var choices = await Of(list, view, ct);
        if (choices.Find(view) is not { } from)
        {
            return new Refusal.NotFound();
        }

        var (taken, copy) = (choices.Views.Where(v => v.Own).Select(v => v.Name).ToHashSet(), Text.Texts.Get("list.view_copy", from.Name));
        var name = Enumerable.Range(1, Most + 1).Select(n => Numbered(copy, n)).First(n => !taken.Contains(n));
        return await Save(list, null, null, new() { Name = name, Address = $"?{from.Address}" }, ct);

        static string Numbered(string name, int n)
        {
            var end = n == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" {n}");
            return name[..Math.Min(name.Length, SavedView.NameLength - end.Length)].TrimEnd() + end;
        }
    }

    /// <summary>Puts a view above the list, or takes it from there.</summary>
    public Task<Result<string>> Pin(ListOf list, string view, bool pinned, CancellationToken ct) => Chosen(list, view, () => Choose(list.Key, view, pinned, c => c.Pinned = pinned, ct), ct);

    /// <summary>Makes a view the one that opens with the list; the same once more takes that back.</summary>
    public Task<Result<string>> MakeDefault(ListOf list, string view, CancellationToken ct) => Chosen(list, view, () => Default(list.Key, view, null, ct), ct);

    /// <summary>Makes a view the one that opens with the list, or no longer; the same a second time changes nothing.</summary>
    public Task<Result<string>> SetDefault(ListOf list, string view, bool on, CancellationToken ct) => Chosen(list, view, () => Default(list.Key, view, on, ct), ct);

    /// <summary>Keeps the columns the actor likes in a view that does not say which, or with none in the list; null for what is usual.</summary>
    public Task<Result<string>> KeepColumns(ListOf list, Choice? view, string? columns, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(list);
        var said = columns is null ? null : string.Join(',', list.ColumnsOf(View.Plain with { Columns = columns.Split(',', StringSplitOptions.RemoveEmptyEntries) }));
        return Look(list, view, l => l with { Columns = said }, ct);
    }

    /// <summary>Keeps how close the actor likes the rows of a view, or with none of the list.</summary>
    public Task<Result<string>> KeepDensity(ListOf list, Choice? view, bool dense, CancellationToken ct) => Look(list, view, l => l with { Dense = dense }, ct);

    private Task<Result<string>> Look(ListOf list, Choice? view, Func<ListLook, ListLook> change, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(list);
        return db.Write<Result<string>>(async () =>
        {
            await Choose(list.Key, Choices.KeyOf(view), view?.Pinned ?? false, c => c.Columns = change(ListLook.Read(c.Columns)).Kept, ct);
            return list.Key;
        }, ct);
    }

    private static string Key(long id) => id.ToString(CultureInfo.InvariantCulture);

    private async Task<Result<string>> Chosen(ListOf list, string view, Func<Task> choose, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(list);
        if ((await Of(list, ct)).Find(view) is null)
        {
            return new Refusal.NotFound();
        }

        return await db.Write<Result<string>>(async () =>
        {
            await choose();
            return view;
        }, ct);
    }

    /// <param name="list">The list.</param>
    /// <param name="view">The view.</param>
    /// <param name="on">Whether it shall be; null for the other way round.</param>
    /// <param name="ct">Cancels.</param>
    private async Task Default(string list, string view, bool? on, CancellationToken ct)
    {
        var me = db.Actor.UserId;
        var now = await db.Set<ListChoice>().Where(c => c.UserId == me && c.List == list && c.IsDefault).ToListAsync(ct);
        if (on == false && !now.Exists(c => c.ViewKey == view))
        {
            return;
        }

        foreach (var other in now.Where(c => c.ViewKey != view))
        {
            other.IsDefault = false;
        }

        await Choose(list, view, true, c => c.IsDefault = on ?? !c.IsDefault, ct);
    }

    private async Task Choose(string list, string view, bool pinned, Action<ListChoice> change, CancellationToken ct)
    {
        var me = db.Actor.UserId;
        await db.Alone($"choice:{me}:{list}", ct);
        var choice = await db.Set<ListChoice>().SingleOrDefaultAsync(c => c.UserId == me && c.List == list && c.ViewKey == view, ct);
        if (choice is null)
        {
            db.Add(choice = new() { UserId = me, List = list, ViewKey = view, Pinned = pinned && view.Length > 0 });
        }

        change(choice);
        await db.SaveChangesAsync(ct);
    }
}
