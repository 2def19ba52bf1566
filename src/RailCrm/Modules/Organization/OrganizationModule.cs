using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Palette;

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
        .AddScoped<EmployeeList>()
        .AddScoped<ListOf>(s => s.GetRequiredService<EmployeeList>())
        .AddScoped<SaveEmployee>()
        .AddScoped<ListAccounts>()
        .AddScoped<ChangeAccount>()
        .AddSingleton<IHandsOver, HandViews>()
        .AddScoped<EditRoles>()
        .AddProvider()
        .AddScoped<ListAudit>()
        .AddScoped<ExportAudit>()
        .AddScoped<FindOddities>()
        .AddSingleton(UnitDependents.Employees)
        .AddSingleton(UnitDependents.Accounts)
        .AddSingleton<ICustomReference, PersonReference>()
        .AddSingleton<IPaletteSource, UnitsSource>()
        .AddSingleton<IPaletteSource, EmployeesSource>()
        .AddSingleton<IPaletteSource, AccountsSource>()
        .AddSingleton(new MenuItem("organization.title", "/organization", "sitemap", Permission.OrganizationRead, 80, Go: "o"))
        .AddSingleton(new MenuItem("employee.title", "/employees", "users", Permission.OrganizationRead, 81, Go: "p"))
        .AddSingleton(new MenuItem("accounts.title", "/accounts", "shield-lock", Permission.Accounts, 90, Go: "u"))
        .AddSingleton(new MenuItem("roles.title", "/roles", "key", Permission.Security, 91, Go: "r"))
        .AddSingleton(new TopCount("audit.title", "audit.alarm_told", "/audit", "shield-lock", Permission.Audit, 1, (work, ct) => work.GetRequiredService<Platform.Audit.CheckTrail>().Alarm(ct)))
        .AddSingleton(new MenuItem("audit.title", "/audit", "history", Permission.Audit, 92, Go: "a"))
        .AddSingleton(new MenuItem("audit.oddities", "/audit/oddities", "alert-triangle", Permission.Audit, 92, MenuPlace.Page))
        .AddSingleton(new MenuItem("policy.title", "/settings/security", "lock", Permission.Security, 92))
        .AddSingleton(new MenuItem("oidc.title", "/settings/provider", "key", Permission.Security, 92, MenuPlace.Page))
        .AddSingleton(new MenuItem("organization.new", "/organization/new", "sitemap", Permission.OrganizationWrite, 80, MenuPlace.Action))
        .AddSingleton(new MenuItem("employee.new", "/employees/new", "user-plus", Permission.OrganizationWrite, 81, MenuPlace.Action))
        .AddSingleton(new MenuItem("accounts.new", "/accounts/new", "user-plus", Permission.System, 90, MenuPlace.Action))
        .AddSingleton(new MenuItem("roles.new", "/roles/new", "key", Permission.Security, 91, MenuPlace.Action));

    public static void MapPages(IEndpointRouteBuilder app)
    {
        app.MapPost("/audit/export", ExportAudit.Post).RequireAuthorization(Permission.Audit).ExcludeFromDescription();
        Provider.Map(app);
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/lookup/accounts", PersonReference.People).ExcludeFromDescription().RequireAuthorization(Permission.OrganizationRead);
        api.MapGet("/lookup/units", ListUnits.Lookup).ExcludeFromDescription().RequireAuthorization(Permission.SignedIn);
        var units = api.MapGroup("/org-units").WithTags("Organization");
        units.MapGet("", ListUnits.Get).RequireAuthorization(Permission.OrganizationRead);
        units.MapPost("", SaveUnit.Post).RequireAuthorization(Permission.OrganizationWrite).AddEndpointFilter<IdempotencyFilter>();
        units.MapPut("/{id:long}", SaveUnit.Put).RequireAuthorization(Permission.OrganizationWrite);
    }
}
