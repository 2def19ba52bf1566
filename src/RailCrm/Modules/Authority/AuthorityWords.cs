using System.Text.Json;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Authority;

/// <summary>What became of grants, in words.</summary>
internal static class AuthorityWords
{
    public static string State(GrantState state) => Texts.Get($"authority.state_{JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString())}");

    public static string Colour(GrantState state) => state switch
    {
        GrantState.InForce => "success",
        GrantState.Narrowed or GrantState.NotYet => "warning",
        GrantState.Ended or GrantState.Revoked or GrantState.Vacant or GrantState.Outside => "neutral",
    };

    /// <summary>What became of one, and through which one above it.</summary>
    public static string Why(ListGrants.Item grant) => grant.By is null ? State(grant.State)
        : grant.State == GrantState.Narrowed ? Texts.Get("authority.narrowed_by", grant.By) : Texts.Get("authority.lapsed_by", grant.By, State(grant.State));

    public static string Until(DateOnly? day) => day is { } last ? Texts.Get("authority.until_day", last.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)) : Texts.Get("authority.for_ever");
}
