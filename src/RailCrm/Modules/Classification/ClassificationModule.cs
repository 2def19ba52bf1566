using System.Text.Json;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Classification;

internal static class ClassificationModule
{
    /// <summary>The job that classes everybody.</summary>
    public const string Job = "tiers";

    public static void Add(IServiceCollection services) => services
        .AddScoped<ClassifyCustomers>()
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
}
