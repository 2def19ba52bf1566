using Microsoft.AspNetCore.Localization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Access;

/// <summary>What a person says of the own account: name, language, looks.</summary>
internal sealed class OwnProfile(CrmDb db)
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 50;

    private const string ThemeCookie = "theme";

    public sealed class Input
    {
        public string? DisplayName { get; set; }

        /// <summary>zh-CN or en; empty follows the browser.</summary>
        public string? Language { get; set; }

        /// <summary>light or dark; empty follows the device.</summary>
        public string? Theme { get; set; }

        /// <summary>One of the zones offered; empty is Beijing's.</summary>
        public string? TimeZone { get; set; }
    }

    public Task<User> Find(CancellationToken ct) => db.Set<User>().AsNoTracking().SingleAsync(u => u.Id == db.Actor.UserId, ct);

    public async Task<Result<User>> Save(Input input, CancellationToken ct) => await db.Write<Result<User>>(async () =>
    {
        var name = PlainText.Trimmed(input.DisplayName);
        if (name is null || name.Length > NameLength || !PlainText.IsStorable(name))
        {
            return new Refusal.InvalidMany([new(nameof(Input.DisplayName), "account.display_name_needed", NameLength)]);
        }

        var user = await db.Set<User>().SingleAsync(u => u.Id == db.Actor.UserId, ct);
        user.DisplayName = name;
        user.Language = input.Language is "zh-CN" or "en" ? input.Language : null;
        user.TimeZone = input.TimeZone is { } zone and not ReaderZone.Usual && ReaderZone.Offered.Contains(zone) ? zone : null;
        user.Theme = input.Theme is "light" or "dark" ? input.Theme : null;
        await db.SaveChangesAsync(ct);
        return user;
    }, ct);

    /// <summary>Gives this browser the person's language, looks and zone; what the person left open stays the browser's own, but for the zone, which is Beijing's then.</summary>
    public static void Apply(HttpContext http, User user, bool clear = false)
    {
        if (user.Language is { } language)
        {
            SetLanguage(http, language);
        }
        else if (clear)
        {
            http.Response.Cookies.Delete(CookieRequestCultureProvider.DefaultCookieName);
        }

        if (user.TimeZone is { } zone)
        {
            http.Response.Cookies.Append(ReaderZone.Cookie, zone, new() { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = http.Request.IsHttps, IsEssential = true });
        }
        else
        {
            http.Response.Cookies.Delete(ReaderZone.Cookie);
        }

        if (user.Theme is { } theme)
        {
            // Read by the script of the frame, which switches it without a request.
            http.Response.Cookies.Append(ThemeCookie, theme, new() { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, IsEssential = true });
        }
        else if (clear)
        {
            http.Response.Cookies.Delete(ThemeCookie);
        }
    }

    /// <summary>Keeps the language in this browser.</summary>
    public static void SetLanguage(HttpContext http, string language) => http.Response.Cookies.Append(
        CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new(language)),
        new() { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = http.Request.IsHttps, IsEssential = true });
}
