using System.Linq.Expressions;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Lists;

/// <summary>What rows of a view add up to, by the values of a field or all together.</summary>
internal abstract partial class ListOf<TRow>
{
    /// <summary>Beyond so many groups nobody reads on; the others are summed up.</summary>
    private const int MostGroups = 200;

    /// <summary>So many rows are read to add them up.</summary>
    private const int MostRead = 500;

    /// <summary>The groups of all rows that satisfy some conditions, where <see cref="Cover"/> tells them; null where it does not.</summary>
    private protected virtual Task<List<Group>?> GroupsOfAll(CrmDb db, ListField<TRow> by, IReadOnlyList<ListField<TRow>> sums, IReadOnlyList<Condition<TRow>> conditions, CancellationToken ct) => Task.FromResult<List<Group>?>(null);

    /// <inheritdoc/>
    public override async Task<Result<List<Group>>> Groups(CrmDb db, View view, ListField by, CancellationToken ct)
    {
        var field = All.First(f => f.Key == by.Key);
        IReadOnlyList<ListField<TRow>> sums = [.. All.Where(f => f.IsSummed)];
        List<Condition<TRow>>? conditions = null;
        var cover = Cover?.Tells([field, .. sums]) == true ? Cover : null; // One that lacks what is read would only lead to each row by itself.
        if (view.Search is null && cover is not null)
        {
            if (!(await Conditions(db, view, ct)).TryGet(out var asked, out var wrong))
            {
                return wrong;
            }

            conditions = asked.TrueForAll(cover.Holds) ? asked : null;
        }

        if (!(await Of(sums, cover)).TryGet(out var counted, out var refused))
        {
            return refused;
        }

        counted = await OwnSums.With(counted, [.. Summed(view).Where(f => f.IsSummedNear).Select(Figure)],
            async figures => (await Of([.. figures.Select(f => ListField<TRow>.Of("", "", FieldKind.Number, (Expression<Func<TRow, long>>)f))], null)).TryGet(out var own, out _) ? own : null);

        async Task<Result<List<Group>>> Of(IReadOnlyList<ListField<TRow>> of, Covering? by)
        {
            if (by is not null && conditions is not null && await GroupsOfAll(db, field, of, conditions, ct) is { } all)
            {
                return all;
            }

            return (await Find(db, view, null, int.MaxValue, by, ct)).TryGet(out var found, out var refusal) ? await Grouping.Of(found.Rows, field, of, ct) : refusal;
        }

        return await Named(db, field, counted, ct);
    }

    /// <summary>Whether all rows that satisfy some conditions are added up without reading a large index for it.</summary>
    private protected virtual bool AddsUp(CrmDb db, ListField<TRow> by, IReadOnlyList<Condition<TRow>> conditions) => true;

    /// <inheritdoc/>
    /// <remarks>Of many rows told only where what tells groups tells it too: the sums that are kept, or the one index that holds all that is asked and summed. A few are read as a page is.</remarks>
    public override async Task<Totals?> Total(CrmDb db, View view, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(view);
        IReadOnlyList<ListField<TRow>> sums = [.. All.Where(f => f.IsSummed)];
        if (view.Search is not null || Cover is not { } cover || All.FirstOrDefault(f => f.IsGrouped && cover.Tells([f, .. sums])) is not { } by
            || !(await Conditions(db, view, ct)).TryGet(out var conditions, out _) || !conditions.TrueForAll(cover.Holds) || !AddsUp(db, by, conditions) || await GroupsOfAll(db, by, sums, conditions, ct) is not { } groups)
        {
            return await OfFew(db, view, sums, ct);
        }

        return new(groups.Sum(g => g.Count), sums.Select((f, i) => (f.Key, Sum: groups.Sum(g => g.Sums[i]))).ToDictionary(s => s.Key, s => s.Sum));
    }

    /// <summary>What all rows add up to where one page holds them; null where it does not.</summary>
    private async Task<Totals?> OfFew(CrmDb db, View view, IReadOnlyList<ListField> sums, CancellationToken ct) =>
        sums.Count > 0 && (await Read(db, view with { Cursor = null, Limit = MostRead }, sums, ct)).TryGet(out var page, out _) && page.Next is null
            ? new(page.Lines.Count, sums.Select((f, i) => (f.Key, Sum: page.Lines.Sum(l => l.Cells[i] as long? ?? 0))).ToDictionary(s => s.Key, s => s.Sum)) : null;

    /// <summary>The first of the groups with what they are called, and one of all others.</summary>
    protected static async Task<List<Group>> Named(CrmDb db, ListField field, IReadOnlyList<Group> all, CancellationToken ct)
    {
        var groups = Grouping.First(all, MostGroups);
        var names = field.Names is null ? null : await field.Names(db, [.. groups.Select(g => g.Value).OfType<long>()], ct);
        return groups.ConvertAll(g => g with { Text = Text(g) });

        string Text(Group group) => group.Others > 0 ? Texts.Get("list.other_groups", group.Others) : field.Say(group.Value, names) ?? Texts.Get("list.unknown");
    }
}
