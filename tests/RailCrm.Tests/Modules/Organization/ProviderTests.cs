using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Organization;

public sealed class ProviderTests
{
    private const string Issuer = "https://id.example";

    private static readonly Actor Test = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static EnterByProvider.Identity Who(string subject, string? name = null, string[]? groups = null, string? unit = "N1", bool strong = false, string issuer = Issuer) =>
        new(issuer, subject, name ?? subject, name ?? subject, groups ?? ["crm-outlet"], unit is null ? [] : [unit], strong);

    private static Task<Result<SignIn.Known>> Enter(CrmApp app, EnterByProvider.Identity who) => app.With<EnterByProvider, Result<SignIn.Known>>(Actor.System("web"), e => e.Run(who, null, Ct));

    private static async Task Map(CrmApp app, string kind, string value, string target) => Assert.Null((await app.With<EditMappings, Result<ClaimMapping>>(Test, async e => await e.Add(kind, new()
    {
        Value = value,
        Target = kind == EditMappings.ToRole ? await app.In(Test, db => db.Set<Role>().Where(r => r.Name == target).Select(r => r.Id).SingleAsync(Ct)) : await app.In(Test, db => db.Set<OrgUnit>().Where(u => u.Code == target).Select(u => u.Id).SingleAsync(Ct)),
    }, Ct))).Refusal);

    /// <summary>Role and unit of an account.</summary>
    private static Task<(string? Role, string Unit)> Of(CrmApp app, string user) => app.In<(string?, string)>(Test, async db =>
    {
        var found = await (
            from u in db.Set<User>()
            join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id
            from r in db.Set<IdentityUserRole<long>>().Where(r => r.UserId == u.Id).DefaultIfEmpty()
            from role in db.Set<Role>().Where(x => x.Id == r!.RoleId).DefaultIfEmpty()
            where u.UserName == user
            select new { Role = (string?)role!.Name, unit.Code }).SingleAsync(Ct);
        return (found.Role, found.Code);
    });

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_is_mapped_gets_an_account_that_follows_the_provider_and_nobody_elses(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        Assert.Equal("oidc.unknown", (await Enter(app, Who("1"))).Refusal?.Code);
        await Map(app, EditMappings.ToRole, "crm-outlet", "outlet");
        await Map(app, EditMappings.ToRole, "crm-manager", "manager");
        await Map(app, EditMappings.ToUnit, "N1", "N1");
        await Map(app, EditMappings.ToUnit, "N2", "N2");
        Assert.Equal("oidc.unknown", (await Enter(app, Who("1", unit: null))).Refusal?.Code);
        Assert.Equal("oidc.unknown", (await Enter(app, Who("1", groups: ["everybody"]))).Refusal?.Code);
        var before = await app.In(Test, db => db.Set<User>().CountAsync(Ct));

        Assert.True((await Enter(app, Who("1", "n1", ["everybody", "crm-manager", "crm-outlet"]))).TryGet(out var first, out _)); // The name of somebody else opens nothing of his.
        Assert.Equal(("n1-2", Issuer, null), (first.User.UserName, first.User.ManagedBy, first.User.PasswordHash));
        Assert.Equal(("outlet", "N1"), await Of(app, "n1-2"));
        Assert.True((await Enter(app, Who("1", "n1", ["crm-manager"], "N2"))).TryGet(out var again, out _));
        Assert.Equal(first.User.Id, again.User.Id);
        Assert.Equal(("manager", "N2"), await Of(app, "n1-2"));
        Assert.Equal(before + 1, await app.In(Test, db => db.Set<User>().CountAsync(Ct)));
        Assert.True((await Enter(app, Who("1", issuer: "https://other.example"))).TryGet(out var other, out _));
        Assert.NotEqual(first.User.Id, other.User.Id); // The same number at another provider is another person.

        Assert.Equal("oidc.no_role", (await Enter(app, Who("1", groups: ["everybody"]))).Refusal?.Code);
        Assert.Null((await Of(app, "n1-2")).Role);
        await app.In(Test, db => db.Set<User>().Where(u => u.Id == first.User.Id).ExecuteUpdateAsync(s => s.SetProperty(u => u.Disabled, true), Ct));
        Assert.Equal("oidc.out", (await Enter(app, Who("1"))).Refusal?.Code);
        var trail = await app.In(Test, db => db.Set<AuditEntry>().Where(a => a.EntityId == first.User.Id && a.Entity == nameof(User)).Select(a => a.Action + a.Changes).ToListAsync(Ct));
        Assert.Equal((3, 2), (trail.Count(a => a.StartsWith("role_given", StringComparison.Ordinal)), trail.Count(a => a.StartsWith("signed_in", StringComparison.Ordinal) && a.Contains("\"provider\"", StringComparison.Ordinal))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_local_account_is_tied_by_its_owner_in_the_session_that_asked_and_keeps_role_and_factor(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Map(app, EditMappings.ToRole, "crm-office", "security");
        await Map(app, EditMappings.ToUnit, "N1", "N1");
        var (n1, n2) = (await app.ActorOf("n1"), await app.ActorOf("n2"));
        using var browser = await app.SignedIn("n1");
        var session = await app.In(Test, db => db.Set<Session>().Where(s => s.UserId == n1.UserId).Select(s => s.Hash).SingleAsync(Ct));
        Task<Refusal?> Link(long user, string? by, string subject) => app.With<OwnProvider, Refusal?>(Test, async o => (await o.Link(user, by, Issuer, subject, Ct)).Refusal);
        Assert.IsType<Refusal.Invalid>((await app.With<OwnProvider, Result<string>>(n1, o => o.Begin("guess guess guess", session, Ct))).Refusal);
        Assert.True((await app.With<OwnProvider, Result<string>>(n1, o => o.Begin(CrmApp.Password, session, Ct))).TryGet(out var token, out _));
        Assert.Equal((true, false, false), (await app.With<OwnProvider, bool>(n1, o => Task.FromResult(o.IsBegun(token, session))), await app.With<OwnProvider, bool>(n1, o => Task.FromResult(o.IsBegun(token, "another"))), await app.With<OwnProvider, bool>(n2, o => Task.FromResult(o.IsBegun(token, session)))));

        Assert.Equal(("oidc.failed", "oidc.failed"), ((await Link(n2.UserId, session, "7"))?.Code, (await Link(n1.UserId, null, "7"))?.Code));
        Assert.Null(await Link(n1.UserId, session, "7"));
        Assert.Equal("oidc.taken", (await Link(n1.UserId, session, "8"))?.Code);
        Assert.True((await Enter(app, Who("7", "other", ["crm-office"], "N2"))).TryGet(out var known, out _));
        Assert.Equal((n1.UserId, false), (known.User.Id, known.NeedsSecond));
        Assert.Equal(("outlet", "N1"), await Of(app, "n1")); // No office, no other role: this account is ours.

        await app.In(Test, async db =>
        {
            db.Add(new Passkey { UserId = n1.UserId, Name = "x", CredentialId = "eA", CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        Assert.True((await Enter(app, Who("7"))).TryGet(out var half, out _) && half.NeedsSecond);
        Assert.True((await Enter(app, Who("7", strong: true))).TryGet(out var whole, out _) && !whole.NeedsSecond);
        Assert.Null((await app.With<OwnProvider, Result<User>>(n1, o => o.Unlink(CrmApp.Password, session, Ct))).Refusal);
        Assert.Equal("oidc.unknown", (await Enter(app, Who("7"))).Refusal?.Code);

        // An administrator unties it: that person gets in no more, sessions end, the password stays.
        async Task<string?> Untie(long id, Actor by) => (await app.With<ChangeAccount, Result<User>>(by, c => c.Untie(id, Ct))).Refusal?.Code;
        Assert.Null(await Link(n1.UserId, session, "7"));
        Assert.Equal(("accounts.not_tied", "common.forbidden"), (await Untie(n2.UserId, Test), await Untie(n1.UserId, n2)));
        await app.In(Test, db => db.Set<ApiToken>().Where(t => t.UserId == n1.UserId).ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, (DateTime?)null), Ct));
        Assert.Null(await Untie(n1.UserId, Test));
        Assert.False(await app.In(Test, db => db.Set<ApiToken>().AnyAsync(t => t.UserId == n1.UserId && t.RevokedAt == null, Ct)));
        Assert.Equal("oidc.unknown", (await Enter(app, Who("7"))).Refusal?.Code);
        Assert.Equal((0, 2), await app.In(Test, async db => (await db.Set<Session>().CountAsync(s => s.UserId == n1.UserId, Ct), await db.Set<AuditEntry>().CountAsync(a => a.Action == "provider_unlinked" && a.EntityId == n1.UserId, Ct))));

        Assert.True((await Enter(app, Who("9", groups: ["crm-office"]))).TryGet(out var office, out _)); // Said in so many words, an office is given too.
        Assert.Equal("security", (await Of(app, office.User.UserName!)).Role);
        Assert.Equal("accounts.managed", await Untie(office.User.Id, Test)); // It has no other door.
        Assert.True((await Enter(app, Who("9", groups: []))).TryGet(out _, out _)); // The last of an office stays.
        Assert.Equal("roles.group_only", (await app.With<EditMappings, Result<ClaimMapping>>(await app.ActorOf("admin"), e => e.Add("role", new(), Ct))).Refusal?.Code);
    }
}
