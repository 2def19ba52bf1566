using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>The records that an import made or changed, each with the way to it, and what became of taking them back.</summary>
internal sealed class ListImported(CrmDb db, StartImport start, IEnumerable<Undo> undos, CustomFields fields)
{
    public const int PageSize = 50;

    /// <summary>What may be asked for.</summary>
    public static readonly IReadOnlyList<string> Filters = ["created", "updated", "refused"];

    /// <summary>A record of a row.</summary>
    /// <param name="Row">The row in the file.</param>
    /// <param name="Part">Which of its records.</param>
    /// <param name="Entity">customer, contact, waybill, unit, employee or station.</param>
    /// <param name="Name">What it is called; null where it is gone or not to be seen.</param>
    /// <param name="Href">Where it stands.</param>
    /// <param name="Fields">What was changed of it.</param>
    /// <param name="Undone">reverted or refused; null while nobody asked.</param>
    /// <param name="Reason">Why it was refused.</param>
    public sealed record Item(long Row, int Part, string Action, string Entity, string? Name, string? Href, IReadOnlyList<string> Fields, string? Undone, string? Reason)
    {
        /// <summary>Whether it lies in the bin; told to those who may look there.</summary>
        public bool InBin { get; init; }
    }

    /// <summary>A page of them, by row.</summary>
    /// <param name="id">The import.</param>
    /// <param name="filter">created, updated, or refused when it was taken back.</param>
    /// <param name="after">Row and part after which it begins, such as 12.1.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<(IReadOnlyList<Item> Items, string? Next)>> Run(long id, string? filter, string? after, CancellationToken ct)
    {
        if (!(await start.Find(id, ct)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        if (filter is not null && !Filters.Contains(filter))
        {
            return new Refusal.Invalid("import.filter_unknown", "show");
        }

        var at = (after ?? "").Split('.') is [var a, var b] && long.TryParse(a, out var row) && int.TryParse(b, out var part) ? (Row: row, Part: part) : (Row: -1, Part: -1);
        var all = db.Set<ImportedRow>().AsNoTracking().Where(r => r.ImportId == id && r.Row >= at.Row && (r.Row > at.Row || r.Part > at.Part));
        // Refused are of either action, each in the order of its own index: a page of both, merged.
        List<ImportedRow> rows = [];
        foreach (var action in filter is "created" or "updated" ? [filter] : new[] { "created", "updated" })
        {
            var some = all.Where(r => r.Action == action);
            rows.AddRange(await (filter == "refused" ? some.Where(r => r.Undone == "refused") : some).OrderBy(r => r.Row).ThenBy(r => r.Part).Take(PageSize + 1).ToListAsync(ct));
        }

        rows = [.. rows.OrderBy(r => r.Row).ThenBy(r => r.Part)];
        var page = rows.Take(PageSize).ToList();
        var names = new Dictionary<(string, long), (string Name, string Href)>();
        var binned = new HashSet<(string, long)>();
        foreach (var kind in page.GroupBy(r => r.Entity))
        {
            var undo = undos.Single(u => u.Entity == kind.Key);
            var ids = kind.Select(r => r.EntityId).Distinct().ToList();
            foreach (var (entityId, name) in await undo.Names(ids, ct))
            {
                names[(kind.Key, entityId)] = name;
            }

            if (ids.FindAll(entityId => !names.ContainsKey((kind.Key, entityId))) is { Count: > 0 } missing)
            {
                foreach (var (entityId, name) in await undo.Binned(missing, ct))
                {
                    names[(kind.Key, entityId)] = name;
                    binned.Add((kind.Key, entityId));
                }
            }
        }

        Item[] items = [.. page.Select(r =>
        {
            string Called(string field) => KindOf(r.Entity)?.Called(field) ?? FieldText(field);
            var (name, href) = names.GetValueOrDefault((r.Entity, r.EntityId));
            return new Item(r.Row, r.Part, r.Action, r.Entity, name, href, r.Changes is null ? [] : [.. Changes.Read(r.Changes).Keys.Select(Called)], r.Undone, r.Reason is null ? null : Why(r.Reason, Called)) { InBin = binned.Contains((r.Entity, r.EntityId)) };
        })];
        return (items, rows.Count > PageSize ? $"{page[^1].Row}.{page[^1].Part}" : null);
    }

    /// <summary>The kind whose words a record's fields have.</summary>
    private ImportKind? KindOf(string entity) => ImportKind.Of(entity switch
    {
        CustomerUndo.Code => "customers", ContactUndo.Code => "contacts", WaybillUndo.Code => "waybills", UnitUndo.Code => "org", EmployeeUndo.Code => "employees", StationUndo.Code => "stations", TargetUndo.Code => "targets", _ => null,
    }, fields, db.Actor);

    /// <summary>A field as the import calls it, whatever the kind.</summary>
    public static string FieldText(string field) => Texts.Find($"import.field.{RejectedFile.FieldName(field)}") ?? Texts.Find($"field.{field}") ?? field;

    private static string Why(string reason, Func<string, string> called)
    {
        var error = JsonSerializer.Deserialize<FieldError>(reason, JsonSerializerOptions.Web)!;
        object?[] args = error.Code == "import.revert_fields" ? [string.Join(Texts.Get("import.comma"), error.Args[0]!.ToString()!.Split(',').Select(called))] : [.. error.Args.Select(a => a?.ToString())];
        return (error.Field.Length > 0 ? called(error.Field) + ": " : "") + Texts.Get(error.Code, args);
    }

    public static async Task<IResult> Get(long id, ListImported useCase, CancellationToken ct, string? show = null, string? after = null) =>
        (await useCase.Run(id, show, after, ct)).Answer(p => TypedResults.Ok(new Listing<Item>(p.Items, p.Next)));
}
