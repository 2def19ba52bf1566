using System.Globalization;
using System.Runtime.CompilerServices;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Lists;

/// <summary>A view taken away as it is seen: its columns in their order, all its rows. The module's own export has every field instead, so that the import takes it back.</summary>
internal sealed class ExportSeen(CrmDb db)
{
    /// <summary>The file, or why there is none.</summary>
    public async Task<Result<TableExport>> Run(ListOf list, View view, string format, CancellationToken ct)
    {
        IReadOnlyList<ListField> fields = [.. list.ColumnsOf(view).Select(c => c.Field)];
        if (!(await list.ReadAll(db, view, fields, ct)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        var asked = Uri.UnescapeDataString((view with { Cursor = null, Limit = 50, Base = null }).Address(list, ""));
        var name = string.Create(CultureInfo.InvariantCulture, $"{Texts.Get(list.TextKey)}-{BusinessCalendar.ToBeijing(db.UtcNow):yyyyMMdd-HHmm}");
        var held = new HashSet<long>();
        return new TableExport(db, name, list.Entity, asked, format, [.. fields.Select(f => f.FilterLabel)], Rows(list, all.Batches, fields, held, ct), held);
    }

    private async IAsyncEnumerable<Cell[]> Rows(ListOf list, IAsyncEnumerable<LinePage> pages, IReadOnlyList<ListField> fields, HashSet<long> held, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in pages)
        {
            held.UnionWith(await list.CustomersOf(db, page.Lines, ct));
            foreach (var line in page.Lines)
            {
                yield return [.. fields.Select((f, i) => Told(f, line.Cells[i], page.Names.GetValueOrDefault(f.Key)))];
            }
        }
    }

    /// <summary>A figure as a number that a workbook adds up, whatever unit the reader looks at money in; all else as the list says it.</summary>
    private static Cell Told(ListField field, object? value, IReadOnlyDictionary<long, string>? names) => (field.Kind, value) switch
    {
        (_, null) => Cell.Of((string?)null),
        _ when field.Key.StartsWith("x_", StringComparison.Ordinal) => field.IsFigure && decimal.TryParse(field.Typed(value), NumberStyles.Number, CultureInfo.InvariantCulture, out var own) ? Cell.Of((decimal?)own) : Cell.Of(field.Say(value, names)),
        (FieldKind.Money, long fen) => Cell.Money(fen),
        (FieldKind.Weight, long kg) => Cell.Tonnes(kg),
        (FieldKind.Number, long or int) when decimal.TryParse(field.Typed(value), NumberStyles.Number, CultureInfo.InvariantCulture, out var part) && part != Convert.ToDecimal(value, CultureInfo.InvariantCulture) => Cell.Of((decimal?)part), // Stored in hundredths.
        (FieldKind.Number, long or int) => Cell.Whole(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        (FieldKind.Number, decimal number) => Cell.Of((decimal?)number),
        (FieldKind.Date, DateOnly day) => Cell.Day(day),
        (_, DateTime at) => Cell.Of(Ui.Kit.Figures.BeijingTime(at)),
        _ => Cell.Of(field.Say(value, names)),
    };
}
