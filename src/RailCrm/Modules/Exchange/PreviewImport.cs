using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform;

namespace RailCrm.Modules.Exchange;

/// <summary>Shows what a file would do: its first rows as they would be read, and the first that would be rejected. Writes nothing.</summary>
internal sealed class PreviewImport(StartImport start, Settings settings, IServiceProvider services)
{
    private const int MostRows = 1_000;
    private const int MostErrors = 20;
    private const int SampleRows = 5;

    /// <summary>What was seen.</summary>
    /// <param name="Days">What dates such as 3/5/2026 are taken for, as far as these rows tell.</param>
    public sealed record Look(
        ImportKind Kind, IReadOnlyList<string> Columns, IReadOnlyDictionary<string, string> Mapping, bool IsXlsx, string Encoding, long HeaderRow, IReadOnlyList<TableRow> Rows, DayOrder Days,
        Refusal? MappingRefusal, int Wrong, IReadOnlyList<(TableRow Row, IReadOnlyList<FieldError> Errors)> Errors)
    {
        /// <summary>The first rows that are right, as they are understood.</summary>
        public IReadOnlyList<(long Row, string Outcome, IReadOnlyDictionary<string, string> Fields)> Sample { get; init; } = [];

        /// <summary>How many of these rows a check would ask somebody to look at.</summary>
        public int Warned { get; init; }

        /// <summary>How well the columns fit each kind that the actor may import, the best first.</summary>
        public IReadOnlyList<KindFit> Fits { get; init; } = [];

        /// <summary>The columns that would not be taken.</summary>
        public LeftOut LeftOut { get; } = LeftOut.Of(Kind, Columns, FieldMap.Used(Columns, Mapping));
    }

    /// <summary>Looks at the first thousand rows.</summary>
    /// <param name="import">Whose file.</param>
    /// <param name="chosen">The user's mapping; remembered or guessed where null.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Look>> Run(Import import, IReadOnlyDictionary<string, string>? chosen, CancellationToken ct)
    {
        try
        {
            var (fields, actor) = (services.GetRequiredService<CustomFields>(), services.GetRequiredService<CurrentActor>().Actor);
            var kind = ImportKind.Of(import.Kind, fields, actor)!;
            var file = TableFile.Open(UploadFile.PathOf(settings, import), import.Encoding, kind);
            var mapping = await start.Mapping(kind, import, file.Headers, chosen, ct);
            var edits = await services.GetRequiredService<CrmDb>().Set<ImportEdit>().AsNoTracking().Where(e => e.ImportId == import.Id).ToListAsync(ct);
            var rows = new EditedRows(file, await start.Fixes(import, file.Headers, ct), edits).Rows().Take(MostRows).ToList(); // As the check will read them.
            var look = new Look(kind, file.Headers, mapping, file.IsXlsx, file.Encoding.WebName, file.HeaderRow, rows, DayOrder.None, null, 0, []) { Fits = KindFit.Of(file, fields, actor) };
            if (!FieldMap.Of(kind, file.Headers, mapping).TryGet(out var map, out var refusal))
            {
                return look with { MappingRefusal = refusal };
            }

            var days = rows.Select(r => (map["date"] ?? map["createdAt"])?.Clean(r)).OfType<string>().Aggregate(DayOrder.None, CellDay.Learn);
            var answers = await kind.Take(services, map, import, days).Preview(rows, ct);
            var wrong = rows.Zip(answers, (r, a) => (Row: r, a.Errors)).Where(r => r.Errors.Count > 0).ToList();
            var sample = rows.Zip(answers).Where(r => r.Second.Outcome is not null).Take(SampleRows).ToList();
            var units = await Units(map, sample.Select(r => r.First), ct);
            return look with
            {
                Days = days, Wrong = wrong.Count, Warned = answers.Count(a => a.Warnings.Count > 0), Errors = [.. wrong.Take(MostErrors)],
                Sample = [.. sample.Select(r => (r.First.Number, r.Second.Outcome!, Interpreted.Of(kind, map, r.First, days, units)))],
            };
        }
        catch (TableFileException e)
        {
            return new Refusal.InvalidMany([new("file", e.Code, e.Args)]);
        }
    }

    /// <summary>What the units are called that rows name by their codes.</summary>
    private async Task<Dictionary<string, string>> Units(FieldMap map, IEnumerable<TableRow> rows, CancellationToken ct)
    {
        var codes = rows.SelectMany(r => new[] { map.Clean(r, "unit"), map.Clean(r, "parent") }).OfType<string>().Where(PlainText.IsStorable).Distinct().ToList();
        return codes.Count == 0 ? [] : await services.GetRequiredService<CrmDb>().Set<OrgUnit>().AsNoTracking().Where(u => EF.Parameter(codes).Contains(u.Code)).ToDictionaryAsync(u => u.Code, u => u.Name, ct);
    }
}
