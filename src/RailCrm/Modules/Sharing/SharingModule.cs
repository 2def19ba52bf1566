using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Sharing;

internal static class SharingModule
{
    private const string Shown = """{ "id": 31, "userId": null, "unitId": 5, "with": "南方网点", "writes": false, "until": "2026-07-01", "reason": "联合投标", "givenBy": "王伟", "givenAt": "2026-04-01T01:00:00Z", "approvalId": null, "canEnd": true }""";

    private const string Asked = """{ "name": "甲公司", "unit": "北方网点", "writes": false, "until": "2026-07-01", "reason": "客户在我站也有货" }""";

    public static void Add(IServiceCollection services) => services
        .AddScoped<ShareCustomer>()
        .AddScoped<ListShares>()
        .AddScoped<AskShare>()
        .AddScoped<IApprovalKind, CustomerShare>()
        .AddSingleton<CustomerListPart, SharesPart>()
        .AddSingleton(new JobHandler(EndShares.Kind, EndShares.Run))
        .AddSingleton(new Schedule(EndShares.Kind, HourOfDay: 2))
        .AddSingleton(new CustomerTab("share.title", "shares", Permission.CustomersRead, 43, ListShares.Count));

    public static void Map(IEndpointRouteBuilder api)
    {
        var shares = api.MapGroup("/customers/{id:long}/shares").WithTags("Sharing").AddEndpointFilter<MergedInto.Filter>();
        shares.MapGet("", ListShares.Get).WithSummary("With whom the customer is shared today.").Gives<Listing<ListShares.Share>>($$"""{ "items": [ {{Shown}} ], "nextCursor": null }""").RequireAuthorization(Permission.CustomersRead);
        shares.MapPost("", ShareCustomer.Post).WithSummary("Shares the customer at once, for whoever heads both sides. Others ask by an approval of kind customer.share, which takes customerId, userId or unitId, writes and until.").Takes("""{ "with": "S1", "writes": false, "until": "2026-07-01", "reason": "联合投标", "replaces": null }""").Gives<ListShares.Share>(Shown, StatusCodes.Status201Created).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        shares.MapPost("/{shareId:long}/end", ShareCustomer.PostEnd).WithSummary("Ends a share.").Takes("""{ "reason": "投标结束" }""").Produces(StatusCodes.Status204NoContent).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        api.MapPost("/customers/ask", AskShare.Post).WithTags("Sharing").WithSummary("Asks the unit of a customer that the duplicate check met beyond the caller's scope to share it with the caller: what was typed, and the unit that the check named.").Takes(Asked).Gives<GetApproval.Answer>("""{ "id": 7, "number": "SP-0000007", "kind": "customer.share", "state": "pending", "title": "“甲公司”", "customerId": null, "unit": "北方网点" }""", StatusCodes.Status201Created).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<ReadersFilter>().AddEndpointFilter<ApprovalDesk.AskFilter>().AddEndpointFilter<IdempotencyFilter>();
        api.MapGet("/lookup/recipients", Recipient.Get).ExcludeFromDescription().RequireAuthorization(Permission.CustomersWrite);
    }
}
