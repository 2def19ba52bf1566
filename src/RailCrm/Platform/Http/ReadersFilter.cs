using RailCrm.Kernel;
using RailCrm.Platform.Access;

namespace RailCrm.Platform.Http;

/// <summary>A token that only reads changes nothing, whatever its owner may do: asked where a route's own permission is to read.</summary>
internal sealed class ReadersFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var actor = context.HttpContext.RequestServices.GetRequiredService<CurrentActor>().Actor;
        return actor.ReadsOnly && !HttpMethods.IsGet(context.HttpContext.Request.Method) ? new(Answers.Problem(new Refusal.Forbidden())) : next(context);
    }
}
