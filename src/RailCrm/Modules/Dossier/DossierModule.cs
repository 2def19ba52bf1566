using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;

namespace RailCrm.Modules.Dossier;

internal static class DossierModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<ShowDossier>()
        .AddSingleton(new CustomerTab("dossier.title", "figures", Permission.WaybillsRead, 20));
}
