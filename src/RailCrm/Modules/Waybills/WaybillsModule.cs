using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Waybills;

internal static class WaybillsModule
{
    public static void Add(IServiceCollection services) => services
        .AddSingleton(new CustomTarget("waybills", typeof(WaybillLine), "waybill.title"))
        .AddScoped<WaybillLedger>()
        .AddScoped<RecordWaybills>()
        .AddScoped<WaybillList>()
        .AddScoped<ListOf>(s => s.GetRequiredService<WaybillList>())
        .AddScoped<WaybillBinList>()
        .AddScoped<ListOf>(s => s.GetRequiredService<WaybillBinList>())
        .AddScoped<ListWaybillBin>()
        .AddScoped<WaybillBin>()
        .AddScoped<RemoveWaybill>()
        .AddScoped<ListWaybills>()
        .AddScoped<TotalWaybills>()
        .AddScoped<ExportWaybills>()
        .AddScoped<GetWaybill>()
        .AddScoped<SaveWaybill>()
        .AddScoped<WorkOnWaybills>()
        .AddScoped<RestoreWaybillValue>()
        .AddScoped<CustomerFigures>()
        .AddScoped<CheckFacts>()
        .AddScoped<ICustomerChildren, MergeWaybills>()
        .AddSingleton<ICustomerChildren, MergeBinnedLines>()
        .AddSingleton(new Hanging("customers", "waybill.title", Permission.WaybillsRead, (db, ids) => db.Set<WaybillLine>().Where(w => EF.Parameter(ids).Contains(w.CustomerId)).Select(w => w.Id)))
        .AddHangingOn("waybills", RecordKind.Waybill, Permission.WaybillsRead)
        .AddSingleton(WaybillRecords.Waybills)
        .AddSingleton(OwnerCount.OfUnits)
        .AddSingleton<IPaletteSource, WaybillsSource>()
        .AddSingleton(new MenuItem("waybill.new", "/waybills/new", "train", Permission.WaybillsWrite, 20, MenuPlace.Create))
        .AddSingleton(new MenuItem("waybill.bin", "/waybills/bin", "trash", Permission.WaybillsWrite, 21, MenuPlace.Page))
        .AddSingleton(new MenuItem("waybill.title", "/waybills", "train", Permission.WaybillsRead, 20, Go: "w"));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/waybills", ListWaybills.Get).WithTags("Waybills").RequireAuthorization(Permission.WaybillsRead);
        api.MapGet("/waybills/bin", ListWaybillBin.Get).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite);
        api.MapGet("/waybills/{id:long}", GetWaybill.Get).WithTags("Waybills").RequireAuthorization(Permission.WaybillsRead);
        api.MapDelete("/waybills/{id:long}", SaveWaybill.Remove).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite);
        api.MapPost("/waybills/{id:long}/restore", WaybillBin.PostRestore).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite);
        var marks = api.MapGroup("/waybills").WithTags("Waybills");
        marks.MapMark(RecordKind.Waybill, RecordMark.Favourite, Permission.WaybillsRead);
        marks.MapMark(RecordKind.Waybill, RecordMark.Follow, Permission.WaybillsRead);
        api.MapPost("/waybills:batch", RecordWaybills.Post).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite).AddEndpointFilter<IdempotencyFilter>();
        api.MapGet("/customers/{id:long}/figures", CustomerFigures.Get).WithTags("Customers").RequireAuthorization(Permission.WaybillsRead).AddEndpointFilter<MergedInto.Filter>();
    }

    /// <summary>Downloads. By POST, so that no link that is merely followed takes a list away.</summary>
    public static void MapPages(IEndpointRouteBuilder app) =>
        app.MapPost("/waybills/export", ExportWaybills.Post).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.WaybillsRead, Permission.Export).ExcludeFromDescription();
}
