using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Managers;

/// <summary>Sets at which levels a customer of each tier needs a manager, for the whole group. Gaps follow at once: they are asked, never stored.</summary>
internal sealed class SetManagerRule(CrmDb db)
{
    /// <summary>The levels by tier, as the API says and tells them.</summary>
    public sealed class Input
    {
        /// <summary>Of large customers.</summary>
        public IReadOnlyList<UnitLevel>? Large { get; set; }

        /// <summary>Of medium ones.</summary>
        public IReadOnlyList<UnitLevel>? Medium { get; set; }

        /// <summary>Of small ones.</summary>
        public IReadOnlyList<UnitLevel>? Small { get; set; }

        /// <summary>Of those at risk.</summary>
        public IReadOnlyList<UnitLevel>? AtRisk { get; set; }

        /// <summary>Of prospective ones.</summary>
        public IReadOnlyList<UnitLevel>? Prospective { get; set; }

        /// <summary>Those of one tier.</summary>
        internal IReadOnlyList<UnitLevel>? Of(CustomerTier tier) => tier switch
        {
            CustomerTier.Large => Large,
            CustomerTier.Medium => Medium,
            CustomerTier.Small => Small,
            CustomerTier.AtRisk => AtRisk,
            CustomerTier.Prospective => Prospective,
        };

        /// <summary>A rule as it is said.</summary>
        internal static Input Of(ManagerRule rule)
        {
            IReadOnlyList<UnitLevel> Levels(CustomerTier tier) => [.. Enum.GetValues<UnitLevel>().Where(l => (rule.Of(tier) & ManagerRule.Bit(l)) != 0)];
            return new() { Large = Levels(CustomerTier.Large), Medium = Levels(CustomerTier.Medium), Small = Levels(CustomerTier.Small), AtRisk = Levels(CustomerTier.AtRisk), Prospective = Levels(CustomerTier.Prospective) };
        }
    }

    /// <summary>Whether the actor may change what holds for the whole group.</summary>
    public static bool MayChange(Actor actor) => actor.May(Permission.OrganizationWrite) && actor.Scope.Width == ScopeWidth.All;

    /// <summary>Sets the rule if it still has <paramref name="version"/> (0 where none was ever set).</summary>
    public async Task<Result<ManagerRule>> Run(int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!MayChange(db.Actor))
        {
            return new Refusal.Forbidden("manager.rule_group_only");
        }

        var wrong = Enum.GetValues<CustomerTier>().Where(t => input.Of(t) is not { } levels || levels.Any(l => !Enum.IsDefined(l))).Select(t => new FieldError(t.ToString(), "manager.rule_wrong")).ToList();
        if (wrong.Count > 0)
        {
            return new Refusal.InvalidMany(wrong);
        }

        try
        {
            return await db.Write<Result<ManagerRule>>(async () =>
            {
                var rule = await db.Set<ManagerRule>().SingleOrDefaultAsync(ct);
                if (version is not null && version != (rule?.Version ?? 0))
                {
                    return new Refusal.Stale();
                }

                if (rule is null)
                {
                    db.Add(rule = new() { Version = 1 });
                }

                rule.Set(t => input.Of(t)!.Distinct().Sum(ManagerRule.Bit));
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
            return new Refusal.Stale(); // The first rule, set by two at once.
        }
    }

    internal static async Task<IResult> Get(CrmDb db, HttpContext http, CancellationToken ct) => Tagged(await ManagerRule.Read(db, ct), http);

    internal static async Task<IResult> Put(Input input, SetManagerRule useCase, HttpContext http, CancellationToken ct) => (await useCase.Run(Versions.Asked(http), input, ct)).Answer(r => Tagged(r, http));

    private static Microsoft.AspNetCore.Http.HttpResults.Ok<Input> Tagged(ManagerRule rule, HttpContext http)
    {
        Versions.Tell(http, rule.Version);
        return TypedResults.Ok(Input.Of(rule));
    }
}
