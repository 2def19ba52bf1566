using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Pools;

/// <summary>Heads make the pools of their units, change them, and take away those that never held anything.</summary>
internal sealed class SavePool(CrmDb db)
{
    /// <summary>Longest period of days, and of months.</summary>
    public const int MostDays = 3_650, MostMonths = 120;

    /// <summary>A rule as it is said.</summary>
    public sealed class RuleInput
    {
        /// <summary>The tier.</summary>
        public CustomerTier Tier { get; set; }

        /// <summary>Days without a note; missing never.</summary>
        public int? FollowUpDays { get; set; }

        /// <summary>Whole months without a waybill; missing never.</summary>
        public int? WaybillMonths { get; set; }
    }

    /// <summary>A pool as it is said.</summary>
    public sealed class Input
    {
        /// <summary>Its name.</summary>
        public string? Name { get; set; }

        /// <summary>The unit.</summary>
        public long UnitId { get; set; }

        /// <summary>Whether customers still come into it.</summary>
        public bool Active { get; set; } = true;

        /// <summary>Tiers it is for; none for all.</summary>
        public List<CustomerTier> Tiers { get; set => field = value ?? []; } = [];

        /// <summary>Industries it is for, by code; none for all.</summary>
        public List<string> Industries { get; set => field = value?.FindAll(v => v is not null) ?? []; } = [];

        /// <summary>Stations it is for, by name; none for all.</summary>
        public List<string> Stations { get; set => field = value?.FindAll(v => v is not null) ?? []; } = [];

        /// <summary>Lanes it is for, as sending-receiving; none for all.</summary>
        public List<string> Lanes { get; set => field = value?.FindAll(v => v is not null) ?? []; } = [];

        /// <summary>The rules by tier.</summary>
        public List<RuleInput> Rules { get; set => field = value?.FindAll(v => v is not null) ?? []; } = [];

        /// <summary>Days between the warning and the fall.</summary>
        public int WarnDays { get; set; } = 7;

        /// <summary>Days of protection from an appointment on.</summary>
        public int ProtectDays { get; set; } = 30;

        /// <summary>Days during which the former manager cannot claim.</summary>
        public int CoolDownDays { get; set; } = 30;

        /// <summary>Claims of a person in a month; missing for any number.</summary>
        public int? ClaimsPerMonth { get; set; }

        /// <summary>Looks of a person in a day; missing for any number.</summary>
        public int? ViewsPerDay { get; set; }

        /// <summary>Whether a claim takes consent.</summary>
        public bool NeedsConsent { get; set; }

        /// <summary>What is hidden: phone, contacts, address, creditCode, figures.</summary>
        public List<string> Hidden { get; set => field = value?.FindAll(v => v is not null) ?? []; } = [];

        /// <summary>A pool as it would be said.</summary>
        public static Input Of(Pool p) => new()
        {
            Name = p.Name, UnitId = p.UnitId, Active = p.Active, Tiers = [.. Pool.Parts(p.Tiers).Select(Enum.Parse<CustomerTier>)], Industries = [.. Pool.Parts(p.Industries)], Stations = [.. Pool.Parts(p.Stations)], Lanes = [.. Pool.Parts(p.Lanes)],
            Rules = [.. p.RuleList.Select(r => new RuleInput { Tier = r.Tier, FollowUpDays = r.FollowUpDays, WaybillMonths = r.WaybillMonths })],
            WarnDays = p.WarnDays, ProtectDays = p.ProtectDays, CoolDownDays = p.CoolDownDays, ClaimsPerMonth = p.ClaimsPerMonth, ViewsPerDay = p.ViewsPerDay, NeedsConsent = p.NeedsConsent, Hidden = [.. Pool.Parts(p.Hidden)],
        };
    }

    /// <summary>Whether the actor makes pools at all.</summary>
    public static bool MayChange(Actor actor) => actor.May(Permission.CustomersSupervise);

    /// <summary>Makes one, or changes the one that still has the version.</summary>
    public async Task<Result<Pool>> Run(long? id, int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            return await db.Write(() => Save(id, version, input, ct), ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505", ConstraintName: "ix_pools_name" })
        {
            return new Refusal.Invalid("pool.name_taken", nameof(Input.Name));
        }
    }

    private async Task<Result<Pool>> Save(long? id, int? version, Input input, CancellationToken ct)
    {
        if (id is { } known)
        {
            await db.Alone(PutIntoPool.Lock(known), ct);
        }

        var pool = id is null ? new Pool { Version = 1 } : await PoolBook.Seen(db).SingleOrDefaultAsync(p => p.Id == id, ct);
        if (pool is null)
        {
            return new Refusal.NotFound();
        }

        if (!MayChange(db.Actor) || (id is not null && !await Owns(pool.UnitId, ct)))
        {
            return new Refusal.Forbidden("pool.unit_not_yours");
        }

        if (id is not null && version is not null && version != pool.Version)
        {
            return new Refusal.Stale();
        }

        var errors = new List<FieldError>();
        var name = PlainText.Trimmed(input.Name);
        if (name is null || name.Length > Pool.NameLength || !PlainText.IsStorable(name))
        {
            errors.Add(new(nameof(Input.Name), "pool.name_wrong", Pool.NameLength));
        }
        else if (await db.Set<Pool>().AnyAsync(p => p.Name == name && p.Id != pool.Id, ct))
        {
            errors.Add(new(nameof(Input.Name), "pool.name_taken"));
        }

        if (!await Owns(input.UnitId, ct) || !await db.Set<OrgUnit>().AnyAsync(u => u.Id == input.UnitId && u.Active, ct))
        {
            errors.Add(new(nameof(Input.UnitId), "pool.unit_unknown"));
        }
        else if (id is not null && input.UnitId != pool.UnitId && await PoolBook.Open(db).AnyAsync(s => s.PoolId == pool.Id, ct))
        {
            errors.Add(new(nameof(Input.UnitId), "pool.unit_stays")); // What lies in it might not belong to another unit.
        }

        if (!input.Tiers.TrueForAll(Enum.IsDefined) || !input.Rules.TrueForAll(r => Enum.IsDefined(r.Tier) && Period(r.FollowUpDays, MostDays) && Period(r.WaybillMonths, MostMonths)) || input.Rules.DistinctBy(r => r.Tier).Count() != input.Rules.Count)
        {
            errors.Add(new(nameof(Input.Rules), "pool.rules_wrong", MostDays, MostMonths));
        }

        Days(input.WarnDays, nameof(Input.WarnDays));
        Days(input.ProtectDays, nameof(Input.ProtectDays));
        Days(input.CoolDownDays, nameof(Input.CoolDownDays));
        Quota(input.ClaimsPerMonth, nameof(Input.ClaimsPerMonth));
        Quota(input.ViewsPerDay, nameof(Input.ViewsPerDay));
        var industries = List(input.Industries, nameof(Input.Industries));
        if (input.Industries.Exists(c => ReferenceData.IndustryCode(c) is null))
        {
            errors.Add(new(nameof(Input.Industries), "pool.industry_unknown"));
        }

        var stations = List(input.Stations, nameof(Input.Stations));
        var lanes = List(input.Lanes.ConvertAll(l => string.Join('-', Ends(l))), nameof(Input.Lanes));
        if (!input.Lanes.TrueForAll(l => Ends(l).Length == 2))
        {
            errors.Add(new(nameof(Input.Lanes), "pool.lanes_wrong"));
        }

        if (!input.Hidden.TrueForAll(Pool.Hideable.Contains))
        {
            errors.Add(new(nameof(Input.Hidden), "pool.hidden_wrong"));
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        (pool.Name, pool.UnitId, pool.Active, pool.NeedsConsent) = (name!, input.UnitId, input.Active, input.NeedsConsent);
        (pool.Tiers, pool.Industries, pool.Stations, pool.Lanes) = (Joined(input.Tiers.Distinct().Order().Select(t => $"{t}")), industries, stations, lanes);
        pool.Rules = JsonSerializer.Serialize(input.Rules.Where(r => r.FollowUpDays is not null || r.WaybillMonths is not null).OrderBy(r => r.Tier).Select(r => new PoolRule(r.Tier, r.FollowUpDays, r.WaybillMonths)));
        (pool.WarnDays, pool.ProtectDays, pool.CoolDownDays, pool.ClaimsPerMonth, pool.ViewsPerDay) = (input.WarnDays, input.ProtectDays, input.CoolDownDays, input.ClaimsPerMonth, input.ViewsPerDay);
        pool.Hidden = Joined(Pool.Hideable.Where(input.Hidden.Contains));
        if (id is null)
        {
            db.Add(pool);
        }

        await db.SaveChangesAsync(ct);
        return pool;

        static bool Period(int? said, int most) => said is null || (said >= 1 && said <= most);

        void Days(int said, string field)
        {
            if (said is < 0 or > MostDays)
            {
                errors.Add(new(field, "pool.days_wrong", MostDays));
            }
        }

        void Quota(int? said, string field)
        {
            if (said is < 1 or > 100_000)
            {
                errors.Add(new(field, "pool.quota_wrong"));
            }
        }

        string? List(List<string> said, string field)
        {
            var joined = Joined(said.Select(s => PlainText.Trimmed(s)).OfType<string>().Distinct());
            if (joined?.Length > Pool.ListLength || !PlainText.IsStorable(joined))
            {
                errors.Add(new(field, "pool.list_long", Pool.ListLength));
            }

            return joined;
        }
    }

    /// <summary>Takes away one that never held a customer; any other is closed instead.</summary>
    public Task<Result<bool>> Remove(long id, CancellationToken ct) => db.Write<Result<bool>>(async () =>
    {
        if (await PoolBook.Seen(db).SingleOrDefaultAsync(p => p.Id == id, ct) is not { } pool)
        {
            return new Refusal.NotFound();
        }

        if (!MayChange(db.Actor) || !await Owns(pool.UnitId, ct))
        {
            return new Refusal.Forbidden("pool.unit_not_yours");
        }

        if (await db.Set<PoolStay>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AnyAsync(s => s.PoolId == id, ct))
        {
            return new Refusal.Conflict("pool.has_past");
        }

        db.Remove(pool);
        await db.SaveChangesAsync(ct);
        return true;
    }, ct);

    /// <summary>Whether a unit lies in the actor's scope.</summary>
    private async Task<bool> Owns(long unitId, CancellationToken ct) => await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Path).SingleOrDefaultAsync(ct) is { } path && db.Scope.Covers(path);

    /// <summary>The two stations of a lane.</summary>
    internal static string[] Ends(string lane) => lane.Split(['-', '—', '–', '－', '→'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? Joined(IEnumerable<string> parts) => string.Join(',', parts) is { Length: > 0 } joined ? joined : null;

    internal static async Task<IResult> Post(Input input, SavePool useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(null, null, input, ct)).Answer(p => TypedResults.Created($"/api/v1/pools/{p.Id.ToString(CultureInfo.InvariantCulture)}", Told(p, http)));

    internal static async Task<IResult> Put(long id, Input input, SavePool useCase, HttpContext http, CancellationToken ct) => (await useCase.Run(id, Versions.Asked(http), input, ct)).Answer(p => TypedResults.Ok(Told(p, http)));

    internal static async Task<IResult> Delete(long id, SavePool useCase, CancellationToken ct) => (await useCase.Remove(id, ct)).Answer(_ => TypedResults.NoContent());

    private static ListPools.Item Told(Pool pool, HttpContext http)
    {
        Versions.Tell(http, pool.Version);
        return new(pool.Id, Input.Of(pool), 0, pool.Version);
    }
}
