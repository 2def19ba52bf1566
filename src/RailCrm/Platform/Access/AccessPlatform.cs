using Microsoft.AspNetCore.Identity;
using RailCrm.Platform.Ui;

namespace RailCrm.Platform.Access;

internal static class AccessPlatform
{
    public static IServiceCollection AddAccess(this IServiceCollection services) => services
        .AddSingleton<Allowance>()
        .AddScoped<SignIn>()
        .AddScoped<Entrance>()
        .AddScoped<OwnFactor>()
        .AddScoped<OwnPasskeys>()
        .AddScoped<OwnProvider>()
        .AddScoped<IPasskeyHandler<User>, PasskeyHandler<User>>()
        .AddScoped<ChangePassword>()
        .AddScoped<ApiTokens>()
        .AddScoped<OwnSessions>()
        .AddScoped<SeeAs>()
        .AddScoped<OwnProfile>()
        .AddScoped<SetSecurityPolicy>()
        .AddSingleton(new MenuItem("account.mine", "/account", "user", Permission.SignedIn, 1, MenuPlace.Account))
        .AddSingleton(new MenuItem("account.tokens", "/account/tokens", "key", Permission.SignedIn, 2, MenuPlace.Account))
        .AddSingleton(new MenuItem("factor.title", "/account/factor", "shield-lock", Permission.SignedIn, 3, MenuPlace.Page))
        .AddSingleton(new MenuItem("account.change_password", "/account/password", "lock", Permission.SignedIn, 3, MenuPlace.Page));
}
