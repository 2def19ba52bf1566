using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Organization;

internal static class OrganizationModule
{
    public static void Add(IServiceCollection services) => services
        .AddSingleton<SetUpCode>()
        .AddScoped<SetUpGroup>()
        .AddScoped<ListUnits>()
        .AddScoped<ShowTree>()
        .AddScoped<SaveUnit>()
        .AddScoped<MoveUnit>()
        .AddScoped<CloseUnit>()
        .AddScoped<ListEmployees>()
        .AddScoped<SaveEmployee>()
        .AddScoped<ListAccounts>()
        .AddScoped<ChangeAccount>()
        .AddScoped<EditRoles>()
        .AddScoped<ListAudit>()
        .AddSingleton(UnitDependents.Employees)
        .AddSingleton(UnitDependents.Accounts)
        .AddSingleton(new MenuItem("organization.title", "/organization", "sitemap", Permission.OrganizationRead, 80, Go: "o"))
        .AddSingleton(new MenuItem("employee.title", "/employees", "users", Permission.OrganizationRead, 81))
        .AddSingleton(new MenuItem("accounts.title", "/accounts", "shield-lock", Permission.Accounts, 90))
        .AddSingleton(new MenuItem("roles.title", "/roles", "key", Permission.Security, 91))
        .AddSingleton(new MenuItem("audit.title", "/audit", "history", Permission.Audit, 92));

    public static void Map(IEndpointRouteBuilder api)
    {
        var units = api.MapGroup("/org-units").WithTags("Organization");
        units.MapGet("", ListUnits.Get).RequireAuthorization(Permission.OrganizationRead);
        units.MapPost("", SaveUnit.Post).RequireAuthorization(Permission.OrganizationWrite).AddEndpointFilter<IdempotencyFilter>();
        units.MapPut("/{id:long}", SaveUnit.Put).RequireAuthorization(Permission.OrganizationWrite);
    }
}
