using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace RailCrm.Platform.Ui;

/// <summary>A sentence shown once on the next page: what was done, or why not. Kept in a protected cookie, so that any node can show it.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="IsError">Whether it went wrong.</param>
/// <param name="Undo">What takes it back; null where nothing does.</param>
/// <param name="Given">What was made for a look-up of another page; null where it was for none.</param>
public sealed record Notice(string Text, bool IsError = false, Notice.Back? Undo = null, Notice.Made? Given = null)
{
    /// <summary>A record made for a look-up that waits in another tab.</summary>
    /// <param name="For">The name under which it waits.</param>
    /// <param name="Value">What its field takes.</param>
    public sealed record Made(string For, string Value);

    private const int LongestFor = 40;

    /// <summary>What was made for a look-up: told to it, and said to whoever made it. With no look-up that waits <paramref name="otherwise"/> is said.</summary>
    /// <param name="waits">The name under which it waits, as the address of the form says; null where none does.</param>
    /// <param name="value">What its field takes.</param>
    /// <param name="name">What the record is called.</param>
    /// <param name="otherwise">What is said where no look-up waits.</param>
    public static Notice Of(string? waits, string value, string name, string otherwise) =>
        waits is { Length: > 0 and <= LongestFor } && waits.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? new(RailCrm.Platform.Text.Texts.Get("ui.lookup_given", name), Given: new(waits, value)) : new(otherwise);

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
