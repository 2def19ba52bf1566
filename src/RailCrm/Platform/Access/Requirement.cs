using Microsoft.AspNetCore.Authorization;

namespace RailCrm.Platform.Access;

/// <summary>The permission a page or route needs. Every one has it, or stands in the list of open routes.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NeedsAttribute(string permission) : Attribute, IAuthorizeData
{
    /// <summary>One of <see cref="Access.Permission"/>.</summary>
    public string Permission { get; } = permission;

    string? IAuthorizeData.Policy { get => Permission; set => throw new InvalidOperationException("Fixed at construction."); }
    string? IAuthorizeData.Roles { get => null; set => throw new InvalidOperationException("Roles are data."); }
    string? IAuthorizeData.AuthenticationSchemes { get => null; set => throw new InvalidOperationException("Set by the policy."); }
}

internal sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

internal sealed class PermissionHandler(CurrentActor current, IHttpContextAccessor accessor) : AuthorizationHandler<PermissionRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (current.Actor.May(requirement.Permission))
        {
            context.Succeed(requirement);
        }
        else if (current.Actor.IsKnown && accessor.HttpContext is { } http)
        {
            http.Items[DeniedAttempts.Item] = requirement.Permission;
        }

        return Task.CompletedTask;
    }
}
