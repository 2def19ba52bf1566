using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
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
        .AddScoped<ProposeHandover>()
        .AddScoped<CarryHandover>()
        .AddSingleton<IHandsOver, HandResponsibilities>()
        .AddSingleton<IHandsOver, HandTakeovers>()
        .AddSingleton(new JobHandler(CarryHandover.Kind, CarryHandover.Carry))
        .AddSingleton<ICustomerChildren>(new StayingRows("handovers", (typeof(HandoverItem), nameof(HandoverItem.CustomerId)))) // What was handed over stays said of the one it was.
        .AddSingleton<ICustomerChildren>(new StayingRows("sole", (typeof(SoleKnown), nameof(SoleKnown.CustomerId)))) // The next night looks at both anew.
        .AddSingleton(new JobHandler(FindSoleKnown.Job, FindSoleKnown.Run))
        .AddSingleton(new Schedule(FindSoleKnown.Job, HourOfDay: 4))
        .AddSingleton(new MenuItem("handover.title", "/handovers", "users-group", Permission.CustomersRead, 42, Go: "v"))
        .AddSingleton(new MenuItem("handover.new", "/handovers/new", "users-group", Permission.ManagersAppoint, 42, MenuPlace.Action))
        .AddSingleton(new CustomerTab("manager.title", "managers", Permission.CustomersRead, 42))
        .AddSingleton(new MenuItem("manager.rule_title", "/settings/managers", "user-check", Permission.CustomersRead, 41, Go: "m"));

    public static void Map(IEndpointRouteBuilder api)
    {
        var managers = api.MapGroup("/customers/{id:long}/managers").WithTags("Managers").AddEndpointFilter<MergedInto.Filter>();
        managers.MapGet("", ListManagers.Get).RequireAuthorization(Permission.CustomersRead);
        managers.MapPost("", AppointManager.Post).RequireAuthorization(Permission.ManagersAppoint).AddEndpointFilter<IdempotencyFilter>();
        managers.MapPost("/{responsibilityId:long}/end", AppointManager.PostEnd).RequireAuthorization(Permission.ManagersAppoint).AddEndpointFilter<IdempotencyFilter>();

        var rule = api.MapGroup("/settings/managers").WithTags("Managers");
        rule.MapGet("", SetManagerRule.Get).RequireAuthorization(Permission.CustomersRead);
        rule.MapPut("", SetManagerRule.Put).RequireAuthorization(Permission.OrganizationWrite);

        var handovers = api.MapGroup("/handovers").WithTags("Handovers");
        handovers.MapGet("", CarryHandover.GetAll).RequireAuthorization(Permission.CustomersRead);
        handovers.MapPost("", ProposeHandover.Post).RequireAuthorization(Permission.ManagersAppoint).AddEndpointFilter<IdempotencyFilter>();
        handovers.MapPost("/preview", ProposeHandover.PostPreview).RequireAuthorization(Permission.ManagersAppoint);
        handovers.MapGet("/{id:long}", CarryHandover.GetOne).RequireAuthorization(Permission.CustomersRead);
        handovers.MapPost("/{id:long}/cancel", CarryHandover.PostCancel).RequireAuthorization(Permission.ManagersAppoint).AddEndpointFilter<IdempotencyFilter>();
        handovers.MapPost("/{id:long}/undo", CarryHandover.PostUndo).RequireAuthorization(Permission.ManagersAppoint).AddEndpointFilter<IdempotencyFilter>();
        handovers.MapPost("/{id:long}/parts/{partId:long}/accept", CarryHandover.PostAccept).RequireAuthorization(Permission.CustomersRead).AddEndpointFilter<IdempotencyFilter>();
        handovers.MapPost("/{id:long}/parts/{partId:long}/decline", CarryHandover.PostDecline).RequireAuthorization(Permission.CustomersRead).AddEndpointFilter<IdempotencyFilter>();
        handovers.MapPost("/{id:long}/parts/{partId:long}/assign", CarryHandover.PostAssign).RequireAuthorization(Permission.ManagersAppoint).AddEndpointFilter<IdempotencyFilter>();
        handovers.MapGet("/{id:long}/parts/{partId:long}/job", CarryHandover.GetJob).ExcludeFromDescription().RequireAuthorization(Permission.CustomersRead);

        api.MapGet("/lookup/manager-candidates", ManagerCandidates.Get).ExcludeFromDescription().RequireAuthorization(Permission.ManagersAppoint);
    }
}
