using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>Finds who an account is, with permissions and scope, fresh for every request.</summary>
public static class Actors
{
    /// <summary>The actor behind an account, or null where it is gone or disabled.</summary>
    public static async Task<Actor?> Find(CrmDb db, long userId, string via, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var rows = await (
            from u in db.Set<User>()
            join unit in db.Set<ScopeUnit>() on u.UnitId equals unit.Id
            from r in db.Set<IdentityUserRole<long>>().Where(r => r.UserId == u.Id).DefaultIfEmpty() // A role without any permission still shows fields.
            from role in db.Set<Role>().Where(x => x.Id == r!.RoleId).DefaultIfEmpty()
            from p in db.Set<RolePermission>().Where(p => p.RoleId == r!.RoleId).DefaultIfEmpty()
            where u.Id == userId && !u.Disabled
            select new { u.UserName, u.UnitId, u.MustChangePassword, u.PasswordChangedAt, HasPassword = u.PasswordHash != null, u.TourEndedAt, unit.Path, Permission = (string?)p!.Permission, Role = (long?)r!.RoleId, role!.FactorSince, role!.Fields }).AsNoTracking().ToListAsync(ct);
        var due = rows.Min(r => r.FactorSince);
        if (due is not null && via == "web")
        {
            due = await OwnFactor.Has(db, userId, ct) ? null : due.Value.AddDays((await SecurityPolicy.Of(db, ct)).FactorDays);
        }

        return rows.Count == 0
            ? null
            : new(userId, rows[0].UserName ?? "", rows[0].UnitId, rows[0].Path,
                Permission.WithDerived(rows.Select(r => r.Permission).OfType<string>()),
                Scope.Of(rows[0].Path, userId, rows[0].UnitId), via)
            { MustChangePassword = rows[0].MustChangePassword, Roles = rows.Select(r => r.Role).OfType<long>().ToHashSet(), Fields = FieldRights.Of([.. rows.Where(r => r.Role is not null).DistinctBy(r => r.Role).Select(r => r.Fields)]), PasswordChangedAt = rows[0].HasPassword ? rows[0].PasswordChangedAt : DateTime.MaxValue, // What is not there is never too old.
                 TourEnded = rows[0].TourEndedAt is not null, FactorDue = via == "web" ? due : null };
    }
}

/// <summary>Sets the actor of the request from the session cookie or the bearer token, before anything opens the database.</summary>
internal sealed class ActorMiddleware(RequestDelegate next, PasswordPolicy policy, TimeProvider clock)
{
    public async Task InvokeAsync(HttpContext http, CurrentActor current, IServiceScopeFactory scopes)
    {
        if (http.Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var secret])
        {
            await using var services = scopes.CreateAsyncScope();
            current.Actor = await ByToken(services.ServiceProvider.GetRequiredService<CrmDb>(), secret, http.RequestAborted) ?? Actor.Nobody;
        }
        else if (Sessions.ActorOf(http) is { } actor)
        {
            current.Actor = actor.SeenBy is not null ? actor : actor with { MustChangePassword = actor.MustChangePassword || policy.IsOver(actor.PasswordChangedAt, clock.GetUtcNow().UtcDateTime) };
        }

        if (current.Actor.SeenBy is not null && !SeeAs.Allows(http.Request))
        {
            await SeeAs.Refuse(http, current.Actor, scopes);
            return;
        }

        var first = current.Actor switch { { Via: not "web" } => null, { MustChangePassword: true } => "/account/password", { FactorDue: { } due } when due <= clock.GetUtcNow().UtcDateTime => "/account/factor", _ => null };
        if (first is not null && !IsOpenBefore(http, first))
        {
            if (HttpMethods.IsGet(http.Request.Method) && !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
            {
                http.Response.Redirect(first);
            }
            else
            {
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
            }

            return;
        }

        await next(http);
    }

    private static bool IsOpenBefore(HttpContext http, string first) =>
        http.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAllowAnonymous>() is not null
        || http.Request.Path.StartsWithSegments(first, StringComparison.Ordinal) || http.Request.Path == "/sign-out";

    private static async Task<Actor?> ByToken(CrmDb db, string secret, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct); // Once for token and actor; the scope gives it back.
        var (hash, now) = (Sessions.Hash(secret), db.UtcNow);
        var token = await db.Set<ApiToken>().AsNoTracking()
            .SingleOrDefaultAsync(t => t.Hash == hash && t.RevokedAt == null && (t.ExpiresAt == null || t.ExpiresAt > now), ct);
        if (token is null || await Actors.Find(db, token.UserId, "api", ct) is not { } actor)
        {
            return null;
        }

        if (token.UsedAt is null || now - token.UsedAt > TimeSpan.FromHours(1))
        {
            await db.Write(() => db.Set<ApiToken>().Where(t => t.Id == token.Id).ExecuteUpdateAsync(s => s.SetProperty(t => t.UsedAt, now), ct), ct);
        }

        return token.Scopes.Split(',').Contains("write") ? actor : actor with { ReadsOnly = true, Permissions = actor.Permissions.Where(p => p.EndsWith(".read", StringComparison.Ordinal) || p == Permission.SignedIn).ToHashSet() };
    }
}
