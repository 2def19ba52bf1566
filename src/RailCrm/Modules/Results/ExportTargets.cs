using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Http;
using static RailCrm.Platform.Text.Texts;

namespace RailCrm.Modules.Results;

/// <summary>A year's targets of a unit, the units below it and their people, as a table that our own import takes back: a month a row.</summary>
internal sealed class ExportTargets(CrmDb db)
{
    /// <summary>The columns, named as the import knows them.</summary>
    private static readonly string[] Columns = ["unit", "account", "month", "measure", "floor", "target", "challenge"];

    /// <summary>The file, for whoever heads the unit.</summary>
    public async Task<Result<TableExport>> Run(long unitId, int year, string? format, CancellationToken ct)
    {
        if (await db.Set<OrgUnit>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == unitId, ct) is not { } unit || !ShowResults.Heads(db, unit.Path))
        {
            return new Refusal.NotFound();
        }

        var below = PathRange.Below(unit.Path).Of(db).AsNoTracking();
        var plans = db.Set<TargetPlan>().AsNoTracking().Where(p => p.Year == year);
        var units = await (from p in plans join u in below on p.UnitId equals u.Id orderby u.Path, p.Measure select new { Plan = p, u.Code, Account = (string?)null }).ToListAsync(ct);
        var people = await (from p in plans join person in db.Set<User>() on p.UserId equals person.Id join u in below on person.UnitId equals u.Id orderby u.Path, person.UserName, p.Measure select new { Plan = p, u.Code, Account = person.UserName }).ToListAsync(ct);
        return new TableExport(db, string.Create(CultureInfo.InvariantCulture, $"{T("targets.file")}-{unit.Name}-{year}"), nameof(TargetPlan), string.Create(CultureInfo.InvariantCulture, $"unit={unitId}&year={year}"), format == "csv" ? "csv" : "xlsx",
            [.. Columns.Select(c => T($"import.field.{c}"))], Rows([.. units, .. people], p => p.Plan, p => p.Code, p => p.Account));
    }

    private static async IAsyncEnumerable<Cell[]> Rows<TRow>(IReadOnlyList<TRow> all, Func<TRow, TargetPlan> plan, Func<TRow, string> unit, Func<TRow, string?> account)
    {
        foreach (var row in all)
        {
            var (of, tiers) = (plan(row), Enum.GetValues<TargetTier>().Select(plan(row).Of).ToList());
            for (var m = 1; m <= TargetPlan.Months; m++)
            {
                yield return
                [
                    Cell.Of(unit(row)), Cell.Of(account(row)), Cell.Of(string.Create(CultureInfo.InvariantCulture, $"{of.Year}-{m:00}")), Cell.Of(T($"measure.{ResultMonths.Code(of.Measure)}")),
                    .. tiers.Select(t => of.Measure == Measure.Weight ? Cell.Tonnes(t[m - 1]) : Cell.Money(t[m - 1])),
                ];
            }
        }

        await Task.CompletedTask;
    }

    internal static async Task<IResult> Post(long unit, int year, [FromForm] string? format, ExportTargets useCase, CancellationToken ct) =>
        (await useCase.Run(unit, year, format, ct)).TryGet(out var file, out var refusal) ? file : Answers.Problem(refusal);
}
