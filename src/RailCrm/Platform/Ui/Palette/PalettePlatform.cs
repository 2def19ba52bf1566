using RailCrm.Platform.Access;

namespace RailCrm.Platform.Ui.Palette;

/// <summary>The palette (Ctrl-K): one place to find a record of every kind, a page or an action.</summary>
internal static class PalettePlatform
{
    public static IServiceCollection AddPalette(this IServiceCollection services) => services
        .AddScoped<AskPalette>()
        .AddSingleton<OpenedRecords>().AddHostedService(s => s.GetRequiredService<OpenedRecords>())
        .AddSingleton<IPaletteSource, PagesSource>()
        .AddSingleton<IPaletteSource, ActionsSource>();

    /// <param name="api">The group <c>/api/v1</c>. For the browser's palette only: what it answers is made for reading.</param>
    public static void MapPalette(this IEndpointRouteBuilder api) => api.MapGet("/palette", AskPalette.Get).ExcludeFromDescription().RequireAuthorization(Permission.SignedIn);
}
