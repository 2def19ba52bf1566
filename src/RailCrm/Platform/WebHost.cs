using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RailCrm.Modules;
using RailCrm.Platform.Access;
using RailCrm.Platform.Audit;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Help;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;
using Scalar.AspNetCore;

namespace RailCrm.Platform;

/// <summary>Puts the application together; the pages, the API, the command line and the tests all start from here.</summary>
public static class WebHost
{
    /// <summary>Longest request body but for uploads: 30 MB.</summary>
    public const long BodyLimit = 30_000_000;

    /// <summary>The whole application on the given database, not yet started.</summary>
    /// <param name="args">For the web server: addresses and the like.</param>
    /// <param name="settings">Where things are.</param>
    /// <param name="replace">Changes services; for tests.</param>
    /// <param name="environment">Development or Production; from the environment where null.</param>
    /// <param name="quiet">Logs nothing: a verb of the command line says in a sentence what went wrong.</param>
    public static WebApplication Build(string[] args, Settings settings, Action<IServiceCollection>? replace = null, string? environment = null, bool quiet = false)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = "railcrm",
            EnvironmentName = environment,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = BodyLimit;
        });
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (quiet)
        {
            builder.Logging.ClearProviders();
        }

        AddServices(builder.Services, settings);
        DataKeys.Protect(builder.Services.AddDataProtection(), builder.Configuration);
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        Map(app);
        return app;
    }

    /// <summary>Services without a web server: for the command line's verbs.</summary>
    public static void AddServices(IServiceCollection services, Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton(settings).AddSingleton(TimeProvider.System);
        services.AddStorage(settings.Database);
        services.AddHttpContextAccessor();
        services.AddProblemDetails();
        services.AddExceptionHandler<ApiFaults>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddOpenApi(o => o.AddOperationTransformer(Examples.Words));
        services.AddValidation();
        services.Configure<JsonOptions>(o => Answers.UseStrictJson(o.SerializerOptions));
        services.AddSingleton(new JobHandler(Sweep.Kind, Sweep.Run)).AddSingleton(new Schedule(Sweep.Kind, HourOfDay: 3));
        services.AddSingleton<Runner>().AddHostedService(s => s.GetRequiredService<Runner>());
        services.AddDataProtection().SetApplicationName("railcrm").PersistKeysToDbContext<CrmDb>();

        services.AddIdentityCore<User>(o =>
        {
            o.User.AllowedUserNameCharacters = ""; // Any: people sign in with their Chinese names.
            o.Password.RequiredLength = 12;
            (o.Password.RequireDigit, o.Password.RequireLowercase, o.Password.RequireUppercase, o.Password.RequireNonAlphanumeric) = (false, false, false, false);
            o.Lockout.MaxFailedAccessAttempts = 5;
            o.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(30);
        }).AddRoles<Role>().AddEntityFrameworkStores<CrmDb>().AddUserStore<AccountStore>().AddPasswordValidator<CommonPasswords>().AddPasswordValidator<PasswordClasses>();
        services.AddSingleton(s => PasswordPolicy.From(s.GetRequiredService<IConfiguration>()));
        services.AddOptions<IdentityPasskeyOptions>().Configure<IConfiguration>((o, configuration) =>
        {
            o.ServerDomain = configuration["RAILCRM_PASSKEY_DOMAIN"] is { Length: > 0 } domain ? domain : null;
            (o.UserVerificationRequirement, o.ResidentKeyRequirement, o.AttestationConveyancePreference, o.AuthenticatorTimeout) = ("required", "required", "none", OwnPasskeys.Waits);
            // Signed on this very host: what a page of a sister host had signed is not handed on here.
            o.ValidateOrigin = at => ValueTask.FromResult(!at.CrossOrigin && Uri.TryCreate(at.Origin, UriKind.Absolute, out var origin) && origin.Authority.Equals(at.HttpContext.Request.Host.Value, StringComparison.OrdinalIgnoreCase));
        });
        services.Configure<PasswordHasherOptions>(o => o.IterationCount = 210_000); // OWASP's figure for PBKDF2-HMAC-SHA512.
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddCookie(IdentityConstants.ApplicationScheme);
        services.AddSingleton<Sessions>();
        services.AddAccess();
        services.AddAudit();
        services.AddScoped<WatchJobs>().AddScoped<StopJob>().AddSingleton(new MenuItem("jobs.title", "/jobs", "list-check", Permission.System, 93, Go: "j"));
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<Sessions>((o, sessions) =>
        {
            o.SessionStore = sessions;
            o.LoginPath = "/sign-in";
            o.AccessDeniedPath = "/no-permission";
            o.ReturnUrlParameter = "returnUrl";
            o.ExpireTimeSpan = Sessions.Absolute;
            o.SlidingExpiration = false;
            // __Host- needs Secure, which plain http cannot give; only loopback may use plain http (see SecureTransport).
            o.Cookie.Name = "railcrm";
            o.Cookie.HttpOnly = true;
            o.Cookie.SameSite = SameSiteMode.Lax;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            o.CookieManager = new HostPrefixedCookies();
            o.Events.OnRedirectToLogin = context => Challenge(context, StatusCodes.Status401Unauthorized);
            o.Events.OnRedirectToAccessDenied = context => Challenge(context, StatusCodes.Status403Forbidden);
        });
        services.AddScoped<FormOnce>();
        services.AddScoped<IAuthorizationHandler, PermissionHandler>();
        services.AddAuthorization(o =>
        {
            foreach (var permission in Permission.All)
            {
                o.AddPolicy(permission, p => p.AddRequirements(new PermissionRequirement(permission)));
            }

            o.FallbackPolicy = new AuthorizationPolicyBuilder().AddRequirements(new PermissionRequirement(Permission.SignedIn)).Build();
        });
        services.AddAntiforgery(o =>
        {
            o.Cookie.Name = "railcrm-form";
            o.Cookie.HttpOnly = true;
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddUi();
        services.AddLists();
        services.AddFields();
        services.AddPalette();
        services.AddRecords();
        services.AddScoped<Personal.SetPersonalRule>().AddSingleton(new MenuItem("personal.rule_title", "/settings/personal", "shield-lock", Permission.Security, 92));
        services.AddHelp();
        ModuleList.Add(services);
    }

    private static void Map(WebApplication app)
    {
        app.UseForwardedHeaders(SecureTransport.Forwarded(app.Configuration));
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<SecureTransport>();
        app.UseRequestLocalization(UiPlatform.Localization);
        app.UseReadersUnits();
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandlingPath = "/error", CreateScopeForErrors = true, StatusCodeSelector = e => Faults.Of(e).Status });
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), api => api.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = e => Faults.Of(e).Status }).UseStatusCodePages());
        // A page says what is wrong in words; the API and a form's answer keep their bare status.
        app.UseWhen(http => HttpMethods.IsGet(http.Request.Method) && !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal),
            pages => pages.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true));
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<ActorMiddleware>();
        app.UseMiddleware<DeniedAttempts>();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseMiddleware<RememberOpened>();

        app.MapGet("/health/live", () => Results.Text("live")).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/health/ready", async (CrmDb db, CancellationToken ct) =>
            await db.Database.CanConnectAsync(ct) ? Results.Text("ready") : Results.StatusCode(StatusCodes.Status503ServiceUnavailable)).AllowAnonymous().ExcludeFromDescription();
        app.MapOpenApi("/api/openapi/{documentName}.json").RequireAuthorization(Permission.SignedIn);
        app.MapScalarApiReference("/api/docs", o => o.WithOpenApiRoutePattern("/api/openapi/{documentName}.json")).RequireAuthorization(Permission.SignedIn);
        app.MapUi();
        app.MapHelp();
        app.MapLists();
        app.MapLookups();
        app.MapRecordForms();
        ModuleList.MapPages(app);
        var api = app.MapGroup("/api/v1").DisableAntiforgery().AddEndpointFilter<ApiCsrfFilter>();
        ModuleList.Map(api);
        api.MapPalette();
        api.MapFields();
        api.MapRecords();
        BuildOnce(((IEndpointRouteBuilder)app).DataSources);
    }

    // A group compiles its routes anew for each who asks, and both routing and authorization do: half the time of a start.
    private static void BuildOnce(ICollection<EndpointDataSource> sources)
    {
        var built = sources.Select(s => new BuiltOnce(s)).ToList();
        sources.Clear();
        built.ForEach(sources.Add);
    }

    private sealed class BuiltOnce(EndpointDataSource source) : EndpointDataSource
    {
        private readonly Lazy<IReadOnlyList<Endpoint>> _endpoints = new(() => source.Endpoints);

        public override IReadOnlyList<Endpoint> Endpoints => _endpoints.Value;

        // No route comes or goes while the product runs.
        public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;
    }

    private static Task Challenge(Microsoft.AspNetCore.Authentication.RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        var known = context.HttpContext.RequestServices.GetRequiredService<CurrentActor>().Actor.IsKnown;
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            context.Response.StatusCode = known ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
        }
        else if (status == StatusCodes.Status403Forbidden && !known)
        {
            // A session that ended between two requests: sign in again and come back.
            context.Response.Redirect($"/sign-in?returnUrl={Uri.EscapeDataString(context.Request.Path + context.Request.QueryString)}");
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
