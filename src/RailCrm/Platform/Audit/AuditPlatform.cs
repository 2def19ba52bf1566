using RailCrm.Platform.Jobs;

namespace RailCrm.Platform.Audit;

internal static class AuditPlatform
{
    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<AuditWitness>()
        .AddScoped<SealTrail>()
        .AddScoped<VerifyTrail>()
        .AddScoped<RetainTrail>()
        .AddScoped<CheckTrail>()
        .AddHostedService<Sealer>()
        .AddSingleton(new JobHandler(CheckTrail.Job, CheckTrail.Run))
        .AddSingleton(new Schedule(CheckTrail.Job, HourOfDay: 4));
}
