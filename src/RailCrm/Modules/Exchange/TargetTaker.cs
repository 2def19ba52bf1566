using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Results;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes targets, a month a row, of a unit or of a person by sign-in name; an empty cell changes nothing. Whoever sets them on their page may.</summary>
internal sealed partial class TargetTaker(IServiceProvider services, FieldMap map, Import import) : RowTaker(import)
{
    private readonly SaveTargets _save = services.GetRequiredService<SaveTargets>();
    private readonly CrmDb _db = services.GetRequiredService<CrmDb>();

    /// <summary>What a row says.</summary>
    private sealed record Said(long? Unit, long? Person, string Name, Month Month, Measure Measure, IReadOnlyDictionary<TargetTier, long> Figures, IReadOnlyList<FieldError> Errors)
    {
        public (long?, long?, int, Measure) Key => (Unit, Person, Month.Year, Measure);

        /// <summary>The field that says whose it is.</summary>
        public string Whose => Unit is null ? "account" : "unit";
    }

    public override int BatchSize => 200;

    public override Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct) => Each(rows, write: true, ct);

    public override Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct) => Each(rows, write: false, ct);

    public override async Task<Meeting?[]> Meet(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var read = await Read(rows, ct);
        var plans = await Plans(read, ct);
        return [.. read.Select(said =>
        {
            if (said.Errors.Count > 0 || !plans.TryGetValue(said.Key, out var plan))
            {
                return null;
            }

            var (before, now) = (SaveTargets.Input.Of(plan), With(SaveTargets.Input.Of(plan), said));
            return new Meeting(Called(said.Name, plan), Href(plan), [.. CellChange.Of(Enum.GetValues<TargetTier>().Select(t => (Field(t), (string?)Text(before.Of(t)[said.Month.OfYear - 1], said.Measure), (string?)Text(now.Of(t)[said.Month.OfYear - 1], said.Measure))))]);
        })];
    }

    private async Task<RowAnswer[]> Each(IReadOnlyList<TableRow> rows, bool write, CancellationToken ct)
    {
        var (read, answers) = (await Read(rows, ct), new RowAnswer[rows.Count]);
        var plans = await Plans(read, ct);
        for (var i = 0; i < rows.Count; i++)
        {
            answers[i] = read[i].Errors.Count > 0 ? new(null, read[i].Errors) : await One(rows[i], read[i], plans, write, ct);
            _db.ChangeTracker.Clear();
        }

        return answers;
    }

    private async Task<RowAnswer> One(TableRow row, Said said, Dictionary<(long?, long?, int, Measure), TargetPlan> plans, bool write, CancellationToken ct)
    {
        var (plan, key) = (plans.GetValueOrDefault(said.Key), $"{said.Key}");
        var above = plan is null && !write ? Above.Of("plan", key) : null;
        if (Kept(said.Whose, plan is null && above is null) is { } kept)
        {
            return new(null, [kept]);
        }

        var before = plan is null ? null : TargetUndo.Of(plan);
        var input = With(plan is null ? Empty(said) : SaveTargets.Input.Of(plan), said);
        if (before is not null && Changes.Of(before, TargetUndo.Of(input)) == "{}")
        {
            return RowAnswer.Unchanged;
        }

        if (!(await _save.Run(plan?.Version ?? 0, input, ct, write)).TryGet(out var saved, out var refusal))
        {
            return new(null, [.. Errors(refusal, said)]);
        }

        if (!write)
        {
            Above.Add(row.Number, "plan", plan is null ? key : null);
            return plan is not null ? RowAnswer.Updated : above is null ? RowAnswer.Created : RowAnswer.Updated with { Above = true, AboveRow = above.Value };
        }

        plans[said.Key] = saved;
        return (before is null ? RowAnswer.Created : RowAnswer.Updated) with { Made = [new(TargetUndo.Code, saved.Id, saved.Version, before is null ? null : Changes.Of(before, TargetUndo.Of(saved)))] };
    }

    private static SaveTargets.Input Empty(Said said) => new() { Unit = said.Unit, Person = said.Person, Year = said.Month.Year, Measure = said.Measure, Floor = new long[TargetPlan.Months], Target = new long[TargetPlan.Months], Challenge = new long[TargetPlan.Months] };

    /// <summary>With what the row says of its month; a challenge that is not said and was the target, or nothing, goes with the target.</summary>
    private static SaveTargets.Input With(SaveTargets.Input input, Said said)
    {
        var at = said.Month.OfYear - 1;
        long[] Set(TargetTier tier, long? otherwise = null) => [.. input.Of(tier).Select((n, m) => m == at ? said.Figures.TryGetValue(tier, out var figure) ? figure : otherwise ?? n : n)];
        var was = input.Target[at];
        (input.Floor, input.Target) = (Set(TargetTier.Floor), Set(TargetTier.Target));
        input.Challenge = Set(TargetTier.Challenge, input.Challenge[at] == was ? input.Target[at] : null);
        return input;
    }

    /// <summary>What the rows say, with their units and people found in a few reads.</summary>
    private async Task<Said[]> Read(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        List<string> Typed(string field) => [.. rows.Select(r => map.Clean(r, field)).OfType<string>().Where(PlainText.IsStorable).Distinct()];
        var (names, accounts) = (Typed("unit"), Typed("account"));
        var signIns = accounts.ConvertAll(a => a.ToUpperInvariant());
        var units = PathRange.Of(_db.Scope).Of(_db);
        var places = await units.AsNoTracking().Where(u => EF.Parameter(names).Contains(u.Code) || EF.Parameter(names).Contains(u.Name)).Select(u => new { u.Id, u.Code, u.Name }).ToListAsync(ct);
        var people = await _db.Set<User>().AsNoTracking().Where(u => units.Any(x => x.Id == u.UnitId) && (EF.Parameter(signIns).Contains(u.NormalizedUserName!) || EF.Parameter(accounts).Contains(u.DisplayName))).Select(u => new { u.Id, u.NormalizedUserName, u.DisplayName, u.UnitId }).ToListAsync(ct);
        return [.. rows.Select(row =>
        {
            var errors = new List<FieldError>();
            var (unit, account) = (map.Clean(row, "unit"), map.Clean(row, "account"));
            (long? Unit, long? Person, string Name) whose = (null, null, "");
            var place = unit is null ? null : places.Find(u => u.Code == unit) ?? (places.FindAll(u => u.Name == unit) is [var only] ? only : null);
            errors.AddRange(unit is not null && place is null ? [new("unit", "waybill.unit_unknown")] : []);
            if (account is not null) // Where the unit stands beside it, it tells where the person works.
            {
                var named = people.FindAll(p => string.Equals(p.NormalizedUserName, account, StringComparison.OrdinalIgnoreCase)) is { Count: > 0 } exact ? exact : people.FindAll(p => p.DisplayName == account);
                named = place is null ? named : named.FindAll(p => p.UnitId == place.Id);
                whose = named is [var one] ? (null, one.Id, one.DisplayName) : whose;
                errors.AddRange(named.Count == 1 ? [] : [new("account", named.Count == 0 ? "import.target_person" : "import.target_people", account)]);
            }
            else if (unit is not null)
            {
                whose = place is null ? whose : (place.Id, null, place.Name);
            }
            else
            {
                errors.Add(new("unit", "import.target_whose"));
            }

            if (MonthOf(map.Clean(row, "month")) is not { } month)
            {
                errors.Add(new("month", "import.target_month"));
                month = default;
            }

            if (MeasureOf(map.Clean(row, "measure")) is not { } measure)
            {
                errors.Add(new("measure", "import.target_measure", string.Join(Texts.Get("import.comma"), Enum.GetValues<Measure>().Select(Label))));
                measure = Measure.Revenue;
            }

            var figures = new Dictionary<TargetTier, long>();
            foreach (var tier in Enum.GetValues<TargetTier>())
            {
                if (map.Clean(row, Field(tier)) is { } typed)
                {
                    var factor = measure == Measure.Weight ? 1_000m : 100m;
                    var right = TypedNumber.TryRead(typed, measure == Measure.Weight ? TypedNumber.Tonnes : TypedNumber.Yuan, out var said) && said >= 0 && said <= SaveTargets.Most / factor && decimal.IsInteger(said * factor);
                    figures[tier] = right ? (long)(said * factor) : 0;
                    errors.AddRange(right ? [] : [new(Field(tier), "targets.number")]);
                }
            }

            return new Said(whose.Unit, whose.Person, whose.Name, month, measure, figures, errors);
        })];
    }

    private async Task<Dictionary<(long?, long?, int, Measure), TargetPlan>> Plans(IReadOnlyList<Said> read, CancellationToken ct)
    {
        var right = read.Where(s => s.Errors.Count == 0).ToList();
        var (units, people, years) = (right.Select(s => s.Unit).OfType<long>().Distinct().ToList(), right.Select(s => s.Person).OfType<long>().Distinct().ToList(), right.Select(s => s.Month.Year).Distinct().ToList());
        return (await _db.Set<TargetPlan>().AsNoTracking().Where(p => EF.Parameter(years).Contains(p.Year) && ((p.UnitId != null && EF.Parameter(units).Contains(p.UnitId.Value)) || (p.UserId != null && EF.Parameter(people).Contains(p.UserId.Value)))).ToListAsync(ct))
            .ToDictionary(p => (p.UnitId, p.UserId, p.Year, p.Measure));
    }

    private static IEnumerable<FieldError> Errors(Refusal refusal, Said said) => refusal switch
    {
        Refusal.InvalidMany many => many.Errors.Select(e => e with { Field = e.Field.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9').ToLowerInvariant() }),
        Refusal.Invalid one => [new("month", one.Code)],
        _ => [new(said.Whose, refusal.Code, refusal.Args)],
    };

    internal static string Field(TargetTier tier) => tier.ToString().ToLowerInvariant();

    internal static string Label(Measure measure) => Texts.Get($"measure.{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(measure.ToString())}");

    internal static string Called(string name, TargetPlan plan) => string.Create(CultureInfo.InvariantCulture, $"{name} · {plan.Year} · {Label(plan.Measure)}");

    internal static string Href(TargetPlan plan) => string.Create(CultureInfo.InvariantCulture, $"/results/targets?{(plan.UnitId is { } unit ? $"unit={unit}" : $"person={plan.UserId}")}&year={plan.Year}&measure={System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(plan.Measure.ToString())}");

    private static string Text(long figure, Measure measure) => (figure / (measure == Measure.Weight ? 1_000m : 100m)).ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A month as people and workbooks write it: 2026-03, 2026/3, 2026年3月, 202603, or a day of it.</summary>
    internal static Month? MonthOf(string? text) => text is not null && Written().Match(text) is { Success: true } m
        && int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) is >= SaveTargets.FirstYear and <= SaveTargets.LastYear and var year && int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture) is >= 1 and <= 12 and var month
        ? Month.Of(new DateOnly(year, month, 1)) : null;

    /// <summary>A measure by its name in either language; revenue where nothing is said.</summary>
    internal static Measure? MeasureOf(string? text) => text is null ? Measure.Revenue
        : Enum.GetValues<Measure>().Where(m => m.ToString().Equals(text, StringComparison.OrdinalIgnoreCase) || Texts.Both($"measure.{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(m.ToString())}").Any(name => Same(name, text))).Select(m => (Measure?)m).FirstOrDefault();

    /// <remarks>Without the unit behind it, which stands in brackets of either width.</remarks>
    private static bool Same(string name, string text) => Bare(name).Equals(Bare(text), StringComparison.OrdinalIgnoreCase);

    private static string Bare(string name) => name.Split('（', '(')[0].Trim();

    [GeneratedRegex("^([0-9]{4})(?:[-/.年 ]?)([0-9]{1,2})(?:[月]|[-/.月][0-9]{1,2}日?(?: 0{1,2}:00(?::00)?)?)?$")]
    private static partial Regex Written();
}

/// <summary>Targets: a year that the import made is removed, months it changed get their figures back.</summary>
internal sealed class TargetUndo(CrmDb db, SaveTargets save) : Undo<TargetUndo.Plan>(db)
{
    public const string Code = "target";

    /// <summary>A year's figures, as they are stored.</summary>
    public sealed class Plan
    {
        public string Floor { get; set; } = "";
        public string Target { get; set; } = "";
        public string Challenge { get; set; } = "";
    }

    public override string Entity => Code;

    public static Plan Of(TargetPlan plan) => new() { Floor = plan.Floor, Target = plan.Target, Challenge = plan.Challenge };

    public static Plan Of(SaveTargets.Input input) => new() { Floor = string.Join(',', input.Floor), Target = string.Join(',', input.Target), Challenge = string.Join(',', input.Challenge) };

    public override async Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct)
    {
        var units = PathRange.Of(Db.Scope).Of(Db);
        var plans = await (
            from p in Db.Set<TargetPlan>().AsNoTracking().Where(p => EF.Parameter(ids).Contains(p.Id))
            join unit in units on p.UnitId equals unit.Id into theirs
            from at in theirs.DefaultIfEmpty()
            join user in Db.Set<User>().Where(u => units.Any(x => x.Id == u.UnitId)) on p.UserId equals user.Id into those
            from person in those.DefaultIfEmpty()
            select new { Plan = p, Unit = at == null ? null : at.Name, Person = person == null ? null : person.DisplayName }).ToListAsync(ct);
        return plans.Where(p => (p.Unit ?? p.Person) is not null).ToDictionary(p => p.Plan.Id, p => (TargetTaker.Called((p.Unit ?? p.Person)!, p.Plan), TargetTaker.Href(p.Plan)));
    }

    protected override async Task<(int Version, Plan Said)?> Read(ImportedRow row, CancellationToken ct) => await save.Settable(row.EntityId, ct) is { } plan ? (plan.Version, Of(plan)) : null;

    protected override async Task<Result<int>> Write(ImportedRow row, int version, Plan old, CancellationToken ct)
    {
        if (await save.Settable(row.EntityId, ct) is not { } plan)
        {
            return new Refusal.NotFound();
        }

        static long[] Figures(string text) => [.. text.Split(',').Select(n => long.Parse(n, CultureInfo.InvariantCulture))];
        Db.ChangeTracker.Clear();
        return (await save.Run(version, new() { Unit = plan.UnitId, Person = plan.UserId, Year = plan.Year, Measure = plan.Measure, Floor = Figures(old.Floor), Target = Figures(old.Target), Challenge = Figures(old.Challenge) }, ct)).TryGet(out var saved, out var refusal) ? saved.Version : refusal;
    }

    protected override async Task<FieldError?> TakeAway(long id, int version, CancellationToken ct) => await save.Settable(id, ct) is { } plan ? await Remove(plan, ct) : new("", "import.revert_gone");
}
