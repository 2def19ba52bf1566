using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>Keeps sign-ins as rows, and knows the actor of each request.</summary>
internal sealed class Sessions(IServiceScopeFactory scopes) : ITicketStore
{
    /// <summary>Usually a session unused for this long is over (等保: 30 minutes; here a working morning, since the phone is put away between visits).</summary>
    public static readonly TimeSpan Idle = new SecurityPolicy().Idle;

    /// <summary>Usually a session is over after this long, used or not.</summary>
    public static readonly TimeSpan Absolute = new SecurityPolicy().Absolute;

    public const string UserIdClaim = "uid";

    /// <summary>The property of a sign-in for which the provider of identities asked for more than one factor.</summary>
    public const string StrongItem = "railcrm-strong";

    private const string CurrentItem = "railcrm-session";
    private const string ActorItem = "railcrm-session-actor";
    private const string EarlierItem = "railcrm-session-earlier";
    private const int AgentLength = 200;

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>The key of the session that made the request; null where there is none.</summary>
    public static string? Current(HttpContext http) => http.Items[CurrentItem] as string;

    /// <summary>Who made the request by a session; null where nobody is signed in. Read along with the session, fresh for every request.</summary>
    public static Actor? ActorOf(HttpContext http) => http.Items[ActorItem] as Actor;

    public Task<string> StoreAsync(AuthenticationTicket ticket) => StoreAsync(ticket, null!, default);

    /// <summary>A new id for every sign-in; the one that the browser had before is over, and so is what this person left to run out.</summary>
    public async Task<string> StoreAsync(AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken)
    {
        await using var services = scopes.CreateAsyncScope();
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        var secret = NewSecret();
        var userId = long.Parse(ticket.Principal.FindFirstValue(ClaimTypes.NameIdentifier)!, CultureInfo.InvariantCulture);
        var (now, earlier, agent) = (db.UtcNow, httpContext?.Items[EarlierItem] as string, httpContext?.Request.Headers.UserAgent.ToString());
        var policy = await SecurityPolicy.Of(db, cancellationToken);
        var (idle, absolute) = (now - policy.Idle, now - policy.Absolute);
        await db.Write(async () =>
        {
            await db.Set<Session>().Where(s => s.Hash == earlier || (s.UserId == userId && (s.SeenAt < idle || s.CreatedAt < absolute))).ExecuteDeleteAsync(cancellationToken);
            db.Add(new Session
            {
                Hash = Hash(secret),
                UserId = userId,
                SecurityStamp = (await db.Set<User>().Where(u => u.Id == userId).Select(u => u.SecurityStamp).SingleAsync(cancellationToken)) ?? "",
                CreatedAt = now,
                SeenAt = now,
                Strong = ticket.Properties.Items.ContainsKey(StrongItem),
                Agent = string.IsNullOrEmpty(agent) || !PlainText.IsStorable(agent) ? null : agent[..Math.Min(agent.Length, AgentLength)],
                Address = httpContext?.Connection.RemoteIpAddress?.ToString(),
            });
            return await db.SaveChangesAsync(cancellationToken);
        }, cancellationToken);
        return secret;
    }

    public Task<AuthenticationTicket?> RetrieveAsync(string key) => RetrieveAsync(key, null!, default);

    public async Task<AuthenticationTicket?> RetrieveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        var hash = Hash(key);
        if (httpContext?.Request.Path.StartsWithSegments("/sign-in", StringComparison.Ordinal) == true)
        {
            // Nobody is signed in on the way in: otherwise the cookie handler would go on with the id that the browser came with.
            httpContext.Items[EarlierItem] = hash;
            return null;
        }

        await using var services = scopes.CreateAsyncScope();
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        await db.Database.OpenConnectionAsync(cancellationToken); // Once for session and actor; the scope gives it back.
        var now = db.UtcNow;
        var session = await (
            from s in db.Set<Session>()
            join u in db.Set<User>() on s.UserId equals u.Id
            where s.Hash == hash && !u.Disabled && s.SecurityStamp == u.SecurityStamp
            select new { s.UserId, s.CreatedAt, s.SeenAt, s.Strong, s.SeenAsId, s.SeenAsUntil, u.UserName, Idle = db.Set<SecurityPolicy>().Max(p => (int?)p.IdleMinutes), Absolute = db.Set<SecurityPolicy>().Max(p => (int?)p.AbsoluteHours) }).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        var (idle, absolute) = (session?.Idle is { } minutes ? TimeSpan.FromMinutes(minutes) : Idle, session?.Absolute is { } hours ? TimeSpan.FromHours(hours) : Absolute);
        if (session is null || now - session.SeenAt > idle || now - session.CreatedAt > absolute || await Actors.Find(db, session.UserId, "web", cancellationToken) is not { } actor)
        {
            return null;
        }

        if (now - session.SeenAt > TimeSpan.FromMinutes(1))
        {
            await db.Write(() => db.Set<Session>().Where(s => s.Hash == hash).ExecuteUpdateAsync(s => s.SetProperty(x => x.SeenAt, now), cancellationToken), cancellationToken);
        }

        if (session.SeenAsId is { } seen)
        {
            actor = await SeeAs.Now(db, actor, hash, seen, session.SeenAsUntil ?? now, cancellationToken);
        }

        if (httpContext is not null)
        {
            (httpContext.Items[CurrentItem], httpContext.Items[ActorItem]) = (hash, session.Strong ? actor with { FactorDue = null } : actor);
        }

        var identity = new ClaimsIdentity(IdentityConstants.ApplicationScheme);
        identity.AddClaim(new(ClaimTypes.NameIdentifier, session.UserId.ToString(CultureInfo.InvariantCulture)));
        identity.AddClaim(new(ClaimTypes.Name, session.UserName ?? ""));
        return new(new(identity), new AuthenticationProperties { ExpiresUtc = new(DateTime.SpecifyKind(session.CreatedAt, DateTimeKind.Utc) + absolute) }, IdentityConstants.ApplicationScheme);
    }

    /// <remarks>The row is the truth and the cookie only its key, so there is nothing to renew but the last-seen time.</remarks>
    public Task RenewAsync(string key, AuthenticationTicket ticket) => Task.CompletedTask;

    public async Task RemoveAsync(string key)
    {
        await using var services = scopes.CreateAsyncScope();
        var db = services.ServiceProvider.GetRequiredService<CrmDb>();
        var hash = Hash(key);
        await db.Write(async () =>
        {
            await SeeAs.End(db, hash, default); // Whoever signs out looks no further through another's eyes.
            return await db.Set<Session>().Where(s => s.Hash == hash).ExecuteDeleteAsync();
        }, default);
    }
}
