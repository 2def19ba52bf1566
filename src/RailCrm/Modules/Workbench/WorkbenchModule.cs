using RailCrm.Platform.Access;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Workbench;

internal static class WorkbenchModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<ShowDashboard>()
        .AddScoped<RankCompleteness>()
        .AddSingleton(new MenuItem("completeness.title", "/customers/completeness", "gauge", Permission.CustomersRead, 16, MenuPlace.Page))
        .AddSingleton(new MenuItem("workbench.title", "/", "home", Permission.SignedIn, 1, Go: "h"));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/dashboard", ShowDashboard.Get).WithTags("Dashboard").RequireAuthorization(Permission.CustomersRead);
        api.MapGet("/completeness", RankCompleteness.Get).WithTags("Dashboard").RequireAuthorization(Permission.CustomersRead);
    }
}
