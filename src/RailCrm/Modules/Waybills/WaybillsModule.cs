using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
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
        .AddScoped<FindWaybillDuplicates>()
        .AddScoped<ListWaybillPairs>()
        .AddScoped<KeepWaybill>()
        .AddSingleton(new JobHandler(SearchWaybillDuplicates.Job, SearchWaybillDuplicates.Run))
        .AddSingleton(new Schedule(SearchWaybillDuplicates.Job, HourOfDay: 4))
        .AddScoped<WorkOnWaybills>()
        .AddScoped<RestoreWaybillValue>()
        .AddScoped<WaybillHistory>()
        .AddScoped<CustomerFigures>()
        .AddScoped<CheckFacts>()
        .AddScoped<ICustomerChildren, MergeWaybills>()
        .AddSingleton<ICustomerChildren, MergeBinnedLines>()
        .AddSingleton<ICustomerChildren, MergeWaybillPairs>()
        .AddSingleton(new Hanging("customers", "waybill.title", Permission.WaybillsRead, (db, ids) => db.Set<WaybillLine>().Where(w => EF.Parameter(ids).Contains(w.CustomerId)).Select(w => w.Id)))
        .AddHangingOn("waybills", RecordKind.Waybill, Permission.WaybillsRead)
        .AddSingleton(WaybillRecords.Waybills)
        .AddSingleton(OwnerCount.OfUnits)
        .AddSingleton<IPaletteSource, WaybillsSource>()
        .AddSingleton(new MenuItem("waybill.new", "/waybills/new", "train", Permission.WaybillsWrite, 20, MenuPlace.Create))
        .AddSingleton(new MenuItem("waybill.bin", "/waybills/bin", "trash", Permission.WaybillsWrite, 21, MenuPlace.Page))
        .AddSingleton(new MenuItem("waybillpairs.title", "/waybills/duplicates", "copy", Permission.WaybillsWrite, 22, MenuPlace.Page))
        .AddSingleton(new MenuItem("waybill.title", "/waybills", "train", Permission.WaybillsRead, 20, Go: "w"));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/waybills", ListWaybills.Get).WithTags("Waybills").RequireAuthorization(Permission.WaybillsRead);
        api.MapGet("/waybills/bin", ListWaybillBin.Get).WithSummary("The lines in the bin: who put them there, when, and with dependants=true what hangs on them, at most 20 rows a page then.").WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite);
        api.MapGet("/waybills/duplicates", FindWaybillDuplicates.Get).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite);
        api.MapGet("/waybills/duplicate-pairs", ListWaybillPairs.Get).WithSummary("Lines of one customer that are likely one service booked twice, the likeliest first, with score and reasons.").WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite);
        api.MapGet("/waybills/duplicate-pairs/job", ListWaybillPairs.GetJob).ExcludeFromDescription().RequireAuthorization(Permission.WaybillsWrite);
        api.MapGet("/waybills/{id:long}", GetWaybill.Get).WithTags("Waybills").RequireAuthorization(Permission.WaybillsRead);
        api.MapPut("/waybills/{id:long}", SaveWaybill.Put).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite);
        api.MapDelete("/waybills/{id:long}", SaveWaybill.Remove).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite);
        api.MapPost("/waybills/{id:long}/restore", WaybillBin.PostRestore).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite).AddEndpointFilter<IdempotencyFilter>();
        var waybills = api.MapGroup("/waybills").WithTags("Waybills");
        waybills.MapMark(RecordKind.Waybill, RecordMark.Favourite, Permission.WaybillsRead);
        waybills.MapMark(RecordKind.Waybill, RecordMark.Follow, Permission.WaybillsRead);
        waybills.MapPost("/duplicate-pairs/{id:long}/dismiss", ListWaybillPairs.PostDismiss).WithSummary("Says that a likely pair is two services.").Takes("""{ "reason": "两车" }""").Gives<PairJudged>("""{ "id": 12, "dismissed": true }""").RequireAuthorization(Permission.WaybillsWrite).AddEndpointFilter<IdempotencyFilter>();
        waybills.MapPost("/duplicate-pairs/{id:long}/reopen", ListWaybillPairs.PostReopen).WithSummary("Takes that word back.").Gives<PairJudged>("""{ "id": 12, "dismissed": false }""").RequireAuthorization(Permission.WaybillsWrite).AddEndpointFilter<IdempotencyFilter>();
        waybills.MapPost("/duplicate-pairs/{id:long}/keep", KeepWaybill.Post).WithSummary("Keeps one line of a pair and puts the other into the bin; fields named in fill that are empty in the one take the other's value.").Takes("""{ "keep": 7, "fill": [ "commodity", "contract" ] }""").Gives<KeepWaybill.Answer>("""{ "kept": 7, "binned": 8 }""").RequireAuthorization(Permission.WaybillsWrite).AddEndpointFilter<IdempotencyFilter>();
        waybills.MapDelete("/bin/{id:long}", RemoveWaybill.Delete).WithSummary("Removes a line from the bin for good, with its notes, files and marks.").RequireAuthorization(Permission.WaybillsWrite, Permission.WaybillsRemove);
        waybills.MapGet("/{id:long}/history", WaybillHistory.Get).WithSummary("What happened to the line, newest first, 100 entries a page.").Gives<Listing<PastEvent>>(CustomerRoutes.Shown).RequireAuthorization(Permission.WaybillsRead);
        waybills.MapPost("/{id:long}/history/{entry:long}/restore", WaybillHistory.Post).WithSummary("Gives one field the value from before a change, if the line still is as If-Match says.").Takes("""{ "field": "RevenueFen" }""").RequireAuthorization(Permission.WaybillsWrite).AddEndpointFilter<IdempotencyFilter>();
        waybills.MapDependants("waybills", "waybillBin", Permission.WaybillsRead);
        waybills.MapListApi("waybills", Permission.WaybillsRead);
        waybills.MapGroup("/bin").MapWorks("waybillBin", Permission.WaybillsWrite, CustomerRoutes.BinWork);
        api.MapPost("/waybills:batch", RecordWaybills.Post).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite).AddEndpointFilter<IdempotencyFilter>();
        api.MapGet("/customers/{id:long}/figures", CustomerFigures.Get).WithTags("Customers").RequireAuthorization(Permission.WaybillsRead).AddEndpointFilter<MergedInto.Filter>();
    }

    /// <summary>Downloads. By POST, so that no link that is merely followed takes a list away.</summary>
    public static void MapPages(IEndpointRouteBuilder app) =>
        app.MapPost("/waybills/export", ExportWaybills.Post).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.WaybillsRead, Permission.Export).ExcludeFromDescription();
}
