using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Waybills;

internal static class WaybillsModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<WaybillLedger>()
        .AddScoped<RecordWaybills>()
        .AddScoped<ListWaybills>()
        .AddScoped<CustomerFigures>()
        .AddScoped<CheckFacts>()
        .AddSingleton(new MenuItem("waybill.title", "/waybills", "train", Permission.WaybillsRead, 20, Go: "w"));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/waybills", ListWaybills.Get).WithTags("Waybills").RequireAuthorization(Permission.WaybillsRead);
        api.MapPost("/waybills:batch", RecordWaybills.Post).WithTags("Waybills").RequireAuthorization(Permission.WaybillsWrite).AddEndpointFilter<IdempotencyFilter>();
        api.MapGet("/customers/{id:long}/figures", CustomerFigures.Get).WithTags("Customers").RequireAuthorization(Permission.WaybillsRead);
    }
}
