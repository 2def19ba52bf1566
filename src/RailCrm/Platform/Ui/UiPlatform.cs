using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using RailCrm.Platform.Access;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Ui;

internal static class UiPlatform
{
    public static readonly RequestLocalizationOptions Localization = new RequestLocalizationOptions()
        .SetDefaultCulture("zh-CN").AddSupportedCultures("zh-CN", "en").AddSupportedUICultures("zh-CN", "en");

    public static IServiceCollection AddUi(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddCascadingAuthenticationState();
        services.AddScoped<TopRefresh>();
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        return services;
    }

    /// <summary>Money in the unit and times in the zone that the reader chose, for everything after this in the request.</summary>
    public static void UseReadersUnits(this WebApplication app) => app.Use((http, next) =>
    {
        MoneyUnit.Use(http.Request.Cookies[MoneyUnit.Cookie]);
        ReaderZone.Use(http.Request.Cookies[ReaderZone.Cookie]);
        return next(http);
    });

    public static void MapUi(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>();
        app.MapPost("/sign-out", async (HttpContext http, Data.CrmDb db, CancellationToken ct) =>
        {
            if (http.Features.Get<Microsoft.AspNetCore.Antiforgery.IAntiforgeryValidationFeature>() is not { IsValid: true })
            {
                return Results.BadRequest(); // A route that reads no field of its form looks at the token itself.
            }

            db.Add(new Data.AuditEntry(db.Actor, db.UtcNow, "signed_out", nameof(User), db.Actor.SeenBy?.UserId ?? db.Actor.UserId));
            await db.SaveChangesAsync(ct);
            await http.SignOutAsync(IdentityConstants.ApplicationScheme);
            return Results.Redirect("/sign-in");
        }).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.SignedIn);
        app.MapPost("/view-as", SeeAs.PostStart).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.Security).ExcludeFromDescription();
        app.MapPost(SeeAs.EndPath, SeeAs.PostEnd).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
        app.MapPost("/language", (HttpContext http, [FromForm] string to, [FromForm] string? returnUrl) =>
        {
            OwnProfile.SetLanguage(http, to == "en" ? "en" : "zh-CN");
            return Results.LocalRedirect(LocalUrl.Or(returnUrl, "/"));
        }).AllowAnonymous();
        app.MapGet("/account/factor/qr.svg", FactorFiles.Picture).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
        app.MapPost("/account/factor/codes", FactorFiles.Codes).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
        app.MapPost("/account/factor/passkey", PasskeyRoutes.Begin).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
        app.MapPost("/sign-in/passkey", PasskeyRoutes.AtDoor).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/money-unit", (HttpContext http, [FromForm] string to, [FromForm] string? returnUrl) =>
        {
            http.Response.Cookies.Append(MoneyUnit.Cookie, to == "wan" ? "wan" : "yuan",
                new() { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = http.Request.IsHttps, IsEssential = true });
            return Results.LocalRedirect(LocalUrl.Or(returnUrl, "/"));
        }).RequireAuthorization(Permission.SignedIn);
    }
}

/// <summary>Addresses a visitor hands us to return to.</summary>
internal static class LocalUrl
{
    /// <summary>The address if it is a path of ours, else the other: <c>//evil</c>, <c>/\evil</c> and <c>https:evil</c> are not.</summary>
    public static string Or(string? url, string other) =>
        url is ['/', ..] and not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) && Uri.IsWellFormedUriString(url, UriKind.Relative) ? url : other;
}
