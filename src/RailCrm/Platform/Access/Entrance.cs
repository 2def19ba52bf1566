using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Access;

/// <summary>The way in: remembers between its two steps whose password was right, and makes the session.</summary>
internal sealed class Entrance(CrmDb db, IUserClaimsPrincipalFactory<User> principals, IDataProtectionProvider protection)
{
    private const string Cookie = "railcrm-second";

    /// <summary>Time to find the telephone.</summary>
    private static readonly TimeSpan Waits = TimeSpan.FromMinutes(10);

    private static readonly HostPrefixedCookies Cookies = new();

    private readonly IDataProtector _protector = protection.CreateProtector("railcrm.second-step");

    /// <summary>The password of this account was right; its code is asked for next.</summary>
    public void Remember(HttpContext http, User user) =>
        Cookies.AppendResponseCookie(http, Cookie, _protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{user.Id}|{db.UtcNow.Ticks}|{user.SecurityStamp}")), Options(http));

    /// <summary>Whose password was right a moment ago; null where nobody's was.</summary>
    public (long UserId, string Stamp)? Remembered(HttpContext http)
    {
        try
        {
            return Cookies.GetRequestCookie(http, Cookie) is { Length: > 0 } text && _protector.Unprotect(text).Split('|') is [var id, var at, var stamp]
                && db.UtcNow - new DateTime(long.Parse(at, CultureInfo.InvariantCulture), DateTimeKind.Utc) < Waits
                ? (long.Parse(id, CultureInfo.InvariantCulture), stamp)
                : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Signs in, and tells what the person should know before anything else.</summary>
    /// <param name="http">The request.</param>
    /// <param name="user">Who.</param>
    /// <param name="strong">Whether the provider of identities asked for more than one factor.</param>
    public async Task Enter(HttpContext http, User user, bool strong = false)
    {
        Cookies.DeleteCookie(http, Cookie, Options(http));
        await http.SignInAsync(IdentityConstants.ApplicationScheme, await principals.CreateAsync(user), strong ? new AuthenticationProperties(new Dictionary<string, string?> { [Sessions.StrongItem] = "1" }) : null);
        OwnProfile.Apply(http, user);
        if (await ToTell(user, strong, http.RequestAborted) is { } said)
        {
            new Notice(said).Leave(http);
        }
    }

    private async Task<string?> ToTell(User user, bool strong, CancellationToken ct)
    {
        var own = db.Set<AuditEntry>().Where(a => a.Entity == nameof(User) && a.EntityId == user.Id);
        if (await own.Where(a => a.Action == "factor_reset").MaxAsync(a => (long?)a.Id, ct) is { } reset && await own.CountAsync(a => a.Action == "signed_in" && a.Id > reset, ct) == 1)
        {
            return Texts.Get("factor.was_reset");
        }

        return !strong && (await Actors.Find(db, user.Id, "web", ct))?.FactorDue is { } due && due > db.UtcNow ? Texts.Get("factor.due", Figures.Time(due)) : null;
    }

    private static CookieOptions Options(HttpContext http) => new() { HttpOnly = true, Secure = http.Request.IsHttps, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true };
}
