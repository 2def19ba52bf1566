using System.Text.Json;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Classification;

internal static class ClassificationModule
{
    /// <summary>The job that classes everybody.</summary>
    public const string Job = "tiers";

    public static void Add(IServiceCollection services) => services
        .AddScoped<ClassifyCustomers>()
        .AddScoped<SetTierRule>()
        .AddScoped<PreviewTiers>()
        .AddScoped<ListTierChanges>()
        .AddSingleton(new MenuItem("tiers.title", "/settings/tiers", "scale", Permission.CustomersRead, 40, Go: "t"))
        .AddScoped<ICustomerPast, TierPast>()
        .AddSingleton<ICustomerChildren, MergeTiers>()
        .AddSingleton<ICustomerChildren>(new StayingRows("tier_overrides", (typeof(TierOverride), nameof(TierOverride.CustomerId)))) // What was approved for one says nothing of the other.
        .AddScoped<IApprovalKind, CustomerTierByHand>()
        .AddSingleton<CustomerListPart, TierPart>()
        .AddSingleton(new CustomerAction("tiers.ask", "scale", "tier", Permission.CustomersWrite))
        .AddSingleton(new CustomerBadge(async (db, id, ct) => await TierOverride.Of(db, id, ct) is { } held ? Platform.Text.Texts.Get("tiers.by_hand_until", held.UntilOn.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)) : null))
        .AddScoped<IFiguresChanged>(s => s.GetRequiredService<ClassifyCustomers>())
        .AddSingleton(new JobHandler(Job, async (work, lease, ct) =>
        {
            var db = work.GetRequiredService<CrmDb>();
            await work.GetRequiredService<ClassifyCustomers>().RunAll((done, all) => db.Write(async () =>
            {
                await lease.Advance(JsonSerializer.Serialize(done), done, 0, all, ct);
                return 0;
            }, ct), ct);
            return "{}";
        }))
        .AddSingleton(new Schedule(Job, HourOfDay: 2));

    public static void Map(IEndpointRouteBuilder api)
    {
        var tiers = api.MapGroup("/settings/tiers").WithTags("Classification");
        tiers.MapGet("", SetTierRule.Get).RequireAuthorization(Permission.CustomersRead);
        tiers.MapPut("", SetTierRule.Put).RequireAuthorization(Permission.OrganizationWrite);
        tiers.MapGet("/job", ListTierChanges.GetJob).ExcludeFromDescription().RequireAuthorization(Permission.CustomersRead);
    }
}
