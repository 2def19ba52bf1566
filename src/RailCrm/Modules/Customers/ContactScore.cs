using System.Security.Cryptography;
using System.Text;

namespace RailCrm.Modules.Customers;

/// <summary>How likely two contacts are one person. No database here.</summary>
internal static class ContactScore
{
    /// <summary>No stored pair is less likely: one landline at one customer, or one mail at two.</summary>
    public const int Least = 40;

    /// <summary>Fewer digits are an extension or a hotline, which many share.</summary>
    private const int ShortestPhone = 7;

    /// <summary>What speaks for it, and the one that speaks against it; the text of each is <c>duplicates.contact_{code}</c>.</summary>
    public static readonly IReadOnlyDictionary<string, int> Weights = new Dictionary<string, int> { ["name"] = 50, ["mobile"] = 50, ["email"] = 45, ["phone"] = 40, ["elsewhere"] = -5 };

    /// <summary>What is compared of a contact.</summary>
    /// <param name="Id">The contact.</param>
    /// <param name="CustomerId">Whose.</param>
    /// <param name="Name">Letters and digits alone, small and of half width.</param>
    /// <param name="Mobiles">Digits of the mobiles.</param>
    /// <param name="Phones">Digits of mobiles and landlines: one writes a mobile where another has a phone.</param>
    /// <param name="Emails">In small letters.</param>
    public sealed record Subject(long Id, long CustomerId, string Name, IReadOnlyList<string> Mobiles, IReadOnlyList<string> Phones, IReadOnlyList<string> Emails)
    {
        public static Subject Of(long id, long customerId, string name, string? mobile, string? phone, string? email) => Of(id, customerId, name, [mobile], [phone], [email]);

        /// <summary>The same of one with several.</summary>
        public static Subject Of(long id, long customerId, string name, IReadOnlyList<string?> mobiles, IReadOnlyList<string?> phones, IReadOnlyList<string?> emails) => new(id, customerId,
            new string([.. name.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(char.IsLetterOrDigit)]), [.. mobiles.Select(Long).OfType<string>().Distinct()],
            [.. mobiles.Concat(phones).Select(Long).OfType<string>().Distinct().Order(StringComparer.Ordinal)], [.. emails.Where(e => !string.IsNullOrWhiteSpace(e)).Select(e => e!.Trim().ToLowerInvariant()).Distinct()]);

        /// <summary>What others at the same customer share with it where they are likely the same.</summary>
        public IEnumerable<string> Keys => Phones.Select(p => $"p{p}").Append(Name.Length == 0 ? null : $"n{Name}").OfType<string>().Concat(Emails.Select(e => $"e{e}"));
    }

    /// <summary>The score and its reasons, the strongest first; null where it is not worth telling. At one customer a name, a number or a mail is enough; at two it takes a mobile or a mail, since names are borne by many and a switchboard serves a park.</summary>
    public static (int Score, string Reasons)? Of(Subject a, Subject b)
    {
        var (elsewhere, mobile, email) = (a.CustomerId != b.CustomerId, a.Mobiles.Intersect(b.Mobiles).Any(), a.Emails.Intersect(b.Emails).Any());
        (string Code, bool Holds)[] all = [("name", a.Name.Length > 0 && a.Name == b.Name), ("mobile", mobile), ("email", email), ("phone", !mobile && a.Phones.Intersect(b.Phones).Any()), ("elsewhere", elsewhere)];
        var reasons = all.Where(r => r.Holds).Select(r => r.Code).ToList();
        return (elsewhere ? mobile || email : reasons.Count > 0) ? (Math.Min(100, reasons.Sum(r => Weights[r])), string.Join(',', reasons)) : null;
    }

    /// <summary>Every set of reasons a stored pair may have that holds one, as it is stored: few, so that an index over them leads to all pairs of a reason.</summary>
    public static IEnumerable<string> SetsWith(string reason) =>
        from name in new[] { null, "name" }
        from mobile in new[] { null, "mobile" }
        from email in new[] { null, "email" }
        from phone in mobile is null ? new[] { null, "phone" } : [null]
        from elsewhere in mobile is null && email is null ? new string?[] { null } : [null, "elsewhere"]
        let set = new[] { name, mobile, email, phone, elsewhere }.OfType<string>().ToList()
        where set.Contains(reason)
        select string.Join(',', set);

    /// <summary>What was compared, of both.</summary>
    public static string Fingerprint(Subject a, Subject b)
    {
        var text = string.Join('\n', new[] { a, b }.OrderBy(s => s.Id).Select(s => $"{s.Name}\t{string.Join(' ', s.Mobiles)}\t{string.Join(' ', s.Phones)}\t{string.Join(' ', s.Emails)}").Append(a.CustomerId == b.CustomerId ? "" : "elsewhere"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    private static string? Long(string? digits) => digits?.Length >= ShortestPhone ? digits : null;
}
