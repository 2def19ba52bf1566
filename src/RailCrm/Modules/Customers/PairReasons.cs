using RailCrm.Platform.Access;

namespace RailCrm.Modules.Customers;

/// <summary>Why two records are likely one, as far as the reader may know: that two agree in a field tells of the field.</summary>
internal static class PairReasons
{
    /// <summary>Whether a reason tells nothing that is hidden from the reader.</summary>
    public static bool Tells(FieldRights rights, string list, string reason) => rights.IsFree || Fields(list, reason).All(f => rights.Of(list, f) != FieldRight.Hidden);

    /// <summary>Those of a pair's reasons that the reader may know; none where the pair says nothing else.</summary>
    public static string[] Told(FieldRights rights, string list, string reasons) => [.. reasons.Split(',').Where(r => Tells(rights, list, r))];

    private static string[] Fields(string list, string reason) => (list, reason) switch
    {
        ("customers", "phone") => [nameof(Customer.Phone)],
        ("customers", "address") => [nameof(Customer.RegisteredAddress), nameof(Customer.BusinessAddress)],
        ("contacts", "mobile") => [nameof(Contact.Mobile), nameof(Contact.Mobile2)],
        ("contacts", "phone") => [nameof(Contact.Mobile), nameof(Contact.Mobile2), nameof(Contact.Phone), nameof(Contact.Phone2)],
        ("contacts", "email") => [nameof(Contact.Email), nameof(Contact.Email2)],
        _ => [],
    };
}
