using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Access;

/// <summary>A security administrator looks at the product as another account does (以他人身份查看): reads only, for a while, recorded.</summary>
/// <remarks>It is kept with the session, so that any node knows it and it ends with it. Nobody sees by it what is kept from himself, and nobody looks as one who holds an office that he does not.</remarks>
internal sealed class SeeAs(CrmDb db)
{
    /// <summary>How long it lasts.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(30);

    /// <summary>Where it ends.</summary>
    public const string EndPath = "/view-as/end";

    /// <summary>Begins.</summary>
    public async Task<Result<User>> Start(long userId, string? session, CancellationToken ct)
    {
        var actor = db.Actor;
        if (!actor.May(Permission.Security) || db.Scope.Width != ScopeWidth.All || actor.SeenBy is not null || session is null)
        {
            return new Refusal.Forbidden();
        }

        if (userId == actor.UserId || await db.Set<User>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, ct) is not { } user)
        {
            return new Refusal.NotFound();
        }

        if (await Actors.Find(db, userId, "web", ct) is not { } seen)
        {
            return new Refusal.Conflict("view_as.disabled");
        }

        if (HasOther(seen, actor))
        {
            return new Refusal.Forbidden("view_as.office");
        }

        var until = db.UtcNow + Lasts;
        await db.Write(async () =>
        {
            await db.Set<Session>().Where(s => s.Hash == session && s.UserId == actor.UserId).ExecuteUpdateAsync(s => s.SetProperty(x => x.SeenAsId, userId).SetProperty(x => x.SeenAsUntil, until), ct);
            db.Add(new AuditEntry(actor, db.UtcNow, "view_as_started", nameof(User), userId, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["UserName"] = [null, user.UserName] })));
            return await db.SaveChangesAsync(ct);
        }, ct);
        return user;
    }

    /// <summary>Ends what a session looks as, and says so in the trail; nothing where it looks as nobody else.</summary>
    public static Task<bool> End(CrmDb db, string session, CancellationToken ct) => db.Write(async () =>
    {
        if (await (from s in db.Set<Session>() join u in db.Set<User>() on s.UserId equals u.Id where s.Hash == session && s.SeenAsId != null select new { s.UserId, u.UserName, SeenAsId = s.SeenAsId!.Value }).AsNoTracking().SingleOrDefaultAsync(ct) is not { } known
            || await db.Set<Session>().Where(s => s.Hash == session && s.SeenAsId != null).ExecuteUpdateAsync(s => s.SetProperty(x => x.SeenAsId, (long?)null).SetProperty(x => x.SeenAsUntil, (DateTime?)null), ct) == 0)
        {
            return false;
        }

        var name = await db.Set<User>().Where(u => u.Id == known.SeenAsId).Select(u => u.UserName).SingleOrDefaultAsync(ct);
        db.Add(new AuditEntry(Actor.Nobody with { UserId = known.UserId, Name = known.UserName ?? "" }, db.UtcNow, "view_as_ended", nameof(User), known.SeenAsId, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["UserName"] = [name, null] })));
        await db.SaveChangesAsync(ct);
        return true;
    }, ct);

    /// <summary>Who makes a request of a session that looks as another; he himself where that is over.</summary>
    public static async Task<Actor> Now(CrmDb db, Actor actor, string session, long userId, DateTime until, CancellationToken ct)
    {
        if (until > db.UtcNow && actor.May(Permission.Security) && actor.Scope.Width == ScopeWidth.All && await Actors.Find(db, userId, "web", ct) is { } seen && !HasOther(seen, actor))
        {
            return seen with
            {
                SeenBy = new(actor.UserId, actor.Name, until), ReadsOnly = true, MustChangePassword = false, FactorDue = null, TourEnded = true, PasswordChangedAt = null,
                Fields = seen.Fields.Within(actor.Fields), Permissions = seen.Permissions.Where(p => p != Permission.Export).ToHashSet(),
            };
        }

        await End(db, session, ct);
        return actor;
    }

    private static bool HasOther(Actor seen, Actor actor) => Permission.Offices.Any(o => seen.May(o) && !actor.May(o));

    /// <summary>Whether somebody who looks as another may ask this: he reads, but not the other's own account; and he ends it.</summary>
    public static bool Allows(HttpRequest request) =>
        request.Path == EndPath || request.Path == "/sign-out" || ((HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && !request.Path.StartsWithSegments("/account", StringComparison.OrdinalIgnoreCase));

    /// <summary>Says in words why not, where the person stands, and in the trail that it was tried.</summary>
    public static async Task Refuse(HttpContext http, Actor actor, IServiceScopeFactory scopes)
    {
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor;
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        var route = http.GetEndpoint() is Microsoft.AspNetCore.Routing.RouteEndpoint { RoutePattern.RawText: { } pattern } ? $"/{pattern.TrimStart('/')}" : http.Request.Path.ToString();
        db.Add(new AuditEntry(actor, db.UtcNow, "denied", $"{http.Request.Method} {route}", actor.UserId, null, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["UserName"] = [null, actor.Name], ["Status"] = [null, StatusCodes.Status403Forbidden] })));
        await db.SaveChangesAsync(CancellationToken.None);
        var said = new Refusal.Forbidden("view_as.reads_only");
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || http.Request.Headers.Accept.Contains("application/json"))
        {
            await Answers.Problem(said).ExecuteAsync(http);
            return;
        }

        new Notice(said.Said(), IsError: true).Leave(http);
        var back = Uri.TryCreate(http.Request.Headers.Referer.ToString(), UriKind.Absolute, out var from) && from.Authority == http.Request.Host.Value ? from.PathAndQuery : "/";
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = LocalUrl.Or(back, "/");
    }

    internal static async Task<IResult> PostStart(HttpContext http, SeeAs useCase, [FromForm] long userId, CancellationToken ct)
    {
        if ((await useCase.Start(userId, Sessions.Current(http), ct)).TryGet(out _, out var refusal))
        {
            return TypedResults.LocalRedirect("/");
        }

        new Notice(refusal.Said(), IsError: true).Leave(http);
        return TypedResults.LocalRedirect($"/accounts/{userId.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
    }

    internal static async Task<IResult> PostEnd(HttpContext http, CrmDb db, CurrentActor current, CancellationToken ct)
    {
        if (http.Features.Get<Microsoft.AspNetCore.Antiforgery.IAntiforgeryValidationFeature>() is not { IsValid: true })
        {
            return TypedResults.BadRequest();
        }

        var was = current.Actor.UserId;
        if (Sessions.Current(http) is { } session && await End(db, session, ct))
        {
            new Notice(Texts.Get("view_as.ended")).Leave(http);
        }

        return TypedResults.LocalRedirect(current.Actor.SeenBy is null ? "/" : $"/accounts/{was.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
    }
}
