using RailCrm.Platform.Access;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Organization;

internal static class OrganizationModule
{
    public static void Add(IServiceCollection services) => services
        .AddSingleton<SetUpCode>()
        .AddScoped<SetUpGroup>()
        .AddScoped<ListUnits>()
        .AddSingleton(new MenuItem("organization.title", "/organization", "sitemap", Permission.OrganizationRead, 80, Go: "o"));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/org-units", ListUnits.Get).WithTags("Organization").RequireAuthorization(Permission.OrganizationRead);
}
