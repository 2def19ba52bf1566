using Microsoft.AspNetCore.Mvc;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Exchange;

internal static class ExchangeModule
{
    /// <summary>The body as a whole is limited by <see cref="UploadLimit"/>, so a part of it need not be.</summary>
    private static readonly RequestFormLimitsAttribute AnyLength = new() { MultipartBodyLengthLimit = long.MaxValue };

    public static void Add(IServiceCollection services) => services
        .AddSingleton<UploadLimit>()
        .AddScoped<UploadFile>()
        .AddScoped<ChangeKind>()
        .AddScoped<PreviewImport>()
        .AddScoped<StartImport>()
        .AddScoped<PostImport>()
        .AddScoped<GetImport>()
        .AddScoped<ReviewImport>()
        .AddScoped<RevertImport>()
        .AddScoped<ListImported>()
        .AddScoped<Undo, CustomerUndo>()
        .AddScoped<Undo, ContactUndo>()
        .AddScoped<Undo, WaybillUndo>()
        .AddScoped<Undo, UnitUndo>()
        .AddScoped<Undo, EmployeeUndo>()
        .AddScoped<Undo, TargetUndo>()
        .AddScoped<Undo, StationUndo>()
        .AddSingleton(new JobHandler(CheckImport.Kind, CheckImport.Run))
        .AddSingleton(new JobHandler(RunImport.Kind, RunImport.Run))
        .AddSingleton(new JobHandler(RevertImport.Kind, RevertImport.Work))
        .AddSingleton(new JobHandler(SweepImports.Kind, SweepImports.Run))
        .AddSingleton(new Schedule(SweepImports.Kind, 4))
        .AddSingleton(new MenuItem("palette.import_customers", "/imports?kind=customers", "file-import", Permission.Import, 70, MenuPlace.Action, Also: Permission.CustomersWrite))
        .AddSingleton(new MenuItem("palette.import_contacts", "/imports?kind=contacts", "file-import", Permission.Import, 70, MenuPlace.Action, Also: Permission.CustomersWrite))
        .AddSingleton(new MenuItem("palette.import_waybills", "/imports?kind=waybills", "file-import", Permission.Import, 71, MenuPlace.Action, Also: Permission.WaybillsWrite))
        .AddSingleton(new MenuItem("palette.import_org", "/imports?kind=org", "file-import", Permission.Import, 72, MenuPlace.Action, Also: Permission.OrganizationWrite))
        .AddSingleton(new MenuItem("palette.import_employees", "/imports?kind=employees", "file-import", Permission.Import, 73, MenuPlace.Action, Also: Permission.OrganizationWrite))
        .AddSingleton(new MenuItem("palette.import_stations", "/imports?kind=stations", "file-import", Permission.Import, 74, MenuPlace.Action, Also: Permission.OrganizationWrite))
        .AddSingleton(new MenuItem("import.title", "/imports", "file-import", Permission.Import, 70, Go: "i"));

    /// <summary>The upload of the import page, and the templates.</summary>
    public static void MapPages(IEndpointRouteBuilder app)
    {
        app.MapPost("/imports/files", UploadFile.PostFromPage).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.Import).ExcludeFromDescription()
            .WithMetadata(app.ServiceProvider.GetRequiredService<UploadLimit>(), AnyLength);
        app.MapPost("/imports/{id:long}/review/{row:long}", ReviewForms.PostRow).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.Import).ExcludeFromDescription();
        app.MapPost("/imports/{id:long}/fixes", ReviewForms.PostFixes).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.Import).ExcludeFromDescription();
        app.MapGet("/imports/templates/{kind}", ImportTemplate.Get).RequireAuthorization(Permission.Import).ExcludeFromDescription();
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        var imports = api.MapGroup("/imports").WithTags("Imports");
        imports.MapGet("", GetImport.GetAll).RequireAuthorization(Permission.Import);
        imports.MapPost("", PostImport.Post).RequireAuthorization(Permission.Import).WithMetadata(api.ServiceProvider.GetRequiredService<UploadLimit>(), AnyLength);
        imports.MapGet("/{id:long}", GetImport.Get).RequireAuthorization(Permission.Import);
        imports.MapPost("/{id:long}/cancel", GetImport.PostCancel).RequireAuthorization(Permission.Import);
        imports.MapGet("/{id:long}/work", GetImport.GetWork).RequireAuthorization(Permission.Import);
        imports.MapGet("/{id:long}/rows", ListImported.Get).RequireAuthorization(Permission.Import);
        imports.MapPost("/{id:long}/revert", RevertImport.Post).RequireAuthorization(Permission.Import);
        imports.MapGet("/{id:long}/rejected", GetImport.GetRejected).RequireAuthorization(Permission.Import);
    }
}
