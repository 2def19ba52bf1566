using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Authority;

internal static class AuthorityModule
{
    /// <summary>A grant as a record that inbox lines name.</summary>
    public const string Record = "authority";

    private const string Shown = """
        { "id": 12, "action": "creditLimit", "limit": 50000000, "effective": 30000000, "state": "narrowed", "byId": 3, "holder": "北方网点负责人", "by": "北方公司负责人", "unitId": 5, "roleId": null, "level": null, "userId": null,
          "from": "2026-04-01", "until": "2026-12-31", "effectiveUntil": "2026-12-31", "parentId": 3, "grantedBy": "王伟", "reason": "年度授权", "mayChange": true, "version": 1 }
        """;

    public static void Add(IServiceCollection services) => services
        .AddScoped<Authorities>()
        .AddScoped<GrantAuthority>()
        .AddScoped<ListGrants>()
        .AddScoped<EndingAuthority>()
        .AddScoped<IEndsWithAccount>(s => s.GetRequiredService<EndingAuthority>())
        .AddSingleton(ListGrants.Record)
        .AddSingleton(new AccountCard(typeof(OwnAuthority)))
        .AddSingleton(new JobHandler(WarnOfEnds.Kind, WarnOfEnds.Run))
        .AddSingleton(new Schedule(WarnOfEnds.Kind, HourOfDay: 2))
        .AddSingleton(new MenuItem("authority.title", "/authority", "certificate", Permission.OrganizationRead, 43, Go: "k"));

    public static void Map(IEndpointRouteBuilder api)
    {
        var authority = api.MapGroup("/authority").WithTags("Authority");
        authority.MapGet("/mine", ListGrants.GetMine).WithSummary("Up to how much the caller decides today, by himself and for those on leave who named him deputy.").Gives<Listing<ListGrants.Own>>("""{ "items": [ { "action": "creditLimit", "limit": 30000000, "until": "2026-12-31", "grantId": 12, "for": null } ], "nextCursor": null }""").RequireAuthorization(Permission.SignedIn);
        authority.MapGet("/line", ListGrants.GetLine).WithSummary("Who decides up to how much for a unit, by action, its own people first and then those of the units above: the first who cover an amount are asked. The caller's unit where none is named.").Gives<Listing<ListGrants.Rung>>("""{ "items": [ { "action": "creditLimit", "unit": "北方网点", "people": [ { "name": "李娜", "limit": 30000000 } ] } ], "nextCursor": null }""").RequireAuthorization(Permission.OrganizationRead);
        var grants = authority.MapGroup("/grants");
        grants.MapGet("", ListGrants.Get).WithSummary("Grants at and below the caller's unit and those above from which they come, newest first; of one action, with ended and revoked ones where asked for.").Gives<Listing<ListGrants.Item>>($$"""{ "items": [ {{Shown}} ], "nextCursor": null }""").RequireAuthorization(Permission.OrganizationRead);
        grants.MapPost("", GrantAuthority.Post).WithSummary("Gives authority on: to a unit's heads (unit), to a role at a level at or below a unit (unit, roleId, level) or to a person. Never more or longer than the caller holds; what comes from nobody is set by the group's security administrator.").Takes("""{ "action": "creditLimit", "limit": 50000000, "unit": "N1", "roleId": null, "level": null, "person": null, "from": "2026-04-01", "until": "2026-12-31", "reason": "年度授权" }""").Gives<ListGrants.Item>(Shown, StatusCodes.Status201Created).RequireAuthorization(Permission.OrganizationRead).AddEndpointFilter<ReadersFilter>().AddEndpointFilter<IdempotencyFilter>();
        grants.MapGet("/{id:long}", ListGrants.GetOne).WithSummary("A grant with what it is worth today and why.").Gives<ListGrants.Item>(Shown).RequireAuthorization(Permission.OrganizationRead);
        grants.MapPut("/{id:long}", GrantAuthority.Put).WithSummary("Changes limit and last day; If-Match names the version seen. Whoever holds what it comes from may, and the group's security administrator.").Takes("""{ "limit": 30000000, "until": "2026-12-31", "reason": "收紧额度" }""").Gives<ListGrants.Item>(Shown).RequireAuthorization(Permission.OrganizationRead).AddEndpointFilter<ReadersFilter>();
        grants.MapPost("/{id:long}/revoke", GrantAuthority.PostRevoke).WithSummary("Takes a grant back: it and what was given on from it are worth nothing from then on.").Takes("""{ "reason": "岗位调整" }""").Gives<ListGrants.Item>(Shown).RequireAuthorization(Permission.OrganizationRead).AddEndpointFilter<ReadersFilter>().AddEndpointFilter<IdempotencyFilter>();
    }
}
