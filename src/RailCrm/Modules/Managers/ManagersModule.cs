using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Managers;

internal static class ManagersModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<AppointManager>()
        .AddScoped<ListManagers>()
        .AddScoped<SetManagerRule>()
        .AddSingleton<CustomerListPart, ManagersPart>()
        .AddSingleton<IFollowsChange, FollowMoves>()
        .AddSingleton<ICustomerChildren, MergeManagers>()
        .AddSingleton(new CustomerTab("manager.title", "managers", Permission.CustomersRead, 42))
        .AddSingleton(new MenuItem("manager.rule_title", "/settings/managers", "user-check", Permission.CustomersRead, 41));

    public static void Map(IEndpointRouteBuilder api)
    {
        var managers = api.MapGroup("/customers/{id:long}/managers").WithTags("Managers").AddEndpointFilter<MergedInto.Filter>();
        managers.MapGet("", ListManagers.Get).RequireAuthorization(Permission.CustomersRead);
        managers.MapPost("", AppointManager.Post).RequireAuthorization(Permission.ManagersAppoint).AddEndpointFilter<IdempotencyFilter>();
        managers.MapPost("/{responsibilityId:long}/end", AppointManager.PostEnd).RequireAuthorization(Permission.ManagersAppoint).AddEndpointFilter<IdempotencyFilter>();

        var rule = api.MapGroup("/settings/managers").WithTags("Managers");
        rule.MapGet("", SetManagerRule.Get).RequireAuthorization(Permission.CustomersRead);
        rule.MapPut("", SetManagerRule.Put).RequireAuthorization(Permission.OrganizationWrite);

        api.MapGet("/lookup/manager-candidates", ManagerCandidates.Get).ExcludeFromDescription().RequireAuthorization(Permission.ManagersAppoint);
    }
}
