using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Results;

/// <summary>Heads set what is below them: the units below their own and the people in and below it; the group's head sets the group too.</summary>
internal sealed class SaveTargets(CrmDb db)
{
    /// <summary>Years that targets are set for.</summary>
    public const int FirstYear = 2000, LastYear = 2100;

    /// <summary>Most of one month: far above anything that is carried or earned.</summary>
    public const long Most = 1_000_000_000_000_000;

    /// <summary>A year of one unit or person by one measure, as it is said and told; figures in fen or kg.</summary>
    public sealed class Input
    {
        /// <summary>The unit; missing where it is a person's.</summary>
        public long? Unit { get; set; }

        /// <summary>The person; missing where it is a unit's.</summary>
        public long? Person { get; set; }

        /// <summary>The year.</summary>
        public int Year { get; set; }

        /// <summary>The measure.</summary>
        public Measure Measure { get; set; }

        /// <summary>保底, January first.</summary>
        public IReadOnlyList<long> Floor { get; set => field = value ?? []; } = [];

        /// <summary>目标.</summary>
        public IReadOnlyList<long> Target { get; set => field = value ?? []; } = [];

        /// <summary>挑战.</summary>
        public IReadOnlyList<long> Challenge { get; set => field = value ?? []; } = [];

        /// <summary>Those of a tier.</summary>
        internal IReadOnlyList<long> Of(TargetTier tier) => tier switch { TargetTier.Floor => Floor, TargetTier.Target => Target, TargetTier.Challenge => Challenge };

        /// <summary>A plan as it is said.</summary>
        internal static Input Of(TargetPlan p) => new() { Unit = p.UnitId, Person = p.UserId, Year = p.Year, Measure = p.Measure, Floor = p.Of(TargetTier.Floor), Target = p.Of(TargetTier.Target), Challenge = p.Of(TargetTier.Challenge) };
    }

    /// <summary>A year's sums of several plans.</summary>
    public sealed record Sums(int Plans, long Floor, long Target, long Challenge);

    /// <summary>Whose targets are looked at.</summary>
    /// <param name="Name">Person or unit.</param>
    /// <param name="Plan">What is set; null where nothing is.</param>
    /// <param name="Units">The sums of the units below, for heads; null for a person.</param>
    /// <param name="People">The sums of the people who work in the unit itself, for heads and where these see one another's results; null for a person.</param>
    /// <param name="May">Whether the actor sets them.</param>
    public sealed record Seen(string Name, TargetPlan? Plan, Sums? Units, Sums? People, bool May);

    private long Me => db.Actor.UserId;

    private int Year => BusinessCalendar.Day(db.UtcNow).Year;

    /// <summary>One year of what the actor sees: his own and those of the people and units he heads.</summary>
    public async Task<Result<Seen>> Look(long? unitId, long? personId, int year, Measure measure, CancellationToken ct)
    {
        if (await Whose(unitId, personId, ct) is not var (name, path, may))
        {
            return new Refusal.NotFound();
        }

        var plans = db.Set<TargetPlan>().AsNoTracking().Where(p => p.Year == year && p.Measure == measure);
        var plan = await plans.SingleOrDefaultAsync(p => unitId != null ? p.UnitId == unitId : p.UserId == personId, ct);
        if (unitId is null)
        {
            return new Seen(name, plan, null, null, may);
        }

        static Sums Sum(List<TargetPlan> of) => new(of.Count, of.Sum(p => p.Of(TargetTier.Floor).Sum()), of.Sum(p => p.Of(TargetTier.Target).Sum()), of.Sum(p => p.Of(TargetTier.Challenge).Sum()));
        var heads = ShowResults.Heads(db, path);
        var open = heads || (await ResultRule.Of(db, unitId.Value, ct)).Open;
        return new Seen(name, plan,
            heads ? Sum(await (from p in plans join u in db.Set<OrgUnit>() on p.UnitId equals u.Id where u.ParentId == unitId select p).ToListAsync(ct)) : null,
            open ? Sum(await (from p in plans join u in db.Set<User>() on p.UserId equals u.Id where u.UnitId == unitId select p).ToListAsync(ct)) : null, may);
    }

    /// <summary>A plan that the actor may set; null where there is none such.</summary>
    internal async Task<TargetPlan?> Settable(long id, CancellationToken ct) =>
        await db.Set<TargetPlan>().SingleOrDefaultAsync(p => p.Id == id, ct) is { } plan && await Whose(plan.UnitId, plan.UserId, ct) is { May: true } ? plan : null;

    /// <summary>Sets a year where it still has <paramref name="version"/> (0 where none was set); without <paramref name="write"/> only says whether it could.</summary>
    public async Task<Result<TargetPlan>> Run(int? version, Input input, CancellationToken ct, bool write = true)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Year is < FirstYear or > LastYear || !Enum.IsDefined(input.Measure) || input.Unit is null == input.Person is null)
        {
            return new Refusal.Invalid("targets.whose_wrong", nameof(Input.Year));
        }

        try
        {
            return await db.Write(() => Save(version, input, write, ct), ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return new Refusal.Stale(); // The first plan, set by two at once.
        }
    }

    private async Task<Result<TargetPlan>> Save(int? version, Input input, bool write, CancellationToken ct)
    {
        if (await Whose(input.Unit, input.Person, ct) is not var (_, _, may))
        {
            return new Refusal.NotFound();
        }

        if (!may)
        {
            return new Refusal.Forbidden("targets.not_yours");
        }

        var plan = await db.Set<TargetPlan>().SingleOrDefaultAsync(p => p.Year == input.Year && p.Measure == input.Measure && (input.Unit != null ? p.UnitId == input.Unit : p.UserId == input.Person), ct);
        if (version is not null && version != (plan?.Version ?? 0))
        {
            return new Refusal.Stale();
        }

        var errors = new List<FieldError>();
        foreach (var tier in Enum.GetValues<TargetTier>())
        {
            if (input.Of(tier).Count != TargetPlan.Months)
            {
                errors.Add(new($"{tier}", "targets.twelve"));
            }
        }

        for (var m = 0; errors.Count == 0 && m < TargetPlan.Months; m++)
        {
            foreach (var tier in Enum.GetValues<TargetTier>().Where(t => input.Of(t)[m] is < 0 or > Most))
            {
                errors.Add(new($"{tier}{m + 1}", "targets.number"));
            }
        }

        for (var m = 0; errors.Count == 0 && m < TargetPlan.Months; m++)
        {
            if (input.Floor[m] > input.Target[m])
            {
                errors.Add(new($"Floor{m + 1}", "targets.floor_above", m + 1));
            }

            if (input.Target[m] > input.Challenge[m])
            {
                errors.Add(new($"Challenge{m + 1}", "targets.challenge_below", m + 1));
            }
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        if (!write)
        {
            return plan ?? new();
        }

        if (plan is null)
        {
            db.Add(plan = new() { UnitId = input.Unit, UserId = input.Person, Year = input.Year, Measure = input.Measure, Version = 1 });
        }

        plan.Set([.. input.Floor], [.. input.Target], [.. input.Challenge]);
        await db.SaveChangesAsync(ct);
        return plan;
    }

    private async Task<(string Name, string Path, bool May)?> Whose(long? unitId, long? personId, CancellationToken ct)
    {
        if (personId is { } person)
        {
            return await ShowResults.Seen(db, person, ct) is not var (user, at) ? null : (user.DisplayName, at.Path, ShowResults.Heads(db, at.Path) && (user.Id != db.Actor.UserId || at.ParentId is null));
        }

        var unit = await db.Set<OrgUnit>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == unitId, ct);
        return unit is null || (!ShowResults.Heads(db, unit.Path) && unit.Id != db.Actor.UnitId) ? null : (unit.Name, unit.Path, ShowResults.Heads(db, unit.Path) && (unit.Id != db.Actor.UnitId || unit.ParentId is null));
    }

    /// <summary>Spreads a year's three sums over the months: evenly, or as <paramref name="season"/> was. Nothing is lost to rounding, and no month's tiers get out of order.</summary>
    public static long[][] Spread(long floor, long target, long challenge, IReadOnlyList<long>? season)
    {
        var weights = season?.Select(w => Math.Max(w, 0)).ToList();
        weights = weights is null || weights.Sum() == 0 ? [.. Enumerable.Repeat(1L, TargetPlan.Months)] : weights;
        long[] Part(long sum)
        {
            var (all, done, before) = ((decimal)weights.Sum(), 0L, 0m);
            return [.. weights.Select(w =>
            {
                before += w;
                var to = (long)Math.Round(sum * (before / all), MidpointRounding.AwayFromZero);
                var part = to - done;
                done = to;
                return part;
            })];
        }

        var (low, more, most) = (Part(floor), Part(target - floor), Part(challenge - target));
        return [low, [.. low.Zip(more, (a, b) => a + b)], [.. low.Zip(more, (a, b) => a + b).Zip(most, (a, b) => a + b)]];
    }

    /// <summary>What was brought in month by month of a year: the season.</summary>
    public async Task<long[]> Season(long? unitId, long? personId, int year, Measure measure, CancellationToken ct)
    {
        var (first, last) = (Month.Of(new DateOnly(year, 1, 1)), Month.Of(new DateOnly(year, 12, 1)));
        var by = new Dictionary<Month, ResultSum>();
        if (personId is { } person)
        {
            by = await db.Set<ManagerMonth>().AsNoTracking().Where(m => m.UserId == person && m.Month >= first && m.Month <= last).ToDictionaryAsync(m => m.Month, m => new ResultSum(m.RevenueFen, m.CostFen, m.WeightKg, m.Lines), ct);
        }
        else if (await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Path).SingleOrDefaultAsync(ct) is { } path)
        {
            by = await (from m in db.Set<OwnerMonth>().AsNoTracking() join u in PathRange.Below(path).Of(db) on m.UnitId equals u.Id where m.Month >= first && m.Month <= last group m by m.Month into g
                select new { g.Key, Revenue = g.Sum(m => m.RevenueFen), Cost = g.Sum(m => m.CostFen), Weight = g.Sum(m => m.WeightKg), Lines = g.Sum(m => m.Lines) }).ToDictionaryAsync(g => g.Key, g => new ResultSum(g.Revenue, g.Cost, g.Weight, g.Lines), ct);
        }

        return [.. Month.Range(first, last).Select(m => by.GetValueOrDefault(m).Of(measure))];
    }

    internal static async Task<IResult> Get(long? unit, long? person, int? year, string? measure, SaveTargets useCase, HttpContext http, CancellationToken ct)
    {
        if ((unit is not null && person is not null) || !ShowUnitResults.Query.Read(measure, Measure.Revenue, out var by))
        {
            return Answers.Problem(new Refusal.Invalid("targets.whose_wrong", unit is null ? "measure" : "unit"));
        }

        return (await useCase.Look(unit, unit is null ? person ?? useCase.Me : null, year ?? useCase.Year, by, ct)).Answer(s =>
        {
            Versions.Tell(http, s.Plan?.Version ?? 0);
            return TypedResults.Ok(new Answer(s.Name, s.Plan is null ? null : Input.Of(s.Plan), s.Units, s.People, s.May));
        });
    }

    /// <summary>As the API tells it.</summary>
    public sealed record Answer(string Name, Input? Plan, Sums? Units, Sums? People, bool May);

    internal static async Task<IResult> Put(Input input, SaveTargets useCase, HttpContext http, CancellationToken ct) => (await useCase.Run(Versions.Asked(http), input, ct)).Answer(p =>
    {
        Versions.Tell(http, p.Version);
        return TypedResults.Ok(Input.Of(p));
    });
}
