using Microsoft.AspNetCore.Mvc;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Exchange;

internal static class ExchangeModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<StartImport>()
        .AddScoped<GetImport>()
        .AddSingleton(new JobHandler(RunImport.Kind, RunImport.Run))
        .AddSingleton(new MenuItem("import.title", "/imports", "file-import", Permission.Import, 70));

    public static void Map(IEndpointRouteBuilder api)
    {
        var imports = api.MapGroup("/imports").WithTags("Imports");
        imports.MapGet("", GetImport.GetAll).RequireAuthorization(Permission.Import);
        imports.MapPost("", StartImport.Post).RequireAuthorization(Permission.Import).WithMetadata(new RequestSizeLimitAttribute(StartImport.MostBytes), new RequestFormLimitsAttribute { MultipartBodyLengthLimit = StartImport.MostBytes });
        imports.MapGet("/{id:long}", GetImport.Get).RequireAuthorization(Permission.Import);
        imports.MapPost("/{id:long}/cancel", GetImport.PostCancel).RequireAuthorization(Permission.Import);
        imports.MapGet("/{id:long}/rejected", GetImport.GetRejected).RequireAuthorization(Permission.Import);
    }
}
