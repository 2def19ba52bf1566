using Microsoft.AspNetCore.Mvc;
using RailCrm.Platform.Access;
using RailCrm.Platform.Files;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Exchange;

internal static class ExchangeModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<StartImport>()
        .AddScoped<GetImport>()
        .AddSingleton(new JobHandler(RunImport.Kind, RunImport.Run))
        .AddSingleton(new MenuItem("import.title", "/imports", "file-import", Permission.Import, 70, Go: "i"));

    /// <summary>The upload of the import page, and the templates.</summary>
    public static void MapPages(IEndpointRouteBuilder app)
    {
        app.MapPost("/imports/files", StartImport.PostFromPage).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.Import).ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(StartImport.MostBytes), new RequestFormLimitsAttribute { MultipartBodyLengthLimit = StartImport.MostBytes });
        app.MapGet("/imports/templates/{kind}", Template).RequireAuthorization(Permission.Import).ExcludeFromDescription();
    }

    /// <summary>A workbook of the columns an import understands, in the reader's language.</summary>
    private static IResult Template(string kind, CancellationToken ct)
    {
        if (ImportKind.Named(kind) is not { } known)
        {
            return TypedResults.NotFound();
        }

        string[][] rows = [[.. known.Fields.Select(f => f.Synonyms is [var zh, ..] && System.Globalization.CultureInfo.CurrentUICulture.Name.StartsWith("zh", StringComparison.Ordinal) ? zh : f.Name)]];
        return TypedResults.Stream(output => XlsxWriter.Copy(rows, output, ct), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", $"railcrm-{known.Name}.xlsx");
    }

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
