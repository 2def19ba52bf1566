using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace RailCrm.Platform.Ui;

/// <summary>A sentence shown once on the next page: what was done, or why not. Kept in a protected cookie, so that any node can show it.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="IsError">Whether it went wrong.</param>
/// <param name="Undo">What takes it back; null where nothing does.</param>
public sealed record Notice(string Text, bool IsError = false, Notice.Back? Undo = null)
{
    /// <summary>A form that takes back what was done: its address and what it posts, such as <c>_handler</c>, the name of a page's form.</summary>
    public sealed record Back(string Action, IReadOnlyDictionary<string, string> Fields);

    private const string Cookie = "railcrm-notice";

    private static IDataProtector Protector(HttpContext http) => http.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector("notice");

    /// <summary>Leaves the sentence for the next page of this browser.</summary>
    public void Leave(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.Cookies.Append(Cookie, Protector(http).Protect(JsonSerializer.Serialize(this)),
            new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, MaxAge = TimeSpan.FromMinutes(1), IsEssential = true });
    }

    /// <summary>The sentence left for this page, taken away; null where there is none.</summary>
    public static Notice? Take(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.Cookies[Cookie] is not { } value || http.Response.HasStarted)
        {
            return null;
        }

        http.Response.Cookies.Delete(Cookie);
        try
        {
            return JsonSerializer.Deserialize<Notice>(Protector(http).Unprotect(value));
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
