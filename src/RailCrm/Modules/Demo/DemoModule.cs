using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Demo;

internal static class DemoModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<MakeDemo>()
        .AddScoped<DemoCustomers>()
        .AddScoped<DemoLines>()
        .AddScoped<KeepDemo>()
        .AddScoped<DemoHold>()
        .AddSingleton<DemoBanner>()
        .AddSingleton<ILayoutBanner>(s => s.GetRequiredService<DemoBanner>())
        .AddSingleton(new JobHandler(LoadDemo.Kind, LoadDemo.Run))
        .AddSingleton(new JobHandler(RemoveDemo.Kind, RemoveDemo.Run))
        .AddSingleton(new MenuItem("demo.title", "/settings/demo", "package", Permission.System, 95));

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/settings/demo/job", KeepDemo.GetJob).ExcludeFromDescription().RequireAuthorization(Permission.System);
}
