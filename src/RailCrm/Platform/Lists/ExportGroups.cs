using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Files;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Lists;

/// <summary>The table of a view's groups taken away as it is shown: what each is called, how many rows it has, its sums, and the total below.</summary>
internal sealed class ExportGroups(CrmDb db)
{
    /// <summary>The file, or why there is none.</summary>
    public async Task<Result<TableExport>> Run(ListOf list, View view, string? format, CancellationToken ct)
    {
        if (!TableExport.Formats.Contains(format))
        {
            return new Refusal.Invalid("export.format_unknown", nameof(format));
        }

        var by = list.GroupedBy(view);
        if (!(await list.Groups(db, view, by, ct)).TryGet(out var groups, out var refusal))
        {
            return refusal;
        }

        var then = list.ThenBy(view);
        var parts = new Dictionary<string, List<Group>>();
        foreach (var group in then is not null && groups.Count(g => g.Others == 0) <= ListOf.MostUnfolded ? groups.Where(g => g.Others == 0) : [])
        {
            if ((await list.Groups(db, view with { Filter = view.Filter.With(by.Having(group)) }, then!, ct)).TryGet(out var inner, out _))
            {
                parts[group.Asked] = inner; // A group too wide to divide stands whole, as on the page, which says why.
            }
        }

        var all = list.Summed(view);
        IReadOnlyList<ListField> sums = [.. all.Take(groups.Count == 0 ? all.Count : groups[0].Sums.Count)];
        var asked = Uri.UnescapeDataString((view with { Cursor = null, Limit = 50, Base = null }).Address(list, ""));
        var name = string.Create(CultureInfo.InvariantCulture, $"{Texts.Get(list.TextKey)}-{by.Name}-{BusinessCalendar.ToBeijing(db.UtcNow):yyyyMMdd-HHmm}");
        return new TableExport(db, name, list.Entity, asked, format!, [by.Name, .. parts.Count > 0 ? new[] { then!.Name } : [], Texts.Get("list.count"), .. sums.Select(f => f.FilterLabel)], Rows(groups, parts, sums));
    }

    /// <summary>A row for each group; where a second field divides them, below it one for each part, in a column of its own.</summary>
    private static async IAsyncEnumerable<Cell[]> Rows(List<Group> groups, Dictionary<string, List<Group>> parts, IReadOnlyList<ListField> sums)
    {
        Cell[] none = parts.Count > 0 ? [Cell.Of("")] : [];
        foreach (var group in groups)
        {
            yield return [Cell.Of(group.Text), .. none, Cell.Whole(group.Count), .. sums.Select((f, i) => Sum(f, group.Sums[i]))];
            foreach (var part in group.Others == 0 ? parts.GetValueOrDefault(group.Asked, []) : [])
            {
                yield return [Cell.Of(group.Text), Cell.Of(part.Text), Cell.Whole(part.Count), .. sums.Select((f, i) => i < part.Sums.Count ? Sum(f, part.Sums[i]) : Cell.Of(""))];
            }
        }

        yield return [Cell.Of(Texts.Get("list.total")), .. none, Cell.Whole(groups.Sum(g => g.Count)), .. sums.Select((f, i) => Sum(f, groups.Sum(g => g.Sums[i])))];
        await Task.CompletedTask;
    }

    /// <summary>A sum as a number that a workbook adds up.</summary>
    private static Cell Sum(ListField field, long sum) => field.IsSummedNear ? Cell.Of(CustomValue.Figure(sum)) : field.Kind switch
    {
        FieldKind.Money => Cell.Money(sum),
        FieldKind.Weight => Cell.Tonnes(sum),
        _ => field.Typed(sum) is { } typed && decimal.TryParse(typed, NumberStyles.Number, CultureInfo.InvariantCulture, out var figure) ? Cell.Of((decimal?)figure) : Cell.Whole(sum),
    };
}
