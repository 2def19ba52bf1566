using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Approvals;

/// <summary>Where people act on approvals. Whoever may see one acts by services of their own, in their own name, that see the whole group: an approver need not see the customer, and what takes effect may lie outside his scope. What he may do follows from the approval alone.</summary>
internal sealed class ApprovalDesk(GetApproval get, IServiceScopeFactory scopes, CurrentActor current)
{
    /// <summary>Where the caller's own services are kept while the desk's stand in their place.</summary>
    private static readonly object Own = new();

    /// <summary>Services that see the whole group in the actor's name.</summary>
    private AsyncServiceScope Open()
    {
        var services = scopes.CreateAsyncScope();
        var actor = current.Actor;
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = actor with { Scope = actor.Scope with { Width = ScopeWidth.All, Path = "" } };
        return services;
    }

    private async Task<Refusal?> Shut(long id, CancellationToken ct) =>
        !await get.Sees(id, ct) ? new Refusal.NotFound() : current.Actor.ReadsOnly ? new Refusal.Forbidden() : null;

    /// <summary>Asks once for a form, for somebody who met a customer beyond his scope: whoever calls has made sure that he did.</summary>
    public async Task<Result<string>> Ask(HttpContext http, Func<SubmitApproval, Task<Result<Approval>>> ask)
    {
        if (current.Actor.ReadsOnly)
        {
            return new Refusal.Forbidden();
        }

        await using var services = Open();
        return await services.ServiceProvider.GetRequiredService<FormOnce>().Run(http, async () =>
            (await ask(services.ServiceProvider.GetRequiredService<SubmitApproval>())).TryGet(out var approval, out var why) ? $"/approvals/{approval.Id}" : why);
    }

    /// <summary>Acts once for a form; sent again it leads to the same address.</summary>
    public async Task<Result<string>> Act<TUse>(HttpContext http, long id, string address, Func<TUse, Task<Result<Approval>>> act) where TUse : notnull
    {
        if (await Shut(id, http.RequestAborted) is { } refusal)
        {
            return refusal;
        }

        await using var services = Open();
        return await services.ServiceProvider.GetRequiredService<FormOnce>().Run(http, async () =>
            (await act(services.ServiceProvider.GetRequiredService<TUse>())).TryGet(out _, out var why) ? address : why);
    }

    /// <summary>Acts.</summary>
    public async Task<Result<Approval>> Act<TUse>(long id, Func<TUse, Task<Result<Approval>>> act, CancellationToken ct) where TUse : notnull
    {
        if (await Shut(id, ct) is { } refusal)
        {
            return refusal;
        }

        await using var services = Open();
        return await act(services.ServiceProvider.GetRequiredService<TUse>());
    }

    /// <summary>What a route answers, as the caller sees the approval then.</summary>
    public static async Task<IResult> Answer(HttpContext http, Result<Approval> done, CancellationToken ct)
    {
        if (!done.TryGet(out var approval, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        // The desk's services see every customer, the caller's own say whether he does.
        var sees = http.Items[Own] is not IServiceProvider own ? (bool?)null : await own.GetRequiredService<GetApproval>().SeesCustomer(approval, ct);
        Versions.Tell(http, approval.Version);
        return TypedResults.Ok(await http.RequestServices.GetRequiredService<GetApproval>().Told(approval, ct, sees));
    }

    /// <summary>Puts the desk's services in place of the request's for what stands behind it: before the filter that keeps answers, so that key and effect are one transaction.</summary>
    private async ValueTask<object?> Within(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (http, own) = (context.HttpContext, context.HttpContext.RequestServices);
        await using var services = Open();
        http.RequestServices = services.ServiceProvider;
        http.Items[Own] = own;
        try
        {
            return await next(context);
        }
        finally
        {
            http.RequestServices = own;
            http.Items.Remove(Own);
        }
    }

    /// <summary>Lets whoever sees the approval act on it by the desk's services.</summary>
    internal sealed class Filter : IEndpointFilter
    {
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            var desk = context.HttpContext.RequestServices.GetRequiredService<ApprovalDesk>();
            return await desk.Shut(context.GetArgument<long>(0), context.HttpContext.RequestAborted) is { } refusal ? Answers.Problem(refusal) : await desk.Within(context, next);
        }
    }

    /// <summary>As <see cref="Filter"/>, for what is asked beyond the scope and is no approval yet: the route makes sure that its caller may.</summary>
    internal sealed class AskFilter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => context.HttpContext.RequestServices.GetRequiredService<ApprovalDesk>().Within(context, next);
    }
}
