using System.Globalization;

namespace RailCrm.Platform.Http;

/// <summary>A row's version as ETag and If-Match carry it.</summary>
internal static class Versions
{
    /// <summary>The version a change was made for; null where none was named, one that no row has where it is none of ours.</summary>
    public static int? Asked(HttpContext http) => http.Request.Headers.IfMatch.ToString() switch
    {
        "" or "*" => null,
        var tag => int.TryParse(tag.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1,
    };

    public static void Tell(HttpContext http, int version) => http.Response.Headers.ETag = $"\"{version}\"";
}
