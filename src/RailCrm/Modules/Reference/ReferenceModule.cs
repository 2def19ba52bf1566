using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Reference;

internal static class ReferenceModule
{
    public static void Add(IServiceCollection services)
    {
        foreach (var (textKey, href) in ReferenceTabs.Parts)
        {
            services.AddSingleton(new MenuItem(textKey, href, "address-book", Permission.OrganizationRead, 86, MenuPlace.Page));
        }

        services
            .AddSingleton<ICustomReference, StationReference>()
            .AddScoped<FindStations>()
            .AddSingleton(new StationNames(FindStations.Named))
            .AddSingleton<IPaletteSource, StationsSource>()
            .AddScoped<SaveStation>()
            .AddScoped<StationList>()
            .AddScoped<ListOf>(s => s.GetRequiredService<StationList>())
            .AddScoped<SidingList>()
            .AddScoped<ListOf>(s => s.GetRequiredService<SidingList>())
            .AddScoped<SaveSiding>()
            .AddScoped<Holidays>()
            .AddSingleton(new MenuItem("reference.title", "/reference", "address-book", Permission.OrganizationRead, 85, Go: "s"));
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/stations", FindStations.Get).WithTags("Reference").RequireAuthorization(Permission.SignedIn);
        api.MapGet("/lookup/stations", FindStations.Lookup).ExcludeFromDescription().RequireAuthorization(Permission.SignedIn);
        api.MapGet("/lookup/regions", ReferenceData.LookupRegions).ExcludeFromDescription().RequireAuthorization(Permission.SignedIn);
        api.MapGet("/lookup/industries", ReferenceData.LookupIndustries).ExcludeFromDescription().RequireAuthorization(Permission.SignedIn);
    }
}
