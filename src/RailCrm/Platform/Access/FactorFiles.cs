using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using QRCoder;

namespace RailCrm.Platform.Access;

/// <summary>What the page of the second factor cannot hold itself: the picture that an app reads, and the codes as a file.</summary>
internal static partial class FactorFiles
{
    private const int PixelsPerModule = 4;

    /// <summary>The secret that waits to be proven, as a picture.</summary>
    public static async Task<IResult> Picture(OwnFactor factor, CurrentActor current, HttpContext http, CancellationToken ct)
    {
        if (await factor.Waiting(ct) is not { } secret)
        {
            return TypedResults.NotFound();
        }

        using var data = QRCodeGenerator.GenerateQrCode(Totp.Address(secret, current.Actor.Name), QRCodeGenerator.ECCLevel.M);
        using var picture = new SvgQRCode(data);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text(picture.GetGraphic(PixelsPerModule), "image/svg+xml", Encoding.UTF8);
    }

    /// <summary>Sends back as a file what the page showed, and nothing that has another form: the codes are nowhere else.</summary>
    public static IResult Codes([FromForm] string? codes) =>
        TypedResults.File(Encoding.UTF8.GetBytes(string.Join("\r\n", Code().Matches(codes ?? "").Take(OwnFactor.Codes).Select(m => m.Value))), "text/plain; charset=utf-8", "railcrm-recovery-codes.txt");

    [GeneratedRegex("[a-z2-9]{4}(-[a-z2-9]{4}){3}")]
    private static partial Regex Code();
}
