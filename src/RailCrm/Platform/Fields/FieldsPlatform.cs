using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Ui;

namespace RailCrm.Platform.Fields;

/// <summary>The group's own fields of customers, contacts and waybills.</summary>
internal static class FieldsPlatform
{
    public static IServiceCollection AddFields(this IServiceCollection services) => services
        .AddSingleton<CustomFields>()
        .AddScoped<SaveCustomField>()
        .AddSingleton(new JobHandler(IndexCustomField.Kind, IndexCustomField.Run))
        .AddSingleton(new MenuItem("fields.title", "/fields", "adjustments", Permission.System, 93));

    public static void MapFields(this IEndpointRouteBuilder api)
    {
        var fields = api.MapGroup("/fields").WithTags("Fields");
        fields.MapGet("", SaveCustomField.Get).RequireAuthorization(Permission.SignedIn);
        fields.MapPost("", SaveCustomField.Post).RequireAuthorization(Permission.System).AddEndpointFilter<IdempotencyFilter>();
        fields.MapPut("/{id:long}", SaveCustomField.Put).RequireAuthorization(Permission.System);
    }
}
