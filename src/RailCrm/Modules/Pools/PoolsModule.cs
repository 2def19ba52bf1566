using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Pools;

internal static class PoolsModule
{
    private const string Said = """{ "name": "北方公海", "unitId": 5, "active": true, "tiers": [ "small" ], "industries": [ "06" ], "stations": [], "lanes": [], "rules": [ { "tier": "small", "followUpDays": 90, "waybillMonths": 6 } ], "warnDays": 7, "protectDays": 30, "coolDownDays": 30, "claimsPerMonth": 20, "viewsPerDay": 50, "needsConsent": false, "hidden": [ "phone", "contacts" ] }""";

    private const string Shown = $$"""{ "id": 3, "pool": {{Said}}, "customers": 12, "version": 1 }""";

    private const string Listed = """{ "items": [ { "id": 31, "name": "甲公司", "number": "KH-0000012", "pool": "北方公海", "tier": "small", "industryCode": "06", "regionCode": "140000", "unit": "北方网点", "inAt": "2026-04-01T01:00:00Z", "why": "followUp", "former": "王伟" } ], "nextCursor": null }""";

    private const string One = """{ "id": 31, "customerId": null, "name": "甲公司", "number": "KH-0000012", "tier": "small", "pool": "北方公海", "unit": "北方网点", "industry": "煤炭开采和洗选业", "region": "山西省", "inAt": "2026-04-01T01:00:00Z", "why": "followUp", "reason": null, "former": "王伟", "needsConsent": false, "claimsLeft": 20, "viewsLeft": 50, "canClaim": true }""";

    private const string Past = """{ "stays": [ { "id": 31, "pool": "北方公海", "inAt": "2026-04-01T01:00:00Z", "why": "hand", "reason": "客户停产", "inBy": "李娜", "former": "王伟", "outAt": null, "outHow": null, "claimedBy": null } ], "falls": null }""";

    public static void Add(IServiceCollection services) => services
        .AddScoped<SavePool>()
        .AddScoped<ListPools>()
        .AddScoped<PutIntoPool>()
        .AddScoped<CustomerPools>()
        .AddScoped<ClaimCustomer>()
        .AddScoped<LookAtPooled>()
        .AddScoped<PoolList>()
        .AddScoped<ListOf>(s => s.GetRequiredService<PoolList>())
        .AddScoped<IApprovalKind, CustomerRelease>()
        .AddSingleton<CustomerListPart, PoolsPart>()
        .AddSingleton<IFollowsChange, FollowPool>()
        .AddSingleton<IHandoverPools, HandoverPools>()
        .AddSingleton<ICustomerChildren, MergePools>()
        .AddSingleton(new UnitDependents("pool.n_pools", "pool.remedy", _ => "/settings/pools", Permission.CustomersRead, async (db, range, ct) => await (
            from p in db.Set<Pool>() join u in range.Of(db) on p.UnitId equals u.Id where p.Active group p by p.UnitId into g select new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct)))
        .AddSingleton(new JobHandler(RunPools.Kind, RunPools.Run))
        .AddSingleton(new Schedule(RunPools.Kind, HourOfDay: 3))
        .AddSingleton(new CustomerTab("pool.title", "pool", Permission.CustomersRead, 44, CustomerPools.Count))
        .AddSingleton(new CustomerAction("pool.put", "ripple", "pool", Permission.CustomersWrite))
        .AddSingleton(new MenuItem("pool.title", "/pools", "ripple", Permission.CustomersRead, 18, Go: "q"))
        .AddSingleton(new MenuItem("pool.settings", "/settings/pools", "ripple", Permission.CustomersRead, 43, MenuPlace.Page));

    public static void Map(IEndpointRouteBuilder api)
    {
        var pools = api.MapGroup("/pools").WithTags("Pools");
        pools.MapGet("", ListPools.Get).WithSummary("The pools of the caller's units, of those above and of those below, with how many customers lie in each.").Gives<Listing<ListPools.Item>>($$"""{ "items": [ {{Shown}} ], "nextCursor": null }""").RequireAuthorization(Permission.CustomersRead);
        pools.MapPost("", SavePool.Post).WithSummary("Makes a pool of a unit in the caller's scope.").Takes(Said).Gives<ListPools.Item>(Shown, StatusCodes.Status201Created).RequireAuthorization(Permission.CustomersSupervise).AddEndpointFilter<IdempotencyFilter>();
        pools.MapPut("/{id:long}", SavePool.Put).WithSummary("Changes a pool. If-Match may name the version seen.").Takes(Said).Gives<ListPools.Item>(Shown).RequireAuthorization(Permission.CustomersSupervise);
        pools.MapDelete("/{id:long}", SavePool.Delete).WithSummary("Takes away a pool in which no customer ever lay; another one is closed by active: false.").Produces(StatusCodes.Status204NoContent).RequireAuthorization(Permission.CustomersSupervise);
        pools.MapGet("/customers", PoolList.Get).WithSummary("The customers in the pools that the caller sees, also beyond his scope: no more than a pool never hides.").Gives<Listing<PoolList.Item>>(Listed).RequireAuthorization(Permission.CustomersRead);
        pools.MapGet("/customers/{id:long}", LookAtPooled.Get).WithSummary("One of them, with what is left of the caller's quotas; customerId is told to whoever sees the customer anyway.").Gives<LookAtPooled.Answer>(One).RequireAuthorization(Permission.CustomersRead);
        pools.MapPost("/customers/{id:long}/claim", ClaimCustomer.Post).WithSummary("Claims it: the caller answers for it from then on, and it belongs to his unit. Refused with 409 where somebody was first.").Gives<ClaimCustomer.Answer>("""{ "customerId": 12 }""").RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        pools.MapPost("/customers/{id:long}/ask", ClaimCustomer.PostAsk).WithSummary("Asks the heads of the pool's unit for it, where the pool wants consent.").Takes("""{ "reason": "客户在我站有货" }""").Gives<GetApproval.Answer>("""{ "id": 7, "number": "SP-0000007", "kind": "customer.release", "state": "pending", "title": "KH-0000012 甲公司", "customerId": null, "unit": "北方公司" }""", StatusCodes.Status201Created).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<ReadersFilter>().AddEndpointFilter<ApprovalDesk.AskFilter>().AddEndpointFilter<IdempotencyFilter>();

        var customer = api.MapGroup("/customers/{id:long}/pool").WithTags("Pools").AddEndpointFilter<MergedInto.Filter>();
        customer.MapGet("", CustomerPools.Get).WithSummary("In which pools the customer lay and lies, the latest first, and whether it will fall into one.").Gives<CustomerPools.Answer>(Past).RequireAuthorization(Permission.CustomersRead);
        customer.MapPost("", PutIntoPool.Post).WithSummary("Puts the customer into a pool of its unit or of one above, or from one into another. Its managers at the level of its unit end.").Takes("""{ "pool": "北方公海", "reason": "客户停产", "seen": 0 }""").Gives<CustomerPools.Answer>(Past).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();

        api.MapGet("/lookup/pools", ListPools.Lookup).ExcludeFromDescription().RequireAuthorization(Permission.CustomersWrite);
    }
}
