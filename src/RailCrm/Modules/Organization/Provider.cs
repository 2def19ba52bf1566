using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using RailCrm.Platform.Access;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Organization;

/// <summary>The way to the provider of identities and back (OpenID Connect: code flow with PKCE), where one is configured.</summary>
internal static class Provider
{
    private const string Link = "railcrm-link";
    private const string Session = "railcrm-session";

    public static IServiceCollection AddProvider(this IServiceCollection services)
    {
        services.AddSingleton(s => OidcSettings.From(s.GetRequiredService<IConfiguration>())).AddScoped<EnterByProvider>().AddScoped<EditMappings>();
        services.AddTransient<OpenIdConnectHandler>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<OpenIdConnectOptions>, OpenIdConnectPostConfigureOptions>());
        services.AddOptions<AuthenticationOptions>().Configure<OidcSettings>((o, settings) =>
        {
            if (settings.IsOn)
            {
                o.AddScheme<OpenIdConnectHandler>(OidcSettings.Scheme, null);
            }
        });
        services.AddOptions<OpenIdConnectOptions>(OidcSettings.Scheme).Configure<OidcSettings>((o, settings) =>
        {
            (o.Authority, o.ClientId, o.ClientSecret, o.RequireHttpsMetadata) = (settings.Authority?.ToString(), settings.ClientId, settings.Secret, settings.Authority is not { IsLoopback: true });
            // Sent back by a link rather than by a form of the provider's: the cookies of a sign-in under way need no exception then.
            (o.ResponseType, o.ResponseMode, o.UsePkce, o.CallbackPath) = (OpenIdConnectResponseType.Code, OpenIdConnectResponseMode.Query, true, OidcSettings.Callback);
            (o.RemoteSignOutPath, o.SignedOutCallbackPath, o.MapInboundClaims, o.SaveTokens, o.GetClaimsFromUserInfoEndpoint) = (default, "/sign-in/oidc/signed-out", false, false, true);
            foreach (var scope in settings.Scopes)
            {
                o.Scope.Add(scope);
            }

            foreach (var claim in new[] { "preferred_username", settings.RoleClaim, settings.UnitClaim }.Distinct())
            {
                o.ClaimActions.MapJsonKey(claim, claim);
            }

            foreach (var cookie in new[] { o.NonceCookie, o.CorrelationCookie })
            {
                (cookie.SameSite, cookie.SecurePolicy, cookie.HttpOnly) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest, true);
            }

            o.Events.OnRedirectToIdentityProvider = context =>
            {
                context.ProtocolMessage.UiLocales = CultureInfo.CurrentUICulture.Name;
                return Task.CompletedTask;
            };
            o.Events.OnRemoteFailure = async context =>
            {
                context.HandleResponse();
                if (context.Properties?.Items.ContainsKey(Link) == true)
                {
                    new Notice(Texts.Get("oidc.failed"), IsError: true).Leave(context.HttpContext);
                }

                await Land(context.HttpContext, context.Properties?.Items.ContainsKey(Link) == true ? "/account" : "/sign-in?problem=failed");
            };
            o.Events.OnTicketReceived = async context =>
            {
                try
                {
                    await Received(context);
                }
                catch (DbUpdateException e)
                {
                    // Two first sign-ins under one name, or an administrator at the same account: the next try finds what is there then.
                    context.HttpContext.RequestServices.GetRequiredService<ILogger<EnterByProvider>>().LogWarning(e, "A sign-in by the provider of identities met another change.");
                    await Land(context.HttpContext, "/sign-in?problem=failed");
                }
            };
        });
        return services;
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/sign-in/oidc", (HttpContext http, OidcSettings settings, string? returnUrl) => Go(http, settings, new() { RedirectUri = LocalUrl.Or(returnUrl, "/") })).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/account/provider", (HttpContext http, OidcSettings settings, OwnProvider own, CurrentActor current, string? token) => own.IsBegun(token, Sessions.Current(http))
            ? Go(http, settings, new() { RedirectUri = "/account", Items = { [Link] = current.Actor.UserId.ToString(CultureInfo.InvariantCulture), [Session] = Sessions.Current(http) } })
            : Task.FromResult<IResult>(TypedResults.Redirect("/account"))).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
    }

    private static async Task<IResult> Go(HttpContext http, OidcSettings settings, AuthenticationProperties properties)
    {
        if (!settings.IsOn)
        {
            return TypedResults.NotFound();
        }

        try
        {
            await http.ChallengeAsync(OidcSettings.Scheme, properties);
            return TypedResults.Empty;
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException or IOException)
        {
            http.RequestServices.GetRequiredService<ILogger<EnterByProvider>>().LogWarning(e, "The provider of identities at {Authority} does not answer.", settings.Authority);
            return TypedResults.Redirect("/sign-in?problem=away");
        }
    }

    private static async Task Received(TicketReceivedContext context)
    {
        context.HandleResponse();
        var (http, ct) = (context.HttpContext, context.HttpContext.RequestAborted);
        var services = http.RequestServices;
        services.GetRequiredService<CurrentActor>().Actor = Actor.System("web"); // Nobody is signed in yet, and roles and units are the group's.
        var items = context.Properties?.Items;
        if (EnterByProvider.Identity.Of(context.Principal, services.GetRequiredService<OidcSettings>()) is not { } who)
        {
            await Land(http, "/sign-in?problem=failed");
        }
        else if (items?.TryGetValue(Link, out var link) == true)
        {
            var linked = await services.GetRequiredService<OwnProvider>().Link(long.Parse(link!, CultureInfo.InvariantCulture), items.TryGetValue(Session, out var session) ? session : null, who.Issuer, who.Subject, ct);
            new Notice(linked.Refusal is { } why ? Texts.Get(why.Code, why.Args) : Texts.Get("oidc.linked"), linked.Refusal is not null).Leave(http);
            await Land(http, "/account");
        }
        else if (!(await services.GetRequiredService<EnterByProvider>().Run(who, http.Connection.RemoteIpAddress, ct)).TryGet(out var known, out var refusal))
        {
            await Land(http, $"/sign-in?problem={refusal.Code["oidc.".Length..]}");
        }
        else
        {
            var (entrance, to) = (services.GetRequiredService<Entrance>(), LocalUrl.Or(context.ReturnUri, "/"));
            if (known.NeedsSecond)
            {
                entrance.Remember(http, known.User);
                to = $"/sign-in/second?returnUrl={Uri.EscapeDataString(to)}";
            }
            else
            {
                await entrance.Enter(http, known.User, who.Strong);
            }

            await Land(http, to);
        }
    }

    /// <summary>A page of our own that goes on: what is led here straight from the provider lacks the cookies that are for our own pages alone.</summary>
    private static Task Land(HttpContext http, string to)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        var address = HtmlEncoder.Default.Encode(to);
        return http.Response.WriteAsync($"<!doctype html><html lang=\"{CultureInfo.CurrentUICulture.Name}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0;url={address}\"><title>RailCRM</title></head><body><a href=\"{address}\">RailCRM</a></body></html>", http.RequestAborted);
    }
}
