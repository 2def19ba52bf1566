using Microsoft.AspNetCore.Antiforgery;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Ui.Help;

/// <summary>Keeps with the account that its person ended the tour, walked or skipped: it is offered on no machine again.</summary>
internal sealed class EndTour(CrmDb db)
{
    public Task<int> Run(CancellationToken ct) => db.Write(async () =>
    {
        var user = await db.Set<User>().SingleAsync(u => u.Id == db.Actor.UserId, ct);
        user.TourEndedAt ??= db.UtcNow;
        return await db.SaveChangesAsync(ct);
    }, ct);

    /// <remarks>A route that reads no field of its form looks at the token itself: the framework refuses only where the form is read.</remarks>
    public static async Task<IResult> Post(HttpContext http, EndTour useCase, CancellationToken ct)
    {
        if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true })
        {
            return TypedResults.BadRequest();
        }

        await useCase.Run(ct);
        return TypedResults.LocalRedirect("/");
    }
}
