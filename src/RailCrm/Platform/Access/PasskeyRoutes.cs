using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Access;

/// <summary>Where the script of the pages fetches a challenge for the device.</summary>
internal static class PasskeyRoutes
{
    /// <summary>For the door. <paramref name="second"/> where the password was right before.</summary>
    public static async Task<IResult> AtDoor(HttpContext http, Entrance entrance, OwnPasskeys passkeys, bool second, CancellationToken ct)
    {
        if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true })
        {
            return Results.BadRequest();
        }

        var known = second ? entrance.Remembered(http) : null;
        return second && known is null ? Said("factor.step_over") : TypedResults.Ok(await passkeys.AtDoor(known?.UserId, http, ct));
    }

    /// <summary>For a new one.</summary>
    public static async Task<IResult> Begin(HttpContext http, OwnPasskeys passkeys, [FromForm(Name = "Passkey.Password")] string? password, CancellationToken ct) =>
        (await passkeys.Begin(new() { Password = password }, http, ct)).TryGet(out var offer, out var refusal) ? TypedResults.Ok(offer)
        : refusal is Kernel.Refusal.InvalidMany { Errors: [var one, ..] } ? Said(one.Code, one.Args) : Said(refusal.Code, refusal.Args);

    /// <remarks>No status of its own: the page shows the words, and the browser's console stays for faults.</remarks>
    private static Microsoft.AspNetCore.Http.HttpResults.Ok<Wrong> Said(string code, params object?[] args) => TypedResults.Ok(new Wrong(Texts.Get(code, args)));

    private sealed record Wrong(string Error);
}
