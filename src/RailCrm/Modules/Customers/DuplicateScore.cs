using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RailCrm.Kernel;

namespace RailCrm.Modules.Customers;

/// <summary>How likely two customers are one. No database here.</summary>
internal static class DuplicateScore
{
    /// <summary>Below this a pair is not worth anybody's time: one weak sign alone, or an equal name with two valid codes that differ and nothing else.</summary>
    public const int Least = 40;

    /// <summary>Fewer digits are 12306, 110 or an extension, which many share.</summary>
    private const int ShortestPhone = 7;

    /// <summary>Shorter ones are the name of a town.</summary>
    private const int ShortestAddress = 8;

    /// <summary>A shorter name lies within many others.</summary>
    private const int ShortestPart = 4;

    /// <summary>What speaks for it, and the one that speaks against it; the text of each is <c>duplicates.reason_{code}</c>.</summary>
    public static readonly IReadOnlyDictionary<string, int> Weights = new Dictionary<string, int>
    {
        ["name"] = 60, ["pinyin"] = 45, ["part"] = 20, ["phone"] = 40, ["address"] = 25, ["code"] = 30, ["other_code"] = -25,
    };

    /// <summary>What is compared of a customer.</summary>
    /// <param name="Id">The customer.</param>
    /// <param name="Name">Its name as <see cref="CompanyName"/> makes it.</param>
    /// <param name="CreditCode">Its credit code.</param>
    /// <param name="Phones">Digits of the switchboard and of its people's phones.</param>
    /// <param name="Addresses">Its addresses, letters and digits only.</param>
    public sealed record Subject(long Id, string Name, string? CreditCode, IReadOnlyList<string> Phones, IReadOnlyList<string> Addresses)
    {
        public static Subject Of(long id, string name, string? creditCode, IEnumerable<string?> phones, string? registered, string? business) => new(id, name, creditCode,
            [.. phones.OfType<string>().Where(p => p.Length >= ShortestPhone).Distinct().Order(StringComparer.Ordinal)],
            [.. new[] { Address(business), Address(registered) }.OfType<string>().Distinct()]);

        public long NameKey => Hash(Pinyin.Full(Name) is { Length: > 0 } read ? read : Name);

        /// <summary>Of the place where the business is done, else of the registered one.</summary>
        public long? AddressKey => Addresses.Count == 0 ? null : Hash(Addresses[0]);
    }

    /// <summary>The score and its reasons, the strongest first; null where it is not worth telling.</summary>
    public static (int Score, string Reasons)? Of(Subject a, Subject b)
    {
        var reasons = new List<string>();
        if (a.Name == b.Name)
        {
            reasons.Add("name");
        }
        else if (a.NameKey == b.NameKey)
        {
            reasons.Add("pinyin");
        }
        else if (Math.Min(a.Name.Length, b.Name.Length) >= ShortestPart && (a.Name.Contains(b.Name, StringComparison.Ordinal) || b.Name.Contains(a.Name, StringComparison.Ordinal)))
        {
            reasons.Add("part");
        }

        if (a.Phones.Intersect(b.Phones).Any())
        {
            reasons.Add("phone");
        }

        if (a.Addresses.Intersect(b.Addresses).Any())
        {
            reasons.Add("address");
        }

        if (a.CreditCode is not null && b.CreditCode is not null)
        {
            reasons.Add(Near(a.CreditCode, b.CreditCode) ? "code" : "other_code");
        }

        var score = Math.Min(100, reasons.Sum(r => Weights[r]));
        return score >= Least ? (score, string.Join(',', reasons.OrderByDescending(r => Weights[r]))) : null;
    }

    /// <summary>Every set of reasons a stored pair may have that holds one, as it is stored: few, so that an index over them leads to all pairs of a reason.</summary>
    public static IEnumerable<string> SetsWith(string reason) =>
        from name in new[] { null, "name", "pinyin", "part" }
        from phone in new[] { null, "phone" }
        from address in new[] { null, "address" }
        from code in new[] { null, "code", "other_code" }
        let set = new[] { name, phone, address, code }.OfType<string>().OrderByDescending(r => Weights[r]).ToList()
        where set.Contains(reason) && set.Sum(r => Weights[r]) >= Least
        select string.Join(',', set);

    /// <summary>What was compared, of both.</summary>
    public static string Fingerprint(Subject a, Subject b)
    {
        var text = string.Join('\n', new[] { a, b }.OrderBy(s => s.Id).Select(s => $"{s.Name}\t{s.CreditCode}\t{string.Join(' ', s.Phones)}\t{string.Join(' ', s.Addresses)}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    /// <summary>One character typed wrongly, or two changed about; or the same organisation code inside (GB 11714).</summary>
    private static bool Near(string a, string b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        var differ = Enumerable.Range(0, a.Length).Where(i => a[i] != b[i]).ToList();
        return differ.Count <= 1 || (differ is [var i, var j] && j == i + 1 && a[i] == b[j] && a[j] == b[i]) || (a.Length == 18 && a.AsSpan(8, 9).SequenceEqual(b.AsSpan(8, 9)));
    }

    private static string? Address(string? typed)
    {
        var letters = new string([.. (typed ?? "").Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(char.IsLetterOrDigit)]);
        return letters.Length >= ShortestAddress ? letters : null;
    }

    private static long Hash(string text) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
