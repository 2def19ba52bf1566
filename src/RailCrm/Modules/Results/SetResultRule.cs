using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Results;

/// <summary>The head of a unit says whether its people see one another's results; the group's head says too when a customer counts as lost and as covered.</summary>
internal sealed class SetResultRule(CrmDb db)
{
    /// <summary>What is set.</summary>
    public sealed class Input
    {
        /// <summary>Whether the people of the unit see one another's results.</summary>
        public bool Open { get; set; }

        /// <summary>Whole months without a waybill until a customer counts as lost; of the group alone.</summary>
        public int? LostMonths { get; set; }

        /// <summary>Days within which a note or a waybill covers a customer; of the group alone.</summary>
        public int? CoverageDays { get; set; }
    }

    /// <summary>Sets it.</summary>
    public async Task<Result<ResultRule>> Run(long unitId, int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            return await db.Write<Result<ResultRule>>(async () =>
            {
                var unit = await db.Set<OrgUnit>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == unitId, ct);
                if (unit is null || !ShowResults.Heads(db, unit.Path))
                {
                    return unit is null || unit.Id != db.Actor.UnitId ? new Refusal.NotFound() : new Refusal.Forbidden("results.rule_heads_only");
                }

                var errors = new List<FieldError>();
                if (unit.ParentId is null && input.LostMonths is < 1 or > 60)
                {
                    errors.Add(new(nameof(Input.LostMonths), "results.lost_wrong"));
                }

                if (unit.ParentId is null && input.CoverageDays is < 1 or > 3_650)
                {
                    errors.Add(new(nameof(Input.CoverageDays), "results.coverage_wrong"));
                }

                if (errors.Count > 0)
                {
                    return new Refusal.InvalidMany(errors);
                }

                var rule = await db.Set<ResultRule>().SingleOrDefaultAsync(r => r.UnitId == unitId, ct);
                if (version is not null && version != (rule?.Version ?? 0))
                {
                    return new Refusal.Stale();
                }

                if (rule is null)
                {
                    db.Add(rule = new() { UnitId = unitId, Version = 1 });
                }

                rule.Open = input.Open;
                if (unit.ParentId is null)
                {
                    (rule.LostMonths, rule.CoverageDays) = (input.LostMonths ?? rule.LostMonths, input.CoverageDays ?? rule.CoverageDays);
                }

                await db.SaveChangesAsync(ct);
                return rule;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return new Refusal.Stale();
        }
    }

    internal static async Task<IResult> Put(long id, Input input, SetResultRule useCase, HttpContext http, CancellationToken ct) => (await useCase.Run(id, Versions.Asked(http), input, ct)).Answer(r =>
    {
        Versions.Tell(http, r.Version);
        return TypedResults.Ok(new Input { Open = r.Open, LostMonths = r.LostMonths, CoverageDays = r.CoverageDays });
    });
}
