using System.Globalization;
using RailCrm.Modules.Organization;

namespace RailCrm.Modules.Authority;

/// <summary>A person's own authority, and what he gave on from it, ends with his account: trust in a person is nobody's to inherit. What he gave on as a head comes from the unit's and stays with its heads.</summary>
internal sealed class EndingAuthority(ListGrants grants) : IEndsWithAccount
{
    public string TextKey => "authority.ends_with";

    public async Task<IReadOnlyList<(string What, string Href)>> OfAccount(long userId, CancellationToken ct) =>
        [.. (await grants.EndsWith(userId, ct)).Select(g => ($"{AuthorityAmount.Called(g.Action)} {AuthorityAmount.Said(g.Action, g.Limit)} · {g.Holder}", $"/authority/{g.Id.ToString(CultureInfo.InvariantCulture)}"))];
}
