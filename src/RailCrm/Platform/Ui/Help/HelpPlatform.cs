using Microsoft.AspNetCore.Antiforgery;
using RailCrm.Platform.Access;

namespace RailCrm.Platform.Ui.Help;

/// <summary>What helps people to find their way: the tour of a new person, the guide, the keys.</summary>
internal static class HelpPlatform
{
    public static IServiceCollection AddHelp(this IServiceCollection services) => services
        .AddScoped<EndTour>()
        .AddSingleton(new MenuItem("help.title", "/help", "info-circle", Permission.SignedIn, 4, MenuPlace.Account))
        .AddSingleton(new MenuItem("help.tour", "/help/tour", "flag", Permission.SignedIn, 5, MenuPlace.Account));

    public static void MapHelp(this WebApplication app) =>
        app.MapPost("/help/tour/end", EndTour.Post).WithMetadata(new RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
}
