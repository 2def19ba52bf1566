using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Pools.PoolStay>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Pools;

/// <summary>The customers in the pools that the reader may see. It tells of each no more than what pools never hide, so that nothing hidden can be sorted or searched by.</summary>
internal sealed class PoolList : ListOf<PoolStay>
{
    private static readonly NamesOf Pools = (db, ids, ct) => db.Set<Pool>().Where(p => EF.Parameter(ids).Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
    private static readonly NamesOf People = (db, ids, ct) => db.Set<User>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);

    public override string Key => "pool";
    public override string Path => "/pools";
    public override string TextKey => "pool.title";
    public override string Permission => Platform.Access.Permission.CustomersRead;
    public override string Order => "-since";
    public override bool HasBoard => false;
    public override string SearchKey => "pool.search";
    public override IReadOnlyList<string> Columns { get; } = ["name", "pool", "tier", "industry", "unit", "since", "why", "former"];
    public override IReadOnlyList<string> Quick { get; } = ["pool", "tier", "industry"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", "")];

    protected override IReadOnlyList<ListField<PoolStay>> Declared => Own;

    private static readonly IReadOnlyList<ListField<PoolStay>> Own =
    [
        F.Of("name", "customer.name", K.Text, s => s.Customer.Name).SortedNear().Named(),
        F.Of("id", "list.id", K.Number, s => s.Id).Indexed().Hidden(),
        F.Of("number", "customer.number", K.Text, s => s.Customer.Number).Copied(),
        F.Of("pool", "pool.one", K.Reference, s => s.PoolId).Indexed().Refers(Pools).Grouped(),
        F.Of("tier", "customer.tier", K.Choice, s => s.Customer.Tier).Indexed().Chosen("tier", ["large", "medium", "small", "atRisk", "prospective"], "customer.tier_unknown").Grouped(),
        F.Of("industry", "customer.industry", K.Choice, s => s.Customer.IndustryCode).Asked(["="], Industry).Coded(ReferenceData.IndustryName, () => ReferenceData.IndustryOptions).Grouped(),
        F.Of("region", "customer.region", K.Text, s => s.Customer.RegionCode).Coded(ReferenceData.RegionName),
        F.Of("unit", "customer.unit", K.Reference, s => s.Customer.UnitId).Refers(Units).Grouped(),
        F.Of("since", "pool.since", K.Instant, s => s.InAt).Sorted().Indexed(),
        F.Of("why", "pool.why", K.Choice, s => s.Why).Indexed().Chosen("pool_why", ["hand", "followUp", "waybill"]).Grouped(),
        F.Of("reason", "pool.reason", K.Text, s => s.Reason),
        F.Of("former", "pool.former", K.Reference, s => s.FormerUserId).Refers(People),
    ];

    public override string Record(Line line) => $"{Path}/customers/{line.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    /// <remarks>Past the scope: what lies in a pool may belong to a sister unit.</remarks>
    protected override IQueryable<PoolStay> Rows(CrmDb db)
    {
        var seen = PoolBook.Seen(db);
        return PoolBook.Open(db).AsNoTracking().Where(s => seen.Any(p => p.Id == s.PoolId) && s.Customer.DeletedAt == null);
    }

    /// <summary>A code; a section takes its divisions along.</summary>
    private static Task<Result<Condition<PoolStay>>> Industry(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var codes = asked.Values.SelectMany(v => ReferenceData.Industries.Where(i => i.Section == v).Select(i => i.Code).Append(v)).Distinct().ToList();
        return Task.FromResult<Result<Condition<PoolStay>>>(new Condition<PoolStay>(s => EF.Parameter(codes).Contains(s.Customer.IndustryCode!), null));
    }

    /// <summary>By name, pinyin, initials or the beginning of the number.</summary>
    protected override async Task<Searched<PoolStay>> Search(CrmDb db, string typed, CancellationToken ct)
    {
        var text = typed.Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length is 0 or > 100 || !PlainText.IsStorable(text))
        {
            return new([], []);
        }

#pragma warning disable CA1308 // Pinyin is kept in lower case.
        var small = text.ToLowerInvariant();
#pragma warning restore CA1308
        var upper = text.ToUpperInvariant();
        return new(await Rows(db).Where(s => s.Customer.Name.Contains(text) || s.Customer.NamePinyin.StartsWith(small) || s.Customer.NameInitials.Contains(small) || s.Customer.Number.StartsWith(upper)).Select(s => s.Id).ToListAsync(ct), []);
    }

    public override Task<Dictionary<long, string>> NamesOfRows(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => Rows(db).Where(s => EF.Parameter(ids).Contains(s.Id)).ToDictionaryAsync(s => s.Id, s => s.Customer.Name, ct);

    /// <summary>A row as the API tells it.</summary>
    public sealed record Item(long Id, string Name, string Number, string Pool, string Tier, string? IndustryCode, string? RegionCode, string Unit, DateTime InAt, string Why, string? Former);

    /// <summary>A page of them, latest first, behind the key <paramref name="before"/> where it goes on.</summary>
    public async Task<IReadOnlyList<Item>> Page(CrmDb db, long? pool, long before, int most, CancellationToken ct)
    {
        var rows = await (
            from s in Rows(db)
            join p in db.Set<Pool>() on s.PoolId equals p.Id
            join u in db.Set<OrgUnit>() on s.Customer.UnitId equals u.Id
            where s.Id < before && (pool == null || s.PoolId == pool)
            orderby s.Id descending
            select new { Stay = s, s.Customer.Name, s.Customer.Number, Pool = p.Name, s.Customer.Tier, s.Customer.IndustryCode, s.Customer.RegionCode, Unit = u.Name, Former = db.Set<User>().Where(f => f.Id == s.FormerUserId).Select(f => f.DisplayName).FirstOrDefault() }).Take(most).ToListAsync(ct);
        return rows.ConvertAll(r => new Item(r.Stay.Id, r.Name, r.Number, r.Pool, JsonNamingPolicy.CamelCase.ConvertName($"{r.Tier}"), r.IndustryCode, r.RegionCode, r.Unit, r.Stay.InAt, JsonNamingPolicy.CamelCase.ConvertName($"{r.Stay.Why}"), r.Former));
    }

    internal static async Task<IResult> Get(PoolList list, CrmDb db, CancellationToken ct, long? pool = null, string? cursor = null, int limit = 50)
    {
        if (!Customers.TellHistory.TryRead(cursor, out var before))
        {
            return Platform.Http.Answers.Problem(new Refusal.Invalid("common.cursor_invalid", nameof(cursor)));
        }

        var size = Math.Clamp(limit, 1, 200);
        var items = await list.Page(db, pool, before ?? long.MaxValue, size + 1, ct);
        return TypedResults.Ok(new Platform.Http.Listing<Item>([.. items.Take(size)], items.Count > size ? items[size - 1].Id.ToString(System.Globalization.CultureInfo.InvariantCulture) : null));
    }
}
