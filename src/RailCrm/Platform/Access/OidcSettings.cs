namespace RailCrm.Platform.Access;

/// <summary>The provider of identities by which people may sign in (OpenID Connect), where one is configured: <c>RAILCRM_OIDC_AUTHORITY</c>, <c>_CLIENT_ID</c>, <c>_CLIENT_SECRET</c>, <c>_NAME</c>, <c>_ROLE_CLAIM</c>, <c>_UNIT_CLAIM</c>, <c>_SCOPES</c>.</summary>
/// <param name="Authority">Its address; null where there is none.</param>
/// <param name="ClientId">What it calls this product.</param>
/// <param name="Secret">What this product proves itself by.</param>
/// <param name="Name">What people call it; null says "single sign-on".</param>
/// <param name="RoleClaim">The claim that roles are read off.</param>
/// <param name="UnitClaim">The claim that the unit is read off.</param>
/// <param name="Scopes">What is asked for beside <c>openid profile</c>.</param>
public sealed record OidcSettings(Uri? Authority, string ClientId, string Secret, string? Name, string RoleClaim, string UnitClaim, IReadOnlyList<string> Scopes)
{
    /// <summary>The scheme's name.</summary>
    public const string Scheme = "oidc";

    /// <summary>Where the provider sends people back to: it must know this address.</summary>
    public const string Callback = "/sign-in/oidc/callback";

    /// <summary>Whether there is one.</summary>
    public bool IsOn => Authority is not null;

    /// <summary>What the button says.</summary>
    public string Called => Name ?? Text.Texts.Get("oidc.called");

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">The address is none, or not over TLS; no client is named.</exception>
    public static OidcSettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string? Of(string key) => configuration[$"RAILCRM_OIDC_{key}"] is { Length: > 0 } value ? value : null;
        var authority = Of("AUTHORITY");
        if (authority is null)
        {
            return new(null, "", "", null, "groups", "department", []);
        }

        return Uri.TryCreate(authority, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            ? new(address, Of("CLIENT_ID") ?? throw new InvalidOperationException("RAILCRM_OIDC_AUTHORITY needs RAILCRM_OIDC_CLIENT_ID."), Of("CLIENT_SECRET") ?? "", Of("NAME"), Of("ROLE_CLAIM") ?? "groups", Of("UNIT_CLAIM") ?? "department", (Of("SCOPES") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : throw new InvalidOperationException($"RAILCRM_OIDC_AUTHORITY takes an https address, not '{authority}'.");
    }
}
