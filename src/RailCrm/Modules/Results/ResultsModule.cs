using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Results;

internal static class ResultsModule
{
    private const string Sum = """{ "revenueFen": 1200000, "costFen": 900000, "grossProfitFen": 300000, "weightKg": 60000, "lines": 3 }""";

    private const string Reached = """{ "actual": 1200000, "floor": 800000, "target": 1000000, "challenge": 1500000, "rate": 1.2, "reached": "target" }""";

    private const string Months = $$"""[ { "month": "2026-03", "now": {{Sum}}, "lastYear": {{Sum}} } ]""";

    private const string Targets = $$"""[ { "measure": "revenue", "month": {{Reached}}, "toDate": {{Reached}}, "year": {{Reached}} } ]""";

    private const string Plan = """{ "unit": null, "person": 12, "year": 2026, "measure": "revenue", "floor": [ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 ], "target": [ 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 ], "challenge": [ 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3 ] }""";

    private const string Person = $$"""{ "userId": 12, "userName": "wangwei", "name": "王伟", "unitId": 5, "unitName": "北方网点", "month": "2026-03", "months": {{Months}}, "monthBefore": {{Sum}}, "toDate": {{Sum}}, "toDateLastYear": {{Sum}}, "portfolio": [ { "tier": "large", "main": 3, "deputy": 1 } ], "covered": 3, "coverageDays": 90, "lostMonths": 6, "gaps": [ { "level": "subsidiary", "customers": 1 } ], "countsNow": { "active": 3, "fresh": 1, "lost": 0 }, "countsBefore": { "active": 2, "fresh": 0, "lost": 0 }, "countsLastYear": { "active": 2, "fresh": 0, "lost": 1 }, "targets": {{Targets}} }""";

    private const string Ranked = $$"""[ { "place": 1, "id": 12, "name": "王伟", "unitName": "北方网点", "sum": {{Sum}}, "lastYear": {{Sum}}, "attainment": {{Reached}}, "own": false } ]""";

    private const string Unit = $$"""{ "unitId": 5, "unitName": "北方网点", "unitLevel": "outlet", "month": "2026-03", "measure": "revenue", "period": "month", "order": "figure", "months": {{Months}}, "monthBefore": {{Sum}}, "toDate": {{Sum}}, "toDateLastYear": {{Sum}}, "targets": {{Targets}}, "units": [], "level": "outlet", "people": {{Ranked}}, "peopleCount": 1, "peopleFrom": 0, "heads": true, "open": false }""";

    private const string Rule = """{ "open": true, "lostMonths": 6, "coverageDays": 90 }""";

    public static void Add(IServiceCollection services) => services
        .AddScoped<ShowResults>()
        .AddScoped<ShowUnitResults>()
        .AddScoped<SaveTargets>()
        .AddScoped<ExportTargets>()
        .AddScoped<SetResultRule>()
        .AddSingleton(new MenuItem("results.title", "/results", "report-analytics", Permission.WaybillsRead, 19, Go: "b"));

    public static void Map(IEndpointRouteBuilder api)
    {
        var results = api.MapGroup("/results").WithTags("Results");
        results.MapGet("/people/{id:long}", ShowResults.Get).WithSummary("What a person answers for and brings in: by month, of the days when he was the customers' main manager; the running month unless month says another.").Gives<ShowResults.Answer>(Person).RequireAuthorization(Permission.WaybillsRead);
        results.MapGet("/units/{id:long}", ShowUnitResults.Get).WithSummary("What a unit's customers bring in, the units below it, and the ranking of its people. measure: revenue, grossProfit, weight; period: month, year (to the month); order: figure, attainment; level: outlet, subsidiary, group.").Gives<ShowUnitResults.Answer>(Unit).RequireAuthorization(Permission.WaybillsRead);
        results.MapPut("/units/{id:long}/rule", SetResultRule.Put).WithSummary("Whether the people of the unit see one another's results; of the group also when a customer counts as lost and as covered.").Takes(Rule).Gives<SetResultRule.Input>(Rule).RequireAuthorization(Permission.WaybillsRead, Permission.CustomersSupervise);
        var targets = api.MapGroup("/targets").WithTags("Results");
        targets.MapGet("", SaveTargets.Get).WithSummary("A year's targets of a unit or a person by one measure, in fen or kg, with the sums of what is set below; the caller's own of this year unless said otherwise.").Gives<SaveTargets.Answer>($$"""{ "name": "王伟", "plan": {{Plan}}, "units": null, "people": null, "may": true }""").RequireAuthorization(Permission.WaybillsRead);
        targets.MapPut("", SaveTargets.Put).WithSummary("Sets a year's targets of a unit or a person. If-Match may name the version seen, 0 where none was set.").Takes(Plan).Gives<SaveTargets.Input>(Plan).RequireAuthorization(Permission.WaybillsRead, Permission.CustomersSupervise);
    }

    /// <summary>The download of targets, by POST, so that no link that is merely followed takes them away.</summary>
    public static void MapPages(IEndpointRouteBuilder app) => app.MapPost("/results/targets/export", ExportTargets.Post).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.WaybillsRead, Permission.Export).ExcludeFromDescription();
}
