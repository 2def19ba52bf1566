using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Classification;

/// <summary>Changes how customers are classed, for the whole group; everybody is classed anew by a job.</summary>
public sealed class SetTierRule(CrmDb db, Runner runner)
{
    /// <summary>Highest threshold: a hundred billion yuan, so that no product of it overflows.</summary>
    public const long MostFen = 10_000_000_000_000;

    /// <summary>The rule as it is said.</summary>
    public sealed class Input
    {
        /// <summary>What is measured.</summary>
        public TierBasis Basis { get; set; }

        /// <summary>From here a customer is medium, fen in twelve months.</summary>
        public long MediumFen { get; set; }

        /// <summary>From here a customer is large, fen in twelve months.</summary>
        public long LargeFen { get; set; }

        /// <summary>A fall by so many percent makes a customer a risk.</summary>
        public int DropPercent { get; set; }
    }

    /// <summary>The rule as the API gives it.</summary>
    public sealed record Answer(TierBasis Basis, long MediumFen, long LargeFen, int DropPercent);

    /// <summary>Whether the actor may change what holds for the whole group.</summary>
    public static bool MayChange(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.May(Permission.OrganizationWrite) && actor.Scope.Width == ScopeWidth.All;
    }

    /// <summary>What is wrong with a rule, in the order of its fields; nothing where it holds.</summary>
    public static IReadOnlyList<FieldError> Check(Input input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var errors = new List<FieldError>();
        if (!Enum.IsDefined(input.Basis))
        {
            errors.Add(new(nameof(input.Basis), "tiers.basis_wrong"));
        }

        if (input.MediumFen is <= 0 or > MostFen)
        {
            errors.Add(new(nameof(input.MediumFen), "tiers.medium_wrong"));
        }

        if (input.LargeFen <= input.MediumFen || input.LargeFen > MostFen)
        {
            errors.Add(new(nameof(input.LargeFen), "tiers.large_wrong"));
        }

        if (input.DropPercent is < 1 or > 100)
        {
            errors.Add(new(nameof(input.DropPercent), "tiers.drop_wrong"));
        }

        return errors;
    }

    /// <summary>Sets the rule if it still has <paramref name="version"/> (0 where none was ever set), and enqueues the classing in the same transaction.</summary>
    public async Task<Result<TierRule>> Run(int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!MayChange(db.Actor))
        {
            return new Refusal.Forbidden("tiers.group_only");
        }

        if (Check(input) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            var saved = await db.Write(() => Save(version, input, ct), ct);
            runner.Wake();
            return saved;
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return new Refusal.Stale(); // The first rule, set by two at once.
        }
    }

    private async Task<Result<TierRule>> Save(int? version, Input input, CancellationToken ct)
    {
        var rule = await db.Set<TierRule>().SingleOrDefaultAsync(ct);
        if (version is not null && version != (rule?.Version ?? 0))
        {
            return new Refusal.Stale();
        }

        if (rule is null)
        {
            db.Add(rule = new(input.Basis, input.MediumFen, input.LargeFen, input.DropPercent) { Version = 1 });
        }
        else if ((rule.Basis, rule.MediumFen, rule.LargeFen, rule.DropPercent) == (input.Basis, input.MediumFen, input.LargeFen, input.DropPercent))
        {
            return rule;
        }
        else
        {
            rule.Set(input.Basis, input.MediumFen, input.LargeFen, input.DropPercent);
        }

        db.Add(new Job { Kind = ClassificationModule.Job, UserId = db.Actor.UserId, CreatedAt = db.UtcNow });
        await db.SaveChangesAsync(ct);
        return rule;
    }

    internal static async Task<IResult> Get(ClassifyCustomers classify, HttpContext http, CancellationToken ct) => Tagged(await classify.Rule(ct), http);

    internal static async Task<IResult> Put(Input input, SetTierRule useCase, HttpContext http, CancellationToken ct)
    {
        int? version = null;
        if (http.Request.Headers.IfMatch.ToString() is { Length: > 0 } match and not "*")
        {
            version = int.TryParse(match.Trim('"'), CultureInfo.InvariantCulture, out var v) ? v : -1;
        }

        return (await useCase.Run(version, input, ct)).Answer(r => Tagged(r, http));
    }

    private static Microsoft.AspNetCore.Http.HttpResults.Ok<Answer> Tagged(TierRule rule, HttpContext http)
    {
        http.Response.Headers.ETag = $"\"{rule.Version}\"";
        return TypedResults.Ok(new Answer(rule.Basis, rule.MediumFen, rule.LargeFen, rule.DropPercent));
    }
}
