namespace RailCrm.Modules.Demo;

internal static class DemoModule
{
    public static void Add(IServiceCollection services) => services.AddScoped<MakeDemo>().AddScoped<DemoCustomers>();
}
