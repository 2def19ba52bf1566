using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Sight;

internal static class SightModule
{
    private const string Reason = """{ "why": "sharedWithUnit", "unit": "南方网点", "until": "2026-06-01", "writes": false }""";

    public static void Add(IServiceCollection services) => services
        .AddScoped<ExplainSight>()
        .AddSingleton(new CustomerTab("sight.title", "sight", Permission.CustomersSupervise, 90))
        .AddSingleton(new MenuItem("sight.ask", "/settings/sight", "eye", Permission.Security, 87, Go: "y"));

    public static void Map(IEndpointRouteBuilder api)
    {
        var sight = api.MapGroup("/customers/{id:long}/sight").WithTags("Sight").AddEndpointFilter<MergedInto.Filter>();
        sight.MapGet("", ExplainSight.GetAll).WithSummary("Who sees the customer and why: those who work in its unit and the units above, those it is shared with, its managers and deputies.").Gives<Listing<ExplainSight.Seer>>($$"""{ "items": [ { "who": "南方网点", "userId": null, "reason": {{Reason}}, "people": 4 } ], "nextCursor": null }""").RequireAuthorization(Permission.CustomersRead, Permission.CustomersSupervise);
        sight.MapGet("/why", ExplainSight.Get).WithSummary("Why the person with the sign-in name user (else the caller) sees the customer, or why not.").Gives<ExplainSight.Answer>($$"""{ "customerId": 12, "customerName": "甲公司", "customerUnit": "北方网点", "userId": 7, "userName": "wangwei", "name": "王伟", "userUnit": "南方网点", "sees": true, "reasons": [ {{Reason}} ], "obstacles": [], "pool": null }""").RequireAuthorization(Permission.CustomersRead, Permission.CustomersSupervise);
    }
}
