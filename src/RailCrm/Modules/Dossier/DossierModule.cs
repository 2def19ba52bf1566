using Microsoft.AspNetCore.Antiforgery;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Dossier;

internal static class DossierModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<ShowDossier>()
        .AddScoped<ReadDossier>()
        .AddScoped<TakeDossier>()
        .AddScoped<KeepTemplate>()
        .AddSingleton<PdfMaker>()
        .AddSingleton(new MenuItem("documents.title", "/settings/dossier", "file-text", Permission.System, 94))
        .AddSingleton(new CustomerTab("dossier.title", "figures", Permission.WaybillsRead, 20));

    /// <summary>Downloads. A dossier leaves by POST, so that no link that is merely followed takes it away.</summary>
    public static void MapPages(IEndpointRouteBuilder app)
    {
        app.MapPost("/customers/{id:long}/dossier", TakeDossier.Post).WithMetadata(new RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.CustomersRead, Permission.Export).ExcludeFromDescription();
        app.MapGet("/settings/dossier/template", KeepTemplate.Get).RequireAuthorization(Permission.System).ExcludeFromDescription();
    }
}
